// SPDX-License-Identifier: GPL-2.0-only
/* How is a bare vdev used by VFIO and its own requests? See bare.h. */
#include "bare.h"
#include "vfio-user/dma.h"
#include "vfio-user/shmap.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GROUPS_DIR "/dev/vfio"
#define MDEVS_DIR "/sys/bus/mdev/devices"

struct bare {
	char uuid[37];
	int group, container;
	int event, request;	/* eventfds */
	int files;		/* inotify: a file of GROUPS_DIR was removed */
	int device, portals;	/* -1: it is not open; the portals cannot be mapped */
};

bool bare_is_there(const char *uuid)
{
	char path[sizeof(MDEVS_DIR) + 37] = MDEVS_DIR "/", *to = path + strlen(path);

	if (strlen(uuid) != 36 || strspn(uuid, "0123456789abcdefABCDEF-") != 36)
		return false;
	while (*uuid)
		*to++ = (char)tolower(*uuid++);
	return !access(path, F_OK);
}

static int group_open(const char *uuid)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), MDEVS_DIR "/%s/iommu_group", uuid);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -1;
	target[len] = '\0';
	snprintf(path, sizeof(path), GROUPS_DIR "/%s", strrchr(target, '/') + 1);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* Of a file that was removed before the watch began there is no event: so look once. */
static bool watch_files(struct bare *bare)
{
	bare->files = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (bare->files < 0 || inotify_add_watch(bare->files, GROUPS_DIR, IN_DELETE | IN_ONLYDIR) < 0)
		return false;
	if (!bare_is_gone(bare))
		return true;
	errno = ENODEV;
	return false;
}

