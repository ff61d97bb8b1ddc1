// SPDX-License-Identifier: LGPL-2.1-or-later
/* How does code without a context say why it refuses? */
#include <stdarg.h>
#include <stdio.h>

#include "problem.h"

int problem_set(struct problem *problem, int err, const char *remedy,
		const char *cause, ...)
{
	va_list args;

	problem->err = err;
	snprintf(problem->remedy, sizeof(problem->remedy), "%s", remedy ? remedy : "");
	va_start(args, cause);
	vsnprintf(problem->cause, sizeof(problem->cause), cause, args);
	va_end(args);
	return -err;
}
