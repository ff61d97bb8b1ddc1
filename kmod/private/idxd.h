/* SPDX-License-Identifier: GPL-2.0 */
/*
 * idxd's private structures, generated from BTF, and the functions it exports. Only
 * files of this room include it.
 */
#ifndef VDSA_IDXD_H
#define VDSA_IDXD_H

#include <linux/bitmap.h>
#include <linux/cdev.h>
#include <linux/crypto.h>
#include <linux/dmaengine.h>
#include <linux/idr.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/percpu-rwsem.h>
#include <linux/perf_event.h>
#include <linux/sbitmap.h>
#include <linux/wait.h>
#include <uapi/linux/idxd.h>
#include "idxd_types.h"

extern const struct bus_type dsa_bus_type;

int __must_check __idxd_driver_register(struct idxd_device_driver *drv,
					struct module *module, const char *mod_name);
void idxd_driver_unregister(struct idxd_device_driver *drv);
int idxd_drv_enable_wq(struct idxd_wq *wq);
void idxd_drv_disable_wq(struct idxd_wq *wq);

static inline struct idxd_dev *vdsa_to_idxd_dev(struct device *dev)
{
	return container_of(dev, struct idxd_dev, conf_dev);
}

#endif /* VDSA_IDXD_H */
