/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How does the guest's event log work? It is in the guest's memory, and has
 * nothing to do with the host's.
 */
#ifndef VDSA_MODEL_EVL_H
#define VDSA_MODEL_EVL_H

#include "model.h"

/* What speaks against enabling the device: an error of CMDSTS or 0. */
u8 vdsa_evl_check(const struct vdsa_model *m);
void vdsa_evl_enable(struct vdsa_model *m);
/* The guest may place it anew: an entry that is still being written is lost. */
void vdsa_evl_disable(struct vdsa_model *m);

/* Whether an error with this first qword is one for the log, now. */
bool vdsa_evl_takes(const struct vdsa_model *m, u64 q0);
/* Ask for the entry of a software error to be written; false: it is full. */
bool vdsa_evl_log(struct vdsa_model *m, const u64 err[4],
		  struct vdsa_action *action);
/* It is written: show it. */
void vdsa_evl_written(struct vdsa_model *m, struct vdsa_action *action);

#endif /* VDSA_MODEL_EVL_H */
