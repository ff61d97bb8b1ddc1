/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kind of vdev whose PCI device a process emulates. The module knows what it gave
 * out, and nothing of registers. doors/vfio_bare.c and doors/mdev.c are its callers.
 */
#ifndef VDSA_BARE_H
#define VDSA_BARE_H

#include <uapi/linux/dsa_vdev_bare.h>
#include "vdev.h"

/* See vdsa_vdev_create(). */
struct vdsa_vdev *vdsa_bare_create(struct device *dev, const struct vfio_device_ops *ops,
				   const struct vdsa_vdev_names *names, struct vdsa_slice *slice);

/* Requests of the holder, checked; see the header for user space. */
void vdsa_bare_get_info(const struct vdsa_vdev *vdev, struct vdsa_bare_info *info);
/*
 * @action's ticket is that of a mapping; handles are set here. -EAGAIN: a work queue is to
 * be enabled, and no mapping with this ticket ended last.
 */
int vdsa_bare_act(struct vdsa_vdev *vdev, struct vdsa_action *action,
		  struct vdsa_outcome *outcome);
void vdsa_bare_get_events(struct vdsa_vdev *vdev, struct vdsa_bare_events *events);
/* Bit n: the vector of work queue n. */
u32 vdsa_bare_pending(const struct vdsa_vdev *vdev);

#endif /* VDSA_BARE_H */
