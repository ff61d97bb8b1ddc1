// SPDX-License-Identifier: GPL-2.0
/* The vdev as its guest sees it. See model.h. */
#include "bar0.h"
#include "cmd.h"
#include "evl.h"
#include "model.h"
#include "pci_cfg.h"

static bool info_ok(const struct vdsa_model_info *info)
{
	return info->nr_wqs && info->nr_wqs <= VDSA_MODEL_MAX_WQS &&
	       info->nr_engines && info->nr_engines <= 64;
}

bool vdsa_model_init(struct vdsa_model *m, const struct vdsa_model_info *info)
{
	if (!info_ok(info))
		return false;
	memset(m, 0, sizeof(*m));
	m->info = *info;
	vdsa_pci_cfg_init(m);
	vdsa_bar0_init(m);
	vdsa_bar0_show_state(m);
	return true;
}

u32 vdsa_model_bar2_size(const struct vdsa_model *m)
{
	u32 size = DSA_PORTAL_WQ;

	while (size < m->info.nr_wqs * DSA_PORTAL_WQ)
		size *= 2;
	return size;
}

/* Raise vector 0: now, or when it is unmasked. */
static void signal_vector_0(struct vdsa_model *m, struct vdsa_action *action)
{
	if (vdsa_model_masked(m, 0)) {
		m->pending |= 1;
		return;
	}
	m->pending &= ~1u;
	action->signal = true;
}

void vdsa_model_raise(struct vdsa_model *m, u32 cause,
		      struct vdsa_action *action)
{
	vdsa_bar0_set32(m, DSA_INTCAUSE,
			vdsa_bar0_get32(m, DSA_INTCAUSE) | cause);
	signal_vector_0(m, action);
}

/* Only for causes that the guest enabled in GENCTRL. */
static void raise_if(struct vdsa_model *m, u32 genctrl, u32 cause,
		     struct vdsa_action *action)
{
	if (vdsa_bar0_get32(m, DSA_GENCTRL) & genctrl)
		vdsa_model_raise(m, cause, action);
}

static bool covers(u32 off, u32 len, u32 byte)
{
	return off <= byte && byte < off + len;
}

/* CMD may be written in parts of any size; the last byte submits. */
static struct vdsa_action write_cmd(struct vdsa_model *m, u32 off, u32 len,
				    u64 val)
{
	u32 i, shift, cmd;

	for (i = 0; i < len && off + i < DSA_CMD + 4; i++) {
		shift = 8 * (off + i - DSA_CMD);
		m->cmd_bytes &= ~(0xffu << shift);
		m->cmd_bytes |= (u32)(val >> 8 * i & 0xff) << shift;
	}
	if (!covers(off, len, DSA_CMD + 3))
		return (struct vdsa_action) { .code = VDSA_DO_NOTHING };
	cmd = m->cmd_bytes;
	m->cmd_bytes = 0;
	return vdsa_cmd_submit(m, cmd);
}

/* A mask may have been cleared: raise what is pending. */
static struct vdsa_action unmasked(struct vdsa_model *m)
{
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	if (m->pending & 1)
		signal_vector_0(m, &action);
	return action;
}

u64 vdsa_model_bar0_read(const struct vdsa_model *m, u32 off, u32 len)
{
	return vdsa_regfile_read(&m->bar0, off, len);
}

struct vdsa_action vdsa_model_bar0_write(struct vdsa_model *m, u32 off, u32 len,
					 u64 val)
{
	if (off >= DSA_CMD && off < DSA_CMD + 4)
		return write_cmd(m, off, len, val);
	vdsa_regfile_write(&m->bar0, off, len, val,
			   m->state == VDSA_MODEL_DISABLED ? 0 :
							     VDSA_LOCK_CONFIG);
	return unmasked(m);
}

u32 vdsa_model_cfg_read(const struct vdsa_model *m, u32 off, u32 len)
{
	return (u32)vdsa_regfile_read(&m->cfg, off, len);
}

void vdsa_model_to_reset(struct vdsa_model *m, enum vdsa_reset by,
			 struct vdsa_action *action)
{
	vdsa_regfile_reset(&m->bar0, by);
	m->wqs_enabled = 0;
	m->handles = 0;
	m->pending &= ~1u;
	vdsa_evl_disable(m);
	m->state = m->host_halt ? VDSA_MODEL_HALTED : VDSA_MODEL_DISABLED;
	m->halt_told = false;
	vdsa_bar0_show_state(m);
	action->signal = false;	/* its cause was reset with INTCAUSE */
}

struct vdsa_action vdsa_model_reset(struct vdsa_model *m)
{
	struct vdsa_action action = {
		.code = VDSA_DO_QUIESCE, .handles = m->handles,
	};

	m->nr_resets++;
	m->cmd = (struct vdsa_command) { 0 };
	m->cmd_bytes = 0;
	vdsa_model_to_reset(m, VDSA_RESET_FUNCTION, &action);
	return action;
}

