// SPDX-License-Identifier: GPL-2.0-only
/* Do masks hold interrupts back, and does unmasking deliver them? */
#include "kmod_model.h"

#define MSIX_CTRL_WORD	0x82

TEST("each vector is masked until the guest or the owner unmasks it")
{
	fresh(8);
	for (uint32_t v = 0; v <= 8; v++) {
		CHECK_EQ(rd(msix_ctrl_of(v), 4), 1);
		CHECK(vdsa_model_masked(&vdev, v));
		wr(msix_ctrl_of(v), 4, 0);
		CHECK(!vdsa_model_masked(&vdev, v));
		vdsa_model_set_masked(&vdev, v, true);
		CHECK_EQ(rd(msix_ctrl_of(v), 4), 1);
		vdsa_model_set_masked(&vdev, v, false);
		CHECK_EQ(rd(msix_ctrl_of(v), 4), 0);
	}
}

TEST("a vector beyond the table is no one's")
{
	struct vdsa_model copy;

	fresh(2);
	copy = vdev;
	vdsa_model_set_masked(&vdev, 3, false);
	vdsa_model_set_masked(&vdev, ~0u, false);
	CHECK(!memcmp(&copy, &vdev, sizeof(copy)));
}

TEST("an event while vector 0 is masked is pending and delivered once unmasked")
{
	fresh(1);
	CHECK(!cmd(0, 0).signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_CMD);
	vdsa_model_set_pending(&vdev, 0);
	CHECK_EQ(rd(VDSA_MSIX_PBA, 8), 1);
	CHECK(wr(msix_ctrl_of(0), 4, 0).signal);
	vdsa_model_set_pending(&vdev, 0);
	CHECK_EQ(rd(VDSA_MSIX_PBA, 8), 0);
	CHECK(!wr(msix_ctrl_of(0), 4, 0).signal);
}

TEST("an 8-byte write of data and control unmasks, too")
{
	fresh(1);
	cmd(0, 0);
	CHECK(wr(VDSA_MSIX_TABLE + 8, 8, 0x41).signal);
	CHECK_EQ(rd(VDSA_MSIX_TABLE + 8, 8), 0x41);
}

TEST("the owner's unmask delivers what was pending")
{
	fresh(1);
	cmd(0, 0);
	CHECK(vdsa_model_set_masked(&vdev, 0, false).signal);
	CHECK(!vdsa_model_set_masked(&vdev, 0, false).signal);
}

TEST("the function mask holds all vectors back")
{
	fresh(2);
	for (uint32_t v = 0; v <= 2; v++)
		wr(msix_ctrl_of(v), 4, 0);
	cfg_wr(MSIX_CTRL_WORD, 2, 0xc000);
	for (uint32_t v = 0; v <= 2; v++)
		CHECK(vdsa_model_masked(&vdev, v));
	CHECK(!cmd(0, 0).signal);
	CHECK(cfg_wr(MSIX_CTRL_WORD, 2, 0x8000).signal);
	CHECK(!vdsa_model_masked(&vdev, 2));
}

TEST("the pending array shows the host's vectors, and only those that exist")
{
	fresh(2);
	vdsa_model_set_pending(&vdev, ~0u);
	CHECK_EQ(rd(VDSA_MSIX_PBA, 8), 0x6);
	wr(VDSA_MSIX_PBA, 8, 0);
	CHECK_EQ(rd(VDSA_MSIX_PBA, 8), 0x6);
	vdsa_model_set_pending(&vdev, 0);
	CHECK_EQ(rd(VDSA_MSIX_PBA, 8), 0);
	CHECK(vdsa_model_reads_pending(VDSA_MSIX_PBA));
	CHECK(vdsa_model_reads_pending(VDSA_MSIX_PBA + 7));
	CHECK(!vdsa_model_reads_pending(VDSA_MSIX_PBA - 1));
	CHECK(!vdsa_model_reads_pending(VDSA_MSIX_PBA + 8));
}

TEST("what was pending on vector 0 is gone after a reset of the function")
{
	fresh(1);
	cmd(0, 0);
	vdsa_model_reset(&vdev);
	CHECK(!wr(msix_ctrl_of(0), 4, 0).signal);
}

TEST("what was pending on vector 0 is gone after the command, too, but for the command's own")
{
	fresh(1);
	cmd(0, 0);
	done(wr(DSA_CMD, 4, DSA_CMD_RESET_DEVICE << DSA_CMD_CODE_SHIFT));
	CHECK(!wr(msix_ctrl_of(0), 4, 0).signal);
	wr(msix_ctrl_of(0), 4, VDSA_MSIX_CTRL_MASK);
	done(cmd(DSA_CMD_RESET_DEVICE, 0));
	CHECK(wr(msix_ctrl_of(0), 4, 0).signal);
}
