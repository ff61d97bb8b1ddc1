// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that idxd drives: found, checked, and followed as idxd binds and
 * unbinds them.
 */
#include <linux/device.h>
#include <linux/slab.h>
#include "core/compat.h"
#include "hw/command.h"
#include "hw/registers.h"
#include "idxd.h"
#include "idxd_bus.h"
#include "idxd_claim.h"
#include "idxd_command.h"
#include "idxd_config.h"
#include "idxd_evl.h"
#include "model/regs.h"

static const struct vdsa_bus_ops *slice_ops;

/*
 * idxd's structures come from its type information. Before they are used they
 * must agree with the hardware.
 */
static bool idxd_is_credible(struct vdsa_dev *dev)
{
	struct idxd_device *idxd = dev->idxd;
	struct vdsa_caps *caps = &dev->caps;
	u64 bar0 = pci_resource_len(dev->pdev, 0);
	u32 i;

	if (idxd->pdev != dev->pdev || idxd->hw.wq_cap.bits != caps->wq_cap ||
	    idxd->max_wqs != caps->nr_wqs || idxd->max_groups != caps->nr_groups ||
	    idxd->max_engines != caps->nr_engines ||
	    idxd->wqcfg_size != caps->wqcfg_size ||
	    idxd->wqcfg_offset != caps->wqcfg_offset)
		return false;
	if (caps->wqcfg_offset + (u64)caps->nr_wqs * caps->wqcfg_size > bar0 ||
	    pci_resource_len(dev->pdev, 2) < (u64)caps->nr_wqs * DSA_PORTAL_WQ)
		return false;
	for (i = 0; i < caps->nr_wqs; i++)
		if (idxd->wqs[i]->idxd != idxd || idxd->wqs[i]->id != i ||
		    idxd->wqs[i]->idxd_dev.conf_dev.parent != &idxd->idxd_dev.conf_dev)
			return false;
	if (caps->ims_offset + (u64)caps->nr_ims * DSA_IMS_STRIDE > bar0)
		caps->nr_ims = 0;
	return true;
}

static void release(struct vdsa_dev *dev)
{
	vdsa_config_free(dev->config);
	vdsa_config_free(dev->next_config);
	vdsa_evl_exit(dev);
	kfree(dev->claims);
}

static struct vdsa_dev *dev_alloc(struct idxd_device *idxd)
{
	struct vdsa_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err = 0;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	kref_init(&dev->ref);
	mutex_init(&dev->lock);
	INIT_LIST_HEAD(&dev->slices);
	dev->pdev = pci_dev_get(idxd->pdev);
	dev->idxd = idxd;
	dev->iax = idxd->idxd_dev.type == IDXD_DEV_IAX;
	dev->regs = (void __iomem __force *)idxd->reg_base; /* BTF has no __iomem */
	strscpy(dev->name, dev_name(&idxd->idxd_dev.conf_dev), sizeof(dev->name));
	dev->shared = &vdsa_idxd_shared_ops;
	dev->release = release;
	vdsa_bus_read_caps(dev);
	dev->claims = kcalloc(dev->caps.nr_wqs, sizeof(*dev->claims), GFP_KERNEL);
	dev->config = vdsa_config_alloc(&dev->caps);
	dev->next_config = vdsa_config_alloc(&dev->caps);
	if (!dev->claims || !vdsa_evl_init(dev) || !dev->config || !dev->next_config)
		err = -ENOMEM;
	else if (!idxd_is_credible(dev))
		err = -EPROTO;
	if (!err)
		return dev;
	vdsa_dev_put(dev);
	return ERR_PTR(err);
}

static int match_idxd(struct device *child, void *found)
{
	struct idxd_dev *idxd_dev = vdsa_to_idxd_dev(child);

	if (child->bus != &dsa_bus_type ||
	    (idxd_dev->type != IDXD_DEV_DSA && idxd_dev->type != IDXD_DEV_IAX))
		return 0;
	*(struct idxd_device **)found = container_of(idxd_dev, struct idxd_device, idxd_dev);
	return 1;
}

/* idxd's device below a PCI function that idxd drives, else NULL. */
static struct idxd_device *pci_to_idxd(struct device *pci)
{
	struct idxd_device *idxd = NULL;

	if (pci->driver && !strcmp(pci->driver->name, "idxd"))
		device_for_each_child(pci, &idxd, match_idxd);
	return idxd;
}

static void tell_unused(struct device *pci, int err)
{
	if (err == -EPROTO)
		dev_err(pci, "dsa_vdev: idxd's structures are not as expected: function not used\n");
	else
		dev_err(pci, "dsa_vdev: function not used: error %d: load the module again\n", err);
}

static void dev_add(struct device *pci)
{
	struct idxd_device *idxd = pci_to_idxd(pci);
	struct vdsa_dev *dev;
	int err;

	device_lock_assert(pci);
	if (!idxd)
		return;
	dev = vdsa_bus_find_idxd(idxd);
	if (dev) {
		vdsa_dev_put(dev);
		return;
	}
	dev = dev_alloc(idxd);
	if (IS_ERR(dev)) {
		tell_unused(pci, PTR_ERR(dev));
		return;
	}
	err = slice_ops->add(dev);
	if (err) {
		tell_unused(pci, err);
		vdsa_dev_put(dev);
		return;
	}
	vdsa_bus_add(dev);
}

