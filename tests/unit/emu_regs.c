// SPDX-License-Identifier: GPL-2.0-only
/* Do registers and configuration space read, write and reset as published? */
#include "unit.h"

#include <errno.h>

#include "emu_fake.h"

TEST("every profile reports its sizes, and no profile has another's name")
{
	static const struct sizes { uint32_t entries, wqs, grpcap, engines; }
		silicon = { 128, 8, 0x6004, 4 }, scale = { 1024, 64, 0xff40, 64 };

	for (unsigned int i = 0; emu_profile_name(i); i++) {
		struct emu_dev *dev = fake_new(emu_profile_name(i));
		const struct sizes *want =
			strcmp(emu_profile_name(i), "scale") ? &silicon : &scale;

		CHECK_EQ(get_reg(dev, DSA_WQCAP) & DSA_WQCAP_TOTAL_SIZE, want->entries);
		CHECK_EQ((get_reg(dev, DSA_WQCAP) & DSA_WQCAP_NR_WQS) >>
			 DSA_WQCAP_NR_WQS_SHIFT, want->wqs);
		CHECK_EQ(get_reg(dev, DSA_GRPCAP) & 0xffff, want->grpcap);
		CHECK_EQ(get_reg(dev, DSA_ENGCAP), want->engines);
		CHECK_EQ((get_reg(dev, DSA_GENCAP) & DSA_GENCAP_IMS) >>
			 DSA_GENCAP_IMS_SHIFT, 1);
		CHECK_EQ(emu_dev_nr_msix(dev), want->wqs + 1);
		CHECK_EQ(emu_dev_bar2_size(dev), want->wqs * 0x4000);
		emu_dev_free(dev);
	}
}

TEST("command capabilities appear only in the profiles that are named for them")
{
	struct emu_dev *plain = fake_new("gnrd"), *cmdcap = fake_new("gnrd-cmdcap");

	CHECK(!(get_reg(plain, DSA_GENCAP) & DSA_GENCAP_CMDCAP));
	CHECK_EQ(get_reg(plain, DSA_CMDCAP), 0);
	CHECK(get_reg(cmdcap, DSA_GENCAP) & DSA_GENCAP_CMDCAP);
	CHECK_EQ(get_reg(cmdcap, DSA_CMDCAP), 0x7ffe);
	emu_dev_free(plain);
	emu_dev_free(cmdcap);
}

TEST("an unknown profile and impossible sizes are refused")
{
	struct emu_profile profile;

	CHECK_EQ(emu_profile_find("none", &profile), -ENOENT);
	CHECK_EQ(emu_profile_find("spr", &profile), 0);
	profile.nr_ims = 100;
	CHECK(!emu_dev_new(&profile, &fake_ops, NULL));
	CHECK_EQ(errno, EINVAL);
	profile.nr_ims = 0;
	profile.nr_wqs = 256;
	CHECK(!emu_dev_new(&profile, &fake_ops, NULL));
	CHECK_EQ(errno, EINVAL);
}

TEST("sizes beyond silicon fit: 64 work queues and 2048 IMS entries")
{
	struct emu_profile profile;
	struct emu_dev *dev;

	CHECK_EQ(emu_profile_find("gnrd", &profile), 0);
	profile.nr_wqs = 64;
	dev = emu_dev_new(&profile, &fake_ops, NULL);
	CHECK(dev);
	fake_enable_memory(dev);
	CHECK_EQ(emu_dev_nr_msix(dev), 65);
	CHECK_EQ(emu_dev_bar2_size(dev), 64 * DSA_PORTAL_WQ);
	CHECK(ims_at(dev, 2048) <= emu_dev_bar0_size(dev));
	CHECK_EQ(get_reg(dev, ims_at(dev, 2047)), DSA_IMS_ADDRESS_RESET);
	set_reg32(dev, wqcfg(dev, 63), 77);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 63)), 77);
	emu_dev_free(dev);
}

TEST("capability registers and status ignore writes")
{
	static const uint64_t offs[] = { DSA_VERSION, DSA_GENCAP, DSA_WQCAP, DSA_GRPCAP,
		DSA_ENGCAP, DSA_OPCAP, DSA_OFFSETS, DSA_OFFSETS + 8, DSA_GENSTS,
		DSA_CMDSTS, DSA_CMDCAP, DSA_DSACAP };
	struct emu_dev *dev = fake_new("gnrd-cmdcap");

	for (size_t i = 0; i < sizeof(offs) / sizeof(offs[0]); i++) {
		uint64_t before = get_reg(dev, offs[i]);

		set_reg(dev, offs[i], ~before);
		CHECK_EQ(get_reg(dev, offs[i]), before);
	}
	emu_dev_free(dev);
}

