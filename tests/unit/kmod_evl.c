// SPDX-License-Identifier: GPL-2.0-only
/* Does the guest's event log work as published? */
#include "kmod_model.h"

#define BASE	0x12345000ull
#define SIZE	64

static const uint64_t bad_op[4] = {
	DSA_SWERR_VALID | DSA_SWERR_DESC_VALID | DSA_STATUS_OPCODE << 8 |
	0x5ull << DSA_SWERR_PASID_SHIFT, 0x1, 0x2, 0x3
};

static void set_up(uint64_t base, uint32_t size)
{
	fresh(2);
	listen();
	wr(DSA_EVLCFG, 8, base);
	wr(DSA_EVLCFG + 8, 8, size);
	wr(DSA_GENCTRL, 4, 7);
	wr(DSA_GENCFG, 4, rd(DSA_GENCFG, 4) | DSA_GENCFG_EVL);
	cfg_wr(PCI_COMMAND, 2, 6);
}

static void enabled_log(void)
{
	set_up(BASE, SIZE);
	enable_device();
	wr(DSA_INTCAUSE, 4, ~0u);
}

static uint32_t tail(void)
{
	return rd(DSA_EVLSTS + 4, 2);
}

TEST("the device is enabled with a log of 64 entries or more that fits, or without")
{
	static const struct { uint64_t base; uint32_t size, error; } table[] = {
		{ BASE, 0, 0x19 }, { BASE, 63, 0x19 }, { BASE, 64, 0 }, { BASE, 0xffff, 0 },
		{ ~0xfffull, 64, 0 }, { ~0xfffull, 65, 0x19 }, { 0, 64, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		set_up(table[i].base, table[i].size);
		cmd(DSA_CMD_ENABLE_DEVICE, 0);
		CHECK_EQ(cmdsts(), table[i].error);
	}
	fresh(1);
	enable_device();
}

TEST("the log's place cannot be changed below an enabled device")
{
	enabled_log();
	wr(DSA_EVLCFG, 8, 0x1000);
	wr(DSA_EVLCFG + 8, 8, 1);
	wr(DSA_GENCFG, 4, 0);
	CHECK_EQ(rd(DSA_EVLCFG, 8), BASE);
	CHECK_EQ(rd(DSA_EVLCFG + 8, 8), SIZE);
	CHECK(rd(DSA_GENCFG, 4) & DSA_GENCFG_EVL);
}

TEST("an error is written to the log, and shown once it is there")
{
	struct vdsa_action action;

	enabled_log();
	action = vdsa_model_sw_error(&vdev, 1, bad_op);
	CHECK_EQ(action.code, VDSA_DO_LOG);
	CHECK(!action.signal);
	CHECK_EQ(action.addr, BASE);
	CHECK_EQ(action.entry[0], DSA_SWERR_DESC_VALID | DSA_SWERR_WQ_VALID |
		 DSA_STATUS_OPCODE << 8 | 1ull << DSA_SWERR_WQ_SHIFT);
	CHECK_EQ(action.entry[1], 1);
	CHECK_EQ(action.entry[2], 2);
	CHECK_EQ(action.entry[7], 0);
	CHECK_EQ(tail(), 0);
	action = done(action);
	CHECK(action.signal);
	CHECK_EQ(tail(), 1);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_EVL);
	CHECK_EQ(rd(DSA_SWERR, 8), 0);
	CHECK_EQ(vdsa_model_sw_error(&vdev, 1, bad_op).addr, BASE + 64);
}

TEST("no second interrupt comes while the first is pending")
{
	enabled_log();
	CHECK(done(vdsa_model_sw_error(&vdev, 0, bad_op)).signal);
	CHECK(!done(vdsa_model_sw_error(&vdev, 0, bad_op)).signal);
	CHECK_EQ(tail(), 2);
	wr(DSA_EVLSTS + 4, 4, DSA_EVLSTS_INT_PENDING >> 32);
	CHECK_EQ(tail(), 2);
	CHECK(done(vdsa_model_sw_error(&vdev, 0, bad_op)).signal);
}

