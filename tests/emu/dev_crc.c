// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is the CRC of a buffer, or of what is copied? CRC32C as RFC 3720 has it,
 * with the ways around inversion and reflection (SPEC appendix A).
 */
#include "ops.h"

#define CRC_POLYNOMIAL		0x82f63b78u	/* 1edc6f41, bit 0 first */

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
	uint64_t addr = get64(work->desc.raw + DESC_CRC_SEED_ADDR);
	uint8_t raw[4];
	size_t got;

	*seed = get32(work->desc.raw + DSA_DESC_OP);
	if (!(work->desc.flags & FLAG_CRC_READ_SEED))
		return true;
	got = mem_read(work, addr, raw, sizeof(raw));
	if (got < sizeof(raw)) {
		op_fault(work, res, 0, addr + got, OPERAND_SRC2, false);
		return false;
	}
	*seed = get32(raw);
	return true;
}

void op_crc(struct work *work, struct result *res)
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
		len = op_chunk(done, desc->xfer);
		if (copy) {
			op_copy_chunk(work, res, done, len, &used);
		} else {
			used = mem_read(work, desc->src + done, buf, len);
			if (used < len)
				op_fault(work, res, done + used,
					  desc->src + done + used, OPERAND_SRC, false);
		}
		crc = crc_feed(crc, buf, used, reflect);
		if (used < len)
			break;
	}
	put32(res->op, crc_convert(desc, crc));
}
