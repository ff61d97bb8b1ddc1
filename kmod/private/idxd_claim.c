// SPDX-License-Identifier: GPL-2.0
/*
 * Claims, enables and releases work queues on top of a stock idxd.
 *
 * A claimed work queue is "enabled" in idxd's state, so that idxd protects its
 * configuration and calls this driver before the device is disabled. In hardware
 * it is enabled only while a vdev has it enabled, and always with the PASID of its
 * slice.
 */
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/slab.h>
#include "hw/command.h"
#include "hw/registers.h"
#include "idxd.h"
#include "idxd_claim.h"
#include "idxd_config.h"
#include "idxd_evl.h"
#include "model/regs.h"

static const struct vdsa_bus_ops *slice_ops;	/* set before any is claimed */

/* A claimed work queue; idxd's err_queue calls entry on software errors. */
struct vdsa_claim {
	struct vdsa_dev *dev;
	struct idxd_wq *wq;
	void *cookie;
	wait_queue_entry_t entry;
	struct vdsa_wq_config *config;
};

static struct idxd_wq *get_wq(struct vdsa_dev *dev, u32 wq)
{
	lockdep_assert_held(&dev->lock);
	return dev->idxd->wqs[wq];
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
		.group = wq->group ? wq->group->id : -1,
		.nr_group_engines = wq->group ? count_engines(dev, wq->group) : 0,
		.size = wq->size,
		.priority = wq->priority,
		.max_xfer_shift = ilog2(wq->max_xfer_bytes ?: 1),
		.max_batch_shift = ilog2(wq->max_batch_size ?: 1),
		.block_on_fault = test_bit(WQ_FLAG_BLOCK_ON_FAULT, &wq->flags),
	};
	memcpy(conf->op_cap, dev->caps.op_cap, sizeof(conf->op_cap));
	if (wq->opcap_bmap)
		bitmap_to_arr64(conf->op_cap, wq->opcap_bmap, 64 * ARRAY_SIZE(conf->op_cap));
	return true;
}

static u32 pasid_dword(u32 pasid)
{
	return DSA_WQCFG_PASID_EN | pasid << DSA_WQCFG_PASID_SHIFT;
}

static bool wq_has_pasid(struct vdsa_dev *dev, u32 wq, u32 pasid)
{
	u32 dword = readl(dev->regs + vdsa_wqcfg_offset(dev, wq, DSA_WQCFG_MODE));

	return (dword & (DSA_WQCFG_PASID | DSA_WQCFG_PASID_EN | DSA_WQCFG_PRIV)) ==
	       pasid_dword(pasid);
}

/* Write idxd's shadow to a disabled work queue; a reset cleared the registers. */
static void wq_write_config(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	u32 dword;

	for (dword = 0; dword < dev->caps.wqcfg_size; dword += 4)
		if (dword != DSA_WQCFG_STATUS)
			writel(wq->wqcfg->bits[dword / 4],
			       dev->regs + vdsa_wqcfg_offset(dev, wq->id, dword));
}

static void shadow_set_pasid(struct idxd_wq *wq, u32 pasid)
{
	wq->wqcfg->pasid = pasid;
	wq->wqcfg->pasid_en = 1;
	wq->wqcfg->priv = 0;
}

/* This changes the shadow; idxd rebuilds it when it enables the work queue. */
static void shadow_set_ops(struct vdsa_dev *dev, struct idxd_wq *wq, const u64 ops[4])
{
	if (dev->caps.wq_cap & DSA_WQCAP_OPCFG && dev->caps.wqcfg_size >= sizeof(*wq->wqcfg))
		memcpy(wq->wqcfg->op_config, ops, sizeof(wq->wqcfg->op_config));
}

