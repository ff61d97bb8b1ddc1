// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are descriptors taken, checked, carried out and reported as published? From
 * the portal's stores to the completion record.
 */
#include "unit.h"

#include "emu_fake.h"

#define SRC	FAKE_BASE
#define DST	(FAKE_BASE + 0x100000)
#define BIG	200000u

static struct fake_record run_op(struct emu_dev *dev, uint8_t opcode, uint64_t src,
				 uint64_t dst, uint32_t size)
{
	struct fake_desc desc = make_desc(opcode, src, dst, size);

	return run_desc(dev, &desc);
}

TEST("eight stores make a descriptor, on any page and in any slot")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (unsigned int i = 0; i < 4 * 64; i++) {
		struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);
		const uint8_t *raw = (const uint8_t *)&desc;

		fake_put(FAKE_RECORD, &(uint8_t){ 0 }, 1);
		for (unsigned int n = 0; n < 8; n++)
			emu_dev_portal_write(dev, i * 64 + n * 8, raw + n * 8, 8);
		CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	}
	emu_dev_free(dev);
}

TEST("what was left in a slot is no part of the descriptor that is stored next")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64), other;

	memset(&other, 0xee, sizeof(other));
	emu_dev_portal_write(dev, 24, (const uint8_t *)&other + 24, 40);
	for (unsigned int n = 0; n < 8; n++)
		emu_dev_portal_write(dev, n * 8, (const uint8_t *)&desc + n * 8, 8);
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("an unfinished, misaligned or misplaced store is ignored")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);

	emu_dev_portal_write(dev, 0x1000, &desc, 56);
	emu_dev_portal_write(dev, 0x1044, &desc, 64);
	emu_dev_portal_write(dev, 0x1080, &desc, 60);
	emu_dev_portal_write(dev, 0x10c8, &desc, 64);
	emu_dev_portal_write(dev, 8 * DSA_PORTAL_WQ, &desc, 64);
	emu_dev_portal_write(dev, ~0ULL - 63, &desc, 64);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	/* The first qword again begins a new descriptor in the same slot. */
	emu_dev_portal_write(dev, 0x1000, &desc, 64);
	CHECK_EQ(wait_record(FAKE_RECORD).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("disabled and shared queues ignore posted stores")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);

	submit_to(dev, 1, 0, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
	submit(dev, &desc);
	set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_MODE, FAKE_MODE & ~DSA_WQCFG_DEDICATED);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
	emu_dev_free(dev);
}

TEST("without IMS there are no IMS portals: what is stored there is ignored")
{
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);
	struct emu_dev *dev;

	fake_nr_ims = 0;
	dev = fake_up("gnrd", 0);
	fake_nr_ims = 256;
	submit_to(dev, 0, DSA_PORTAL_UNLIMITED_IMS, &desc);
	submit_to(dev, 0, DSA_PORTAL_LIMITED_IMS, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

/* What the trace has of it, to be freed. */
static char *traced(struct emu_dev *dev, unsigned int page, const char *kind)
{
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);
	char *text = NULL, *line;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	emu_trace_open(file);
	submit_to(dev, 0, page, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	emu_trace_open(NULL);
	fclose(file);
	line = strstr(text, kind);
	line = line ? strndup(line, strcspn(line, "\n")) : NULL;
	free(text);
	return line;
}

TEST("a queue needs a PASID where a guest's portal is used, and nowhere else")
{
	for (unsigned int pasid = 0; pasid < 2; pasid++) {
		struct emu_dev *dev = fake_up("gnrd", 0);

		CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
		set_reg32(dev, wqcfg(dev, 0) + DSA_WQCFG_MODE,
			  pasid ? FAKE_MODE : FAKE_MODE & ~DSA_WQCFG_PASID_EN);
		CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
		for (unsigned int page = 0; page < 4; page++) {
			char *line = traced(dev, page, "VIOLATION");

			CHECK_EQ(line != NULL, !pasid && page >= DSA_PORTAL_UNLIMITED_IMS);
			CHECK(!line || strstr(line, "wq=0 takes a guest's descriptor"));
			free(line);
		}
		emu_dev_free(dev);
	}
}

TEST("a full dedicated queue drops the descriptor, with software error 53")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);

	set_reg32(dev, DSA_GENCTRL, DSA_GENCTRL_SWERR_INT);
	fake_gate(true);
	submit(dev, &desc);
	CHECK(fake_wait_gate(1));
	for (unsigned int i = 0; i < FAKE_WQ_SIZE; i++)
		submit(dev, &desc);
	CHECK_EQ(wq_occupancy(dev, 0), FAKE_WQ_SIZE);
	CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
	submit(dev, &desc);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_SWERR_WQ_FULL);
	CHECK(get_reg(dev, DSA_SWERR) & DSA_SWERR_WQ_VALID);
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_SWERR);
	fake_gate(false);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	emu_dev_free(dev);
}

