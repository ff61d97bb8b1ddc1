// SPDX-License-Identifier: GPL-2.0-only
/*
 * What do the operations do to memory, those of dev_crc.c, dev_delta.c and
 * dev_dif.c apart? Each moves chunks through the engine's
 * two buffers, looks up between chunks whether it is to be abandoned, and stops
 * at the first byte that cannot be reached, saying how far it came.
 */
#include "ops.h"

#include <string.h>

void op_fault(const struct work *work, struct result *res, uint32_t bytes,
	      uint64_t addr, uint8_t operand, bool write)
{
	res->bytes = bytes;
	mem_fault(work, res, addr, operand, write);
}

bool op_copy_chunk(struct work *work, struct result *res, uint32_t off, size_t len,
		   size_t *copied)
{
	const struct desc *desc = &work->desc;
	uint8_t *buf = work->engine->buf[0];
	size_t got = mem_read(work, desc->src + off, buf, len);

	*copied = mem_write(work, desc->dst + off, buf, got);
	if (*copied < got)
		op_fault(work, res, off + *copied, desc->dst + off + *copied,
			  OPERAND_DST, true);
	else if (got < len)
		op_fault(work, res, off + got, desc->src + off + got, OPERAND_SRC,
			  false);
	return *copied == len;
}

static void copy_forward(struct work *work, struct result *res)
{
	uint32_t size = work->desc.xfer;
	size_t len, copied;

	for (uint32_t done = 0; done < size && !work_aborted(work); done += len) {
		len = op_chunk(done, size);
		if (!op_copy_chunk(work, res, done, len, &copied))
			return;
	}
}

/* How much before @end lies in one page. */
static size_t to_page_start(uint64_t end)
{
	return (end - 1) % PAGE + 1;
}

/*
 * From the end, for a destination that overlaps the end of the source. Each
 * piece lies in one page of each, so that it is moved whole or not at all:
 * half a piece would have overwritten what a continuation still has to read.
 * Bytes completed count from the end too, and result says so.
 */
static void copy_backward(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	uint32_t left = desc->xfer;
	size_t len, copied;

	for (; left && !work_aborted(work); left -= len) {
		len = min_size(left, min_size(to_page_start(desc->src + left),
					      to_page_start(desc->dst + left)));
		if (!op_copy_chunk(work, res, left - len, len, &copied)) {
			res->bytes = desc->xfer - left;
			res->result = 1;
			return;
		}
	}
}

static void op_memmove(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;

	if (desc->dst > desc->src && desc->dst - desc->src < desc->xfer)
		copy_backward(work, res);
	else
		copy_forward(work, res);
}

static void fill_buf(uint8_t *buf, const uint8_t pattern[8])
{
	for (size_t i = 0; i < ENGINE_BUF; i += 8)
		memcpy(buf + i, pattern, 8);
}

static void op_fill(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	size_t len, put;

	fill_buf(work->engine->buf[0], desc->raw + DSA_DESC_SRC);
	for (uint32_t done = 0; done < desc->xfer && !work_aborted(work); done += len) {
		len = op_chunk(done, desc->xfer);
		put = mem_write(work, desc->dst + done, work->engine->buf[0], len);
		if (put < len) {
			op_fault(work, res, done + put, desc->dst + done + put,
				  OPERAND_DST, true);
			return;
		}
	}
}

/* Where the first @len bytes of the buffers differ, else @len. */
static size_t first_difference(const struct engine *engine, size_t len)
{
	size_t i = 0;

	if (!memcmp(engine->buf[0], engine->buf[1], len))
		return len;
	while (engine->buf[0][i] == engine->buf[1][i])
		i++;
	return i;
}

/* A difference is reported rather than a fault behind it. */
static void compare_result(const struct work *work, struct result *res,
			   bool differs, uint32_t off)
{
	bool expected = work->desc.raw[DSA_DESC_OP] & 1;

	res->result = differs;
	res->bytes = off;
	if (work->desc.flags & DSA_FLAG_CHECK_RESULT && differs != expected)
		res->status = DSA_STATUS_FALSE;
}

