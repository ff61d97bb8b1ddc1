/* SPDX-License-Identifier: GPL-2.0-only */
/* What do the tests of the register model share? A vdev and short accessors. */
#ifndef KMOD_MODEL_H
#define KMOD_MODEL_H

#include "model/bar0.h"
#include "model/errors.h"
#include "model/model.h"
#include "model/vectors.h"
#include "unit.h"

/* Config space, as published by the PCI specifications. */
#define PCI_COMMAND	0x04
#define PCI_BUSMASTER	0x4
#define PCI_STATUS	0x06
#define PCI_BAR0	0x10
#define PCI_BAR2	0x18

static struct vdsa_model vdev;

static inline struct vdsa_model_info some_info(uint32_t nr_wqs)
{
	struct vdsa_model_info info = {
		.pci_device = DSA_PCI_DEVICE_GNRD,
		.version = DSA_VERSION_1,
		.gen_cap = 0x40915f0107 | DSA_GENCAP_EVL | DSA_GENCAP_INTER_DOMAIN,
		.group_cap = 4 | 96 << 8 | DSA_GRPCAP_READ_BUFFER_CTRL,
		.wq_cap = ~0ull,
		.op_cap = { 0x1003f03ffull | 1ull << DSA_OP_UPDATE_WINDOW, 1 },
		.nr_wqs = nr_wqs,
		.nr_engines = 2,
		.pasid_attached = true,
	};

	for (uint32_t i = 0; i < nr_wqs && i < VDSA_MODEL_MAX_WQS; i++)
		info.wq[i] = (struct vdsa_model_wq) {
			.size = 16 + i, .priority = 10, .max_xfer_shift = 21,
			.max_batch_shift = 5, .block_on_fault = i == 1 };
	return info;
}

static inline void fresh(uint32_t nr_wqs)
{
	struct vdsa_model_info info = some_info(nr_wqs);

	CHECK(vdsa_model_init(&vdev, &info));
}

static inline uint64_t rd(uint32_t off, uint32_t len)
{
	CHECK(vdsa_access_ok(VDSA_BAR0_SIZE, off, len));
	return vdsa_model_bar0_read(&vdev, off, len);
}

static inline struct vdsa_action wr(uint32_t off, uint32_t len, uint64_t val)
{
	CHECK(vdsa_access_ok(VDSA_BAR0_SIZE, off, len));
	return vdsa_model_bar0_write(&vdev, off, len, val);
}

static inline uint32_t cfg_rd(uint32_t off, uint32_t len)
{
	CHECK(vdsa_access_ok(VDSA_CFG_SIZE, off, len));
	return vdsa_model_cfg_read(&vdev, off, len);
}

static inline struct vdsa_action cfg_wr(uint32_t off, uint32_t len, uint32_t val)
{
	CHECK(vdsa_access_ok(VDSA_CFG_SIZE, off, len));
	return vdsa_model_cfg_write(&vdev, off, len, val);
}

static inline struct vdsa_action cmd(uint32_t code, uint32_t operand)
{
	return wr(DSA_CMD, 4, code << DSA_CMD_CODE_SHIFT | operand | DSA_CMD_INT);
}

/* The host did it: all that the action asked for. */
static inline struct vdsa_action done(struct vdsa_action action)
{
	struct vdsa_outcome outcome = { .wqs = action.wqs, .handle = 0x700 + action.vector };

	return vdsa_model_done(&vdev, action.ticket, &outcome);
}

static inline struct vdsa_action failed(struct vdsa_action action, int status)
{
	struct vdsa_outcome outcome = { .status = status };

	return vdsa_model_done(&vdev, action.ticket, &outcome);
}

static inline uint32_t cmdsts(void)
{
	return rd(DSA_CMDSTS, 4);
}

static inline uint32_t gensts(void)
{
	return rd(DSA_GENSTS, 4) & DSA_GENSTS_STATE;
}

static inline uint32_t wq_state(uint32_t wq)
{
	return rd(VDSA_WQCFG + wq * VDSA_WQCFG_STRIDE + DSA_WQCFG_STATUS, 4) >>
	       DSA_WQCFG_STATE_SHIFT;
}

static inline uint32_t msix_ctrl_of(uint32_t vector)
{
	return VDSA_MSIX_TABLE + vector * VDSA_MSIX_STRIDE + VDSA_MSIX_CTRL;
}

/* Vector 0 open and all its causes allowed. */
static inline void listen(void)
{
	wr(msix_ctrl_of(0), 4, 0);
	wr(DSA_GENCTRL, 4, DSA_GENCTRL_SWERR_INT | DSA_GENCTRL_HALT_INT);
}

static inline void enable_device(void)
{
	cfg_wr(PCI_COMMAND, 2, 0x6);
	cmd(DSA_CMD_ENABLE_DEVICE, 0);
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(gensts(), DSA_GENSTS_ENABLED);
}

static inline void enable_wq(uint32_t wq)
{
	done(cmd(DSA_CMD_ENABLE_WQ, wq));
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(wq_state(wq), DSA_WQ_ENABLED);
}

#endif /* KMOD_MODEL_H */
