/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Libraries that are opened when they are first needed: to load them takes a part of each call
 * (docs/architecture.md, "Libraries, or own code").
 *
 *	#define KMOD_FUNCTIONS(f) f(kmod, new) f(kmod, unref)
 *	LATE_LIBRARY(kmod, "libkmod.so.2", "libkmod2", KMOD_FUNCTIONS)
 *
 * After late_open(&kmod_library), kmod.new() is kmod_new().
 */
#ifndef DSACTL_CORE_LATE_H
#define DSACTL_CORE_LATE_H

#include "ctx.h"

struct late_library {
	const char *file, *package;	/* the package is Debian's */
	const char *const *names;	/* of functions */
	void *functions;		/* as many pointers to them */
	size_t nr;
	bool is_open;
};

#define LATE_POINTER(prefix, function) __typeof__(prefix##_##function) *function;
#define LATE_NAME(prefix, function) #prefix "_" #function,
#define LATE_LIBRARY(name, file, package, FUNCTIONS)                           \
	static struct { FUNCTIONS(LATE_POINTER) } name;                        \
	static const char *const name##_names[] = { FUNCTIONS(LATE_NAME) };    \
	static struct late_library name##_library = {                          \
		file, package, name##_names, &name, ARRAY_SIZE(name##_names), false \
	};

/*
 * Open @library, unless it is open. False where it is not installed, or lacks one of the functions.
 * It stays open as long as the process lives. Any thread may call this.
 */
bool late_open(struct late_library *library);
/* The same; -EOPNOTSUPP and a message that names the library and its package. */
int late_require(struct dsactl_ctx *ctx, struct late_library *library);

#endif /* DSACTL_CORE_LATE_H */
