// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do interrupts and errors reach the one they are for, and nobody else? The
 * MSI-X permissions, interrupt message storage, handles, SWERR, event log.
 */
#include "unit.h"

#include "emu_fake.h"

#define PERM	(FAKE_PASID << DSA_PERM_PASID_SHIFT | DSA_PERM_PASID_EN)
#define MSIX_PAGE	DSA_PORTAL_LIMITED
#define IMS_PAGE	DSA_PORTAL_LIMITED_IMS

/* Up, with user interrupts allowed and, if @evl, the event log. */
static struct emu_dev *irq_up(const char *profile, uint32_t mode, bool evl)
{
	struct emu_dev *dev = fake_new(profile);

	enable_pasid(dev);
	set_reg32(dev, DSA_GENCFG, get_reg32(dev, DSA_GENCFG) | DSA_GENCFG_USER_INT);
	set_reg32(dev, DSA_GENCTRL, DSA_GENCTRL_SWERR_INT);
	if (evl)
		enable_evl(dev);
	fake_start(dev, mode, 1);
	return dev;
}

static void set_ims(struct emu_dev *dev, unsigned int entry, uint32_t addr,
		    uint32_t data, uint32_t ctrl)
{
	set_reg32(dev, ims_at(dev, entry) + DSA_IMS_ADDRESS, addr);
	set_reg32(dev, ims_at(dev, entry) + DSA_IMS_DATA, data);
	set_reg32(dev, ims_at(dev, entry) + DSA_IMS_CTRL, ctrl);
}

/* A noop that asks for the interrupt @handle; its status, once it is all over. */
static uint8_t run_noop(struct emu_dev *dev, unsigned int page, uint16_t handle)
{
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);

	desc.flags_op |= DSA_FLAG_INT_REQ;
	desc.handle = handle;
	fake_put(FAKE_RECORD, &(uint8_t){ 0 }, 1);
	submit_to(dev, 0, page, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	return fake_byte(FAKE_RECORD);
}

TEST("a completion interrupts through the MSI-X entry that carries its PASID")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);

	set_reg32(dev, msixperm_at(dev, 2), PERM);
	CHECK_EQ(run_noop(dev, MSIX_PAGE, 2), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_irqs(2), 1);
	CHECK_EQ(fake_irqs(0), 0);
	CHECK_EQ(fake_msis(), 0);
	emu_dev_free(dev);
}

TEST("any other PASID, none, or no such entry is status 19 and no interrupt")
{
	static const struct { uint32_t perm; uint16_t handle; } cases[] = {
		{ PERM ^ 1u << DSA_PERM_PASID_SHIFT, 2 },
		{ PERM & ~DSA_PERM_PASID_EN, 2 },
		{ 0, 2 },
		{ PERM, 9 },
		{ PERM, 0xffff },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct emu_dev *dev = irq_up("gnrd", 0, false);

		set_reg32(dev, msixperm_at(dev, 2), cases[i].perm);
		CHECK_EQ(run_noop(dev, MSIX_PAGE, cases[i].handle), DSA_STATUS_HANDLE);
		CHECK_EQ(fake_irqs(2), 0);
		/* told of in SWERR too, whose interrupt is vector 0 */
		CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_HANDLE);
		CHECK_EQ(fake_irqs(0), 1);
		emu_dev_free(dev);
	}
}

TEST("the same holds for IMS entries: not one interrupt with another's PASID")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);

	for (unsigned int entry = 0; entry < 256; entry++)
		set_ims(dev, entry, 0xfee01000, entry,
			entry << DSA_PERM_PASID_SHIFT | DSA_PERM_PASID_EN);
	for (unsigned int entry = 0; entry < 256; entry++)
		CHECK_EQ(run_noop(dev, IMS_PAGE, entry), DSA_STATUS_HANDLE);
	CHECK_EQ(run_noop(dev, IMS_PAGE, 256), DSA_STATUS_HANDLE);
	CHECK_EQ(fake_msis(), 0);
	set_ims(dev, 77, 0xfee01000, 0x4077, PERM);
	CHECK_EQ(run_noop(dev, IMS_PAGE, 77), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_msis(), 1);
	CHECK_EQ(fake.msi_addr, 0xfee01000);
	CHECK_EQ(fake.msi_data, 0x4077);
	emu_dev_free(dev);
}

