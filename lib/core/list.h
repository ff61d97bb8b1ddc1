/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing array of items of one size. */
#ifndef DSACTL_CORE_LIST_H
#define DSACTL_CORE_LIST_H

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))	/* of one that does not grow */

struct list {
	void *item;
	size_t nr;
};

#define LIST_FOREACH(list, pos)                                                \
	for ((pos) = (list)->item;                                             \
	     (pos) && (pos) < (__typeof__(pos))(list)->item + (list)->nr; (pos)++)
/* A new last item, all zero; NULL for lack of memory. */
void *list_add(struct list *list, size_t size);

#endif /* DSACTL_CORE_LIST_H */
