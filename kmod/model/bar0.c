// SPDX-License-Identifier: GPL-2.0
/* The registers of the vdev's BAR0, and how they show the slice. */
#include "bar0.h"

/* GENCAP: the bits of the host's that the guest sees. */
#define GENCAP_SHOWN	(DSA_GENCAP_OVERLAP_COPY | DSA_GENCAP_CACHE_CONTROL | \
			 DSA_GENCAP_FETCH_STRIDE | DSA_GENCAP_DEST_READBACK | \
			 DSA_GENCAP_DRAIN_READBACK | DSA_GENCAP_FILL16 | \
			 DSA_GENCAP_CRC64 | DSA_GENCAP_FAULT_INFO | \
			 DSA_GENCAP_BATCH_CONT | DSA_GENCAP_BATCH1 | \
			 DSA_GENCAP_STRICT_LIMIT_MEM | \
			 DSA_GENCAP_STRICT_LIMIT_PEER)

/* The event log is the model's own, see evl.c. */
#define GENCAP_ALWAYS	(DSA_GENCAP_CMDCAP | DSA_GENCAP_EVL_OVERFLOW | \
			 1ull << DSA_GENCAP_EVL_SHIFT)

#define CMDCAP_SHOWN	(0x7feu | 1u << DSA_CMD_REQUEST_HANDLE | \
			 1u << DSA_CMD_RELEASE_HANDLE)

#define INTCAUSE_ALL	(DSA_INTCAUSE_SWERR | DSA_INTCAUSE_CMD | \
			 DSA_INTCAUSE_OCCUPANCY | DSA_INTCAUSE_PERFMON | \
			 DSA_INTCAUSE_HALT | DSA_INTCAUSE_EVL | \
			 DSA_INTCAUSE_REVOKED)

#define FIXED(off, bytes) \
	{ .offset = (off), .width = (bytes), .reset_by = VDSA_RESET_NEVER }

static const struct vdsa_reg bar0_regs[] = {
	FIXED(DSA_VERSION, 4),
	FIXED(DSA_GENCAP, 8),
	FIXED(DSA_WQCAP, 8),
	FIXED(DSA_GRPCAP, 8),
	FIXED(DSA_ENGCAP, 8),
	FIXED(DSA_OPCAP, 8),
	FIXED(DSA_OPCAP + 8, 8),
	FIXED(DSA_OPCAP + 16, 8),
	FIXED(DSA_OPCAP + 24, 8),
	FIXED(DSA_OFFSETS, 8),
	FIXED(DSA_OFFSETS + 8, 8),
	FIXED(DSA_CMDCAP, 8),
	/* but for the event log read-only, as GENCAP.config_en is 0 */
	{ .offset = DSA_GENCFG, .width = 4, .reset = DSA_GENCFG_USER_INT,
	  .writable = DSA_GENCFG_EVL, .lock = VDSA_LOCK_CONFIG },
	{ .offset = DSA_GENCTRL, .width = 4,
	  .writable = DSA_GENCTRL_SWERR_INT | DSA_GENCTRL_HALT_INT |
		      DSA_GENCTRL_EVL_INT },
	{ .offset = DSA_GENSTS, .width = 4 },
	{ .offset = DSA_INTCAUSE, .width = 4, .w1c = INTCAUSE_ALL },
	{ .offset = DSA_CMDSTS, .width = 4, .reset_by = VDSA_RESET_FUNCTION },
	{ .offset = DSA_SWERR, .width = 8, .w1c = DSA_SWERR_ACK,
	  .reset_by = VDSA_RESET_FUNCTION },
	{ .offset = DSA_SWERR + 8, .width = 8, .reset_by = VDSA_RESET_FUNCTION },
	{ .offset = DSA_SWERR + 16, .width = 8, .reset_by = VDSA_RESET_FUNCTION },
	{ .offset = DSA_SWERR + 24, .width = 8, .reset_by = VDSA_RESET_FUNCTION },
	{ .offset = DSA_EVLCFG, .width = 8, .writable = DSA_EVLCFG_BASE,
	  .lock = VDSA_LOCK_CONFIG },
	{ .offset = DSA_EVLCFG + 8, .width = 8, .writable = DSA_EVLCFG_SIZE,
	  .lock = VDSA_LOCK_CONFIG },
	{ .offset = DSA_EVLSTS, .width = 8, .writable = DSA_EVLSTS_HEAD,
	  .w1c = DSA_EVLSTS_INT_PENDING, .reset_by = VDSA_RESET_FUNCTION },
	/* the one group */
	FIXED(VDSA_GRPCFG + DSA_GRPCFG_WQS, 8),
	FIXED(VDSA_GRPCFG + DSA_GRPCFG_ENGINES, 8),
	FIXED(VDSA_GRPCFG + DSA_GRPCFG_FLAGS, 8),
	/* the configuration of a work queue is the host's */
	{ .offset = VDSA_WQCFG, .width = 8, .repeat = VDSA_PER_WQ,
	  .stride = VDSA_WQCFG_STRIDE, .reset_by = VDSA_RESET_NEVER },
	{ .offset = VDSA_WQCFG + 8, .width = 8, .repeat = VDSA_PER_WQ,
	  .stride = VDSA_WQCFG_STRIDE, .reset_by = VDSA_RESET_NEVER },
	{ .offset = VDSA_WQCFG + 16, .width = 8, .repeat = VDSA_PER_WQ,
	  .stride = VDSA_WQCFG_STRIDE, .reset_by = VDSA_RESET_NEVER },
	{ .offset = VDSA_WQCFG + 24, .width = 8, .repeat = VDSA_PER_WQ,
	  .stride = VDSA_WQCFG_STRIDE, .reset_by = VDSA_RESET_NEVER },
	/* stored for reading only; each IMS entry has the slice's PASID */
	{ .offset = VDSA_MSIXPERM, .width = 4, .repeat = VDSA_PER_VECTOR,
	  .stride = DSA_MSIXPERM_STRIDE,
	  .writable = DSA_PERM_PASID_EN | DSA_PERM_PASID },
	/* MSI-X table: address, data, control; masked after reset */
	{ .offset = VDSA_MSIX_TABLE, .width = 8, .repeat = VDSA_PER_VECTOR,
	  .stride = VDSA_MSIX_STRIDE, .reset_by = VDSA_RESET_OPEN,
	  .writable = ~0x3ull },
	{ .offset = VDSA_MSIX_TABLE + 8, .width = 4, .repeat = VDSA_PER_VECTOR,
	  .stride = VDSA_MSIX_STRIDE, .reset_by = VDSA_RESET_OPEN,
	  .writable = 0xffffffff },
	{ .offset = VDSA_MSIX_TABLE + VDSA_MSIX_CTRL, .width = 4,
	  .repeat = VDSA_PER_VECTOR, .stride = VDSA_MSIX_STRIDE,
	  .reset_by = VDSA_RESET_OPEN, .reset = VDSA_MSIX_CTRL_MASK,
	  .writable = VDSA_MSIX_CTRL_MASK },
	{ .offset = VDSA_MSIX_PBA, .width = 8, .reset_by = VDSA_RESET_OPEN },
};

