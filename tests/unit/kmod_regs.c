// SPDX-License-Identifier: GPL-2.0-only
/* Does BAR0 of a vdev read, write and reset as published? */
#include "kmod_model.h"

TEST("a model is made of 1 to 8 work queues with engines, and of nothing else")
{
	struct vdsa_model_info info = some_info(1);

	for (info.nr_wqs = 1; info.nr_wqs <= 8; info.nr_wqs++)
		CHECK(vdsa_model_init(&vdev, &info));
	CHECK(!vdsa_model_init(&vdev, &info));
	info.nr_wqs = 0;
	CHECK(!vdsa_model_init(&vdev, &info));
	info.nr_wqs = 1;
	info.nr_engines = 0;
	CHECK(!vdsa_model_init(&vdev, &info));
	info.nr_engines = 65;
	CHECK(!vdsa_model_init(&vdev, &info));
}

TEST("accesses are of 1, 2, 4 or 8 bytes, aligned, and inside")
{
	for (uint32_t len = 0; len < 20; len++)
		CHECK_EQ(vdsa_access_ok(0x10000, 0, len),
			 len == 1 || len == 2 || len == 4 || len == 8);
	CHECK(!vdsa_access_ok(0x10000, 1, 2));
	CHECK(!vdsa_access_ok(0x10000, 2, 4));
	CHECK(!vdsa_access_ok(0x10000, 4, 8));
	CHECK(vdsa_access_ok(0x10000, 0xfff8, 8));
	CHECK(!vdsa_access_ok(0x10000, 0x10000, 1));
	CHECK(!vdsa_access_ok(0x10000, 0xfffffffc, 4));
	CHECK(!vdsa_access_ok(0, 0, 1));
	CHECK(!vdsa_access_ok(4, 0, 8));
}

TEST("capabilities show the slice: not configurable, no IMS, an event log of its own")
{
	uint64_t gencap;

	fresh(4);
	gencap = rd(DSA_GENCAP, 8);
	CHECK_EQ(rd(DSA_VERSION, 4), 0x100);
	CHECK_EQ(gencap & DSA_GENCAP_CONFIG, 0);
	CHECK_EQ(gencap & DSA_GENCAP_IMS, 0);
	CHECK_EQ(gencap & DSA_GENCAP_EVL, 1 << DSA_GENCAP_EVL_SHIFT);
	CHECK_EQ(gencap & DSA_GENCAP_INTER_DOMAIN, 0);
	CHECK_EQ(gencap >> 32, 1);
	CHECK(gencap & DSA_GENCAP_CMDCAP);
	CHECK_EQ((gencap & DSA_GENCAP_MAX_XFER) >> DSA_GENCAP_MAX_XFER_SHIFT, 21);
	CHECK_EQ((gencap & DSA_GENCAP_MAX_BATCH) >> DSA_GENCAP_MAX_BATCH_SHIFT, 5);
	CHECK_EQ(rd(DSA_CMDCAP, 4), 0x67fe);
	CHECK_EQ(rd(DSA_WQCAP, 8) & DSA_WQCAP_TOTAL_SIZE, 16 + 17 + 18 + 19);
	CHECK_EQ(rd(DSA_WQCAP, 8) & ~(uint64_t)DSA_WQCAP_TOTAL_SIZE,
		 4ull << 16 | DSA_WQCAP_DEDICATED | DSA_WQCAP_PRIORITY);
	CHECK_EQ(rd(DSA_GRPCAP, 8), 1 | 96 << 8);
	CHECK_EQ(rd(DSA_ENGCAP, 8), 2);
	CHECK_EQ(rd(DSA_OPCAP, 8), 0x1003f03ff);
	CHECK_EQ(rd(DSA_OPCAP + 8, 8), 1);
}

