/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What do the operations share? Where the fields of their descriptors are, how
 * a chunk is copied and a fault is told, and the functions by which dev_desc.c
 * checks them and dev_ops.c carries them out.
 */
#ifndef OPS_H
#define OPS_H

#include "dev.h"

/* Descriptor: by operation */
#define DESC_CRC_SEED_ADDR	48
#define DESC_DELTA_ADDR		40	/* created: where to */
#define DESC_DELTA_MAX		48	/* and how much at most */
#define DESC_DELTA_EXPECTED	56
#define DESC_DELTA_SIZE		40	/* applied: how much */
#define DESC_DIF_SRC_FLAGS	40
#define DESC_DIF_DST_FLAGS	41
#define DESC_DIF_FLAGS		42
#define DESC_DIF_SRC_TAGS	48
#define DESC_DIF_DST_TAGS	56

#define FLAG_CRC_READ_SEED	0x10000u
#define FLAG_CRC_NO_INVERSION	0x20000u
#define FLAG_CRC_NO_REFLECTION	0x40000u

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What of @size comes next after @done. */
static inline size_t op_chunk(uint32_t done, uint32_t size)
{
	return min_size(size - done, ENGINE_BUF);
}

/* Do @a_len bytes at @a and @b_len bytes at @b have one in common? */
static inline bool op_overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
	return a < b ? b - a < a_len : a - b < b_len;
}

/* dev_ops.c */
/* The operation came as far as @bytes and stopped at @addr. */
void op_fault(const struct work *work, struct result *res, uint32_t bytes,
	      uint64_t addr, uint8_t operand, bool write);
/*
 * One chunk at @off from source to destination: true if all of it was copied.
 * *@copied is how much of it from its start; it is in the first buffer too.
 */
bool op_copy_chunk(struct work *work, struct result *res, uint32_t off, size_t len,
		   size_t *copied);

/* Of a descriptor that passed the checks common to all: 0, or a status. */
typedef uint8_t (*op_check_fn)(const struct work *work);

/* dev_crc.c */
void op_crc(struct work *work, struct result *res);

/* dev_delta.c */
uint8_t check_create_delta(const struct work *work);
uint8_t check_apply_delta(const struct work *work);
void op_create_delta(struct work *work, struct result *res);
void op_apply_delta(struct work *work, struct result *res);

/* dev_dif.c: check, insert, strip, update, and generate for a buffer apart */
uint8_t check_dif(const struct work *work);
void op_dif(struct work *work, struct result *res);

#endif /* OPS_H */
