// SPDX-License-Identifier: GPL-2.0-only
/* How a VFIO user opens a mediated device and reaches its regions. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <linux/dsa_vdev_bare.h>
#include <linux/vfio.h>

#include "iommufd.h"
#include "vfio_user.h"

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("client: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

int lab_slow(void)
{
	const char *times = getenv("LAB_SLOW");
	int slow = times ? atoi(times) : 1;

	if (slow < 1)
		die("LAB_SLOW=%s: it is no number from 1 on", times);
	return slow;
}

static int group_of(const char *name)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/bus/%s/devices/%s/iommu_group",
		 strchr(name, ':') ? "pci" : "mdev", name);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		die("%s: %s", link, strerror(errno));
	target[len] = '\0';
	return atoi(basename(target));
}

static void open_group(struct vfio_dev *dev, const char *name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%d", group_of(name));
	dev->group = open(path, O_RDWR | O_CLOEXEC);
	if (dev->group < 0)
		die("%s: %s", path, strerror(errno));
	if (ioctl(dev->group, VFIO_GROUP_GET_STATUS, &status) ||
	    !(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		die("%s: the group is not viable", path);
}

static void open_container(struct vfio_dev *dev)
{
	dev->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (dev->container < 0)
		die("/dev/vfio/vfio: %s", strerror(errno));
	if (ioctl(dev->group, VFIO_GROUP_SET_CONTAINER, &dev->container))
		die("VFIO_GROUP_SET_CONTAINER: %s", strerror(errno));
	if (ioctl(dev->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		die("VFIO_SET_IOMMU: %s", strerror(errno));
}

static void join_container(struct vfio_dev *dev, const struct vfio_dev *other)
{
	dev->container = dup(other->container);
	if (dev->container < 0 || ioctl(dev->group, VFIO_GROUP_SET_CONTAINER, &dev->container))
		die("joining a container: %s", strerror(errno));
}

static struct vfio_region_info region_info(struct vfio_dev *dev, uint32_t index)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		die("VFIO_DEVICE_GET_REGION_INFO %u: %s", index, strerror(errno));
	return info;
}

static unsigned int count_irqs(struct vfio_dev *dev, uint32_t index)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(dev->fd, VFIO_DEVICE_GET_IRQ_INFO, &info))
		die("VFIO_DEVICE_GET_IRQ_INFO: %s", strerror(errno));
	return info.count;
}

static void open_by_group(struct vfio_dev *dev, const char *name, const struct vfio_dev *other)
{
	open_group(dev, name);
	if (other)
		join_container(dev, other);
	else
		open_container(dev);
	dev->fd = ioctl(dev->group, VFIO_GROUP_GET_DEVICE_FD, name);
	if (dev->fd < 0)
		die("%s: VFIO_GROUP_GET_DEVICE_FD: %s", name, strerror(errno));
}

static bool is_bare(struct vfio_dev *dev)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	if (ioctl(dev->fd, VFIO_DEVICE_GET_INFO, &info))
		die("VFIO_DEVICE_GET_INFO: %s", strerror(errno));
	return !(info.flags & VFIO_DEVICE_FLAGS_PCI);
}

static void find_portals(struct vfio_dev *dev)
{
	struct vfio_region_info portals = region_info(dev, VDSA_BARE_REGION_PORTALS);

	dev->bar2 = portals.offset;
	dev->bar2_size = portals.size;
	dev->nr_vectors = count_irqs(dev, VDSA_BARE_IRQ_COMPLETION) + 1;
}

static void find_regions(struct vfio_dev *dev)
{
	struct vfio_region_info bar2;

	dev->bare = is_bare(dev);
	if (dev->bare)
		return find_portals(dev);
	dev->bar0 = region_info(dev, VFIO_PCI_BAR0_REGION_INDEX).offset;
	bar2 = region_info(dev, VFIO_PCI_BAR2_REGION_INDEX);
	dev->bar2 = bar2.offset;
	dev->bar2_size = bar2.size;
	dev->config = region_info(dev, VFIO_PCI_CONFIG_REGION_INDEX).offset;
	dev->nr_vectors = count_irqs(dev, VFIO_PCI_MSIX_IRQ_INDEX);
}

bool vfio_is_by_iommufd(void)
{
	const char *how = getenv("VDEV_IOMMU") ?: "container";

	if (!strcmp(how, "iommufd"))
		return true;
	if (strcmp(how, "container"))
		die("VDEV_IOMMU=%s: it may be container or iommufd", how);
	return false;
}

static const char *socket_path(void)
{
	return getenv("VDEV_SOCKET");
}

static bool is_by_socket(const struct vfio_dev *dev)
{
	return dev->socket >= 0;
}

void *vfio_memory(size_t len)
{
	void *mem;

	if (socket_path())
		return vfio_user_memory(len);
	mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (mem == MAP_FAILED)
		die("no memory for %zu bytes", len);
	return mem;
}

static void open_device(struct vfio_dev *dev, const char *name, const struct vfio_dev *other)
{
	memset(dev, 0, sizeof(*dev));
	dev->group = dev->socket = -1;
	if (socket_path() && other)
		die("a vfio-user server has no container");
	if (socket_path())
		return vfio_user_open(dev, socket_path());
	if (vfio_is_by_iommufd())
		iommufd_open(dev, name, other);
	else
		open_by_group(dev, name, other);
	find_regions(dev);
}

void vfio_open(struct vfio_dev *dev, const char *name)
{
	open_device(dev, name, NULL);
}

void vfio_open_beside(struct vfio_dev *dev, const char *name, const struct vfio_dev *other)
{
	open_device(dev, name, other);
}

void vfio_close(struct vfio_dev *dev)
{
	for (unsigned int i = 0; dev->eventfd && i < dev->nr_vectors; i++)
		close(dev->eventfd[i]);
	free(dev->eventfd);
	close(dev->fd);
	if (dev->group >= 0)
		close(dev->group);
	close(is_by_socket(dev) ? dev->socket : dev->container);
}

void vfio_map(struct vfio_dev *dev, void *mem, size_t len, uint64_t iova)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .vaddr = (uintptr_t)mem, .iova = iova, .size = len,
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
	};

	if (is_by_socket(dev))
		return vfio_user_map(dev, mem, len, iova);
	if (dev->ioas)
		return iommufd_map(dev, mem, len, iova);
	if (ioctl(dev->container, VFIO_IOMMU_MAP_DMA, &map))
		die("VFIO_IOMMU_MAP_DMA 0x%llx: %s", (unsigned long long)iova, strerror(errno));
}

void vfio_unmap(struct vfio_dev *dev, uint64_t iova, size_t len)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .iova = iova, .size = len };

	if (is_by_socket(dev))
		return vfio_user_unmap(dev, iova, len);
	if (dev->ioas)
		return iommufd_unmap(dev, iova, len);
	if (ioctl(dev->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		die("VFIO_IOMMU_UNMAP_DMA 0x%llx: %s", (unsigned long long)iova, strerror(errno));
}

/* Eventfds for the @count interrupts from the first of @index on. */
static void set_triggers(struct vfio_dev *dev, uint32_t index, int *fds, unsigned int count)
{
	size_t size = sizeof(struct vfio_irq_set) + count * sizeof(int32_t);
	struct vfio_irq_set *set = calloc(1, size);

	if (!set)
		die("out of memory");
	set->argsz = size;
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = index;
	set->count = count;
	for (unsigned int i = 0; i < count; i++) {
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (fds[i] < 0)
			die("eventfd: %s", strerror(errno));
		memcpy(set->data + i * sizeof(int32_t), &fds[i], sizeof(int32_t));
	}
	if (is_by_socket(dev))
		vfio_user_set_irqs(dev, set, fds);
	else if (ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set))
		die("VFIO_DEVICE_SET_IRQS %u: %s", index, strerror(errno));
	free(set);
}