u32 vdsa_bar0_get32(const struct vdsa_model *m, u32 off)
{
	return (u32)vdsa_regfile_get(&m->bar0, off, 4);
}

void vdsa_bar0_set32(struct vdsa_model *m, u32 off, u32 val)
{
	vdsa_regfile_set(&m->bar0, off, 4, val);
}

static void set64(struct vdsa_model *m, u32 off, u64 val)
{
	vdsa_regfile_set(&m->bar0, off, 8, val);
}

static void show_wq(struct vdsa_model *m, u32 n)
{
	const struct vdsa_model_wq *wq = &m->info.wq[n];
	u32 at = VDSA_WQCFG + n * VDSA_WQCFG_STRIDE;

	vdsa_bar0_set32(m, at + DSA_WQCFG_SIZE, wq->size);
	vdsa_bar0_set32(m, at + DSA_WQCFG_MODE, DSA_WQCFG_DEDICATED |
			(wq->block_on_fault ? DSA_WQCFG_BOF : 0) |
			wq->priority << DSA_WQCFG_PRIORITY_SHIFT);
	vdsa_bar0_set32(m, at + DSA_WQCFG_LIMITS, wq->max_xfer_shift |
			wq->max_batch_shift << DSA_WQCFG_MAX_BATCH_SHIFT);
}

/* The limits of the work queues: a driver that cannot set those uses these. */
static u64 gen_cap(const struct vdsa_model_info *info)
{
	u64 cap = (info->gen_cap & GENCAP_SHOWN) | GENCAP_ALWAYS;
	u32 n, max_xfer = 0, max_batch = 0;

	for (n = 0; n < info->nr_wqs; n++) {
		if (max_xfer < info->wq[n].max_xfer_shift)
			max_xfer = info->wq[n].max_xfer_shift;
		if (max_batch < info->wq[n].max_batch_shift)
			max_batch = info->wq[n].max_batch_shift;
		if (info->wq[n].block_on_fault)
			cap |= DSA_GENCAP_BLOCK_ON_FAULT;
	}
	return cap | (u64)max_xfer << DSA_GENCAP_MAX_XFER_SHIFT |
	       (u64)max_batch << DSA_GENCAP_MAX_BATCH_SHIFT;
}

