/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files that make up a slice share: slice.c (what becomes of it),
 * slice_make.c (how it comes and who has it), slice_use.c (what its client
 * does with it), slice_show.c (how it looks). See slice.h for the words.
 */
#ifndef VDSA_SLICE_PRIV_H
#define VDSA_SLICE_PRIV_H

#include "bus.h"
#include "iommu.h"
#include "irq.h"
#include "slice.h"

#define VDSA_NR_ERRORS	8
#define VDSA_NO_HANDLE	U32_MAX
#define VDSA_WATCH_INTERVAL	HZ	/* of dev->watch */
#define VDSA_COUNT_INTERVAL	(HZ / 50)	/* of errors, while a vdev is open */
#define VDSA_TELL_INTERVAL	HZ	/* between two messages about errors of a slice */
#define VDSA_PENALTY		(10 * HZ)	/* that a slice stays halted for what it did to others */
#define VDSA_HALT_PATIENCE	2	/* looks at a halt before it is our matter */

struct vdsa_slice_wq {
	u32 id;			/* on the device */
	bool bound;
	bool expected;		/* a reset took it: it is to be bound again */
	struct vdsa_wq_conf conf;	/* while a vdev is on the slice it stays */
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

/* Guarded by dev->lock where nothing else is said. */
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
	bool open;			/* its vdev is, by a client */
	u64 nr_errors_before;		/* of its work queues in the log, when it was opened */
	u64 nr_errors_told;		/* of its work queues, to listeners */
	unsigned long errors_told_at;
	bool punished;			/* revoked for what it did to others */
	unsigned long punished_until;	/* while punished */
	unsigned long rest_until;	/* it had the command register for long */
	bool told_slow;			/* in the log, since it was opened */
	guid_t vdev;			/* while taken or reserved */
	u32 portid;			/* while reserved */
	char name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];

	struct vdsa_slice_snapshot shown;	/* [show], see bus.h */

	const struct vdsa_slice_client_ops *ops;
	void *client;
	struct vdsa_error_queue errors;
};

/*
 * The caller of all that follows holds the function's lock. slice_show.c: what
 * others see of a slice is how it was when it was last shown; notify also tells them.
 */
enum dsa_vdev_slice_state vdsa_slice_get_state(const struct vdsa_slice *slice);
void vdsa_slice_show(struct vdsa_slice *slice);
/* Errors of its work queues, of all their owners. */
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
 * The device does not obey: the slice loses its memory, and to its client the device is
 * halted: that is what it is until watch() finds that it obeys again. With that a command
 * that waited for the memory ends, and then all of its work queues are stopped.
 */
void vdsa_slice_lose(struct vdsa_slice *slice);
/* It stays halted for VDSA_PENALTY. It is to be revoked besides. */
void vdsa_slice_punish(struct vdsa_slice *slice);
/* Stop what runs. Where that fails, it loses its memory. */
void vdsa_slice_stop(struct vdsa_slice *slice);
void vdsa_slice_revoke(struct vdsa_slice *slice, enum vdsa_loss loss);
/* The work of an error queue; without the lock. */
void vdsa_slice_deliver_errors(struct work_struct *work);

/* slice_make.c: */
/* Take it off its device: nothing of the hardware is left to it. */
void vdsa_slice_end(struct vdsa_slice *slice);
/* Without the lock: it is on no list, and its work is not queued any more. */
void vdsa_slice_free(struct vdsa_slice *slice);

/* slice_use.c: is the silicon under INTEL-SA-01084? */
bool vdsa_slice_is_unsafe(const struct vdsa_dev *dev);

#endif /* VDSA_SLICE_PRIV_H */
