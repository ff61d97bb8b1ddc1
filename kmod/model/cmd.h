/* SPDX-License-Identifier: GPL-2.0 */
/* Virtual commands: their checks, actions and completion. */
#ifndef VDSA_MODEL_CMD_H
#define VDSA_MODEL_CMD_H

#include "state.h"

/* A write to CMD that covers its last byte submits the command. */
struct vdsa_action vdsa_cmd_submit(struct vdsa_model *m, u32 cmd);

/* The outcome of the running command. */
void vdsa_cmd_finish(struct vdsa_model *m, const struct vdsa_outcome *outcome,
		     struct vdsa_action *action);

/* Complete the running command, if any, with an error. */
void vdsa_cmd_abandon(struct vdsa_model *m, struct vdsa_action *action);

/* Reset the whole model, to depth @by. */
void vdsa_model_to_reset(struct vdsa_model *m, enum vdsa_reset by,
			 struct vdsa_action *action);

#endif /* VDSA_MODEL_CMD_H */
