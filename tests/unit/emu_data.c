// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do deltas, integrity fields and checksums come out as published, and as other
 * ways to compute them have it? The references here are written for clarity,
 * bit by bit, and are themselves checked against published values.
 */
#include "unit.h"

#include "emu_fake.h"

#define SRC	FAKE_BASE
#define SRC2	(FAKE_BASE + 0x100000)
#define DST	(FAKE_BASE + 0x200000)
#define PAGE	FAKE_PAGE

static struct fake_record run_op(struct emu_dev *dev, uint8_t opcode, uint64_t src,
				 uint64_t dst, uint32_t size)
{
	struct fake_desc desc = make_desc(opcode, src, dst, size);

	return run_desc(dev, &desc);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void put_byte(uint64_t at, uint8_t byte)
{
	fake_put(at, &byte, 1);
}

/* Checksums. */

TEST("CRC32C has the values of RFC 3720, appendix B.4")
{
	static const uint8_t read_pdu[48] = {
		0x01, 0xc0, [16] = 0x14, [22] = 0x04, [27] = 0x14, [31] = 0x18, [32] = 0x28,
		[40] = 0x02,
	};
	static const uint32_t want[] = { 0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c,
					 0xd9963a56 };
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (unsigned int i = 0; i < 32; i++) {
		put_byte(SRC + i, 0);
		put_byte(SRC + 64 + i, 0xff);
		put_byte(SRC + 128 + i, i);
		put_byte(SRC + 192 + i, 31 - i);
	}
	fake_put(SRC + 256, read_pdu, sizeof(read_pdu));
	for (unsigned int i = 0; i < 5; i++)
		CHECK_EQ(run_op(dev, DSA_OP_CRC, SRC + 64 * i, 0, i < 4 ? 32 : 48).op[0],
			 want[i]);
	emu_dev_free(dev);
}

/* Bit by bit, the lowest first. */
static uint32_t crc32c(uint64_t at, uint32_t len)
{
	uint32_t crc = ~0u;

	for (uint32_t i = 0; i < len * 8; i++) {
		bool out = (crc ^ fake_byte(at + i / 8) >> i % 8) & 1;

		crc = crc >> 1 ^ (out ? 0x82f63b78 : 0);
	}
	return ~crc;
}

TEST("a checksum is of the data alone, whatever its size: nothing is appended")
{
	static const uint32_t sizes[] = { 1, 2, 3, 9, 15, 255, 65537 };
	static const uint8_t ops[] = { DSA_OP_CRC, DSA_OP_COPY_CRC };
	struct emu_dev *dev = fake_up("gnrd", 0);

	fake_put(SRC, "123456789", 9);
	CHECK_EQ(crc32c(SRC, 9), 0xe3069283);
	CHECK_EQ(run_op(dev, DSA_OP_CRC, SRC, 0, 9).op[0], 0xe3069283);
	fake_pattern(SRC, 65540, 5);
	for (unsigned int i = 0; i < 2 * 7; i++)
		CHECK_EQ(run_op(dev, ops[i % 2], SRC, i % 2 ? DST : 0, sizes[i / 2]).op[0],
			 crc32c(SRC, sizes[i / 2]));
	emu_dev_free(dev);
}

/* The remainder of a division, one bit at a time, the highest first. */
static uint16_t crc16_t10(const uint8_t *data, size_t len, uint16_t seed)
{
	uint32_t crc = seed;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		uint32_t in = data[bit / 8] >> (7 - bit % 8) & 1;
		uint32_t out = (crc >> 15 & 1) ^ in;

		crc = (crc << 1 & 0xffff) ^ (out ? 0x8bb7 : 0);
	}
	return crc;
}

TEST("the reference for CRC16-T10-DIF has the published check value")
{
	CHECK_EQ(crc16_t10((const uint8_t *)"123456789", 9, 0), 0xd0db);
}

/* Deltas. */

static struct fake_desc create_delta(uint32_t size, uint32_t max)
{
	struct fake_desc desc = make_desc(DSA_OP_CREATE_DELTA, SRC, SRC2, size);

	desc.op[0] = DST;
	desc.op[1] = max;
	return desc;
}