/* No work runs until a reset. */
static void halt(struct vdsa_model *m, struct vdsa_action *action)
{
	vdsa_cmd_abandon(m, action);
	m->state = VDSA_MODEL_HALTED;
	m->wqs_enabled = 0;
	vdsa_bar0_show_state(m);
}

/* Once: drivers do not handle a second halt. */
static void tell_halt(struct vdsa_model *m, struct vdsa_action *action)
{
	if (m->state != VDSA_MODEL_HALTED || m->halt_told)
		return;
	m->halt_told = true;
	raise_if(m, DSA_GENCTRL_HALT_INT, DSA_INTCAUSE_HALT, action);
}

static struct vdsa_action busmaster_lost(struct vdsa_model *m)
{
	const u64 err[4] = { (u64)DSA_SWERR_BUSMASTER << DSA_SWERR_CODE_SHIFT };
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	if (m->state != VDSA_MODEL_ENABLED)
		return action;
	action = vdsa_model_sw_error(m, ~0u, err);
	action.code = VDSA_DO_QUIESCE;
	halt(m, &action);
	tell_halt(m, &action);
	return action;
}

struct vdsa_action vdsa_model_cfg_write(struct vdsa_model *m, u32 off, u32 len,
					u32 val)
{
	switch (vdsa_pci_cfg_write(m, off, len, val)) {
	case VDSA_CFG_FLR:
		return vdsa_model_reset(m);
	case VDSA_CFG_BUSMASTER_OFF:
		return busmaster_lost(m);
	default:
		return unmasked(m);
	}
}

struct vdsa_action vdsa_model_host_halted(struct vdsa_model *m)
{
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	m->host_down = m->host_halt = true;
	m->halt_told = false;
	m->handles = 0;
	halt(m, &action);
	return action;
}

struct vdsa_action vdsa_model_host_revoked(struct vdsa_model *m)
{
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };
	bool had_handles = m->handles;

	if (m->state != VDSA_MODEL_DISABLED)
		return vdsa_model_host_halted(m);
	m->host_down = true;
	m->handles = 0;
	vdsa_cmd_abandon(m, &action);
	if (had_handles)
		vdsa_model_raise(m, DSA_INTCAUSE_REVOKED, &action);
	return action;
}

struct vdsa_action vdsa_model_host_restored(struct vdsa_model *m)
{
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	m->host_down = m->host_halt = false;
	vdsa_bar0_show_state(m);
	tell_halt(m, &action);
	return action;
}

struct vdsa_action vdsa_model_host_missed(struct vdsa_model *m)
{
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	if (m->host_down)
		tell_halt(m, &action);
	return action;
}

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
	raise_if(m, DSA_GENCTRL_SWERR_INT, DSA_INTCAUSE_SWERR, action);
}

static void log_failed(struct vdsa_model *m, struct vdsa_action *action)
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
		log_failed(m, &action);
	return action;
}

u32 vdsa_model_ticket(struct vdsa_model *m)
{
	if (!++m->last_ticket)
		m->last_ticket = 1;
	return m->last_ticket;
}

bool vdsa_model_awaits(const struct vdsa_model *m, u32 ticket)
{
	return ticket && ticket == m->cmd.ticket;
}

struct vdsa_action vdsa_model_done(struct vdsa_model *m, u32 ticket,
				   const struct vdsa_outcome *outcome)
{
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };

	if (vdsa_model_awaits(m, ticket)) {
		vdsa_cmd_finish(m, outcome, &action);
	} else if (ticket && ticket == m->log_ticket) {
		m->log_ticket = 0;
		if (outcome->status)
			log_failed(m, &action);
		else
			vdsa_evl_written(m, &action);
	}
	return action;
}

static u32 msix_ctrl(u32 vector)
{
	return VDSA_MSIX_TABLE + vector * VDSA_MSIX_STRIDE + VDSA_MSIX_CTRL;
}

bool vdsa_model_masked(const struct vdsa_model *m, u32 vector)
{
	return vdsa_pci_cfg_msix_masked(m) ||
	       vdsa_bar0_get32(m, msix_ctrl(vector)) & VDSA_MSIX_CTRL_MASK;
}

struct vdsa_action vdsa_model_set_masked(struct vdsa_model *m, u32 vector,
					 bool masked)
{
	if (vector <= m->info.nr_wqs)
		vdsa_bar0_set32(m, msix_ctrl(vector),
				masked ? VDSA_MSIX_CTRL_MASK : 0);
	return unmasked(m);
}

void vdsa_model_set_pending(struct vdsa_model *m, u32 vectors)
{
	u32 ours = m->pending & 1;
	u32 all = (1u << (m->info.nr_wqs + 1)) - 1;

	m->pending = ours | (vectors & all & ~1u);
	vdsa_regfile_set(&m->bar0, VDSA_MSIX_PBA, 8, m->pending);
}

bool vdsa_model_reads_pending(u32 off)
{
	return off >= VDSA_MSIX_PBA && off < VDSA_MSIX_PBA + 8;
}
