// SPDX-License-Identifier: GPL-2.0
/*
 * The DSA functions: what they can do, and how they are added and removed. See
 * bus.h. Their work queues are in bus_wq.c.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/slab.h>
#include "bus_priv.h"
#include "core/compat.h"
#include "model/regs.h"

static DEFINE_MUTEX(bus_lock);
static DEFINE_MUTEX(show_lock);
static LIST_HEAD(devices);		/* bus_lock [show], see bus.h */
const struct vdsa_bus_ops *vdsa_bus_ops;

static void dev_free(struct kref *ref)
{
	struct vdsa_dev *dev = container_of(ref, struct vdsa_dev, ref);

	pci_dev_put(dev->pdev);
	mutex_destroy(&dev->lock);
	vdsa_config_free(dev->config);
	vdsa_config_free(dev->next_config);
	kfree(dev->errors);
	kfree(dev->claims);
	kfree(dev);
}

void vdsa_dev_get(struct vdsa_dev *dev)
{
	kref_get(&dev->ref);
}

void vdsa_dev_put(struct vdsa_dev *dev)
{
	kref_put(&dev->ref, dev_free);
}

void vdsa_dev_lock(struct vdsa_dev *dev)
{
	atomic_inc(&dev->nr_waiting);
	mutex_lock(&dev->lock);
	atomic_dec(&dev->nr_waiting);
}

void vdsa_bus_lock(void)
{
	mutex_lock(&bus_lock);
}

void vdsa_bus_unlock(void)
{
	mutex_unlock(&bus_lock);
}

void vdsa_bus_show_lock(void)
{
	mutex_lock(&show_lock);
}

void vdsa_bus_show_unlock(void)
{
	mutex_unlock(&show_lock);
}

void vdsa_bus_assert_stays(const struct vdsa_dev *dev)
{
	lockdep_assert(lockdep_is_held(&dev->lock) || lockdep_is_held(&show_lock));
}

struct vdsa_dev *vdsa_bus_next(struct vdsa_dev *dev)
{
	lockdep_assert(lockdep_is_held(&bus_lock) || lockdep_is_held(&show_lock));
	if (!dev)
		return list_first_entry_or_null(&devices, struct vdsa_dev, node);
	return list_is_last(&dev->node, &devices) ? NULL : list_next_entry(dev, node);
}

struct vdsa_dev *vdsa_bus_find(const char *name)
{
	struct vdsa_dev *dev;

	vdsa_bus_for_each(dev)
		if (!strcmp(dev->name, name))
			return dev;
	return NULL;
}

struct vdsa_dev *vdsa_bus_find_idxd(const struct idxd_device *idxd)
{
	struct vdsa_dev *dev;

	guard(mutex)(&bus_lock);
	vdsa_bus_for_each(dev)
		if (dev->idxd == idxd) {
			vdsa_dev_get(dev);
			return dev;
		}
	return NULL;
}

static u64 read_u64(struct vdsa_dev *dev, u32 reg)
{
	return readl(dev->regs + reg) | (u64)readl(dev->regs + reg + 4) << 32;
}

static void read_caps(struct vdsa_dev *dev)
{
	struct vdsa_caps *caps = &dev->caps;
	u64 offsets;
	int i;

	caps->version = readl(dev->regs + DSA_VERSION);
	caps->gen_cap = read_u64(dev, DSA_GENCAP);
	caps->wq_cap = read_u64(dev, DSA_WQCAP);
	caps->group_cap = read_u64(dev, DSA_GRPCAP);
	caps->engine_cap = read_u64(dev, DSA_ENGCAP);
	for (i = 0; i < 4; i++)
		caps->op_cap[i] = read_u64(dev, DSA_OPCAP + 8 * i);
	if (caps->gen_cap & DSA_GENCAP_CMDCAP)
		caps->cmd_cap = readl(dev->regs + DSA_CMDCAP);

	offsets = read_u64(dev, DSA_OFFSETS);
	caps->wqcfg_offset = (u16)(offsets >> DSA_OFFSETS_WQCFG_SHIFT) * DSA_OFFSETS_UNIT;
	caps->ims_offset = (u16)(offsets >> DSA_OFFSETS_IMS_SHIFT) * DSA_OFFSETS_UNIT;
	caps->wqcfg_size = 32 << ((caps->wq_cap & DSA_WQCAP_WQCFG_SIZE) >> DSA_WQCAP_WQCFG_SIZE_SHIFT);
	caps->nr_wqs = (caps->wq_cap & DSA_WQCAP_NR_WQS) >> DSA_WQCAP_NR_WQS_SHIFT;
	caps->nr_groups = caps->group_cap & DSA_GRPCAP_NR_GROUPS;
	caps->nr_engines = caps->engine_cap & DSA_ENGCAP_NR_ENGINES;
	caps->nr_ims = 256 * ((caps->gen_cap & DSA_GENCAP_IMS) >> DSA_GENCAP_IMS_SHIFT);
}

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

