/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pinned memory of a holder, shared by all vdevs of a container. If VFIO's
 * mappings are known (mappings.h), their pages are pinned here, many at once, and
 * recorded as extents.
 */
#ifndef VDSA_MEMORY_H
#define VDSA_MEMORY_H

#include <linux/vfio.h>
#include "private/mappings.h"
#include "run.h"

struct vdsa_memory;

/* A vdev's share in the memory; the caller serialises calls. */
struct vdsa_share {
	struct vdsa_memory *memory;	/* NULL: it has none */
	struct vfio_device *vfio;
	u32 index;			/* memory.c: among those of the memory */
	u32 nr_held;			/* mappings of which it holds memory */
};

void vdsa_share_init(struct vdsa_share *share, struct vfio_device *vfio);
void vdsa_share_exit(struct vdsa_share *share);

/*
 * Begin to share, while the device is open; false if pages cannot be pinned here, or 128
 * vdevs do so already.
 */
bool vdsa_share_open(struct vdsa_share *share);
/* Drop all memory and end the share. */
void vdsa_share_close(struct vdsa_share *share);
/*
 * Append to the run the pages that follow it, up to @end, of one mapping and as many as
 * there is room for. Those that are in no block yet are pinned, a limited number at once.
 * Returns the number of pages, which stay pinned until the share drops their mapping; 0:
 * the first one cannot be pinned, or is not as writable as the run; -EAGAIN: it cannot be
 * pinned now; -ENOMEM: the holder may not lock more memory.
 */
int vdsa_share_take(struct vdsa_share *share, struct vdsa_run *run, unsigned long end);
/* Nothing is taken for some time: free what is kept for that. */
void vdsa_share_rest(struct vdsa_share *share);
/* Drop the mappings that begin within @pages. The caller uses none of their pages. */
void vdsa_share_drop(struct vdsa_share *share, struct vdsa_pages pages);

#endif /* VDSA_MEMORY_H */
