/* SPDX-License-Identifier: GPL-2.0-only */
/* The service that makes changes for users who are not root, run by systemd for each connection. */
#ifndef SERVE_H
#define SERVE_H

#include "cmd.h"

/* Who asks, by the kernel's word. */
struct peer {
	unsigned int uid;
	char owner[64];		/* whose the vdevs of this user are */
};

/* Run the words for @peer; returns an exit code. */
typedef int serve_run_fn(int argc, char **argv, const struct peer *peer);

/* Serve the one request on standard input, a socket. Returns the exit code of the process. */
int serve(serve_run_fn *run);
/* Bind the parsed line to @peer. 0, or an exit code after saying what a user may not ask for. */
int serve_admit(const struct peer *peer, struct cmd_line *line);

#endif /* SERVE_H */
