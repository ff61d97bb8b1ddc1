// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a slice as its work queues are bound and unbound. See slice.h for
 * the words.
 *
 * A slice is made of configured work queues ("defined"), is "ready" when idxd
 * has bound all of them to this module, may be kept for one vdev
 * ("reserved"), and is "used" by one. When a work queue is lost, the whole slice
 * is revoked at once and it is "halted" until all are bound again; if it has no
 * vdev and no work queue is expected back, it is "defined".
 *
 * All slices of a function share its one command register, under dev->lock. It is
 *
 *  free: the next task that gets the lock has it. A drain or disable of a slice is sent
 *	only when no descriptors wait in its work queue, or their number has not fallen
 *	for a second; and not before the slice has paused for as long as its last one
 *	took. So a slice has the register for at most half of the time.
 *  running: until the command ends (free) or its time limit expires (refused): 10 s for a
 *	drain or disable, or command_limit_ms while idxd or another task waits for the
 *	register; 2 s for all others, none of which waits for descriptors.
 *  refused: the slice is revoked and halted, its page requests are refused, its PASID is
 *	detached. Its remaining accesses fault, so the command ends: all work queues of
 *	the slice are reset, it stays halted for VDSA_PENALTY (free). If the command
 *	does not end within 2 s, the device has failed (stuck).
 *  stuck: all commands fail at once. watch() polls for the end (free); then each slice
 *	that is complete and revoked is reset, attached and its client notified
 *	(restore()). A reset of the function ends it, too. Nothing else is tried.
 *
 * So a slice blocks the register for at most command_limit_ms plus the time that the
 * device takes to end work that faults.
 */
#include "model/regs.h"
#include "core/queue.h"
#include "slice_priv.h"

#define RESTORE_INTERVAL	(HZ / 10)

static const struct vdsa_parent_ops *parents;

bool vdsa_slice_is_complete(const struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		if (!slice->wq[i].bound)
			return false;
	return !slice->shell;
}

bool vdsa_slice_is_expected(const struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		if (slice->wq[i].expected)
			return true;
	return false;
}

struct vdsa_slice *vdsa_slice_find_wq(struct vdsa_dev *dev, u32 wq, u32 *index)
{
	struct vdsa_slice *slice;
	u32 i;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		for (i = 0; i < slice->nr_wqs; i++)
			if (slice->wq[i].id == wq) {
				*index = i;
				return slice;
			}
	return NULL;
}

struct vdsa_slice *vdsa_slice_find(struct vdsa_dev *dev, u32 id)
{
	struct vdsa_slice *slice;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		if (slice->id == id)
			return slice;
	return NULL;
}

void vdsa_slice_release_handle(struct vdsa_slice *slice, struct vdsa_slice_wq *wq)
{
	if (wq->handle == VDSA_NO_HANDLE)
		return;
	wq->handle = VDSA_NO_HANDLE;
	if (slice->dev->caps.cmd_cap & BIT(DSA_CMD_RELEASE_HANDLE))
		vdsa_bus_command(slice->dev, DSA_CMD_RELEASE_HANDLE,
				 wq->entry | DSA_CMD_HANDLE_IMS, NULL);
}

void vdsa_slice_release_handles(struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		vdsa_slice_release_handle(slice, &slice->wq[i]);
}

/* Abort and disable the work queues; false if one is still enabled afterwards. */
static bool reset_wqs(struct vdsa_slice *slice)
{
	bool stopped = true;
	u32 i;

	lockdep_assert_held(&slice->dev->lock);
	for (i = 0; i < slice->nr_wqs; i++) {
		struct vdsa_slice_wq *wq = &slice->wq[i];

		if (!wq->bound || !vdsa_bus_wq_live(slice->dev, wq->id))
			continue;
		vdsa_bus_wq_command(slice->dev, wq->id, DSA_CMD_RESET_WQ);
		stopped &= !vdsa_bus_wq_live(slice->dev, wq->id);
	}
	return stopped;
}

/* Mark it unusable and tell its client. Its portals are unmapped on return. */
static void set_revoked(struct vdsa_slice *slice, enum vdsa_loss loss)
{
	if (slice->revoked)
		return;
	slice->revoked = true;
	if (slice->ops)
		slice->ops->revoked(slice->client);
	if (loss != VDSA_LOSS_RELEASED && slice->ops)
		slice->ops->halted(slice->client);
}