static struct fake_desc apply_delta(uint64_t record, uint32_t record_size, uint64_t to,
				    uint32_t size)
{
	struct fake_desc desc = make_desc(DSA_OP_APPLY_DELTA, record, to, size);

	desc.op[0] = record_size;
	return desc;
}

/* Two equal buffers of @size bytes, and then @nr bytes of the second changed. */
static void put_buffers(uint32_t size, unsigned int nr, uint32_t seed)
{
	fake_pattern(SRC, size, seed);
	fake_pattern(SRC2, size, seed);
	for (unsigned int i = 0; i < nr; i++)
		put_byte(SRC2 + next_random(&seed) % size, next_random(&seed) & 0xff);
}

/* What a delta record of the buffers is, said plainly. */
static uint32_t plain_delta(uint32_t size, uint8_t *record)
{
	const uint8_t *a = fake.mem, *b = fake.mem + (SRC2 - FAKE_BASE);
	uint32_t len = 0;

	for (uint32_t i = 0; i < size / 8; i++)
		if (memcmp(a + 8 * i, b + 8 * i, 8)) {
			record[len++] = i & 0xff;
			record[len++] = i >> 8;
			for (unsigned int n = 0; n < 8; n++)
				record[len++] = b[8 * i + n];
		}
	return len;
}

TEST("a delta record is what a plain comparison gives, and turns one buffer into the other")
{
	static const uint32_t sizes[] = { 8, 64, 4096, 65536, 65544, 0x80000 };
	static uint8_t want[0x80000 / 8 * 10];
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct fake_desc desc = create_delta(sizes[i], 0xa0000);
		struct fake_record record;
		uint32_t len;

		put_buffers(sizes[i], sizes[i] / 50 + 1, i + 1);
		len = plain_delta(sizes[i], want);
		record = run_desc(dev, &desc);
		CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
		CHECK_EQ(record.result, len ? 1 : 0);
		CHECK_EQ(record.bytes, 0);
		CHECK_EQ(record.op[0], len);
		CHECK(!memcmp(fake.mem + (DST - FAKE_BASE), want, len));
		desc = apply_delta(DST, len, SRC, sizes[i]);
		if (len)
			CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
		CHECK(fake_same(SRC, SRC2, sizes[i]));
	}
	emu_dev_free(dev);
}

TEST("equal buffers have an empty delta")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = create_delta(4096, 80);
	struct fake_record record;

	put_buffers(4096, 0, 1);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.result, 0);
	CHECK_EQ(record.op[0], 0);
	emu_dev_free(dev);
}

TEST("a delta that does not fit ends where the first difference was left out")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = create_delta(4096, 85);
	struct fake_record record;

	put_buffers(4096, 0, 1);
	for (unsigned int i = 0; i < 12; i++)
		put_byte(SRC2 + 64 + i * 16, 0x5a ^ fake_byte(SRC2 + 64 + i * 16));
	put_byte(DST + 80, 0xee);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
	CHECK_EQ(record.result, 2);
	CHECK_EQ(record.op[0], 80);
	CHECK_EQ(record.bytes, 64 + 8 * 16);
	CHECK_EQ(fake_byte(DST + 80), 0xee);
	emu_dev_free(dev);
}

TEST("check result of a delta goes by the mask of results that are expected")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (unsigned int result = 0; result < 3; result++)
		for (unsigned int mask = 0; mask < 8; mask++) {
			struct fake_desc desc = create_delta(4096, 80);
			struct fake_record record;

			put_buffers(4096, 0, 1);
			for (unsigned int i = 0; i < result * 8; i++)
				put_byte(SRC2 + i * 8, ~fake_byte(SRC2 + i * 8));
			if (result == 2)
				desc.size = 4096;
			else
				desc.size = 2048;
			desc.flags_op |= DSA_FLAG_CHECK_RESULT;
			desc.op[2] = mask | 0xf8;
			record = run_desc(dev, &desc);
			CHECK_EQ(record.result, result == 2 ? 2 : result);
			CHECK_EQ(record.status, mask >> result & 1 ? DSA_STATUS_SUCCESS :
								     DSA_STATUS_FALSE);
		}
	emu_dev_free(dev);
}

