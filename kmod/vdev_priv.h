/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What do the doors above the vdev, vfio.c and mdev.c, call? See vdev.h for
 * what the rest of the module may.
 *
 * Lock order: vdev->lock, then what slice.h takes; vdev->lock, pins.lock, the lock of
 * the client's memory (memory.c), then VFIO's locks and the client's mmap_lock; vdev->lock, vdev->show_lock, irq_lock of slice.h or hint_lock; mmap_lock,
 * portals.lock. The host calls back under locks of
 * its own: there only portals.lock and events.lock are taken, the rest is done
 * by events.work.
 */
#ifndef VDSA_VDEV_PRIV_H
#define VDSA_VDEV_PRIV_H

#include <linux/eventfd.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>
#include "model/model.h"
#include "pins.h"
#include "portal.h"
#include "slice.h"
#include "vdev.h"

#define VDSA_NR_EVENT_ERRORS	4

/* What the host told and vdev->lock is to learn. */
struct vdsa_vdev_events {
	spinlock_t lock;
	bool revoked, halted, restored, erred;	/* lock */
	u32 nr_errors;				/* lock */
	struct {
		u32 wq;
		u64 err[4];
	} error[VDSA_NR_EVENT_ERRORS];		/* lock */
	struct work_struct work;
};

struct vdsa_vdev {
	struct vfio_device vfio;		/* first: VFIO frees by it */
	guid_t uuid;
	char device[32], type[32];
	struct vdsa_slice *slice;
	struct vdsa_slice_info info;
	struct vdsa_portals portals;
	struct vdsa_pins pins;
	struct vdsa_vdev_events events;
	struct delayed_work missed;		/* the host is not back by now */

	/*
	 * Of the host's side, which never waits for the client: the other lock is
	 * held while the device runs a command or the client's memory is written.
	 */
	struct mutex show_lock;
	struct vdsa_vdev_info shown;		/* show_lock: as it was last shown */
	struct eventfd_ctx *unplug;		/* show_lock: asks the client to let go */

	struct mutex lock;			/* of all that follows */
	bool open, gone;			/* and show_lock to change; read with either */
	enum dsa_vdev_vdev_state told;		/* to netlink */
	struct vdsa_model model;
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

/* Offset of a region in the file, as VFIO clients of PCI devices have it. */
#define VDSA_REGION_SHIFT	40
#define VDSA_REGION_OFFSET(index) ((loff_t)(index) << VDSA_REGION_SHIFT)

/* On an error @slice is still the caller's. */
struct vdsa_vdev *vdsa_vdev_create(struct device *dev, const guid_t *uuid,
				   const char *device, const char *type,
				   struct vdsa_slice *slice);
/* Blocks until the client has closed it; the slice is given back. */
void vdsa_vdev_destroy(struct vdsa_vdev *vdev);

/* vdev_list.c: the list, and how a vdev looks. */
int vdsa_vdev_publish(struct vdsa_vdev *vdev);
void vdsa_vdev_unpublish(struct vdsa_vdev *vdev);	/* sets gone */
/* With vdev->lock. Others see it as it was when it was last shown; notify also tells them. */
enum dsa_vdev_vdev_state vdsa_vdev_state(const struct vdsa_vdev *vdev);
void vdsa_vdev_show(struct vdsa_vdev *vdev);
void vdsa_vdev_notify(struct vdsa_vdev *vdev, u8 cmd);
/* Whether a client has a vdev of @device open. */
bool vdsa_vdev_any_open(const char *device);

/* For a client, in the order of its life. */
int vdsa_vdev_open(struct vdsa_vdev *vdev);
void vdsa_vdev_close(struct vdsa_vdev *vdev);
void vdsa_vdev_reset(struct vdsa_vdev *vdev);
/* Of config space or BAR0; agreed to by vdsa_access_ok(). */
u64 vdsa_vdev_read(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len);
void vdsa_vdev_write(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len,
		     u64 val);
/* Takes over the reference of @trigger; NULL removes it. */
int vdsa_vdev_set_trigger(struct vdsa_vdev *vdev, u32 vector,
			  struct eventfd_ctx *trigger);
void vdsa_vdev_set_masked(struct vdsa_vdev *vdev, u32 vector, bool masked);
/* Signal as if the vector had fired. */
void vdsa_vdev_loopback(struct vdsa_vdev *vdev, u32 vector);
void vdsa_vdev_set_unplug(struct vdsa_vdev *vdev, struct eventfd_ctx *trigger);
void vdsa_vdev_ask_unplug(struct vdsa_vdev *vdev, unsigned int count);

extern const struct vfio_device_ops vdsa_vfio_ops;

#endif /* VDSA_VDEV_PRIV_H */
