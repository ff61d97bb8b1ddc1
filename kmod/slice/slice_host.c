// SPDX-License-Identifier: GPL-2.0
/*
 * What slices do as their function comes and goes, and as idxd binds and unbinds their
 * work queues.
 */
#include "core/queue.h"
#include "hw/command.h"
#include "hw/registers.h"
#include "model/regs.h"
#include "private/idxd_bus.h"
#include "private/idxd_claim.h"
#include "private/idxd_config.h"
#include "slice_errors.h"
#include "slice_host.h"
#include "slice_make.h"
#include "slice_priv.h"
#include "slice_show.h"
#include "slice_state.h"

#define RESTORE_INTERVAL	(HZ / 10)
#define HALT_PATIENCE		2	/* polls of a halt before this module acts */

static const struct vdsa_parent_ops *parents;

static bool can_have(const struct vdsa_slice *slice, u32 wq, const struct vdsa_wq_conf *conf)
{
	if (conf->dedicated && conf->user && conf->group == slice->group)
		return true;
	dev_dbg(&slice->dev->pdev->dev, "wq %u: not dedicated, not user, or not in group %u\n", wq,
		slice->group);
	return false;
}

/* A guest's driver reads these values only once, when it starts. */
static bool shows_the_same(const struct vdsa_wq_conf *a, const struct vdsa_wq_conf *b)
{
	return a->size == b->size && a->priority == b->priority &&
	       a->max_xfer_shift == b->max_xfer_shift &&
	       a->max_batch_shift == b->max_batch_shift &&
	       a->block_on_fault == b->block_on_fault &&
	       a->nr_group_engines == b->nr_group_engines &&
	       !memcmp(a->op_cap, b->op_cap, sizeof(a->op_cap));
}

static bool is_as_shown(const struct vdsa_slice *slice, const struct vdsa_slice_wq *wq,
			const struct vdsa_wq_conf *conf)
{
	const struct vdsa_wq_conf *shown = &wq->conf;

	if (!slice->taken || shows_the_same(shown, conf))
		return true;
	dev_warn(&slice->dev->pdev->dev,
		 "dsa_vdev: wq %u is not bound: vdev %pUl has it with size %u, priority %u, max_transfer_size %llu, max_batch_size %lu, block_on_fault %u, engines %u, op_config %llx: configure it so, or destroy the vdev\n",
		 wq->id, &slice->vdev.uuid, shown->size, shown->priority,
		 BIT_ULL(shown->max_xfer_shift), BIT(shown->max_batch_shift),
		 shown->block_on_fault, shown->nr_group_engines, shown->op_cap[0]);
	return false;
}

static int slice_bind(struct vdsa_dev *dev, u32 wq, const struct vdsa_wq_conf *conf,
		      u32 *pasid, void **cookie)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = vdsa_slice_find_wq(dev, wq, &i);
	if (!slice) {
		dev_dbg(&dev->pdev->dev, "wq %u is in no slice\n", wq);
		return -ENODEV;
	}
	if (!can_have(slice, wq, conf) || !is_as_shown(slice, &slice->wq[i], conf)) {
		slice->wq[i].expected = false;	/* trying again does not help */
		vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
		return -EINVAL;
	}
	slice->wq[i].conf = *conf;
	slice->nr_engines = conf->nr_group_engines;
	*pasid = slice->iommu.pasid;
	*cookie = slice;
	return 0;
}

static void slice_bound(struct vdsa_dev *dev, u32 wq)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = vdsa_slice_find_wq(dev, wq, &i);
	slice->wq[i].bound = true;
	slice->wq[i].expected = false;
	vdsa_bus_wq_set_clients(dev, wq, slice->open);
	if (vdsa_slice_is_complete(slice))
		vdsa_slice_restore(slice);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

static void slice_unbind(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = vdsa_slice_find_wq(dev, wq, &i);
	vdsa_slice_revoke(slice, loss);
}