TEST("a delta that faults says what was compared and recorded, for a continuation")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = create_delta(4 * PAGE, 2 * PAGE);
	struct fake_record record;

	put_buffers(4 * PAGE, 0, 1);
	for (unsigned int i = 0; i < 700; i++)
		put_byte(SRC2 + i * 16, ~fake_byte(SRC2 + i * 16));
	/* On the first source, with deltas; on the second, with none. */
	fake_access(SRC + PAGE, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.fault_addr, SRC + PAGE);
	CHECK_EQ(record.fault_info, 1 << 1);
	CHECK_EQ(record.result, 1);
	CHECK_EQ(record.bytes, PAGE);
	CHECK_EQ(record.op[0], PAGE / 16 * 10);
	fake_access(SRC + PAGE, FAKE_READ);
	fake_access(SRC2, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.fault_info, 2 << 1);
	CHECK_EQ(record.result, 0);
	CHECK_EQ(record.bytes, 0);
	fake_access(SRC2, FAKE_READ);
	/* On the record: 409 deltas fit the page, the 410th starts at 16 * 409. */
	fake_access(DST + PAGE, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT | DSA_STATUS_FAULT_WRITE);
	CHECK_EQ(record.fault_addr, DST + PAGE);
	CHECK_EQ(record.fault_info, 3 << 1);
	CHECK_EQ(record.result, 1);
	CHECK_EQ(record.op[0], 4090);
	CHECK_EQ(record.bytes, 409 * 16);
	emu_dev_free(dev);
}

TEST("deltas out of order or of range end the application, and what was applied counts")
{
	static const struct { uint16_t at[3]; uint8_t status; uint32_t bytes; } cases[] = {
		{ { 1, 0, 2 }, DSA_STATUS_DELTA_ORDER, 10 },
		{ { 1, 1, 2 }, DSA_STATUS_DELTA_ORDER, 10 },
		{ { 1, 2, 8 }, DSA_STATUS_DELTA_RANGE, 20 },
		{ { 0xffff, 0, 0 }, DSA_STATUS_DELTA_RANGE, 0 },
		{ { 0, 3, 7 }, DSA_STATUS_SUCCESS, 0 },
	};
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_desc desc = apply_delta(SRC, 30, DST, 64);
		struct fake_record record;

		for (unsigned int n = 0; n < 3; n++)
			fake_put(SRC + n * 10, &cases[i].at[n], 2);
		record = run_desc(dev, &desc);
		CHECK_EQ(record.status, cases[i].status);
		CHECK_EQ(record.bytes, cases[i].bytes);
	}
	emu_dev_free(dev);
}

TEST("an application that faults counts whole deltas, whichever side it is")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = apply_delta(SRC + PAGE - 15, 30, DST, 2 * PAGE);
	struct fake_record record;

	for (uint16_t n = 0; n < 3; n++)
		fake_put(SRC + PAGE - 15 + n * 10, &(uint16_t){ n * PAGE / 16 }, 2);
	fake_access(SRC + PAGE, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.fault_addr, SRC + PAGE);
	CHECK_EQ(record.bytes, 10);
	fake_access(SRC + PAGE, FAKE_READ);
	fake_access(DST + PAGE, FAKE_READ);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT | DSA_STATUS_FAULT_WRITE);
	CHECK_EQ(record.fault_addr, DST + PAGE);
	CHECK_EQ(record.fault_info, 3 << 1);
	CHECK_EQ(record.bytes, 20);
	emu_dev_free(dev);
}

/* Integrity fields. */

static const uint32_t block_sizes[] = { 512, 520, 4096, 4104 };

/* What an operation is to do: seeds, masks and flags as in the descriptor. */
struct dif_case {
	uint8_t src_flags, dst_flags, flags;
	uint32_t src_ref, dst_ref;
	uint16_t src_mask, src_app, dst_mask, dst_app;
};

static struct fake_desc dif_desc(uint8_t opcode, const struct dif_case *c, uint32_t size)
{
	struct fake_desc desc = make_desc(opcode, SRC, DST, size);

	desc.op[0] = c->src_flags | c->dst_flags << 8 | c->flags << 16;
	desc.op[1] = c->src_ref | (uint64_t)c->src_mask << 32 | (uint64_t)c->src_app << 48;
	desc.op[2] = c->dst_ref | (uint64_t)c->dst_mask << 32 | (uint64_t)c->dst_app << 48;
	if (opcode == DSA_OP_DIF_CHECK)
		desc.dst = 0;
	return desc;
}

