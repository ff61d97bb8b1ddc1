/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory mappings of a mediated device's holder.
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

/* The hash of mappings, in their order, to detect changes; 0 is that of none. */
u64 vdsa_mappings_hash(u64 hash, struct vdsa_pages next);

/* A mapping as VFIO has it, with references to the mm and task. */
struct vdsa_mapping {
	struct vdsa_pages pages;
	unsigned long vaddr;		/* of the first page, in mm */
	struct mm_struct *mm;
	struct task_struct *task;	/* its limit of locked memory applies */
	bool unlimited;			/* the limit does not apply */
	bool writable;			/* by the device */
};

/* Whether the holder's mappings can be read. The device is open. */
bool vdsa_mappings_are_known(struct vfio_device *vfio);
/* The lowest mappings that have a page at or after @page, up to @most; returns their number. */
u32 vdsa_mappings_from(struct vfio_device *vfio, unsigned long page, struct vdsa_pages *mapping,
		       u32 most);
/* The mapping that has @page, to be put by the caller; false if none is known. */
bool vdsa_mappings_get(struct vfio_device *vfio, unsigned long page, struct vdsa_mapping *mapping);
void vdsa_mapping_put(struct vdsa_mapping *mapping);
/* Whether VFIO itself pins and counts all mapped memory, for a device that is no mdev. */
bool vdsa_mappings_are_pinned(struct vfio_device *vfio);
/* All mappings at one time; all 0 if there are none or none is known. */
struct vdsa_survey {
	u64 hash;			/* of vdsa_mappings_hash() */
	u64 nr_pages;
	u32 nr;
};
struct vdsa_survey vdsa_mappings_survey(struct vfio_device *vfio);
/* A key that all devices of one container share; the device itself if that is not known. */
const void *vdsa_mappings_container(struct vfio_device *vfio);

#endif /* VDSA_MAPPINGS_H */
