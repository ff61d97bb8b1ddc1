/* SPDX-License-Identifier: GPL-2.0 */
/* Software errors, as the guest reads them. */
#ifndef VDSA_MODEL_ERRORS_H
#define VDSA_MODEL_ERRORS_H

#include "state.h"

/*
 * A software error that the host or the model reports: of work queue @wq, or of the
 * device if @wq is none of the vdev's.
 */
struct vdsa_action vdsa_model_sw_error(struct vdsa_model *m, u32 wq,
				       const u64 err[4]);
/* An entry of the event log could not be written. */
void vdsa_model_log_failed(struct vdsa_model *m, struct vdsa_action *action);

#endif /* VDSA_MODEL_ERRORS_H */
