/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stores of a holder to a work queue. BAR2 of a vdev is mapped by faults, page by
 * page: to the host's portal or, while that is revoked and where no portal is, to a
 * dummy page. A store is never trapped and never raises a signal.
 */
#ifndef VDSA_PORTAL_H
#define VDSA_PORTAL_H

#include <linux/mm.h>
#include <linux/mutex.h>
#include <uapi/linux/dsa_vdev.h>

/* The portals of a work queue: unlimited and limited. */
#define VDSA_PORTAL_KINDS	2

struct vdsa_portals {
	struct mutex lock;
	bool revoked;			/* lock */
	struct address_space *mapping;	/* of the vdev's file */
	loff_t offset;			/* of BAR2 in it */
	u32 nr_wqs, nr_pages;		/* of BAR2 */
	struct page *dummy;
	unsigned long pfn[DSA_VDEV_MAX_WQS][VDSA_PORTAL_KINDS];
};

/* @pfn: the page frames of the host's portals, of each of @nr_wqs work queues. */
int vdsa_portals_init(struct vdsa_portals *portals,
		      const unsigned long (*pfn)[VDSA_PORTAL_KINDS], u32 nr_wqs,
		      struct address_space *mapping, loff_t offset);
void vdsa_portals_exit(struct vdsa_portals *portals);

/* Map into @vma, whose offset is inside BAR2's part of the file. */
int vdsa_portals_mmap(struct vdsa_portals *portals, struct vm_area_struct *vma);

/* After revoke returns, no store reaches the host. */
void vdsa_portals_revoke(struct vdsa_portals *portals);
void vdsa_portals_restore(struct vdsa_portals *portals);
bool vdsa_portals_are_revoked(struct vdsa_portals *portals);
/* Clear what a holder stored into the dummy page. */
void vdsa_portals_clear(struct vdsa_portals *portals);

#endif /* VDSA_PORTAL_H */