TEST("a queue without a PASID wants an entry without one")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);

	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_MODE, FAKE_MODE & ~DSA_WQCFG_PASID_EN);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	set_reg32(dev, msixperm_at(dev, 2), PERM);
	CHECK_EQ(run_noop(dev, MSIX_PAGE, 2), DSA_STATUS_HANDLE);
	CHECK_EQ(run_noop(dev, MSIX_PAGE, 3), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_irqs(3), 1);
	emu_dev_free(dev);
}

TEST("the portal page decides between MSI-X and IMS")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);

	set_reg32(dev, msixperm_at(dev, 1), PERM);
	CHECK_EQ(run_noop(dev, DSA_PORTAL_UNLIMITED, 1), DSA_STATUS_SUCCESS);
	CHECK_EQ(run_noop(dev, DSA_PORTAL_LIMITED, 1), DSA_STATUS_SUCCESS);
	CHECK_EQ(run_noop(dev, DSA_PORTAL_UNLIMITED_IMS, 1), DSA_STATUS_HANDLE);
	CHECK_EQ(run_noop(dev, DSA_PORTAL_LIMITED_IMS, 1), DSA_STATUS_HANDLE);
	CHECK_EQ(fake_irqs(1), 2);
	emu_dev_free(dev);
}

TEST("without user interrupts a descriptor without privilege may not ask for one")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	set_reg32(dev, msixperm_at(dev, 1), PERM);
	CHECK_EQ(run_noop(dev, MSIX_PAGE, 1), DSA_STATUS_FLAGS);
	CHECK_EQ(fake_irqs(1), 0);
	emu_dev_free(dev);
	dev = fake_up("gnrd", DSA_WQCFG_PRIV);
	set_reg32(dev, msixperm_at(dev, 1), PERM);
	CHECK_EQ(run_noop(dev, MSIX_PAGE, 1), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_irqs(1), 1);
	emu_dev_free(dev);
}

TEST("a failed descriptor interrupts all the same, if its interrupt is good")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	struct fake_desc desc = make_desc(0x7f, 0, 0, 0);

	set_reg32(dev, msixperm_at(dev, 1), PERM);
	desc.flags_op |= DSA_FLAG_INT_REQ;
	desc.handle = 1;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_OPCODE);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_irqs(1), 1);
	desc.handle = 2;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_OPCODE);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_irqs(2), 0);
	emu_dev_free(dev);
}

TEST("a masked IMS entry is pending, and fires once when it is unmasked")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	uint64_t ctrl = ims_at(dev, 5) + DSA_IMS_CTRL;

	set_ims(dev, 5, 0xfee02000, 0x55, PERM | DSA_IMS_CTRL_MASK);
	CHECK_EQ(run_noop(dev, IMS_PAGE, 5), DSA_STATUS_SUCCESS);
	CHECK_EQ(run_noop(dev, IMS_PAGE, 5), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_msis(), 0);
	CHECK_EQ(get_reg32(dev, ctrl), PERM | DSA_IMS_CTRL_MASK | DSA_IMS_CTRL_PENDING);
	set_reg32(dev, ctrl, PERM);
	CHECK_EQ(fake_msis(), 1);
	CHECK_EQ(get_reg32(dev, ctrl), PERM);
	set_reg32(dev, ctrl, PERM | DSA_IMS_CTRL_MASK | DSA_IMS_CTRL_PENDING);
	CHECK_EQ(get_reg32(dev, ctrl), PERM | DSA_IMS_CTRL_MASK);	/* read only */
	set_reg32(dev, ctrl, PERM);
	CHECK_EQ(fake_msis(), 1);
	emu_dev_free(dev);
}

TEST("ignore swallows completions, but not one that is pending already")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	uint64_t ctrl = ims_at(dev, 5) + DSA_IMS_CTRL;

	set_ims(dev, 5, 0xfee02000, 0x55, PERM | DSA_PERM_IGNORE);
	CHECK_EQ(run_noop(dev, IMS_PAGE, 5), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_msis(), 0);
	CHECK_EQ(get_reg32(dev, ctrl), PERM | DSA_PERM_IGNORE);
	set_reg32(dev, ctrl, PERM | DSA_IMS_CTRL_MASK);
	CHECK_EQ(run_noop(dev, IMS_PAGE, 5), DSA_STATUS_SUCCESS);
	set_reg32(dev, ctrl, PERM | DSA_PERM_IGNORE);
	CHECK_EQ(fake_msis(), 1);
	set_reg32(dev, msixperm_at(dev, 1), PERM | DSA_PERM_IGNORE);
	CHECK_EQ(run_noop(dev, MSIX_PAGE, 1), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_irqs(1), 0);
	emu_dev_free(dev);
}

