/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slices are made and deleted, reserved and taken. The extended ack has the reason of
 * a refusal.
 */
#ifndef VDSA_SLICE_MAKE_H
#define VDSA_SLICE_MAKE_H

#include <linux/netlink.h>
#include "slice.h"

int vdsa_slice_new(const char *device, const u32 *wqs, u32 nr_wqs, u32 flags,
		   enum dsa_vdev_mapping mapping, struct vdsa_slice_snapshot *snap, struct netlink_ext_ack *extack);
int vdsa_slice_del(u32 id, struct netlink_ext_ack *extack);
/* @mapping is for the vdev, or VDSA_MAPPING_OF_SLICE. */
int vdsa_slice_reserve(u32 id, const guid_t *uuid, const char *name, const char *owner,
		       int mapping, u32 portid, struct netlink_ext_ack *extack);
/* End the reservations of a netlink socket. */
void vdsa_slice_unreserve(u32 portid);

/*
 * Take a slice of @dev with @nr_wqs work queues for vdev @uuid: the one that is
 * reserved for it, else any ready one. -ENOSPC: none is ready; -EEXIST: the
 * UUID has one already. The slice is then "used".
 */
struct vdsa_slice *vdsa_slice_take(struct vdsa_dev *dev, u32 nr_wqs,
				   const guid_t *uuid);
/* Name and owner in the reservation that take() consumed; "" if none was given. */
const char *vdsa_slice_client_name(const struct vdsa_slice *slice);
const char *vdsa_slice_client_owner(const struct vdsa_slice *slice);
/* Whether take() consumed a reservation. */
bool vdsa_slice_was_reserved(const struct vdsa_slice *slice);
void vdsa_slice_give_back(struct vdsa_slice *slice);

/* With the function's lock: remove it from its device and release all of its hardware. */
void vdsa_slice_end(struct vdsa_slice *slice);
/* Without the lock: it is on no list, and its work is not queued any more. */
void vdsa_slice_free(struct vdsa_slice *slice);

#endif /* VDSA_SLICE_MAKE_H */
