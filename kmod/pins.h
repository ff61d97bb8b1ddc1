/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of the client's memory can the slice reach? What VFIO lets us pin is
 * found by probing, pinned, and mapped into the slice's address space.
 */
#ifndef VDSA_PINS_H
#define VDSA_PINS_H

#include <linux/maple_tree.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>
#include "mappings.h"
#include "memory.h"
#include "slice.h"

struct vdsa_pins {
	struct mutex lock;
	struct vfio_device *vfio;
	struct vdsa_slice *slice;
	bool open;			/* lock: the client has the device open */
	bool told;			/* lock: of a limit, in the log */
	char client[TASK_COMM_LEN];	/* lock: who opened it, and may lock so much */
	pid_t client_pid;		/* lock */
	u64 client_memlock_mib;		/* lock */
	struct task_struct *client_task;	/* lock: a reference while open */
	struct mm_struct *client_mm;	/* lock: the same, of the structure alone */
	bool memlock_met;		/* lock: VFIO said so since it was opened */
	struct vdsa_share share;	/* lock: in what the client's vdevs have pinned */
	struct maple_tree runs;		/* lock: pages of IOVA, see pins.c */
	struct page **pages;		/* lock: of one call to VFIO */
	struct vdsa_extent *extents;	/* lock: of the same */

	enum dsa_vdev_mapping mapping;	/* fixed */

	/* lock; for show read without it */
	u64 nr_pages, nr_wanted, nr_served, nr_refused;
	enum dsa_vdev_mapping_state state;
	bool probed;			/* not by VFIO's list */

	bool looks;			/* lock: for what the client maps later */
	bool dropped;			/* lock: something, since it was last looked */
	u64 mark;			/* lock: of the mappings then */
	struct delayed_work look_work;

	spinlock_t hint_lock;
	struct vdsa_pages hint[DSA_VDEV_MAX_HINTS];	/* hint_lock */
	u32 nr_hints;			/* hint_lock */
	struct work_struct hint_work;
};

/* How it looks from outside; see the attributes of a vdev. */
struct vdsa_pins_info {
	enum dsa_vdev_mapping mapping;
	u32 sources;			/* enum dsa_vdev_mapping_sources */
	enum dsa_vdev_mapping_state state;
	u64 nr_pages, nr_wanted, nr_served, nr_refused;
	u32 nr_hints;
	struct vdsa_pages hint[DSA_VDEV_MAX_HINTS];
};

int vdsa_pins_init(struct vdsa_pins *pins, struct vfio_device *vfio,
		   struct vdsa_slice *slice, enum dsa_vdev_mapping mapping);
void vdsa_pins_exit(struct vdsa_pins *pins);

/* Around the time that the client has the device open; close drops all pins. */
void vdsa_pins_open(struct vdsa_pins *pins);
void vdsa_pins_close(struct vdsa_pins *pins);
/*
 * Pin and map all of the client's memory that is not yet and that the kind of
 * mapping lets be found. A device that touches
 * what is not mapped gets a page fault in its completion record.
 *
 * By a sweep, each mapping is found, and in it each piece of memory that has a multiple of
 * 4 KiB below 2 MiB, of 64 KiB below 4 GiB, of 2 MiB above, as has all that
 * begins where its mapping begins. Of a client that uses iommufd, under a
 * kernel whose VFIO is not known, or with probe_mappings=1, the same, but only below sweep_limit_gib and
 * without the exception.
 *
 * It can take seconds, and ends early where the client is killed. From then on, until close, what
 * the client maps later is mapped, too, where that is known without probing.
 */
void vdsa_pins_map(struct vdsa_pins *pins);
/* Nothing of the range is reachable or pinned when it returns. */
void vdsa_pins_drop(struct vdsa_pins *pins, u64 iova, u64 len);
/*
 * Replace the hints. They are there for every client that opens the vdev; the
 * memory of one that has it open is mapped soon after. They need not be mapped.
 * -ERANGE where one is beyond what the IOMMU can map.
 */
int vdsa_pins_set_hints(struct vdsa_pins *pins, const struct vdsa_pages *hints, u32 nr);
void vdsa_pins_get_info(struct vdsa_pins *pins, struct vdsa_pins_info *info);

#endif /* VDSA_PINS_H */
