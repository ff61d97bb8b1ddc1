/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_VFIO_H
#define UNIT_LINUX_VFIO_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/types.h>

struct vfio_group;

struct vfio_device {
	struct device *dev;
	struct vfio_group *group;
};

#endif /* UNIT_LINUX_VFIO_H */
