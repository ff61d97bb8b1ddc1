/* SPDX-License-Identifier: GPL-2.0 */
/* The structure of a slice, for the files of this room. See slice.h for the words. */
#ifndef VDSA_SLICE_PRIV_H
#define VDSA_SLICE_PRIV_H

#include "core/names.h"
#include "hw/bus.h"
#include "hw/iommu.h"
#include "hw/irq.h"
#include "private/bus_ops.h"
#include "slice.h"

#define VDSA_NR_ERRORS	8
#define VDSA_NO_HANDLE	U32_MAX
#define VDSA_WATCH_INTERVAL	HZ	/* of dev->watch */
/* A slice that disturbed others stays halted for the first, twice as long each time, at most for the second. */
#define VDSA_PENALTY_MIN	(10 * HZ)
#define VDSA_PENALTY_MAX	(640 * HZ)

struct vdsa_slice_wq {
	u32 id;			/* on the device */
	bool bound;
	bool expected;		/* unbound by a reset: to be bound again */
	struct vdsa_wq_conf conf;	/* does not change while a vdev is on the slice */
	u32 entry;		/* of the interrupt message storage */
	u32 handle;		/* VDSA_NO_HANDLE, or the one the client holds */
	struct vdsa_vector *vector;	/* irq_lock; NULL in a shell */
};

/* Software errors on their way from the interrupt thread to the client. */
struct vdsa_error_queue {
	spinlock_t lock;
	u32 nr;
	struct {
		u32 wq;
		u64 err[4];
	} error[VDSA_NR_ERRORS];
	struct work_struct work;
};

/* Guarded by dev->lock unless a field says otherwise. */
struct vdsa_slice {
	struct vdsa_dev *dev;		/* a reference */
	struct list_head node;
	u32 id, flags, group, nr_engines, nr_wqs;
	struct vdsa_slice_wq wq[DSA_VDEV_MAX_WQS];
	struct vdsa_iommu iommu;
	struct mutex irq_lock;		/* after dev->lock */

	enum dsa_vdev_mapping mapping;
	int vdev_mapping;		/* of its vdev, or VDSA_MAPPING_OF_SLICE */

	bool revoked;			/* not usable now */
	bool shell;			/* the function is gone */
	bool taken, reserved;
	bool was_reserved;		/* for the vdev that took it */
	bool open;			/* its vdev has a holder */
	u64 nr_errors_before;		/* logged errors of its work queues at open */
	u64 nr_errors_told;		/* errors last reported to listeners */
	unsigned long errors_told_at;
	bool punished;			/* revoked because it disturbed others */
	unsigned long penalty;		/* the last one of this vdev, in jiffies; 0: none */
	unsigned long punished_until;	/* the end of it */
	unsigned long rest_until;	/* no command that waits for descriptors before this */
	struct vdsa_name vdev;		/* while taken or reserved */
	char owner[DSA_VDEV_NAME_MAX + 1];	/* likewise */
	u32 portid;			/* while reserved */

	struct vdsa_slice_snapshot shown;	/* [show], see bus.h */

	const struct vdsa_slice_client_ops *ops;
	void *client;
	struct vdsa_error_queue errors;
};

#endif /* VDSA_SLICE_PRIV_H */