static void plain_dif(uint8_t out[8], const uint8_t *data, uint32_t len,
		      const struct dif_case *c, uint32_t block)
{
	uint16_t guard = crc16_t10(data, len, c->flags & 4 ? 0xffff : 0);
	uint16_t app = c->dst_app + (c->dst_flags & 0x10 ? block : 0);
	uint32_t ref = c->dst_ref + (c->dst_flags & 0x80 ? 0 : block);

	guard ^= c->flags & 8 ? 0xffff : 0;
	app &= ~c->dst_mask;
	for (unsigned int i = 0; i < 2; i++) {
		out[i] = guard >> 8 * (1 - i);
		out[2 + i] = app >> 8 * (1 - i);
	}
	for (unsigned int i = 0; i < 4; i++)
		out[4 + i] = ref >> 8 * (3 - i);
}

#define BLOCKS 5u

/* Data at SRC, and blocks with their DIF as @c wants it at DST. */
static void check_inserted(const struct dif_case *c, uint32_t len)
{
	const uint8_t *in = fake.mem, *out = fake.mem + (DST - FAKE_BASE);
	uint8_t dif[8];

	for (uint32_t i = 0; i < BLOCKS; i++) {
		plain_dif(dif, in + i * len, len, c, i);
		CHECK(!memcmp(out + i * (len + 8), in + i * len, len));
		CHECK(!memcmp(out + i * (len + 8) + len, dif, 8));
	}
}

static const struct dif_case inserts[] = {
	{ .dst_ref = 7, .dst_app = 0x1234 },
	{ .dst_ref = 0xfffffffe, .dst_app = 0xfffe, .dst_flags = 0x10 },
	{ .dst_ref = 7, .dst_app = 0x00fe, .dst_mask = 0xff00, .dst_flags = 0x90 },
	{ .dst_ref = 0x01020304, .dst_app = 0x11ff, .dst_mask = 0x000f, .dst_flags = 0x10,
	  .flags = 0x0c },
	{ .flags = 0x04 }, { .flags = 0x08 },
};

TEST("insert adds the DIF that a plain computation gives, for each block size and seed")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	fake_pattern(SRC, BLOCKS * 4104, 6);
	for (unsigned int b = 0; b < 4; b++)
		for (unsigned int i = 0; i < sizeof(inserts) / sizeof(inserts[0]); i++) {
			struct dif_case c = inserts[i];
			uint32_t len = block_sizes[b];
			struct fake_desc desc;
			struct fake_record record;

			c.flags |= b;
			desc = dif_desc(DSA_OP_DIF_INSERT, &c, BLOCKS * len);
			record = run_desc(dev, &desc);
			CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
			check_inserted(&c, len);
			/* The tags of the block after the last. */
			CHECK_EQ((uint32_t)record.op[1],
				 c.dst_ref + (c.dst_flags & 0x80 ? 0 : BLOCKS));
			CHECK_EQ((record.op[1] >> 32 & 0xffff), c.dst_mask);
			CHECK_EQ(record.op[1] >> 48, (uint16_t)(c.dst_app +
				 (c.dst_flags & 0x10 ? BLOCKS : 0)));
		}
	emu_dev_free(dev);
}

/* Blocks with DIF at SRC, made by insertion, which has been tested. */
static uint32_t protect(struct emu_dev *dev, struct dif_case *c, unsigned int b)
{
	uint32_t len = block_sizes[b], in = BLOCKS * len, out = BLOCKS * (len + 8);
	static uint8_t blocks[BLOCKS * 4112];
	struct fake_desc desc;

	c->flags |= b;
	fake_pattern(SRC, in, 9);
	desc = dif_desc(DSA_OP_DIF_INSERT, c, in);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	fake_get(DST, blocks, out);
	fake_put(SRC, blocks, out);
	for (uint32_t i = 0; i < out; i++)
		put_byte(DST + i, 0xee);
	c->src_ref = c->dst_ref;
	c->src_app = c->dst_app;
	c->src_mask = c->dst_mask;
	c->src_flags = c->dst_flags & 0x90;
	c->dst_flags = 0;
	c->dst_ref = c->dst_app = c->dst_mask = 0;
	return out;
}

