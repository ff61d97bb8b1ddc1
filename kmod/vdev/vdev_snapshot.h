/* SPDX-License-Identifier: GPL-2.0 */
/* What a vdev shows of itself. */
#ifndef VDSA_VDEV_SNAPSHOT_H
#define VDSA_VDEV_SNAPSHOT_H

#include <linux/types.h>
#include <linux/uuid.h>
#include <uapi/linux/dsa_vdev.h>
#include "memory/pins.h"

/* A snapshot for netlink; see the attributes of the same names. */
struct vdsa_vdev_snapshot {
	guid_t uuid;
	u32 slice_id, pasid, nr_vectors, pci_device;
	char device[32], type[32];
	char name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];
	enum dsa_vdev_vdev_state state;
	bool reserved;
	struct vdsa_pins_snapshot pins;
	u64 commands, resets, errors;
	struct {
		u32 irq, ims, handle;
		bool has_handle, masked;
		u64 interrupts;
	} vector[DSA_VDEV_MAX_WQS + 1];
};

#endif /* VDSA_VDEV_SNAPSHOT_H */