TEST("parts of a register are read and written alone; misaligned accesses do nothing")
{
	struct emu_dev *dev = fake_new("gnrd");

	CHECK_EQ(emu_dev_bar0_read(dev, DSA_GENCAP + 3, 1), get_reg(dev, DSA_GENCAP) >> 24 & 0xff);
	CHECK_EQ(emu_dev_bar0_read(dev, DSA_GENCAP + 4, 4), get_reg(dev, DSA_GENCAP) >> 32);
	set_reg(dev, grpcfg(dev, 0), 0x1122334455667788);
	emu_dev_bar0_write(dev, grpcfg(dev, 0) + 2, 2, 0xabcd);
	CHECK_EQ(get_reg(dev, grpcfg(dev, 0)), 0x11223344abcd7788);
	emu_dev_bar0_write(dev, grpcfg(dev, 0) + 1, 2, 0xffff);
	emu_dev_bar0_write(dev, grpcfg(dev, 0), 3, 0xffff);
	CHECK_EQ(get_reg(dev, grpcfg(dev, 0)), 0x11223344abcd7788);
	CHECK_EQ(emu_dev_bar0_read(dev, grpcfg(dev, 0) + 4, 8), 0);
	emu_dev_free(dev);
}

TEST("unassigned offsets and the dummy portal read 0 and take no writes")
{
	struct emu_dev *dev = fake_new("gnrd");

	for (uint64_t off = 0; off < emu_dev_bar0_size(dev); off += 8)
		get_reg(dev, off);
	set_reg(dev, DSA_DUMMY_PORTAL, ~0ULL);
	set_reg(dev, 0x78, ~0ULL);
	CHECK_EQ(get_reg(dev, DSA_DUMMY_PORTAL), 0);
	CHECK_EQ(get_reg(dev, 0x78), 0);
	emu_dev_free(dev);
}

TEST("GENCFG, GRPCFG and EVLCFG can be written only while the device is disabled")
{
	struct emu_dev *dev = fake_new("gnrd");
	uint32_t gencfg = get_reg32(dev, DSA_GENCFG);

	CHECK_EQ(gencfg, 96);
	set_reg32(dev, DSA_GENCFG, ~0u);
	CHECK_EQ(get_reg32(dev, DSA_GENCFG), 0x30ff);
	set_reg32(dev, DSA_GENCFG, gencfg);
	set_reg(dev, DSA_EVLCFG, ~0ULL);
	CHECK_EQ(get_reg(dev, DSA_EVLCFG), 0xfffffffffffff003);
	set_reg(dev, DSA_EVLCFG, 0);
	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	set_reg32(dev, DSA_GENCFG, ~0u);
	CHECK_EQ(get_reg32(dev, DSA_GENCFG), gencfg);
	set_reg(dev, DSA_EVLCFG, ~0ULL);
	CHECK_EQ(get_reg(dev, DSA_EVLCFG), 0);
	set_reg(dev, grpcfg(dev, 0), 3);
	CHECK_EQ(get_reg(dev, grpcfg(dev, 0)), 1);
	emu_dev_free(dev);
}

TEST("GRPFLAGS reset to all read buffers allowed and keep reserved bits 0")
{
	struct emu_dev *dev = fake_new("gnrd");
	uint64_t at = grpcfg(dev, 3) + DSA_GRPCFG_FLAGS;

	CHECK_EQ(get_reg(dev, at), 96ULL << DSA_GRPFLAGS_ALLOWED_SHIFT);
	set_reg(dev, at, ~0ULL);
	CHECK_EQ(get_reg(dev, at), DSA_GRPFLAGS_TC_A | DSA_GRPFLAGS_TC_B |
		 DSA_GRPFLAGS_USE_LIMIT | DSA_GRPFLAGS_RESERVED | DSA_GRPFLAGS_ALLOWED);
	CHECK_EQ(get_reg(dev, grpcfg(dev, 4)), 0);	/* there are four */
	emu_dev_free(dev);
}

TEST("WQCFG fields lock with the device and with the work queue")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	uint64_t at = wqcfg(dev, 0);
	uint32_t mode = get_reg32(dev, at + DSA_WQCFG_MODE);

	set_reg32(dev, at + DSA_WQCFG_SIZE, 99);
	set_reg32(dev, at + DSA_WQCFG_MODE, ~0u);
	set_reg32(dev, at + DSA_WQCFG_LIMITS, 0);
	set_reg32(dev, at + DSA_WQCFG_THRESHOLD, 3);
	CHECK_EQ(get_reg32(dev, at + DSA_WQCFG_SIZE), FAKE_WQ_SIZE);
	CHECK_EQ(get_reg32(dev, at + DSA_WQCFG_MODE), mode);
	CHECK(get_reg32(dev, at + DSA_WQCFG_LIMITS) != 0);
	CHECK_EQ(get_reg32(dev, at + DSA_WQCFG_THRESHOLD), 3);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
	set_reg32(dev, at + DSA_WQCFG_SIZE, 99);	/* the device is still on */
	set_reg32(dev, at + DSA_WQCFG_MODE, ~0u);
	CHECK_EQ(get_reg32(dev, at + DSA_WQCFG_SIZE), FAKE_WQ_SIZE);
	CHECK_EQ(get_reg32(dev, at + DSA_WQCFG_MODE), 0x3fffffff);
	emu_dev_free(dev);
}