TEST("a queue's PASID and privilege go with every access, not the descriptor's")
{
	struct emu_dev *dev = fake_up("gnrd", DSA_WQCFG_PRIV);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);

	desc.pasid = 0x777;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	CHECK(fake.last_pasid_valid);
	CHECK(fake.last_priv);
	CHECK_EQ(fake.last_pasid, FAKE_PASID);
	emu_dev_free(dev);
}

TEST("a noop completes")
{
	struct emu_dev *dev = fake_up("spr", 0);

	CHECK_EQ(run_op(dev, DSA_OP_NOOP, 0, 0, 0).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("memmove copies every size, and only that")
{
	static const uint32_t sizes[] = { 1, 7, 64, 4095, 4096, 4097, 65536, 65537, BIG };
	struct emu_dev *dev = fake_up("gnrd", 0);

	fake_pattern(SRC, BIG + 1, 3);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct fake_record record;

		fake_put(DST + sizes[i], &(uint8_t){ 0xee }, 1);
		record = run_op(dev, DSA_OP_MEMMOVE, SRC, DST, sizes[i]);
		CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
		CHECK_EQ(record.bytes, 0);
		CHECK(fake_same(SRC, DST, sizes[i]));
		CHECK_EQ(fake_byte(DST + sizes[i]), 0xee);
	}
	emu_dev_free(dev);
}

TEST("overlapping moves behave as if through a temporary buffer, both ways")
{
	static const int shifts[] = { 1, 5000, 70000, -1, -5000, -70000 };
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		const uint64_t at = FAKE_BASE + 0x40000, copy = FAKE_BASE + 0x200000;

		fake_pattern(at, BIG, i);
		fake_pattern(copy, BIG, i);
		CHECK_EQ(run_op(dev, DSA_OP_MEMMOVE, at, at + shifts[i], BIG).status,
			 DSA_STATUS_SUCCESS);
		CHECK(fake_same(at + shifts[i], copy, BIG));
	}
	emu_dev_free(dev);
}

TEST("a fault on the source or destination stops there and says where")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_record record;

	fake_pattern(SRC, 0x4000, 9);
	fake_access(SRC + 0x2000, 0);
	record = run_op(dev, DSA_OP_MEMMOVE, SRC + 0x100, DST, 0x3000);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.bytes, 0x1f00);
	CHECK_EQ(record.fault_addr, SRC + 0x2000);
	CHECK_EQ(record.fault_info, 1 << 1);
	CHECK(fake_same(SRC + 0x100, DST, 0x1f00));
	fake_access(SRC + 0x2000, FAKE_READ);
	fake_access(DST + 0x1000, FAKE_READ);
	record = run_op(dev, DSA_OP_MEMMOVE, SRC, DST, 0x3000);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT | DSA_STATUS_FAULT_WRITE);
	CHECK_EQ(record.bytes, 0x1000);
	CHECK_EQ(record.fault_addr, DST + 0x1000);
	CHECK_EQ(record.fault_info, 3 << 1);
	emu_dev_free(dev);
}

