// SPDX-License-Identifier: GPL-2.0
/*
 * Snapshots of slices and devices, and events about slices.
 */
#include "core/events.h"
#include "core/trace.h"
#include "hw/registers.h"
#include "model/regs.h"
#include "private/idxd_config.h"
#include "slice_priv.h"
#include "slice_show.h"

bool vdsa_slice_is_complete(const struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		if (!slice->wq[i].bound)
			return false;
	return !slice->shell;
}

bool vdsa_slice_is_expected(const struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		if (slice->wq[i].expected)
			return true;
	return false;
}

enum dsa_vdev_slice_state vdsa_slice_get_state(const struct vdsa_slice *slice)
{
	lockdep_assert_held(&slice->dev->lock);
	if (vdsa_slice_is_expected(slice) || (slice->taken && slice->revoked))
		return DSA_VDEV_SLICE_STATE_HALTED;
	if (slice->taken)
		return DSA_VDEV_SLICE_STATE_USED;
	if (slice->reserved)
		return DSA_VDEV_SLICE_STATE_RESERVED;
	if (!vdsa_slice_is_complete(slice))
		return DSA_VDEV_SLICE_STATE_DEFINED;
	return slice->revoked ? DSA_VDEV_SLICE_STATE_HALTED : DSA_VDEV_SLICE_STATE_READY;
}

static void take_snapshot(const struct vdsa_slice *slice, struct vdsa_slice_snapshot *snap)
{
	u32 i;

	*snap = (struct vdsa_slice_snapshot) {
		.id = slice->id,
		.group = slice->group,
		.nr_engines = slice->nr_engines,
		.nr_wqs = slice->nr_wqs,
		.pasid = slice->iommu.pasid,
		.flags = slice->flags,
		.mapping = slice->mapping,
		.state = vdsa_slice_get_state(slice),
		.has_vdev = slice->taken || slice->reserved,
		.vdev = slice->vdev.uuid,
	};
	strscpy(snap->device, slice->dev->name, sizeof(snap->device));
	for (i = 0; i < slice->nr_wqs; i++) {
		snap->wq[i].id = slice->wq[i].id;
		snap->wq[i].size = slice->wq[i].conf.size;
		snap->wq[i].bound = slice->wq[i].bound;
	}
}

void vdsa_slice_show(struct vdsa_slice *slice)
{
	vdsa_bus_show_lock();
	take_snapshot(slice, &slice->shown);
	vdsa_bus_show_unlock();
}

void vdsa_slice_link(struct vdsa_slice *slice)
{
	vdsa_bus_show_lock();
	take_snapshot(slice, &slice->shown);
	list_add_tail(&slice->node, &slice->dev->slices);
	vdsa_bus_show_unlock();
}

void vdsa_slice_unlink(struct vdsa_slice *slice)
{
	vdsa_bus_show_lock();
	list_del_init(&slice->node);
	vdsa_bus_show_unlock();
}

u32 vdsa_slice_nr_ready(struct vdsa_dev *dev, u32 nr_wqs)
{
	struct vdsa_slice *slice;
	u32 n = 0;

	vdsa_bus_show_lock();
	list_for_each_entry(slice, &dev->slices, node)
		n += slice->shown.nr_wqs == nr_wqs &&
		     slice->shown.state == DSA_VDEV_SLICE_STATE_READY;
	vdsa_bus_show_unlock();
	return n;
}

void vdsa_slice_notify(struct vdsa_slice *slice, u8 cmd)
{
	u32 i, bound = 0;

	vdsa_slice_show(slice);
	for (i = 0; i < slice->nr_wqs; i++)
		bound |= slice->wq[i].bound << i;
	trace_vdsa_slice_state(slice->dev->name, slice->id, slice->shown.state, bound);
	vdsa_events_send(cmd, &slice->shown);
}

bool vdsa_slice_next_snapshot(u32 id, const char *device, struct vdsa_slice_snapshot *snap)
{
	struct vdsa_slice *slice, *next = NULL;
	struct vdsa_dev *dev;

	vdsa_bus_show_lock();
	vdsa_bus_for_each(dev) {
		if (device && strcmp(dev->name, device))
			continue;
		list_for_each_entry(slice, &dev->slices, node)
			if (slice->id >= id && (!next || slice->id < next->id))
				next = slice;
	}
	if (next)
		*snap = next->shown;
	vdsa_bus_show_unlock();
	return next;
}

static u32 device_flags(struct vdsa_dev *dev)
{
	u32 flags = 0;

	if (vdsa_bus_enabled(dev))
		flags |= DSA_VDEV_DEVICE_FLAGS_ENABLED;
	if (vdsa_iommu_is_supported(dev->pdev))
		flags |= DSA_VDEV_DEVICE_FLAGS_PASID;
	if (dev->irqs)
		flags |= DSA_VDEV_DEVICE_FLAGS_IMS;
	if (vdsa_bus_user_interrupts(dev))
		flags |= DSA_VDEV_DEVICE_FLAGS_USER_INTERRUPTS;
	if (dev->caps.cmd_cap & BIT(DSA_CMD_REQUEST_HANDLE))
		flags |= DSA_VDEV_DEVICE_FLAGS_HANDLES;
	if (vdsa_irq_is_remapped(dev->pdev))
		flags |= DSA_VDEV_DEVICE_FLAGS_INTR_REMAP;
	if (dev->pdev->pri_enabled)
		flags |= DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS;
	if (vdsa_bus_is_unsafe(dev))
		flags |= DSA_VDEV_DEVICE_FLAGS_UNSAFE_PORTAL;
	return flags;
}

/* Each work queue of a slice has an entry of the interrupt message storage. */
static void device_snapshot(struct vdsa_dev *dev, struct vdsa_device_snapshot *snap)
{
	struct vdsa_slice *slice;

	*snap = (struct vdsa_device_snapshot) {
		.numa_node = dev_to_node(&dev->pdev->dev),
		.flags = device_flags(dev),
		.nr_wqs = dev->caps.nr_wqs,
		.nr_groups = dev->caps.nr_groups,
		.nr_engines = dev->caps.nr_engines,
		.ims_size = dev->caps.nr_ims,
		.ims_free = dev->caps.nr_ims,
	};
	list_for_each_entry(slice, &dev->slices, node) {
		snap->nr_slices++;
		snap->ims_free -= slice->nr_wqs;
	}
	strscpy(snap->name, dev->name, sizeof(snap->name));
	strscpy(snap->pci, pci_name(dev->pdev), sizeof(snap->pci));
}

bool vdsa_device_snapshot_at(u32 index, struct vdsa_device_snapshot *snap)
{
	struct vdsa_dev *dev;

	vdsa_bus_show_lock();
	dev = vdsa_bus_next(NULL);
	while (dev && index--)
		dev = vdsa_bus_next(dev);
	if (dev)
		device_snapshot(dev, snap);
	vdsa_bus_show_unlock();
	return dev;
}

bool vdsa_device_snapshot_of(const char *name, struct vdsa_device_snapshot *snap)
{
	struct vdsa_dev *dev;

	vdsa_bus_show_lock();
	dev = vdsa_bus_find(name);
	if (dev)
		device_snapshot(dev, snap);
	vdsa_bus_show_unlock();
	return dev;
}
