// SPDX-License-Identifier: GPL-2.0
/*
 * How does the module find DSA functions, claim their work queues and command
 * them, on top of a stock idxd? See bus.h for what it offers.
 *
 * A work queue that is claimed is "enabled" in idxd's books, so that idxd
 * guards its configuration and tells us before the device is disabled. In
 * hardware it is enabled only while a vdev wants it, and always with the PASID
 * of its slice.
 */
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/slab.h>
#include "bus.h"
#include "compat.h"
#include "idxd.h"
#include "model/regs.h"
#include "trace.h"

#define VDSA_DRIVER_NAME	"dsa_vdev"
#define COMMAND_TIMEOUT_US	(2 * USEC_PER_SEC)
#define DRAIN_TIMEOUT_US	(10 * USEC_PER_SEC)

static DEFINE_MUTEX(bus_lock);
static LIST_HEAD(devices);		/* bus_lock */
static const struct vdsa_bus_ops *ops;

/* What idxd forgets of a work queue's configuration when it is disabled. */
struct wq_config {
	unsigned long flags;
	u32 threshold, priority, max_batch_size;
	u64 max_xfer_bytes;
	DECLARE_BITMAP(opcap, 256);
	char name[sizeof_field(struct idxd_wq, name)];
};

/* A claimed work queue; idxd's err_queue calls entry on software errors. */
struct vdsa_claim {
	struct idxd_wq *wq;
	void *cookie;
	wait_queue_entry_t entry;
	struct wq_config config;
};

static struct idxd_wq *get_wq(struct vdsa_dev *dev, u32 wq)
{
	lockdep_assert_held(&dev->lock);
	return dev->idxd->wqs[wq];
}

/* Functions ------------------------------------------------------------- */

