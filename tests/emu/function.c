// SPDX-License-Identifier: GPL-2.0-only
/* What does the vfio-user server find? The function, as emu_vfu_ops (host.h). */
#include "host.h"

static uint64_t function_region_size(void *dev, uint32_t region)
{
	switch (region) {
	case VFU_BAR0:
		return emu_dev_bar0_size(dev);
	case VFU_BAR2:
		return emu_dev_bar2_size(dev);
	case VFU_CFG:
		return VFU_CFG_SIZE;
	default:
		return 0;
	}
}

static uint64_t function_read(void *dev, uint32_t region, uint64_t off,
			      unsigned int size)
{
	return region == VFU_CFG ? emu_dev_cfg_read(dev, off, size) :
				   emu_dev_bar0_read(dev, off, size);
}

static void function_write(void *dev, uint32_t region, uint64_t off,
			   unsigned int size, uint64_t val)
{
	if (region == VFU_CFG)
		emu_dev_cfg_write(dev, off, size, (uint32_t)val);
	else
		emu_dev_bar0_write(dev, off, size, val);
}

static void function_portal_write(void *dev, uint64_t off, const void *buf,
				  size_t len)
{
	emu_dev_portal_write(dev, off, buf, len);
}

static void function_irqs_set(void *dev)
{
	emu_dev_msix_ready(dev);
}

static void function_reset(void *dev)
{
	emu_dev_reset(dev);
}

const struct vfu_ops emu_vfu_ops = {
	.region_size = function_region_size,
	.read = function_read,
	.write = function_write,
	.portal_write = function_portal_write,
	.irqs_set = function_irqs_set,
	.reset = function_reset,
	.trace = emu_trace,
};