/* False: *@what failed. */
static bool open_all(struct bare *bare, const char **what)
{
	*what = "opening its VFIO group";
	bare->group = group_open(bare->uuid);
	if (bare->group < 0 || !watch_files(bare))
		return false;
	*what = "opening /dev/vfio/vfio";
	bare->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (bare->container < 0)
		return false;
	*what = "making a VFIO container";
	if (ioctl(bare->group, VFIO_GROUP_SET_CONTAINER, &bare->container) ||
	    ioctl(bare->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return false;
	*what = "making event file descriptors";
	bare->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bare->request = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return bare->event >= 0 && bare->request >= 0;
}

struct bare *bare_new(const char *uuid, const char **what)
{
	struct bare *bare = calloc(1, sizeof(*bare));

	*what = "getting memory";
	if (!bare)
		return NULL;
	*bare = (struct bare){ .group = -1, .container = -1, .event = -1,
			       .request = -1, .files = -1, .device = -1, .portals = -1 };
	snprintf(bare->uuid, sizeof(bare->uuid), "%s", uuid);
	if (open_all(bare, what))
		return bare;
	bare_free(bare);
	return NULL;
}

static void close_fd(int *fd)
{
	int err = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = err;
}

static void kernel_end(void *arg)
{
	struct bare *bare = arg;

	close_fd(&bare->portals);
	close_fd(&bare->device);
}

void bare_free(struct bare *bare)
{
	if (!bare)
		return;
	kernel_end(bare);
	close_fd(&bare->request);
	close_fd(&bare->event);
	close_fd(&bare->files);
	close_fd(&bare->group);
	close_fd(&bare->container);
	free(bare);
}

int bare_event_fd(const struct bare *bare)
{
	return bare->event;
}

int bare_request_fd(const struct bare *bare)
{
	return bare->request;
}

int bare_gone_fd(const struct bare *bare)
{
	return bare->files;
}

bool bare_is_gone(void *arg)
{
	const struct bare *bare = arg;
	char events[4096];
	struct stat st;

	/* What they say is of no interest: the file that is open has no name any more. */
	while (read(bare->files, events, sizeof(events)) > 0)
		;
	return !shmap_stat(bare->group, &st) && !st.st_nlink;
}

/* SET_IRQS of one vector, with a descriptor where @flags say so. */
static int set_irq(const struct bare *bare, uint32_t index, uint32_t vector, uint32_t flags, int fd)
{
	_Alignas(struct vfio_irq_set) uint8_t irq[sizeof(struct vfio_irq_set) + sizeof(int32_t)];
	struct vfio_irq_set *set = (struct vfio_irq_set *)irq;
	int32_t datum = fd;

	*set = (struct vfio_irq_set){ .argsz = sizeof(*set), .flags = flags, .index = index,
				      .start = vector, .count = 1 };
	if (flags & VFIO_IRQ_SET_DATA_EVENTFD)
		set->argsz = sizeof(irq);
	memcpy(set->data, &datum, sizeof(datum));
	return ioctl(bare->device, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
}

#define CONNECT (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)

static int kernel_set_trigger(void *arg, unsigned int vector, int fd)
{
	return set_irq(arg, VDSA_BARE_IRQ_COMPLETION, vector, CONNECT, fd);
}

static void kernel_set_masked(void *arg, unsigned int vector, bool masked)
{
	set_irq(arg, VDSA_BARE_IRQ_COMPLETION, vector,
		VFIO_IRQ_SET_DATA_NONE |
		(masked ? VFIO_IRQ_SET_ACTION_MASK : VFIO_IRQ_SET_ACTION_UNMASK), -1);
}

static int get_info(const struct bare *bare, struct vdsa_bare_info *info)
{
	*info = (struct vdsa_bare_info){ .argsz = sizeof(*info) };
	if (ioctl(bare->device, VDSA_BARE_GET_INFO, info))
		return -errno;
	return info->version == VDSA_BARE_VERSION ? 0 : -EPROTO;
}

static int get_portals(struct bare *bare, const struct vdsa_bare_info *info)
{
	struct vdsa_bare_portals portals = { .argsz = sizeof(portals) };

	if (!info->portal_allowed)
		return 0;
	bare->portals = ioctl(bare->device, VDSA_BARE_GET_PORTALS, &portals);
	return bare->portals < 0 ? -errno : 0;
}

static void drain(int eventfd_)
{
	uint64_t count;
	ssize_t n = read(eventfd_, &count, sizeof(count));

	(void)n;	/* of no one's interest: it may be empty */
}

static int kernel_begin(void *arg, struct vdsa_bare_info *info)
{
	struct bare *bare = arg;
	int err;

	drain(bare->event);
	drain(bare->request);
	bare->device = ioctl(bare->group, VFIO_GROUP_GET_DEVICE_FD, bare->uuid);
	if (bare->device < 0)
		return -errno;
	err = get_info(bare, info) ?: get_portals(bare, info) ?:
	      set_irq(bare, VDSA_BARE_IRQ_EVENT, 0, CONNECT, bare->event) ?:
	      set_irq(bare, VDSA_BARE_IRQ_REQUEST, 0, CONNECT, bare->request);
	if (err)
		kernel_end(bare);
	return err;
}

static int kernel_map(void *arg, uint64_t iova, uint64_t size, void *addr, unsigned int access)
{
	const struct bare *bare = arg;
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .vaddr = (uintptr_t)addr, .iova = iova, .size = size,
		.flags = (access & DMA_READABLE ? VFIO_DMA_MAP_FLAG_READ : 0) |
			 (access & DMA_WRITABLE ? VFIO_DMA_MAP_FLAG_WRITE : 0),
	};

	return ioctl(bare->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

static void kernel_unmap(void *arg, uint64_t iova, uint64_t size)
{
	const struct bare *bare = arg;
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .iova = iova, .size = size,
		.flags = size ? 0 : VFIO_DMA_UNMAP_FLAG_ALL,
	};

	ioctl(bare->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

static int kernel_act(void *arg, struct vdsa_bare_act *act)
{
	const struct bare *bare = arg;

	act->argsz = sizeof(*act);
	return ioctl(bare->device, VDSA_BARE_ACT, act) ? -errno : 0;
}

static int kernel_prepare(void *arg, uint32_t ticket)
{
	const struct bare *bare = arg;
	struct vdsa_bare_map map = { .argsz = sizeof(map), .ticket = ticket,
				     .flags = ticket ? 0 : VDSA_BARE_MAP_AHEAD };

	return ioctl(bare->device, VDSA_BARE_MAP, &map) ? -errno : 0;
}

static int kernel_get_events(void *arg, struct vdsa_bare_events *events)
{
	const struct bare *bare = arg;

	drain(bare->event);
	*events = (struct vdsa_bare_events){ .argsz = sizeof(*events) };
	return ioctl(bare->device, VDSA_BARE_GET_EVENTS, events) ? -errno : 0;
}

static uint32_t kernel_get_pending(void *arg)
{
	const struct bare *bare = arg;
	struct vdsa_bare_pending pending = { .argsz = sizeof(pending) };

	return ioctl(bare->device, VDSA_BARE_GET_PENDING, &pending) ? 0 : pending.vectors;
}

static int kernel_portal_fd(void *arg)
{
	const struct bare *bare = arg;

	return bare->portals;
}

const struct bare_ops bare_kernel_ops = {
	.begin = kernel_begin,
	.end = kernel_end,
	.map = kernel_map,
	.unmap = kernel_unmap,
	.act = kernel_act,
	.prepare = kernel_prepare,
	.get_events = kernel_get_events,
	.get_pending = kernel_get_pending,
	.set_trigger = kernel_set_trigger,
	.set_masked = kernel_set_masked,
	.portal_fd = kernel_portal_fd,
};
