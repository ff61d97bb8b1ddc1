/* SPDX-License-Identifier: GPL-2.0-only */
/* How a verb that runs on and on hears that it shall end. */
#ifndef STOP_H
#define STOP_H

/*
 * From here on SIGINT, SIGTERM and SIGHUP do nothing but make the returned file
 * readable; -1 where the kernel gives none.
 */
int stop_open(void);

#endif /* STOP_H */
