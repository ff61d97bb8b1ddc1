// SPDX-License-Identifier: GPL-2.0
/*
 * The VFIO interface of a vdev. Regions, user copies, ioctls and mappings are
 * checked and translated here; vdev/ does the rest.
 */
#include <linux/eventfd.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include "core/compat.h"
#include "vdev/emulated.h"
#include "vfio.h"

static u32 region_size(const struct vdsa_vdev *vdev, u32 index)
{
	switch (index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return VDSA_CFG_SIZE;
	case VFIO_PCI_BAR0_REGION_INDEX:
		return VDSA_BAR0_SIZE;
	case VFIO_PCI_BAR2_REGION_INDEX:
		return vdev->portals.nr_pages << PAGE_SHIFT;
	default:
		return 0;
	}
}

static u32 region_flags(const struct vdsa_vdev *vdev, u32 index)
{
	u32 flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;

	if (!region_size(vdev, index))
		return 0;
	if (index == VFIO_PCI_BAR2_REGION_INDEX && vdev->info.portal_allowed)
		flags |= VFIO_REGION_INFO_FLAG_MMAP;
	return flags;
}

static u32 max_access(u32 region)
{
	return region == VFIO_PCI_CONFIG_REGION_INDEX ? 4 : 8;
}

/* The longest valid access at @off of at most @count bytes. */
static u32 access_len(u32 region, u32 off, size_t count)
{
	u32 len = max_access(region);

	while (len > count || off & (len - 1))
		len /= 2;
	return len;
}

/* BAR2 is only for stores through a mapping; reads and writes find no registers. */
static int read_one(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len,
		    char __user *buf)
{
	__le64 val = 0;

	if (region != VFIO_PCI_BAR2_REGION_INDEX)
		val = cpu_to_le64(vdsa_emulated_read(vdev, region, off, len));
	return copy_to_user(buf, &val, len) ? -EFAULT : 0;
}

static int write_one(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len,
		     char __user *buf)
{
	__le64 val = 0;

	if (copy_from_user(&val, buf, len))
		return -EFAULT;
	if (region != VFIO_PCI_BAR2_REGION_INDEX)
		vdsa_emulated_write(vdev, region, off, len, le64_to_cpu(val));
	return 0;
}

