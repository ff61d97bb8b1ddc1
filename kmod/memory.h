/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of a client's memory is pinned, for all of its vdevs? Where VFIO's mappings
 * are known (mappings.h) their pages are pinned here, many at once, and what is kept
 * of them is where they lie. All vdevs of a container share that.
 */
#ifndef VDSA_MEMORY_H
#define VDSA_MEMORY_H

#include <linux/maple_tree.h>
#include <linux/rbtree_types.h>
#include <linux/vfio.h>
#include "extent.h"
#include "mappings.h"

struct vdsa_memory;

/* The most pages that are pinned at once, and do not cross a multiple of it. */
#define VDSA_BLOCK_PAGES	4096u

/* Pages in a row of a client's address space, that were pinned at once. */
struct vdsa_block {
	struct rb_node node;		/* memory.c */
	struct vdsa_pages pages;
	bool writable;
	u32 nr_extents;
	struct vdsa_extent extent[] __counted_by(nr_extents);
};

/* A vdev's share in it; the caller locks. */
struct vdsa_share {
	struct vdsa_memory *memory;	/* NULL: it has none */
	struct vfio_device *vfio;
	struct maple_tree held;		/* by their first page: mappings of which it holds memory */
};

void vdsa_share_init(struct vdsa_share *share, struct vfio_device *vfio);
void vdsa_share_exit(struct vdsa_share *share);

/* While the device is open: begin to share; false where pages cannot be pinned here. */
bool vdsa_share_open(struct vdsa_share *share);
/* Drop all and share no more. */
void vdsa_share_close(struct vdsa_share *share);
/*
 * The block that has @page, which is there until the share drops it. Pinned now if need be, with up to @nr pages
 * from @page on. NULL where it cannot be had, -ENOMEM where the client may not lock more.
 */
const struct vdsa_block *vdsa_share_take(struct vdsa_share *share, unsigned long page, u32 nr);
/* Drop the mappings that begin within @pages, of which nothing is used any more. */
void vdsa_share_drop(struct vdsa_share *share, struct vdsa_pages pages);

#endif /* VDSA_MEMORY_H */
