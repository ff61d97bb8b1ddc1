/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vdev as its guest sees it: registers, config space and virtual commands,
 * without access to the host. What needs the host is returned as an action, whose
 * outcome the caller reports. The caller serialises calls.
 */
#ifndef VDSA_MODEL_H
#define VDSA_MODEL_H

#include "state.h"

/* Initialise a model for a new holder. False: @info is not valid. */
bool vdsa_model_init(struct vdsa_model *m, const struct vdsa_model_info *info);

/* The caller checks with vdsa_access_ok(). Config space takes up to 4 bytes. */
u64 vdsa_model_bar0_read(const struct vdsa_model *m, u32 off, u32 len);
struct vdsa_action vdsa_model_bar0_write(struct vdsa_model *m, u32 off, u32 len,
					 u64 val);
u32 vdsa_model_cfg_read(const struct vdsa_model *m, u32 off, u32 len);
struct vdsa_action vdsa_model_cfg_write(struct vdsa_model *m, u32 off, u32 len,
					u32 val);
/* Whether the guest has set the bus master bit. */
bool vdsa_model_is_master(const struct vdsa_model *m);

/*
 * The outcome of the action that has @ticket. Ignored if it comes late, twice or
 * after a reset.
 */
struct vdsa_action vdsa_model_done(struct vdsa_model *m, u32 ticket,
				   const struct vdsa_outcome *outcome);

/* Whether a command still waits for the outcome; not after a reset or a halt. */
bool vdsa_model_awaits(const struct vdsa_model *m, u32 ticket);

/* A reset of the function by the holder (VFIO); MSI-X and config space stay. */
struct vdsa_action vdsa_model_reset(struct vdsa_model *m);

/*
 * Events of the host: its device or the work queues are lost, with all handles; it is
 * halted, which also stops a disabled vdev; it is back; it was away too long for the
 * guest to keep waiting. For errors that it reports see errors.h.
 *
 * A halt is reported to the guest once only, when a reset by command can end it:
 * idxd of 6.12 does not recover from one that needs more, nor from a second one. Only
 * if the host does not return is one reported that needs more.
 */
struct vdsa_action vdsa_model_host_revoked(struct vdsa_model *m);
struct vdsa_action vdsa_model_host_halted(struct vdsa_model *m);
struct vdsa_action vdsa_model_host_restored(struct vdsa_model *m);
struct vdsa_action vdsa_model_host_missed(struct vdsa_model *m);

#endif /* VDSA_MODEL_H */
