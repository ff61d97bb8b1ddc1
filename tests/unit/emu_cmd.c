// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do administrative commands check, wait, abandon and answer as published?
 * The gate of the fake host keeps descriptors in flight for as long as a test
 * wants.
 */
#include "unit.h"

#include "emu_fake.h"

/* A descriptor that hangs at the gate until it is opened. */
static void put_in_flight(struct emu_dev *dev, unsigned int wq)
{
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, FAKE_BASE, FAKE_BASE + 0x10000, 64);

	fake_gate(true);
	submit_to(dev, wq, DSA_PORTAL_LIMITED, &desc);
	CHECK(fake_wait_gate(1));
}

static bool is_active(struct emu_dev *dev)
{
	return get_reg32(dev, DSA_CMDSTS) & DSA_CMDSTS_ACTIVE;
}

static void pause_briefly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

/* One mistake in an otherwise good configuration, and its code. */
struct mistake {
	uint8_t error;
	void (*make)(struct emu_dev *dev);
};

static void no_busmaster(struct emu_dev *dev)
{
	emu_dev_cfg_write(dev, 4, 2, 2);
}

static void no_pri_requests(struct emu_dev *dev)
{
	emu_dev_cfg_write(dev, find_ext_cap(dev, 0x13) + 4, 2, 1);
}

static void wqs_too_large(struct emu_dev *dev)
{
	set_reg32(dev, wqcfg(dev, 0), 129);
}

static void group_without_engine(struct emu_dev *dev)
{
	config_group(dev, 0, 1, 0);
}

static void engine_without_wq(struct emu_dev *dev)
{
	config_group(dev, 1, 0, 2);
}

static void wq_in_two_groups(struct emu_dev *dev)
{
	config_group(dev, 1, 1, 2);
}

static void wq_in_no_group(struct emu_dev *dev)
{
	config_wq(dev, 3, 0);
}

static void empty_wq_in_group(struct emu_dev *dev)
{
	config_group(dev, 0, 3, 1);
}

static void no_such_wq_in_group(struct emu_dev *dev)
{
	config_group(dev, 0, 0x101, 1);
}

static void engine_in_two_groups(struct emu_dev *dev)
{
	config_wq(dev, 1, 0);
	config_group(dev, 1, 2, 1);
}

static void no_such_engine(struct emu_dev *dev)
{
	config_group(dev, 0, 1, 0x11);
}

static void set_flags(struct emu_dev *dev, uint64_t allowed, uint64_t reserved,
		      uint64_t more)
{
	set_reg(dev, grpcfg(dev, 0) + DSA_GRPCFG_FLAGS,
		allowed << DSA_GRPFLAGS_ALLOWED_SHIFT |
		reserved << DSA_GRPFLAGS_RESERVED_SHIFT | more);
}

static void too_few_buffers(struct emu_dev *dev)
{
	set_flags(dev, 3, 0, 0);
}

static void too_many_buffers(struct emu_dev *dev)
{
	set_flags(dev, 97, 0, 0);
}

static void reserved_beyond_allowed(struct emu_dev *dev)
{
	set_flags(dev, 10, 11, 0);
}

static void limit_too_small(struct emu_dev *dev)
{
	set_reg32(dev, DSA_GENCFG, 3);
	set_flags(dev, 96, 0, DSA_GRPFLAGS_USE_LIMIT);
}

static void log_too_small(struct emu_dev *dev)
{
	enable_evl(dev);
	set_reg(dev, DSA_EVLCFG + 8, 63);
}

static void log_wraps(struct emu_dev *dev)
{
	enable_evl(dev);
	set_reg(dev, DSA_EVLCFG, ~0xfffULL);
	set_reg(dev, DSA_EVLCFG + 8, 65);
}

static void log_priv_without_pasid(struct emu_dev *dev)
{
	set_reg(dev, DSA_EVLCFG, DSA_EVLCFG_PRIV);
}

static void log_pasid_without_capability(struct emu_dev *dev)
{
	emu_dev_cfg_write(dev, find_ext_cap(dev, 0x1b) + 6, 2, 0);
	set_reg(dev, DSA_EVLCFG, DSA_EVLCFG_PASID_EN);
}