/* Moves on after each fault as SPEC 8.3.4 says, until it is done. */
static void move_with_faults(struct emu_dev *dev, uint64_t src, uint64_t dst,
			     uint32_t size)
{
	struct fake_record record;

	for (unsigned int i = 0; i < 100 && size; i++) {
		record = run_op(dev, DSA_OP_MEMMOVE, src, dst, size);
		if (record.status == DSA_STATUS_SUCCESS)
			return;
		CHECK_EQ(record.status & DSA_STATUS_CODE, DSA_STATUS_PAGE_FAULT);
		fake_access(record.fault_addr, FAKE_READ | FAKE_WRITE);
		size -= record.bytes;
		if (record.result == 0) {
			src += record.bytes;
			dst += record.bytes;
		}
	}
	CHECK(!"the move ended");
}

TEST("a fault of a move that runs backwards counts from the end")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_record record;

	fake_access(SRC, 0);
	record = run_op(dev, DSA_OP_MEMMOVE, SRC, SRC + 0x1000, 0x20000);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.result, 1);
	CHECK_EQ(record.bytes, 0x1f000);
	CHECK_EQ(record.fault_addr, SRC);
	emu_dev_free(dev);
}

TEST("moves that are continued after every fault lose nothing, however they overlap")
{
	static const int shifts[] = { 0x100, 0x1800, -0x100, -0x1800, 0x40000 };
	struct emu_dev *dev = fake_up("gnrd", 0);
	const uint64_t at = FAKE_BASE + 0x80123, copy = FAKE_BASE + 0x200000;
	const uint32_t size = 0x8000;

	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		fake_pattern(at, size, i);
		fake_pattern(copy, size, i);
		for (uint64_t page = at - 0x3000; page < at + size + 0x4000; page += 0x2000)
			fake_access(page, i % 2 ? 0 : FAKE_READ);
		move_with_faults(dev, at, at + shifts[i], size);
		CHECK(fake_same(at + shifts[i], copy, size));
		for (uint64_t page = at - 0x4000; page < at + size + 0x8000; page += 0x1000)
			fake_access(page, FAKE_READ | FAKE_WRITE);
	}
	emu_dev_free(dev);
}

TEST("without address translation a read that faults is an error, a write is lost")
{
	struct emu_dev *dev = fake_up("gnrd", DSA_WQCFG_ATS_DISABLE);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 0x3000);

	fake_pattern(SRC, 0x3000, 1);
	fake_access(DST + 0x1000, 0);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	CHECK(fake_same(SRC, DST, 0x1000));
	CHECK_EQ(fake_byte(DST + 0x1000), 0);
	CHECK(fake_same(SRC + 0x2000, DST + 0x2000, 0x1000));
	desc.flags_op |= DSA_FLAG_DEST_READBACK;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	fake_access(DST + 0x2000, 0);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_HARDWARE_2);
	fake_access(SRC + 0x1000, 0);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_HARDWARE_1);
	CHECK_EQ(run_op(dev, DSA_OP_BATCH, SRC + 0x1000, 0, 2).status, DSA_STATUS_HARDWARE_1);
	emu_dev_free(dev);
}

TEST("fill repeats its pattern from the destination on")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	uint8_t pattern[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, got[BIG > 1 ? 8 : 1];
	uint64_t val;

	memcpy(&val, pattern, 8);
	CHECK_EQ(run_op(dev, DSA_OP_FILL, val, DST + 3, BIG - 3).status, DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_byte(DST + 2), 0);
	CHECK_EQ(fake_byte(DST + BIG), 0);
	for (uint32_t off = 0; off + 8 <= BIG - 3; off += 8) {
		fake_get(DST + 3 + off, got, 8);
		CHECK(!memcmp(got, pattern, 8));
	}
	emu_dev_free(dev);
}

