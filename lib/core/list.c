// SPDX-License-Identifier: LGPL-2.1-or-later
/* How does a list grow? */
#include <stdlib.h>
#include <string.h>

#include "list.h"

void *list_add(struct list *list, size_t size)
{
	char *item = reallocarray(list->item, list->nr + 1, size);

	if (!item)
		return NULL;
	list->item = item;
	item += list->nr++ * size;
	memset(item, 0, size);
	return item;
}
