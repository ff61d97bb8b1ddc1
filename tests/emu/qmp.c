// SPDX-License-Identifier: GPL-2.0-only
/* Registers of the machine by QEMU's monitor: see qmp.h. */
#include "qmp.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The greeting is the longest line: some 200 bytes. */
#define LINE_ROOM 4096

struct qmp {
	int fd;
	int64_t deadline_ms;
	size_t len;			/* received, in line */
	char line[LINE_ROOM];
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int qmp_wait(struct qmp *qmp, short events)
{
	struct pollfd pfd = { .fd = qmp->fd, .events = events };
	int64_t left = qmp->deadline_ms - now_ms();
	int n = left > 0 ? poll(&pfd, 1, (int)left) : 0;

	if (n < 0 && errno != EINTR)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

static int qmp_connect(struct qmp *qmp, const char *path)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	qmp->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (qmp->fd < 0)
		return -errno;
	/* EAGAIN: the backlog is full, others are asking. */
	while (connect(qmp->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (now_ms() >= qmp->deadline_ms)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int qmp_send(struct qmp *qmp, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = send(qmp->fd, text, left, MSG_NOSIGNAL);
		int err = n < 0 ? -errno : 0;

		if (err == -EAGAIN || err == -EINTR)
			err = qmp_wait(qmp, POLLOUT);
		if (err)
			return err;
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
	}
	return 0;
}

static int qmp_fill(struct qmp *qmp)
{
	ssize_t n;
	int err;

	if (qmp->len == LINE_ROOM)
		return -EPROTO;
	err = qmp_wait(qmp, POLLIN);
	if (err)
		return err;
	n = recv(qmp->fd, qmp->line + qmp->len, LINE_ROOM - qmp->len, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!n)
		return -ECONNRESET;
	qmp->len += (size_t)n;
	return 0;
}

/* The next line as JSON: the caller puts it. */
static int qmp_next(struct qmp *qmp, struct json_object **message)
{
	char *end;
	int err;

	while (!(end = memchr(qmp->line, '\n', qmp->len))) {
		err = qmp_fill(qmp);
		if (err)
			return err;
	}
	*end++ = '\0';
	*message = json_tokener_parse(qmp->line);
	qmp->len -= (size_t)(end - qmp->line);
	memmove(qmp->line, end, qmp->len);
	return json_object_is_type(*message, json_type_object) ? 0 : -EPROTO;
}

/* Skips events until a message has @key; the caller puts it. */
static int qmp_expect(struct qmp *qmp, const char *key,
		      struct json_object **message)
{
	for (;;) {
		int err = qmp_next(qmp, message);

		if (err)
			return err;
		if (json_object_object_get_ex(*message, key, NULL))
			return 0;
		if (json_object_object_get_ex(*message, "error", NULL))
			return -EPROTO;
		json_object_put(*message);
		*message = NULL;
	}
}

static int qmp_greet(struct qmp *qmp)
{
	struct json_object *message = NULL;
	int err = qmp_expect(qmp, "QMP", &message);

	json_object_put(message);
	message = NULL;
	if (!err)
		err = qmp_send(qmp, "{\"execute\": \"qmp_capabilities\"}\n");
	if (!err)
		err = qmp_expect(qmp, "return", &message);
	json_object_put(message);
	return err;
}

/* "00000000fed90020: 0x0000000001b62400\r\n" */
static int parse_dump(const char *text, uint64_t *val)
{
	const char *colon = strchr(text, ':');
	char *end;

	if (!colon)
		return -EPROTO;
	errno = 0;
	*val = strtoull(colon + 1, &end, 16);
	return errno || end == colon + 1 || end[strspn(end, "\r\n ")] ? -EPROTO : 0;
}

static int qmp_read_one(struct qmp *qmp, const struct qmp_reg *reg, uint64_t *val)
{
	struct json_object *message = NULL, *text;
	char command[160];
	int err;

	snprintf(command, sizeof(command),
		 "{\"execute\": \"human-monitor-command\", \"arguments\": "
		 "{\"command-line\": \"xp /1%cx 0x%" PRIx64 "\"}}\n",
		 reg->size == 8 ? 'g' : 'w', reg->addr);
	err = qmp_send(qmp, command);
	if (!err)
		err = qmp_expect(qmp, "return", &message);
	if (!err) {
		json_object_object_get_ex(message, "return", &text);
		err = parse_dump(json_object_get_string(text), val);
	}
	json_object_put(message);
	return err;
}

int qmp_read_regs(const char *path, const struct qmp_reg *regs, unsigned int nr,
		  uint64_t *vals, int timeout_ms)
{
	struct qmp qmp = { .fd = -1, .deadline_ms = now_ms() + timeout_ms };
	int err = qmp_connect(&qmp, path);

	if (!err)
		err = qmp_greet(&qmp);
	for (unsigned int i = 0; !err && i < nr; i++)
		err = qmp_read_one(&qmp, &regs[i], &vals[i]);
	if (qmp.fd >= 0)
		close(qmp.fd);
	return err;
}
