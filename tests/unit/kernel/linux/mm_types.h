/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_MM_TYPES_H
#define UNIT_LINUX_MM_TYPES_H

#include <linux/list.h>

struct mm_struct {
	int nr_refs;
	struct list_head mmlist;
};

#endif /* UNIT_LINUX_MM_TYPES_H */