static void dev_free(struct kref *ref)
{
	struct vdsa_dev *dev = container_of(ref, struct vdsa_dev, ref);

	pci_dev_put(dev->pdev);
	mutex_destroy(&dev->lock);
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

void vdsa_bus_lock(void)
{
	mutex_lock(&bus_lock);
}

void vdsa_bus_unlock(void)
{
	mutex_unlock(&bus_lock);
}

struct vdsa_dev *vdsa_bus_next(struct vdsa_dev *dev)
{
	lockdep_assert_held(&bus_lock);
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

/* The function of @idxd with a reference, or NULL. */
static struct vdsa_dev *find_idxd(const struct idxd_device *idxd)
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
 * idxd's structures were taken from its type information. Before they are
 * relied on they must agree with what the hardware says.
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
	dev->regs = (void __iomem __force *)idxd->reg_base; /* BTF has no __iomem */
	strscpy(dev->name, dev_name(&idxd->idxd_dev.conf_dev), sizeof(dev->name));
	read_caps(dev);
	dev->claims = kcalloc(dev->caps.nr_wqs, sizeof(*dev->claims), GFP_KERNEL);
	if (!dev->claims || !idxd_is_credible(dev)) {
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
	dev = find_idxd(idxd);
	if (dev) {
		vdsa_dev_put(dev);
		return;
	}
	dev = dev_alloc(idxd);
	if (!dev) {
		dev_err(pci, "dsa_vdev: idxd's structures are not as expected: function not used\n");
		return;
	}
	ops->add(dev);
	guard(mutex)(&bus_lock);
	list_add_tail(&dev->node, &devices);
}

static void dev_remove(struct vdsa_dev *dev)
{
	ops->remove(dev);
	scoped_guard(mutex, &bus_lock) {
		guard(mutex)(&dev->lock);
		if (dev->stuck)
			__clear_bit(IDXD_FLAG_CMD_RUNNING, &dev->idxd->flags);
		dev->gone = true;
		dev->idxd = NULL;
		dev->regs = NULL;
		list_del(&dev->node);
	}
	vdsa_dev_put(dev);
}

/*
 * idxd is about to lose the function. The work queues that are ours go first,
 * then idxd's own device: 7.3 uses freed work queues where an enabled device
 * is unbound with its PCI function.
 */
static void dev_unbind(struct device *pci)
{
	struct idxd_device *idxd = pci_to_idxd(pci);
	struct vdsa_dev *dev = idxd ? find_idxd(idxd) : NULL;
	u32 i;

	if (!dev)
		return;
	ops->stop(dev);
	for (i = 0; i < dev->caps.nr_wqs; i++)
		if (READ_ONCE(dev->claims[i]))
			device_release_driver(&idxd->wqs[i]->idxd_dev.conf_dev);
	device_release_driver(&idxd->idxd_dev.conf_dev);
	dev_remove(dev);
	vdsa_dev_put(dev);
}

static int pci_event(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == BUS_NOTIFY_BOUND_DRIVER)
		dev_add(data);
	else if (event == BUS_NOTIFY_UNBIND_DRIVER)
		dev_unbind(data);
	return NOTIFY_OK;
}

static struct notifier_block pci_notifier = { .notifier_call = pci_event };

static int scan_one(struct device *pci, void *unused)
{
	device_lock(pci);
	dev_add(pci);
	device_unlock(pci);
	return 0;
}

/* State ----------------------------------------------------------------- */

bool vdsa_bus_enabled(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	return !dev->gone && dev->idxd->state == IDXD_DEV_ENABLED;
}

bool vdsa_bus_configurable(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	return !dev->gone && test_bit(IDXD_FLAG_CONFIGURABLE, &dev->idxd->flags);
}

bool vdsa_bus_user_interrupts(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	return !dev->gone && readl(dev->regs + DSA_GENCFG) & DSA_GENCFG_USER_INT;
}

u32 vdsa_bus_state(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	if (dev->gone)
		return DSA_GENSTS_HALT;
	return readl(dev->regs + DSA_GENSTS) & DSA_GENSTS_STATE;
}

static u32 count_engines(struct vdsa_dev *dev, const struct idxd_group *group)
{
	u32 i, n = 0;

	for (i = 0; i < dev->caps.nr_engines; i++)
		n += dev->idxd->engines[i]->group == group;
	return n;
}

bool vdsa_bus_get_wq(struct vdsa_dev *dev, u32 id, struct vdsa_wq_conf *conf)
{
	struct idxd_wq *wq;

	lockdep_assert_held(&dev->lock);
	if (dev->gone || id >= dev->caps.nr_wqs)
		return false;
	wq = get_wq(dev, id);
	*conf = (struct vdsa_wq_conf) {
		.enabled = wq->state == IDXD_WQ_ENABLED,
		.dedicated = test_bit(WQ_FLAG_DEDICATED, &wq->flags),
		.user = wq->type == IDXD_WQT_USER,
		.ours = !strcmp(wq->driver_name, VDSA_DRIVER_NAME),
		.claimed = dev->claims[id],
		.group = wq->group ? wq->group->id : -1,
		.nr_group_engines = wq->group ? count_engines(dev, wq->group) : 0,
		.size = wq->size,
		.priority = wq->priority,
		.max_xfer_shift = ilog2(wq->max_xfer_bytes ?: 1),
		.max_batch_shift = ilog2(wq->max_batch_size ?: 1),
		.block_on_fault = test_bit(WQ_FLAG_BLOCK_ON_FAULT, &wq->flags),
	};
	return true;
}

static u32 wqcfg_offset(struct vdsa_dev *dev, u32 wq, u32 dword)
{
	return dev->caps.wqcfg_offset + wq * dev->caps.wqcfg_size + dword;
}

static u32 wq_state(struct vdsa_dev *dev, u32 wq)
{
	u32 status = readl(dev->regs + wqcfg_offset(dev, wq, DSA_WQCFG_STATUS));

	return (status & DSA_WQCFG_STATE) >> DSA_WQCFG_STATE_SHIFT;
}

bool vdsa_bus_wq_live(struct vdsa_dev *dev, u32 wq)
{
	lockdep_assert_held(&dev->lock);
	return !dev->gone && wq_state(dev, wq) != DSA_WQ_DISABLED;
}

phys_addr_t vdsa_bus_portal(const struct vdsa_dev *dev, u32 wq, u32 page)
{
	return pci_resource_start(dev->pdev, 2) + wq * DSA_PORTAL_WQ + page * DSA_PORTAL_PAGE;
}

/* Commands -------------------------------------------------------------- */

/*
 * The command register is idxd's; its protocol is a flag under cmd_lock. Its
 * commands end by an interrupt that completes a completion on a stack; ours are
 * polled, so that a command which ends late finds nothing to complete.
 */
static int command_begin(struct idxd_device *idxd)
{
	long left;

	spin_lock_irq(&idxd->cmd_lock);
	left = wait_event_lock_irq_timeout(idxd->cmd_waitq,
					   !test_bit(IDXD_FLAG_CMD_RUNNING, &idxd->flags),
					   idxd->cmd_lock, usecs_to_jiffies(DRAIN_TIMEOUT_US));
	if (left)
		__set_bit(IDXD_FLAG_CMD_RUNNING, &idxd->flags);
	spin_unlock_irq(&idxd->cmd_lock);
	return left ? 0 : -ETIMEDOUT;
}

static void command_end(struct idxd_device *idxd)
{
	spin_lock_irq(&idxd->cmd_lock);
	__clear_bit(IDXD_FLAG_CMD_RUNNING, &idxd->flags);
	wake_up(&idxd->cmd_waitq);
	spin_unlock_irq(&idxd->cmd_lock);
}

void vdsa_bus_poll(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	if (dev->gone || !dev->stuck || readl(dev->regs + DSA_CMDSTS) & DSA_CMDSTS_ACTIVE)
		return;
	dev->stuck = false;
	command_end(dev->idxd);
}

static u32 command_timeout_us(u32 code)
{
	return code >= DSA_CMD_DISABLE_WQ && code <= DSA_CMD_DRAIN_WQ ?
	       DRAIN_TIMEOUT_US : COMMAND_TIMEOUT_US;
}

int vdsa_bus_command(struct vdsa_dev *dev, u32 code, u32 operand, u32 *result)
{
	u32 status;
	int err;

	if (vdsa_bus_state(dev) == DSA_GENSTS_HALT)
		return -ENXIO;
	vdsa_bus_poll(dev);
	if (dev->stuck)
		return -ETIMEDOUT;
	err = command_begin(dev->idxd);
	if (err)
		return err;
	writel(code << DSA_CMD_CODE_SHIFT | operand, dev->regs + DSA_CMD);
	err = read_poll_timeout(readl, status, !(status & DSA_CMDSTS_ACTIVE), 20,
				command_timeout_us(code), false, dev->regs + DSA_CMDSTS);
	trace_vdsa_command(dev->name, code, operand, err, status);
	if (err) {
		dev->stuck = true;
		return err;
	}
	command_end(dev->idxd);
	if (result)
		*result = (status & DSA_CMDSTS_RESULT) >> DSA_CMDSTS_RESULT_SHIFT;
	return status & DSA_CMDSTS_ERROR;
}

int vdsa_bus_wq_command(struct vdsa_dev *dev, u32 wq, u32 code)
{
	u32 operand = BIT(wq % 16) | (wq / 16) << DSA_CMD_BITMAP_GROUP_SHIFT;
	int err;

	err = vdsa_bus_command(dev, code, operand, NULL);
	/* idxd's path that releases handles takes no turns: its status may have
	 * been read for ours. Both commands may be repeated. */
	if (!err && (code == DSA_CMD_RESET_WQ || code == DSA_CMD_DISABLE_WQ) &&
	    vdsa_bus_wq_live(dev, wq))
		err = vdsa_bus_command(dev, code, operand, NULL);
	return err;
}

static u32 pasid_dword(u32 pasid)
{
	return DSA_WQCFG_PASID_EN | pasid << DSA_WQCFG_PASID_SHIFT;
}

static bool wq_has_pasid(struct vdsa_dev *dev, u32 wq, u32 pasid)
{
	u32 dword = readl(dev->regs + wqcfg_offset(dev, wq, DSA_WQCFG_MODE));

	return (dword & (DSA_WQCFG_PASID | DSA_WQCFG_PASID_EN | DSA_WQCFG_PRIV)) ==
	       pasid_dword(pasid);
}

/* Write idxd's shadow of a work queue that is disabled, a reset cleared it. */
static void wq_write_config(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	u32 dword;

	for (dword = 0; dword < dev->caps.wqcfg_size; dword += 4)
		if (dword != DSA_WQCFG_STATUS)
			writel(wq->wqcfg->bits[dword / 4],
			       dev->regs + wqcfg_offset(dev, wq->id, dword));
}

static void shadow_set_pasid(struct idxd_wq *wq, u32 pasid)
{
	wq->wqcfg->pasid = pasid;
	wq->wqcfg->pasid_en = 1;
	wq->wqcfg->priv = 0;
}

int vdsa_bus_wq_enable(struct vdsa_dev *dev, u32 id, u32 pasid)
{
	struct idxd_wq *wq;
	int err;

	lockdep_assert_held(&dev->lock);
	if (dev->gone || !dev->claims[id])
		return -ENXIO;
	if (wq_state(dev, id) != DSA_WQ_DISABLED)
		return DSA_CMDERR_WQ_NOT_DISABLED;
	wq = get_wq(dev, id);
	guard(mutex)(&wq->wq_lock);
	shadow_set_pasid(wq, pasid);
	wq_write_config(dev, wq);
	if (!wq_has_pasid(dev, id, pasid))
		return -EIO;
	err = vdsa_bus_command(dev, DSA_CMD_ENABLE_WQ, id, NULL);
	if (!err && wq_state(dev, id) != DSA_WQ_ENABLED)
		err = -EIO;
	return err;
}

/* Claims ---------------------------------------------------------------- */

/* idxd's interrupt thread wakes err_queue with dev_lock held. */
static int claim_error(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct vdsa_claim *claim = container_of(entry, struct vdsa_claim, entry);
	const u64 *err = claim->wq->idxd->sw_err.bits;
	u32 wq = (err[0] & DSA_SWERR_WQ) >> DSA_SWERR_WQ_SHIFT;

	if ((err[0] & DSA_SWERR_VALID) &&
	    (!(err[0] & DSA_SWERR_WQ_VALID) || wq == claim->wq->id))
		ops->sw_error(claim->cookie, claim->wq->id, err);
	return 0;
}

static void config_save(struct wq_config *config, const struct idxd_wq *wq)
{
	config->flags = wq->flags;
	config->threshold = wq->threshold;
	config->priority = wq->priority;
	config->max_batch_size = wq->max_batch_size;
	config->max_xfer_bytes = wq->max_xfer_bytes;
	if (wq->opcap_bmap)
		bitmap_copy(config->opcap, wq->opcap_bmap, 256);
	memcpy(config->name, wq->name, sizeof(config->name));
}

/*
 * The work queue is its slice's until that is deleted, and the slice was made
 * of what is configured: so it can be enabled again as it was. Where the
 * device is disabled too, idxd clears it next.
 */
static void config_restore(const struct wq_config *config, struct idxd_wq *wq)
{
	wq->flags = config->flags;
	wq->threshold = config->threshold;
	wq->priority = config->priority;
	wq->max_batch_size = config->max_batch_size;
	wq->max_xfer_bytes = config->max_xfer_bytes;
	if (wq->opcap_bmap)
		bitmap_copy(wq->opcap_bmap, config->opcap, 256);
	memcpy(wq->name, config->name, sizeof(config->name));
}

static struct vdsa_claim *claim_alloc(struct idxd_wq *wq, void *cookie)
{
	struct vdsa_claim *claim = kzalloc(sizeof(*claim), GFP_KERNEL);

	if (!claim)
		return NULL;
	claim->wq = wq;
	claim->cookie = cookie;
	config_save(&claim->config, wq);
	init_waitqueue_func_entry(&claim->entry, claim_error);
	return claim;
}

/*
 * Enable through idxd, for its books, with the PASID in its shadow, and disable
 * in hardware: a work queue that no vdev enabled runs nothing.
 */
static int wq_enable_claimed(struct vdsa_dev *dev, struct idxd_wq *wq, u32 pasid)
{
	int err;

	lockdep_assert_held(&wq->wq_lock);
	shadow_set_pasid(wq, pasid);
	/* idxd or-s the hardware's dwords into its shadow. */
	writel(0, dev->regs + wqcfg_offset(dev, wq->id, DSA_WQCFG_MODE));
	err = idxd_drv_enable_wq(wq);
	if (err)
		return err;
	err = wq_has_pasid(dev, wq->id, pasid) ? 0 : -EIO;
	if (!err)
		err = vdsa_bus_wq_command(dev, wq->id, DSA_CMD_DISABLE_WQ);
	if (err) {
		idxd_drv_disable_wq(wq);
		return err < 0 ? err : -EIO;
	}
	return 0;
}

/*
 * idxd queues work on wq->wq for a completion record that cannot be written,
 * whoever enabled the work queue: without it a guest could oops the host.
 */
static int wq_set_workqueue(struct idxd_wq *wq)
{
	struct workqueue_struct *own = alloc_workqueue("%s", WQ_UNBOUND, 0,
						       dev_name(&wq->idxd_dev.conf_dev));

	if (!own)
		return -ENOMEM;
	wq->wq = own;
	return 0;
}

/*
 * Also for what is still in the event log, so another takes its place. Not
 * under wq_lock: idxd's interrupt thread, which may have seen the old one,
 * takes that.
 */
static void wq_put_workqueue(struct idxd_wq *wq)
{
	struct workqueue_struct *own = wq->wq;

	WRITE_ONCE(wq->wq, wq->idxd->wq);
	synchronize_irq(wq->idxd->ie.vector);
	destroy_workqueue(own);
}

static int wq_claim(struct vdsa_dev *dev, struct idxd_wq *wq, u32 pasid, void *cookie)
{
	struct vdsa_claim *claim = claim_alloc(wq, cookie);
	int err;

	lockdep_assert_held(&wq->wq_lock);
	if (!claim)
		return -ENOMEM;
	err = wq_enable_claimed(dev, wq, pasid);
	if (err) {
		kfree(claim);
		return err;
	}
	add_wait_queue(&wq->err_queue, &claim->entry);
	WRITE_ONCE(dev->claims[wq->id], claim);
	return 0;
}

/*
 * Have idxd forget that the work queue is enabled where it cannot be asked to:
 * it waits for ever for a command that does not end, and after a halt of which
 * it told nobody it has unmapped the portal already.
 */
static void wq_forget(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	if (wq->portal) {
		devm_iounmap(&dev->pdev->dev, (void __iomem __force *)wq->portal);
		wq->portal = NULL;
	}
	wq->state = IDXD_WQ_DISABLED;
	clear_bit(wq->id, dev->idxd->wq_enable_map);
	percpu_ref_exit(&wq->wq_active);
}

static void wq_release(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	struct vdsa_claim *claim = dev->claims[wq->id];

	lockdep_assert_held(&wq->wq_lock);
	remove_wait_queue(&wq->err_queue, &claim->entry);
	/* idxd drains without a time limit: let it find nothing to drain. */
	vdsa_bus_wq_command(dev, wq->id, DSA_CMD_RESET_WQ);
	if (wq->portal && !dev->stuck && vdsa_bus_state(dev) != DSA_GENSTS_HALT)
		idxd_drv_disable_wq(wq);
	else
		wq_forget(dev, wq);
	config_restore(&claim->config, wq);
	WRITE_ONCE(dev->claims[wq->id], NULL);
	kfree(claim);
}

static int drv_bind(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	struct vdsa_wq_conf conf;
	void *cookie;
	u32 pasid;
	int err;

	if (!vdsa_bus_get_wq(dev, wq->id, &conf))
		return -ENODEV;
	err = ops->bind(dev, wq->id, &conf, &pasid, &cookie);
	if (err) {
		dev->idxd->cmd_status = IDXD_SCMD_WQ_NO_DRV_NAME;
		return err;
	}
	err = wq_set_workqueue(wq);
	if (err)
		return err;
	scoped_guard(mutex, &wq->wq_lock)
		err = wq_claim(dev, wq, pasid, cookie);
	if (err) {
		wq_put_workqueue(wq);
		return err;
	}
	dev->idxd->cmd_status = 0;
	ops->bound(dev, wq->id);
	return 0;
}

/* Called for every work queue that is to be bound: most are not ours. */
static int drv_probe(struct idxd_dev *idxd_dev)
{
	struct idxd_wq *wq = container_of(idxd_dev, struct idxd_wq, idxd_dev);
	struct vdsa_dev *dev;
	int err;

	if (wq->idxd->state != IDXD_DEV_ENABLED || strcmp(wq->driver_name, VDSA_DRIVER_NAME))
		return -ENXIO;
	dev = find_idxd(wq->idxd);
	if (!dev) {
		wq->idxd->cmd_status = IDXD_SCMD_WQ_NO_DRV_NAME;
		return -ENODEV;
	}
	scoped_guard(mutex, &dev->lock)
		err = dev->gone ? -ENODEV : drv_bind(dev, wq);
	vdsa_dev_put(dev);
	return err;
}

/* Never waits for whoever uses the slice: a reset of the function comes here. */
static void drv_remove(struct idxd_dev *idxd_dev)
{
	struct idxd_wq *wq = container_of(idxd_dev, struct idxd_wq, idxd_dev);
	struct vdsa_dev *dev = find_idxd(wq->idxd);
	enum vdsa_loss loss = VDSA_LOSS_RELEASED;
	u32 state;

	scoped_guard(mutex, &dev->lock) {
		state = vdsa_bus_state(dev);
		if (state == DSA_GENSTS_DISABLED)
			loss = VDSA_LOSS_RESET;
		else if (state == DSA_GENSTS_HALT)
			loss = VDSA_LOSS_HALT;
		ops->unbind(dev, wq->id, loss);
		scoped_guard(mutex, &wq->wq_lock)
			wq_release(dev, wq);
		wq_put_workqueue(wq);
		ops->unbound(dev, wq->id, loss);
	}
	vdsa_dev_put(dev);
}

static enum idxd_dev_type drv_types[] = { IDXD_DEV_WQ, IDXD_DEV_NONE };

static struct idxd_device_driver vdsa_driver = {
	.name = VDSA_DRIVER_NAME,
	.type = drv_types,
	.probe = drv_probe,
	.remove = drv_remove,
};

int vdsa_bus_rebind(struct vdsa_dev *dev, u32 id)
{
	struct device *conf = NULL;
	int err = -EAGAIN;

	/* Who resets or unbinds the function holds its lock until it is over. */
	if (!device_trylock(&dev->pdev->dev))
		return err;
	scoped_guard(mutex, &dev->lock)
		if (!dev->gone)
			conf = get_device(&get_wq(dev, id)->idxd_dev.conf_dev);
	if (conf) {
		/* Some kernels bind a work queue of type user to idxd's own
		 * driver after a reset, whatever its driver name is. */
		if (conf->driver && conf->driver != &vdsa_driver.drv)
			device_release_driver(conf);
		err = device_driver_attach(&vdsa_driver.drv, conf);
		put_device(conf);
	}
	device_unlock(&dev->pdev->dev);
	return err;
}

/* Init and exit --------------------------------------------------------- */

static struct vdsa_dev *first_device(void)
{
	guard(mutex)(&bus_lock);
	return vdsa_bus_next(NULL);
}

static void forget_devices(void)
{
	struct vdsa_dev *dev;

	while ((dev = first_device()))
		dev_remove(dev);
}

int vdsa_bus_init(const struct vdsa_bus_ops *bus_ops)
{
	int err;

	ops = bus_ops;
	err = bus_register_notifier(&pci_bus_type, &pci_notifier);
	if (err)
		return err;
	bus_for_each_dev(&pci_bus_type, NULL, NULL, scan_one);
	err = __idxd_driver_register(&vdsa_driver, THIS_MODULE, KBUILD_MODNAME);
	if (err) {
		bus_unregister_notifier(&pci_bus_type, &pci_notifier);
		forget_devices();
	}
	return err;
}

void vdsa_bus_exit(void)
{
	struct vdsa_dev *dev;

	/* No function comes or goes from here on: the list needs no lock. */
	bus_unregister_notifier(&pci_bus_type, &pci_notifier);
	list_for_each_entry(dev, &devices, node)
		ops->stop(dev);
	idxd_driver_unregister(&vdsa_driver);
	forget_devices();
}

VDSA_IMPORT_NS(IDXD);