TEST("check accepts what insert made, strip gives the data back")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (unsigned int b = 0; b < 4; b++)
		for (unsigned int i = 0; i < sizeof(inserts) / sizeof(inserts[0]); i++) {
			struct dif_case c = inserts[i];
			uint32_t len = block_sizes[b], size = protect(dev, &c, b);
			struct fake_desc desc = dif_desc(DSA_OP_DIF_CHECK, &c, size);
			struct fake_record record = run_desc(dev, &desc);

			CHECK_EQ(record.status, DSA_STATUS_SUCCESS);
			CHECK_EQ((uint32_t)record.op[0],
				 c.src_ref + (c.src_flags & 0x80 ? 0 : BLOCKS));
			desc = dif_desc(DSA_OP_DIF_STRIP, &c, size);
			CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
			for (uint32_t n = 0; n < BLOCKS; n++)
				CHECK(fake_same(SRC + n * (len + 8), DST + n * len, len));
			CHECK_EQ(fake_byte(DST + BLOCKS * len), 0xee);
		}
	emu_dev_free(dev);
}

TEST("what is wrong with a block is named, for each field and operation, and ends there")
{
	/* byte of the DIF that is wrong, flag that looks away, what is reported */
	static const struct { uint8_t byte, away, wrong; } cases[] = {
		{ 1, 0x20, 0x01 }, { 3, 0, 0x02 }, { 6, 0x40, 0x04 },
	};
	static const uint8_t ops[] = { DSA_OP_DIF_CHECK, DSA_OP_DIF_STRIP, DSA_OP_DIF_UPDATE };
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct dif_case c = { .dst_ref = 5, .dst_app = 3 };
	uint32_t size = protect(dev, &c, 0);

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t at = SRC + 2 * 520 + 512 + cases[i].byte;

		put_byte(at, ~fake_byte(at));
		for (unsigned int o = 0; o < 3; o++) {
			struct dif_case looks_away = c;
			struct fake_desc desc = dif_desc(ops[o], &c, size);
			struct fake_record record = run_desc(dev, &desc);

			CHECK_EQ(record.status, DSA_STATUS_DIF);
			CHECK_EQ(record.result, cases[i].wrong);
			CHECK_EQ(record.bytes, 2 * 520);
			looks_away.src_flags |= cases[i].away;
			if (!cases[i].away)
				looks_away.src_mask = 0xffff;
			desc = dif_desc(ops[o], &looks_away, size);
			CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
		}
		put_byte(at, ~fake_byte(at));
	}
	/* A wrong bit of data is a wrong guard; several things add up. */
	put_byte(SRC + 100, ~fake_byte(SRC + 100));
	c.src_ref++;
	struct fake_desc desc = dif_desc(DSA_OP_DIF_CHECK, &c, size);
	struct fake_record record = run_desc(dev, &desc);
	CHECK_EQ(record.result, 0x05);
	CHECK_EQ(record.bytes, 0);
	emu_dev_free(dev);
}

TEST("fields of all ones excuse a block where the flags say so, or are the error")
{
	/* the DIF's guard, application and reference tag: ones or not */
	static const struct { uint8_t ones[3], flags; bool excused; uint8_t wrong; } cases[] = {
		{ { 1, 1, 1 }, 0x00, false, 0x07 }, { { 1, 1, 1 }, 0x02, true, 0 },
		{ { 1, 1, 1 }, 0x03, false, 0x08 }, { { 1, 1, 1 }, 0x01, false, 0x07 },
		{ { 0, 1, 0 }, 0x04, true, 0 },	    { { 0, 1, 0 }, 0x08, false, 0x07 },
		{ { 0, 1, 1 }, 0x08, true, 0 },	    { { 0, 1, 1 }, 0x02, false, 0x07 },
		{ { 1, 0, 1 }, 0x0e, false, 0x07 }, { { 0, 0, 1 }, 0x08, false, 0x07 },
		{ { 1, 1, 1 }, 0x07, false, 0x08 }, { { 0, 1, 1 }, 0x03, false, 0x07 },
	};
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct dif_case c = { .dst_ref = 5, .dst_app = 3 };
	uint32_t size = protect(dev, &c, 0);

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_desc desc;
		struct fake_record record;

		c.src_flags = cases[i].flags;
		for (unsigned int n = 0; n < 8; n++)
			put_byte(SRC + 512 + n,
				 cases[i].ones[n < 2 ? 0 : n < 4 ? 1 : 2] ? 0xff : 0x55);
		desc = dif_desc(DSA_OP_DIF_CHECK, &c, size);
		record = run_desc(dev, &desc);
		CHECK_EQ(record.status, cases[i].excused ? DSA_STATUS_SUCCESS : DSA_STATUS_DIF);
		if (!cases[i].excused)
			CHECK_EQ(record.result, cases[i].wrong);
	}
	emu_dev_free(dev);
}