TEST("operations whose own capabilities are not shown are not shown, either")
{
	struct vdsa_model_info info = some_info(1);

	info.op_cap[0] = ~0ull;
	CHECK(vdsa_model_init(&vdev, &info));
	CHECK_EQ(rd(DSA_DSACAP, 8), 0);
	CHECK_EQ(rd(DSA_OPCAP, 8) & 0xffull << DSA_OP_TYPE_CONVERSION, 0);
	CHECK_EQ(rd(DSA_OPCAP, 8) & 0x7full << DSA_OP_UPDATE_WINDOW, 0);
	CHECK_EQ(rd(DSA_OPCAP, 8) & 0x100ffffffull, 0x100ffffffull);
}

TEST("block on fault is a capability where some work queue has it")
{
	fresh(1);
	CHECK_EQ(rd(DSA_GENCAP, 8) & DSA_GENCAP_BLOCK_ON_FAULT, 0);
	fresh(2);
	CHECK(rd(DSA_GENCAP, 8) & DSA_GENCAP_BLOCK_ON_FAULT);
}

TEST("the tables are where OFFSETS says, and a perfmon table that counts nothing")
{
	uint64_t offsets;
	uint32_t wqcfg, grpcfg, perm;

	fresh(8);
	offsets = rd(DSA_OFFSETS, 8);
	grpcfg = (offsets & 0xffff) * 0x100;
	wqcfg = (offsets >> 16 & 0xffff) * 0x100;
	perm = (offsets >> 32 & 0xffff) * 0x100;
	CHECK_EQ(offsets >> 48, 0);
	CHECK_EQ(rd(grpcfg, 8), 0xff);
	CHECK_EQ(rd(grpcfg + 8, 8), 0);
	CHECK_EQ(rd(grpcfg + DSA_GRPCFG_ENGINES, 8), 3);
	for (uint32_t wq = 0; wq < 8; wq++) {
		uint32_t at = wqcfg + 32 * wq;

		CHECK_EQ(rd(at + DSA_WQCFG_SIZE, 4), 16 + wq);
		CHECK_EQ(rd(at + DSA_WQCFG_MODE, 4),
			 DSA_WQCFG_DEDICATED | 10 << 4 | (wq == 1 ? DSA_WQCFG_BOF : 0));
		CHECK_EQ(rd(at + DSA_WQCFG_LIMITS, 4), 21 | 5 << 5);
		CHECK_EQ(rd(at + DSA_WQCFG_STATUS, 4), 0);
	}
	wr(perm + 8 * 8, 4, 0xffffffff);
	CHECK_EQ(rd(perm + 8 * 8, 4), DSA_PERM_PASID | DSA_PERM_PASID_EN);
	CHECK(rd(DSA_OFFSETS + 8, 8));
	CHECK_EQ(rd(rd(DSA_OFFSETS + 8, 8) * 0x100, 8), 0);
}

TEST("after reset the device is disabled, nothing is enabled or pending")
{
	fresh(8);
	CHECK_EQ(rd(DSA_GENSTS, 4), 0);
	CHECK_EQ(rd(DSA_GENCTRL, 4), 0);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
	CHECK_EQ(rd(DSA_CMD, 4), 0);
	CHECK_EQ(cmdsts(), 0);
	for (uint32_t i = 0; i < 4; i++)
		CHECK_EQ(rd(DSA_SWERR + 8 * i, 8), 0);
	CHECK_EQ(rd(DSA_GENCFG, 4), DSA_GENCFG_USER_INT);
	CHECK_EQ(rd(VDSA_MSIX_PBA, 8), 0);
}

/* All of BAR0 and its write mask: what a write of ones and of zeros leaves. */
TEST("only the published bits can be written")
{
	static const struct { uint32_t off; uint32_t ones; } rw[] = {
		{ DSA_GENCTRL, 7 },
		{ DSA_GENCFG, DSA_GENCFG_EVL },
		{ DSA_EVLCFG, 0xfffff000 },
		{ DSA_EVLCFG + 4, 0xffffffff },
		{ DSA_EVLCFG + 8, 0xffff },
		{ DSA_EVLSTS, 0xffff },
	};

	fresh(2);
	for (uint32_t off = 0; off < VDSA_MSIXPERM; off += 4) {
		uint32_t before = rd(off, 4), after, want = before;

		if (off == DSA_CMD || off == DSA_CMDSTS)
			continue;
		for (size_t i = 0; i < sizeof(rw) / sizeof(rw[0]); i++)
			if (rw[i].off == off)
				want |= rw[i].ones;
		wr(off, 4, 0xffffffff);
		after = rd(off, 4);
		CHECK_EQ(after, want);
		wr(off, 4, 0);
		CHECK_EQ(rd(off, 4), before);
	}
}