static void show_general(struct vdsa_model *m)
{
	const struct vdsa_model_info *info = &m->info;
	u32 n;

	vdsa_bar0_set32(m, DSA_VERSION, info->version);
	set64(m, DSA_GENCAP, gen_cap(info));
	set64(m, DSA_OPCAP, info->op_cap[0] & ~VDSA_OPS_HIDDEN);
	for (n = 1; n < VDSA_NR(info->op_cap); n++)
		set64(m, DSA_OPCAP + 8 * n, info->op_cap[n]);
	set64(m, DSA_OFFSETS,
	      (u64)VDSA_GRPCFG / DSA_OFFSETS_UNIT << DSA_OFFSETS_GRPCFG_SHIFT |
	      (u64)VDSA_WQCFG / DSA_OFFSETS_UNIT << DSA_OFFSETS_WQCFG_SHIFT |
	      (u64)VDSA_MSIXPERM / DSA_OFFSETS_UNIT << DSA_OFFSETS_MSIXPERM_SHIFT);
	set64(m, DSA_OFFSETS + 8, VDSA_PERFMON / DSA_OFFSETS_UNIT);
	set64(m, DSA_CMDCAP, CMDCAP_SHOWN);
}

static void show_group(struct vdsa_model *m)
{
	const struct vdsa_model_info *info = &m->info;
	u64 buffers = info->group_cap & DSA_GRPCAP_READ_BUFFERS;
	u64 total = 0;
	u32 n;

	for (n = 0; n < info->nr_wqs; n++)
		total += info->wq[n].size;
	set64(m, DSA_WQCAP, total | DSA_WQCAP_DEDICATED |
	      (info->wq_cap & DSA_WQCAP_PRIORITY) |
	      (u64)info->nr_wqs << DSA_WQCAP_NR_WQS_SHIFT);
	set64(m, DSA_GRPCAP, 1 | buffers);
	set64(m, DSA_ENGCAP, info->nr_engines);
	set64(m, VDSA_GRPCFG + DSA_GRPCFG_WQS, (1u << info->nr_wqs) - 1);
	set64(m, VDSA_GRPCFG + DSA_GRPCFG_ENGINES,
	      info->nr_engines < 64 ? (1ull << info->nr_engines) - 1 : ~0ull);
	set64(m, VDSA_GRPCFG + DSA_GRPCFG_FLAGS,
	      buffers >> DSA_GRPCAP_READ_BUFFERS_SHIFT
		      << DSA_GRPFLAGS_ALLOWED_SHIFT);
}

void vdsa_bar0_init(struct vdsa_model *m)
{
	u32 n;

	m->bar0 = (struct vdsa_regfile) {
		.regs = bar0_regs,
		.nr_regs = VDSA_NR(bar0_regs),
		.nr = { 1, m->info.nr_wqs, m->info.nr_wqs + 1 },
		.size = sizeof(m->bar0_bytes),
		.bytes = m->bar0_bytes,
	};
	show_general(m);
	show_group(m);
	for (n = 0; n < m->info.nr_wqs; n++)
		show_wq(m, n);
	vdsa_regfile_reset(&m->bar0, VDSA_RESET_OPEN);
}

void vdsa_bar0_show_state(struct vdsa_model *m)
{
	static const u8 gensts[VDSA_MODEL_NR_STATES] = {
		[VDSA_MODEL_DISABLED] = DSA_GENSTS_DISABLED,
		[VDSA_MODEL_ENABLED] = DSA_GENSTS_ENABLED,
		[VDSA_MODEL_HALTED] = DSA_GENSTS_HALT,
	};
	u32 cure = m->state == VDSA_MODEL_HALTED && m->host_halt ?
		   DSA_GENSTS_RESET_FLR : DSA_GENSTS_RESET_SOFTWARE;
	u32 n;

	vdsa_bar0_set32(m, DSA_GENSTS, gensts[m->state] |
			cure << DSA_GENSTS_RESET_SHIFT);
	for (n = 0; n < m->info.nr_wqs; n++)
		vdsa_bar0_set32(m, VDSA_WQCFG + n * VDSA_WQCFG_STRIDE +
				DSA_WQCFG_STATUS,
				m->wqs_enabled >> n & 1 ?
				DSA_WQ_ENABLED << DSA_WQCFG_STATE_SHIFT : 0);
}
