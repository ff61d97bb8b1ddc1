// SPDX-License-Identifier: GPL-2.0-only
/* What does the guest see of errors, halts, resets and the host's troubles? */
#include "kmod_model.h"

static const uint64_t fault[4] = {
	DSA_SWERR_VALID | DSA_SWERR_OVERFLOW | DSA_SWERR_DESC_VALID |
	DSA_SWERR_WQ_VALID | 0x1a00 | 6ull << DSA_SWERR_WQ_SHIFT |
	3ull << DSA_SWERR_OPCODE_SHIFT | 0x12345ull << DSA_SWERR_PASID_SHIFT,
	0x77, 0xabc000, 0x99
};

TEST("a software error is shown with the guest's work queue and without a PASID")
{
	struct vdsa_action action;
	uint64_t q0;

	fresh(4);
	listen();
	action = vdsa_model_sw_error(&vdev, 2, fault);
	CHECK(action.signal);
	CHECK_EQ(action.code, VDSA_DO_NOTHING);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_SWERR);
	q0 = rd(DSA_SWERR, 8);
	CHECK_EQ(q0, DSA_SWERR_VALID | DSA_SWERR_DESC_VALID | DSA_SWERR_WQ_VALID |
		 0x1a00 | 2ull << DSA_SWERR_WQ_SHIFT | 3ull << DSA_SWERR_OPCODE_SHIFT);
	CHECK_EQ(rd(DSA_SWERR + 8, 8), 0x77);
	CHECK_EQ(rd(DSA_SWERR + 16, 8), 0xabc000);
	CHECK_EQ(rd(DSA_SWERR + 24, 8), 0x99);
	CHECK_EQ(vdev.nr_errors, 1);
}

TEST("an error of the device names no work queue")
{
	fresh(4);
	vdsa_model_sw_error(&vdev, ~0u, fault);
	CHECK_EQ(rd(DSA_SWERR, 8) & (DSA_SWERR_WQ | DSA_SWERR_WQ_VALID), 0);
	fresh(4);
	vdsa_model_sw_error(&vdev, 4, fault);
	CHECK_EQ(rd(DSA_SWERR, 8) & (DSA_SWERR_WQ | DSA_SWERR_WQ_VALID), 0);
}

TEST("a second error only sets overflow, and the next after the ack is shown")
{
	const uint64_t other[4] = { 0x1b00, 1, 2, 3 };

	fresh(4);
	listen();
	vdsa_model_sw_error(&vdev, 2, fault);
	CHECK(!vdsa_model_sw_error(&vdev, 1, other).signal);
	CHECK(rd(DSA_SWERR, 8) & DSA_SWERR_OVERFLOW);
	CHECK_EQ(rd(DSA_SWERR + 8, 8), 0x77);
	wr(DSA_SWERR, 8, DSA_SWERR_ACK);
	CHECK(vdsa_model_sw_error(&vdev, 1, other).signal);
	CHECK_EQ(rd(DSA_SWERR, 8), DSA_SWERR_VALID | DSA_SWERR_WQ_VALID | 0x1b00 | 1 << 16);
}

TEST("overflow stays until the guest clears it, also when the next error is shown")
{
	fresh(4);
	vdsa_model_sw_error(&vdev, 2, fault);
	vdsa_model_sw_error(&vdev, 2, fault);
	wr(DSA_SWERR, 1, DSA_SWERR_VALID);
	CHECK_EQ(rd(DSA_SWERR, 1) & DSA_SWERR_ACK, DSA_SWERR_OVERFLOW);
	vdsa_model_sw_error(&vdev, 2, fault);
	CHECK_EQ(rd(DSA_SWERR, 1) & DSA_SWERR_ACK, DSA_SWERR_ACK);
}

TEST("errors and halts interrupt only where GENCTRL allows it")
{
	fresh(1);
	wr(msix_ctrl_of(0), 4, 0);
	CHECK(!vdsa_model_sw_error(&vdev, 0, fault).signal);
	vdsa_model_host_halted(&vdev);
	CHECK(!vdsa_model_host_restored(&vdev).signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
}

TEST("taking bus master from an enabled device halts it with error 51")
{
	struct vdsa_action action;

	fresh(2);
	listen();
	enable_device();
	enable_wq(1);
	wr(DSA_INTCAUSE, 4, ~0u);
	action = cfg_wr(PCI_COMMAND, 2, 2);
	CHECK_EQ(action.code, VDSA_DO_QUIESCE);
	CHECK(action.signal);
	CHECK_EQ(rd(DSA_SWERR, 8), DSA_SWERR_VALID | 0x51 << 8);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_SWERR | DSA_INTCAUSE_HALT);
	CHECK_EQ(rd(DSA_GENSTS, 4), DSA_GENSTS_HALT);
	CHECK_EQ(wq_state(1), DSA_WQ_DISABLED);
	CHECK_EQ(cmd(DSA_CMD_ENABLE_WQ, 0).code, VDSA_DO_NOTHING);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HALTED);
}

TEST("a halt of the vdev's own is ended by the command, one of the host's is not")
{
	fresh(1);
	enable_device();
	cfg_wr(PCI_COMMAND, 2, 2);
	done(cmd(DSA_CMD_RESET_DEVICE, 0));
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	vdsa_model_host_halted(&vdev);
	done(cmd(DSA_CMD_RESET_DEVICE, 0));
	CHECK_EQ(cmdsts(), DSA_CMDERR_HALTED);
	CHECK_EQ(rd(DSA_GENSTS, 4), DSA_GENSTS_HALT |
		 DSA_GENSTS_RESET_FLR << DSA_GENSTS_RESET_SHIFT);
}

