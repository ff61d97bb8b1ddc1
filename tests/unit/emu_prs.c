// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a descriptor wait for the pages that it may wait for, and for no others?
 * With page requests enabled; the tests play the host's page fault handler.
 */
#include "unit.h"

#include "emu_fake.h"

#define SRC	FAKE_BASE
#define DST	(FAKE_BASE + 0x100000)
#define LIST	(FAKE_BASE + 0x380000)
#define PAGE	FAKE_PAGE

/* Page requests on, at most @alloc at once; two engines; the queue may block. */
static struct emu_dev *prs_up(uint32_t alloc, uint32_t mode, bool evl)
{
	struct emu_dev *dev = fake_new("gnrd");
	unsigned int pri = find_ext_cap(dev, 0x13);

	emu_dev_cfg_write(dev, pri + 0x0c, 4, alloc);
	emu_dev_cfg_write(dev, pri + 0x04, 2, 1);
	enable_pasid(dev);
	if (evl)
		enable_evl(dev);
	fake_start(dev, mode, 3);
	return dev;
}

static struct fake_desc blocking(uint8_t opcode, uint64_t src, uint64_t dst, uint32_t size)
{
	struct fake_desc desc = make_desc(opcode, src, dst, size);

	desc.flags_op |= DSA_FLAG_BOF;
	return desc;
}

/* Submitted, and after a while still not complete. */
static bool waits(struct emu_dev *dev, const struct fake_desc *desc)
{
	fake_put(desc->record, &(uint8_t){ 0 }, 1);
	submit(dev, desc);
	CHECK(EVENTUALLY(wq_occupancy(dev, 0) == 0));
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	return !fake_byte(desc->record);
}

/* Pages that are made present one by one: the copy goes on where it stopped. */
TEST("with block on fault a descriptor waits for each page and then goes on")
{
	struct emu_dev *dev = prs_up(16, DSA_WQCFG_BOF, false);
	struct fake_desc desc = blocking(DSA_OP_MEMMOVE, SRC + 5, DST + 9, 3 * PAGE);
	const uint64_t absent[] = { SRC, SRC + 2 * PAGE, DST + PAGE };
	struct fake_record record;

	fake_pattern(SRC, 4 * PAGE, 2);
	for (unsigned int i = 0; i < 3; i++)
		fake_access(absent[i], 0);
	CHECK(waits(dev, &desc));
	for (unsigned int i = 0; i < 3; i++) {
		CHECK(!fake_byte(FAKE_RECORD));
		fake_access(absent[i], FAKE_READ | FAKE_WRITE);
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	record = wait_record(FAKE_RECORD);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK(fake_same(SRC + 5, DST + 9, 3 * PAGE));
	emu_dev_free(dev);
}

TEST("a page that is refused ends the descriptor with 04 and how far it came")
{
	struct emu_dev *dev = prs_up(16, DSA_WQCFG_BOF, false);
	struct fake_desc desc = blocking(DSA_OP_MEMMOVE, SRC, DST, 2 * PAGE);
	struct fake_record record;

	fake_access(DST + PAGE, FAKE_READ);
	CHECK(waits(dev, &desc));
	CHECK(!emu_dev_inject(dev, "refuse-pages"));
	record = wait_record(FAKE_RECORD);
	CHECK_EQ(record.status, DSA_STATUS_PRS_INVALID | DSA_STATUS_FAULT_WRITE);
	CHECK_EQ(record.bytes, PAGE);
	CHECK_EQ(record.fault_addr, DST + PAGE);
	CHECK_EQ(record.fault_info, 3 << 1);
	emu_dev_free(dev);
}

TEST("without the flag, or where the queue has page requests off, nothing waits")
{
	struct emu_dev *dev = prs_up(16, DSA_WQCFG_BOF, false);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);

	fake_access(SRC, 0);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_PAGE_FAULT);
	emu_dev_free(dev);
	dev = prs_up(16, DSA_WQCFG_PRS_DISABLE, true);
	fake_access(SRC, 0);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_PAGE_FAULT);
	fake_access(FAKE_RECORD, 0);
	submit(dev, &desc);
	CHECK(EVENTUALLY(evl_tail(dev) == 1));
	CHECK_EQ(error_code(evl_qword(0, 0)), DSA_STATUS_RECORD_FAULT);
	emu_dev_free(dev);
}

