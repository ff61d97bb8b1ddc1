// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are blocks of data protected as T10 has it? The 8 bytes of a data integrity
 * field (DIF) behind each block, or in a buffer of their own, are checked, added,
 * taken away, replaced or generated (SPEC 8.3.14 to 8.3.18, appendix B).
 */
#include "ops.h"

#include <string.h>

#define DIF_SIZE	8u
#define BLOCK_MAX	4104u
#define GUARD_POLYNOMIAL	0x8bb7u

/* DIF flags */
#define BLOCK_SIZE	0x03u
#define INVERT_SEED	0x04u
#define INVERT_RESULT	0x08u
#define DIF_RESERVED	0xf0u
/* Source flags */
#define ALL_F_ERROR	0x01u
#define ALL_F		0x02u
#define APP_F		0x04u
#define APP_REF_F	0x08u
#define NO_GUARD	0x20u	/* check */
#define NO_REF		0x40u
/* Destination flags */
#define DST_RESERVED	0x07u
#define PASS_APP	0x08u
#define PASS_GUARD	0x20u
#define PASS_REF	0x40u
/* Of either */
#define APP_INCREMENTS	0x10u
#define REF_FIXED	0x80u

/* What is wrong with a block, as the record says it */
#define WRONG_GUARD	0x01u
#define WRONG_APP	0x02u
#define WRONG_REF	0x04u
#define WRONG_ALL_F	0x08u

/* Which of data and DIF an operation reads, and which it writes. */
static const struct kind {
	bool dif_in, data_out, dif_out;
} kinds[] = {
	[DSA_OP_DIF_CHECK] = { true, false, false },
	[DSA_OP_DIF_INSERT] = { false, true, true },
	[DSA_OP_DIF_STRIP] = { true, true, false },
	[DSA_OP_DIF_UPDATE] = { true, true, true },
	[DSA_OP_DIX_GENERATE] = { false, false, true },
};

static const uint16_t block_sizes[] = { 512, 520, 4096, BLOCK_MAX };

/* The bytes of a block: of data, on the way in, on the way out. */
struct sizes {
	uint32_t data, in, out;
};

static struct sizes dif_sizes(const struct desc *desc)
{
	const struct kind *kind = &kinds[desc->opcode];
	uint32_t data = block_sizes[desc->raw[DESC_DIF_FLAGS] & BLOCK_SIZE];

	return (struct sizes){
		.data = data,
		.in = data + (kind->dif_in ? DIF_SIZE : 0),
		.out = (kind->data_out ? data : 0) + (kind->dif_out ? DIF_SIZE : 0),
	};
}

static bool reserved_ok(const struct desc *desc)
{
	return !(desc->raw[DESC_DIF_FLAGS] & DIF_RESERVED) &&
	       !(kinds[desc->opcode].dif_out &&
		 desc->raw[DESC_DIF_DST_FLAGS] & DST_RESERVED);
}

/* The specification has no word for a last block that is cut off. */
uint8_t check_dif(const struct work *work)
{
	const struct desc *desc = &work->desc;
	struct sizes size = dif_sizes(desc);
	uint64_t out = (uint64_t)desc->xfer / size.in * size.out;

	if (!reserved_ok(desc))
		return DSA_STATUS_RESERVED;
	if (desc->xfer % size.in)
		return DSA_STATUS_SIZE;
	if (desc->opcode == DSA_OP_DIX_GENERATE && desc->dst % DIF_SIZE)
		return DSA_STATUS_OPERAND_ALIGN;
	if (out && op_overlap(desc->src, desc->xfer, desc->dst, out))
		return DSA_STATUS_OVERLAP;
	return 0;
}

/* The tags that the next block is to have; kept in the record. */
struct tags {
	uint32_t ref;
	uint16_t mask, app;
	uint8_t flags;
};

static struct tags tags_read(const struct desc *desc, unsigned int at, unsigned int flags)
{
	uint32_t high = get32(desc->raw + at + 4);

	return (struct tags){ .ref = get32(desc->raw + at), .mask = high & 0xffff,
			      .app = high >> 16, .flags = desc->raw[flags] };
}

static void tags_advance(struct tags *tags)
{
	tags->ref += !(tags->flags & REF_FIXED);
	tags->app += !!(tags->flags & APP_INCREMENTS);
}

static void tags_write(const struct tags *tags, uint8_t *record)
{
	put32(record, tags->ref);
	put32(record + 4, tags->mask | (uint32_t)tags->app << 16);
}

static uint16_t tags_app(const struct tags *tags)
{
	return tags->app & ~tags->mask;
}

/* A DIF; in memory its fields are big-endian. */
struct dif {
	uint16_t guard, app;
	uint32_t ref;
};

static struct dif dif_get(const uint8_t *p)
{
	return (struct dif){
		.guard = p[0] << 8 | p[1],
		.app = p[2] << 8 | p[3],
		.ref = (uint32_t)p[4] << 24 | p[5] << 16 | p[6] << 8 | p[7],
	};
}