/* Refuse page requests first: the device may be waiting for their answers. */
void vdsa_slice_lose(struct vdsa_slice *slice)
{
	set_revoked(slice, VDSA_LOSS_HALT);
	vdsa_iommu_detach(&slice->iommu);
	if (vdsa_bus_settle(slice->dev))
		reset_wqs(slice);
	vdsa_slice_release_handles(slice);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

void vdsa_slice_stop(struct vdsa_slice *slice)
{
	if (!reset_wqs(slice))
		vdsa_slice_lose(slice);
}

void vdsa_slice_revoke(struct vdsa_slice *slice, enum vdsa_loss loss)
{
	lockdep_assert_held(&slice->dev->lock);
	if (slice->revoked)
		return;
	set_revoked(slice, loss);
	vdsa_slice_show(slice);
	vdsa_slice_stop(slice);
	vdsa_slice_release_handles(slice);
}

void vdsa_slice_punish(struct vdsa_slice *slice)
{
	slice->punished = true;
	slice->punished_until = jiffies + VDSA_PENALTY;
}

static bool is_punished(struct vdsa_slice *slice)
{
	if (slice->punished && time_after_eq(jiffies, slice->punished_until))
		slice->punished = false;
	return slice->punished;
}

/* All work queues are bound: make the slice usable again. */
static void restore(struct vdsa_slice *slice)
{
	u32 i;

	lockdep_assert_held(&slice->dev->lock);
	if (is_punished(slice) || !reset_wqs(slice) || vdsa_iommu_attach(&slice->iommu))
		return;
	scoped_guard(mutex, &slice->irq_lock)
		for (i = 0; i < slice->nr_wqs; i++)
			vdsa_vector_restore(slice->wq[i].vector);
	if (!slice->revoked)
		return;
	slice->revoked = false;
	if (slice->ops)
		slice->ops->restored(slice->client);
}

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
		restore(slice);
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

/* In atomic context, in idxd's interrupt thread. */
static void slice_sw_error(void *cookie, u32 wq, const u64 err[4])
{
	struct vdsa_slice *slice = cookie;
	struct vdsa_error_queue *errors = &slice->errors;
	u32 i = 0;

	while (slice->wq[i].id != wq)
		i++;
	scoped_guard(spinlock_irqsave, &errors->lock) {
		/* SWERR holds one error and then overflows: the guest has enough to read */
		if (errors->nr == VDSA_NR_ERRORS)
			return;
		errors->error[errors->nr].wq = i;
		memcpy(errors->error[errors->nr++].err, err, sizeof(errors->error[0].err));
	}
	queue_work(vdsa_queue, &errors->work);
}

void vdsa_slice_deliver_errors(struct work_struct *work)
{
	struct vdsa_slice *slice = container_of(work, struct vdsa_slice, errors.work);
	struct vdsa_error_queue *errors = &slice->errors;
	typeof(errors->error[0]) error[VDSA_NR_ERRORS];
	u32 i, nr;

	guard(mutex)(&slice->dev->lock);
	scoped_guard(spinlock_irq, &errors->lock) {
		nr = errors->nr;
		memcpy(error, errors->error, sizeof(error));
		errors->nr = 0;
	}
	for (i = 0; i < nr && slice->ops; i++)
		slice->ops->sw_error(slice->client, error[i].wq, error[i].err);
}

/* Revoke or restore the slice as the device's state requires; whether it changed. */
static bool slice_follow(struct vdsa_slice *slice, u32 state)
{
	bool well = state == DSA_GENSTS_ENABLED;

	if (!vdsa_slice_is_complete(slice) || slice->revoked != well)
		return false;
	if (well)
		restore(slice);
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
		dev->cure_at = VDSA_HALT_PATIENCE;
	}
}

/*
 * Not every halt or reset is reported, see bus_config.c. Poll the device while it
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

/*
 * A slice that floods the host with errors is halted for VDSA_PENALTY, as if the
 * device had halted; then its guest may reset it and continue.
 */
