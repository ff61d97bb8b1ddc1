// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual commands: their checks, actions and completion.
 *
 * The steps of a command: check the state -> read the operand -> check what it
 * names -> complete at once, or start an action for the host with a ticket -> outcome.
 */
#include "bar0.h"
#include "cmd.h"
#include "errors.h"
#include "evl.h"
#include "pci_cfg.h"
#include "vectors.h"

#define CMD_RESERVED	(~(DSA_CMD_OPERAND | DSA_CMD_CODE | DSA_CMD_INT))
#define HANDLE_RESERVED	(DSA_CMD_OPERAND & \
			 ~(DSA_CMD_HANDLE_INDEX | DSA_CMD_HANDLE_IMS))

enum operand {
	OPERAND_NONE,		/* reserved, must be 0 */
	OPERAND_ALL,		/* reserved, must be 0; means all enabled ones */
	OPERAND_WQ,		/* index */
	OPERAND_WQS,		/* bitmap of a group of 16 */
	OPERAND_WQS_ENABLED,	/* the same, and each must be enabled */
	OPERAND_VECTOR,		/* index of an interrupt without a handle */
	OPERAND_HANDLE		/* index or handle of one that has it */
};

struct command {
	u8 refused[VDSA_MODEL_NR_STATES];	/* with this error; 0: not refused */
	u8 operand;				/* enum operand */
	u8 action;				/* enum vdsa_action_code */
	bool known;
};

/* States:			  disabled, enabled, halted */
static const struct command commands[] = {
	[DSA_CMD_ENABLE_DEVICE] = {
		{ 0, DSA_CMDERR_DEV_NOT_DISABLED, DSA_CMDERR_HALTED },
		OPERAND_NONE, VDSA_DO_NOTHING, true },
	[DSA_CMD_DISABLE_DEVICE] = {
		{ DSA_CMDERR_DEV_NOT_ENABLED, 0, DSA_CMDERR_HALTED },
		OPERAND_ALL, VDSA_DO_WQ_DISABLE, true },
	[DSA_CMD_DRAIN_ALL] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_ALL, VDSA_DO_WQ_DRAIN, true },
	[DSA_CMD_ABORT_ALL] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_ALL, VDSA_DO_WQ_ABORT, true },
	[DSA_CMD_RESET_DEVICE] = {
		{ 0, 0, 0 }, /* but see check() */
		OPERAND_NONE, VDSA_DO_QUIESCE, true },
	[DSA_CMD_ENABLE_WQ] = {
		{ DSA_CMDERR_WQ_DEV_OFF, 0, DSA_CMDERR_HALTED },
		OPERAND_WQ, VDSA_DO_WQ_ENABLE, true },
	[DSA_CMD_DISABLE_WQ] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_WQS_ENABLED, VDSA_DO_WQ_DISABLE, true },
	[DSA_CMD_DRAIN_WQ] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_WQS_ENABLED, VDSA_DO_WQ_DRAIN, true },
	[DSA_CMD_ABORT_WQ] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_WQS_ENABLED, VDSA_DO_WQ_ABORT, true },
	[DSA_CMD_RESET_WQ] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_WQS, VDSA_DO_WQ_RESET, true },
	[DSA_CMD_REQUEST_HANDLE] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_VECTOR, VDSA_DO_HANDLE_REQUEST, true },
	[DSA_CMD_RELEASE_HANDLE] = {
		{ 0, 0, DSA_CMDERR_HALTED },
		OPERAND_HANDLE, VDSA_DO_HANDLE_RELEASE, true },
};

/* A bitmap names 16 work queues; all those of a vdev are in group 0. */
static u8 read_bitmap(const struct vdsa_model *m, u32 operand, u32 *wqs)
{
	*wqs = operand & DSA_CMD_BITMAP;
	if (operand & DSA_CMD_BITMAP_GROUP || *wqs >> m->info.nr_wqs)
		return DSA_CMDERR_WQ_INDEX;
	return 0;
}

static u8 read_vector(const struct vdsa_model *m, u32 operand, u32 *vector)
{
	*vector = operand & DSA_CMD_HANDLE_INDEX;
	if (operand & HANDLE_RESERVED)
		return DSA_CMDERR_RESERVED;
	if (operand & DSA_CMD_HANDLE_IMS)
		return DSA_CMDERR_NO_HANDLE;
	if (!*vector || *vector > m->info.nr_wqs)
		return DSA_CMDERR_HANDLE_INDEX;
	return 0;
}