TEST("IMS entries reset masked and take interrupt addresses only")
{
	struct emu_dev *dev = fake_new("gnrd");
	uint64_t at = ims_at(dev, 255);

	CHECK_EQ(get_reg(dev, at), DSA_IMS_ADDRESS_RESET);
	CHECK_EQ(get_reg(dev, at + 8), (uint64_t)DSA_IMS_CTRL_MASK << 32);
	set_reg32(dev, at, 0xfee12347);
	CHECK_EQ(get_reg(dev, at), 0xfee12344);
	set_reg32(dev, at, 0xfed00000);
	CHECK_EQ(get_reg(dev, at), 0xfee12344);
	set_reg32(dev, at + 4, 1);
	CHECK_EQ(get_reg(dev, at), 0xfee12344);
	set_reg(dev, at, 0x1fee00000);
	CHECK_EQ(get_reg(dev, at), 0xfee12344);
	set_reg(dev, at + 8, ~0ULL);
	CHECK_EQ(get_reg(dev, at + 8), 0xfffff00dffffffff);
	CHECK_EQ(get_reg(dev, at + 16), 0);
	emu_dev_free(dev);
}

TEST("MSIXPERM keeps its reserved bits 0, and there is one per vector")
{
	struct emu_dev *dev = fake_new("gnrd");

	set_reg(dev, msixperm_at(dev, 8), ~0ULL);
	CHECK_EQ(get_reg(dev, msixperm_at(dev, 8)), 0xfffff00c);
	set_reg(dev, msixperm_at(dev, 9), ~0ULL);
	CHECK_EQ(get_reg(dev, msixperm_at(dev, 9)), 0);
	emu_dev_free(dev);
}

TEST("where handles must be requested, only they work, and not after release")
{
	struct emu_dev *dev = irq_up("gnrd-cmdcap", 0, false);
	uint16_t handle;

	set_ims(dev, 7, 0xfee00000, 7, PERM);
	set_reg32(dev, msixperm_at(dev, 2), PERM);
	CHECK_EQ(run_noop(dev, IMS_PAGE, 7), DSA_STATUS_HANDLE);
	handle = command(dev, DSA_CMD_REQUEST_HANDLE, DSA_CMD_HANDLE_IMS | 7) >>
		 DSA_CMDSTS_RESULT_SHIFT;
	CHECK_EQ(run_noop(dev, IMS_PAGE, 7), DSA_STATUS_HANDLE);
	CHECK_EQ(run_noop(dev, MSIX_PAGE, handle), DSA_STATUS_HANDLE);
	CHECK_EQ(run_noop(dev, IMS_PAGE, handle), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_msis(), 1);
	CHECK_EQ(command(dev, DSA_CMD_RELEASE_HANDLE, DSA_CMD_HANDLE_IMS | handle), 0);
	CHECK_EQ(run_noop(dev, IMS_PAGE, handle), DSA_STATUS_HANDLE);
	handle = command(dev, DSA_CMD_REQUEST_HANDLE, 2) >> DSA_CMDSTS_RESULT_SHIFT;
	CHECK_EQ(run_noop(dev, MSIX_PAGE, handle), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_irqs(2), 1);
	emu_dev_free(dev);
}

#define PBA	0xe00

static void enable_msix(struct emu_dev *dev, bool on)
{
	emu_dev_cfg_write(dev, find_cap(dev, 0x11) + 2, 2, on ? 0x8000 : 0);
}

/* Vectors 0 and 1, by a command and a completion, twice each. */
static void raise_twice(struct emu_dev *dev)
{
	set_reg32(dev, msixperm_at(dev, 1), PERM);
	for (unsigned int i = 0; i < 2; i++) {
		CHECK_EQ(run_noop(dev, MSIX_PAGE, 1), DSA_STATUS_SUCCESS);
		CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, DSA_CMD_INT), 0);
	}
}