TEST("each device enable check has its code, and the device stays disabled")
{
	static const struct mistake mistakes[] = {
		{ DSA_CMDERR_DEV_BUSMASTER, no_busmaster },
		{ DSA_CMDERR_DEV_PASID_PRS, no_pri_requests },
		{ DSA_CMDERR_DEV_WQ_SIZES, wqs_too_large },
		{ DSA_CMDERR_DEV_GROUP, group_without_engine },
		{ DSA_CMDERR_DEV_GROUP, engine_without_wq },
		{ DSA_CMDERR_DEV_WQ_GROUPS, wq_in_two_groups },
		{ DSA_CMDERR_DEV_WQ_GROUPS, wq_in_no_group },
		{ DSA_CMDERR_DEV_WQ_GROUPS, empty_wq_in_group },
		{ DSA_CMDERR_DEV_WQ_GROUPS, no_such_wq_in_group },
		{ DSA_CMDERR_DEV_ENGINE_GROUPS, engine_in_two_groups },
		{ DSA_CMDERR_DEV_ENGINE_GROUPS, no_such_engine },
		{ DSA_CMDERR_DEV_READ_BUFFERS, too_few_buffers },
		{ DSA_CMDERR_DEV_READ_BUFFERS, too_many_buffers },
		{ DSA_CMDERR_DEV_READ_BUFFERS, reserved_beyond_allowed },
		{ DSA_CMDERR_DEV_READ_BUFFERS, limit_too_small },
		{ DSA_CMDERR_DEV_EVL, log_too_small },
		{ DSA_CMDERR_DEV_EVL, log_wraps },
		{ DSA_CMDERR_DEV_PASID, log_priv_without_pasid },
		{ DSA_CMDERR_DEV_PASID, log_pasid_without_capability },
	};

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct emu_dev *dev = fake_new("gnrd");

		enable_pasid(dev);
		config_wq(dev, 0, 0);
		config_group(dev, 0, 1, 1);
		mistakes[i].make(dev);
		CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), mistakes[i].error);
		CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
		emu_dev_free(dev);
	}
}

static void set_mode(struct emu_dev *dev, uint32_t mode)
{
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_MODE, mode);
}

static void no_priority(struct emu_dev *dev)
{
	set_mode(dev, FAKE_MODE & ~DSA_WQCFG_PRIORITY);
}

static void bof_without_pri(struct emu_dev *dev)
{
	set_mode(dev, FAKE_MODE | DSA_WQCFG_BOF);
}

static void shared_without_pasid(struct emu_dev *dev)
{
	set_mode(dev, FAKE_MODE & ~(DSA_WQCFG_DEDICATED | DSA_WQCFG_PASID_EN));
}

static void no_max_batch(struct emu_dev *dev)
{
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_LIMITS, 21);
}

static void batch_too_large(struct emu_dev *dev)
{
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_LIMITS, 21 | 11 << DSA_WQCFG_MAX_BATCH_SHIFT);
}

static void opcfg_beyond_opcap(struct emu_dev *dev)
{
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_OPCFG, 1u << DSA_OP_TRANSLATION_FETCH);
}

static void prs_disable_without_log(struct emu_dev *dev)
{
	set_mode(dev, FAKE_MODE | DSA_WQCFG_PRS_DISABLE);
}

TEST("each work queue enable check has its code, and the queue stays disabled")
{
	static const struct mistake mistakes[] = {
		{ DSA_CMDERR_WQ_PRIORITY, no_priority },
		{ DSA_CMDERR_WQ_BOF, bof_without_pri },
		{ DSA_CMDERR_WQ_PASID, shared_without_pasid },
		{ DSA_CMDERR_WQ_MAX_BATCH, no_max_batch },
		{ DSA_CMDERR_WQ_MAX_BATCH, batch_too_large },
		{ DSA_CMDERR_WQ_OPCFG, opcfg_beyond_opcap },
		{ DSA_CMDERR_WQ_PRS, prs_disable_without_log },
	};

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct emu_dev *dev = fake_up("gnrd", 0);

		CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
		mistakes[i].make(dev);
		CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), mistakes[i].error);
		CHECK_EQ(wq_state(dev, 0), DSA_WQ_DISABLED);
		emu_dev_free(dev);
	}
}

