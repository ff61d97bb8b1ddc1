// SPDX-License-Identifier: GPL-2.0-only
/* Does each virtual command need, do and answer what the contract says? */
#include "kmod_model.h"

/* Submit; what is asked of the host is done; the error that CMDSTS shows. */
static uint32_t error_of(uint32_t code, uint32_t operand)
{
	done(cmd(code, operand));
	CHECK_EQ(cmdsts() & DSA_CMDSTS_ACTIVE, 0);
	return cmdsts() & DSA_CMDSTS_ERROR;
}

static void halted_vdev(void)
{
	fresh(4);
	enable_device();
	vdsa_model_host_halted(&vdev);
}

TEST("each command in each state answers as in the table")
{
	static const struct { uint32_t code, operand, err[3]; } table[] = {
		{ 0, 0, { 1, 1, 1 } },
		{ DSA_CMD_ENABLE_DEVICE, 0, { 0, 0x10, 5 } },
		{ DSA_CMD_DISABLE_DEVICE, 0, { 0x31, 0, 5 } },
		{ DSA_CMD_DRAIN_ALL, 0, { 0, 0, 5 } },
		{ DSA_CMD_ABORT_ALL, 0, { 0, 0, 5 } },
		{ DSA_CMD_RESET_DEVICE, 0, { 0, 0, 5 } },
		{ DSA_CMD_ENABLE_WQ, 0, { 0x20, 0, 5 } },
		{ DSA_CMD_DISABLE_WQ, 1, { 0x32, 0x32, 5 } },
		{ DSA_CMD_DRAIN_WQ, 1, { 0x32, 0x32, 5 } },
		{ DSA_CMD_ABORT_WQ, 1, { 0x32, 0x32, 5 } },
		{ DSA_CMD_RESET_WQ, 1, { 0, 0, 5 } },
		{ DSA_CMD_DRAIN_PASID, 0, { 1, 1, 1 } },
		{ DSA_CMD_ABORT_PASID, 0, { 1, 1, 1 } },
		{ DSA_CMD_REQUEST_HANDLE, 1, { 0, 0, 5 } },
		{ DSA_CMD_RELEASE_HANDLE, 1, { 0x41, 0x41, 5 } },
		{ 15, 0, { 1, 1, 1 } },
		{ 31, 0, { 1, 1, 1 } },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fresh(4);
		cfg_wr(PCI_COMMAND, 2, 6);
		CHECK_EQ(error_of(table[i].code, table[i].operand), table[i].err[0]);
		fresh(4);
		enable_device();
		CHECK_EQ(error_of(table[i].code, table[i].operand), table[i].err[1]);
		halted_vdev();
		CHECK_EQ(error_of(table[i].code, table[i].operand), table[i].err[2]);
	}
}

TEST("the device is not enabled without bus master")
{
	fresh(1);
	CHECK_EQ(error_of(DSA_CMD_ENABLE_DEVICE, 0), DSA_CMDERR_DEV_BUSMASTER);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
}

TEST("reserved bits of CMD and of operands are refused")
{
	fresh(2);
	enable_device();
	wr(DSA_CMD, 4, DSA_CMD_DRAIN_ALL << 20 | 1u << 25);
	CHECK_EQ(cmdsts(), DSA_CMDERR_RESERVED);
	CHECK_EQ(error_of(DSA_CMD_DRAIN_ALL, 1), DSA_CMDERR_RESERVED);
	CHECK_EQ(error_of(DSA_CMD_RESET_DEVICE, 1), DSA_CMDERR_RESERVED);
	CHECK_EQ(error_of(DSA_CMD_REQUEST_HANDLE, 1 | 0x20000), DSA_CMDERR_RESERVED);
	CHECK_EQ(gensts(), DSA_GENSTS_ENABLED);
}

TEST("enable WQ asks the host, and believes only the host")
{
	struct vdsa_action action;

	fresh(4);
	enable_device();
	action = cmd(DSA_CMD_ENABLE_WQ, 3);
	CHECK_EQ(action.code, VDSA_DO_WQ_ENABLE);
	CHECK_EQ(action.wqs, 1 << 3);
	CHECK(action.ticket);
	CHECK(cmdsts() & DSA_CMDSTS_ACTIVE);
	CHECK_EQ(wq_state(3), DSA_WQ_DISABLED);
	done(action);
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(wq_state(3), DSA_WQ_ENABLED);
	CHECK_EQ(error_of(DSA_CMD_ENABLE_WQ, 3), DSA_CMDERR_WQ_NOT_DISABLED);
	CHECK_EQ(error_of(DSA_CMD_ENABLE_WQ, 4), DSA_CMDERR_WQ_INDEX);
	CHECK_EQ(error_of(DSA_CMD_ENABLE_WQ, 0x103), DSA_CMDERR_WQ_INDEX);
}