TEST("update writes new fields, or passes those through that it is told to")
{
	static const uint8_t passes[] = { 0, 0x08, 0x20, 0x40, 0x68 };
	struct emu_dev *dev = fake_up("gnrd", 0);
	uint8_t was[8], is[8], new[8];

	for (unsigned int i = 0; i < sizeof(passes); i++) {
		struct dif_case c = { .dst_ref = 5, .dst_app = 3, .flags = 0x04 };
		uint32_t size = protect(dev, &c, 0);
		struct fake_desc desc;

		/* Guards are checked and made with one seed: here they go unchecked. */
		c.flags = 0x08;
		c.src_flags |= 0x20;
		c.dst_ref = 0x1000;
		c.dst_app = 0x2000;
		c.dst_flags = 0x10 | passes[i];
		desc = dif_desc(DSA_OP_DIF_UPDATE, &c, size);
		CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
		for (uint32_t n = 0; n < BLOCKS; n++) {
			uint64_t at = n * 520;

			CHECK(fake_same(SRC + at, DST + at, 512));
			fake_get(SRC + at + 512, was, 8);
			fake_get(DST + at + 512, is, 8);
			plain_dif(new, fake.mem + at, 512, &c, n);
			CHECK(!memcmp(is, passes[i] & 0x20 ? was : new, 2));
			CHECK(!memcmp(is + 2, (passes[i] & 0x08 ? was : new) + 2, 2));
			CHECK(!memcmp(is + 4, (passes[i] & 0x40 ? was : new) + 4, 4));
		}
	}
	emu_dev_free(dev);
}

TEST("DIX generate writes the fields alone, and only newer parts have it")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct dif_case c = { .dst_ref = 9, .dst_app = 0x77, .flags = 0x0f };
	struct fake_desc desc = dif_desc(DSA_OP_DIX_GENERATE, &c, BLOCKS * 4104);
	uint8_t want[8], got[8];

	fake_pattern(SRC, BLOCKS * 4104, 4);
	put_byte(DST + BLOCKS * 8, 0xee);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		plain_dif(want, fake.mem + i * 4104, 4104, &c, i);
		fake_get(DST + i * 8, got, 8);
		CHECK(!memcmp(got, want, 8));
	}
	CHECK_EQ(fake_byte(DST + BLOCKS * 8), 0xee);
	desc.dst += 4;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_OPERAND_ALIGN);
	emu_dev_free(dev);
	dev = fake_up("spr", 0);
	desc.dst -= 4;
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_OPCODE);
	emu_dev_free(dev);
}

TEST("a DIF operation that faults counts whole blocks and can be continued with its tags")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct dif_case c = { .dst_ref = 9, .dst_app = 0x77, .dst_flags = 0x10, .flags = 1 };
	struct fake_desc desc = dif_desc(DSA_OP_DIF_INSERT, &c, 20 * 520);
	static uint8_t want[20 * 528], got[20 * 528];
	struct fake_record record;

	fake_pattern(SRC, 20 * 520, 4);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	fake_get(DST, want, sizeof(want));
	fake_access(SRC + 2 * PAGE, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.bytes, 15 * 520);
	CHECK_EQ(record.fault_addr, SRC + 2 * PAGE);
	CHECK_EQ((uint32_t)record.op[1], 9 + 15);
	CHECK_EQ(record.op[1] >> 48, 0x77 + 15);
	fake_access(SRC + 2 * PAGE, FAKE_READ);
	for (uint32_t i = 15 * 528; i < sizeof(got); i++)
		put_byte(DST + i, 0);
	desc.src += record.bytes;
	desc.size -= record.bytes;
	desc.dst += 15 * 528;
	desc.op[2] = record.op[1];
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	fake_get(DST, got, sizeof(got));
	CHECK(!memcmp(got, want, sizeof(got)));
	fake_access(DST + 2 * PAGE, FAKE_READ);
	desc = dif_desc(DSA_OP_DIF_INSERT, &c, 20 * 520);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT | DSA_STATUS_FAULT_WRITE);
	CHECK_EQ(record.bytes, 15 * 520);
	CHECK_EQ(record.fault_addr, DST + 2 * PAGE);
	emu_dev_free(dev);
}