TEST("a work queue with a PASID needs the PASID capability, with priv its privileged mode")
{
	struct emu_dev *dev = fake_new("gnrd");

	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), DSA_CMDERR_WQ_PASID);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_DEVICE, 0), 0);
	emu_dev_cfg_write(dev, find_ext_cap(dev, 0x1b) + 6, 2, 1);
	set_mode(dev, FAKE_MODE | DSA_WQCFG_PRIV);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), DSA_CMDERR_WQ_PRIV);
	emu_dev_free(dev);
}

TEST("enabling twice, disabling twice and commands to disabled queues are refused")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), DSA_CMDERR_DEV_NOT_DISABLED);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), DSA_CMDERR_WQ_NOT_DISABLED);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 1), DSA_CMDERR_WQ_SIZE);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 8), DSA_CMDERR_WQ_INDEX);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 3), DSA_CMDERR_WQ_NOT_ENABLED);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_ENABLED);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_WQ, 2), DSA_CMDERR_WQ_NOT_ENABLED);
	CHECK_EQ(command(dev, DSA_CMD_ABORT_WQ, 2), DSA_CMDERR_WQ_NOT_ENABLED);
	CHECK_EQ(command(dev, DSA_CMD_RESET_WQ, 2), 0);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_WQ, 0x100), DSA_CMDERR_WQ_INDEX);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_WQ, 0x10001), DSA_CMDERR_WQ_INDEX);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_DEVICE, 0), DSA_CMDERR_DEV_NOT_ENABLED);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), DSA_CMDERR_WQ_DEV_OFF);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_DISABLED);
	emu_dev_free(dev);
}

TEST("unknown codes and reserved bits are refused")
{
	struct emu_dev *dev = fake_new("gnrd");

	CHECK_EQ(command(dev, 0, 0), DSA_CMDERR_COMMAND);
	CHECK_EQ(command(dev, 31, 0), DSA_CMDERR_COMMAND);
	CHECK_EQ(command(dev, DSA_CMD_REQUEST_HANDLE, 0), DSA_CMDERR_COMMAND);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 1), DSA_CMDERR_RESERVED);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0x100), DSA_CMDERR_RESERVED);
	set_reg32(dev, DSA_CMD, DSA_CMD_DRAIN_ALL << DSA_CMD_CODE_SHIFT | 1u << 26);
	CHECK_EQ(end_command(dev), DSA_CMDERR_RESERVED);
	emu_dev_free(dev);
}

TEST("a command interrupts when it was asked to, after its status is there")
{
	struct emu_dev *dev = fake_new("gnrd");

	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), 0);
	CHECK_EQ(fake_irqs(0), 0);
	set_reg32(dev, DSA_CMD, DSA_CMD_INT | DSA_CMD_DRAIN_ALL << DSA_CMD_CODE_SHIFT);
	CHECK(EVENTUALLY(fake_irqs(0) == 1));
	CHECK(!is_active(dev));
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_CMD);
	set_reg32(dev, DSA_INTCAUSE, DSA_INTCAUSE_SWERR);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_CMD);
	set_reg32(dev, DSA_INTCAUSE, DSA_INTCAUSE_CMD);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), 0);
	emu_dev_free(dev);
}

/* A command that waits for what is in flight. */
struct waiting_command {
	uint32_t code, operand;
};

/* Run it with one descriptor in flight and one queued behind: it ends after the first. */
static struct emu_dev *run_behind_two(const struct waiting_command *waiting)
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc queued = make_desc(DSA_OP_NOOP, 0, 0, 0);

	put_in_flight(dev, 0);
	queued.record += 32;
	submit(dev, &queued);
	start_command(dev, waiting->code, waiting->operand);
	pause_briefly();
	CHECK(is_active(dev));
	fake_gate(false);
	CHECK_EQ(end_command(dev), 0);
	return dev;
}