static struct vdsa_dev *dev_alloc(struct idxd_device *idxd)
{
	struct vdsa_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	kref_init(&dev->ref);
	mutex_init(&dev->lock);
	INIT_LIST_HEAD(&dev->slices);
	dev->pdev = pci_dev_get(idxd->pdev);
	dev->idxd = idxd;
	dev->iax = idxd->idxd_dev.type == IDXD_DEV_IAX;
	dev->counted_at = jiffies - HZ;
	dev->regs = (void __iomem __force *)idxd->reg_base; /* BTF has no __iomem */
	strscpy(dev->name, dev_name(&idxd->idxd_dev.conf_dev), sizeof(dev->name));
	read_caps(dev);
	dev->claims = kcalloc(dev->caps.nr_wqs, sizeof(*dev->claims), GFP_KERNEL);
	dev->errors = kcalloc(dev->caps.nr_wqs, sizeof(*dev->errors), GFP_KERNEL);
	dev->config = vdsa_config_alloc(&dev->caps);
	dev->next_config = vdsa_config_alloc(&dev->caps);
	if (!dev->claims || !dev->errors || !dev->config || !dev->next_config || !idxd_is_credible(dev)) {
		vdsa_dev_put(dev);
		return NULL;
	}
	return dev;
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

static void dev_add(struct device *pci)
{
	struct idxd_device *idxd = pci_to_idxd(pci);
	struct vdsa_dev *dev;

	device_lock_assert(pci);
	if (!idxd)
		return;
	dev = vdsa_bus_find_idxd(idxd);
	if (dev) {
		vdsa_dev_put(dev);
		return;
	}
	dev = dev_alloc(idxd);
	if (!dev) {
		dev_err(pci, "dsa_vdev: idxd's structures are not as expected: function not used\n");
		return;
	}
	vdsa_bus_ops->add(dev);
	guard(mutex)(&bus_lock);
	guard(mutex)(&show_lock);
	list_add_tail(&dev->node, &devices);
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
	vdsa_bus_ops->remove(dev);
	give_register_back(dev);
	scoped_guard(mutex, &bus_lock) {
		guard(mutex)(&dev->lock);
		guard(mutex)(&show_lock);
		vdsa_bus_unstick(dev);
		dev->gone = true;
		dev->idxd = NULL;
		dev->regs = NULL;
		list_del(&dev->node);
	}
	vdsa_dev_put(dev);
}

/* From here on no work queue of it is claimed and no slice is made. */
static void dev_leave(struct vdsa_dev *dev)
{
	scoped_guard(vdsa_dev, dev)
		dev->leaving = true;
	vdsa_bus_ops->stop(dev);
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
		vdsa_bus_wq_unclaim(idxd, i);
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

bool vdsa_bus_enabled(struct vdsa_dev *dev)
{
	vdsa_bus_assert_stays(dev);
	return !dev->gone && dev->idxd->state == IDXD_DEV_ENABLED;
}

bool vdsa_bus_configurable(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	return !dev->gone && test_bit(IDXD_FLAG_CONFIGURABLE, &dev->idxd->flags);
}

bool vdsa_bus_user_interrupts(struct vdsa_dev *dev)
{
	vdsa_bus_assert_stays(dev);
	return !dev->gone && readl(dev->regs + DSA_GENCFG) & DSA_GENCFG_USER_INT;
}

bool vdsa_bus_logs_drains(struct vdsa_dev *dev)
{
	vdsa_bus_assert_stays(dev);
	return !dev->gone && !dev->pdev->pri_enabled &&
	       readl(dev->regs + DSA_GENCFG) & DSA_GENCFG_EVL;
}

static const u16 unsafe_devices[] = { DSA_PCI_DEVICE_SPR, DSA_PCI_DEVICE_IAX_SPR };

bool vdsa_bus_is_unsafe(const struct vdsa_dev *dev)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(unsafe_devices); i++)
		if (dev->pdev->device == unsafe_devices[i])
			return true;
	return false;
}

u32 vdsa_bus_state(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	if (dev->gone)
		return DSA_GENSTS_HALT;
	return readl(dev->regs + DSA_GENSTS) & DSA_GENSTS_STATE;
}

phys_addr_t vdsa_bus_portal(const struct vdsa_dev *dev, u32 wq, u32 page)
{
	return pci_resource_start(dev->pdev, 2) + wq * DSA_PORTAL_WQ + page * DSA_PORTAL_PAGE;
}

/* The first function for which @is holds (any if @is is NULL), with a reference; or NULL. */
static struct vdsa_dev *get_device_that(bool (*is)(struct vdsa_dev *dev))
{
	struct vdsa_dev *dev;

	guard(mutex)(&bus_lock);
	vdsa_bus_for_each(dev)
		if (!is || is(dev)) {
			vdsa_dev_get(dev);
			return dev;
		}
	return NULL;
}

static bool stays(struct vdsa_dev *dev)
{
	return !READ_ONCE(dev->leaving);
}

static void leave_devices(void)
{
	struct vdsa_dev *dev;

	while ((dev = get_device_that(stays))) {
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

	while ((dev = get_device_that(NULL))) {
		device_lock(&dev->pdev->dev);
		if (!dev->gone) {
			disable_unused(dev);
			dev_remove(dev);
		}
		device_unlock(&dev->pdev->dev);
		vdsa_dev_put(dev);
	}
}

int vdsa_bus_init(const struct vdsa_bus_ops *bus_ops)
{
	int err;

	vdsa_bus_ops = bus_ops;
	err = register_notifiers();
	if (err)
		return err;
	bus_for_each_dev(&pci_bus_type, NULL, NULL, scan_one);
	err = vdsa_bus_register_driver();
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
	vdsa_bus_unregister_driver();
	forget_devices();
	bus_unregister_notifier(&pci_bus_type, &unbind_notifier);
}

VDSA_IMPORT_NS(IDXD);