static void punish(struct vdsa_slice *slice, u32 i)
{
	const u64 err[4] = {
		DSA_SWERR_VALID | (u64)DSA_STATUS_RECORD_FAULT << DSA_SWERR_CODE_SHIFT,
	};

	lockdep_assert_held(&slice->dev->lock);
	if (!slice->open || slice->revoked)
		return;
	vdsa_slice_punish(slice);
	if (slice->ops)
		slice->ops->sw_error(slice->client, i, err);
	vdsa_slice_revoke(slice, VDSA_LOSS_HALT);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
	dev_notice(&slice->dev->pdev->dev,
		   "dsa_vdev: wq %u causes more errors than error_limit: vdev %pUl is halted for %u s\n",
		   slice->wq[i].id, &slice->vdev.uuid, VDSA_PENALTY / HZ);
}

static void stop_floods(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(work, struct vdsa_dev, stop_floods);
	struct vdsa_slice *slice;
	u32 wq, i;

	guard(mutex)(&dev->lock);
	for_each_set_bit(wq, dev->flooding, 256) {
		clear_bit(wq, dev->flooding);
		slice = dev->gone ? NULL : vdsa_slice_find_wq(dev, wq, &i);
		if (slice)
			punish(slice, i);
	}
}

/* False if too soon after the last event: a guest must not flood listeners. */
static bool tell_errors_of(struct vdsa_slice *slice)
{
	u64 nr = vdsa_slice_count_errors(slice);

	lockdep_assert_held(&slice->dev->lock);
	if (!slice->open || nr == slice->nr_errors_told)
		return true;
	if (time_before(jiffies, slice->errors_told_at + VDSA_TELL_INTERVAL))
		return false;
	slice->nr_errors_told = nr;
	slice->errors_told_at = jiffies;
	if (slice->ops)
		slice->ops->errors(slice->client);
	return true;
}

static void tell_errors(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(work, struct vdsa_dev, tell_errors);
	struct vdsa_slice *slice;

	guard(mutex)(&dev->lock);
	clear_bit(0, &dev->untold);
	list_for_each_entry(slice, &dev->slices, node)
		if (!tell_errors_of(slice))
			set_bit(0, &dev->untold);
}

/* Without dev->lock, under which a command may take long. */
static void count_errors(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(to_delayed_work(work), struct vdsa_dev, count);

	if (vdsa_bus_count_errors(dev, dev->flooding))
		set_bit(0, &dev->untold);
	if (test_bit(0, &dev->untold))
		queue_work(vdsa_queue, &dev->tell_errors);
	if (!bitmap_empty(dev->flooding, 256))
		queue_work(vdsa_queue, &dev->stop_floods);
	if (READ_ONCE(dev->nr_open))
		queue_delayed_work(vdsa_queue, &dev->count, VDSA_COUNT_INTERVAL);
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
static bool take_neglected(struct vdsa_dev *dev)
{
	guard(mutex)(&dev->lock);
	if (dev->nr_halts < dev->cure_at)
		return false;
	dev->cure_at = 2 * dev->nr_halts;
	return true;
}

/*
 * After a reset idxd of newer kernels restores the device but not this module's
 * work queues; idxd of older kernels restores nothing.
 */
static void bring_back(struct work_struct *work)
{
	struct vdsa_dev *dev = container_of(to_delayed_work(work), struct vdsa_dev, restore);
	DECLARE_BITMAP(wqs, 256) = {};
	u32 wq;

	if (take_neglected(dev))
		vdsa_bus_cure(dev);
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
	disable_delayed_work_sync(&dev->count);
	disable_work_sync(&dev->stop_floods);
	disable_work_sync(&dev->tell_errors);
	disable_delayed_work_sync(&dev->watch);
	disable_delayed_work_sync(&dev->restore);
}

static void dev_init(struct vdsa_dev *dev)
{
	dev->cure_at = VDSA_HALT_PATIENCE;
	INIT_DELAYED_WORK(&dev->watch, watch);
	INIT_DELAYED_WORK(&dev->restore, bring_back);
	INIT_DELAYED_WORK(&dev->count, count_errors);
	INIT_WORK(&dev->stop_floods, stop_floods);
	INIT_WORK(&dev->tell_errors, tell_errors);
	dev->ims_used = bitmap_zalloc(dev->caps.nr_ims, GFP_KERNEL);
	if (dev->ims_used)
		dev->irqs = vdsa_irq_domain_create(dev->pdev, dev->regs + dev->caps.ims_offset,
						   dev->caps.nr_ims);
	dev->parent = dev->iax ? NULL : parents->add(dev);
	if (IS_ERR(dev->parent))
		dev->parent = NULL;
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
