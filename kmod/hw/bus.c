// SPDX-License-Identifier: GPL-2.0
/* The list of DSA functions. See bus.h. */
#include <linux/slab.h>
#include "bus.h"

static DEFINE_MUTEX(bus_lock);
static DEFINE_MUTEX(show_lock);
static LIST_HEAD(devices);		/* bus_lock [show], see bus.h */

static void dev_free(struct kref *ref)
{
	struct vdsa_dev *dev = container_of(ref, struct vdsa_dev, ref);

	pci_dev_put(dev->pdev);
	mutex_destroy(&dev->lock);
	dev->release(dev);
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

void vdsa_bus_add(struct vdsa_dev *dev)
{
	guard(mutex)(&bus_lock);
	guard(mutex)(&show_lock);
	list_add_tail(&dev->node, &devices);
}

void vdsa_bus_remove(struct vdsa_dev *dev)
{
	lockdep_assert_held(&bus_lock);
	lockdep_assert_held(&dev->lock);
	guard(mutex)(&show_lock);
	dev->gone = true;
	dev->idxd = NULL;
	dev->regs = NULL;
	list_del(&dev->node);
}

struct vdsa_dev *vdsa_bus_get_that(bool (*is)(struct vdsa_dev *dev))
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