TEST("WQCFG of the first generation has no ATS, PRS and operation fields")
{
	struct emu_dev *dev = fake_new("spr");

	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_MODE, ~0u);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_MODE), 0x3ffffff3);
	CHECK_EQ(wqcfg(dev, 1) - wqcfg(dev, 0), 32);
	emu_dev_free(dev);
	dev = fake_new("gnrd");
	CHECK_EQ(wqcfg(dev, 1) - wqcfg(dev, 0), 64);
	CHECK_EQ(get_reg(dev, wqcfg(dev, 0) + DSA_WQCFG_OPCFG), get_reg(dev, DSA_OPCAP));
	emu_dev_free(dev);
}

TEST("the event log head is written, its tail is not, pending clears by 1")
{
	struct emu_dev *dev = fake_new("gnrd");

	set_reg(dev, DSA_EVLSTS, ~0ULL);
	CHECK_EQ(get_reg(dev, DSA_EVLSTS), 0xffff);
	emu_dev_free(dev);
}

TEST("BARs size themselves as software expects")
{
	struct emu_dev *dev = fake_new("gnrd");

	CHECK_EQ(emu_dev_bar0_size(dev), 0x10000);
	CHECK_EQ(emu_dev_cfg_read(dev, 0x10, 4), 0xc);
	emu_dev_cfg_write(dev, 0x10, 4, ~0u);
	emu_dev_cfg_write(dev, 0x14, 4, ~0u);
	CHECK_EQ(emu_dev_cfg_read(dev, 0x10, 4), 0xffff000c);
	CHECK_EQ(emu_dev_cfg_read(dev, 0x14, 4), 0xffffffff);
	emu_dev_cfg_write(dev, 0x18, 4, ~0u);
	CHECK_EQ(emu_dev_cfg_read(dev, 0x18, 4), 0xfffe000c);
	emu_dev_cfg_write(dev, 0x20, 4, ~0u);
	CHECK_EQ(emu_dev_cfg_read(dev, 0x20, 4), 0);
	emu_dev_free(dev);
}

TEST("configuration space has the identity and capabilities of an integrated endpoint")
{
	struct emu_dev *dev = fake_new("spr");
	unsigned int pcie = find_cap(dev, 0x10), pm = find_cap(dev, 0x01);
	unsigned int msix = find_cap(dev, 0x11), pri = find_ext_cap(dev, 0x13);

	CHECK_EQ(emu_dev_cfg_read(dev, 0, 4), 0x0b258086);
	CHECK_EQ(emu_dev_cfg_read(dev, 8, 4) >> 16, 0x0880);
	CHECK(emu_dev_cfg_read(dev, 6, 2) & 0x10);
	CHECK_EQ(emu_dev_cfg_read(dev, pcie + 2, 2), 0x92);
	CHECK(emu_dev_cfg_read(dev, pcie + 0x24, 4) & 1 << 21);
	CHECK(emu_dev_cfg_read(dev, pcie + 4, 4) & 1 << 28);
	CHECK_EQ(emu_dev_cfg_read(dev, msix + 2, 2), 8);
	CHECK_EQ(emu_dev_cfg_read(dev, find_ext_cap(dev, 0x1b) + 4, 2), 0x1406);
	CHECK_EQ(emu_dev_cfg_read(dev, find_ext_cap(dev, 0x0f) + 4, 2), 0x20);
	CHECK_EQ(emu_dev_cfg_read(dev, pri + 6, 2), 0x8100);
	CHECK_EQ(emu_dev_cfg_read(dev, pri + 8, 4), 512);
	emu_dev_cfg_write(dev, pm + 4, 2, 3);
	CHECK_EQ(emu_dev_cfg_read(dev, pm + 4, 2), 0xb);
	emu_dev_free(dev);
}

