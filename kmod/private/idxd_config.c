// SPDX-License-Identifier: GPL-2.0
/*
 * Saves and restores the configuration of a function that idxd clears.
 *
 * idxd clears a work queue's configuration when it is disabled, and all of a
 * function's when that is reset or halts. A copy is kept while the function works.
 *
 * 6.12 does not tell idxd that the function was reset, and no idxd can end a halt
 * by the reset command, since it sends none to a halted function. So idxd's device
 * is unbound, and bound again with the saved configuration, which newer versions
 * of idxd do themselves.
 */
#include <linux/device.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "bus_ops.h"
#include "hw/command.h"
#include "hw/registers.h"
#include "idxd.h"
#include "idxd_config.h"
#include "model/regs.h"

/* The configuration of a work queue that idxd drops, under idxd's names. */
struct vdsa_wq_config {
	char driver[32];		/* the bound driver, or "" */
	enum idxd_wq_type type;
	struct idxd_group *group;
	unsigned long flags;
	u32 size, threshold, priority, max_batch_size;
	unsigned int enqcmds_retries;
	u32 max_sgl_size;		/* kernels that have it */
	u64 max_xfer_bytes;
	DECLARE_BITMAP(opcap, 256);
	typeof_member(struct idxd_wq, name) name;
};

struct group_config {
	bool use_rdbuf_limit;
	u8 rdbufs_allowed, rdbufs_reserved;
	int num_engines, num_wqs, tc_a, tc_b;
	int desc_progress_limit, batch_progress_limit;
};

/* Where a field that is kept lies in the copy and in idxd's structure. */
struct field {
	size_t copy, live, size;
};

/* The field has the same name and type in both. */
#define FIELD(copy_type, live_type, name) {				\
	.copy = offsetof(copy_type, name),				\
	.live = offsetof(live_type, name),				\
	.size = sizeof_field(live_type, name) +				\
		BUILD_BUG_ON_ZERO(!__same_type(typeof_member(copy_type, name), \
					       typeof_member(live_type, name))), \
}
#define GROUP_FIELD(name)	FIELD(struct group_config, struct idxd_group, name)
#define WQ_FIELD(name)		FIELD(struct vdsa_wq_config, struct idxd_wq, name)

static const struct field group_fields[] = {
	GROUP_FIELD(use_rdbuf_limit),
	GROUP_FIELD(rdbufs_allowed),
	GROUP_FIELD(rdbufs_reserved),
	GROUP_FIELD(num_engines),
	GROUP_FIELD(num_wqs),
	GROUP_FIELD(tc_a),
	GROUP_FIELD(tc_b),
	GROUP_FIELD(desc_progress_limit),
	GROUP_FIELD(batch_progress_limit),
};

/* Cleared by idxd when the work queue is disabled; opcap is handled apart. */
static const struct field wq_fields[] = {
	WQ_FIELD(flags),
	WQ_FIELD(threshold),
	WQ_FIELD(priority),
	WQ_FIELD(max_batch_size),
	WQ_FIELD(enqcmds_retries),
	WQ_FIELD(max_xfer_bytes),
#ifdef VDSA_HAS_IDXD_WQ_MAX_SGL_SIZE
	WQ_FIELD(max_sgl_size),
#endif
	WQ_FIELD(name),
};

/* Cleared only with the function. */
static const struct field wq_place_fields[] = {
	WQ_FIELD(type),
	WQ_FIELD(group),
	WQ_FIELD(size),
};

static void save_fields(void *copy, const void *live, const struct field *field, size_t nr)
{
	for (; nr--; field++)
		memcpy(copy + field->copy, live + field->live, field->size);
}

static void restore_fields(const void *copy, void *live, const struct field *field, size_t nr)
{
	for (; nr--; field++)
		memcpy(live + field->live, copy + field->copy, field->size);
}

/* A function's configuration. Groups, engines and work queues by their id. */
struct vdsa_config {
	bool valid;
	u32 rdbuf_limit;
	u16 evl_size;
	struct group_config *groups;
	struct idxd_group **engine_groups;
	struct vdsa_wq_config *wqs;
};

void vdsa_config_free(struct vdsa_config *config)
{
	if (!config)
		return;
	kvfree(config->wqs);
	kfree(config->engine_groups);
	kfree(config->groups);
	kfree(config);
}