TEST("a vector that the host cannot signal yet is pending, and is sent once when it can")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);

	enable_msix(dev, true);
	fake_connect(dev, false);
	raise_twice(dev);
	CHECK(EVENTUALLY(get_reg(dev, PBA) == 3));
	fake_connect(dev, false);
	CHECK_EQ(get_reg(dev, PBA), 3);
	set_reg(dev, PBA, 0);
	CHECK_EQ(get_reg(dev, PBA), 3);
	fake_connect(dev, true);
	CHECK_EQ(get_reg(dev, PBA), 0);
	CHECK_EQ(fake_irqs(0), 1);
	CHECK_EQ(fake_irqs(1), 1);
	fake_connect(dev, true);
	CHECK_EQ(fake_irqs(0), 1);
	emu_dev_free(dev);
}

TEST("nothing is pending while MSI-X is off, after it was, or after a reset")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);

	fake_connect(dev, false);
	raise_twice(dev);
	CHECK_EQ(get_reg(dev, PBA), 0);
	enable_msix(dev, true);
	raise_twice(dev);
	CHECK(EVENTUALLY(get_reg(dev, PBA) == 3));
	enable_msix(dev, false);
	CHECK_EQ(get_reg(dev, PBA), 0);
	enable_msix(dev, true);
	raise_twice(dev);
	CHECK(EVENTUALLY(get_reg(dev, PBA) == 3));
	fake_flr(dev);
	CHECK_EQ(get_reg(dev, PBA), 0);
	fake_connect(dev, true);
	CHECK_EQ(fake_irqs(0) + fake_irqs(1), 0);
	emu_dev_free(dev);
}

TEST("what is pending waits for bus mastering, too")
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_msix(dev, true);
	fake_connect(dev, false);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, DSA_CMD_INT), 0);
	CHECK(EVENTUALLY(get_reg(dev, PBA) == 1));
	emu_dev_cfg_write(dev, 4, 2, 2);
	fake_connect(dev, true);
	CHECK_EQ(fake_irqs(0), 0);
	emu_dev_cfg_write(dev, 4, 2, 6);
	CHECK_EQ(fake_irqs(0), 1);
	CHECK_EQ(get_reg(dev, PBA), 0);
	emu_dev_free(dev);
}

TEST("nothing is sent while bus mastering is off")
{
	struct emu_dev *dev = fake_new("gnrd");

	emu_dev_cfg_write(dev, 4, 2, 2);
	set_reg32(dev, DSA_CMD, DSA_CMD_INT | DSA_CMD_DRAIN_ALL << DSA_CMD_CODE_SHIFT);
	CHECK_EQ(end_command(dev), 0);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_CMD);
	emu_dev_free(dev);
	CHECK_EQ(fake_irqs(0), 0);
}

TEST("errors without a record go to SWERR, with all that is known")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	struct fake_desc desc = { .flags_op = (uint32_t)DSA_OP_MEMMOVE << 24,
				  .src = FAKE_BASE, .dst = 0x5000, .size = 64 };
	uint64_t q0;

	submit(dev, &desc);
	CHECK(EVENTUALLY(get_reg(dev, DSA_SWERR)));
	q0 = get_reg(dev, DSA_SWERR);
	CHECK_EQ(error_code(q0), DSA_STATUS_PAGE_FAULT);
	CHECK(q0 & DSA_SWERR_VALID && q0 & DSA_SWERR_DESC_VALID &&
	      q0 & DSA_SWERR_WQ_VALID && q0 & DSA_SWERR_WRITE);
	CHECK(!(q0 & (DSA_SWERR_OVERFLOW | DSA_SWERR_BATCH | DSA_SWERR_PRIV)));
	CHECK_EQ((q0 & DSA_SWERR_OPCODE) >> DSA_SWERR_OPCODE_SHIFT, DSA_OP_MEMMOVE);
	CHECK_EQ((q0 & DSA_SWERR_PASID) >> DSA_SWERR_PASID_SHIFT, FAKE_PASID);
	CHECK_EQ(get_reg(dev, DSA_SWERR + 16), 0x5000);
	CHECK(EVENTUALLY(fake_irqs(0) == 1));
	submit(dev, &desc);
	CHECK(EVENTUALLY(get_reg(dev, DSA_SWERR) & DSA_SWERR_OVERFLOW));
	CHECK_EQ(fake_irqs(0), 1);
	emu_dev_free(dev);
}