static void slice_unbound(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss)
{
	struct vdsa_slice *slice;
	u32 i;

	slice = vdsa_slice_find_wq(dev, wq, &i);
	slice->wq[i].bound = false;
	slice->wq[i].expected = loss == VDSA_LOSS_RESET;
	if (slice->wq[i].expected)
		queue_delayed_work(vdsa_queue, &dev->restore, RESTORE_INTERVAL);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

static void slice_sw_error(void *cookie, u32 wq, const u64 err[4])
{
	vdsa_slice_note_error(cookie, wq, err);
}

/* Revoke or restore the slice as the device's state requires; whether it changed. */
static bool slice_follow(struct vdsa_slice *slice, u32 state)
{
	bool well = state == DSA_GENSTS_ENABLED;

	if (!vdsa_slice_is_complete(slice) || slice->revoked != well)
		return false;
	if (well)
		vdsa_slice_restore(slice);
	else
		vdsa_slice_revoke(slice, VDSA_LOSS_HALT);
	return true;
}

static void count_halts(struct vdsa_dev *dev, u32 state)
{
	if (state == DSA_GENSTS_HALT) {
		dev->nr_halts++;
	} else {
		dev->nr_halts = 0;
		dev->recover_at = HALT_PATIENCE;
	}
}

/*
 * Not every halt or reset is reported, see idxd_config.c. Poll the device while it
 * has slices. Where idxd recovers by itself, it goes first.
 */
static void watch(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(to_delayed_work(work), struct vdsa_dev, watch);
	struct vdsa_slice *slice;
	u32 state;

	guard(mutex)(&dev->lock);
	if (dev->gone || list_empty(&dev->slices))
		return;
	vdsa_bus_poll(dev);
	vdsa_bus_save(dev);
	state = vdsa_bus_state(dev);
	count_halts(dev, state);
	list_for_each_entry(slice, &dev->slices, node)
		if (slice_follow(slice, state))
			vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
	if (state != DSA_GENSTS_ENABLED)
		queue_delayed_work(vdsa_queue, &dev->restore, 0);
	queue_delayed_work(vdsa_queue, &dev->watch, VDSA_WATCH_INTERVAL);
}

/* Get the work queues that a reset unbound and that are to be bound again. */
static bool get_expected(struct vdsa_dev *dev, unsigned long *wqs)
{
	struct vdsa_slice *slice;
	u32 i;

	guard(mutex)(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		for (i = 0; i < slice->nr_wqs; i++)
			if (slice->wq[i].expected)
				__set_bit(slice->wq[i].id, wqs);
	return !dev->gone && !bitmap_empty(wqs, 256);
}

/*
 * Whether to try to end a halt that idxd does not end. After a failed attempt the
 * next one follows after twice the time.
 */
static bool take_unrecovered(struct vdsa_dev *dev)
{
	guard(mutex)(&dev->lock);
	if (dev->nr_halts < dev->recover_at)
		return false;
	dev->recover_at = 2 * dev->nr_halts;
	return true;
}

/*
 * After a reset idxd of newer kernels restores the device but not this module's
 * work queues; idxd of older kernels restores nothing.
 */
static void recover(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(to_delayed_work(work), struct vdsa_dev, restore);
	DECLARE_BITMAP(wqs, 256) = {};
	u32 wq;

	if (take_unrecovered(dev))
		vdsa_bus_recover(dev);
	vdsa_bus_repair(dev);
	if (!get_expected(dev, wqs))
		return;
	for_each_set_bit(wq, wqs, 256)
		vdsa_bus_rebind(dev, wq);
	queue_delayed_work(vdsa_queue, &dev->restore, RESTORE_INTERVAL);
}

/* Disable the works, so that no slice or loss queues them again. */
static void dev_stop(struct vdsa_dev *dev)
{
	vdsa_dev_errors_stop(dev);
	disable_delayed_work_sync(&dev->watch);
	disable_delayed_work_sync(&dev->restore);
}

static void init_works(struct vdsa_dev *dev)
{
	dev->recover_at = HALT_PATIENCE;
	INIT_DELAYED_WORK(&dev->watch, watch);
	INIT_DELAYED_WORK(&dev->restore, recover);
	vdsa_dev_errors_init(dev);
}

static int dev_init(struct vdsa_dev *dev)
{
	int err;

	init_works(dev);
	dev->ims_used = bitmap_zalloc(dev->caps.nr_ims, GFP_KERNEL);
	if (!dev->ims_used)
		return -ENOMEM;
	dev->irqs = vdsa_irq_domain_create(dev->pdev, dev->regs + dev->caps.ims_offset,
					   dev->caps.nr_ims);
	err = PTR_ERR_OR_ZERO(dev->irqs);
	if (err)
		goto err_free_bitmap;
	dev->parent = dev->iax ? NULL : parents->add(dev);
	err = PTR_ERR_OR_ZERO(dev->parent);
	if (err)
		goto err_destroy_domain;
	return 0;

err_destroy_domain:
	vdsa_irq_domain_destroy(dev->irqs);
err_free_bitmap:
	bitmap_free(dev->ims_used);
	return err;
}

/*
 * The function is removed. Vdevs without a holder are removed with their parent;
 * a slice that is still used is freed when it is given back.
 */
static void dev_exit(struct vdsa_dev *dev)
{
	struct vdsa_slice *slice, *next;
	LIST_HEAD(unused);

	if (dev->parent)
		parents->remove(dev->parent);
	scoped_guard(mutex, &dev->lock) {
		list_for_each_entry_safe(slice, next, &dev->slices, node) {
			vdsa_slice_end(slice);
			if (!slice->taken)
				list_add(&slice->node, &unused);
		}
		vdsa_irq_domain_destroy(dev->irqs);
		dev->irqs = NULL;
		bitmap_free(dev->ims_used);
		dev->ims_used = NULL;
	}
	list_for_each_entry_safe(slice, next, &unused, node)
		vdsa_slice_free(slice);
}

static const struct vdsa_bus_ops bus_ops = {
	.add = dev_init,
	.stop = dev_stop,
	.remove = dev_exit,
	.bind = slice_bind,
	.bound = slice_bound,
	.unbind = slice_unbind,
	.unbound = slice_unbound,
	.sw_error = slice_sw_error,
};

int vdsa_slices_init(const struct vdsa_parent_ops *parent_ops)
{
	parents = parent_ops;
	return vdsa_bus_init(&bus_ops);
}

void vdsa_slices_exit(void)
{
	vdsa_bus_exit();
}
