// SPDX-License-Identifier: GPL-2.0
/* What VFIO's doors to both kinds of vdevs have in common. See door.h. */
#include <linux/eventfd.h>
#include <linux/uaccess.h>
#include "core/compat.h"
#include "door.h"

static const struct vdsa_door *door_of(struct vfio_device *vfio)
{
	return container_of_const(vfio->ops, struct vdsa_door, ops);
}

u32 vdsa_door_portals_size(const struct vdsa_vdev *vdev)
{
	return vdev->portals.nr_pages << PAGE_SHIFT;
}

/* INTEL-SA-01084: see the flag allow-unsafe-portal of a slice. */
int vdsa_door_mmap(struct vfio_device *vfio, struct vm_area_struct *vma)
{
	struct vdsa_vdev *vdev = vdsa_vdev_of(vfio);
	u32 region = vma->vm_pgoff >> (VDSA_REGION_SHIFT - PAGE_SHIFT);

	if (region != vdev->kind->portals_region)
		return -EINVAL;
	if (!vdev->info.portal_allowed)
		return -EPERM;
	return vdsa_portals_mmap(&vdev->portals.own, vma);
}

static long get_info(struct vfio_device *vfio, void __user *arg)
{
	u32 minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = door_of(vfio)->flags;
	info.num_regions = door_of(vfio)->nr_regions;
	info.num_irqs = door_of(vfio)->nr_irqs;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static u32 region_flags(struct vfio_device *vfio, u32 index)
{
	const struct vdsa_vdev *vdev = vdsa_vdev_of(vfio);
	u32 flags = door_of(vfio)->region_flags;

	if (!door_of(vfio)->region_size(vdev, index))
		return 0;
	if (index == vdev->kind->portals_region && vdev->info.portal_allowed)
		flags |= VFIO_REGION_INFO_FLAG_MMAP;
	return flags;
}

static int fill_region_info(struct vfio_device *vfio, struct vfio_region_info *info)
{
	if (info->index >= door_of(vfio)->nr_regions)
		return -EINVAL;
	info->offset = VDSA_REGION_OFFSET(info->index);
	info->size = door_of(vfio)->region_size(vdsa_vdev_of(vfio), info->index);
	info->flags = region_flags(vfio, info->index);
	info->cap_offset = 0;
	return 0;
}

#ifdef VDSA_VFIO_HAS_REGION_INFO_CAPS
int vdsa_door_region_info(struct vfio_device *vfio, struct vfio_region_info *info,
			  struct vfio_info_cap *caps)
{
	return fill_region_info(vfio, info);
}
#else
static long get_region_info(struct vfio_device *vfio, void __user *arg)
{
	u32 minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = fill_region_info(vfio, &info);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}
#endif

static long get_irq_info(struct vfio_device *vfio, void __user *arg)
{
	u32 minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info = {};
	struct vdsa_door_irqs irqs;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || door_of(vfio)->irqs(vdsa_vdev_of(vfio), info.index, &irqs))
		return -EINVAL;
	info.count = irqs.count;
	info.flags = info.count ? VFIO_IRQ_INFO_EVENTFD : 0;
	if (irqs.maskable)
		info.flags |= VFIO_IRQ_INFO_MASKABLE;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

/* The trigger of a file descriptor; NULL if that is negative. */
static struct eventfd_ctx *get_trigger(s32 fd)
{
	return fd < 0 ? NULL : eventfd_ctx_fdget(fd);
}

/*
 * @set is followed by a value for each interrupt, unless it says DATA_NONE or names no
 * interrupt: then there is no data.
 *
 * All or none: as with vfio-pci, a bad trigger removes those of the others, too.
 */
static int set_triggers(struct vdsa_vdev *vdev, const struct vdsa_door_irqs *irqs,
			const struct vfio_irq_set *set, const s32 *fds)
{
	u32 i, first = irqs->first + set->start;
	struct eventfd_ctx *trigger;
	int ret = 0;

	for (i = 0; fds && i < set->count && !ret; i++) {
		trigger = get_trigger(fds[i]);
		ret = IS_ERR(trigger) ? PTR_ERR(trigger) :
		      vdsa_vdev_set_trigger(vdev, first + i, trigger);
	}
	while (ret && i--)
		vdsa_vdev_set_trigger(vdev, first + i, NULL);
	return ret;
}

static int remove_triggers(struct vdsa_vdev *vdev, const struct vdsa_door_irqs *irqs)
{
	u32 i;

	for (i = 0; i < irqs->count; i++)
		vdsa_vdev_set_trigger(vdev, irqs->first + i, NULL);
	return 0;
}

/* Whether a set means its interrupt @i: all, or those whose byte is set. */
static bool is_meant(const void *data, u32 i)
{
	return !data || ((const u8 *)data)[i];
}

static int trigger_vectors(struct vdsa_vdev *vdev, const struct vdsa_door_irqs *irqs,
			   const struct vfio_irq_set *set, const void *data)
{
	u32 i;

	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return set_triggers(vdev, irqs, set, data);
	if (!set->count && set->flags & VFIO_IRQ_SET_DATA_NONE)
		return remove_triggers(vdev, irqs);
	for (i = 0; i < set->count; i++) {
		if (is_meant(data, i))
			vdsa_vdev_loopback(vdev, irqs->first + set->start + i);
	}
	return 0;
}

static int mask_vectors(struct vdsa_vdev *vdev, const struct vdsa_door_irqs *irqs,
			const struct vfio_irq_set *set, const void *data, bool masked)
{
	u32 i;

	if (!irqs->maskable || set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return -ENOTTY;
	for (i = 0; i < set->count; i++) {
		if (is_meant(data, i))
			vdsa_vdev_set_masked(vdev, irqs->first + set->start + i, masked);
	}
	return 0;
}

static int set_vectors(struct vdsa_vdev *vdev, const struct vdsa_door_irqs *irqs,
		       const struct vfio_irq_set *set, const void *data)
{
	switch (set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		return trigger_vectors(vdev, irqs, set, data);
	case VFIO_IRQ_SET_ACTION_MASK:
		return mask_vectors(vdev, irqs, set, data, true);
	case VFIO_IRQ_SET_ACTION_UNMASK:
		return mask_vectors(vdev, irqs, set, data, false);
	default:
		return -EINVAL;
	}
}

static int set_unplug(struct vdsa_vdev *vdev, const struct vfio_irq_set *set,
		      const void *data)
{
	struct eventfd_ctx *trigger = NULL;

	if ((set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) !=
	    VFIO_IRQ_SET_ACTION_TRIGGER)
		return -ENOTTY;
	if (!set->count && !(set->flags & VFIO_IRQ_SET_DATA_NONE))
		return -EINVAL;
	if (set->count && !(set->flags & VFIO_IRQ_SET_DATA_EVENTFD)) {
		if (is_meant(data, 0))
			vdsa_vdev_ask_unplug(vdev, 1);
		return 0;
	}
	if (data)
		trigger = get_trigger(*(const s32 *)data);
	if (IS_ERR(trigger))
		return PTR_ERR(trigger);
	vdsa_vdev_set_unplug(vdev, trigger);
	return 0;
}

static long set_irqs(struct vfio_device *vfio, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_irq_set, count), size;
	struct vdsa_vdev *vdev = vdsa_vdev_of(vfio);
	struct vdsa_door_irqs irqs;
	struct vfio_irq_set set;
	void *data = NULL;
	int ret;

	if (copy_from_user(&set, arg, minsz))
		return -EFAULT;
	ret = door_of(vfio)->irqs(vdev, set.index, &irqs) ?:
	      vfio_set_irqs_validate_and_prepare(&set, irqs.count, door_of(vfio)->nr_irqs, &size);
	if (ret)
		return ret;
	if (size) {
		data = memdup_user(arg + minsz, size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	if (irqs.asks)
		ret = set_unplug(vdev, &set, data);
	else
		ret = set_vectors(vdev, &irqs, &set, data);
	kfree(data);
	return ret;
}

long vdsa_door_ioctl(struct vfio_device *vfio, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return get_info(vfio, uarg);
#ifndef VDSA_VFIO_HAS_REGION_INFO_CAPS
	case VFIO_DEVICE_GET_REGION_INFO:
		return get_region_info(vfio, uarg);
#endif
	case VFIO_DEVICE_GET_IRQ_INFO:
		return get_irq_info(vfio, uarg);
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(vfio, uarg);
	case VFIO_DEVICE_RESET:
		vdsa_vdev_reset(vdsa_vdev_of(vfio));
		return 0;
	default:
		return -ENOTTY;
	}
}

int vdsa_door_open(struct vfio_device *vfio)
{
	return vdsa_vdev_open(vdsa_vdev_of(vfio));
}

void vdsa_door_close(struct vfio_device *vfio)
{
	vdsa_vdev_close(vdsa_vdev_of(vfio));
}

void vdsa_door_request(struct vfio_device *vfio, unsigned int count)
{
	vdsa_vdev_ask_unplug(vdsa_vdev_of(vfio), count);
}

void vdsa_door_dma_unmap(struct vfio_device *vfio, u64 iova, u64 length)
{
	vdsa_pins_drop(&vdsa_vdev_of(vfio)->pins, iova, length);
}