TEST("drain waits for what is in flight and queued, and all of it completes")
{
	static const struct waiting_command commands[] = { { DSA_CMD_DRAIN_ALL, 0 },
		{ DSA_CMD_DRAIN_WQ, 1 }, { DSA_CMD_DRAIN_PASID, FAKE_PASID },
		{ DSA_CMD_DISABLE_WQ, 1 }, { DSA_CMD_DISABLE_DEVICE, 0 } };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct emu_dev *dev = run_behind_two(&commands[i]);

		CHECK_EQ(fake_byte(FAKE_RECORD), DSA_STATUS_SUCCESS);
		CHECK_EQ(fake_byte(FAKE_RECORD + 32), DSA_STATUS_SUCCESS);
		emu_dev_free(dev);
	}
}

TEST("abort and reset wait for what is in flight, and nothing of it shows afterwards")
{
	static const struct waiting_command commands[] = { { DSA_CMD_ABORT_ALL, 0 },
		{ DSA_CMD_ABORT_WQ, 1 }, { DSA_CMD_ABORT_PASID, FAKE_PASID },
		{ DSA_CMD_RESET_WQ, 1 }, { DSA_CMD_RESET_DEVICE, 0 } };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct emu_dev *dev = run_behind_two(&commands[i]);

		pause_briefly();
		CHECK_EQ(fake_byte(FAKE_RECORD), 0);
		CHECK_EQ(fake_byte(FAKE_RECORD + 32), 0);
		CHECK_EQ(wq_occupancy(dev, 0), 0);
		emu_dev_free(dev);
	}
}

TEST("commands on one queue or PASID leave the others alone")
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_pasid(dev);
	config_wq(dev, 0, 0);
	config_wq(dev, 1, 0);
	set_reg32(dev, wqcfg(dev, 1) + DSA_WQCFG_MODE,
		  (FAKE_MODE & ~DSA_WQCFG_PASID) | 7 << DSA_WQCFG_PASID_SHIFT);
	config_group(dev, 0, 1, 1);
	config_group(dev, 1, 2, 2);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 1), 0);
	put_in_flight(dev, 0);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_WQ, 2), 0);
	CHECK_EQ(command(dev, DSA_CMD_ABORT_PASID, 7), 0);
	CHECK_EQ(command(dev, DSA_CMD_RESET_WQ, 2), 0);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_ENABLED);
	fake_gate(false);
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("drain all does not wait for what comes after it")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc late = make_desc(DSA_OP_MEMMOVE, FAKE_BASE, FAKE_BASE + 0x10000, 64);

	put_in_flight(dev, 0);
	start_command(dev, DSA_CMD_DRAIN_ALL, 0);
	pause_briefly();
	late.record += 32;
	late.src = 8;	/* not mapped, but it never gets as far */
	submit(dev, &late);
	fake_gate(false);
	CHECK_EQ(end_command(dev), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), DSA_STATUS_SUCCESS);
	CHECK_EQ(wait_record(FAKE_RECORD + 32).status, DSA_STATUS_PAGE_FAULT);
	emu_dev_free(dev);
}

TEST("while it is being disabled the device is in drain and takes nothing")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc late = make_desc(DSA_OP_NOOP, 0, 0, 0);

	put_in_flight(dev, 0);
	start_command(dev, DSA_CMD_DISABLE_DEVICE, 0);
	CHECK(EVENTUALLY(dev_state(dev) == DSA_GENSTS_DRAIN));
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_DRAIN);
	late.record += 32;
	submit(dev, &late);
	CHECK_EQ(wq_occupancy(dev, 0), 0);
	fake_gate(false);
	CHECK_EQ(end_command(dev), 0);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
	CHECK_EQ(fake_byte(FAKE_RECORD + 32), 0);
	emu_dev_free(dev);
}

TEST("a second command while one is active is dropped, with software error 52")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	set_reg32(dev, DSA_GENCTRL, DSA_GENCTRL_SWERR_INT);
	put_in_flight(dev, 0);
	start_command(dev, DSA_CMD_DRAIN_ALL, 0);
	start_command(dev, DSA_CMD_RESET_DEVICE, 0);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_SWERR_CMD_ACTIVE);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_SWERR);
	CHECK_EQ(fake_irqs(0), 1);
	start_command(dev, DSA_CMD_RESET_DEVICE, 0);
	CHECK_EQ(get_reg(dev, DSA_SWERR) & DSA_SWERR_ACK, DSA_SWERR_ACK);
	CHECK_EQ(fake_irqs(0), 1);	/* only from not valid to valid */
	fake_gate(false);
	CHECK_EQ(end_command(dev), 0);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_ENABLED);
	set_reg(dev, DSA_SWERR, DSA_SWERR_ACK);
	CHECK_EQ(get_reg(dev, DSA_SWERR) & DSA_SWERR_ACK, 0);
	emu_dev_free(dev);
}

