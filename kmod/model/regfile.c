// SPDX-License-Identifier: GPL-2.0
/* Registers that are described by a table. See regfile.h. */
#include "regfile.h"

bool vdsa_access_ok(u32 size, u32 off, u32 len)
{
	if (len != 1 && len != 2 && len != 4 && len != 8)
		return false;
	return !(off & (len - 1)) && off < size && len <= size - off;
}

u64 vdsa_regfile_get(const struct vdsa_regfile *rf, u32 off, u32 width)
{
	u64 val = 0;
	u32 i;

	for (i = 0; i < width; i++)
		val |= (u64)rf->bytes[off + i] << (8 * i);
	return val;
}

void vdsa_regfile_set(struct vdsa_regfile *rf, u32 off, u32 width, u64 val)
{
	u32 i;

	for (i = 0; i < width; i++)
		rf->bytes[off + i] = (u8)(val >> (8 * i));
}

u64 vdsa_regfile_read(const struct vdsa_regfile *rf, u32 off, u32 len)
{
	/* Both are powers of two or multiples of them: never partly inside. */
	return off < rf->size ? vdsa_regfile_get(rf, off, len) : 0;
}

/* The bytes of @len at @off that fall into the register at @reg_off. */
static void regfile_write_one(struct vdsa_regfile *rf,
			      const struct vdsa_reg *reg, u32 reg_off, u32 off,
			      u32 len, u64 val)
{
	u32 i;

	for (i = 0; i < len; i++) {
		u32 at = off + i, shift;
		u8 new = (u8)(val >> (8 * i)), writable, w1c;

		if (at < reg_off || at - reg_off >= reg->width)
			continue;
		shift = 8 * (at - reg_off);
		writable = (u8)(reg->writable >> shift);
		w1c = (u8)(reg->w1c >> shift);
		rf->bytes[at] = (u8)((rf->bytes[at] & ~writable) |
				     (new & writable));
		rf->bytes[at] &= (u8)~(new & w1c);
	}
}

/* Whether any of @len bytes at @off may be in the register or its row. */
static bool regfile_touches(const struct vdsa_regfile *rf,
			    const struct vdsa_reg *reg, u32 off, u32 len)
{
	u32 span = reg->width + (rf->nr[reg->repeat] - 1) * reg->stride;

	return off < reg->offset ? reg->offset - off < len :
				   off - reg->offset < span;
}

void vdsa_regfile_write(struct vdsa_regfile *rf, u32 off, u32 len, u64 val,
			u8 locks)
{
	u32 i, n;

	for (i = 0; i < rf->nr_regs; i++) {
		const struct vdsa_reg *reg = &rf->regs[i];

		if (reg->lock & locks || !regfile_touches(rf, reg, off, len))
			continue;
		for (n = 0; n < rf->nr[reg->repeat]; n++)
			regfile_write_one(rf, reg, reg->offset + n * reg->stride,
					  off, len, val);
	}
}

void vdsa_regfile_reset(struct vdsa_regfile *rf, enum vdsa_reset by)
{
	u32 i, n;

	for (i = 0; i < rf->nr_regs; i++) {
		const struct vdsa_reg *reg = &rf->regs[i];

		if (reg->reset_by > by || reg->reset_by == VDSA_RESET_NEVER)
			continue;
		for (n = 0; n < rf->nr[reg->repeat]; n++)
			vdsa_regfile_set(rf, reg->offset + n * reg->stride,
					 reg->width, reg->reset);
	}
}