static void op_compare(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	bool pattern = desc->opcode == DSA_OP_COMPARE_PATTERN;
	struct engine *engine = work->engine;
	size_t len, got, got2, both, same;

	if (pattern)
		fill_buf(engine->buf[1], desc->raw + DSA_DESC_DST);
	for (uint32_t done = 0; done < desc->xfer && !work_aborted(work); done += len) {
		len = op_chunk(done, desc->xfer);
		got = mem_read(work, desc->src + done, engine->buf[0], len);
		got2 = pattern ? len :
		       mem_read(work, desc->dst + done, engine->buf[1], len);
		both = min_size(got, got2);
		same = first_difference(engine, both);
		if (same < both) {
			compare_result(work, res, true, done + same);
			return;
		}
		if (both == len)
			continue;
		op_fault(work, res, done + both,
			  (got <= got2 ? desc->src : desc->dst) + done + both,
			  got <= got2 ? OPERAND_SRC : OPERAND_SRC2, false);
		return;
	}
	compare_result(work, res, false, 0);
}

/*
 * Piece by piece up to page boundaries, which the two destinations share. The
 * second is asked for before the first is written, so that a fault on either
 * leaves both with as much (SPEC 8.3.10).
 */
static void op_dualcast(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	uint64_t dst2 = get64(desc->raw + DSA_DESC_OP);
	uint8_t *buf = work->engine->buf[0];
	size_t len, got, room, put, put2;

	for (uint32_t done = 0; done < desc->xfer && !work_aborted(work); done += len) {
		len = min_size(desc->xfer - done, PAGE - (desc->dst + done) % PAGE);
		got = mem_read(work, desc->src + done, buf, len);
		room = mem_reach(work, dst2 + done, got);
		put = mem_write(work, desc->dst + done, buf, room);
		put2 = mem_write(work, dst2 + done, buf, put);
		if (put < room)
			op_fault(work, res, done + put, desc->dst + done + put,
				  OPERAND_DST, true);
		else if (put2 < got)
			op_fault(work, res, done + put2, dst2 + done + put2,
				  OPERAND_DST2, true);
		else if (got < len)
			op_fault(work, res, done + got, desc->src + done + got,
				  OPERAND_SRC, false);
		if (put2 < len)
			return;
	}
}

/*
 * Nobody caches here, so that there is nothing to flush; but each page must be
 * one that can be reached.
 */
static void op_cache_flush(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	uint8_t byte;

	for (uint32_t done = 0; done < desc->xfer && !work_aborted(work);
	     done += PAGE - (desc->dst + done) % PAGE)
		if (!mem_read(work, desc->dst + done, &byte, 1)) {
			op_fault(work, res, done, desc->dst + done, OPERAND_DST, false);
			return;
		}
}

static void op_noop(struct work *work, struct result *res)
{
	(void)work;
	(void)res;
}

static void (*const operations[])(struct work *work, struct result *res) = {
	[DSA_OP_NOOP] = op_noop,
	[DSA_OP_MEMMOVE] = op_memmove,
	[DSA_OP_FILL] = op_fill,
	[DSA_OP_COMPARE] = op_compare,
	[DSA_OP_COMPARE_PATTERN] = op_compare,
	[DSA_OP_CREATE_DELTA] = op_create_delta,
	[DSA_OP_APPLY_DELTA] = op_apply_delta,
	[DSA_OP_DUALCAST] = op_dualcast,
	[DSA_OP_CRC] = op_crc,
	[DSA_OP_COPY_CRC] = op_crc,
	[DSA_OP_DIF_CHECK] = op_dif,
	[DSA_OP_DIF_INSERT] = op_dif,
	[DSA_OP_DIF_STRIP] = op_dif,
	[DSA_OP_DIF_UPDATE] = op_dif,
	[DSA_OP_DIX_GENERATE] = op_dif,
	[DSA_OP_CACHE_FLUSH] = op_cache_flush,
};

/*
 * @work has passed desc_check(). A destination readback finds out whether the
 * last write arrived.
 */
void ops_run(struct work *work, struct result *res)
{
	res->status = DSA_STATUS_SUCCESS;
	work->end_lost = false;
	operations[work->desc.opcode](work, res);
	if (res->status == DSA_STATUS_SUCCESS && work->end_lost &&
	    work->desc.flags & DSA_FLAG_DEST_READBACK)
		res->status = DSA_STATUS_HARDWARE_2;
}
