/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interface of a vdev for vfio.c and mdev.c. See vdev.h for that of the rest of
 * the module.
 *
 * Lock order: vdev->lock, then what slice.h takes; vdev->lock, pins.lock, the lock of
 * the holder's memory (memory.c), then VFIO's locks and the holder's mmap_lock;
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
#include "model/model.h"
#include "memory/pins.h"
#include "portal.h"
#include "slice/slice.h"
#include "vdev.h"

#define VDSA_NR_EVENT_ERRORS	4

/* Events of the host that events.work passes on under vdev->lock. */
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
	struct delayed_work missed;		/* the host has not returned in time */

	/*
	 * For the host, which must not wait for the holder: vdev->lock is held while
	 * the device runs a command or the holder's memory is written.
	 */
	struct mutex show_lock;
	struct vdsa_vdev_info shown;		/* show_lock: the last snapshot */
	struct eventfd_ctx *unplug;		/* show_lock: asks the holder to close */

	struct mutex lock;			/* of the fields below */
	bool open, gone;			/* written under both locks, read under either */
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

/* Offset of a region in the file, as in vfio-pci. */
#define VDSA_REGION_SHIFT	40
#define VDSA_REGION_OFFSET(index) ((loff_t)(index) << VDSA_REGION_SHIFT)

/* On error the caller keeps @slice. */
struct vdsa_vdev *vdsa_vdev_create(struct device *dev, const guid_t *uuid,
				   const char *device, const char *type,
				   struct vdsa_slice *slice);
/* Blocks until the holder has closed it; the slice is given back. */
void vdsa_vdev_destroy(struct vdsa_vdev *vdev);

/* vdev_list.c: the list and snapshots. */
int vdsa_vdev_publish(struct vdsa_vdev *vdev);
void vdsa_vdev_unpublish(struct vdsa_vdev *vdev);	/* sets gone */
/* With vdev->lock. show updates the snapshot that readers see; notify also sends an event. */
enum dsa_vdev_vdev_state vdsa_vdev_state(const struct vdsa_vdev *vdev);
void vdsa_vdev_show(struct vdsa_vdev *vdev);
void vdsa_vdev_notify(struct vdsa_vdev *vdev, u8 cmd);
/* Whether a vdev of @device has a holder. */
bool vdsa_vdev_any_open(const char *device);

/* Operations of a holder, in the order of use. */
int vdsa_vdev_open(struct vdsa_vdev *vdev);
void vdsa_vdev_close(struct vdsa_vdev *vdev);
void vdsa_vdev_reset(struct vdsa_vdev *vdev);
/* Access to config space or BAR0, checked with vdsa_access_ok(). */
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