TEST("reads have no side effects, wherever they go")
{
	struct vdsa_model copy;

	fresh(3);
	listen();
	enable_device();
	copy = vdev;
	for (uint32_t off = 0; off < VDSA_BAR0_SIZE; off++)
		for (uint32_t len = 1; len <= 8; len *= 2)
			if (vdsa_access_ok(VDSA_BAR0_SIZE, off, len))
				rd(off, len);
	CHECK(!memcmp(&copy, &vdev, sizeof(copy)));
}

TEST("each way to read a register gives the same bytes")
{
	fresh(8);
	for (uint32_t off = 0; off < VDSA_BAR0_FILE + 0x100; off += 8) {
		uint64_t all = rd(off, 8);

		for (uint32_t len = 1; len <= 4; len *= 2)
			for (uint32_t i = 0; i < 8; i += len)
				CHECK_EQ(rd(off + i, len),
					 all >> 8 * i & (~0ull >> (64 - 8 * len)));
	}
}

TEST("bytes written one by one end up as when written at once")
{
	const uint64_t val = 0x123456789abcdef4;
	uint64_t at_once;

	for (uint32_t len = 1; len <= 4; len *= 2) {
		fresh(2);
		wr(VDSA_MSIX_TABLE + 16, 8, val);
		at_once = rd(VDSA_MSIX_TABLE + 16, 8);
		CHECK_EQ(at_once, val & ~3ull);
		fresh(2);
		for (uint32_t i = 0; i < 8; i += len)
			wr(VDSA_MSIX_TABLE + 16 + i, len, val >> 8 * i);
		CHECK_EQ(rd(VDSA_MSIX_TABLE + 16, 8), at_once);
	}
}

TEST("writes where no register is are ignored")
{
	struct vdsa_model copy;

	fresh(2);
	copy = vdev;
	wr(VDSA_PERFMON + 0x10, 4, 3);
	wr(VDSA_BAR0_SIZE - 8, 8, ~0ull);
	wr(VDSA_BAR0_FILE, 8, ~0ull);
	wr(DSA_DUMMY_PORTAL, 8, ~0ull);
	wr(VDSA_MSIXPERM + 3 * 8, 4, ~0u);
	wr(VDSA_MSIX_TABLE + 3 * 16, 8, ~0ull);
	wr(0xa4, 4, ~0u);
	CHECK(!memcmp(&copy, &vdev, sizeof(copy)));
	CHECK_EQ(rd(VDSA_MSIX_TABLE + 3 * 16 + 12, 4), 0);
}

TEST("INTCAUSE and SWERR are cleared by ones, byte by byte, and by nothing else")
{
	const uint64_t err[4] = { 0x1a00, 0x1111, 0x2222000, 0 };

	fresh(2);
	listen();
	vdsa_model_sw_error(&vdev, 1, err);
	vdsa_model_sw_error(&vdev, 1, err);
	wr(DSA_INTCAUSE, 4, 0);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_SWERR);
	wr(DSA_INTCAUSE + 1, 1, 0xff);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_SWERR);
	wr(DSA_INTCAUSE, 1, 0xff);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
	wr(DSA_SWERR, 8, 0);
	CHECK_EQ(rd(DSA_SWERR, 8) & DSA_SWERR_ACK, 3);
	wr(DSA_SWERR, 8, DSA_SWERR_OVERFLOW);
	CHECK_EQ(rd(DSA_SWERR, 8) & DSA_SWERR_ACK, DSA_SWERR_VALID);
	wr(DSA_SWERR, 1, 3);
	CHECK_EQ(rd(DSA_SWERR, 8) & DSA_SWERR_ACK, 0);
}
