/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's lists, as far as the tested files use them. */
#ifndef UNIT_LINUX_LIST_H
#define UNIT_LINUX_LIST_H

#include <stddef.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head->prev = head;
}

static inline void list_add(struct list_head *item, struct list_head *head)
{
	item->next = head->next;
	item->prev = head;
	head->next->prev = item;
	head->next = item;
}

static inline void list_del_init(struct list_head *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
	INIT_LIST_HEAD(item);
}

static inline int list_empty(const struct list_head *head)
{
	return head->next == head;
}

#define list_item(node, type, member) ((type *)((char *)(node) - offsetof(type, member)))
#define list_for_each_entry(pos, head, member)					\
	for (pos = list_item((head)->next, __typeof__(*pos), member);		\
	     &pos->member != (head);						\
	     pos = list_item(pos->member.next, __typeof__(*pos), member))

#endif /* UNIT_LINUX_LIST_H */
