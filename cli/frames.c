// SPDX-License-Identifier: GPL-2.0-only
/* Frames on a socket, within a time. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "frames.h"

struct head {
	uint32_t kind, len;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait until the socket is ready for @events, or @end is there; @end < 0: for good. */
static bool wait_until(int fd, short events, int64_t end)
{
	struct pollfd poller = { .fd = fd, .events = events };
	int64_t left = end < 0 ? -1 : end - now_ms();
	int nr;

	if (end >= 0 && left <= 0)
		return false;
	nr = poll(&poller, 1, left);
	return nr > 0 || (nr < 0 && errno == EINTR);
}

/* Send (@receive: receive) all of @bytes. */
static bool move(int fd, void *bytes, size_t len, bool receive, int64_t end)
{
	const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
	char *at = bytes;

	while (len) {
		ssize_t done = receive ? recv(fd, at, len, flags) : send(fd, at, len, flags);

		if (done > 0) {
			at += done;
			len -= done;
		} else if (!done || (errno != EAGAIN && errno != EINTR) ||
			   !wait_until(fd, receive ? POLLIN : POLLOUT, end)) {
			return false;
		}
	}
	return true;
}

static int64_t end_of(int timeout_ms)
{
	return timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
}

bool frame_send(int fd, const struct frame *frame, int timeout_ms)
{
	struct head head = { frame->kind, frame->len };
	int64_t end = end_of(timeout_ms);

	return move(fd, &head, sizeof(head), false, end) &&
	       move(fd, (void *)frame->bytes, frame->len, false, end);
}

bool frame_receive(int fd, struct frame *frame, int timeout_ms)
{
	int64_t end = end_of(timeout_ms);
	struct head head;

	if (!move(fd, &head, sizeof(head), true, end) || head.len > sizeof(frame->bytes))
		return false;
	frame->kind = head.kind;
	frame->len = head.len;
	return move(fd, frame->bytes, frame->len, true, end);
}
