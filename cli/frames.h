/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dsactl of a user and the service say to each other on a socket: frames of a kind, a length
 * and bytes. The user's sends words; the service sends what is to be printed, of which each frame is
 * answered once that is printed, and at last the exit status.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#define FRAMES_SOCKET "/run/dsactl-request.socket"
#define FRAME_SIZE 8192

enum frame_kind {
	FRAME_WORDS = 1,	/* of the command line after "dsactl", each with its NUL */
	FRAME_OUT,		/* for standard output */
	FRAME_ERR,		/* for standard error */
	FRAME_DONE,		/* a byte: 1 where that is printed, 0 where it cannot be */
	FRAME_EXIT,		/* a byte: the exit status */
};

struct frame {
	enum frame_kind kind;
	size_t len;
	char bytes[FRAME_SIZE];
};

/* False where the other end is gone, or takes nothing for @timeout_ms (-1: wait on). */
bool frame_send(int fd, const struct frame *frame, int timeout_ms);
/* The next frame; false where there is none within @timeout_ms, or what comes is none. */
bool frame_receive(int fd, struct frame *frame, int timeout_ms);

#endif /* FRAMES_H */