TEST("a cache flush reaches each page and changes none")
{
	struct emu_dev *dev = fake_up("spr", 0);
	struct fake_desc desc = make_desc(DSA_OP_CACHE_FLUSH, 0, DST + 100, 3 * PAGE);
	struct fake_record record;

	fake_pattern(SRC, 4 * PAGE, 1);
	fake_pattern(DST, 4 * PAGE, 1);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	CHECK(fake_same(SRC, DST, 4 * PAGE));
	fake_access(DST + 3 * PAGE, 0);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.bytes, 3 * PAGE - 100);
	CHECK_EQ(record.fault_addr, DST + 3 * PAGE);
	emu_dev_free(dev);
}

/* A descriptor with something wrong, and its status. */
struct wrong {
	uint8_t opcode, status;
	uint32_t flags, size;
	uint8_t byte, val;	/* byte 0: none */
};

static struct fake_desc right(uint8_t opcode)
{
	const struct dif_case c = { 0 };

	switch (opcode) {
	case DSA_OP_CREATE_DELTA:
		return create_delta(4096, 80);
	case DSA_OP_APPLY_DELTA:
		return apply_delta(SRC, 80, DST, 4096);
	case DSA_OP_CACHE_FLUSH:
		return make_desc(opcode, 0, DST, 4096);
	case DSA_OP_DIF_INSERT:
	case DSA_OP_DIX_GENERATE:
		return dif_desc(opcode, &c, 1024);
	default:
		return dif_desc(opcode, &c, 1040);
	}
}

