/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How code without a context refuses a request. */
#ifndef DSACTL_CORE_PROBLEM_H
#define DSACTL_CORE_PROBLEM_H

#include <errno.h>

/* Why a request cannot be met: a positive errno, the cause, and what helps. */
struct problem {
	int err;
	char cause[640], remedy[256];
};

/* Say so; returns -@err. @remedy may be NULL. */
int problem_set(struct problem *problem, int err, const char *remedy,
		const char *cause, ...)
	__attribute__((format(printf, 4, 5)));

#endif /* DSACTL_CORE_PROBLEM_H */