int vdsa_bus_wq_enable(struct vdsa_dev *dev, u32 id, u32 pasid, const u64 ops[4])
{
	struct idxd_wq *wq;
	int err;

	lockdep_assert_held(&dev->lock);
	if (dev->gone || !dev->claims[id])
		return -ENXIO;
	if (vdsa_bus_wq_state(dev, id) != DSA_WQ_DISABLED)
		return DSA_CMDERR_WQ_NOT_DISABLED;
	wq = get_wq(dev, id);
	guard(mutex)(&wq->wq_lock);
	shadow_set_pasid(wq, pasid);
	shadow_set_ops(dev, wq, ops);
	wq_write_config(dev, wq);
	if (!wq_has_pasid(dev, id, pasid))
		return -EIO;
	err = vdsa_bus_command(dev, DSA_CMD_ENABLE_WQ, id, NULL);
	if (!err && vdsa_bus_wq_state(dev, id) != DSA_WQ_ENABLED)
		err = -EIO;
	return err;
}

void vdsa_bus_wq_forget_errors(struct vdsa_dev *dev, u32 wq)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->gone && dev->claims[wq])
		vdsa_evl_forget(dev, wq, get_wq(dev, wq)->wq);
}

/*
 * idxd's interrupt thread wakes err_queue with dev_lock held. An error without a work
 * queue wakes all of them; it may be the host's or any vdev's, and is ignored.
 */
static int claim_error(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct vdsa_claim *claim = container_of(entry, struct vdsa_claim, entry);
	const u64 *err = claim->wq->idxd->sw_err.bits;
	u32 wq = (err[0] & DSA_SWERR_WQ) >> DSA_SWERR_WQ_SHIFT;

	if (!(err[0] & DSA_SWERR_VALID) || !(err[0] & DSA_SWERR_WQ_VALID) || wq != claim->wq->id)
		return 0;
	vdsa_evl_note_error(claim->dev, wq);
	slice_ops->sw_error(claim->cookie, wq, err);
	return 0;
}

static struct vdsa_claim *claim_alloc(struct vdsa_dev *dev, struct idxd_wq *wq, void *cookie)
{
	struct vdsa_claim *claim = kzalloc(sizeof(*claim), GFP_KERNEL);

	if (!claim)
		return NULL;
	claim->config = vdsa_wq_config_copy(wq);
	if (!claim->config) {
		kfree(claim);
		return NULL;
	}
	claim->dev = dev;
	claim->wq = wq;
	claim->cookie = cookie;
	init_waitqueue_func_entry(&claim->entry, claim_error);
	return claim;
}

static void claim_free(struct vdsa_claim *claim)
{
	kfree(claim->config);
	kfree(claim);
}

/*
 * Mark the work queue disabled in idxd's state where idxd cannot disable it: it
 * would wait for ever for a command that does not end, and after a halt that it
 * did not report it has unmapped the portal already.
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

/* Once until it is bound: after a reset it is tried again and again. */
static void tell_undisabled(struct vdsa_dev *dev, u32 wq, int err)
{
	lockdep_assert_held(&dev->lock);
	if (!__test_and_set_bit(wq, dev->undisabled))
		dev_warn(&dev->pdev->dev,
			 "dsa_vdev: wq %u is not bound: the device does not disable it (%d): reset the function if that lasts\n",
			 wq, err);
}

/*
 * Disable in hardware a work queue that has no descriptors. Its state tells whether that is
 * done: the status read may be that of a command of idxd's. A reset clears its registers, which are
 * written again before it is enabled.
 */
static int wq_disable(struct vdsa_dev *dev, u32 wq)
{
	int err = vdsa_bus_wq_command(dev, wq, DSA_CMD_DISABLE_WQ);

	if (err > 0 && vdsa_bus_wq_live(dev, wq))
		err = vdsa_bus_wq_command(dev, wq, DSA_CMD_RESET_WQ);
	if (err >= 0)
		err = vdsa_bus_wq_live(dev, wq) ? -EIO : 0;
	if (err)
		tell_undisabled(dev, wq, err);
	return err;
}

/*
 * Enable in idxd's state, with the PASID in its shadow, and disable in hardware:
 * a work queue runs nothing until a vdev enables it.
 */
