// SPDX-License-Identifier: GPL-2.0-only
/*
 * In what do two buffers differ, and how does one become the other? A delta
 * record is an array of deltas: where, in units of 8 bytes, and the 8 bytes of
 * the second buffer (SPEC 8.3.8, 8.3.9).
 */
#include "ops.h"

#include <string.h>

#define UNIT		8u
#define DELTA		(2u + UNIT)
#define XFER_MAX	0x80000u	/* an offset has 16 bits */
#define RECORD_MIN	80u
#define DELTAS_AT_ONCE	64u

static uint8_t check_common(const struct work *work, uint64_t record,
			    uint32_t record_size, uint32_t record_min)
{
	const struct desc *desc = &work->desc;
	uint64_t max = 1ULL << GET(work->wq_limits, DSA_WQCFG_MAX_XFER);

	if (desc->xfer > XFER_MAX)
		return DSA_STATUS_SIZE;
	if (desc->dst % UNIT || desc->xfer % UNIT)
		return DSA_STATUS_OPERAND_ALIGN;
	if (record_size < record_min || record_size > max)
		return DSA_STATUS_FIELD;
	if (op_overlap(desc->dst, desc->xfer, record, record_size))
		return DSA_STATUS_OVERLAP;
	return 0;
}

uint8_t check_create_delta(const struct work *work)
{
	const struct desc *desc = &work->desc;
	uint64_t record = get64(desc->raw + DESC_DELTA_ADDR);
	uint32_t size = get32(desc->raw + DESC_DELTA_MAX);

	if (desc->src % UNIT)
		return DSA_STATUS_OPERAND_ALIGN;
	if (op_overlap(desc->src, desc->xfer, record, size))
		return DSA_STATUS_OVERLAP;
	return check_common(work, record, size, RECORD_MIN);
}

uint8_t check_apply_delta(const struct work *work)
{
	const struct desc *desc = &work->desc;

	return check_common(work, desc->src, get32(desc->raw + DESC_DELTA_SIZE), DELTA);
}

/* The record that is being created: what of it is not in memory yet. */
struct deltas {
	uint8_t raw[DELTAS_AT_ONCE * DELTA];
	unsigned int nr;
	uint32_t written;	/* bytes, in memory */
};

static uint32_t delta_offset(const uint8_t *delta)
{
	return (delta[0] | (uint32_t)delta[1] << 8) * UNIT;
}

/* What was compared ends before the first difference that is not in memory. */
static bool deltas_flush(struct work *work, struct result *res, struct deltas *deltas)
{
	uint64_t addr = get64(work->desc.raw + DESC_DELTA_ADDR) + deltas->written;
	size_t len = deltas->nr * DELTA;
	size_t put = mem_write(work, addr, deltas->raw, len);

	deltas->nr = 0;
	deltas->written += put - put % DELTA;
	if (put < len)
		op_fault(work, res, delta_offset(deltas->raw + (put - put % DELTA)),
			 addr + put, OPERAND_DST, true);
	return put == len;
}

static bool deltas_add(struct work *work, struct result *res, struct deltas *deltas,
		       uint32_t off, const uint8_t *data)
{
	uint8_t *delta = deltas->raw + deltas->nr * DELTA;

	delta[0] = off / UNIT;
	delta[1] = off / UNIT >> 8;
	memcpy(delta + 2, data, UNIT);
	return ++deltas->nr < DELTAS_AT_ONCE || deltas_flush(work, res, deltas);
}

enum { RESULT_EQUAL, RESULT_DIFFERENT, RESULT_NO_ROOM };

/*
 * The @len bytes at @off, which are in the engine's buffers. False: there is no
 * room for a difference, or no memory.
 */
static bool compare_chunk(struct work *work, struct result *res,
			  struct deltas *deltas, uint32_t off, size_t len)
{
	uint32_t max = get32(work->desc.raw + DESC_DELTA_MAX);
	const uint8_t *a = work->engine->buf[0], *b = work->engine->buf[1];

	for (size_t i = 0; i < len; i += UNIT) {
		if (!memcmp(a + i, b + i, UNIT))
			continue;
		if (deltas->written + (deltas->nr + 1) * DELTA > max) {
			res->result = RESULT_NO_ROOM;
			res->bytes = off + i;
			return false;
		}
		if (!deltas_add(work, res, deltas, off + i, b + i))
			return false;
	}
	return true;
}

/* Both buffers, chunk by chunk, as far as there is memory and room. */
static void compare_all(struct work *work, struct result *res, struct deltas *deltas)
{
	const struct desc *desc = &work->desc;
	struct engine *engine = work->engine;
	size_t len, got, got2, both;

	for (uint32_t done = 0; done < desc->xfer && !work_aborted(work); done += len) {
		len = op_chunk(done, desc->xfer);
		got = mem_read(work, desc->src + done, engine->buf[0], len);
		got2 = mem_read(work, desc->dst + done, engine->buf[1], len);
		both = min_size(got, got2);
		if (!compare_chunk(work, res, deltas, done, both))
			return;
		if (both == len)
			continue;
		op_fault(work, res, done + both,
			 (got <= got2 ? desc->src : desc->dst) + done + both,
			 got <= got2 ? OPERAND_SRC : OPERAND_SRC2, false);
		return;
	}
}

void op_create_delta(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	struct deltas deltas = { .nr = 0 };

	compare_all(work, res, &deltas);
	deltas_flush(work, res, &deltas);
	if (res->result != RESULT_NO_ROOM || res->status != DSA_STATUS_SUCCESS)
		res->result = deltas.written ? RESULT_DIFFERENT : RESULT_EQUAL;
	put32(res->op, deltas.written);
	if (res->status == DSA_STATUS_SUCCESS && desc->flags & DSA_FLAG_CHECK_RESULT &&
	    !(desc->raw[DESC_DELTA_EXPECTED] >> res->result & 1))
		res->status = DSA_STATUS_FALSE;
}

/* One delta; false: it cannot be applied. @next: what its offset must reach. */
static bool apply(struct work *work, struct result *res, const uint8_t *delta,
		  uint32_t *next)
{
	uint32_t off = delta_offset(delta);
	uint64_t addr = work->desc.dst + off;
	size_t put;

	if (off < *next)
		res->status = DSA_STATUS_DELTA_ORDER;
	else if (off >= work->desc.xfer)
		res->status = DSA_STATUS_DELTA_RANGE;
	if (res->status != DSA_STATUS_SUCCESS)
		return false;
	put = mem_write(work, addr, delta + 2, UNIT);
	if (put < UNIT)
		mem_fault(work, res, addr + put, OPERAND_DST, true);
	*next = off + UNIT;
	return put == UNIT;
}

/* Bytes completed are those of the record; whole deltas of it are applied. */
void op_apply_delta(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	uint32_t size = get32(desc->raw + DESC_DELTA_SIZE), done = 0, next = 0;
	uint8_t raw[DELTAS_AT_ONCE * DELTA];
	size_t len, got, used;

	size -= size % DELTA;
	for (; done < size && !work_aborted(work); done += len) {
		len = min_size(size - done, sizeof(raw));
		got = mem_read(work, desc->src + done, raw, len);
		for (used = 0; used + DELTA <= got; used += DELTA)
			if (!apply(work, res, raw + used, &next)) {
				res->bytes = done + used;
				return;
			}
		if (got < len) {
			op_fault(work, res, done + used, desc->src + done + got,
				 OPERAND_SRC, false);
			return;
		}
	}
}
