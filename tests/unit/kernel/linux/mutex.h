/* SPDX-License-Identifier: GPL-2.0-only */
/* A mutex that is not taken twice, and is free at the end. */
#ifndef UNIT_LINUX_MUTEX_H
#define UNIT_LINUX_MUTEX_H

#include <stdlib.h>

struct mutex {
	int held;
};

#define DEFINE_MUTEX(name) struct mutex name

static inline struct mutex *unit_lock(struct mutex *mutex)
{
	if (mutex->held++)
		abort();
	return mutex;
}

static inline void mutex_lock(struct mutex *mutex)
{
	unit_lock(mutex);
}

static inline void mutex_unlock(struct mutex *mutex)
{
	mutex->held--;
}

static inline void unit_unlock(struct mutex **mutex)
{
	(*mutex)->held--;
}

#define guard(kind) __attribute__((cleanup(unit_unlock))) struct kind *unit_guard = unit_lock

#endif /* UNIT_LINUX_MUTEX_H */
