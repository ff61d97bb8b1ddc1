// SPDX-License-Identifier: GPL-2.0-only
/* How a user who is not root has the service make a change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "forward.h"
#include "frames.h"
#include "out.h"

static const char service[] = "dsactl-request.socket";

bool forward_is_for(const struct cmd_line *line)
{
	return geteuid() && line->cmd->served && !line->opt[OPT_DRY_RUN].set && !access(FRAMES_SOCKET, F_OK);
}

static int refuse_connect(int err)
{
	if (err == EACCES)
		return out_refuse(service, "this user is not in the group that may ask for changes",
				  "have the administrator add you to it, and log in anew", EXIT_PERMISSION);
	return out_refuse(service, strerror(err), "run dsactl as root", EXIT_PERMISSION);
}

/* A connection to the service, or an exit code below 0. */
static int open_service(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = FRAMES_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), code;

	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	code = refuse_connect(errno);
	if (fd >= 0)
		close(fd);
	return -code;
}

/* The words after "dsactl"; false where they are too many. */
static bool put_words(struct frame *frame, int argc, char **argv)
{
	frame->kind = FRAME_WORDS;
	frame->len = 0;
	for (int i = 1; i < argc; i++) {
		size_t len = strlen(argv[i]) + 1;

		if (len > sizeof(frame->bytes) - frame->len)
			return false;
		memcpy(frame->bytes + frame->len, argv[i], len);
		frame->len += len;
	}
	return true;
}

/* Print what the service says, and tell it whether that could be done. */
static bool print_frame(int fd, const struct frame *frame)
{
	FILE *to = frame->kind == FRAME_OUT ? stdout : stderr;
	struct frame done = { .kind = FRAME_DONE, .len = 1 };

	fwrite(frame->bytes, 1, frame->len, to);
	done.bytes[0] = to == stdout ? out_flush() : 1;
	return frame_send(fd, &done, -1);
}

/* Until the service says how it ended; -1: it never does. */
static int follow(int fd, struct frame *frame)
{
	while (frame_receive(fd, frame, -1)) {
		if (frame->kind == FRAME_EXIT && frame->len == 1)
			return (unsigned char)frame->bytes[0];
		if ((frame->kind != FRAME_OUT && frame->kind != FRAME_ERR) || !print_frame(fd, frame))
			break;
	}
	return -1;
}

int forward(int argc, char **argv)
{
	static struct frame frame;
	int fd, code;

	if (!put_words(&frame, argc, argv))
		return out_refuse(service, "the words of the command line are too many for it", "", EXIT_USAGE);
	fd = open_service();
	if (fd < 0)
		return -fd;
	code = frame_send(fd, &frame, -1) ? follow(fd, &frame) : -1;
	close(fd);
	return code >= 0 ? code : out_refuse(service, "it ended before it said how the change did",
					     "dsactl list shows what there is", EXIT_FAILED);
}
