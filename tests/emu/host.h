/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the function is plugged into: its two kinds of address space and its
 * interrupts, put together as emu_host_ops.
 */
#ifndef HOST_H
#define HOST_H

#include "emu.h"
#include "iommu.h"
#include "vfio-user/dma.h"
#include "vfio-user/vfu.h"

/* All set before the function is made, and kept until it is gone. */
struct emu_host {
	struct dma *dma;
	struct iommu *iommu;	/* NULL: PASID-tagged accesses fault */
	struct vfu *vfu;
};

/* Their host argument is the struct emu_host. */
extern const struct emu_host_ops emu_host_ops;

/* The function as the vfio-user server calls it, which is given the struct emu_dev. */
extern const struct vfu_ops emu_vfu_ops;

/* A vfu_reset_fn for the struct emu_host. */
void emu_host_reset(void *host);

#endif /* HOST_H */