/*
 * idxd waits for the command register without a time limit. Wait for a running
 * command up to its own limit, so that the next driver does not meet it.
 */
static void give_register_back(struct vdsa_dev *dev)
{
	vdsa_bus_wait(dev);
	guard(mutex)(&dev->lock);
	vdsa_bus_unstick(dev);
}

static void dev_remove(struct vdsa_dev *dev)
{
	device_lock_assert(&dev->pdev->dev);
	slice_ops->remove(dev);
	give_register_back(dev);
	vdsa_bus_lock();
	scoped_guard(mutex, &dev->lock) {
		vdsa_bus_unstick(dev);
		vdsa_bus_remove(dev);
	}
	vdsa_bus_unlock();
	vdsa_dev_put(dev);
}

/* From here on no work queue of it is claimed and no slice is made. */
static void dev_leave(struct vdsa_dev *dev)
{
	scoped_guard(vdsa_dev, dev)
		dev->leaving = true;
	slice_ops->stop(dev);
}

/*
 * idxd is about to lose the function. Release this driver's work queues first,
 * then idxd's own device: 7.3 uses freed work queues if an enabled device is
 * unbound with its PCI function.
 */
static void dev_unbind(struct device *pci)
{
	struct idxd_device *idxd = pci_to_idxd(pci);
	struct vdsa_dev *dev = idxd ? vdsa_bus_find_idxd(idxd) : NULL;
	u32 i;

	if (!dev)
		return;
	dev_leave(dev);
	for (i = 0; i < dev->caps.nr_wqs; i++)
		vdsa_claim_end(idxd, i);
	give_register_back(dev);
	device_release_driver(&idxd->idxd_dev.conf_dev);
	dev_remove(dev);
	vdsa_dev_put(dev);
}

static int pci_bound(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == BUS_NOTIFY_BOUND_DRIVER)
		dev_add(data);
	return NOTIFY_OK;
}

static int pci_unbind(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == BUS_NOTIFY_UNBIND_DRIVER)
		dev_unbind(data);
	return NOTIFY_OK;
}

/* Functions may still be removed until the last is forgotten; none is added. */
static struct notifier_block bound_notifier = { .notifier_call = pci_bound };
static struct notifier_block unbind_notifier = { .notifier_call = pci_unbind };

static int register_notifiers(void)
{
	int err = bus_register_notifier(&pci_bus_type, &unbind_notifier);

	if (err)
		return err;
	err = bus_register_notifier(&pci_bus_type, &bound_notifier);
	if (err)
		bus_unregister_notifier(&pci_bus_type, &unbind_notifier);
	return err;
}

/* Skip other functions: a task that removes one may hold its lock for long. */
static int scan_one(struct device *pci, void *unused)
{
	if (to_pci_dev(pci)->vendor != PCI_VENDOR_ID_INTEL ||
	    to_pci_dev(pci)->class >> 8 != PCI_CLASS_SYSTEM_OTHER)
		return 0;
	device_lock(pci);
	dev_add(pci);
	device_unlock(pci);
	return 0;
}

static bool stays(struct vdsa_dev *dev)
{
	return !READ_ONCE(dev->leaving);
}

static void leave_devices(void)
{
	struct vdsa_dev *dev;

	while ((dev = vdsa_bus_get_that(stays))) {
		dev_leave(dev);
		vdsa_dev_put(dev);
	}
}

static bool is_unused(struct vdsa_dev *dev)
{
	u32 i;

	guard(mutex)(&dev->lock);
	if (list_empty(&dev->slices) || dev->stuck || vdsa_bus_state(dev) != DSA_GENSTS_ENABLED)
		return false;
	for (i = 0; i < dev->caps.nr_wqs; i++)
		if (READ_ONCE(dev->idxd->wqs[i]->idxd_dev.conf_dev.driver))
			return false;
	return true;
}

/*
 * idxd does not unbind an enabled device from its PCI function in the right order,
 * and once this module is gone nothing else does. A device that was enabled for
 * slices alone is disabled with them.
 */
static void disable_unused(struct vdsa_dev *dev)
{
	device_lock_assert(&dev->pdev->dev);
	if (is_unused(dev))
		device_release_driver(&dev->idxd->idxd_dev.conf_dev);
}

/* A task that unbinds the function meanwhile holds its lock; afterwards it is gone. */
static void forget_devices(void)
{
	struct vdsa_dev *dev;

	while ((dev = vdsa_bus_get_that(NULL))) {
		device_lock(&dev->pdev->dev);
		if (!dev->gone) {
			disable_unused(dev);
			dev_remove(dev);
		}
		device_unlock(&dev->pdev->dev);
		vdsa_dev_put(dev);
	}
}

int vdsa_bus_init(const struct vdsa_bus_ops *ops)
{
	int err;

	slice_ops = ops;
	err = register_notifiers();
	if (err)
		return err;
	bus_for_each_dev(&pci_bus_type, NULL, NULL, scan_one);
	err = vdsa_claim_register(ops);
	if (err) {
		bus_unregister_notifier(&pci_bus_type, &bound_notifier);
		leave_devices();
		forget_devices();
		bus_unregister_notifier(&pci_bus_type, &unbind_notifier);
	}
	return err;
}

void vdsa_bus_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &bound_notifier);
	leave_devices();
	vdsa_claim_unregister();
	forget_devices();
	bus_unregister_notifier(&pci_bus_type, &unbind_notifier);
}

VDSA_IMPORT_NS(IDXD);
