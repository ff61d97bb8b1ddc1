// SPDX-License-Identifier: GPL-2.0
/* The vdev as its guest sees it. See model.h. */
#include "bar0.h"
#include "cmd.h"
#include "errors.h"
#include "evl.h"
#include "model.h"
#include "pci_cfg.h"
#include "vectors.h"

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

bool vdsa_model_is_master(const struct vdsa_model *m)
{
	return vdsa_pci_cfg_busmaster(m);
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
	return vdsa_model_unmasked(m);
}

u32 vdsa_model_cfg_read(const struct vdsa_model *m, u32 off, u32 len)
{
	return (u32)vdsa_regfile_read(&m->cfg, off, len);
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
	vdsa_model_raise_if(m, DSA_GENCTRL_HALT_INT, DSA_INTCAUSE_HALT, action);
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
		return vdsa_model_unmasked(m);
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
			vdsa_model_log_failed(m, &action);
		else
			vdsa_evl_written(m, &action);
	}
	return action;
}