TEST("with the event log on, error 52 goes there")
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_pasid(dev);
	enable_evl(dev);
	fake_start(dev, 0, 1);
	put_in_flight(dev, 0);
	start_command(dev, DSA_CMD_DRAIN_ALL, 0);
	start_command(dev, DSA_CMD_RESET_DEVICE, 0);
	fake_gate(false);
	CHECK_EQ(end_command(dev), 0);
	CHECK_EQ(evl_tail(dev), 1);
	CHECK_EQ(error_code(evl_qword(0, 0)), DSA_SWERR_CMD_ACTIVE);
	CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
	emu_dev_free(dev);
}

TEST("reset of a queue keeps its size and nothing else")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	CHECK_EQ(command(dev, DSA_CMD_RESET_WQ, 1), 0);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 0)), FAKE_WQ_SIZE);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_MODE), 0);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_LIMITS), 0);
	CHECK_EQ(get_reg(dev, wqcfg(dev, 0) + DSA_WQCFG_OPCFG), get_reg(dev, DSA_OPCAP));
	emu_dev_free(dev);
}

TEST("reset of the device clears the configuration and keeps SWERR and event log status")
{
	struct emu_dev *dev = fake_up("gnrd-cmdcap", 0);
	struct fake_desc bad = { .flags_op = 0xffu << 24 };

	set_reg32(dev, msixperm_at(dev, 1), ~0u);
	set_reg32(dev, ims_at(dev, 1) + DSA_IMS_DATA, 77);
	set_reg(dev, DSA_EVLSTS, 3);
	submit(dev, &bad);
	CHECK(EVENTUALLY(get_reg(dev, DSA_SWERR)));
	CHECK_EQ(command(dev, DSA_CMD_RESET_DEVICE, 0), 0);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_OPCODE);
	CHECK_EQ(get_reg(dev, DSA_EVLSTS), 3);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 0)), 0);
	CHECK_EQ(get_reg(dev, grpcfg(dev, 0)), 0);
	CHECK_EQ(get_reg32(dev, msixperm_at(dev, 1)), 0);
	CHECK_EQ(get_reg32(dev, ims_at(dev, 1) + DSA_IMS_DATA), 0);
	CHECK_EQ(get_reg32(dev, ims_at(dev, 1) + DSA_IMS_CTRL), DSA_IMS_CTRL_MASK);
	CHECK_EQ(get_reg32(dev, DSA_GENCTRL), 0);
	emu_dev_free(dev);
}

TEST("enabling the device with an event log starts it anew")
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_evl(dev);
	set_reg(dev, DSA_EVLSTS, 3);
	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(get_reg(dev, DSA_EVLSTS), 0);
	emu_dev_free(dev);
}

TEST("a function-level reset ends work and a waiting command without a trace of them")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	put_in_flight(dev, 0);
	set_reg32(dev, DSA_CMD, DSA_CMD_INT | DSA_CMD_DRAIN_ALL << DSA_CMD_CODE_SHIFT);
	CHECK(is_active(dev));
	fake_gate(false);
	fake_flr(dev);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), 0);
	CHECK_EQ(get_reg32(dev, DSA_CMDSTS), 0);
	emu_dev_cfg_write(dev, 4, 2, 6);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	emu_dev_free(dev);
}

TEST("a halt abandons work and ends a command that waits for it")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	put_in_flight(dev, 0);
	start_command(dev, DSA_CMD_DRAIN_WQ, 1);
	pause_briefly();
	emu_dev_cfg_write(dev, 4, 2, 2);
	CHECK_EQ(end_command(dev), DSA_CMDERR_HARDWARE);
	fake_gate(false);
	emu_dev_cfg_write(dev, 4, 2, 6);
	CHECK_EQ(command(dev, DSA_CMD_RESET_DEVICE, 0), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
	emu_dev_free(dev);
}