TEST("compare tells equal from different, where, and against what was expected")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_COMPARE, SRC, DST, BIG);
	struct fake_record record;

	fake_pattern(SRC, BIG, 1);
	fake_pattern(DST, BIG, 1);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.result, 0);
	desc.flags_op |= DSA_FLAG_CHECK_RESULT;
	desc.op[0] = 1;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_FALSE);
	fake_put(DST + 150001, &(uint8_t){ fake_byte(DST + 150001) ^ 1 }, 1);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.result, 1);
	CHECK_EQ(record.bytes, 150001);
	desc.op[0] = 0;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_FALSE);
	emu_dev_free(dev);
}

TEST("a difference is reported rather than a fault behind it, and a fault before it")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_record record;

	fake_put(DST + 10, &(uint8_t){ 1 }, 1);
	fake_access(SRC + 0x1000, 0);
	record = run_op(dev, DSA_OP_COMPARE, SRC, DST, 0x2000);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.bytes, 10);
	fake_put(DST + 10, &(uint8_t){ 0 }, 1);
	record = run_op(dev, DSA_OP_COMPARE, DST, SRC, 0x2000);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.result, 0);
	CHECK_EQ(record.bytes, 0x1000);
	CHECK_EQ(record.fault_addr, SRC + 0x1000);
	CHECK_EQ(record.fault_info, 2 << 1);
	emu_dev_free(dev);
}

TEST("compare pattern finds the first byte that breaks it")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	uint64_t pattern = 0x0807060504030201;
	struct fake_record record;

	CHECK_EQ(run_op(dev, DSA_OP_FILL, pattern, SRC, 70001).status, DSA_STATUS_SUCCESS);
	CHECK_EQ(run_op(dev, DSA_OP_COMPARE_PATTERN, SRC, pattern, 70001).result, 0);
	fake_put(SRC + 66000, &(uint8_t){ 0xff }, 1);
	record = run_op(dev, DSA_OP_COMPARE_PATTERN, SRC, pattern, 70001);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.result, 1);
	CHECK_EQ(record.bytes, 66000);
	emu_dev_free(dev);
}

TEST("dualcast writes both destinations and wants their low bits equal")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_DUALCAST, SRC, DST + 0x10, 0x5000);
	const uint64_t dst2 = FAKE_BASE + 0x200010;

	fake_pattern(SRC, 0x5000, 4);
	desc.op[0] = dst2;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	CHECK(fake_same(SRC, DST + 0x10, 0x5000));
	CHECK(fake_same(SRC, dst2, 0x5000));
	desc.op[0] = dst2 + 1;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_DUALCAST);
	desc.op[0] = DST + 0x1010;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_OVERLAP);
	emu_dev_free(dev);
}

/* Into the middle of the second pages, of which one of the two is missing. */
static void dualcast_without(uint64_t page, uint64_t operand)
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_DUALCAST, SRC, DST + 0x10, 0x5000);
	const uint64_t dst2 = FAKE_BASE + 0x200010;
	struct fake_record record;

	fake_pattern(SRC, 0x5000, 4);
	desc.op[0] = dst2;
	fake_access(page, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT | DSA_STATUS_FAULT_WRITE);
	CHECK_EQ(record.bytes, 0x1ff0);
	CHECK_EQ(record.fault_addr, page);
	CHECK_EQ(record.fault_info, operand << 1);
	CHECK(fake_same(SRC, DST + 0x10, 0x1ff0));
	CHECK(fake_same(SRC, dst2, 0x1ff0));
	CHECK(fake_same(DST + 0x10 + 0x1ff0, FAKE_BASE + 0x300000, 0x1000));
	CHECK(fake_same(dst2 + 0x1ff0, FAKE_BASE + 0x300000, 0x1000));
	emu_dev_free(dev);
}

TEST("a dualcast that meets a fault has written as much to both destinations")
{
	dualcast_without(DST + 0x2000, 3);
	dualcast_without(FAKE_BASE + 0x202000, 4);
}

