/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vdev: one VFIO mediated device on one slice. It has one lock and one
 * state; it drives the register model and performs the model's actions through
 * the slice. vfio.c and mdev.c are its callers.
 */
#ifndef VDSA_VDEV_H
#define VDSA_VDEV_H

#include <linux/types.h>
#include <linux/uuid.h>
#include <uapi/linux/dsa_vdev.h>
#include "memory/pins.h"

/* A snapshot for netlink; see the attributes of the same names. */
struct vdsa_vdev_info {
	guid_t uuid;
	u32 slice_id, pasid, nr_vectors, pci_device;
	char device[32], type[32];
	char name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];
	enum dsa_vdev_vdev_state state;
	bool reserved;
	struct vdsa_pins_info pins;
	u64 commands, resets, errors;
	struct {
		u32 irq, ims, handle;
		bool has_handle, masked;
		u64 interrupts;
	} vector[DSA_VDEV_MAX_WQS + 1];
};

/* -ENODEV: there is no such vdev. */
int vdsa_vdev_get_info(const guid_t *uuid, struct vdsa_vdev_info *info);
/* The vdev after *@cookie (0 at first) in order of creation; false at the end. */
bool vdsa_vdev_next_info(unsigned long *cookie, struct vdsa_vdev_info *info);
/* -ENODEV, or -ERANGE: a hint is beyond what the IOMMU can map. */
int vdsa_vdev_set_hints(const guid_t *uuid, const struct vdsa_pages *hints, u32 nr);

#endif /* VDSA_VDEV_H */