void vfio_set_first_irqs(struct vfio_dev *dev, unsigned int nr)
{
	dev->eventfd = calloc(dev->nr_vectors, sizeof(int));
	if (!dev->eventfd)
		die("out of memory");
	if (dev->bare) {
		set_triggers(dev, VDSA_BARE_IRQ_EVENT, dev->eventfd, 1);
		if (nr > 1)
			set_triggers(dev, VDSA_BARE_IRQ_COMPLETION, dev->eventfd + 1, nr - 1);
	} else {
		set_triggers(dev, VFIO_PCI_MSIX_IRQ_INDEX, dev->eventfd, nr);
	}
	for (; nr < dev->nr_vectors; nr++)
		dev->eventfd[nr] = -1;
}

void vfio_set_irqs(struct vfio_dev *dev)
{
	vfio_set_first_irqs(dev, dev->nr_vectors);
}

int vfio_unplug_fd(struct vfio_dev *dev)
{
	int fd;

	set_triggers(dev, dev->bare ? VDSA_BARE_IRQ_REQUEST : VFIO_PCI_REQ_IRQ_INDEX, &fd, 1);
	return fd;
}

void vfio_reset(struct vfio_dev *dev)
{
	if (is_by_socket(dev))
		vfio_user_reset(dev);
	else if (ioctl(dev->fd, VFIO_DEVICE_RESET))
		die("VFIO_DEVICE_RESET: %s", strerror(errno));
}

