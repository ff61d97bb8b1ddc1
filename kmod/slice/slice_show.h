/* SPDX-License-Identifier: GPL-2.0 */
/* Snapshots of slices and devices, and events about slices. */
#ifndef VDSA_SLICE_SHOW_H
#define VDSA_SLICE_SHOW_H

#include "slice.h"

/* The slice with the lowest id from @id on, of @device where not NULL. */
bool vdsa_slice_next_snapshot(u32 id, const char *device, struct vdsa_slice_snapshot *snap);
/* The device at @index in order of discovery; by name. */
bool vdsa_device_snapshot_at(u32 index, struct vdsa_device_snapshot *snap);
bool vdsa_device_snapshot_of(const char *name, struct vdsa_device_snapshot *snap);
/* Slices of @dev that have @nr_wqs work queues and were ready when last shown. */
u32 vdsa_slice_nr_ready(struct vdsa_dev *dev, u32 nr_wqs);

/*
 * The caller of the following functions holds the function's lock. show updates the
 * snapshot that readers see; notify also sends an event.
 */
bool vdsa_slice_is_complete(const struct vdsa_slice *slice);
bool vdsa_slice_is_expected(const struct vdsa_slice *slice);
enum dsa_vdev_slice_state vdsa_slice_get_state(const struct vdsa_slice *slice);
void vdsa_slice_show(struct vdsa_slice *slice);
void vdsa_slice_notify(struct vdsa_slice *slice, u8 cmd);
/* On its device's list, and off it. */
void vdsa_slice_link(struct vdsa_slice *slice);
void vdsa_slice_unlink(struct vdsa_slice *slice);

#endif /* VDSA_SLICE_SHOW_H */
