/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pinned memory of a holder, shared by all vdevs of a container. If VFIO's
 * mappings are known (mappings.h), their pages are pinned here, many at once, and
 * recorded as extents.
 */
#ifndef VDSA_MEMORY_H
#define VDSA_MEMORY_H

#include <linux/maple_tree.h>
#include <linux/rbtree_types.h>
#include <linux/vfio.h>
#include "core/extent.h"
#include "private/mappings.h"

struct vdsa_memory;

/* The most pages pinned at once; a block does not cross a multiple of it. */
#define VDSA_BLOCK_PAGES	4096u

/* Consecutive pages of a holder's address space that were pinned at once. */
struct vdsa_block {
	struct rb_node node;		/* memory.c */
	struct vdsa_pages pages;
	bool writable;
	u16 nr_bytes;
	u8 extents[] __counted_by(nr_bytes);	/* packed */
};

/* A vdev's share in the memory; the caller serialises calls. */
struct vdsa_share {
	struct vdsa_memory *memory;	/* NULL: it has none */
	struct vfio_device *vfio;
	struct maple_tree held;		/* mappings of which it holds memory, by first page */
};

void vdsa_share_init(struct vdsa_share *share, struct vfio_device *vfio);
void vdsa_share_exit(struct vdsa_share *share);

/* Begin to share, while the device is open; false if pages cannot be pinned here. */
bool vdsa_share_open(struct vdsa_share *share);
/* Drop all memory and end the share. */
void vdsa_share_close(struct vdsa_share *share);
/*
 * The block that has @page, valid until the share drops it. If there is none, up to
 * @nr pages from @page on are pinned. NULL: the page cannot be pinned; -ENOMEM: the
 * holder may not lock more memory.
 */
const struct vdsa_block *vdsa_share_take(struct vdsa_share *share, unsigned long page, u32 nr);
/* Nothing is taken for some time: free what is kept for that. */
void vdsa_share_rest(struct vdsa_share *share);
/*
 * Append to the @n extents at @to, of which it has room for @most, those of the block's
 * pages from @page to @end, as many as fit. Returns the number of extents then;
 * @page becomes the first page that did not fit.
 */
u32 vdsa_block_extents(const struct vdsa_block *block, unsigned long *page, unsigned long end,
		       struct vdsa_extent *to, u32 n, u32 most);
/* Drop the mappings that begin within @pages. The caller uses none of their pages. */
void vdsa_share_drop(struct vdsa_share *share, struct vdsa_pages pages);

#endif /* VDSA_MEMORY_H */
