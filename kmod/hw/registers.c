// SPDX-License-Identifier: GPL-2.0
/* What a function's registers say. See registers.h. */
#include <linux/io.h>
#include "model/regs.h"
#include "registers.h"

static u64 read_u64(struct vdsa_dev *dev, u32 reg)
{
	return readl(dev->regs + reg) | (u64)readl(dev->regs + reg + 4) << 32;
}

void vdsa_bus_read_caps(struct vdsa_dev *dev)
{
	struct vdsa_caps *caps = &dev->caps;
	u64 offsets;
	int i;

	caps->version = readl(dev->regs + DSA_VERSION);
	caps->gen_cap = read_u64(dev, DSA_GENCAP);
	caps->wq_cap = read_u64(dev, DSA_WQCAP);
	caps->group_cap = read_u64(dev, DSA_GRPCAP);
	caps->engine_cap = read_u64(dev, DSA_ENGCAP);
	for (i = 0; i < 4; i++)
		caps->op_cap[i] = read_u64(dev, DSA_OPCAP + 8 * i);
	if (caps->gen_cap & DSA_GENCAP_CMDCAP)
		caps->cmd_cap = readl(dev->regs + DSA_CMDCAP);

	offsets = read_u64(dev, DSA_OFFSETS);
	caps->wqcfg_offset = (u16)(offsets >> DSA_OFFSETS_WQCFG_SHIFT) * DSA_OFFSETS_UNIT;
	caps->ims_offset = (u16)(offsets >> DSA_OFFSETS_IMS_SHIFT) * DSA_OFFSETS_UNIT;
	caps->wqcfg_size = 32 << ((caps->wq_cap & DSA_WQCAP_WQCFG_SIZE) >> DSA_WQCAP_WQCFG_SIZE_SHIFT);
	caps->nr_wqs = (caps->wq_cap & DSA_WQCAP_NR_WQS) >> DSA_WQCAP_NR_WQS_SHIFT;
	caps->nr_groups = caps->group_cap & DSA_GRPCAP_NR_GROUPS;
	caps->nr_engines = caps->engine_cap & DSA_ENGCAP_NR_ENGINES;
	caps->nr_ims = 256 * ((caps->gen_cap & DSA_GENCAP_IMS) >> DSA_GENCAP_IMS_SHIFT);
}

static const u16 unsafe_devices[] = { DSA_PCI_DEVICE_SPR, DSA_PCI_DEVICE_IAX_SPR };

bool vdsa_bus_is_unsafe(const struct vdsa_dev *dev)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(unsafe_devices); i++)
		if (dev->pdev->device == unsafe_devices[i])
			return true;
	return false;
}

bool vdsa_bus_user_interrupts(struct vdsa_dev *dev)
{
	vdsa_bus_assert_stays(dev);
	return !dev->gone && readl(dev->regs + DSA_GENCFG) & DSA_GENCFG_USER_INT;
}

bool vdsa_bus_logs_drains(struct vdsa_dev *dev)
{
	vdsa_bus_assert_stays(dev);
	return !dev->gone && !dev->pdev->pri_enabled &&
	       readl(dev->regs + DSA_GENCFG) & DSA_GENCFG_EVL;
}

u32 vdsa_bus_state(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	if (dev->gone)
		return DSA_GENSTS_HALT;
	return readl(dev->regs + DSA_GENSTS) & DSA_GENSTS_STATE;
}

phys_addr_t vdsa_bus_portal(const struct vdsa_dev *dev, u32 wq, u32 page)
{
	return pci_resource_start(dev->pdev, 2) + wq * DSA_PORTAL_WQ + page * DSA_PORTAL_PAGE;
}

u32 vdsa_wqcfg_offset(const struct vdsa_dev *dev, u32 wq, u32 dword)
{
	return dev->caps.wqcfg_offset + wq * dev->caps.wqcfg_size + dword;
}

u32 vdsa_bus_wq_state(struct vdsa_dev *dev, u32 wq)
{
	u32 status = readl(dev->regs + vdsa_wqcfg_offset(dev, wq, DSA_WQCFG_STATUS));

	return (status & DSA_WQCFG_STATE) >> DSA_WQCFG_STATE_SHIFT;
}

bool vdsa_bus_wq_live(struct vdsa_dev *dev, u32 wq)
{
	vdsa_bus_assert_stays(dev);
	return !dev->gone && vdsa_bus_wq_state(dev, wq) != DSA_WQ_DISABLED;
}

u32 vdsa_bus_wq_occupancy(struct vdsa_dev *dev, u32 wq)
{
	lockdep_assert_held(&dev->lock);
	if (dev->gone || !(dev->caps.wq_cap & DSA_WQCAP_OCCUPANCY))
		return 0;
	return readl(dev->regs + vdsa_wqcfg_offset(dev, wq, DSA_WQCFG_STATUS)) & DSA_WQCFG_OCCUPANCY;
}