TEST("SWERR keeps overflow until software clears it, whatever error comes next")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	struct fake_desc desc = { .flags_op = 0x7fu << 24 };

	submit(dev, &desc);
	submit(dev, &desc);
	CHECK(EVENTUALLY(get_reg(dev, DSA_SWERR) & DSA_SWERR_OVERFLOW));
	set_reg(dev, DSA_SWERR, DSA_SWERR_VALID);
	CHECK_EQ(get_reg(dev, DSA_SWERR) & DSA_SWERR_ACK, DSA_SWERR_OVERFLOW);
	submit(dev, &desc);
	CHECK(EVENTUALLY(get_reg(dev, DSA_SWERR) & DSA_SWERR_VALID));
	CHECK_EQ(get_reg(dev, DSA_SWERR) & DSA_SWERR_ACK, DSA_SWERR_ACK);
	CHECK(EVENTUALLY(fake_irqs(0) == 2));
	set_reg(dev, DSA_SWERR, DSA_SWERR_ACK);
	CHECK_EQ(get_reg(dev, DSA_SWERR) & DSA_SWERR_ACK, 0);
	emu_dev_free(dev);
}

TEST("without its enable bit an error sets no cause and sends nothing")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = { .flags_op = 0x7fu << 24 };

	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_OPCODE);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), 0);
	CHECK_EQ(fake_irqs(0), 0);
	emu_dev_free(dev);
}

TEST("a misaligned or unreachable record is an error, and no interrupt follows")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);

	set_reg32(dev, msixperm_at(dev, 1), PERM);
	desc.flags_op |= DSA_FLAG_INT_REQ;
	desc.handle = 1;
	desc.record += 8;
	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_RECORD_ALIGN);
	set_reg(dev, DSA_SWERR, DSA_SWERR_ACK);
	desc.record = 0x40;
	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_RECORD_FAULT);
	CHECK_EQ(get_reg(dev, DSA_SWERR + 16), 0x40);
	CHECK_EQ(fake_irqs(1), 0);
	emu_dev_free(dev);
}

/* Runs what @desc says to do with its record out of reach, and makes that good. */
static void check_discarded(struct emu_dev *dev, const struct fake_desc *desc)
{
	submit(dev, desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_RECORD_FAULT);
	CHECK_EQ(get_reg(dev, DSA_SWERR) & (DSA_SWERR_ACK | DSA_SWERR_WRITE),
		 DSA_SWERR_VALID | DSA_SWERR_WRITE);
	CHECK_EQ(get_reg(dev, DSA_SWERR + 16), desc->record);
	CHECK_EQ(fake_byte(FAKE_BASE + 0x10000), 0);
	CHECK_EQ(fake_irqs(1), 0);
	set_reg(dev, DSA_SWERR, DSA_SWERR_ACK);
}

/* Whether it is due or not (SPEC 5.4); but for an event log, which can make up for it. */
TEST("without an event log nothing is done for a record that cannot be written")
{
	struct fake_desc move = make_desc(DSA_OP_MEMMOVE, FAKE_BASE, FAKE_BASE + 0x10000, 64);
	struct fake_desc batch = make_desc(DSA_OP_BATCH, FAKE_BASE + 0x1000, 0, 2);
	struct emu_dev *dev = irq_up("gnrd", 0, false);

	set_reg32(dev, msixperm_at(dev, 1), PERM);
	move.flags_op |= DSA_FLAG_INT_REQ;
	move.handle = 1;
	fake_pattern(FAKE_BASE, 64, 1);
	fake_put(FAKE_BASE + 0x1000, &move, sizeof(move));
	fake_put(FAKE_BASE + 0x1040, &move, sizeof(move));
	fake_access(FAKE_RECORD, FAKE_READ);
	check_discarded(dev, &move);
	check_discarded(dev, &batch);
	move.flags_op &= ~DSA_FLAG_COMP_REQ;
	check_discarded(dev, &move);
	fake_access(FAKE_RECORD, FAKE_READ | FAKE_WRITE);
	submit(dev, &move);
	CHECK(EVENTUALLY(fake_irqs(1) == 1));
	CHECK(fake_same(FAKE_BASE, FAKE_BASE + 0x10000, 64));
	emu_dev_free(dev);
}