TEST("the host's own error of a work queue is passed on, others are 03")
{
	fresh(2);
	enable_device();
	failed(cmd(DSA_CMD_ENABLE_WQ, 0), DSA_CMDERR_WQ_SIZE);
	CHECK_EQ(cmdsts(), DSA_CMDERR_WQ_SIZE);
	CHECK_EQ(wq_state(0), DSA_WQ_DISABLED);
	failed(cmd(DSA_CMD_ENABLE_WQ, 0), -6);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	failed(cmd(DSA_CMD_ENABLE_WQ, 0), 0x100);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	enable_wq(0);
	failed(cmd(DSA_CMD_DISABLE_DEVICE, 0), DSA_CMDERR_WQ_NOT_ENABLED);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	CHECK_EQ(gensts(), DSA_GENSTS_ENABLED);
	CHECK_EQ(wq_state(0), DSA_WQ_ENABLED);
}

TEST("no work queue is enabled while no PASID is attached")
{
	struct vdsa_model_info info = some_info(1);

	info.pasid_attached = false;
	CHECK(vdsa_model_init(&vdev, &info));
	enable_device();
	CHECK_EQ(error_of(DSA_CMD_ENABLE_WQ, 0), DSA_CMDERR_WQ_PASID);
}

TEST("bitmap commands reach the work queues they name, all of them enabled")
{
	struct vdsa_action action;

	fresh(4);
	enable_device();
	enable_wq(0);
	enable_wq(2);
	action = cmd(DSA_CMD_DRAIN_WQ, 0x5);
	CHECK_EQ(action.code, VDSA_DO_WQ_DRAIN);
	CHECK_EQ(action.wqs, 0x5);
	done(action);
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(error_of(DSA_CMD_ABORT_WQ, 0x7), DSA_CMDERR_WQ_NOT_ENABLED);
	CHECK_EQ(error_of(DSA_CMD_DISABLE_WQ, 0x15), DSA_CMDERR_WQ_INDEX);
	CHECK_EQ(error_of(DSA_CMD_DISABLE_WQ, 0x10001), DSA_CMDERR_WQ_INDEX);
	CHECK_EQ(error_of(DSA_CMD_DISABLE_WQ, 0), 0);
	CHECK_EQ(wq_state(0), DSA_WQ_ENABLED);
	CHECK_EQ(error_of(DSA_CMD_DISABLE_WQ, 0x4), 0);
	CHECK_EQ(wq_state(0), DSA_WQ_ENABLED);
	CHECK_EQ(wq_state(2), DSA_WQ_DISABLED);
}

TEST("reset WQ is legal on a disabled one, and asks the host only for the others")
{
	struct vdsa_action action;

	fresh(4);
	enable_device();
	enable_wq(1);
	action = cmd(DSA_CMD_RESET_WQ, 0xf);
	CHECK_EQ(action.code, VDSA_DO_WQ_RESET);
	CHECK_EQ(action.wqs, 0x2);
	done(action);
	CHECK_EQ(wq_state(1), DSA_WQ_DISABLED);
	CHECK_EQ(cmd(DSA_CMD_RESET_WQ, 0xf).code, VDSA_DO_NOTHING);
	CHECK_EQ(cmdsts(), 0);
}

TEST("what was half done is shown as it is")
{
	struct vdsa_outcome outcome = { .status = -110, .wqs = 0x1 };
	struct vdsa_action action;

	fresh(2);
	enable_device();
	enable_wq(0);
	enable_wq(1);
	action = cmd(DSA_CMD_DISABLE_WQ, 0x3);
	vdsa_model_done(&vdev, action.ticket, &outcome);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	CHECK_EQ(wq_state(0), DSA_WQ_DISABLED);
	CHECK_EQ(wq_state(1), DSA_WQ_ENABLED);
}

TEST("disable device takes the work queues with it")
{
	struct vdsa_action action;

	fresh(4);
	enable_device();
	CHECK_EQ(error_of(DSA_CMD_DISABLE_DEVICE, 0), 0);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	enable_device();
	enable_wq(1);
	action = cmd(DSA_CMD_DISABLE_DEVICE, 0);
	CHECK_EQ(action.code, VDSA_DO_WQ_DISABLE);
	CHECK_EQ(action.wqs, 0x2);
	CHECK_EQ(gensts(), DSA_GENSTS_DRAIN);
	done(action);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	CHECK_EQ(wq_state(1), DSA_WQ_DISABLED);
}