/* The region and range of a read or write of @count bytes at @pos. */
static ssize_t locate(struct vdsa_vdev *vdev, loff_t pos, size_t count,
		      u32 *region, u32 *off)
{
	u64 at = pos & (VDSA_REGION_OFFSET(1) - 1);
	u32 size;

	if (pos < 0 || pos >> VDSA_REGION_SHIFT >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	*region = pos >> VDSA_REGION_SHIFT;
	size = region_size(vdev, *region);
	if (at >= size)
		return -EINVAL;
	*off = at;
	return min_t(size_t, count, size - at);
}

typedef int one_access(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len,
		       char __user *buf);

/* Split a read or write of the holder into register accesses. */
static ssize_t access_region(struct vdsa_vdev *vdev, char __user *buf,
			     size_t count, loff_t *ppos, one_access *access)
{
	u32 region, off, len;
	ssize_t left = locate(vdev, *ppos, count, &region, &off), done = 0;

	if (left < 0)
		return left;
	for (; left; left -= len, off += len, done += len) {
		len = access_len(region, off, left);
		if (access(vdev, region, off, len, buf + done))
			return -EFAULT;
	}
	*ppos += done;
	return done;
}

static ssize_t vdsa_vfio_read(struct vfio_device *vfio, char __user *buf,
			      size_t count, loff_t *ppos)
{
	return access_region(vdsa_vdev_of(vfio), buf, count, ppos, read_one);
}

static ssize_t vdsa_vfio_write(struct vfio_device *vfio, const char __user *buf,
			       size_t count, loff_t *ppos)
{
	return access_region(vdsa_vdev_of(vfio), (char __user *)buf, count, ppos,
			     write_one);
}

/* INTEL-SA-01084: see the flag allow-unsafe-portal of a slice. */
static int vdsa_vfio_mmap(struct vfio_device *vfio, struct vm_area_struct *vma)
{
	struct vdsa_vdev *vdev = vdsa_vdev_of(vfio);
	u32 region = vma->vm_pgoff >> (VDSA_REGION_SHIFT - PAGE_SHIFT);

	if (region != VFIO_PCI_BAR2_REGION_INDEX)
		return -EINVAL;
	if (!vdev->info.portal_allowed)
		return -EPERM;
	return vdsa_portals_mmap(&vdev->portals, vma);
}

static long get_info(struct vdsa_vdev *vdev, void __user *arg)
{
	u32 minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = VFIO_PCI_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static int fill_region_info(struct vdsa_vdev *vdev,
			    struct vfio_region_info *info)
{
	if (info->index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info->offset = VDSA_REGION_OFFSET(info->index);
	info->size = region_size(vdev, info->index);
	info->flags = region_flags(vdev, info->index);
	info->cap_offset = 0;
	return 0;
}

#ifdef VDSA_VFIO_HAS_REGION_INFO_CAPS
static int vdsa_vfio_get_region_info_caps(struct vfio_device *vfio,
					  struct vfio_region_info *info,
					  struct vfio_info_cap *caps)
{
	return fill_region_info(vdsa_vdev_of(vfio), info);
}
#else
static long get_region_info(struct vdsa_vdev *vdev, void __user *arg)
{
	u32 minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info = {};
	int ret;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	ret = fill_region_info(vdev, &info);
	if (ret)
		return ret;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}
#endif

static u32 nr_irqs_of(const struct vdsa_vdev *vdev, u32 index)
{
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return vdsa_vdev_nr_vectors(vdev);
	case VFIO_PCI_REQ_IRQ_INDEX:
		return 1;
	default:
		return 0;
	}
}

static long get_irq_info(struct vdsa_vdev *vdev, void __user *arg)
{
	u32 minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info = {};

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	/* Bus errors belong to the host; VMMs do without this interrupt. */
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS ||
	    info.index == VFIO_PCI_ERR_IRQ_INDEX)
		return -EINVAL;
	info.count = nr_irqs_of(vdev, info.index);
	info.flags = info.count ? VFIO_IRQ_INFO_EVENTFD : 0;
	if (info.index == VFIO_PCI_MSIX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

/* The trigger of a file descriptor; NULL if that is negative. */
static struct eventfd_ctx *get_trigger(s32 fd)
{
	return fd < 0 ? NULL : eventfd_ctx_fdget(fd);
}

/* All or none: as with vfio-pci, a bad one removes the triggers of the others, too. */
static int set_triggers(struct vdsa_vdev *vdev, const struct vfio_irq_set *set,
			const s32 *fds)
{
	struct eventfd_ctx *trigger;
	int ret = 0;
	u32 i;

	for (i = 0; i < set->count && !ret; i++) {
		trigger = get_trigger(fds[i]);
		ret = IS_ERR(trigger) ? PTR_ERR(trigger) :
		      vdsa_vdev_set_trigger(vdev, set->start + i, trigger);
	}
	while (ret && i--)
		vdsa_vdev_set_trigger(vdev, set->start + i, NULL);
	return ret;
}

static int disable_msix(struct vdsa_vdev *vdev)
{
	u32 v;

	for (v = 0; v < vdsa_vdev_nr_vectors(vdev); v++)
		vdsa_vdev_set_trigger(vdev, v, NULL);
	return 0;
}

/* The vectors that @set selects: all, or those whose byte is set. */
static bool is_meant(const struct vfio_irq_set *set, const void *data, u32 i)
{
	return set->flags & VFIO_IRQ_SET_DATA_NONE || ((const u8 *)data)[i];
}

static int set_msix_trigger(struct vdsa_vdev *vdev,
			    const struct vfio_irq_set *set, const void *data)
{
	u32 i;

	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return set_triggers(vdev, set, data);
	if (!set->count && set->flags & VFIO_IRQ_SET_DATA_NONE)
		return disable_msix(vdev);
	for (i = 0; i < set->count; i++) {
		if (is_meant(set, data, i))
			vdsa_vdev_loopback(vdev, set->start + i);
	}
	return 0;
}

static int set_msix_masks(struct vdsa_vdev *vdev,
			  const struct vfio_irq_set *set, const void *data,
			  bool masked)
{
	u32 i;

	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return -ENOTTY;
	for (i = 0; i < set->count; i++) {
		if (is_meant(set, data, i))
			vdsa_vdev_set_masked(vdev, set->start + i, masked);
	}
	return 0;
}

static int set_msix(struct vdsa_vdev *vdev, const struct vfio_irq_set *set,
		    const void *data)
{
	switch (set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) {
	case VFIO_IRQ_SET_ACTION_TRIGGER:
		return set_msix_trigger(vdev, set, data);
	case VFIO_IRQ_SET_ACTION_MASK:
		return set_msix_masks(vdev, set, data, true);
	case VFIO_IRQ_SET_ACTION_UNMASK:
		return set_msix_masks(vdev, set, data, false);
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
		if (is_meant(set, data, 0))
			vdsa_vdev_ask_unplug(vdev, 1);
		return 0;
	}
	if (set->count)
		trigger = get_trigger(*(const s32 *)data);
	if (IS_ERR(trigger))
		return PTR_ERR(trigger);
	vdsa_vdev_set_unplug(vdev, trigger);
	return 0;
}

static long set_irqs(struct vdsa_vdev *vdev, void __user *arg)
{
	size_t minsz = offsetofend(struct vfio_irq_set, count), size;
	struct vfio_irq_set set;
	void *data = NULL;
	int ret;

	if (copy_from_user(&set, arg, minsz))
		return -EFAULT;
	ret = vfio_set_irqs_validate_and_prepare(&set,
						 nr_irqs_of(vdev, set.index),
						 VFIO_PCI_NUM_IRQS, &size);
	if (ret)
		return ret;
	if (size) {
		data = memdup_user(arg + minsz, size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	if (set.index == VFIO_PCI_MSIX_IRQ_INDEX)
		ret = set_msix(vdev, &set, data);
	else
		ret = set_unplug(vdev, &set, data);
	kfree(data);
	return ret;
}

static long vdsa_vfio_ioctl(struct vfio_device *vfio, unsigned int cmd,
			    unsigned long arg)
{
	struct vdsa_vdev *vdev = vdsa_vdev_of(vfio);
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return get_info(vdev, uarg);
#ifndef VDSA_VFIO_HAS_REGION_INFO_CAPS
	case VFIO_DEVICE_GET_REGION_INFO:
		return get_region_info(vdev, uarg);
#endif
	case VFIO_DEVICE_GET_IRQ_INFO:
		return get_irq_info(vdev, uarg);
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(vdev, uarg);
	case VFIO_DEVICE_RESET:
		vdsa_vdev_reset(vdev);
		return 0;
	default:
		return -ENOTTY;
	}
}

static int vdsa_vfio_open_device(struct vfio_device *vfio)
{
	return vdsa_vdev_open(vdsa_vdev_of(vfio));
}

static void vdsa_vfio_close_device(struct vfio_device *vfio)
{
	vdsa_vdev_close(vdsa_vdev_of(vfio));
}

static void vdsa_vfio_request(struct vfio_device *vfio, unsigned int count)
{
	vdsa_vdev_ask_unplug(vdsa_vdev_of(vfio), count);
}

static void vdsa_vfio_dma_unmap(struct vfio_device *vfio, u64 iova, u64 length)
{
	vdsa_pins_drop(&vdsa_vdev_of(vfio)->pins, iova, length);
}

const struct vfio_device_ops vdsa_vfio_ops = {
	.name = "dsa_vdev",
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
	.open_device = vdsa_vfio_open_device,
	.close_device = vdsa_vfio_close_device,
	.read = vdsa_vfio_read,
	.write = vdsa_vfio_write,
	.ioctl = vdsa_vfio_ioctl,
#ifdef VDSA_VFIO_HAS_REGION_INFO_CAPS
	.get_region_info_caps = vdsa_vfio_get_region_info_caps,
#endif
	.mmap = vdsa_vfio_mmap,
	.request = vdsa_vfio_request,
	.dma_unmap = vdsa_vfio_dma_unmap,
};