TEST("an unreachable record goes into the event log whole, for software to write")
{
	struct emu_dev *dev = irq_up("gnrd", 0, true);
	struct fake_desc desc = make_desc(DSA_OP_COMPARE, FAKE_BASE, FAKE_BASE + 0x1000, 64);
	uint64_t q0, q1;

	fake_put(FAKE_BASE + 5, &(uint8_t){ 1 }, 1);
	desc.record = 0x40;
	submit(dev, &desc);
	CHECK(EVENTUALLY(evl_tail(dev) == 1));
	q0 = evl_qword(0, 0);
	q1 = evl_qword(0, 1);
	CHECK_EQ(error_code(q0), DSA_STATUS_RECORD_FAULT);
	CHECK_EQ(q1 >> 50 & 1, 1);		/* a record is required */
	CHECK_EQ(q1 >> 48 & 1, 0);		/* an interrupt is not */
	CHECK_EQ(q1 >> 61, 5);			/* the operand is the record */
	CHECK_EQ(evl_qword(0, 2), 0x40);
	CHECK_EQ(evl_qword(0, 4) & 0xffff, DSA_STATUS_SUCCESS | 1 << 8);
	CHECK_EQ(evl_qword(0, 4) >> 32, 5);
	CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_EVL);
	emu_dev_free(dev);
}

TEST("one event log interrupt is pending at a time")
{
	struct emu_dev *dev = irq_up("gnrd", 0, true);
	struct fake_desc desc = { .flags_op = 0x7fu << 24 };

	submit(dev, &desc);
	submit(dev, &desc);
	CHECK(EVENTUALLY(evl_tail(dev) == 2));
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_irqs(0), 1);
	CHECK(get_reg(dev, DSA_EVLSTS) & DSA_EVLSTS_INT_PENDING);
	set_reg32(dev, DSA_EVLSTS + 4, DSA_EVLSTS_INT_PENDING >> 32);
	CHECK(!(get_reg(dev, DSA_EVLSTS) & DSA_EVLSTS_INT_PENDING));
	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_irqs(0), 2);
	emu_dev_free(dev);
}

TEST("the event log wraps, and when it is full the event is error 54")
{
	struct emu_dev *dev = irq_up("gnrd", 0, true);
	struct fake_desc desc = { .flags_op = 0x7fu << 24 };

	for (unsigned int i = 0; i < DSA_EVLCFG_SIZE_MIN - 1; i++) {
		submit(dev, &desc);
		CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	}
	CHECK_EQ(evl_tail(dev), DSA_EVLCFG_SIZE_MIN - 1);
	CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), 0x54);
	set_reg32(dev, DSA_EVLSTS, 10);
	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(evl_tail(dev), 0);
	emu_dev_free(dev);
}

