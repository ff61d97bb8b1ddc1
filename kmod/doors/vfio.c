// SPDX-License-Identifier: GPL-2.0
/*
 * The VFIO interface of a vdev whose PCI device the module emulates: that of vfio-pci.
 * Accesses to its regions are checked and split here; vdev/ does the rest.
 */
#include <linux/uaccess.h>
#include <linux/vfio.h>
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
		return vdsa_door_portals_size(vdev);
	default:
		return 0;
	}
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

static int irqs_of(const struct vdsa_vdev *vdev, u32 index, struct vdsa_door_irqs *irqs)
{
	*irqs = (struct vdsa_door_irqs) {};
	/* Bus errors belong to the host; VMMs do without this interrupt. */
	if (index >= VFIO_PCI_NUM_IRQS || index == VFIO_PCI_ERR_IRQ_INDEX)
		return -EINVAL;
	if (index == VFIO_PCI_MSIX_IRQ_INDEX)
		*irqs = (struct vdsa_door_irqs) {
			.count = vdsa_vdev_nr_vectors(vdev), .maskable = true,
		};
	if (index == VFIO_PCI_REQ_IRQ_INDEX)
		*irqs = (struct vdsa_door_irqs) { .count = 1, .asks = true };
	return 0;
}

const struct vdsa_door vdsa_vfio_door = {
	.ops = {
		VDSA_DOOR_OPS
		.read = vdsa_vfio_read,
		.write = vdsa_vfio_write,
		.ioctl = vdsa_door_ioctl,
	},
	.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET,
	.nr_regions = VFIO_PCI_NUM_REGIONS,
	.nr_irqs = VFIO_PCI_NUM_IRQS,
	.region_flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE,
	.region_size = region_size,
	.irqs = irqs_of,
};
