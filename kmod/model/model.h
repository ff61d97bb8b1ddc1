/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vdev as its guest sees it: registers, config space and virtual commands,
 * without access to the host. What needs the host is returned as an action, whose
 * outcome the caller reports. The caller serialises calls.
 */
#ifndef VDSA_MODEL_H
#define VDSA_MODEL_H

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

/* Initialise a model for a new holder. False: @info is not valid. */
bool vdsa_model_init(struct vdsa_model *m, const struct vdsa_model_info *info);

/* The caller checks with vdsa_access_ok(). Config space takes up to 4 bytes. */
u64 vdsa_model_bar0_read(const struct vdsa_model *m, u32 off, u32 len);
struct vdsa_action vdsa_model_bar0_write(struct vdsa_model *m, u32 off, u32 len,
					 u64 val);
u32 vdsa_model_cfg_read(const struct vdsa_model *m, u32 off, u32 len);
struct vdsa_action vdsa_model_cfg_write(struct vdsa_model *m, u32 off, u32 len,
					u32 val);
u32 vdsa_model_bar2_size(const struct vdsa_model *m);

/*
 * The outcome of the action that has @ticket. Ignored if it comes late, twice or
 * after a reset.
 */
struct vdsa_action vdsa_model_done(struct vdsa_model *m, u32 ticket,
				   const struct vdsa_outcome *outcome);

/* Whether a command still waits for the outcome; not after a reset or a halt. */
bool vdsa_model_awaits(const struct vdsa_model *m, u32 ticket);

/* A reset of the function by the holder (VFIO); MSI-X and config space stay. */
struct vdsa_action vdsa_model_reset(struct vdsa_model *m);

/*
 * Events of the host: its device or the work queues are lost, with all handles; it is
 * halted, which also stops a disabled vdev; it is back; it was away too long for the
 * guest to keep waiting; it reported a software error of work queue @wq, or of the
 * device if @wq is none of the vdev's.
 *
 * A halt is reported to the guest once only, when a reset by command can end it:
 * idxd of 6.12 does not recover from one that needs more, nor from a second one. Only
 * if the host does not return is one reported that needs more.
 */
struct vdsa_action vdsa_model_host_revoked(struct vdsa_model *m);
struct vdsa_action vdsa_model_host_halted(struct vdsa_model *m);
struct vdsa_action vdsa_model_host_restored(struct vdsa_model *m);
struct vdsa_action vdsa_model_host_missed(struct vdsa_model *m);
struct vdsa_action vdsa_model_sw_error(struct vdsa_model *m, u32 wq,
				       const u64 err[4]);

/*
 * MSI-X: the mask bit in the table decides. The caller applies vdsa_model_masked()
 * to the vectors that it raises itself (1 and up) and reports which of them are
 * pending before the array is read.
 */
bool vdsa_model_masked(const struct vdsa_model *m, u32 vector);
struct vdsa_action vdsa_model_set_masked(struct vdsa_model *m, u32 vector,
					 bool masked);
void vdsa_model_set_pending(struct vdsa_model *m, u32 vectors);
bool vdsa_model_reads_pending(u32 off);

#endif /* VDSA_MODEL_H */