static void shut_gate_behind_data(const struct emu_requester *who, uint64_t iova, size_t len,
				  bool write)
{
	(void)who;
	(void)len;
	if (write && iova == FAKE_BASE + 0x10000)
		fake.gate_shut = true;
}

static uint8_t last_byte_of_record(void)
{
	return fake_byte(FAKE_RECORD + DSA_RECORD_SIZE - 1);
}

/* Held back in turn: the read of the source, the record's first write. */
TEST("no access to memory begins after bus mastering was taken away, only what began ends")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, FAKE_BASE, FAKE_BASE + 0x10000, 64);

	fake_pattern(FAKE_BASE, 64, 1);
	put_in_flight(dev, 0);
	emu_dev_cfg_write(dev, 4, 2, 2);
	emu_dev_cfg_write(dev, 4, 2, 6);
	fake_gate(false);
	CHECK_EQ(command(dev, DSA_CMD_RESET_DEVICE, 0), 0);
	CHECK_EQ(fake_byte(FAKE_BASE + 0x10000), 0);
	emu_dev_free(dev);
	dev = fake_up("gnrd", 0);
	CHECK(!emu_dev_inject(dev, "garble-records 1"));
	fake.watch = shut_gate_behind_data;
	submit(dev, &desc);
	CHECK(EVENTUALLY(fake.gate_shut) && fake_wait_gate(1));
	fake.watch = NULL;
	emu_dev_cfg_write(dev, 4, 2, 2);
	fake_gate(false);
	CHECK_EQ(command(dev, DSA_CMD_RESET_DEVICE, 0), 0);
	CHECK_EQ(last_byte_of_record(), 0xff);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
}

TEST("a function that halted does not write to the event log either")
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_pasid(dev);
	enable_evl(dev);
	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK(!emu_dev_inject(dev, "hang drain-all"));
	start_command(dev, DSA_CMD_DRAIN_ALL, 0);
	start_command(dev, DSA_CMD_DRAIN_ALL, 0);
	emu_dev_cfg_write(dev, 4, 2, 2);
	set_reg(dev, DSA_SWERR, DSA_SWERR_ACK);
	CHECK(!emu_dev_inject(dev, "release"));
	CHECK_EQ(end_command(dev), DSA_CMDERR_HALTED);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_SWERR_CMD_ACTIVE);
	CHECK_EQ(evl_tail(dev), 0);
	CHECK_EQ(evl_qword(0, 0), 0);
	emu_dev_free(dev);
}

