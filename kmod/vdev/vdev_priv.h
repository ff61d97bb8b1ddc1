/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The structure of a vdev, for the files of this room and for the doors.
 *
 * Lock order: vdev->lock, then what slice.h takes; vdev->lock, pins.lock, the lock of
 * a space (space.h), that of the holder's memory (memory.c), then VFIO's locks and the
 * holder's mmap_lock; vdev->lock, pins.lock, memories_lock of memory.c, the lock of the
 * slice's PASID (hw/iommu.h), the kernel's for its IOMMU group;
 * vdev->lock, vdev->show_lock, irq_lock of slice.h or hint_lock; mmap_lock,
 * portals.lock. The slice's callbacks run under its locks and take only portals.lock
 * and events.lock; the rest is done by events.work.
 */
#ifndef VDSA_VDEV_PRIV_H
#define VDSA_VDEV_PRIV_H

#include <linux/eventfd.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>
#include "memory/pins.h"
#include "model/state.h"
#include "portal.h"
#include "slice/slice.h"
#include "vdev_snapshot.h"

#define VDSA_NR_EVENT_ERRORS	4

/* Events of the host that events.work passes on under vdev->lock. */
struct vdsa_vdev_events {
	spinlock_t lock;
	bool revoked, halted, restored, erred;	/* lock */
	bool progress;				/* lock: of mapping the holder's memory */
	u32 mapped;				/* lock: ticket of the mapping that ended; 0: none */
	u32 nr_errors;				/* lock */
	bool errors_lost;			/* lock: more than fit */
	struct {
		u32 wq;
		u64 err[4];
	} error[VDSA_NR_EVENT_ERRORS];		/* lock */
	struct work_struct work;
};

struct vdsa_vdev;

/*
 * What differs between the kinds of vdevs. All but end are called with vdev->lock;
 * renew also at creation.
 */
struct vdsa_vdev_kind {
	u32 portals_region;			/* index of the region with the portals */
	/* The state that each holder finds. False: vdev->info is not valid. */
	bool (*renew)(struct vdsa_vdev *vdev);
	void (*opened)(struct vdsa_vdev *vdev, bool revoked);
	/* For good; no other is called any more. May be NULL. */
	void (*end)(struct vdsa_vdev *vdev);
	/* The vectors that may have a handle; bit n: vector n. */
	u32 (*handles)(const struct vdsa_vdev *vdev);
	/* Requests of the holder. */
	void (*reset)(struct vdsa_vdev *vdev);
	void (*set_masked)(struct vdsa_vdev *vdev, u32 vector, bool masked);
	/* Events of the host, for a vdev that is open, in this order. */
	void (*sw_errors)(struct vdsa_vdev *vdev, const struct vdsa_vdev_events *taken);
	void (*mapped)(struct vdsa_vdev *vdev, u32 ticket);
	void (*lost)(struct vdsa_vdev *vdev, bool halted);
	void (*restored)(struct vdsa_vdev *vdev);
	/* What it shows: commands, resets, errors, and of each vector mask and handle. */
	enum dsa_vdev_vdev_state (*state)(const struct vdsa_vdev *vdev);
	void (*fill)(const struct vdsa_vdev *vdev, struct vdsa_vdev_snapshot *snap);
};

/* What a new vdev is called. */
struct vdsa_vdev_names {
	guid_t uuid;
	const char *device, *type;
};

struct vdsa_vdev {
	struct vfio_device vfio;		/* first: VFIO frees by it */
	const struct vdsa_vdev_kind *kind;
	guid_t uuid;
	char device[32], type[32];
	struct vdsa_slice *slice;
	struct vdsa_slice_info info;
	struct vdsa_portals portals;
	struct vdsa_pins pins;
	struct vdsa_vdev_events events;

	/*
	 * For the host, which must not wait for the holder: vdev->lock is held while
	 * the device runs a command or the holder's memory is written.
	 */
	struct mutex show_lock;
	struct vdsa_vdev_snapshot shown;	/* show_lock: the last snapshot */
	struct eventfd_ctx *unplug;		/* show_lock: asks the holder to close */

	struct mutex lock;			/* of the fields below */
	bool open, gone;			/* written under both locks, read under either */
	enum dsa_vdev_vdev_state told;		/* to netlink */
	u32 masked;				/* vectors, as slice.h was told */
	struct eventfd_ctx *trigger[DSA_VDEV_MAX_WQS + 1];
};

static inline struct vdsa_vdev *vdsa_vdev_of(struct vfio_device *vfio)
{
	return container_of(vfio, struct vdsa_vdev, vfio);
}

static inline u32 vdsa_vdev_nr_vectors(const struct vdsa_vdev *vdev)
{
	return vdev->info.nr_wqs + 1;
}

/* Offset of a region in the file, as in vfio-pci. */
#define VDSA_REGION_SHIFT	40
#define VDSA_REGION_OFFSET(index) ((loff_t)(index) << VDSA_REGION_SHIFT)

#endif /* VDSA_VDEV_PRIV_H */
