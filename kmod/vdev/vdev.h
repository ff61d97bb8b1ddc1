/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vdev: one VFIO mediated device on one slice. It has one lock and one state, of
 * which the part that only one kind has is in the file of that. The doors are its
 * callers.
 */
#ifndef VDSA_VDEV_H
#define VDSA_VDEV_H

#include "vdev_priv.h"

/*
 * For the kinds: make @vdev, which vfio_alloc_device() has allocated, a vdev of @kind. On
 * error it is freed and the caller keeps @slice.
 */
struct vdsa_vdev *vdsa_vdev_create(struct vdsa_vdev *vdev, const struct vdsa_vdev_kind *kind,
				   const struct vdsa_vdev_names *names, struct vdsa_slice *slice);
/* Blocks until the holder has closed it; the slice is given back. */
void vdsa_vdev_destroy(struct vdsa_vdev *vdev);

/* Operations of a holder, in the order of use. */
int vdsa_vdev_open(struct vdsa_vdev *vdev);
void vdsa_vdev_close(struct vdsa_vdev *vdev);
void vdsa_vdev_reset(struct vdsa_vdev *vdev);
/*
 * Takes over the reference of @trigger; NULL removes it. The first trigger of a vector
 * unmasks it and its removal masks it, as the kernel does in the table of a real device.
 */
int vdsa_vdev_set_trigger(struct vdsa_vdev *vdev, u32 vector,
			  struct eventfd_ctx *trigger);
void vdsa_vdev_set_masked(struct vdsa_vdev *vdev, u32 vector, bool masked);
/* Signal as if the vector had fired. */
void vdsa_vdev_loopback(struct vdsa_vdev *vdev, u32 vector);
void vdsa_vdev_set_unplug(struct vdsa_vdev *vdev, struct eventfd_ctx *trigger);
void vdsa_vdev_ask_unplug(struct vdsa_vdev *vdev, unsigned int count);

#endif /* VDSA_VDEV_H */
