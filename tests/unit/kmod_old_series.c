// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the mistakes of the mediated-device series of 2020 stay away? One test
 * for each that a register model can make; those of interrupt storage and of
 * ioctls are tested in the lab.
 */
#include "kmod_model.h"

#define MSIX_CAP	0x80

TEST("the pointer to the pending array is in the third dword of the capability")
{
	fresh(1);
	CHECK_EQ(cfg_rd(MSIX_CAP, 1), 0x11);
	CHECK_EQ(cfg_rd(MSIX_CAP + 8, 4), VDSA_MSIX_PBA);
	CHECK(cfg_rd(MSIX_CAP + 4, 4) != cfg_rd(MSIX_CAP + 8, 4));
}

TEST("INTCAUSE bit 31 can be cleared")
{
	fresh(1);
	done(cmd(DSA_CMD_REQUEST_HANDLE, 1));
	vdsa_model_host_revoked(&vdev);
	CHECK(rd(DSA_INTCAUSE, 4) & DSA_INTCAUSE_REVOKED);
	wr(DSA_INTCAUSE, 4, DSA_INTCAUSE_REVOKED);
	CHECK_EQ(rd(DSA_INTCAUSE, 4) & DSA_INTCAUSE_REVOKED, 0);
}

TEST("a forwarded error sets INTCAUSE bit 0")
{
	const uint64_t err[4] = { 0x1a00 };

	fresh(1);
	listen();
	vdsa_model_sw_error(&vdev, 0, err);
	CHECK(rd(DSA_INTCAUSE, 4) & DSA_INTCAUSE_SWERR);
}

TEST("a handle is found again by release")
{
	fresh(8);
	for (uint32_t v = 1; v <= 8; v++) {
		struct vdsa_action action;

		done(cmd(DSA_CMD_REQUEST_HANDLE, v));
		action = cmd(DSA_CMD_RELEASE_HANDLE,
			     cmdsts() >> DSA_CMDSTS_RESULT_SHIFT & 0xffff);
		CHECK_EQ(action.code, VDSA_DO_HANDLE_RELEASE);
		CHECK_EQ(action.vector, v);
		done(action);
		CHECK_EQ(cmdsts(), 0);
	}
}

TEST("no reset wipes the MSI-X table")
{
	fresh(1);
	wr(VDSA_MSIX_TABLE, 8, 0xfee00000);
	wr(VDSA_MSIX_TABLE + 8, 8, 0x33);
	done(cmd(DSA_CMD_RESET_DEVICE, 0));
	vdsa_model_reset(&vdev);
	CHECK_EQ(rd(VDSA_MSIX_TABLE, 8), 0xfee00000);
	CHECK_EQ(rd(VDSA_MSIX_TABLE + 8, 8), 0x33);
}

TEST("drain and abort PASID are neither advertised nor done")
{
	fresh(1);
	CHECK_EQ(rd(DSA_CMDCAP, 4) & (1u << DSA_CMD_DRAIN_PASID | 1u << DSA_CMD_ABORT_PASID), 0);
	for (uint32_t code = 0; code < 32; code++) {
		bool known = rd(DSA_CMDCAP, 4) >> code & 1;

		fresh(1);
		cfg_wr(PCI_COMMAND, 2, 6);
		done(cmd(code, 0));
		CHECK_EQ((cmdsts() & DSA_CMDSTS_ERROR) != DSA_CMDERR_COMMAND, known);
	}
}

TEST("MSI-X vectors are masked in a new vdev")
{
	fresh(8);
	for (uint32_t v = 0; v <= 8; v++)
		CHECK_EQ(rd(msix_ctrl_of(v), 4), 1);
}

TEST("the four qwords of SWERR are 8 bytes apart")
{
	const uint64_t err[4] = { 0x1a00, 0x1111111111111111, 0x2222222222222222,
				  0x3333333333333333 };

	fresh(1);
	vdsa_model_sw_error(&vdev, 0, err);
	for (uint32_t i = 1; i < 4; i++)
		CHECK_EQ(rd(DSA_SWERR + 8 * i, 8), err[i]);
}