TEST("a full log drops the error and says so in SWERR, and goes on when there is room")
{
	enabled_log();
	for (int i = 0; i < SIZE - 1; i++)
		done(vdsa_model_sw_error(&vdev, 0, bad_op));
	CHECK_EQ(tail(), SIZE - 1);
	CHECK_EQ(rd(DSA_SWERR, 8), 0);
	CHECK_EQ(vdsa_model_sw_error(&vdev, 0, bad_op).code, VDSA_DO_NOTHING);
	CHECK_EQ(rd(DSA_SWERR, 8), DSA_SWERR_VALID | 0x54 << 8);
	wr(DSA_EVLSTS, 4, 5);
	CHECK_EQ(done(vdsa_model_sw_error(&vdev, 0, bad_op)).code, VDSA_DO_NOTHING);
	CHECK_EQ(tail(), 0);
}

TEST("a log that cannot be written is error 54, and its tail stays")
{
	enabled_log();
	CHECK(failed(vdsa_model_sw_error(&vdev, 0, bad_op), -14).signal);
	CHECK_EQ(tail(), 0);
	CHECK_EQ(rd(DSA_SWERR, 8), DSA_SWERR_VALID | 0x54 << 8);
}

TEST("errors that need a completion record, or that are SWERR's, go to SWERR")
{
	static const uint8_t codes[] = { 0x1a, 0x26, 0x27, 0x51, 0x53, 0x54 };

	for (size_t i = 0; i < sizeof(codes); i++) {
		const uint64_t err[4] = { (uint64_t)codes[i] << 8 };

		enabled_log();
		CHECK_EQ(vdsa_model_sw_error(&vdev, 0, err).code, VDSA_DO_NOTHING);
		CHECK_EQ(rd(DSA_SWERR, 8) >> 8 & 0xff, codes[i]);
	}
}

TEST("without the log, or on a disabled device, errors go to SWERR")
{
	fresh(1);
	enable_device();
	CHECK_EQ(vdsa_model_sw_error(&vdev, 0, bad_op).code, VDSA_DO_NOTHING);
	CHECK(rd(DSA_SWERR, 8) & DSA_SWERR_VALID);
	set_up(BASE, 0);
	CHECK_EQ(vdsa_model_sw_error(&vdev, 0, bad_op).code, VDSA_DO_NOTHING);
}

TEST("an entry that is written after a reset is not shown")
{
	struct vdsa_action action;

	enabled_log();
	action = vdsa_model_sw_error(&vdev, 0, bad_op);
	vdsa_model_reset(&vdev);
	CHECK(!done(action).signal);
	CHECK_EQ(rd(DSA_EVLSTS, 8), 0);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
}

TEST("an entry that is written after the device was disabled is not shown, wherever the log is now")
{
	struct vdsa_action action;

	enabled_log();
	action = vdsa_model_sw_error(&vdev, 0, bad_op);
	done(cmd(DSA_CMD_DISABLE_DEVICE, 0));
	wr(DSA_EVLCFG + 8, 8, 0);
	wr(DSA_INTCAUSE, 4, ~0u);
	CHECK(!done(action).signal);
	CHECK_EQ(rd(DSA_EVLSTS, 8), 0);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
}

TEST("enabling the device empties the log")
{
	enabled_log();
	done(vdsa_model_sw_error(&vdev, 0, bad_op));
	done(cmd(DSA_CMD_DISABLE_DEVICE, 0));
	CHECK_EQ(tail(), 1);
	enable_device();
	CHECK_EQ(rd(DSA_EVLSTS, 8), 0);
}

TEST("reset device keeps the log's status, and a reset of the function clears it")
{
	enabled_log();
	done(vdsa_model_sw_error(&vdev, 0, bad_op));
	wr(DSA_EVLSTS, 4, 1);
	done(cmd(DSA_CMD_RESET_DEVICE, 0));
	CHECK_EQ(rd(DSA_EVLSTS, 8), DSA_EVLSTS_INT_PENDING | 1ull << 32 | 1);
	CHECK_EQ(rd(DSA_EVLCFG, 8), 0);
	vdsa_model_reset(&vdev);
	CHECK_EQ(rd(DSA_EVLSTS, 8), 0);
}