static int wq_enable_claimed(struct vdsa_dev *dev, struct idxd_wq *wq, u32 pasid)
{
	int err;

	lockdep_assert_held(&wq->wq_lock);
	shadow_set_pasid(wq, pasid);
	/* idxd or-s the hardware's dwords into its shadow. */
	writel(0, dev->regs + vdsa_wqcfg_offset(dev, wq->id, DSA_WQCFG_MODE));
	err = idxd_drv_enable_wq(wq);
	if (err)
		return err;
	err = wq_has_pasid(dev, wq->id, pasid) ? wq_disable(dev, wq->id) : -EIO;
	if (err && dev->stuck)
		wq_forget(dev, wq);
	else if (err)
		idxd_drv_disable_wq(wq);
	return err;
}

/*
 * idxd queues work on wq->wq for a completion record that cannot be written, also
 * for a work queue of this driver: without wq->wq the host would oops. It is
 * ordered, as idxd's own is: the entry of a batch that is handled before those of
 * its members is never freed.
 */
static int wq_set_workqueue(struct idxd_wq *wq)
{
	struct workqueue_struct *own = alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM,
							       dev_name(&wq->idxd_dev.conf_dev));

	if (!own)
		return -ENOMEM;
	wq->wq = own;
	return 0;
}

/*
 * idxd's own takes its place for entries that are still in the event log. Not under
 * wq_lock: idxd's interrupt thread takes that and may still use the old one.
 */
static void wq_put_workqueue(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	struct workqueue_struct *own = wq->wq;

	WRITE_ONCE(wq->wq, wq->idxd->wq);
	synchronize_irq(wq->idxd->ie.vector);
	vdsa_evl_forget(dev, wq->id, own);
	destroy_workqueue(own);
}

void vdsa_bus_wq_set_clients(struct vdsa_dev *dev, u32 id, u32 nr)
{
	struct idxd_wq *wq;

	lockdep_assert_held(&dev->lock);
	if (dev->gone || !dev->claims[id])
		return;
	wq = get_wq(dev, id);
	guard(mutex)(&wq->wq_lock);
	wq->client_count = nr;
}

static int wq_claim(struct vdsa_dev *dev, struct idxd_wq *wq, u32 pasid, void *cookie)
{
	struct vdsa_claim *claim = claim_alloc(dev, wq, cookie);
	int err;

	lockdep_assert_held(&wq->wq_lock);
	if (!claim)
		return -ENOMEM;
	err = wq_enable_claimed(dev, wq, pasid);
	if (err) {
		/* idxd has cleared it if it disabled the work queue. */
		vdsa_wq_config_restore(claim->config, wq);
		claim_free(claim);
		return err;
	}
	add_wait_queue(&wq->err_queue, &claim->entry);
	WRITE_ONCE(dev->claims[wq->id], claim);
	__clear_bit(wq->id, dev->undisabled);
	return 0;
}

static void wq_release(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	struct vdsa_claim *claim = dev->claims[wq->id];

	lockdep_assert_held(&wq->wq_lock);
	remove_wait_queue(&wq->err_queue, &claim->entry);
	wq->client_count = 0;	/* the vdev's holder can no longer reach it */
	/* idxd drains without a time limit: leave nothing to drain. */
	vdsa_bus_wq_command(dev, wq->id, DSA_CMD_RESET_WQ);
	if (wq->portal && !dev->stuck && vdsa_bus_state(dev) != DSA_GENSTS_HALT)
		idxd_drv_disable_wq(wq);
	else
		wq_forget(dev, wq);
	/*
	 * The work queue belongs to its slice until that is deleted. Restore the
	 * configuration that the slice was made of, so that it can be enabled again.
	 * If the device is disabled too, idxd clears it next.
	 */
	vdsa_wq_config_restore(claim->config, wq);
	WRITE_ONCE(dev->claims[wq->id], NULL);
	claim_free(claim);
}

