/* SPDX-License-Identifier: GPL-2.0-only */
/* A change that the service makes for a user who is not root. */
#ifndef FORWARD_H
#define FORWARD_H

#include "cmd.h"

/* Whether the service is to make it: the user is not root, and the administrator has it running. */
bool forward_is_for(const struct cmd_line *line);
/* Have it made; prints what it prints. Returns an exit code. */
int forward(int argc, char **argv);

#endif /* FORWARD_H */