TEST("read-only configuration bytes stay, write-1-to-clear ones are 0 and stay 0")
{
	struct emu_dev *dev = fake_new("gnrd");

	emu_dev_cfg_write(dev, 0, 4, 0);
	emu_dev_cfg_write(dev, 8, 4, 0);
	emu_dev_cfg_write(dev, 6, 2, 0xffff);
	emu_dev_cfg_write(dev, 4, 2, 0xffff);
	CHECK_EQ(emu_dev_cfg_read(dev, 0, 4), 0x11fb8086);
	CHECK_EQ(emu_dev_cfg_read(dev, 8, 4), 0x08800000);
	CHECK_EQ(emu_dev_cfg_read(dev, 6, 2), 0x0010);
	CHECK_EQ(emu_dev_cfg_read(dev, 4, 2), 0x0546);
	CHECK_EQ(emu_dev_cfg_read(dev, 4095, 4), 0);
	CHECK_EQ(emu_dev_cfg_read(dev, 1ULL << 40, 4), 0);
	emu_dev_cfg_write(dev, 1ULL << 40, 4, 1);
	emu_dev_free(dev);
}

TEST("page requests are stopped whenever they are not enabled")
{
	struct emu_dev *dev = fake_new("gnrd");
	unsigned int pri = find_ext_cap(dev, 0x13);

	emu_dev_cfg_write(dev, pri + 12, 4, 32);
	emu_dev_cfg_write(dev, pri + 4, 2, 3);
	CHECK_EQ(emu_dev_cfg_read(dev, pri + 4, 2), 1);
	CHECK_EQ(emu_dev_cfg_read(dev, pri + 6, 2), 0x8000);
	emu_dev_cfg_write(dev, pri + 4, 2, 0);
	CHECK_EQ(emu_dev_cfg_read(dev, pri + 6, 2), 0x8100);
	emu_dev_free(dev);
}

TEST("a function-level reset brings everything back, by the capability's bit too")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	unsigned int pcie = find_cap(dev, 0x10);

	set_reg(dev, DSA_EVLSTS, 5);
	emu_dev_cfg_write(dev, pcie + 8, 2, 0x8000);
	CHECK_EQ(emu_dev_cfg_read(dev, 4, 2), 0);
	fake_enable_memory(dev);
	CHECK_EQ(emu_dev_cfg_read(dev, pcie + 8, 2) & 0x8000, 0);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_DISABLED);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 0)), 0);
	CHECK_EQ(get_reg(dev, DSA_EVLSTS), 0);
	emu_dev_cfg_write(dev, 4, 2, 6);
	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	fake_flr(dev);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
	emu_dev_free(dev);
}

/* What must not change under an enabled device. */
static void check_halts(unsigned int (*find)(struct emu_dev *dev, uint16_t id),
			uint16_t id, unsigned int reg, uint32_t val)
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	unsigned int at = find ? find(dev, id) + reg : reg;

	emu_dev_cfg_write(dev, at, 2, val);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_HALT);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_SWERR_BUSMASTER);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_DEVICE, 0), DSA_CMDERR_HALTED);
	CHECK_EQ(command(dev, DSA_CMD_RESET_DEVICE, 0), 0);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
	emu_dev_free(dev);
}

TEST("bus mastering, PASID, ATS or PRI changed while enabled halts, with error 51")
{
	check_halts(NULL, 0, 4, 2);
	check_halts(find_ext_cap, 0x1b, 6, 0);
	check_halts(find_ext_cap, 0x0f, 6, 0);
	check_halts(find_ext_cap, 0x13, 4, 1);
}

TEST("a halt interrupts if GENCTRL says so and messages can still be sent")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	set_reg32(dev, DSA_GENCTRL, DSA_GENCTRL_HALT_INT);
	emu_dev_cfg_write(dev, find_ext_cap(dev, 0x13) + 4, 2, 1);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_HALT);
	CHECK_EQ(fake_irqs(0), 1);
	set_reg32(dev, DSA_INTCAUSE, ~0u);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), 0);
	emu_dev_free(dev);
}

TEST("without memory space reads are all ones, writes and descriptors go nowhere")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);

	emu_dev_cfg_write(dev, 0x04, 2, FAKE_COMMAND_MASTER);
	CHECK_EQ(get_reg(dev, DSA_GENCAP), UINT64_MAX);
	CHECK_EQ(emu_dev_bar0_read(dev, DSA_VERSION, 2), 0xffff);
	set_reg32(dev, DSA_GENCTRL, 1);
	set_reg32(dev, DSA_CMD, DSA_CMD_DISABLE_DEVICE << DSA_CMD_CODE_SHIFT);
	submit(dev, &desc);
	emu_dev_cfg_write(dev, 0x04, 2, FAKE_COMMAND_MEMORY | FAKE_COMMAND_MASTER);
	CHECK_EQ(get_reg32(dev, DSA_GENCTRL), 0);
	CHECK_EQ(get_reg32(dev, DSA_CMDSTS), 0);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_ENABLED);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
}