TEST("a completion record is waited for, whatever the flags, and its refusal is 1a")
{
	struct emu_dev *dev = prs_up(16, 0, true);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);

	fake_access(FAKE_RECORD, 0);
	CHECK(waits(dev, &desc));
	fake_access(FAKE_RECORD, FAKE_READ | FAKE_WRITE);
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	CHECK_EQ(evl_tail(dev), 0);
	fake_access(FAKE_RECORD, 0);
	CHECK(waits(dev, &desc));
	CHECK(!emu_dev_inject(dev, "refuse-pages"));
	CHECK(EVENTUALLY(evl_tail(dev) == 1));
	CHECK_EQ(error_code(evl_qword(0, 0)), DSA_STATUS_RECORD_FAULT);
	CHECK_EQ(evl_qword(0, 2), FAKE_RECORD);
	CHECK_EQ(evl_qword(0, 4) & 0xff, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("without an event log the record's page is waited for before anything is done")
{
	struct emu_dev *dev = prs_up(16, 0, false);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);

	fake_pattern(SRC, 64, 1);
	fake_access(FAKE_RECORD, 0);
	CHECK(waits(dev, &desc));
	CHECK(!emu_dev_inject(dev, "refuse-pages"));
	CHECK(EVENTUALLY(get_reg(dev, DSA_SWERR)));
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_STATUS_RECORD_FAULT);
	CHECK_EQ(fake_byte(DST), 0);
	CHECK(waits(dev, &desc));
	CHECK_EQ(fake_byte(DST), 0);
	fake_access(FAKE_RECORD, FAKE_READ | FAKE_WRITE);
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	CHECK(fake_same(SRC, DST, 64));
	emu_dev_free(dev);
}

TEST("a batch's list is waited for, and its refusal is 06")
{
	struct emu_dev *dev = prs_up(16, 0, false);
	struct fake_desc member = make_desc(DSA_OP_NOOP, 0, 0, 0);
	struct fake_desc batch = make_desc(DSA_OP_BATCH, LIST, 0, 2);

	member.flags_op &= ~(uint32_t)WITH_RECORD;
	member.record = 0;
	fake_put(LIST, &member, sizeof(member));
	fake_put(LIST + 64, &member, sizeof(member));
	fake_access(LIST, 0);
	CHECK(waits(dev, &batch));
	fake_access(LIST, FAKE_READ);
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	fake_access(LIST, 0);
	CHECK(waits(dev, &batch));
	CHECK(!emu_dev_inject(dev, "refuse-pages"));
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_LIST_FAULT);
	emu_dev_free(dev);
}

TEST("abort, halt and function-level reset end the wait, and nothing is written")
{
	struct emu_dev *dev = prs_up(16, DSA_WQCFG_BOF, false);
	struct fake_desc desc = blocking(DSA_OP_MEMMOVE, SRC, DST, 64);

	fake_access(SRC, 0);
	CHECK(waits(dev, &desc));
	CHECK_EQ(command(dev, DSA_CMD_ABORT_PASID, FAKE_PASID), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	CHECK(waits(dev, &desc));
	CHECK(!emu_dev_inject(dev, "halt software"));
	CHECK_EQ(command(dev, DSA_CMD_RESET_DEVICE, 0), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
	dev = prs_up(16, DSA_WQCFG_BOF, false);
	fake_access(SRC, 0);
	CHECK(waits(dev, &desc));
	fake_flr(dev);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
}

TEST("there are never more page requests than were allotted")
{
	struct emu_dev *dev = prs_up(1, DSA_WQCFG_BOF, false);
	struct fake_desc first = blocking(DSA_OP_MEMMOVE, SRC, DST, 64);
	struct fake_desc second = blocking(DSA_OP_MEMMOVE, SRC + PAGE, DST + 64, 64);

	second.record += 32;
	fake_access(SRC, 0);
	fake_access(SRC + PAGE, 0);
	CHECK(waits(dev, &first));
	CHECK(waits(dev, &second));
	/* The second has not asked yet: its page comes, and it does not look. */
	fake_access(SRC + PAGE, FAKE_READ);
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	CHECK_EQ(fake_byte(second.record), 0);
	fake_access(SRC, FAKE_READ);
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	CHECK_EQ(wait_record(second.record).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("a page that never comes is given up in the end")
{
	struct emu_dev *dev;
	struct fake_desc desc = blocking(DSA_OP_MEMMOVE, SRC, DST, 64);

	fake_page_wait_ms = 50;
	dev = prs_up(16, DSA_WQCFG_BOF, false);
	fake_page_wait_ms = 0;
	fake_access(SRC, 0);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_PRS_INVALID);
	emu_dev_free(dev);
}
