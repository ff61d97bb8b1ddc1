/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a slice is lost and comes back. The caller of these functions holds the
 * function's lock.
 */
#ifndef VDSA_SLICE_STATE_H
#define VDSA_SLICE_STATE_H

#include "private/bus_ops.h"

struct vdsa_slice;
struct vdsa_slice_wq;

struct vdsa_slice *vdsa_slice_find_wq(struct vdsa_dev *dev, u32 wq, u32 *index);
struct vdsa_slice *vdsa_slice_find(struct vdsa_dev *dev, u32 id);
void vdsa_slice_release_handle(struct vdsa_slice *slice, struct vdsa_slice_wq *wq);
void vdsa_slice_release_handles(struct vdsa_slice *slice);
/*
 * The device does not end a command: revoke the slice, report a halt to its client
 * and detach the PASID. A command that waited for the memory then ends, and all
 * work queues of the slice are stopped. It stays halted until it is restored.
 */
void vdsa_slice_lose(struct vdsa_slice *slice);
/*
 * Prevent its restoration for VDSA_PENALTY_MIN, or for twice as long as the last time if that
 * ended less than VDSA_PENALTY_MAX ago; never for longer than that. The caller also revokes it.
 * Returns the seconds.
 */
u32 vdsa_slice_punish(struct vdsa_slice *slice);
/* Its vdev is destroyed: what is left of the penalty is VDSA_PENALTY_MIN at most, and so is the next. */
void vdsa_slice_forgive(struct vdsa_slice *slice);
/* Stop its work queues; if that fails, call vdsa_slice_lose(). */
void vdsa_slice_stop(struct vdsa_slice *slice);
void vdsa_slice_revoke(struct vdsa_slice *slice, enum vdsa_loss loss);
/* All work queues are bound: make the slice usable again. */
void vdsa_slice_restore(struct vdsa_slice *slice);

#endif /* VDSA_SLICE_STATE_H */
