// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What does the kernel say of idxd's bus and of modules? libudev receives it from the kernel itself,
 * not from udev, so that it is heard where no udev runs, as in a container. libudev takes messages
 * of the kernel alone: others may send to the group, too.
 */
#include <errno.h>
#include <libudev.h>
#include <stdlib.h>

#include "../core/late.h"
#include "uevents.h"

#define UDEV_FUNCTIONS(f)                                                      \
	f(udev, new) f(udev, unref) f(udev, monitor_new_from_netlink)          \
	f(udev, monitor_filter_add_match_subsystem_devtype)                    \
	f(udev, monitor_enable_receiving) f(udev, monitor_get_fd)              \
	f(udev, monitor_receive_device) f(udev, monitor_unref)                 \
	f(udev, device_get_subsystem) f(udev, device_get_action)               \
	f(udev, device_get_devpath) f(udev, device_unref)
LATE_LIBRARY(udev, "libudev.so.1", "libudev1", UDEV_FUNCTIONS)

struct uevents {
	struct udev *udev;
	struct udev_monitor *monitor;
};

static int listen_to(struct udev_monitor *monitor)
{
	int err = udev.monitor_filter_add_match_subsystem_devtype(monitor, "dsa", NULL);

	if (err >= 0)
		err = udev.monitor_filter_add_match_subsystem_devtype(monitor, "module", NULL);
	if (err >= 0)
		err = udev.monitor_enable_receiving(monitor);
	return err < 0 ? err : 0;
}

int uevents_require(struct dsactl_ctx *ctx)
{
	return late_require(ctx, &udev_library);
}

int uevents_open(struct uevents **uevents)
{
	int err;

	*uevents = calloc(1, sizeof(**uevents));
	if (!*uevents)
		return -ENOMEM;
	(*uevents)->udev = udev.new();
	if ((*uevents)->udev)
		(*uevents)->monitor = udev.monitor_new_from_netlink((*uevents)->udev, "kernel");
	err = (*uevents)->monitor ? listen_to((*uevents)->monitor) : -errno;
	if (err) {
		uevents_close(*uevents);
		*uevents = NULL;
	}
	return err;
}

int uevents_fd(const struct uevents *uevents)
{
	return udev.monitor_get_fd(uevents->monitor);
}

/* A message that libudev refuses ends the reading, too: the rest is read at the next call. */
int uevents_read(struct uevents *uevents, uevent_fn *report, void *data)
{
	struct udev_device *device;

	while ((device = udev.monitor_receive_device(uevents->monitor))) {
		const char *subsystem = udev.device_get_subsystem(device);
		const char *action = udev.device_get_action(device);
		const char *path = udev.device_get_devpath(device);

		if (subsystem && action && path)
			report(data, subsystem, action, path);
		udev.device_unref(device);
	}
	return errno == ENOBUFS ? -ENOBUFS : 0;
}

void uevents_close(struct uevents *uevents)
{
	if (!uevents)
		return;
	udev.monitor_unref(uevents->monitor);
	udev.unref(uevents->udev);
	free(uevents);
}
