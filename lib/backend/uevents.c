// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What does the kernel say of idxd's bus and of modules? libudev receives it from the kernel itself,
 * not from udev, so that it is heard where no udev runs, as in a container. libudev takes messages
 * of the kernel alone: others may send to the group, too.
 */
#include <errno.h>
#include <libudev.h>
#include <stdlib.h>

#include "uevents.h"

struct uevents {
	struct udev *udev;
	struct udev_monitor *monitor;
};

static int listen_to(struct udev_monitor *monitor)
{
	int err = udev_monitor_filter_add_match_subsystem_devtype(monitor, "dsa", NULL);

	if (err >= 0)
		err = udev_monitor_filter_add_match_subsystem_devtype(monitor, "module", NULL);
	if (err >= 0)
		err = udev_monitor_enable_receiving(monitor);
	return err < 0 ? err : 0;
}

int uevents_open(struct uevents **uevents)
{
	int err;

	*uevents = calloc(1, sizeof(**uevents));
	if (!*uevents)
		return -ENOMEM;
	(*uevents)->udev = udev_new();
	if ((*uevents)->udev)
		(*uevents)->monitor = udev_monitor_new_from_netlink((*uevents)->udev, "kernel");
	err = (*uevents)->monitor ? listen_to((*uevents)->monitor) : -errno;
	if (err) {
		uevents_close(*uevents);
		*uevents = NULL;
	}
	return err;
}

int uevents_fd(const struct uevents *uevents)
{
	return udev_monitor_get_fd(uevents->monitor);
}

/* A message that libudev refuses ends the reading, too: the rest is read at the next call. */
int uevents_read(struct uevents *uevents, uevent_fn *report, void *data)
{
	struct udev_device *device;

	while ((device = udev_monitor_receive_device(uevents->monitor))) {
		const char *subsystem = udev_device_get_subsystem(device);
		const char *action = udev_device_get_action(device);
		const char *path = udev_device_get_devpath(device);

		if (subsystem && action && path)
			report(data, subsystem, action, path);
		udev_device_unref(device);
	}
	return errno == ENOBUFS ? -ENOBUFS : 0;
}

void uevents_close(struct uevents *uevents)
{
	if (!uevents)
		return;
	udev_monitor_unref(uevents->monitor);
	udev_unref(uevents->udev);
	free(uevents);
}
