/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_DEVICE_H
#define UNIT_LINUX_DEVICE_H

struct device {
	int nr_warnings;
};

#define dev_warn_once(dev, ...)	((void)(dev)->nr_warnings++)

#endif /* UNIT_LINUX_DEVICE_H */
