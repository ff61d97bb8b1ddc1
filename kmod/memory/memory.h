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
#include "space.h"

struct vdsa_memory;

/* A vdev's share in the memory; the caller serialises calls. */
struct vdsa_share {
	struct vdsa_memory *memory;	/* NULL: it has none */
	struct vfio_device *vfio;
	struct vdsa_space *space;	/* that it uses; NULL: none */
	u32 index;			/* memory.c: among those of the memory */
	u32 nr_held;			/* mappings of which it, and not a space, holds memory */
};

void vdsa_share_init(struct vdsa_share *share, struct vfio_device *vfio);
void vdsa_share_exit(struct vdsa_share *share);

/* Whether pages can be pinned here, for the open device; it may change. */
bool vdsa_share_can_open(const struct vdsa_share *share);
/* Begin to share, where that is so; false if 128 vdevs and spaces do so already, or memory lacks. */
bool vdsa_share_open(struct vdsa_share *share);
/* Drop all memory and end the share, which uses no space. */
void vdsa_share_close(struct vdsa_share *share);
/*
 * Have the vdev, which holds nothing, use the space of its container and function. False: it cannot;
 * have it leave.
 */
bool vdsa_share_enter(struct vdsa_share *share, struct vdsa_iommu *iommu);
/* Have it use its own domain. An error: its PASID could not be attached to that; call again. */
int vdsa_share_leave(struct vdsa_share *share, struct vdsa_iommu *iommu);
/*
 * Append to the run the pages that follow it, up to @end, of one mapping and as many as
 * there is room for. Those that are in no block yet are pinned, a limited number at once.
 * Returns the number of pages, which stay pinned until their mapping is dropped; 0:
 * the first one cannot be pinned, or is not as writable as the run; -EAGAIN: it cannot be
 * pinned now; -ENOMEM: the holder may not lock more memory.
 */
int vdsa_share_take(struct vdsa_share *share, struct vdsa_run *run, unsigned long end);
/*
 * The number of those of @pages that are mapped in the vdev's space, from the first one on and at most
 * of one range. 0: the first one is not, or about to be unmapped. The caller holds the space's lock.
 */
u32 vdsa_share_join(struct vdsa_share *share, struct vdsa_pages pages, bool *writable);
/* Nothing is taken for some time: free what is kept for that. */
void vdsa_share_rest(struct vdsa_share *share);
/*
 * Drop the mappings that begin within @pages: those of the vdev's space, which this unmaps from it,
 * or the vdev's own, which the caller has unmapped.
 */
void vdsa_share_drop(struct vdsa_share *share, struct vdsa_pages pages);

#endif /* VDSA_MEMORY_H */
