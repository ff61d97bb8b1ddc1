/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_RBTREE_AUGMENTED_H
#define UNIT_LINUX_RBTREE_AUGMENTED_H

#define RB_RED		0
#define RB_BLACK	1

#endif /* UNIT_LINUX_RBTREE_AUGMENTED_H */