static uint32_t crc_of(struct emu_dev *dev, uint32_t size, uint32_t seed, uint32_t flags)
{
	struct fake_desc desc = make_desc(DSA_OP_CRC, SRC, 0, size);
	struct fake_record record;

	desc.flags_op |= flags;
	desc.op[0] = seed;
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.op[0] >> 32, 0);
	return record.op[0];
}

TEST("CRC is that of RFC 3720, and can be continued")
{
	static const uint8_t rfc3720_zeros = 0xaa;	/* 32 bytes of 0: aa36918a */
	struct emu_dev *dev = fake_up("gnrd", 0);
	uint8_t bytes[32];
	uint32_t half;

	CHECK_EQ(crc_of(dev, 32, 0, 0), 0x8a9136aa);
	CHECK_EQ(crc_of(dev, 32, 0, 0) & 0xff, rfc3720_zeros);
	for (unsigned int i = 0; i < 32; i++)
		bytes[i] = i;
	fake_put(SRC, bytes, 32);
	CHECK_EQ(crc_of(dev, 32, 0, 0), 0x46dd794e);
	half = crc_of(dev, 16, 0, 0);
	fake_put(SRC, bytes + 16, 16);
	CHECK_EQ(crc_of(dev, 16, half, 0), 0x46dd794e);
	emu_dev_free(dev);
}

TEST("CRC without inversion and reflection is the plain polynomial division")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	uint8_t one[4] = { 0, 0, 0, 1 };

	/* x^0 of the data times x^32, modulo the polynomial, is the polynomial. */
	fake_put(SRC, one, 4);
	CHECK_EQ(crc_of(dev, 4, 0, 0x60000), 0x1edc6f41);
	one[3] = 0x80;
	fake_put(SRC, one, 4);
	CHECK_EQ(crc_of(dev, 4, 0, 0x20000), 0x1edc6f41);
	emu_dev_free(dev);
}

TEST("copy with CRC copies and computes, and its seed may come from memory")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_COPY_CRC, SRC, DST, BIG);
	const uint32_t seed = 0x12345678;
	uint32_t want;

	fake_pattern(SRC, BIG, 8);
	want = crc_of(dev, BIG, seed, 0);
	fake_put(FAKE_BASE + 0x300000, &seed, 4);
	desc.flags_op |= 0x10000;
	desc.op[1] = FAKE_BASE + 0x300000;
	CHECK_EQ(run_desc(dev, &desc).op[0], want);
	CHECK(fake_same(SRC, DST, BIG));
	desc.op[1] += 2;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_OPERAND_ALIGN);
	desc.op[1] = 0x10;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_PAGE_FAULT);
	emu_dev_free(dev);
}

TEST("a CRC that faults leaves what a continuation needs")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_CRC, SRC + 0xff9, 0, 0x102);
	struct fake_record record;
	uint32_t want;

	fake_pattern(SRC + 0xff9, 0x102, 2);
	want = run_desc(dev, &desc).op[0];
	fake_access(SRC + 0x1000, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.bytes, 7);
	CHECK_EQ(record.fault_addr, SRC + 0x1000);
	fake_access(SRC + 0x1000, FAKE_READ);
	desc.src += record.bytes;
	desc.size -= record.bytes;
	desc.op[0] = record.op[0];
	CHECK_EQ(run_desc(dev, &desc).op[0], want);
	emu_dev_free(dev);
}

/* One thing wrong with a descriptor, and its status. */
struct wrong {
	uint8_t opcode, status;
	uint32_t flags, size;
	uint8_t byte;		/* set to 1; 0: none */
};