/*
 * The specification passes the index, Linux the handle. A value that is both, of
 * different vectors, is taken as the handle, as guests run Linux.
 */
static u8 read_handle(const struct vdsa_model *m, u32 operand, u32 *vector)
{
	u32 val = operand & DSA_CMD_HANDLE_INDEX, v;

	if (operand & HANDLE_RESERVED)
		return DSA_CMDERR_RESERVED;
	if (operand & DSA_CMD_HANDLE_IMS)
		return DSA_CMDERR_HANDLE_INDEX;
	for (v = 1; v <= m->info.nr_wqs; v++) {
		if (m->handles >> v & 1 && m->handle[v] == val) {
			*vector = v;
			return 0;
		}
	}
	*vector = val;
	if (!val || val > m->info.nr_wqs || !(m->handles >> val & 1))
		return DSA_CMDERR_HANDLE_INDEX;
	return 0;
}

static u8 read_operand(const struct vdsa_model *m, enum operand kind,
		       u32 operand, struct vdsa_command *cmd)
{
	u8 err;

	switch (kind) {
	case OPERAND_NONE:
		return operand ? DSA_CMDERR_RESERVED : 0;
	case OPERAND_ALL:
		cmd->wqs = m->wqs_enabled;
		return operand ? DSA_CMDERR_RESERVED : 0;
	case OPERAND_WQ:
		if (operand >= m->info.nr_wqs)
			return DSA_CMDERR_WQ_INDEX;
		cmd->wqs = 1u << operand;
		return 0;
	case OPERAND_WQS:
		err = read_bitmap(m, operand, &cmd->wqs);
		cmd->wqs &= m->wqs_enabled;
		return err;
	case OPERAND_WQS_ENABLED:
		err = read_bitmap(m, operand, &cmd->wqs);
		if (!err && cmd->wqs & ~m->wqs_enabled)
			err = DSA_CMDERR_WQ_NOT_ENABLED;
		return err;
	case OPERAND_VECTOR:
		return read_vector(m, operand, &cmd->vector);
	case OPERAND_HANDLE:
		return read_handle(m, operand, &cmd->vector);
	}
	return DSA_CMDERR_COMMAND;
}

/* The error with which the state of device, work queue or host refuses it, or 0. */
static u8 check(const struct vdsa_model *m, const struct vdsa_command *cmd)
{
	switch (cmd->code) {
	case DSA_CMD_ENABLE_DEVICE:
		return vdsa_pci_cfg_busmaster(m) ? vdsa_evl_check(m) :
						   DSA_CMDERR_DEV_BUSMASTER;
	case DSA_CMD_RESET_DEVICE:
		return m->state == VDSA_MODEL_HALTED && m->host_halt ?
		       DSA_CMDERR_HALTED : 0;
	case DSA_CMD_ENABLE_WQ:
		if (m->wqs_enabled & cmd->wqs)
			return DSA_CMDERR_WQ_NOT_DISABLED;
		return m->info.pasid_attached ? 0 : DSA_CMDERR_WQ_PASID;
	default:
		return 0;
	}
}

static u8 prepare(const struct vdsa_model *m, u32 val,
		  struct vdsa_command *cmd)
{
	const struct command *command = &commands[0];
	u8 err;

	if (cmd->code < VDSA_NR(commands))
		command = &commands[cmd->code];
	if (!command->known)
		return DSA_CMDERR_COMMAND;
	err = command->refused[m->state];
	if (!err && val & CMD_RESERVED)
		err = DSA_CMDERR_RESERVED;
	if (!err)
		err = read_operand(m, command->operand, val & DSA_CMD_OPERAND,
				   cmd);
	return err ? err : check(m, cmd);
}

/* Complete the command: set CMDSTS and, if requested, raise an interrupt. */
static void complete(struct vdsa_model *m, u8 err, u32 result,
		     struct vdsa_action *action)
{
	bool interrupt = m->cmd.interrupt;

	m->cmd = (struct vdsa_command) { 0 };
	vdsa_bar0_show_state(m);
	vdsa_bar0_set32(m, DSA_CMDSTS,
			err | (result << DSA_CMDSTS_RESULT_SHIFT &
			       DSA_CMDSTS_RESULT));
	if (interrupt)
		vdsa_model_raise(m, DSA_INTCAUSE_CMD, action);
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

/* Record what changed in the slice, even if the command failed half-way. */
static void apply(struct vdsa_model *m, const struct vdsa_outcome *outcome,
		  struct vdsa_action *action)
{
	const struct vdsa_command *cmd = &m->cmd;
	u32 wqs = outcome->wqs & cmd->wqs;