struct vdsa_config *vdsa_config_alloc(const struct vdsa_caps *caps)
{
	struct vdsa_config *config = kzalloc(sizeof(*config), GFP_KERNEL);

	if (!config)
		return NULL;
	config->groups = kcalloc(caps->nr_groups, sizeof(*config->groups), GFP_KERNEL);
	config->engine_groups = kcalloc(caps->nr_engines, sizeof(*config->engine_groups), GFP_KERNEL);
	config->wqs = kvcalloc(caps->nr_wqs, sizeof(*config->wqs), GFP_KERNEL);
	if (config->groups && config->engine_groups && config->wqs)
		return config;
	vdsa_config_free(config);
	return NULL;
}

static void save_wq(struct vdsa_wq_config *config, const struct idxd_wq *wq)
{
	const struct device_driver *driver = READ_ONCE(wq->idxd_dev.conf_dev.driver);

	strscpy(config->driver, driver ? driver->name : "");
	save_fields(config, wq, wq_fields, ARRAY_SIZE(wq_fields));
	save_fields(config, wq, wq_place_fields, ARRAY_SIZE(wq_place_fields));
	if (wq->opcap_bmap)
		bitmap_copy(config->opcap, wq->opcap_bmap, 256);
}

struct vdsa_wq_config *vdsa_wq_config_copy(const struct idxd_wq *wq)
{
	struct vdsa_wq_config *config = kzalloc(sizeof(*config), GFP_KERNEL);

	if (config)
		save_wq(config, wq);
	return config;
}

