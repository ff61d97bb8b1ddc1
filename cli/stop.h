/* SPDX-License-Identifier: GPL-2.0-only */
/* How a verb that runs until it is stopped learns of the stop. */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

/* For the handler of signals, which may run before the verb does: a signal came. */
void stop_early(int signal);

/*
 * From here on SIGINT, SIGTERM and SIGHUP only make the returned file readable. If one came before,
 * the file is readable at once. -1 where the kernel gives no such file.
 */
int stop_open(void);

/* Whether a signal came before anything was under way that it could have cancelled. */
bool stop_came(void);

#endif /* STOP_H */