static void dif_put(uint8_t *p, const struct dif *dif)
{
	const uint8_t raw[DIF_SIZE] = {
		dif->guard >> 8, dif->guard, dif->app >> 8, dif->app,
		dif->ref >> 24, dif->ref >> 16, dif->ref >> 8, dif->ref,
	};

	memcpy(p, raw, DIF_SIZE);
}

static uint16_t guard_table[256];

__attribute__((constructor)) static void guard_init(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uint32_t crc = i << 8;

		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc & 0x8000 ? GUARD_POLYNOMIAL : 0);
		guard_table[i] = crc;
	}
}

static uint16_t guard_of(const struct desc *desc, const uint8_t *data, uint32_t len)
{
	uint8_t flags = desc->raw[DESC_DIF_FLAGS];
	uint16_t crc = flags & INVERT_SEED ? 0xffff : 0;

	for (uint32_t i = 0; i < len; i++)
		crc = (uint16_t)(crc << 8) ^ guard_table[crc >> 8 ^ data[i]];
	return flags & INVERT_RESULT ? ~crc : crc;
}

/* Fields of all ones that say: do not check (SPEC 8.3.17.4). */
static bool is_escape(const struct dif *dif, uint8_t flags)
{
	bool app = dif->app == 0xffff, ref = dif->ref == 0xffffffff;

	return (flags & APP_F && app) || (flags & APP_REF_F && app && ref) ||
	       (flags & ALL_F && app && ref && dif->guard == 0xffff);
}

/* 0, or what is wrong with a block that is in the first buffer. */
static uint8_t dif_verify(const struct work *work, const struct tags *want, uint32_t len)
{
	const uint8_t *block = work->engine->buf[0];
	const struct dif ones = { 0xffff, 0xffff, 0xffffffff };
	struct dif dif = dif_get(block + len);
	uint8_t wrong = 0;

	if ((want->flags & (ALL_F | ALL_F_ERROR)) == (ALL_F | ALL_F_ERROR) &&
	    !memcmp(&dif, &ones, sizeof(dif)))
		return WRONG_ALL_F;
	if (is_escape(&dif, want->flags))
		return 0;
	if (!(want->flags & NO_GUARD) && dif.guard != guard_of(&work->desc, block, len))
		wrong |= WRONG_GUARD;
	if (want->mask != 0xffff && dif.app != tags_app(want))
		wrong |= WRONG_APP;
	if (!(want->flags & NO_REF) && dif.ref != want->ref)
		wrong |= WRONG_REF;
	return wrong;
}

/* The DIF of a block in the first buffer, behind it. */
static void dif_generate(const struct work *work, const struct tags *tags, uint32_t len)
{
	uint8_t *block = work->engine->buf[0];
	bool has_one = kinds[work->desc.opcode].dif_in;
	uint8_t pass = has_one ? tags->flags : 0;
	struct dif dif = dif_get(block + len);

	if (!(pass & PASS_GUARD))
		dif.guard = guard_of(&work->desc, block, len);
	if (!(pass & PASS_APP))
		dif.app = tags_app(tags);
	if (!(pass & PASS_REF))
		dif.ref = tags->ref;
	dif_put(block + len, &dif);
}

/* Block @i; false: that is where it ends. */
static bool dif_block(struct work *work, struct result *res, uint32_t i,
		      const struct tags *src, const struct tags *dst)
{
	const struct desc *desc = &work->desc;
	const struct kind *kind = &kinds[desc->opcode];
	struct sizes size = dif_sizes(desc);
	uint64_t from = desc->src + (uint64_t)i * size.in;
	uint64_t to = desc->dst + (uint64_t)i * size.out;
	uint8_t *buf = work->engine->buf[0];
	size_t got = mem_read(work, from, buf, size.in), put;

	if (got < size.in) {
		op_fault(work, res, i * size.in, from + got, OPERAND_SRC, false);
		return false;
	}
	res->result = kind->dif_in ? dif_verify(work, src, size.data) : 0;
	if (res->result) {
		res->status = DSA_STATUS_DIF;
		res->bytes = i * size.in;
		return false;
	}
	if (kind->dif_out)
		dif_generate(work, dst, size.data);
	put = mem_write(work, to, buf + (kind->data_out ? 0 : size.data), size.out);
	if (put < size.out)
		op_fault(work, res, i * size.in, to + put, OPERAND_DST, true);
	return put == size.out;
}

void op_dif(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	const struct kind *kind = &kinds[desc->opcode];
	struct tags src = tags_read(desc, DESC_DIF_SRC_TAGS, DESC_DIF_SRC_FLAGS);
	struct tags dst = tags_read(desc, DESC_DIF_DST_TAGS, DESC_DIF_DST_FLAGS);
	uint32_t nr = desc->xfer / dif_sizes(desc).in;

	for (uint32_t i = 0; i < nr && !work_aborted(work); i++) {
		if (!dif_block(work, res, i, &src, &dst))
			break;
		tags_advance(&src);
		tags_advance(&dst);
	}
	if (kind->dif_in)
		tags_write(&src, res->op);
	if (kind->dif_out)
		tags_write(&dst, res->op + DIF_SIZE);
}