TEST("each descriptor check has its status")
{
	static const struct wrong wrongs[] = {
		{ 0x7f, DSA_STATUS_OPCODE, 0, 0, 0 },
		{ DSA_OP_TRANSLATION_FETCH, DSA_STATUS_OPCODE, 0, 64, 0 },
		{ DSA_OP_UPDATE_WINDOW, DSA_STATUS_OPCODE, 0, 64, 0 },
		{ DSA_OP_NOOP, DSA_STATUS_FLAGS, DSA_FLAG_FENCE, 0, 0 },
		{ DSA_OP_NOOP, DSA_STATUS_FLAGS, DSA_FLAG_CHECK_RESULT, 0, 0 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_FLAGS, DSA_FLAG_BOF, 64, 0 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_FLAGS, DSA_FLAG_TC_3, 64, 0 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_FLAGS, 0x20, 64, 0 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_FLAGS, 0x40, 64, 0 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_FLAGS, 0x8000, 64, 0 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_FLAGS, 0x10000, 64, 0 },
		{ DSA_OP_COMPARE, DSA_STATUS_FLAGS, DSA_FLAG_CACHE_CONTROL, 64, 0 },
		{ DSA_OP_FILL, DSA_STATUS_FLAGS, DSA_FLAG_TC_1, 64, 0 },
		{ DSA_OP_CRC, DSA_STATUS_FLAGS, 0x80000, 64, 0 },
		{ DSA_OP_CRC, DSA_STATUS_FLAGS, DSA_FLAG_TC_3, 64, 0 },
		{ DSA_OP_NOOP, DSA_STATUS_RESERVED, 0, 0, 16 },
		{ DSA_OP_NOOP, DSA_STATUS_RESERVED, 0, 1, 0 },
		{ DSA_OP_NOOP, DSA_STATUS_RESERVED, 0, 0, 36 },
		{ DSA_OP_NOOP, DSA_STATUS_RESERVED, 0, 0, 63 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_RESERVED, 0, 64, 38 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_RESERVED, 0, 64, 40 },
		{ DSA_OP_DUALCAST, DSA_STATUS_RESERVED, 0, 64, 48 },
		{ DSA_OP_COMPARE, DSA_STATUS_RESERVED, 0, 64, 41 },
		{ DSA_OP_CRC, DSA_STATUS_RESERVED, 0, 64, 24 },
		{ DSA_OP_CRC, DSA_STATUS_RESERVED, 0, 64, 48 },
		{ DSA_OP_CRC, DSA_STATUS_RESERVED, 0x10000, 64, 40 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_SIZE, 0, 0, 0 },
		{ DSA_OP_MEMMOVE, DSA_STATUS_SIZE, 0, (1u << 21) + 1, 0 },
		{ DSA_OP_BATCH, DSA_STATUS_COUNT, 0, 1, 0 },
		{ DSA_OP_BATCH, DSA_STATUS_COUNT, 0, 1025, 0 },
	};
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *w = &wrongs[i];
		bool has_src = w->opcode != DSA_OP_NOOP;
		bool has_dst = w->opcode == DSA_OP_MEMMOVE || w->opcode == DSA_OP_COMPARE ||
			       w->opcode == DSA_OP_DUALCAST || w->opcode == DSA_OP_FILL;
		struct fake_desc desc = make_desc(w->opcode, has_src ? SRC : 0,
						  has_dst ? DST : 0, w->size);
		struct fake_record record;

		desc.flags_op |= w->flags;
		if (w->opcode == DSA_OP_DUALCAST)
			desc.op[0] = FAKE_BASE + 0x200000;
		if (w->byte)
			((uint8_t *)&desc)[w->byte] = 1;
		record = run_desc(dev, &desc);
		if (record.status != w->status)
			printf("# case %zu\n", i);
		CHECK_EQ(record.status, w->status);
		if (w->status == DSA_STATUS_FLAGS)
			CHECK_EQ(record.op[0], w->flags);
	}
	emu_dev_free(dev);
}

