// SPDX-License-Identifier: GPL-2.0-only
/* How a VFIO user reaches a device without a group and a container. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>

#include "iommufd.h"

/* The device's directory vfio-dev has one entry, its name in /dev/vfio/devices. */
static int open_character_device(const char *name)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/vfio-dev",
		 strchr(name, ':') ? "pci" : "mdev", name);
	dir = opendir(path);
	if (!dir)
		die("%s: %s", path, strerror(errno));
	do
		entry = readdir(dir);
	while (entry && entry->d_name[0] == '.');
	if (!entry)
		die("%s: is empty", path);
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
	closedir(dir);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

/* VFIO's own calls for memory go to the IOAS, too: some tests make them directly. */
static void make_ioas(struct vfio_dev *dev)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct iommu_vfio_ioas compat = { .size = sizeof(compat), .op = IOMMU_VFIO_IOAS_SET };

	dev->container = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (dev->container < 0)
		die("/dev/iommu: %s", strerror(errno));
	if (ioctl(dev->container, IOMMU_IOAS_ALLOC, &alloc))
		die("IOMMU_IOAS_ALLOC: %s", strerror(errno));
	dev->ioas = alloc.out_ioas_id;
	compat.ioas_id = dev->ioas;
	if (ioctl(dev->container, IOMMU_VFIO_IOAS, &compat))
		die("IOMMU_VFIO_IOAS: %s", strerror(errno));
}

static void share_ioas(struct vfio_dev *dev, const struct vfio_dev *other)
{
	dev->container = dup(other->container);
	if (dev->container < 0)
		die("sharing an iommufd: %s", strerror(errno));
	dev->ioas = other->ioas;
}

static void bind_and_attach(struct vfio_dev *dev)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind), .iommufd = dev->container };
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach), .pt_id = dev->ioas };

	if (ioctl(dev->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind))
		die("VFIO_DEVICE_BIND_IOMMUFD: %s", strerror(errno));
	if (ioctl(dev->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach))
		die("VFIO_DEVICE_ATTACH_IOMMUFD_PT: %s", strerror(errno));
}

void iommufd_open(struct vfio_dev *dev, const char *name, const struct vfio_dev *other)
{
	dev->fd = open_character_device(name);
	if (other)
		share_ioas(dev, other);
	else
		make_ioas(dev);
	bind_and_attach(dev);
}

void iommufd_map(struct vfio_dev *dev, void *mem, size_t len, uint64_t iova)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map), .ioas_id = dev->ioas, .user_va = (uintptr_t)mem,
		.length = len, .iova = iova, .flags = IOMMU_IOAS_MAP_FIXED_IOVA |
				IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE,
	};

	if (ioctl(dev->container, IOMMU_IOAS_MAP, &map))
		die("IOMMU_IOAS_MAP 0x%llx: %s", (unsigned long long)iova, strerror(errno));
}

void iommufd_unmap(struct vfio_dev *dev, uint64_t iova, size_t len)
{
	struct iommu_ioas_unmap unmap = {
		.size = sizeof(unmap), .ioas_id = dev->ioas, .iova = iova, .length = len };

	if (ioctl(dev->container, IOMMU_IOAS_UNMAP, &unmap))
		die("IOMMU_IOAS_UNMAP 0x%llx: %s", (unsigned long long)iova, strerror(errno));
}
