/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event, whether the kernel's or the module's. */
#ifndef DSACTL_MONITOR_H
#define DSACTL_MONITOR_H

#include "../model/inventory.h"

struct dsactl_event {
	struct dsactl_event *next;
	const char *object, *action, *state;
	char name[UUID_SIZE], device[NAME_SIZE], vdev[UUID_SIZE];
	char vdev_name[DSA_VDEV_NAME_MAX + 1];
};

#endif /* DSACTL_MONITOR_H */