	switch (cmd->code) {
	case DSA_CMD_ENABLE_DEVICE:
		m->state = VDSA_MODEL_ENABLED;
		vdsa_evl_enable(m);
		break;
	case DSA_CMD_DISABLE_DEVICE:
		m->wqs_enabled &= ~wqs;
		if (outcome->status)
			break;
		m->state = VDSA_MODEL_DISABLED;
		vdsa_evl_disable(m);
		break;
	case DSA_CMD_RESET_DEVICE:
		vdsa_model_to_reset(m, VDSA_RESET_COMMAND, action);
		break;
	case DSA_CMD_ENABLE_WQ:
		m->wqs_enabled |= wqs;
		break;
	case DSA_CMD_DISABLE_WQ:
	case DSA_CMD_RESET_WQ:
		m->wqs_enabled &= ~wqs;
		break;
	case DSA_CMD_REQUEST_HANDLE:
		if (outcome->status)
			break;
		m->handles |= 1u << cmd->vector;
		m->handle[cmd->vector] = outcome->handle;
		break;
	case DSA_CMD_RELEASE_HANDLE:
		if (!outcome->status)
			m->handles &= ~(1u << cmd->vector);
		break;
	}
}

/*
 * A positive status is the host's code: passed on for commands on work queues and handles, which have
 * the numbers from Enable WQ on. For others, and for -errno, the guest reads 03.
 */
static u8 error_of(const struct vdsa_model *m, int status)
{
	bool same = m->cmd.code >= DSA_CMD_ENABLE_WQ;

	if (!status)
		return 0;
	return same && status > 0 && status <= 0xff ? (u8)status :
						      DSA_CMDERR_HARDWARE;
}

void vdsa_cmd_finish(struct vdsa_model *m, const struct vdsa_outcome *outcome,
		     struct vdsa_action *action)
{
	bool has_result = m->cmd.code == DSA_CMD_REQUEST_HANDLE &&
			  !outcome->status;
	u8 err = error_of(m, outcome->status);

	apply(m, outcome, action);
	complete(m, err, has_result ? outcome->handle : 0, action);
}

/* Whether it needs an action of the host. */
static bool needs_host(const struct vdsa_command *cmd)
{
	return cmd->wqs || cmd->vector || cmd->code == DSA_CMD_RESET_DEVICE;
}

static struct vdsa_action start(struct vdsa_model *m)
{
	m->cmd.ticket = vdsa_model_ticket(m);
	vdsa_bar0_set32(m, DSA_CMDSTS, DSA_CMDSTS_ACTIVE);
	if (m->cmd.code == DSA_CMD_DISABLE_DEVICE ||
	    m->cmd.code == DSA_CMD_RESET_DEVICE)
		vdsa_bar0_set32(m, DSA_GENSTS, DSA_GENSTS_DRAIN);
	return (struct vdsa_action) {
		.code = (enum vdsa_action_code)commands[m->cmd.code].action,
		.wqs = m->cmd.wqs,
		.vector = m->cmd.vector,
		.handles = m->handles,
		.ticket = m->cmd.ticket,
	};
}

struct vdsa_action vdsa_cmd_submit(struct vdsa_model *m, u32 val)
{
	const u64 overrun[4] = {
		(u64)DSA_SWERR_CMD_ACTIVE << DSA_SWERR_CODE_SHIFT,
	};
	struct vdsa_action action = { .code = VDSA_DO_NOTHING };
	u8 err;

	if (m->cmd.ticket)
		return vdsa_model_sw_error(m, ~0u, overrun);
	m->nr_commands++;
	m->cmd = (struct vdsa_command) {
		.code = (val & DSA_CMD_CODE) >> DSA_CMD_CODE_SHIFT,
		.interrupt = val & DSA_CMD_INT,
	};
	err = prepare(m, val, &m->cmd);
	if (!err && needs_host(&m->cmd))
		return start(m);
	if (err)
		complete(m, err, 0, &action);
	else
		vdsa_cmd_finish(m, &(struct vdsa_outcome) { .status = 0 },
				&action);
	return action;
}

void vdsa_cmd_abandon(struct vdsa_model *m, struct vdsa_action *action)
{
	if (m->cmd.ticket)
		complete(m, DSA_CMDERR_HARDWARE, 0, action);
}