void vfio_read(struct vfio_dev *dev, uint64_t off, void *val, size_t len)
{
	if (is_by_socket(dev))
		vfio_user_read(dev, off, val, len);
	else if (pread(dev->fd, val, len, off) != (ssize_t)len)
		die("reading a register at 0x%llx: %s", (unsigned long long)off, strerror(errno));
}

void vfio_write(struct vfio_dev *dev, uint64_t off, const void *val, size_t len)
{
	if (is_by_socket(dev))
		vfio_user_write(dev, off, val, len);
	else if (pwrite(dev->fd, val, len, off) != (ssize_t)len)
		die("writing a register at 0x%llx: %s", (unsigned long long)off, strerror(errno));
}

uint64_t bar0_read64(struct vfio_dev *dev, uint32_t off)
{
	uint64_t val;

	vfio_read(dev, dev->bar0 + off, &val, sizeof(val));
	return val;
}

uint32_t bar0_read32(struct vfio_dev *dev, uint32_t off)
{
	uint32_t val;

	vfio_read(dev, dev->bar0 + off, &val, sizeof(val));
	return val;
}

void bar0_write32(struct vfio_dev *dev, uint32_t off, uint32_t val)
{
	vfio_write(dev, dev->bar0 + off, &val, sizeof(val));
}

uint32_t config_read32(struct vfio_dev *dev, uint32_t off)
{
	uint32_t val;

	vfio_read(dev, dev->config + off, &val, sizeof(val));
	return val;
}

void config_enable(struct vfio_dev *dev, uint16_t bits)
{
	uint16_t command;

	vfio_read(dev, dev->config + PCI_COMMAND, &command, sizeof(command));
	command |= bits;
	vfio_write(dev, dev->config + PCI_COMMAND, &command, sizeof(command));
}

uint64_t vfio_wait_irq(struct vfio_dev *dev, unsigned int vector, int timeout_ms)
{
	struct pollfd pfd = { .fd = dev->eventfd[vector], .events = POLLIN };
	uint64_t count = 0;
	int n;

	do
		n = poll(&pfd, 1, timeout_ms);
	while (n < 0 && errno == EINTR);	/* SIGTERM ends the work, not the wait */
	if (n > 0 &&
	    read(dev->eventfd[vector], &count, sizeof(count)) != sizeof(count))
		count = 0;
	return count;
}
