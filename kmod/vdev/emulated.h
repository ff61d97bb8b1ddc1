/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kind of vdev whose PCI device the module emulates: it drives the register model,
 * whose actions are performed on the slice. doors/vfio.c and doors/mdev.c are its callers.
 */
#ifndef VDSA_EMULATED_H
#define VDSA_EMULATED_H

#include "vdev.h"

/* See vdsa_vdev_create(). */
struct vdsa_vdev *vdsa_emulated_create(struct device *dev, const struct vfio_device_ops *ops,
				       const struct vdsa_vdev_names *names,
				       struct vdsa_slice *slice);

/* Access to config space or BAR0, checked with vdsa_access_ok(). */
u64 vdsa_emulated_read(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len);
void vdsa_emulated_write(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len, u64 val);

#endif /* VDSA_EMULATED_H */
