// SPDX-License-Identifier: GPL-2.0
/* Software errors: in the guest's event log where it has one, else in SWERR. */
#include "errors.h"
#include "evl.h"
#include "vectors.h"

/* Translate to the guest: no PASID, and its own work queue numbers. */
static u64 swerr_for_guest(const struct vdsa_model *m, u32 wq, u64 q0)
{
	q0 &= ~(DSA_SWERR_WQ | DSA_SWERR_WQ_VALID | DSA_SWERR_PASID |
		DSA_SWERR_OVERFLOW);
	if (wq < m->info.nr_wqs)
		q0 |= DSA_SWERR_WQ_VALID | (u64)wq << DSA_SWERR_WQ_SHIFT;
	return q0 | DSA_SWERR_VALID;
}

static void show_error(struct vdsa_model *m, const u64 err[4],
		       struct vdsa_action *action)
{
	u64 q0 = vdsa_regfile_get(&m->bar0, DSA_SWERR, 8);
	u32 i;

	if (q0 & DSA_SWERR_VALID) {
		vdsa_regfile_set(&m->bar0, DSA_SWERR, 8, q0 | DSA_SWERR_OVERFLOW);
		return;
	}
	/* an overflow stays until the guest clears it */
	vdsa_regfile_set(&m->bar0, DSA_SWERR, 8, err[0] | (q0 & DSA_SWERR_OVERFLOW));
	for (i = 1; i < 4; i++)
		vdsa_regfile_set(&m->bar0, DSA_SWERR + 8 * i, 8, err[i]);
	vdsa_model_raise_if(m, DSA_GENCTRL_SWERR_INT, DSA_INTCAUSE_SWERR, action);
}

void vdsa_model_log_failed(struct vdsa_model *m, struct vdsa_action *action)
{
	const u64 err[4] = {
		DSA_SWERR_VALID | (u64)DSA_SWERR_EVL << DSA_SWERR_CODE_SHIFT,
	};

	show_error(m, err, action);
}

struct vdsa_action vdsa_model_sw_error(struct vdsa_model *m, u32 wq,
				       const u64 err[4])
{
	const u64 ours[4] = { swerr_for_guest(m, wq, err[0]),
			      err[1], err[2], err[3] };
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	m->nr_errors++;
	if (!vdsa_evl_takes(m, ours[0]))
		show_error(m, ours, &action);
	else if (!vdsa_evl_log(m, ours, &action))
		vdsa_model_log_failed(m, &action);
	return action;
}
