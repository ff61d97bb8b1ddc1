/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the model share: its state, the actions that it asks for and
 * their outcomes.
 */
#ifndef VDSA_MODEL_STATE_H
#define VDSA_MODEL_STATE_H

#include "regfile.h"
#include "regs.h"

#define VDSA_MODEL_MAX_WQS	8
#define VDSA_MODEL_MAX_VECTORS	(VDSA_MODEL_MAX_WQS + 1)

#define VDSA_BAR0_SIZE		0x10000
#define VDSA_BAR0_FILE		0x1000	/* no register lies beyond */
#define VDSA_CFG_SIZE		0x1000
#define VDSA_CFG_FILE		0x100

/*
 * Operations that no vdev has. Those between address spaces need a PASID, which the
 * guest lacks; those on data types and scatter-gather lists need DSACAP, which is not
 * shown.
 */
#define VDSA_OPS_HIDDEN		(0x7full << DSA_OP_UPDATE_WINDOW | \
				 0xffull << DSA_OP_TYPE_CONVERSION)

#define VDSA_EVL_QWORDS		8	/* of an entry of the event log */

/* The properties that it shows; see struct vdsa_slice_info. */
struct vdsa_model_wq {
	u32 size, priority;
	u32 max_xfer_shift, max_batch_shift;
	bool block_on_fault;
};

struct vdsa_model_info {
	u16 pci_device;
	u32 version;
	u64 gen_cap, wq_cap, group_cap, op_cap[4];	/* of the host's device */
	u32 nr_wqs, nr_engines;
	bool pasid_attached;
	struct vdsa_model_wq wq[VDSA_MODEL_MAX_WQS];
};

/*
 * The states. disabled: after each reset. enabled: work queues may be enabled.
 * halted: the guest cleared the bus master bit of an enabled device, which any
 * reset ends; or the host's device halted or was reset, which a reset of the
 * function ends once the host is back.
 */
enum vdsa_model_state {
	VDSA_MODEL_DISABLED,
	VDSA_MODEL_ENABLED,
	VDSA_MODEL_HALTED,
	VDSA_MODEL_NR_STATES
};

/* Actions that the caller performs on the host. */
enum vdsa_action_code {
	VDSA_DO_NOTHING,
	VDSA_DO_WQ_ENABLE,	/* .wqs: one; map the guest's memory first */
	VDSA_DO_WQ_DISABLE,	/* each in .wqs, here and below */
	VDSA_DO_WQ_DRAIN,
	VDSA_DO_WQ_ABORT,
	VDSA_DO_WQ_RESET,
	VDSA_DO_QUIESCE,	/* stop all work, release .handles */
	VDSA_DO_HANDLE_REQUEST,	/* .vector */
	VDSA_DO_HANDLE_RELEASE,	/* .vector */
	VDSA_DO_LOG,		/* write .entry to the guest's memory at .addr */
};

struct vdsa_action {
	enum vdsa_action_code code;
	bool signal;		/* raise vector 0, besides the action */
	u32 wqs;		/* bit n: work queue n */
	u32 handles;		/* bit n: vector n */
	u32 vector;
	u32 ticket;		/* not 0: the model waits for the outcome */
	u64 addr, entry[VDSA_EVL_QWORDS];
};

struct vdsa_outcome {
	int status;		/* 0, a CMDSTS error of the host, or -errno */
	u32 wqs;		/* those on which it succeeded */
	u32 handle;		/* of VDSA_DO_HANDLE_REQUEST */
};

struct vdsa_command {		/* one that runs */
	u32 ticket;		/* 0: none */
	u32 code, wqs, vector;
	bool interrupt;
};

struct vdsa_model {
	struct vdsa_model_info info;
	enum vdsa_model_state state;
	bool host_down, host_halt, halt_told;
	u32 wqs_enabled;
	u32 handles;		/* bit n: vector n has handle[n] */
	u32 handle[VDSA_MODEL_MAX_VECTORS];
	u32 pending;		/* bit n: vector n is to be raised once unmasked */
	u32 cmd_bytes;		/* of CMD, until its last byte is written */
	u32 last_ticket;
	struct vdsa_command cmd;
	u32 log_ticket;		/* not 0: an entry is being written */
	u64 nr_commands, nr_resets, nr_errors;	/* since it was opened */
	struct vdsa_regfile bar0, cfg;
	u8 bar0_bytes[VDSA_BAR0_FILE], cfg_bytes[VDSA_CFG_FILE];
};

/* A new ticket for an action with an outcome; never 0. */
static inline u32 vdsa_model_ticket(struct vdsa_model *m)
{
	if (!++m->last_ticket)
		m->last_ticket = 1;
	return m->last_ticket;
}

/* Of the portals of @nr_wqs work queues: a power of two. */
static inline u32 vdsa_portals_size(u32 nr_wqs)
{
	u32 size = DSA_PORTAL_WQ;

	while (size < nr_wqs * DSA_PORTAL_WQ)
		size *= 2;
	return size;
}

static inline u32 vdsa_model_bar2_size(const struct vdsa_model *m)
{
	return vdsa_portals_size(m->info.nr_wqs);
}

#endif /* VDSA_MODEL_STATE_H */
