/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers that are described by a table. One engine for BAR0 and for config
 * space: bounds, sizes, byte-exact write masks, write 1 to clear, locks and resets.
 */
#ifndef VDSA_MODEL_REGFILE_H
#define VDSA_MODEL_REGFILE_H

#include "types.h"

/* How often a row of the table is repeated. */
enum vdsa_repeat {
	VDSA_ONCE,
	VDSA_PER_WQ,
	VDSA_PER_VECTOR,
	VDSA_NR_REPEATS
};

/* The resets, weakest first; a row names the weakest that affects it. */
enum vdsa_reset {
	VDSA_RESET_COMMAND,	/* the command "reset device" */
	VDSA_RESET_FUNCTION,	/* by the holder (VFIO) or by PCI (FLR) */
	VDSA_RESET_OPEN,	/* a new holder */
	VDSA_RESET_NEVER	/* set once at initialisation */
};

/* One register, or a row of equal ones. */
struct vdsa_reg {
	u16 offset;
	u8 width;		/* bytes: 1, 2, 4 or 8 */
	u8 repeat;		/* enum vdsa_repeat */
	u8 stride;		/* bytes from one register of the row to the next */
	u8 reset_by;		/* enum vdsa_reset */
	u8 lock;		/* writes are ignored while (lock & locks) */
	u64 reset, writable, w1c;
};

struct vdsa_regfile {
	const struct vdsa_reg *regs;
	u32 nr_regs;
	u32 nr[VDSA_NR_REPEATS];	/* number of repetitions, by kind */
	u32 size;			/* of bytes[] */
	u8 *bytes;			/* little endian; the caller's memory */
};

/* Whether an access of @len bytes at @off within @size bytes is valid. */
bool vdsa_access_ok(u32 size, u32 off, u32 len);

/*
 * Accesses checked with vdsa_access_ok(), in a window that may be larger than the
 * file: bytes without a register read as 0 and ignore writes.
 */
u64 vdsa_regfile_read(const struct vdsa_regfile *rf, u32 off, u32 len);
void vdsa_regfile_write(struct vdsa_regfile *rf, u32 off, u32 len, u64 val,
			u8 locks);

/* The model's own access, without masks: @off + @width is inside the file. */
u64 vdsa_regfile_get(const struct vdsa_regfile *rf, u32 off, u32 width);
void vdsa_regfile_set(struct vdsa_regfile *rf, u32 off, u32 width, u64 val);

void vdsa_regfile_reset(struct vdsa_regfile *rf, enum vdsa_reset by);

#endif /* VDSA_MODEL_REGFILE_H */