TEST("a drain without page requests completes into the event log")
{
	struct emu_dev *dev = irq_up("gnrd", 0, true);
	struct fake_desc desc = make_desc(DSA_OP_DRAIN, 0, 0, 0);

	submit(dev, &desc);
	CHECK(EVENTUALLY(evl_tail(dev) == 1));
	CHECK_EQ(error_code(evl_qword(0, 0)), 0x26);
	CHECK_EQ(evl_qword(0, 2), FAKE_RECORD);
	CHECK_EQ(evl_qword(0, 4) & 0xff, DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
}

TEST("a batch follows the records of its members into the event log")
{
	struct emu_dev *dev = irq_up("gnrd", 0, true);
	struct fake_desc member = make_desc(DSA_OP_NOOP, 0, 0, 0);
	struct fake_desc batch = make_desc(DSA_OP_BATCH, FAKE_BASE, 0, 2);
	uint64_t q0;

	member.record = 0x40;
	fake_put(FAKE_BASE, &member, sizeof(member));
	fake_put(FAKE_BASE + 64, &member, sizeof(member));
	submit(dev, &batch);
	CHECK(EVENTUALLY(evl_tail(dev) == 3));
	q0 = evl_qword(0, 0);
	CHECK(q0 & DSA_SWERR_BATCH);
	CHECK_EQ(evl_qword(0, 1) >> 51 & 1, 1);	/* the first of this batch */
	CHECK_EQ(evl_qword(1, 1) >> 51 & 1, 0);
	CHECK_EQ(evl_qword(1, 1) & 0xffff, 1);	/* its index */
	CHECK_EQ(error_code(evl_qword(2, 0)), 0x27);
	CHECK_EQ(evl_qword(2, 0) >> 24 & 0xff, q0 >> 24 & 0xff);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
}

TEST("an invalid handle may be a batch's first entry in the log, but keeps no record there")
{
	struct emu_dev *dev = irq_up("gnrd", 0, true);
	struct fake_desc member = make_desc(DSA_OP_NOOP, 0, 0, 0);
	struct fake_desc batch = make_desc(DSA_OP_BATCH, FAKE_BASE, 0, 2);

	member.record = FAKE_RECORD + DSA_RECORD_SIZE;
	member.flags_op |= DSA_FLAG_INT_REQ;
	member.handle = 0xffff;
	fake_put(FAKE_BASE, &member, sizeof(member));
	fake_put(FAKE_BASE + 64, &member, sizeof(member));
	CHECK_EQ(run_desc(dev, &batch).status, DSA_STATUS_BATCH_FAIL);
	CHECK_EQ(evl_tail(dev), 2);
	CHECK_EQ(error_code(evl_qword(0, 0)), DSA_STATUS_HANDLE);
	CHECK_EQ(evl_qword(0, 1) >> 51 & 1, 1);
	CHECK_EQ(evl_qword(1, 1) >> 51 & 1, 0);
	member.record = 0x40;
	fake_put(FAKE_BASE + 64, &member, sizeof(member));
	submit(dev, &batch);
	CHECK(EVENTUALLY(evl_tail(dev) == 5));
	CHECK_EQ(evl_qword(2, 1) >> 51 & 1, 1);
	CHECK_EQ(error_code(evl_qword(3, 0)), DSA_STATUS_RECORD_FAULT);
	CHECK_EQ(evl_qword(3, 1) >> 51 & 1, 0);
	CHECK_EQ(error_code(evl_qword(4, 0)), 0x27);
	emu_dev_free(dev);
}

TEST("without the event log a batch writes its own record whatever its members' did")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	struct fake_desc member = make_desc(DSA_OP_NOOP, 0, 0, 0);
	struct fake_desc batch = make_desc(DSA_OP_BATCH, FAKE_BASE, 0, 2);

	member.record = 0x40;
	fake_put(FAKE_BASE, &member, sizeof(member));
	fake_put(FAKE_BASE + 64, &member, sizeof(member));
	CHECK_EQ(run_desc(dev, &batch).status, DSA_STATUS_BATCH_FAIL);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_RECORD_FAULT);
	CHECK(get_reg(dev, DSA_SWERR) & DSA_SWERR_BATCH);
	emu_dev_free(dev);
}

TEST("interrupts of aborted work never come")
{
	struct emu_dev *dev = irq_up("gnrd", 0, false);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, FAKE_BASE, FAKE_BASE + 0x1000, 64);

	set_reg32(dev, msixperm_at(dev, 1), PERM);
	desc.flags_op |= DSA_FLAG_INT_REQ;
	desc.handle = 1;
	fake_gate(true);
	submit(dev, &desc);
	submit(dev, &desc);
	CHECK(fake_wait_gate(1));
	start_command(dev, DSA_CMD_ABORT_WQ, 1);
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	fake_gate(false);
	CHECK_EQ(end_command(dev), 0);
	CHECK_EQ(fake_irqs(1), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
}

/* Occupancy interrupts. */

#define OCC_DOWN_TO_TWO	(DSA_WQCFG_OCC_INT_EN | 2)

static bool occ_generated(struct emu_dev *dev)
{
	return get_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_STATUS) & DSA_WQCFG_OCC_INT_GENERATED;
}

/* One descriptor held in the engine, @nr in the queue. */
static void hold(struct emu_dev *dev, unsigned int nr)
{
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);

	fake_gate(true);
	submit(dev, &desc);
	CHECK(fake_wait_gate(1));
	for (unsigned int i = 0; i < nr; i++)
		submit(dev, &desc);
	CHECK_EQ(wq_occupancy(dev, 0), nr);
}

static struct emu_dev *occ_up(uint32_t handle)
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_pasid(dev);
	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_OCC_HANDLE, handle);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	return dev;
}

