/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where has the client of a mediated device mapped memory?
 */
#ifndef VDSA_MAPPINGS_H
#define VDSA_MAPPINGS_H

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/vfio.h>

/* Pages of IOVA: the first one, and the one after the last. */
struct vdsa_pages {
	unsigned long begin, end;
};

/* What VFIO knows of a mapping, with a reference to its owner's structures. */
struct vdsa_mapping {
	struct vdsa_pages pages;
	unsigned long vaddr;		/* of the first page, in mm */
	struct mm_struct *mm;
	struct task_struct *task;	/* whose limit of locked memory counts */
	bool unlimited;			/* no limit does */
	bool writable;			/* by the device */
};

/* Whether that can be told for this client. The device is open. */
bool vdsa_mappings_are_known(struct vfio_device *vfio);
/* The lowest mapping that has a page from @page on; false where none is known. */
bool vdsa_mappings_next(struct vfio_device *vfio, unsigned long page, struct vdsa_pages *mapping);
/* The mapping that has @page; false where none is known. To be put. */
bool vdsa_mappings_get(struct vfio_device *vfio, unsigned long page, struct vdsa_mapping *mapping);
void vdsa_mapping_put(struct vdsa_mapping *mapping);
/* Whether VFIO pins and counts all that is mapped itself, for another kind of device. */
bool vdsa_mappings_are_pinned(struct vfio_device *vfio);
/* Differs from what it was where mappings have changed; and how many they are. */
u64 vdsa_mappings_mark(struct vfio_device *vfio, u32 *nr);
/* The same for all devices of one container; the device itself where that cannot be told. */
const void *vdsa_mappings_container(struct vfio_device *vfio);

#endif /* VDSA_MAPPINGS_H */
