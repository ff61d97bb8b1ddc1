/* SPDX-License-Identifier: GPL-2.0 */
/* All vdevs, and what they show of themselves. */
#ifndef VDSA_VDEV_LIST_H
#define VDSA_VDEV_LIST_H

#include <linux/uuid.h>
#include "private/mappings.h"
#include "vdev_snapshot.h"

struct vdsa_vdev;

/* -ENODEV: there is no such vdev. */
int vdsa_vdev_get_snapshot(const guid_t *uuid, struct vdsa_vdev_snapshot *snap);
/* The vdev after *@cookie (0 at first) in order of creation; false at the end. */
bool vdsa_vdev_next_snapshot(unsigned long *cookie, struct vdsa_vdev_snapshot *snap);
/* -ENODEV, or -ERANGE: a hint is beyond what the IOMMU can map. */
int vdsa_vdev_set_hints(const guid_t *uuid, const struct vdsa_pages *hints, u32 nr);

/* On the list and off it, which sets gone. */
int vdsa_vdev_publish(struct vdsa_vdev *vdev);
void vdsa_vdev_unpublish(struct vdsa_vdev *vdev);
/*
 * With vdev->lock. show updates the snapshot that readers see; notify also sends an event;
 * changed does so if the state has changed.
 */
void vdsa_vdev_show(struct vdsa_vdev *vdev);
void vdsa_vdev_notify(struct vdsa_vdev *vdev, u8 cmd);
void vdsa_vdev_changed(struct vdsa_vdev *vdev);
/* Whether a vdev of @device has a holder. */
bool vdsa_vdev_any_open(const char *device);

#endif /* VDSA_VDEV_LIST_H */