static int drv_bind(struct vdsa_dev *dev, struct idxd_wq *wq)
{
	struct vdsa_wq_conf conf;
	void *cookie;
	u32 pasid;
	int err;

	if (!vdsa_bus_get_wq(dev, wq->id, &conf))
		return -ENODEV;
	/* idxd would wait for the command register for ever, with dev->lock held. */
	vdsa_bus_poll(dev);
	if (dev->stuck)
		return -EBUSY;
	err = slice_ops->bind(dev, wq->id, &conf, &pasid, &cookie);
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
		wq_put_workqueue(dev, wq);
		/* The driver core logs other errors of each attempt. */
		return test_bit(wq->id, dev->undisabled) ? -ENXIO : err;
	}
	dev->idxd->cmd_status = 0;
	slice_ops->bound(dev, wq->id);
	vdsa_bus_save(dev);
	return 0;
}

/* Called for every work queue that is to be bound; most belong to other drivers. */
static int drv_probe(struct idxd_dev *idxd_dev)
{
	struct idxd_wq *wq = container_of(idxd_dev, struct idxd_wq, idxd_dev);
	struct vdsa_dev *dev;
	int err;

	if (wq->idxd->state != IDXD_DEV_ENABLED || strcmp(wq->driver_name, VDSA_DRIVER_NAME))
		return -ENXIO;
	dev = vdsa_bus_find_idxd(wq->idxd);
	if (!dev) {
		wq->idxd->cmd_status = IDXD_SCMD_WQ_NO_DRV_NAME;
		return -ENODEV;
	}
	scoped_guard(vdsa_dev, dev)
		err = dev->leaving ? -ENODEV : drv_bind(dev, wq);
	vdsa_dev_put(dev);
	return err;
}

/* Never waits for the slice's holder: a reset of the function calls this. */
static void drv_remove(struct idxd_dev *idxd_dev)
{
	struct idxd_wq *wq = container_of(idxd_dev, struct idxd_wq, idxd_dev);
	struct vdsa_dev *dev = vdsa_bus_find_idxd(wq->idxd);
	enum vdsa_loss loss = VDSA_LOSS_RELEASED;
	u32 state;

	scoped_guard(vdsa_dev, dev) {
		state = vdsa_bus_state(dev);
		if (state == DSA_GENSTS_DISABLED)
			loss = VDSA_LOSS_RESET;
		else if (state == DSA_GENSTS_HALT)
			loss = VDSA_LOSS_HALT;
		slice_ops->unbind(dev, wq->id, loss);
		scoped_guard(mutex, &wq->wq_lock)
			wq_release(dev, wq);
		slice_ops->unbound(dev, wq->id, loss);
	}
	/* Without dev->lock: flushing the queue may take long. */
	wq_put_workqueue(dev, wq);
	vdsa_dev_put(dev);
}

static enum idxd_dev_type drv_types[] = { IDXD_DEV_WQ, IDXD_DEV_NONE };

static struct idxd_device_driver vdsa_driver = {
	.name = VDSA_DRIVER_NAME,
	.type = drv_types,
	.probe = drv_probe,
	.remove = drv_remove,
};

/* The driver core keeps the driver set until drv_remove() has returned. */
void vdsa_claim_end(struct idxd_device *idxd, u32 wq)
{
	struct device *conf = &idxd->wqs[wq]->idxd_dev.conf_dev;

	if (READ_ONCE(conf->driver) == &vdsa_driver.drv)
		device_release_driver(conf);
}

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
		 * driver after a reset, regardless of its driver name. */
		if (conf->driver && conf->driver != &vdsa_driver.drv)
			device_release_driver(conf);
		err = device_driver_attach(&vdsa_driver.drv, conf);
		put_device(conf);
	}
	device_unlock(&dev->pdev->dev);
	return err;
}

int vdsa_claim_register(const struct vdsa_bus_ops *ops)
{
	slice_ops = ops;
	return __idxd_driver_register(&vdsa_driver, THIS_MODULE, KBUILD_MODNAME);
}

void vdsa_claim_unregister(void)
{
	idxd_driver_unregister(&vdsa_driver);
}
