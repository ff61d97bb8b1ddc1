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

struct vdsa_portals;

/*
 * Who maps the portals: the device's own file, or one that was given to another process
 * (portal_file.h). Each has a dummy page of its own, by which no holder sees what another
 * stored.
 */
struct vdsa_portal_view {
	struct vdsa_portals *portals;
	struct page *dummy;
	u32 holder;			/* portals->lock: of which it is */
};

struct vdsa_portals {
	struct mutex lock;
	bool revoked;			/* lock */
	u32 holder;			/* lock: number of the present or next holder */
	struct vdsa_portal_view own;	/* of the device's file, which any holder has */
	struct address_space *mapping;	/* of the vdev's file */
	loff_t offset;			/* of BAR2 in it */
	u32 nr_wqs, nr_pages;		/* of BAR2 */
	unsigned long pfn[DSA_VDEV_MAX_WQS][VDSA_PORTAL_KINDS];
};

/* @pfn: the page frames of the host's portals, of each of @nr_wqs work queues. */
int vdsa_portals_init(struct vdsa_portals *portals,
		      const unsigned long (*pfn)[VDSA_PORTAL_KINDS], u32 nr_wqs,
		      struct address_space *mapping, loff_t offset);
void vdsa_portals_exit(struct vdsa_portals *portals);

/* A view of the present holder. -ENOMEM. */
int vdsa_portal_view_init(struct vdsa_portal_view *view, struct vdsa_portals *portals);
/* No area maps it any more. */
void vdsa_portal_view_exit(struct vdsa_portal_view *view);

/* Map into @vma, whose offset is inside BAR2's part of the file. @view stays as long as @vma. */
int vdsa_portals_mmap(struct vdsa_portal_view *view, struct vm_area_struct *vma);

/* After revoke returns, no store reaches the host. */
void vdsa_portals_revoke(struct vdsa_portals *portals);
void vdsa_portals_restore(struct vdsa_portals *portals);
bool vdsa_portals_are_revoked(struct vdsa_portals *portals);
/* The holder is gone: no store through its views reaches the host any more. */
void vdsa_portals_renew(struct vdsa_portals *portals);

#endif /* VDSA_PORTAL_H */