TEST("drain all and abort all mean the slice's enabled work queues, and need none")
{
	fresh(4);
	enable_device();
	CHECK_EQ(cmd(DSA_CMD_DRAIN_ALL, 0).code, VDSA_DO_NOTHING);
	CHECK_EQ(cmdsts(), 0);
	enable_wq(3);
	CHECK_EQ(cmd(DSA_CMD_ABORT_ALL, 0).wqs, 1 << 3);
}

TEST("reset device stops all, releases handles, keeps CMDSTS, SWERR and MSI-X")
{
	const uint64_t err[4] = { 0x1a00, 0, 0x3000, 0 };
	struct vdsa_action action;

	fresh(2);
	listen();
	wr(VDSA_MSIX_TABLE + 16, 8, 0xfee01234);
	enable_device();
	enable_wq(0);
	done(cmd(DSA_CMD_REQUEST_HANDLE, 2));
	vdsa_model_sw_error(&vdev, 0, err);
	action = cmd(DSA_CMD_RESET_DEVICE, 0);
	CHECK_EQ(action.code, VDSA_DO_QUIESCE);
	CHECK_EQ(action.handles, 1 << 2);
	action = done(action);
	CHECK(action.signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_CMD);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	CHECK_EQ(wq_state(0), DSA_WQ_DISABLED);
	CHECK_EQ(rd(DSA_GENCTRL, 4), 0);
	CHECK_EQ(rd(DSA_SWERR + 16, 8), 0x3000);
	CHECK(rd(DSA_SWERR, 8) & DSA_SWERR_VALID);
	CHECK_EQ(rd(VDSA_MSIX_TABLE + 16, 8), 0xfee01234);
	CHECK_EQ(error_of(DSA_CMD_RELEASE_HANDLE, 2), DSA_CMDERR_HANDLE_INDEX);
}