TEST("taking bus master from a disabled device is nothing")
{
	fresh(1);
	cfg_wr(PCI_COMMAND, 2, 6);
	CHECK_EQ(cfg_wr(PCI_COMMAND, 2, 2).code, VDSA_DO_NOTHING);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	CHECK_EQ(rd(DSA_SWERR, 8), 0);
}

TEST("a host halt stops the vdev until the host is back and the device is reset")
{
	fresh(1);
	listen();
	enable_device();
	enable_wq(0);
	vdsa_model_host_halted(&vdev);
	CHECK_EQ(gensts(), DSA_GENSTS_HALT);
	CHECK_EQ(wq_state(0), DSA_WQ_DISABLED);
	CHECK_EQ(vdsa_model_reset(&vdev).code, VDSA_DO_QUIESCE);
	CHECK_EQ(gensts(), DSA_GENSTS_HALT);
	vdsa_model_host_restored(&vdev);
	CHECK_EQ(gensts(), DSA_GENSTS_HALT);
	done(cmd(DSA_CMD_RESET_DEVICE, 0));
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	enable_device();
	enable_wq(0);
}

/* What the guest hears of a halt: once, and what ends it. */
static void hears(struct vdsa_action action, u32 cure)
{
	CHECK(action.signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_HALT);
	CHECK_EQ(rd(DSA_GENSTS, 4), DSA_GENSTS_HALT | cure << DSA_GENSTS_RESET_SHIFT);
	wr(DSA_INTCAUSE, 4, ~0u);
}

TEST("the guest hears of a host halt once a reset by command ends it, and once only")
{
	fresh(1);
	listen();
	enable_device();
	wr(DSA_INTCAUSE, 4, ~0u);
	CHECK(!vdsa_model_host_halted(&vdev).signal);
	hears(vdsa_model_host_restored(&vdev), DSA_GENSTS_RESET_SOFTWARE);
	CHECK(!vdsa_model_host_missed(&vdev).signal);
	CHECK(!vdsa_model_host_restored(&vdev).signal);
}

TEST("where the host does not come back the guest hears of a halt that takes more")
{
	fresh(1);
	listen();
	enable_device();
	wr(DSA_INTCAUSE, 4, ~0u);
	vdsa_model_host_halted(&vdev);
	hears(vdsa_model_host_missed(&vdev), DSA_GENSTS_RESET_FLR);
	CHECK(!vdsa_model_host_missed(&vdev).signal);
	CHECK(!vdsa_model_host_restored(&vdev).signal);
	CHECK_EQ(rd(DSA_GENSTS, 4), DSA_GENSTS_HALT);
}

TEST("a guest that tried a reset too early hears of the halt again")
{
	fresh(1);
	listen();
	enable_device();
	wr(DSA_INTCAUSE, 4, ~0u);
	vdsa_model_host_halted(&vdev);
	hears(vdsa_model_host_missed(&vdev), DSA_GENSTS_RESET_FLR);
	vdsa_model_reset(&vdev);
	listen();
	hears(vdsa_model_host_restored(&vdev), DSA_GENSTS_RESET_SOFTWARE);
}

TEST("work queues that the host takes away halt an enabled vdev")
{
	fresh(1);
	listen();
	enable_device();
	done(cmd(DSA_CMD_REQUEST_HANDLE, 1));
	vdsa_model_host_revoked(&vdev);
	CHECK_EQ(gensts(), DSA_GENSTS_HALT);
	CHECK_EQ(vdsa_model_reset(&vdev).handles, 0);
}

TEST("a disabled vdev stays so, and hears that its handles are revoked")
{
	fresh(2);
	listen();
	done(cmd(DSA_CMD_REQUEST_HANDLE, 1));
	wr(DSA_INTCAUSE, 4, ~0u);
	CHECK(vdsa_model_host_revoked(&vdev).signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_REVOKED);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	done(cmd(DSA_CMD_RELEASE_HANDLE, 1));
	CHECK_EQ(cmdsts(), DSA_CMDERR_HANDLE_INDEX);
	CHECK(!vdsa_model_host_restored(&vdev).signal);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	fresh(2);
	listen();
	CHECK(!vdsa_model_host_revoked(&vdev).signal);
}

TEST("a command that runs when the host halts ends with 03, for those who wait")
{
	struct vdsa_action action;

	fresh(1);
	listen();
	enable_device();
	wr(DSA_INTCAUSE, 4, ~0u);
	action = cmd(DSA_CMD_ENABLE_WQ, 0);
	CHECK(vdsa_model_host_halted(&vdev).signal);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_CMD);
	done(action);
	CHECK_EQ(wq_state(0), DSA_WQ_DISABLED);
}

TEST("the owner's reset clears errors and status, and keeps config space and MSI-X")
{
	struct vdsa_action action;

	fresh(2);
	listen();
	enable_device();
	enable_wq(0);
	done(cmd(DSA_CMD_REQUEST_HANDLE, 1));
	vdsa_model_sw_error(&vdev, 0, fault);
	cmd(0, 0);
	action = vdsa_model_reset(&vdev);
	CHECK_EQ(action.code, VDSA_DO_QUIESCE);
	CHECK_EQ(action.handles, 1 << 1);
	CHECK_EQ(action.ticket, 0);
	CHECK(!action.signal);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(rd(DSA_SWERR, 8), 0);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
	CHECK_EQ(cfg_rd(PCI_COMMAND, 2), 6);
	CHECK(!vdsa_model_masked(&vdev, 0));
	CHECK_EQ(vdev.nr_resets, 1);
}
