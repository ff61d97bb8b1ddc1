/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_SCHED_MM_H
#define UNIT_LINUX_SCHED_MM_H

#include <linux/mm_types.h>

#define mmgrab(mm)	((void)(mm)->nr_refs++)
#define mmdrop(mm)	((void)(mm)->nr_refs--)

#endif /* UNIT_LINUX_SCHED_MM_H */