TEST("results need a record, drains a record or an interrupt")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_COMPARE, SRC, DST, 64);

	desc.flags_op &= ~DSA_FLAG_COMP_REQ;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_FLAGS);
	desc = make_desc(DSA_OP_DRAIN, 0, 0, 0);
	desc.flags_op &= ~DSA_FLAG_COMP_REQ;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_FLAGS);
	desc.flags_op |= DSA_FLAG_COMP_REQ;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("no record is written on success unless requested, and on failure it is")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);

	desc.flags_op &= ~DSA_FLAG_COMP_REQ;
	submit(dev, &desc);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	desc.src = 8;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_PAGE_FAULT);
	emu_dev_free(dev);
}

TEST("an operation that the queue's OPCFG leaves out is not supported")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
	set_reg(dev, wqcfg(dev, 0) + DSA_WQCFG_OPCFG, 1u << DSA_OP_NOOP);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	CHECK_EQ(run_op(dev, DSA_OP_NOOP, 0, 0, 0).status, DSA_STATUS_SUCCESS);
	CHECK_EQ(run_op(dev, DSA_OP_MEMMOVE, SRC, DST, 64).status, DSA_STATUS_OPCODE);
	emu_dev_free(dev);
}

#define LIST	(FAKE_BASE + 0x380000)
#define MEMBERS	(FAKE_BASE + 0x3c0000)	/* their records */

static void put_member(unsigned int i, struct fake_desc desc)
{
	desc.record = MEMBERS + i * 32;
	fake_put(LIST + i * 64, &desc, sizeof(desc));
}

TEST("a batch of 1024 runs every member and counts them")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_record record;

	fake_pattern(SRC, 1024 * 64, 5);
	for (unsigned int i = 0; i < 1024; i++)
		put_member(i, make_desc(DSA_OP_MEMMOVE, SRC + i * 64, DST + i * 64, 64));
	record = run_op(dev, DSA_OP_BATCH, LIST, 0, 1024);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.bytes, 1024);
	CHECK(fake_same(SRC, DST, 1024 * 64));
	for (unsigned int i = 0; i < 1024; i++)
		CHECK_EQ(fake_byte(MEMBERS + i * 32), DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("thirty-two batches of 1024 at once all complete, in four engines")
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_pasid(dev);
	config_wq(dev, 0, 0);
	set_reg32(dev, wqcfg(dev, 0), 32);
	config_group(dev, 0, 1, 0xf);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	for (unsigned int i = 0; i < 1024; i++)
		put_member(i, make_desc(DSA_OP_MEMMOVE, SRC + i * 64, DST + i * 64, 64));
	for (unsigned int i = 0; i < 32; i++) {
		struct fake_desc desc = make_desc(DSA_OP_BATCH, LIST, 0, 1024);

		desc.record += 32 * i;
		submit(dev, &desc);
	}
	for (unsigned int i = 0; i < 32; i++)
		CHECK_EQ(wait_record(FAKE_RECORD + 32 * i).status, DSA_STATUS_SUCCESS);
	CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
	emu_dev_free(dev);
}

TEST("a failed member makes the batch 05, and a fence after it ends it")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc fenced = make_desc(DSA_OP_NOOP, 0, 0, 0);
	struct fake_record record;

	fenced.flags_op |= DSA_FLAG_FENCE;
	put_member(0, make_desc(DSA_OP_NOOP, 0, 0, 0));
	put_member(1, make_desc(DSA_OP_MEMMOVE, 8, DST, 64));
	put_member(2, make_desc(DSA_OP_NOOP, 0, 0, 0));
	put_member(3, fenced);
	put_member(4, make_desc(DSA_OP_NOOP, 0, 0, 0));
	record = run_op(dev, DSA_OP_BATCH, LIST, 0, 5);
	CHECK_EQ(record.status, DSA_STATUS_BATCH_FAIL);
	CHECK_EQ(record.bytes, 3);
	CHECK_EQ(record.result, 1);
	CHECK_EQ(fake_byte(MEMBERS + 1 * 32), DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(fake_byte(MEMBERS + 2 * 32), DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_byte(MEMBERS + 3 * 32), 0);
	CHECK_EQ(fake_byte(MEMBERS + 4 * 32), 0);
	emu_dev_free(dev);
}