void vdsa_wq_config_restore(const struct vdsa_wq_config *config, struct idxd_wq *wq)
{
	lockdep_assert_held(&wq->wq_lock);
	restore_fields(config, wq, wq_fields, ARRAY_SIZE(wq_fields));
	if (wq->opcap_bmap)
		bitmap_copy(wq->opcap_bmap, config->opcap, 256);
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

static bool is_well(struct vdsa_dev *dev)
{
	return vdsa_bus_enabled(dev) && vdsa_bus_state(dev) == DSA_GENSTS_ENABLED;
}

/*
 * idxd's thread clears the configuration on a halt, so the copy is valid only if
 * the function still works after it was taken.
 */
void vdsa_bus_save(struct vdsa_dev *dev)
{
	struct idxd_device *idxd = dev->idxd;
	struct vdsa_config *config = dev->next_config;
	u32 i;

	lockdep_assert_held(&dev->lock);
	if (!dev->config || !is_well(dev))
		return;
	config->rdbuf_limit = idxd->rdbuf_limit;
	config->evl_size = idxd->evl ? idxd->evl->size : 0;
	for (i = 0; i < dev->caps.nr_groups; i++)
		save_fields(&config->groups[i], idxd->groups[i], group_fields, ARRAY_SIZE(group_fields));
	for (i = 0; i < dev->caps.nr_engines; i++)
		config->engine_groups[i] = idxd->engines[i]->group;
	for (i = 0; i < dev->caps.nr_wqs; i++)
		save_wq(&config->wqs[i], idxd->wqs[i]);
	config->valid = true;
	if (is_well(dev))
		swap(dev->config, dev->next_config);
}

static void restore_wq(const struct vdsa_wq_config *config, struct idxd_wq *wq)
{
	guard(mutex)(&wq->wq_lock);
	vdsa_wq_config_restore(config, wq);
	restore_fields(config, wq, wq_place_fields, ARRAY_SIZE(wq_place_fields));
}

static void restore_all(struct vdsa_dev *dev, const struct vdsa_config *config)
{
	struct idxd_device *idxd = dev->idxd;
	u32 i;

	idxd->rdbuf_limit = config->rdbuf_limit;
	if (idxd->evl)
		idxd->evl->size = config->evl_size;
	for (i = 0; i < dev->caps.nr_groups; i++)
		restore_fields(&config->groups[i], idxd->groups[i], group_fields,
			       ARRAY_SIZE(group_fields));
	for (i = 0; i < dev->caps.nr_engines; i++)
		idxd->engines[i]->group = config->engine_groups[i];
	for (i = 0; i < dev->caps.nr_wqs; i++)
		restore_wq(&config->wqs[i], idxd->wqs[i]);
}

/*
 * A work queue of the host that idxd cannot release now: it is in use, or idxd
 * unmapped its portal at a halt and would unmap it a second time.
 */
static bool blocks(struct vdsa_dev *dev, const struct idxd_wq *wq)
{
	return wq->idxd_dev.conf_dev.driver && !dev->claims[wq->id] &&
	       (wq->client_count || !wq->portal);
}

/*
 * Whether the function was reset without idxd: it is disabled and yet has claimed
 * work queues, which idxd releases before it disables a function itself.
 */
static bool was_reset(struct vdsa_dev *dev)
{
	bool claimed = false;
	u32 i;

	lockdep_assert_held(&dev->lock);
	if (dev->gone || dev->stuck || !dev->config || !dev->config->valid ||
	    vdsa_bus_state(dev) != DSA_GENSTS_DISABLED || work_busy(&dev->idxd->work))
		return false;
	for (i = 0; i < dev->caps.nr_wqs; i++) {
		if (blocks(dev, dev->idxd->wqs[i]))
			return false;
		claimed |= !!dev->claims[i];
	}
	return claimed;
}

/* Take the saved configuration for a rebuild; nothing is saved until it is put back. */
static struct vdsa_config *take_config(struct vdsa_dev *dev)
{
	struct vdsa_config *config = NULL;

	guard(mutex)(&dev->lock);
	if (was_reset(dev))
		swap(config, dev->config);
	return config;
}

static struct device *wq_conf(struct vdsa_dev *dev, u32 wq)
{
	return &dev->idxd->wqs[wq]->idxd_dev.conf_dev;
}

/*
 * Probe only the driver that had it: any other driver of idxd that rejects a work
 * queue sets its type to none. slice_host.c binds those of this module.
 */
static void attach_wq(struct vdsa_dev *dev, u32 wq, const char *name)
{
	struct device_driver *driver = *name ? driver_find(name, &dsa_bus_type) : NULL;

	if (driver && strcmp(name, VDSA_DRIVER_NAME) && device_driver_attach(driver, wq_conf(dev, wq)))
		dev_err(&dev->pdev->dev, "dsa_vdev: wq %u is not bound to %s again\n", wq, name);
}

/* The PCI function's lock is held, so idxd's device is not removed. */
static void rebuild(struct vdsa_dev *dev, const struct vdsa_config *config)
{
	struct device *conf = &dev->idxd->idxd_dev.conf_dev;
	u32 i;

	for (i = 0; i < dev->caps.nr_wqs; i++)
		device_release_driver(wq_conf(dev, i));
	device_release_driver(conf);
	restore_all(dev, config);
	if (device_attach(conf) <= 0)
		dev_err(&dev->pdev->dev, "dsa_vdev: idxd does not take the function after its reset\n");
	for (i = 0; i < dev->caps.nr_wqs; i++)
		attach_wq(dev, i, config->wqs[i].driver);
}

void vdsa_bus_repair(struct vdsa_dev *dev)
{
	struct device *pci = &dev->pdev->dev;
	struct vdsa_config *config;

	/* The lock is held throughout a reset or unbind of the function. */
	if (!device_trylock(pci))
		return;
	config = take_config(dev);
	if (config) {
		rebuild(dev, config);
		scoped_guard(mutex, &dev->lock)
			dev->config = config;
	}
	device_unlock(pci);
}

/* The kind of reset that ends the function's halt. */
static u32 get_reset(struct vdsa_dev *dev)
{
	u32 gensts;

	guard(mutex)(&dev->lock);
	if (vdsa_bus_state(dev) != DSA_GENSTS_HALT || dev->gone)
		return DSA_GENSTS_RESET_COLD;
	gensts = readl(dev->regs + DSA_GENSTS);
	return (gensts & DSA_GENSTS_RESET) >> DSA_GENSTS_RESET_SHIFT;
}

void vdsa_bus_recover(struct vdsa_dev *dev)
{
	switch (get_reset(dev)) {
	case DSA_GENSTS_RESET_SOFTWARE:
		scoped_guard(mutex, &dev->lock)
			vdsa_bus_command(dev, DSA_CMD_RESET_DEVICE, 0, NULL);
		break;
	case DSA_GENSTS_RESET_FLR:
		if (pci_try_reset_function(dev->pdev))
			dev_dbg(&dev->pdev->dev, "no function-level reset now\n");
		break;
	default:	/* this driver cannot end it */
		break;
	}
}
