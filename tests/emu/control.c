// SPDX-License-Identifier: GPL-2.0-only
/* The control socket: see control.h. */
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CLIENTS	8
#define MAX_LINE	256

struct client {
	char line[MAX_LINE];
	size_t len;
	bool too_long;		/* until the line ends */
};

/* What is polled: the end, the listener, the clients. */
enum { POLL_END, POLL_LISTENER, POLL_CLIENTS, NR_POLLED = POLL_CLIENTS + MAX_CLIENTS };

struct control {
	pthread_t thread;
	control_fn run;
	void *arg;
	struct pollfd polled[NR_POLLED];	/* fd -1: a free place */
	struct client clients[MAX_CLIENTS];
};

static void client_close(struct control *control, unsigned int i)
{
	close(control->polled[POLL_CLIENTS + i].fd);
	control->polled[POLL_CLIENTS + i].fd = -1;
}

/* One more than there is room for is turned away. */
static void client_accept(struct control *control)
{
	int fd = accept4(control->polled[POLL_LISTENER].fd, NULL, NULL,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	for (unsigned int i = 0; i < MAX_CLIENTS && fd >= 0; i++) {
		if (control->polled[POLL_CLIENTS + i].fd >= 0)
			continue;
		control->clients[i] = (struct client){ 0 };
		control->polled[POLL_CLIENTS + i].fd = fd;
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
}

/* False: the client does not take its answer. */
static bool client_answer(struct control *control, unsigned int i)
{
	struct client *client = &control->clients[i];
	const char *wrong = "the request is too long";
	char answer[2 * MAX_LINE];
	int len;

	client->line[client->len] = '\0';
	if (!client->too_long)
		wrong = control->run(control->arg, client->line);
	len = snprintf(answer, sizeof(answer), wrong ? "error: %s\n" : "ok\n", wrong);
	client->len = 0;
	client->too_long = false;
	return send(control->polled[POLL_CLIENTS + i].fd, answer, (size_t)len,
		    MSG_NOSIGNAL) == len;
}

static bool client_take(struct control *control, unsigned int i, char byte)
{
	struct client *client = &control->clients[i];

	if (byte == '\n')
		return client_answer(control, i);
	if (client->len == MAX_LINE - 1)
		client->too_long = true;
	else if (byte != '\r')
		client->line[client->len++] = byte;
	return true;
}

static void client_serve(struct control *control, unsigned int i)
{
	char buf[MAX_LINE];
	ssize_t len = recv(control->polled[POLL_CLIENTS + i].fd, buf, sizeof(buf), 0);
	bool stays = len > 0 || (len < 0 && (errno == EAGAIN || errno == EINTR));

	for (ssize_t n = 0; stays && n < len; n++)
		stays = client_take(control, i, buf[n]);
	if (!stays)
		client_close(control, i);
}

static void *control_main(void *arg)
{
	struct control *control = arg;

	while (!control->polled[POLL_END].revents) {
		if (poll(control->polled, NR_POLLED, -1) < 0)
			continue;
		if (control->polled[POLL_LISTENER].revents)
			client_accept(control);
		for (unsigned int i = 0; i < MAX_CLIENTS; i++)
			if (control->polled[POLL_CLIENTS + i].fd >= 0 &&
			    control->polled[POLL_CLIENTS + i].revents)
				client_serve(control, i);
	}
	return NULL;
}

struct control *control_new(int listener, control_fn run, void *arg)
{
	struct control *control = calloc(1, sizeof(*control));
	int end = eventfd(0, EFD_CLOEXEC);

	if (!control || end < 0)
		goto err;
	control->run = run;
	control->arg = arg;
	for (unsigned int i = 0; i < NR_POLLED; i++)
		control->polled[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	control->polled[POLL_END].fd = end;
	control->polled[POLL_LISTENER].fd = listener;
	errno = pthread_create(&control->thread, NULL, control_main, control);
	if (!errno)
		return control;
err:
	if (end >= 0)
		close(end);
	free(control);
	return NULL;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	eventfd_write(control->polled[POLL_END].fd, 1);
	pthread_join(control->thread, NULL);
	for (unsigned int i = 0; i < NR_POLLED; i++)
		if (control->polled[i].fd >= 0)
			close(control->polled[i].fd);
	free(control);
}
