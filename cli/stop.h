/* SPDX-License-Identifier: GPL-2.0-only */
/* How a verb that runs on and on hears that it shall end. */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

/* For the handler of signals, which is there before the verb is: this one came. */
void stop_early(int signal);

/*
 * From here on SIGINT, SIGTERM and SIGHUP do nothing but make the returned file
 * readable, which it is at once where one came early; -1 where the kernel gives none.
 */
int stop_open(void);

/* Whether one came early: while nothing was under way that it could have stopped. */
bool stop_came(void);

#endif /* STOP_H */