TEST("each check of these operations has its status")
{
	static const struct wrong wrongs[] = {
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_OPERAND_ALIGN, 0, 4092, 0, 0 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_OPERAND_ALIGN, 0, 0, 16, 4 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_OPERAND_ALIGN, 0, 0, 24, 1 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_SIZE, 0, 0x80008, 0, 0 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_FIELD, 0, 0, 48, 79 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_FIELD, 0, 0, 50, 0x21 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_OVERLAP, 0, 0, 42, 0x10 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_OVERLAP, 0, 0, 42, 0x20 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_RESERVED, 0, 0, 38, 1 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_RESERVED, 0, 0, 52, 1 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_RESERVED, 0, 0, 57, 1 },
		{ DSA_OP_CREATE_DELTA, DSA_STATUS_FLAGS, DSA_FLAG_COMP_REQ, 0, 0, 0 },
		{ DSA_OP_APPLY_DELTA, DSA_STATUS_OPERAND_ALIGN, 0, 4090, 0, 0 },
		{ DSA_OP_APPLY_DELTA, DSA_STATUS_OPERAND_ALIGN, 0, 0, 24, 2 },
		{ DSA_OP_APPLY_DELTA, DSA_STATUS_SUCCESS, 0, 0, 40, 10 },
		{ DSA_OP_APPLY_DELTA, DSA_STATUS_FIELD, 0, 0, 40, 9 },
		{ DSA_OP_APPLY_DELTA, DSA_STATUS_SIZE, 0, 0x80008, 0, 0 },
		{ DSA_OP_APPLY_DELTA, DSA_STATUS_RESERVED, 0, 0, 44, 1 },
		{ DSA_OP_APPLY_DELTA, DSA_STATUS_FLAGS, DSA_FLAG_CHECK_RESULT, 0, 0, 0 },
		{ DSA_OP_DIF_CHECK, DSA_STATUS_FLAGS, DSA_FLAG_TC_2, 0, 0, 0 },
		{ DSA_OP_DIF_CHECK, DSA_STATUS_FLAGS, DSA_FLAG_COMP_REQ, 0, 0, 0 },
		{ DSA_OP_DIF_CHECK, DSA_STATUS_RESERVED, 0, 0, 24, 1 },
		{ DSA_OP_DIF_CHECK, DSA_STATUS_RESERVED, 0, 0, 41, 1 },
		{ DSA_OP_DIF_CHECK, DSA_STATUS_RESERVED, 0, 0, 42, 0x10 },
		{ DSA_OP_DIF_CHECK, DSA_STATUS_RESERVED, 0, 0, 56, 1 },
		{ DSA_OP_DIF_CHECK, DSA_STATUS_SIZE, 0, 1041, 0, 0 },
		{ DSA_OP_DIF_INSERT, DSA_STATUS_RESERVED, 0, 0, 40, 1 },
		{ DSA_OP_DIF_INSERT, DSA_STATUS_RESERVED, 0, 0, 41, 1 },
		{ DSA_OP_DIF_INSERT, DSA_STATUS_RESERVED, 0, 0, 55, 1 },
		{ DSA_OP_DIF_INSERT, DSA_STATUS_SIZE, 0, 1032, 0, 0 },
		{ DSA_OP_DIF_INSERT, DSA_STATUS_OVERLAP, 0, 0, 26, 0x10 },
		{ DSA_OP_DIF_STRIP, DSA_STATUS_RESERVED, 0, 0, 41, 0x10 },
		{ DSA_OP_DIF_STRIP, DSA_STATUS_OVERLAP, 0, 0, 26, 0x10 },
		{ DSA_OP_DIF_UPDATE, DSA_STATUS_RESERVED, 0, 0, 43, 1 },
		{ DSA_OP_DIF_UPDATE, DSA_STATUS_RESERVED, 0, 0, 41, 4 },
		{ DSA_OP_DIX_GENERATE, DSA_STATUS_FLAGS, DSA_FLAG_COMP_REQ, 0, 0, 0 },
		{ DSA_OP_DIX_GENERATE, DSA_STATUS_OVERLAP, 0, 0, 26, 0x10 },
		{ DSA_OP_CACHE_FLUSH, DSA_STATUS_RESERVED, 0, 0, 16, 1 },
		{ DSA_OP_CACHE_FLUSH, DSA_STATUS_RESERVED, 0, 0, 40, 1 },
		{ DSA_OP_CACHE_FLUSH, DSA_STATUS_FLAGS, DSA_FLAG_CACHE_CONTROL, 0, 0, 0 },
		{ DSA_OP_CACHE_FLUSH, DSA_STATUS_FLAGS, DSA_FLAG_TC_1, 0, 0, 0 },
		{ DSA_OP_CACHE_FLUSH, DSA_STATUS_SUCCESS, DSA_FLAG_DEST_READBACK, 0, 0, 0 },
	};
	struct emu_dev *dev = fake_up("gnrd", 0);

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *w = &wrongs[i];
		struct fake_desc desc = right(w->opcode);
		struct fake_record record;

		desc.flags_op ^= w->flags;	/* the record is asked for: unless here */
		if (w->size)
			desc.size = w->size;
		if (w->byte)
			((uint8_t *)&desc)[w->byte] = w->val;
		record = run_desc(dev, &desc);
		if (record.status != w->status)
			printf("# case %zu\n", i);
		CHECK_EQ(record.status, w->status);
		if (w->status == DSA_STATUS_FLAGS)
			CHECK_EQ(record.op[0], w->flags);
	}
	emu_dev_free(dev);
}

TEST("OPCAP names what each part has but the batch, and everything else is unsupported")
{
	static const struct { const char *profile; uint64_t ops; } parts[] = {
		{ "spr", 0x1003f027d }, { "spr-cmdcap", 0x1003f027d },
		{ "gnrd", 0x100bf03ff }, { "gnrd-cmdcap", 0x100bf03ff },
	};

	for (unsigned int i = 0; i < 4; i++) {
		struct emu_dev *dev = fake_up(parts[i].profile, 0);

		CHECK_EQ(get_reg(dev, DSA_OPCAP), parts[i].ops);
		for (unsigned int q = 1; q < 4; q++)
			CHECK_EQ(get_reg(dev, DSA_OPCAP + 8 * q), 0);
		for (unsigned int op = 0; op < 256; op++) {
			bool has = op == DSA_OP_BATCH || (op < 64 && parts[i].ops >> op & 1);

			CHECK_EQ(run_op(dev, op, 0, 0, 0).status == DSA_STATUS_OPCODE, !has);
		}
		emu_dev_free(dev);
	}
}
