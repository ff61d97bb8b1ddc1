/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How do registers behave that are described by a table? One engine for BAR0
 * and for config space: bounds, sizes, byte-exact write masks, write 1 to
 * clear, locks and resets.
 */
#ifndef VDSA_MODEL_REGFILE_H
#define VDSA_MODEL_REGFILE_H

#include "types.h"

/* How often a row of a table is there. */
enum vdsa_repeat {
	VDSA_ONCE,
	VDSA_PER_WQ,
	VDSA_PER_VECTOR,
	VDSA_NR_REPEATS
};

/* The resets, weakest first; a row names the weakest that reaches it. */
enum vdsa_reset {
	VDSA_RESET_COMMAND,	/* the command "reset device" */
	VDSA_RESET_FUNCTION,	/* of the owner (VFIO) or of PCI (FLR) */
	VDSA_RESET_OPEN,	/* a new owner */
	VDSA_RESET_NEVER	/* no reset value: set once when it is made */
};

/* One register, or a row of equal ones. */
struct vdsa_reg {
	u16 offset;
	u8 width;		/* bytes: 1, 2, 4 or 8 */
	u8 repeat;		/* enum vdsa_repeat */
	u8 stride;		/* bytes from one of the row to the next */
	u8 reset_by;		/* enum vdsa_reset */
	u8 lock;		/* writes are ignored while (lock & locks) */
	u64 reset, writable, w1c;
};

struct vdsa_regfile {
	const struct vdsa_reg *regs;
	u32 nr_regs;
	u32 nr[VDSA_NR_REPEATS];	/* for how many of each kind */
	u32 size;			/* of bytes[] */
	u8 *bytes;			/* little endian; the owner's */
};

/* Whether an access of @len bytes at @off of @size bytes is one at all. */
bool vdsa_access_ok(u32 size, u32 off, u32 len);

/*
 * Accesses that vdsa_access_ok() agreed to, for the window that may be larger
 * than the file: what no register stands for reads as 0 and ignores writes.
 */
u64 vdsa_regfile_read(const struct vdsa_regfile *rf, u32 off, u32 len);
void vdsa_regfile_write(struct vdsa_regfile *rf, u32 off, u32 len, u64 val,
			u8 locks);

/* The owner's own view, free of masks: @off + @width is inside the file. */
u64 vdsa_regfile_get(const struct vdsa_regfile *rf, u32 off, u32 width);
void vdsa_regfile_set(struct vdsa_regfile *rf, u32 off, u32 width, u64 val);

void vdsa_regfile_reset(struct vdsa_regfile *rf, enum vdsa_reset by);

#endif /* VDSA_MODEL_REGFILE_H */
