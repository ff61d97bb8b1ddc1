/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vdev: one VFIO mediated device on one slice. It has one lock and one
 * state; it drives the register model and performs the model's actions through
 * the slice. doors/vfio.c and doors/mdev.c are its callers.
 */
#ifndef VDSA_VDEV_H
#define VDSA_VDEV_H

#include "vdev_priv.h"

/* A vdev of @type on @device, whose holder uses it by @ops. On error the caller keeps @slice. */
struct vdsa_vdev *vdsa_vdev_create(struct device *dev, const struct vfio_device_ops *ops,
				   const guid_t *uuid, const char *device, const char *type,
				   struct vdsa_slice *slice);
/* Blocks until the holder has closed it; the slice is given back. */
void vdsa_vdev_destroy(struct vdsa_vdev *vdev);

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

#endif /* VDSA_VDEV_H */
