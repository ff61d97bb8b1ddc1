/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of the vdev's BAR0. The published part is in regs.h. */
#ifndef VDSA_MODEL_BAR0_H
#define VDSA_MODEL_BAR0_H

#include "state.h"

#define VDSA_GRPCFG		0x400
#define VDSA_WQCFG		0x500
#define VDSA_WQCFG_STRIDE	32
#define VDSA_MSIXPERM		0x600
#define VDSA_MSIX_TABLE		0x800
#define VDSA_MSIX_STRIDE	16
#define VDSA_MSIX_CTRL		12
#define VDSA_MSIX_CTRL_MASK	0x1u
#define VDSA_MSIX_PBA		0x900
#define VDSA_PERFMON		0x4000	/* all 0: no counters */

/* Registers as words; @off as in regs.h. */
u32 vdsa_bar0_get32(const struct vdsa_model *m, u32 off);
void vdsa_bar0_set32(struct vdsa_model *m, u32 off, u32 val);

/* Set the registers that show @m->info; the others have reset values. */
void vdsa_bar0_init(struct vdsa_model *m);

/* Locks of registers, see struct vdsa_reg. */
#define VDSA_LOCK_CONFIG	0x1u	/* while the device is not disabled */

/* GENSTS and the state of each work queue, from @m. */
void vdsa_bar0_show_state(struct vdsa_model *m);

#endif /* VDSA_MODEL_BAR0_H */