TEST("interrupt handles are given by index and taken back by index or handle")
{
	struct emu_dev *dev = fake_new("gnrd-cmdcap");
	uint32_t handle = command(dev, DSA_CMD_REQUEST_HANDLE, 3);

	CHECK_EQ(handle & DSA_CMDSTS_ERROR, 0);
	handle >>= DSA_CMDSTS_RESULT_SHIFT;
	CHECK(handle != 3);
	CHECK_EQ(command(dev, DSA_CMD_REQUEST_HANDLE, 9), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(command(dev, DSA_CMD_REQUEST_HANDLE, DSA_CMD_HANDLE_IMS | 256),
		 DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(command(dev, DSA_CMD_REQUEST_HANDLE, 0x20000), DSA_CMDERR_RESERVED);
	CHECK_EQ(command(dev, DSA_CMD_RELEASE_HANDLE, handle), 0);
	CHECK_EQ(command(dev, DSA_CMD_RELEASE_HANDLE, handle), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(command(dev, DSA_CMD_RELEASE_HANDLE, 3), 0);
	CHECK_EQ(command(dev, DSA_CMD_RELEASE_HANDLE, DSA_CMD_HANDLE_IMS | 300),
		 DSA_CMDERR_HANDLE_INDEX);
	emu_dev_free(dev);
}

static void *open_gate_later(void *arg)
{
	(void)arg;
	pause_briefly();
	fake_gate(false);
	return NULL;
}

TEST("a function-level reset waits for the access under way, and no record follows")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	pthread_t thread;

	put_in_flight(dev, 0);
	start_command(dev, DSA_CMD_DRAIN_ALL, 0);
	CHECK(!pthread_create(&thread, NULL, open_gate_later, NULL));
	fake_flr(dev);
	CHECK_EQ(fake.nr_at_gate, 0);
	pthread_join(thread, NULL);
	pause_briefly();
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	CHECK_EQ(get_reg32(dev, DSA_CMDSTS), 0);
	emu_dev_free(dev);
}

static uint32_t rng = 1;

static uint32_t next_random(void)
{
	rng = rng * 1664525 + 1013904223;
	return rng >> 8;
}

/* Anywhere in the tables of BAR0, and mostly at a register. */
static uint64_t random_offset(struct emu_dev *dev)
{
	static const uint64_t tables[] = { 0, DSA_GENCFG, DSA_CMD, DSA_SWERR };
	const uint64_t bases[] = { grpcfg(dev, 0), wqcfg(dev, 0), ims_at(dev, 0),
				   msixperm_at(dev, 0) };
	uint64_t base = next_random() % 2 ? tables[next_random() % 4] :
					    bases[next_random() % 4];

	return (base + next_random() % 128) % (emu_dev_bar0_size(dev) - 8);
}

static uint64_t random_address(void)
{
	return FAKE_BASE + next_random() % (FAKE_SIZE / 2);
}

/* A good descriptor, or one that is wrong in one byte. */
static void random_submit(struct emu_dev *dev)
{
	struct fake_desc desc = make_desc(next_random() % 0x12, random_address(),
					  random_address(), next_random() % 0x20000);
	uint8_t *raw = (uint8_t *)&desc;

	if (raw[DSA_DESC_OPCODE] == DSA_OP_NOOP || raw[DSA_DESC_OPCODE] == DSA_OP_DRAIN)
		memset(raw + DSA_DESC_SRC, 0, 20);
	if (raw[DSA_DESC_OPCODE] == DSA_OP_BATCH) {
		desc.src &= ~63ULL;
		desc.dst = 0;
		desc.size %= 2048;
	}
	if (next_random() % 2)
		raw[next_random() % sizeof(desc)] = next_random();
	emu_dev_portal_write(dev, next_random() % (2 * DSA_PORTAL_WQ) & ~63u, raw,
			     sizeof(desc));
}

static void random_bring_up(struct emu_dev *dev)
{
	if (next_random() % 8 == 0)
		fake_flr(dev);
	emu_dev_cfg_write(dev, 4, 2, 6);
	command(dev, DSA_CMD_RESET_DEVICE, 0);
	enable_pasid(dev);
	if (next_random() % 2)
		enable_evl(dev);
	config_wq(dev, 0, 0);
	config_wq(dev, 1, 0);
	config_group(dev, 0, 3, 0xf);
	command(dev, DSA_CMD_ENABLE_DEVICE, 0);
	command(dev, DSA_CMD_ENABLE_WQ, 0);
	command(dev, DSA_CMD_ENABLE_WQ, 1);
}

static void random_step(struct emu_dev *dev)
{
	unsigned int what = next_random() % 256;

	if (what == 0)
		random_bring_up(dev);
	else if (what < 3)
		emu_dev_cfg_write(dev, next_random() % 0x130, 1 + next_random() % 4,
				  next_random());
	else if (what < 16)
		start_command(dev, next_random() % 16,
			      next_random() % 4 ? 1 : next_random() & 0xfffff);
	else if (what < 64)
		emu_dev_bar0_write(dev, random_offset(dev), 1u << next_random() % 4,
				   (uint64_t)next_random() << 32 | next_random());
	else
		random_submit(dev);
}

TEST("no sequence of accesses is too strange: afterwards the device works as new")
{
	struct emu_dev *dev = fake_new("gnrd-cmdcap");
	struct fake_desc noop = make_desc(DSA_OP_NOOP, 0, 0, 0);

	for (unsigned int i = 0; i < 20000; i++)
		random_step(dev);
	fake_flr(dev);
	emu_dev_cfg_write(dev, 4, 2, 6);
	enable_pasid(dev);
	fake_start(dev, 0, 1);
	CHECK_EQ(run_desc(dev, &noop).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}
