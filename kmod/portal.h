/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How does a client store into a work queue? BAR2 of a vdev is mapped by
 * faults, page by page: to the portal of the host, or, while the host has
 * revoked it and where no portal is, to a page of ours. A store is never
 * trapped and never kills.
 */
#ifndef VDSA_PORTAL_H
#define VDSA_PORTAL_H

#include <linux/mm.h>
#include <linux/mutex.h>
#include "slice.h"

struct vdsa_portals {
	struct mutex lock;
	bool revoked;			/* lock */
	struct address_space *mapping;	/* of the vdev's file */
	loff_t offset;			/* of BAR2 in it */
	u32 nr_wqs, nr_pages;		/* of BAR2 */
	struct page *dummy;
	unsigned long pfn[DSA_VDEV_MAX_WQS][2];	/* unlimited, limited */
};

/* @slice is only asked for the page frames. */
int vdsa_portals_init(struct vdsa_portals *portals,
		      const struct vdsa_slice *slice, u32 nr_wqs, u32 size,
		      struct address_space *mapping, loff_t offset);
void vdsa_portals_exit(struct vdsa_portals *portals);

/* Map into @vma, whose offset is inside BAR2's part of the file. */
int vdsa_portals_mmap(struct vdsa_portals *portals, struct vm_area_struct *vma);

/* When revoke returns, no store reaches the host any more. */
void vdsa_portals_revoke(struct vdsa_portals *portals);
void vdsa_portals_restore(struct vdsa_portals *portals);
bool vdsa_portals_are_revoked(struct vdsa_portals *portals);
/* Forget what a client stored into the page of ours. */
void vdsa_portals_clear(struct vdsa_portals *portals);

#endif /* VDSA_PORTAL_H */
