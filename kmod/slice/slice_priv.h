/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files that implement a slice: slice.c (state changes),
 * slice_make.c (creation, deletion, reservation), slice_use.c (operations of its
 * client), slice_show.c (snapshots and events). See slice.h for the words.
 */
#ifndef VDSA_SLICE_PRIV_H
#define VDSA_SLICE_PRIV_H

#include "core/names.h"
#include "private/bus.h"
#include "hw/iommu.h"
#include "hw/irq.h"
#include "slice.h"

#define VDSA_NR_ERRORS	8
#define VDSA_NO_HANDLE	U32_MAX
#define VDSA_WATCH_INTERVAL	HZ	/* of dev->watch */
#define VDSA_COUNT_INTERVAL	(HZ / 50)	/* of errors, while a vdev is open */
#define VDSA_TELL_INTERVAL	HZ	/* between two messages about errors of a slice */
#define VDSA_PENALTY		(10 * HZ)	/* a slice that disturbed others stays halted */
#define VDSA_HALT_PATIENCE	2	/* polls of a halt before this module acts */

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
	unsigned long punished_until;	/* while punished */
	unsigned long rest_until;	/* no command that waits for descriptors before this */
	bool told_slow;			/* its slow commands were logged since open */
	struct vdsa_name vdev;		/* while taken or reserved */
	char owner[DSA_VDEV_NAME_MAX + 1];	/* likewise */
	u32 portid;			/* while reserved */

	struct vdsa_slice_snapshot shown;	/* [show], see bus.h */

	const struct vdsa_slice_client_ops *ops;
	void *client;
	struct vdsa_error_queue errors;
};

/*
 * The caller of the following functions holds the function's lock. slice_show.c:
 * show updates the snapshot that readers see; notify also sends an event.
 */
enum dsa_vdev_slice_state vdsa_slice_get_state(const struct vdsa_slice *slice);
void vdsa_slice_show(struct vdsa_slice *slice);
/* Errors of its work queues, from all holders so far. */
u64 vdsa_slice_count_errors(const struct vdsa_slice *slice);
void vdsa_slice_notify(struct vdsa_slice *slice, u8 cmd);
/* On its device's list, and off it. */
void vdsa_slice_link(struct vdsa_slice *slice);
void vdsa_slice_unlink(struct vdsa_slice *slice);

/* slice.c: */
bool vdsa_slice_is_complete(const struct vdsa_slice *slice);
bool vdsa_slice_is_expected(const struct vdsa_slice *slice);
struct vdsa_slice *vdsa_slice_find_wq(struct vdsa_dev *dev, u32 wq, u32 *index);
struct vdsa_slice *vdsa_slice_find(struct vdsa_dev *dev, u32 id);
void vdsa_slice_release_handle(struct vdsa_slice *slice, struct vdsa_slice_wq *wq);
void vdsa_slice_release_handles(struct vdsa_slice *slice);
/*
 * The device does not end a command: revoke the slice, report a halt to its client
 * and detach the PASID. A command that waited for the memory then ends, and all
 * work queues of the slice are stopped. It stays halted until watch() restores it.
 */
void vdsa_slice_lose(struct vdsa_slice *slice);
/* Prevent its restoration for VDSA_PENALTY. The caller also revokes it. */
void vdsa_slice_punish(struct vdsa_slice *slice);
/* Stop its work queues; if that fails, call vdsa_slice_lose(). */
void vdsa_slice_stop(struct vdsa_slice *slice);
void vdsa_slice_revoke(struct vdsa_slice *slice, enum vdsa_loss loss);
/* The work of an error queue; without the lock. */
void vdsa_slice_deliver_errors(struct work_struct *work);

/* slice_make.c: */
/* Remove it from its device and release all of its hardware. */
void vdsa_slice_end(struct vdsa_slice *slice);
/* Without the lock: it is on no list, and its work is not queued any more. */
void vdsa_slice_free(struct vdsa_slice *slice);

/* slice_use.c: is the silicon under INTEL-SA-01084? */
bool vdsa_slice_is_unsafe(const struct vdsa_dev *dev);

#endif /* VDSA_SLICE_PRIV_H */
