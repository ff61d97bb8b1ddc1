/* SPDX-License-Identifier: GPL-2.0-only */
/* What is being done, on a terminal, once it takes longer than a second. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>

/* Start to watch, where standard error is a terminal. */
void progress_begin(void);
/* What is being done from now on. */
void progress_step(const char *text);
/* Take the line away until the next step: something else is printed. */
void progress_hide(void);
void progress_end(void);

#endif /* PROGRESS_H */
