// SPDX-License-Identifier: GPL-2.0
/* Errors of slices: passed to the client, counted, told to listeners, and punished. */
#include "core/queue.h"
#include "model/regs.h"
#include "private/idxd_evl.h"
#include "slice_errors.h"
#include "slice_priv.h"
#include "slice_show.h"
#include "slice_state.h"

#define COUNT_INTERVAL	(HZ / 50)	/* while a vdev is open */
#define TELL_INTERVAL	HZ	/* between two messages about errors of a slice */

void vdsa_slice_note_error(struct vdsa_slice *slice, u32 wq, const u64 err[4])
{
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

static void deliver_errors(struct work_struct *work)
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

void vdsa_slice_errors_init(struct vdsa_slice *slice)
{
	spin_lock_init(&slice->errors.lock);
	INIT_WORK(&slice->errors.work, deliver_errors);
}

void vdsa_slice_errors_exit(struct vdsa_slice *slice)
{
	cancel_work_sync(&slice->errors.work);
}

u64 vdsa_slice_nr_errors(const struct vdsa_slice *slice)
{
	u64 nr = 0;
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		nr += vdsa_bus_wq_nr_errors(slice->dev, slice->wq[i].id);
	return nr;
}

/*
 * A slice that floods the host with errors is halted for its penalty, as if the
 * device had halted; then its guest may reset it and continue.
 */
static void punish(struct vdsa_slice *slice, u32 i)
{
	const u64 err[4] = {
		DSA_SWERR_VALID | (u64)DSA_STATUS_RECORD_FAULT << DSA_SWERR_CODE_SHIFT,
	};

	u32 penalty_s;

	lockdep_assert_held(&slice->dev->lock);
	if (!slice->open || slice->revoked)
		return;
	penalty_s = vdsa_slice_punish(slice);
	if (slice->ops)
		slice->ops->sw_error(slice->client, i, err);
	vdsa_slice_revoke(slice, VDSA_LOSS_HALT);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
	dev_notice(&slice->dev->pdev->dev,
		   "dsa_vdev: wq %u causes more errors than error_limit: vdev %pUl is halted for %u s\n",
		   slice->wq[i].id, &slice->vdev.uuid, penalty_s);
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
	u64 nr = vdsa_slice_nr_errors(slice);

	lockdep_assert_held(&slice->dev->lock);
	if (!slice->open || nr == slice->nr_errors_told)
		return true;
	if (time_before(jiffies, slice->errors_told_at + TELL_INTERVAL))
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
		queue_delayed_work(vdsa_queue, &dev->count, COUNT_INTERVAL);
}

void vdsa_slice_errors_watch(struct vdsa_slice *slice)
{
	lockdep_assert_held(&slice->dev->lock);
	slice->nr_errors_told = vdsa_slice_nr_errors(slice);
	slice->errors_told_at = jiffies - TELL_INTERVAL;
	queue_delayed_work(vdsa_queue, &slice->dev->count, 0);
}

void vdsa_dev_errors_init(struct vdsa_dev *dev)
{
	INIT_DELAYED_WORK(&dev->count, count_errors);
	INIT_WORK(&dev->stop_floods, stop_floods);
	INIT_WORK(&dev->tell_errors, tell_errors);
}

void vdsa_dev_errors_stop(struct vdsa_dev *dev)
{
	disable_delayed_work_sync(&dev->count);
	disable_work_sync(&dev->stop_floods);
	disable_work_sync(&dev->tell_errors);
}
