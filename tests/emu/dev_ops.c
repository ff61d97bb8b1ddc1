// SPDX-License-Identifier: GPL-2.0-only
/*
 * What do the operations do to memory? Each moves chunks through the engine's
 * two buffers, looks up between chunks whether it is to be abandoned, and stops
 * at the first byte that cannot be reached, saying how far it came.
 */
#include "dev.h"

#include <string.h>

#define FLAG_CRC_READ_SEED	0x10000u
#define FLAG_CRC_NO_INVERSION	0x20000u
#define FLAG_CRC_NO_REFLECTION	0x40000u
#define CRC_SEED_ADDR		48
#define CRC_POLYNOMIAL		0x82f63b78u	/* 1edc6f41, bit 0 first */

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t chunk_size(uint32_t done, uint32_t size)
{
	return min_size(size - done, ENGINE_BUF);
}

static void set_fault(const struct work *work, struct result *res, uint32_t bytes,
		      uint64_t addr, uint8_t operand, bool write)
{
	res->bytes = bytes;
	mem_fault(work, res, addr, operand, write);
}

/*
 * One chunk at @off: true if all of it was copied. *@copied is how much of it
 * from its start.
 */
static bool copy_chunk(struct work *work, struct result *res, uint32_t off,
		       size_t len, size_t *copied)
{
	const struct desc *desc = &work->desc;
	uint8_t *buf = work->engine->buf[0];
	size_t got = mem_read(work, desc->src + off, buf, len);

	*copied = mem_write(work, desc->dst + off, buf, got);
	if (*copied < got)
		set_fault(work, res, off + *copied, desc->dst + off + *copied,
			  OPERAND_DST, true);
	else if (got < len)
		set_fault(work, res, off + got, desc->src + off + got, OPERAND_SRC,
			  false);
	return *copied == len;
}

static void copy_forward(struct work *work, struct result *res)
{
	uint32_t size = work->desc.xfer;
	size_t len, copied;

	for (uint32_t done = 0; done < size && !work_aborted(work); done += len) {
		len = chunk_size(done, size);
		if (!copy_chunk(work, res, done, len, &copied))
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
		if (!copy_chunk(work, res, left - len, len, &copied)) {
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
		len = chunk_size(done, desc->xfer);
		put = mem_write(work, desc->dst + done, work->engine->buf[0], len);
		if (put < len) {
			set_fault(work, res, done + put, desc->dst + done + put,
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
		len = chunk_size(done, desc->xfer);
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
		set_fault(work, res, done + both,
			  (got <= got2 ? desc->src : desc->dst) + done + both,
			  got <= got2 ? OPERAND_SRC : OPERAND_SRC2, false);
		return;
	}
	compare_result(work, res, false, 0);
}

/*
 * Piece by piece up to page boundaries, which the two destinations share, so
 * that a fault on one leaves both with the same pages written.
 */
static void op_dualcast(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	uint64_t dst2 = get64(desc->raw + DSA_DESC_OP);
	uint8_t *buf = work->engine->buf[0];
	size_t len, got, put, put2;

	for (uint32_t done = 0; done < desc->xfer && !work_aborted(work); done += len) {
		len = min_size(desc->xfer - done, PAGE - (desc->dst + done) % PAGE);
		got = mem_read(work, desc->src + done, buf, len);
		put = mem_write(work, desc->dst + done, buf, got);
		put2 = mem_write(work, dst2 + done, buf, put);
		if (put2 < put)
			set_fault(work, res, done + put2, dst2 + done + put2,
				  OPERAND_DST2, true);
		else if (put < got)
			set_fault(work, res, done + put, desc->dst + done + put,
				  OPERAND_DST, true);
		else if (got < len)
			set_fault(work, res, done + got, desc->src + done + got,
				  OPERAND_SRC, false);
		if (put2 < len)
			return;
	}
}

static uint32_t reverse_bits(uint32_t val, unsigned int nr)
{
	uint32_t out = 0;

	for (unsigned int i = 0; i < nr; i++)
		out |= (val >> i & 1) << (nr - 1 - i);
	return out;
}

static uint32_t crc_table[256];
static uint8_t reversed[256];

__attribute__((constructor)) static void crc_init(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CRC_POLYNOMIAL : 0);
		crc_table[i] = crc;
		reversed[i] = reverse_bits(i, 8);
	}
}

static uint32_t crc_feed(uint32_t crc, const uint8_t *buf, size_t len, bool reflect)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = reflect ? buf[i] : reversed[buf[i]];

		crc = crc_table[(crc ^ byte) & 0xff] ^ crc >> 8;
	}
	return crc;
}

/* Between a seed or value and the state of the computation, either way. */
static uint32_t crc_convert(const struct desc *desc, uint32_t val)
{
	return desc->flags & FLAG_CRC_NO_INVERSION ? reverse_bits(val, 32) : ~val;
}

static bool crc_seed(struct work *work, struct result *res, uint32_t *seed)
{
	uint64_t addr = get64(work->desc.raw + CRC_SEED_ADDR);
	uint8_t raw[4];
	size_t got;

	*seed = get32(work->desc.raw + DSA_DESC_OP);
	if (!(work->desc.flags & FLAG_CRC_READ_SEED))
		return true;
	got = mem_read(work, addr, raw, sizeof(raw));
	if (got < sizeof(raw)) {
		set_fault(work, res, 0, addr + got, OPERAND_SRC2, false);
		return false;
	}
	*seed = get32(raw);
	return true;
}

/* Zeros up to a multiple of the CRC's size (SPEC appendix A). */
static uint32_t crc_pad(uint32_t crc, uint32_t size)
{
	static const uint8_t zeros[4];

	return crc_feed(crc, zeros, -size % 4, true);
}

/*
 * What a fault leaves undone starts at a multiple of the CRC's size, so that a
 * continuation is padded like the whole.
 */
static void op_crc(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	bool copy = desc->opcode == DSA_OP_COPY_CRC;
	bool reflect = !(desc->flags & FLAG_CRC_NO_REFLECTION);
	uint8_t *buf = work->engine->buf[0];
	uint32_t crc, done = 0;
	size_t len, used;

	if (!crc_seed(work, res, &crc))
		return;
	crc = crc_convert(desc, crc);
	for (; done < desc->xfer && !work_aborted(work); done += used) {
		len = chunk_size(done, desc->xfer);
		if (copy) {
			copy_chunk(work, res, done, len, &used);
		} else {
			used = mem_read(work, desc->src + done, buf, len);
			if (used < len)
				set_fault(work, res, done + used,
					  desc->src + done + used, OPERAND_SRC, false);
		}
		if (used < len)
			res->bytes = done + (used &= ~3ULL);
		crc = crc_feed(crc, buf, used, reflect);
		if (used < len)
			break;
	}
	if (res->status == DSA_STATUS_SUCCESS)
		crc = crc_pad(crc, desc->xfer);
	put32(res->op, crc_convert(desc, crc));
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
	[DSA_OP_DUALCAST] = op_dualcast,
	[DSA_OP_CRC] = op_crc,
	[DSA_OP_COPY_CRC] = op_crc,
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
