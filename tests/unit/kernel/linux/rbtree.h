/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's trees: nodes are walked, and put into their place by who makes them. */
#ifndef UNIT_LINUX_RBTREE_H
#define UNIT_LINUX_RBTREE_H

#include <stddef.h>

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right, *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define rb_entry(node, type, member)	((type *)((char *)(node) - offsetof(type, member)))
#define rb_parent(node)	((struct rb_node *)((node)->__rb_parent_color & ~3ul))

static inline struct rb_node *rb_leftmost(struct rb_node *node)
{
	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return rb_leftmost(root->rb_node);
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->rb_right)
		return rb_leftmost(node->rb_right);
	while (rb_parent(node) && node == rb_parent(node)->rb_right)
		node = rb_parent(node);
	return rb_parent(node);
}

#endif /* UNIT_LINUX_RBTREE_H */