TEST("the occupancy interrupt comes when the queue is down to the limit, and once")
{
	struct emu_dev *dev = occ_up(3);
	uint64_t cfg = wqcfg(dev, 0);

	hold(dev, 6);
	set_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT, OCC_DOWN_TO_TWO);
	CHECK_EQ(fake_irqs(3), 0);
	CHECK(!occ_generated(dev));
	fake_gate(false);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_irqs(3), 1);
	CHECK(occ_generated(dev));
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), 0);
	/* Acknowledged while the queue is full again: the next one when it is not. */
	hold(dev, 5);
	set_reg32(dev, cfg + DSA_WQCFG_STATUS, DSA_WQCFG_OCC_INT_GENERATED);
	CHECK(!occ_generated(dev));
	CHECK_EQ(fake_irqs(3), 1);
	fake_gate(false);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_irqs(3), 2);
	set_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT, 0);
	set_reg32(dev, cfg + DSA_WQCFG_STATUS, DSA_WQCFG_OCC_INT_GENERATED);
	CHECK_EQ(fake_irqs(3), 2);
	emu_dev_free(dev);
}

TEST("enabled on a short queue the occupancy interrupt comes at once, on a disabled one later")
{
	struct emu_dev *dev = occ_up(0);
	uint64_t cfg = wqcfg(dev, 0);

	set_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT, OCC_DOWN_TO_TWO);
	CHECK_EQ(fake_irqs(0), 1);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_OCCUPANCY);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
	set_reg32(dev, cfg + DSA_WQCFG_STATUS, DSA_WQCFG_OCC_INT_GENERATED);
	CHECK_EQ(fake_irqs(0), 1);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	CHECK_EQ(fake_irqs(0), 2);
	emu_dev_free(dev);
}

TEST("the occupancy interrupt goes by IMS too, whatever PASID and ignore the entry has")
{
	struct emu_dev *dev = occ_up(DSA_WQCFG_OCC_HANDLE_IMS | 5);

	set_ims(dev, 5, 0xfee00000, 0x31, DSA_PERM_IGNORE | DSA_PERM_PASID_EN);
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_OCC_LIMIT, OCC_DOWN_TO_TWO);
	CHECK_EQ(fake_msis(), 1);
	CHECK_EQ(fake.msi_data, 0x31);
	emu_dev_free(dev);
}

TEST("the limit is locked while its interrupt is enabled, handle and table while the queue is")
{
	struct emu_dev *dev = occ_up(3);
	uint64_t cfg = wqcfg(dev, 0);

	set_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT, 5);
	CHECK_EQ(get_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT), 5);
	set_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT, OCC_DOWN_TO_TWO);
	CHECK_EQ(get_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT), OCC_DOWN_TO_TWO);
	set_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT, 7);
	CHECK_EQ(get_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT), 2);
	set_reg32(dev, cfg + DSA_WQCFG_OCC_HANDLE, 4);
	CHECK_EQ(get_reg32(dev, cfg + DSA_WQCFG_OCC_HANDLE), 3);
	emu_dev_free(dev);
}

TEST("a queue that wants the interrupt by a handle that there is not is refused with 2b")
{
	struct emu_dev *dev = fake_new("gnrd-cmdcap");
	uint32_t handle;

	enable_pasid(dev);
	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_OCC_HANDLE, 3);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_OCC_LIMIT, OCC_DOWN_TO_TWO);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), DSA_CMDERR_WQ_OCCUPANCY_INT);
	handle = command(dev, DSA_CMD_REQUEST_HANDLE, 3) >> DSA_CMDSTS_RESULT_SHIFT;
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_OCC_HANDLE, handle);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	CHECK_EQ(fake_irqs(3), 1);
	emu_dev_free(dev);
}

TEST("a part without occupancy interrupts keeps their fields at 0")
{
	struct emu_dev *dev = fake_up("spr", 0);
	uint64_t cfg = wqcfg(dev, 1);

	set_reg32(dev, cfg + DSA_WQCFG_OCC_HANDLE, 3);
	set_reg32(dev, cfg + DSA_WQCFG_OCC_LIMIT, OCC_DOWN_TO_TWO);
	CHECK_EQ(get_reg(dev, cfg + DSA_WQCFG_OCC_HANDLE), 0);
	CHECK_EQ(fake_irqs(0), 0);
	emu_dev_free(dev);
}
