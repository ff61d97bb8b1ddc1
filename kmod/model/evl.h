/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's event log, which is in the guest's memory and independent of the
 * host's.
 */
#ifndef VDSA_MODEL_EVL_H
#define VDSA_MODEL_EVL_H

#include "state.h"

/* The CMDSTS error with which it prevents an enable of the device, or 0. */
u8 vdsa_evl_check(const struct vdsa_model *m);
void vdsa_evl_enable(struct vdsa_model *m);
/* The guest may move the log: an entry that is still being written is lost. */
void vdsa_evl_disable(struct vdsa_model *m);

/* Whether an error with this first qword is to be logged now. */
bool vdsa_evl_takes(const struct vdsa_model *m, u64 q0);
/* Request that the entry of a software error is written; false if the log is full. */
bool vdsa_evl_log(struct vdsa_model *m, const u64 err[4],
		  struct vdsa_action *action);
/* The entry is written: advance the tail. */
void vdsa_evl_written(struct vdsa_model *m, struct vdsa_action *action);

#endif /* VDSA_MODEL_EVL_H */
