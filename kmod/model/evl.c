// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's event log. See evl.h.
 *
 * Linux 6.12 oopses in a guest that disables a device without an event log, so
 * there is one. An error whose entry would carry a completion record is not
 * logged: the host reports the error, but not the record.
 */
#include "bar0.h"
#include "evl.h"
#include "vectors.h"

#define ENTRY_BYTES	(8 * VDSA_EVL_QWORDS)

static u64 evl_base(const struct vdsa_model *m)
{
	return vdsa_regfile_get(&m->bar0, DSA_EVLCFG, 8);
}

static u32 evl_size(const struct vdsa_model *m)
{
	return vdsa_bar0_get32(m, DSA_EVLCFG + 8) & DSA_EVLCFG_SIZE;
}

static bool is_on(const struct vdsa_model *m)
{
	return vdsa_bar0_get32(m, DSA_GENCFG) & DSA_GENCFG_EVL;
}

u8 vdsa_evl_check(const struct vdsa_model *m)
{
	u32 size = evl_size(m);

	if (!is_on(m))
		return 0;
	if (size < DSA_EVLCFG_SIZE_MIN ||
	    evl_base(m) > 0 - (u64)size * ENTRY_BYTES)
		return DSA_CMDERR_DEV_EVL;
	return 0;
}

void vdsa_evl_enable(struct vdsa_model *m)
{
	if (is_on(m))
		vdsa_regfile_set(&m->bar0, DSA_EVLSTS, 8, 0);
}

void vdsa_evl_disable(struct vdsa_model *m)
{
	m->log_ticket = 0;
}

bool vdsa_evl_takes(const struct vdsa_model *m, u64 q0)
{
	if (m->state != VDSA_MODEL_ENABLED || !is_on(m))
		return false;
	switch ((q0 & DSA_SWERR_CODE) >> DSA_SWERR_CODE_SHIFT) {
	case DSA_STATUS_RECORD_FAULT:
	case DSA_EVL_DRAIN:
	case DSA_EVL_BATCH:
	case DSA_SWERR_BUSMASTER:
	case DSA_SWERR_WQ_FULL:
	case DSA_SWERR_EVL:
		return false;
	default:
		return true;
	}
}

static u32 evl_tail(const struct vdsa_model *m)
{
	return vdsa_bar0_get32(m, DSA_EVLSTS + 4) & 0xffff;
}

static u32 next_tail(const struct vdsa_model *m)
{
	return (evl_tail(m) + 1) % evl_size(m);
}

bool vdsa_evl_log(struct vdsa_model *m, const u64 err[4],
		  struct vdsa_action *action)
{
	u32 head = vdsa_bar0_get32(m, DSA_EVLSTS) & DSA_EVLSTS_HEAD;

	if (m->log_ticket || next_tail(m) == head)
		return false;
	m->log_ticket = vdsa_model_ticket(m);
	action->code = VDSA_DO_LOG;
	action->ticket = m->log_ticket;
	action->addr = evl_base(m) + (u64)evl_tail(m) * ENTRY_BYTES;
	memcpy(action->entry, err, 4 * sizeof(err[0]));
	action->entry[0] &= ~DSA_SWERR_ACK;	/* no such bits in an entry */
	return true;
}

void vdsa_evl_written(struct vdsa_model *m, struct vdsa_action *action)
{
	u64 status = vdsa_regfile_get(&m->bar0, DSA_EVLSTS, 8);
	bool interrupt = vdsa_bar0_get32(m, DSA_GENCTRL) & DSA_GENCTRL_EVL_INT &&
			 !(status & DSA_EVLSTS_INT_PENDING);

	status &= ~DSA_EVLSTS_TAIL;
	status |= (u64)next_tail(m) << DSA_EVLSTS_TAIL_SHIFT;
	if (interrupt)
		status |= DSA_EVLSTS_INT_PENDING;
	vdsa_regfile_set(&m->bar0, DSA_EVLSTS, 8, status);
	if (interrupt)
		vdsa_model_raise(m, DSA_INTCAUSE_EVL, action);
}
