/* SPDX-License-Identifier: GPL-2.0 */
/* What does a virtual command need, what does it do, and how does it end? */
#ifndef VDSA_MODEL_CMD_H
#define VDSA_MODEL_CMD_H

#include "model.h"

/* A write to CMD that covers its last byte submits what is in it. */
struct vdsa_action vdsa_cmd_submit(struct vdsa_model *m, u32 cmd);

/* The outcome of the one that runs. */
void vdsa_cmd_finish(struct vdsa_model *m, const struct vdsa_outcome *outcome,
		     struct vdsa_action *action);

/* Drop the command that runs, if one does, with an error. */
void vdsa_cmd_abandon(struct vdsa_model *m, struct vdsa_action *action);

/* A reset, of depth @by, of everything that is in the model. */
void vdsa_model_to_reset(struct vdsa_model *m, enum vdsa_reset by,
			 struct vdsa_action *action);

/* Names an action whose outcome is waited for; never 0. */
u32 vdsa_model_ticket(struct vdsa_model *m);

/* Set bits of INTCAUSE and raise vector 0. */
void vdsa_model_raise(struct vdsa_model *m, u32 cause,
		      struct vdsa_action *action);

#endif /* VDSA_MODEL_CMD_H */