TEST("batches and drains inside a batch are unsupported operations")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	put_member(0, make_desc(DSA_OP_BATCH, LIST, 0, 2));
	put_member(1, make_desc(DSA_OP_DRAIN, 0, 0, 0));
	CHECK_EQ(run_op(dev, DSA_OP_BATCH, LIST, 0, 2).status, DSA_STATUS_BATCH_FAIL);
	CHECK_EQ(fake_byte(MEMBERS), DSA_STATUS_OPCODE);
	CHECK_EQ(fake_byte(MEMBERS + 32), DSA_STATUS_OPCODE);
	emu_dev_free(dev);
}

TEST("a list that faults or is misaligned is reported by the batch")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_record record;

	for (unsigned int i = 0; i < 64; i++)
		put_member(i, make_desc(DSA_OP_NOOP, 0, 0, 0));
	CHECK_EQ(run_op(dev, DSA_OP_BATCH, LIST + 32, 0, 4).status, DSA_STATUS_LIST_ALIGN);
	fake_access(LIST - 0x1000, 0);
	CHECK_EQ(run_op(dev, DSA_OP_BATCH, LIST - 0x1000, 0, 2).status, DSA_STATUS_LIST_FAULT);
	fake_access(LIST + 0x1000, 0);
	record = run_op(dev, DSA_OP_BATCH, LIST, 0, 100);
	CHECK_EQ(record.status, DSA_STATUS_LIST_FAULT);
	CHECK_EQ(record.bytes, 64);
	CHECK_EQ(record.fault_addr, LIST + 0x1000);
	emu_dev_free(dev);
}

TEST("a drain completes after what is in flight in another engine")
{
	struct emu_dev *dev = fake_new("gnrd");
	struct fake_desc slow = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);
	struct fake_desc drain = make_desc(DSA_OP_DRAIN, 0, 0, 0);

	enable_pasid(dev);
	fake_start(dev, 0, 3);
	fake_gate(true);
	submit(dev, &slow);
	CHECK(fake_wait_gate(1));
	drain.record += 32;
	submit(dev, &drain);
	CHECK(EVENTUALLY(wq_occupancy(dev, 0) == 0));
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	CHECK_EQ(fake.nr_at_gate, 1);	/* the drain does not even write its record */
	fake_gate(false);
	CHECK_EQ(wait_record(FAKE_RECORD + 32).status, DSA_STATUS_SUCCESS);
	CHECK_EQ(fake_byte(FAKE_RECORD), DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("queues of a group share its engine by priority")
{
	struct emu_dev *dev = fake_new("gnrd");
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);
	unsigned int first = 0;

	enable_pasid(dev);
	for (unsigned int wq = 0; wq < 2; wq++) {
		config_wq(dev, wq, 0);
		set_reg32(dev, wqcfg(dev, wq), 16);
		set_reg32(dev, wqcfg(dev, wq) + DSA_WQCFG_MODE,
			  (FAKE_MODE & ~DSA_WQCFG_PRIORITY) |
			  (wq ? 1 : 4) << DSA_WQCFG_PRIORITY_SHIFT);
	}
	config_group(dev, 0, 3, 1);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 1), 0);
	fake_gate(true);
	submit(dev, &desc);
	CHECK(fake_wait_gate(1));
	for (unsigned int i = 0; i < 10; i++)
		for (unsigned int wq = 0; wq < 2; wq++)
			submit_to(dev, wq, 0, &desc);
	/* Let one after the other through: 5 noops of 2 record writes each. */
	while (wq_occupancy(dev, 0) + wq_occupancy(dev, 1) > 10) {
		fake_gate(false);
		fake_gate(true);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	first = 10 - wq_occupancy(dev, 0);
	CHECK(first >= 6);
	CHECK(first <= 10);
	fake_gate(false);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	emu_dev_free(dev);
}
