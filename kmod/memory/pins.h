/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The holder's memory that its vdev can reach: found, pinned, and mapped into the
 * address space of a PASID, or into a space (space.h).
 */
#ifndef VDSA_PINS_H
#define VDSA_PINS_H

#include <linux/maple_tree.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>
#include <uapi/linux/dsa_vdev.h>
#include "hw/iommu.h"
#include "memory.h"
#include "private/mappings.h"

struct vdsa_pins;

/* Callbacks of the worker that maps, which holds none of its locks. */
struct vdsa_pins_ops {
	/* All that was mapped when vdsa_pins_map() had @ticket was tried. */
	void (*mapped)(struct vdsa_pins *pins, u32 ticket);
	/* It has worked for some time, and then again from time to time and at its end. */
	void (*progress)(struct vdsa_pins *pins);
};

struct vdsa_pins {
	struct mutex lock;
	const struct vdsa_pins_ops *ops;
	struct vfio_device *vfio;
	struct vdsa_iommu *iommu;
	bool open;			/* lock: the vdev has a holder */
	bool told;			/* lock: a limit was logged */
	char holder[TASK_COMM_LEN];	/* lock: name of the holder; then its pid and limit */
	pid_t holder_pid;		/* lock */
	u64 holder_memlock_mib;		/* lock */
	struct task_struct *holder_task;	/* lock: a reference while open */
	struct mm_struct *holder_mm;	/* lock: a reference to the structure alone */
	bool holder_unlimited;		/* lock: may lock all memory */
	bool memlock_met;		/* lock: VFIO has reported the limit since open */
	struct vdsa_share share;	/* lock: share in the holder's pinned memory */
	bool alone;			/* lock: a space was refused since open */
	struct maple_tree runs;		/* lock: pages of IOVA, see pins.c */
	struct page **pages;		/* lock: of one call to VFIO */
	struct scatterlist *table;	/* lock: of a run that is made */

	enum dsa_vdev_mapping mapping;	/* fixed */

	/* lock; for show read without it */
	u64 nr_pages, nr_wanted, nr_served, nr_refused;
	enum dsa_vdev_mapping_state state;
	bool probed;			/* found by probing, not in VFIO's mappings */

	bool dropped;			/* lock: memory was dropped since the last poll */
	u64 mark;			/* lock: hash of the mappings as last swept, or at the last poll */
	u32 ticket;			/* of vdsa_pins_map(), until the worker takes it; 0: none */
	bool missed;			/* lock: of some mapping nothing is pinned, or a page could not be for a time, or mapping failed */
	unsigned long retry_at, retry_after;	/* look_work: when to try it again; jiffies */
	unsigned long rest_until;	/* the end of the pause that polls keep; jiffies, read without lock */
	unsigned long tell_at;		/* look_work: time of the next progress() */
	bool told_progress;		/* look_work */
	struct delayed_work look_work;	/* maps; its last run is over when close returns */

	spinlock_t hint_lock;
	struct vdsa_pages hint[DSA_VDEV_MAX_HINTS];	/* hint_lock */
	u32 nr_hints;			/* hint_lock */
	struct work_struct hint_work;
};

/* A snapshot; see the attributes of a vdev. */
struct vdsa_pins_snapshot {
	enum dsa_vdev_mapping mapping;
	u32 sources;			/* enum dsa_vdev_mapping_sources */
	enum dsa_vdev_mapping_state state;
	u64 nr_pages, nr_wanted, nr_served, nr_refused;
	u32 nr_hints;
	struct vdsa_pages hint[DSA_VDEV_MAX_HINTS];
};

int vdsa_pins_init(struct vdsa_pins *pins, struct vfio_device *vfio, struct vdsa_iommu *iommu,
		   enum dsa_vdev_mapping mapping, const struct vdsa_pins_ops *ops);
void vdsa_pins_exit(struct vdsa_pins *pins);

/* The holder opens and closes the device; close drops its pins. A space's stay while another uses it. */
void vdsa_pins_open(struct vdsa_pins *pins);
void vdsa_pins_close(struct vdsa_pins *pins);
/*
 * Find the holder's memory by the vdev's kind of mapping, and pin and map what is not
 * mapped yet. A descriptor that accesses other memory gets a page fault in its
 * completion record.
 *
 * A sweep finds each mapping, and in it each piece of memory that begins with its
 * mapping or contains a multiple of 4 KiB below 2 MiB, of 64 KiB below 4 GiB, of
 * 2 MiB above. With iommufd, with a kernel whose VFIO is not known, or with
 * probe_mappings=1, it probes below sweep_limit_gib only, and finds only the pieces
 * that contain such a multiple.
 *
 * A worker does this, which can take seconds, and then calls ops->mapped(). Close
 * ends it early. Until then memory that is mapped later is mapped, too, if VFIO's
 * mappings are known. Neither call waits for the worker. @ticket is not 0.
 */
void vdsa_pins_map(struct vdsa_pins *pins, u32 ticket);
/*
 * Begin to do so, if VFIO's mappings are known, before anyone needs it: now, or with many
 * mappings after the pause that polls keep.
 */
void vdsa_pins_map_ahead(struct vdsa_pins *pins);
/* On return no page of the range is reachable, or pinned for this vdev or its space. */
void vdsa_pins_drop(struct vdsa_pins *pins, u64 iova, u64 len);
/*
 * Replace the hints. They apply to every later holder; the memory of the present one
 * is mapped soon after. A hint may name unmapped addresses. -ERANGE: a hint is beyond
 * what the IOMMU can map.
 */
int vdsa_pins_set_hints(struct vdsa_pins *pins, const struct vdsa_pages *hints, u32 nr);
void vdsa_pins_get_snapshot(struct vdsa_pins *pins, struct vdsa_pins_snapshot *snap);

#endif /* VDSA_PINS_H */
