/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the function is plugged into: its two kinds of address space and its
 * interrupts, put together as emu_host_ops.
 */
#ifndef HOST_H
#define HOST_H

#include "dma.h"
#include "emu.h"
#include "iommu.h"
#include "vfu.h"

/* All set before the function is made, and kept until it is gone. */
struct emu_host {
	struct dma *dma;
	struct iommu *iommu;	/* NULL: PASID-tagged accesses fault */
	struct vfu *vfu;
};

/* Their host argument is the struct emu_host. */
extern const struct emu_host_ops emu_host_ops;

/* A vfu_reset_fn for the struct emu_host. */
void emu_host_reset(void *host);

#endif /* HOST_H */