TEST("handles are of vectors 1 and up, and not of IMS")
{
	struct vdsa_action action;

	fresh(2);
	CHECK_EQ(error_of(DSA_CMD_REQUEST_HANDLE, 0), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(error_of(DSA_CMD_REQUEST_HANDLE, 3), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(error_of(DSA_CMD_REQUEST_HANDLE, 0xffff), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(error_of(DSA_CMD_REQUEST_HANDLE, 1 | DSA_CMD_HANDLE_IMS),
		 DSA_CMDERR_NO_HANDLE);
	action = cmd(DSA_CMD_REQUEST_HANDLE, 2);
	CHECK_EQ(action.code, VDSA_DO_HANDLE_REQUEST);
	CHECK_EQ(action.vector, 2);
	done(action);
	CHECK_EQ(cmdsts(), 0x702 << DSA_CMDSTS_RESULT_SHIFT);
}

TEST("a handle that the host refuses is not held")
{
	fresh(2);
	failed(cmd(DSA_CMD_REQUEST_HANDLE, 1), DSA_CMDERR_NO_HANDLE);
	CHECK_EQ(cmdsts(), DSA_CMDERR_NO_HANDLE);
	CHECK_EQ(error_of(DSA_CMD_RELEASE_HANDLE, 1), DSA_CMDERR_HANDLE_INDEX);
}

TEST("release takes the index as published or the handle as Linux passes it")
{
	fresh(2);
	done(cmd(DSA_CMD_REQUEST_HANDLE, 1));
	done(cmd(DSA_CMD_REQUEST_HANDLE, 2));
	CHECK_EQ(cmd(DSA_CMD_RELEASE_HANDLE, 0x701).vector, 1);
	fresh(2);
	done(cmd(DSA_CMD_REQUEST_HANDLE, 2));
	CHECK_EQ(error_of(DSA_CMD_RELEASE_HANDLE, 1), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(error_of(DSA_CMD_RELEASE_HANDLE, 2), 0);
	CHECK_EQ(error_of(DSA_CMD_RELEASE_HANDLE, 2), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(error_of(DSA_CMD_RELEASE_HANDLE, 0x702), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(error_of(DSA_CMD_RELEASE_HANDLE, 0), DSA_CMDERR_HANDLE_INDEX);
}

TEST("release refuses reserved bits and handles of IMS, and then releases nothing")
{
	fresh(2);
	done(cmd(DSA_CMD_REQUEST_HANDLE, 1));
	cmd(DSA_CMD_RELEASE_HANDLE, 1 | 1 << 17);
	CHECK_EQ(cmdsts(), DSA_CMDERR_RESERVED);
	cmd(DSA_CMD_RELEASE_HANDLE, 1 | DSA_CMD_HANDLE_IMS);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HANDLE_INDEX);
	CHECK_EQ(cmd(DSA_CMD_RELEASE_HANDLE, 1).code, VDSA_DO_HANDLE_RELEASE);
}

TEST("a number that is one vector's handle and another's index is the handle")
{
	struct vdsa_outcome outcome = { .handle = 2 };

	fresh(2);
	vdsa_model_done(&vdev, cmd(DSA_CMD_REQUEST_HANDLE, 1).ticket, &outcome);
	done(cmd(DSA_CMD_REQUEST_HANDLE, 2));
	CHECK_EQ(cmd(DSA_CMD_RELEASE_HANDLE, 2).vector, 1);
}

TEST("a command that asks for it interrupts when it completes, others do not")
{
	struct vdsa_action action;

	fresh(1);
	listen();
	CHECK(cmd(0, 0).signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_CMD);
	wr(DSA_INTCAUSE, 4, DSA_INTCAUSE_CMD);
	CHECK(!wr(DSA_CMD, 4, DSA_CMD_DRAIN_ALL << 20).signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
	enable_device();
	wr(DSA_INTCAUSE, 4, DSA_INTCAUSE_CMD);
	action = cmd(DSA_CMD_ENABLE_WQ, 0);
	CHECK(!action.signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), 0);
	CHECK(done(action).signal);
	CHECK_EQ(rd(DSA_INTCAUSE, 4), DSA_INTCAUSE_CMD);
}

TEST("CMD is submitted by its last byte, in pieces of any size")
{
	const uint32_t enable = DSA_CMD_ENABLE_DEVICE << 20;

	fresh(1);
	cfg_wr(PCI_COMMAND, 2, 6);
	wr(DSA_CMD, 2, enable & 0xffff);
	wr(DSA_CMD + 2, 1, enable >> 16);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	wr(DSA_CMD + 3, 1, enable >> 24);
	CHECK_EQ(gensts(), DSA_GENSTS_ENABLED);
	wr(DSA_CMD, 8, 0xffffffffull << 32 | DSA_CMD_DISABLE_DEVICE << 20);
	CHECK_EQ(gensts(), DSA_GENSTS_DISABLED);
	CHECK_EQ(rd(DSA_CMD, 4), 0);
	CHECK_EQ(vdev.nr_commands, 2);
}

TEST("a second command while one is active is error 52, and the first goes on")
{
	struct vdsa_action first;

	fresh(2);
	enable_device();
	first = cmd(DSA_CMD_ENABLE_WQ, 0);
	CHECK_EQ(cmd(DSA_CMD_ENABLE_WQ, 1).code, VDSA_DO_NOTHING);
	CHECK_EQ(rd(DSA_SWERR, 8), DSA_SWERR_VALID | 0x52 << 8);
	CHECK(cmdsts() & DSA_CMDSTS_ACTIVE);
	done(first);
	CHECK_EQ(wq_state(0), DSA_WQ_ENABLED);
	CHECK_EQ(wq_state(1), DSA_WQ_DISABLED);
}

TEST("an outcome that comes twice, late or to nobody changes nothing")
{
	struct vdsa_outcome outcome = { .wqs = ~0u, .handle = 5 };
	struct vdsa_action action;
	struct vdsa_model copy;

	fresh(2);
	listen();
	enable_device();
	action = cmd(DSA_CMD_ENABLE_WQ, 0);
	done(action);
	copy = vdev;
	CHECK(!done(action).signal);
	CHECK(!vdsa_model_done(&vdev, 0, &outcome).signal);
	CHECK(!vdsa_model_done(&vdev, action.ticket + 7, &outcome).signal);
	CHECK(!memcmp(&copy, &vdev, sizeof(copy)));

	action = cmd(DSA_CMD_ENABLE_WQ, 1);
	CHECK(vdsa_model_awaits(&vdev, action.ticket));
	vdsa_model_reset(&vdev);
	CHECK(!vdsa_model_awaits(&vdev, action.ticket));
	copy = vdev;
	CHECK(!done(action).signal);
	CHECK(!memcmp(&copy, &vdev, sizeof(copy)));
	CHECK_EQ(cmdsts(), 0);
}

TEST("an outcome cannot enable more than was asked for")
{
	struct vdsa_outcome outcome = { .wqs = ~0u };

	fresh(2);
	enable_device();
	vdsa_model_done(&vdev, cmd(DSA_CMD_ENABLE_WQ, 0).ticket, &outcome);
	CHECK_EQ(wq_state(0), DSA_WQ_ENABLED);
	CHECK_EQ(wq_state(1), DSA_WQ_DISABLED);
}

TEST("tickets are never 0, even after four billion commands")
{
	fresh(2);
	enable_device();
	vdev.last_ticket = ~0u;
	enable_wq(0);
}
