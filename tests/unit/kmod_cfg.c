// SPDX-License-Identifier: GPL-2.0-only
/* Is the config space of a vdev that of a DSA function? */
#include "kmod_model.h"

#define CAP_PCIE	0x10
#define CAP_MSIX	0x11

static uint32_t find_cap(uint32_t id)
{
	uint32_t at = cfg_rd(0x34, 1);

	for (int i = 0; i < 48 && at; i++, at = cfg_rd(at + 1, 1))
		if (cfg_rd(at, 1) == id)
			return at;
	return 0;
}

TEST("it is the DSA function of its host, class 0880, with a list of capabilities")
{
	fresh(1);
	CHECK_EQ(cfg_rd(0, 4), 0x11fb8086);
	CHECK_EQ(cfg_rd(8, 4), 0x08800000);
	CHECK_EQ(cfg_rd(0x0e, 1), 0);
	CHECK_EQ(cfg_rd(PCI_STATUS, 2), 0x10);
	CHECK_EQ(cfg_rd(0x2c, 2), 0x8086);
	CHECK(find_cap(CAP_PCIE));
	CHECK(find_cap(CAP_MSIX));
	CHECK_EQ(cfg_rd(0x100, 4), 0);
	CHECK_EQ(cfg_rd(0xffc, 4), 0);
}

TEST("the PCIe capability is version 2 of an integrated endpoint that has FLR")
{
	uint32_t at;

	fresh(1);
	at = find_cap(CAP_PCIE);
	CHECK_EQ(cfg_rd(at + 2, 2), 0x92);
	CHECK(cfg_rd(at + 4, 4) & 1u << 28);
}

TEST("BARs answer a sizing write with their size, for each number of work queues")
{
	static const uint32_t size[] = { 0, 0x4000, 0x8000, 0x10000, 0x10000,
					 0x20000, 0x20000, 0x20000, 0x20000 };

	for (uint32_t wqs = 1; wqs <= 8; wqs++) {
		fresh(wqs);
		CHECK_EQ(cfg_rd(PCI_BAR0, 4), 0xc);
		CHECK_EQ(cfg_rd(PCI_BAR2, 4), 0xc);
		for (uint32_t bar = 0x10; bar < 0x28; bar += 4)
			cfg_wr(bar, 4, 0xffffffff);
		CHECK_EQ(cfg_rd(PCI_BAR0, 4), 0xffff000c);
		CHECK_EQ(cfg_rd(PCI_BAR0 + 4, 4), 0xffffffff);
		CHECK_EQ(cfg_rd(PCI_BAR2, 4), (~(size[wqs] - 1)) | 0xc);
		CHECK_EQ(cfg_rd(PCI_BAR2 + 4, 4), 0xffffffff);
		CHECK_EQ(cfg_rd(0x20, 4), 0);
		CHECK_EQ(cfg_rd(0x24, 4), 0);
		CHECK_EQ(vdsa_model_bar2_size(&vdev), size[wqs]);
	}
}

TEST("a BAR keeps the address that is written, also byte by byte")
{
	fresh(8);
	cfg_wr(PCI_BAR2, 4, 0xfe000000);
	cfg_wr(PCI_BAR2 + 4, 4, 0x38);
	CHECK_EQ(cfg_rd(PCI_BAR2, 4), 0xfe00000c);
	for (uint32_t i = 0; i < 4; i++)
		cfg_wr(PCI_BAR2 + i, 1, 0xabcdef12 >> 8 * i);
	CHECK_EQ(cfg_rd(PCI_BAR2, 4), 0xabcc000c);
	CHECK_EQ(cfg_rd(PCI_BAR2 + 4, 4), 0x38);
}

TEST("the command register takes memory, bus master, parity, SERR and INTx disable")
{
	fresh(1);
	cfg_wr(PCI_COMMAND, 2, 0xffff);
	CHECK_EQ(cfg_rd(PCI_COMMAND, 2), 0x546);
	cfg_wr(PCI_COMMAND + 1, 1, 0);
	CHECK_EQ(cfg_rd(PCI_COMMAND, 2), 0x46);
}

TEST("a write to the command register leaves the status register, and the reverse")
{
	fresh(1);
	cfg_wr(PCI_COMMAND, 4, 0xffff0006);
	CHECK_EQ(cfg_rd(PCI_COMMAND, 4), 0x00100006);
	cfg_wr(PCI_STATUS, 2, 0);
	CHECK_EQ(cfg_rd(PCI_COMMAND, 4), 0x00100006);
}

TEST("identity and capabilities cannot be written")
{
	fresh(2);
	for (uint32_t off = 0; off < 0x100; off += 4) {
		uint32_t before = cfg_rd(off, 4);

		if ((off >= PCI_COMMAND && off < 0x28) || off == 0x3c ||
		    off == find_cap(CAP_PCIE) + 8 || off == find_cap(CAP_MSIX))
			continue;
		cfg_wr(off, 4, 0xffffffff);
		cfg_wr(off, 4, 0);
		CHECK_EQ(cfg_rd(off, 4), before);
	}
	cfg_wr(8, 4, 0xffffffff);
	CHECK_EQ(cfg_rd(8, 4), 0x08800000);
}

TEST("MSI-X has one vector more than there are work queues, all in BAR0")
{
	uint32_t at;

	for (uint32_t wqs = 1; wqs <= 8; wqs++) {
		fresh(wqs);
		at = find_cap(CAP_MSIX);
		CHECK_EQ(cfg_rd(at + 2, 2), wqs);
		cfg_wr(at + 2, 2, 0xffff);
		CHECK_EQ(cfg_rd(at + 2, 2), 0xc000 | wqs);
		CHECK_EQ(cfg_rd(at + 4, 4), VDSA_MSIX_TABLE);
	}
}

TEST("a function-level reset stops all work and clears config space")
{
	struct vdsa_action action;
	uint32_t devctl;

	fresh(2);
	devctl = find_cap(CAP_PCIE) + 8;
	enable_device();
	enable_wq(0);
	action = cfg_wr(devctl + 1, 1, 0x80);
	CHECK_EQ(action.code, VDSA_DO_QUIESCE);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	CHECK_EQ(wq_state(0), 0);
	CHECK_EQ(cfg_rd(PCI_COMMAND, 2), 0);
	CHECK_EQ(cfg_rd(devctl, 2) & 0x8000, 0);
	CHECK_EQ(cfg_wr(devctl, 2, 0x7fff).code, VDSA_DO_NOTHING);
	CHECK_EQ(cfg_wr(devctl, 4, 0x8000).code, VDSA_DO_QUIESCE);
}
