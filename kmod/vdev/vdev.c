// SPDX-License-Identifier: GPL-2.0
/*
 * A vdev from its creation to its end. It has one lock and one state, the model,
 * whose actions are performed here on the slice.
 */
#include <linux/vfio.h>
#include "core/queue.h"
#include "model/errors.h"
#include "model/model.h"
#include "model/vectors.h"
#include "slice/slice_make.h"
#include "slice/slice_use.h"
#include "vdev.h"
#include "vdev_list.h"

/* A reset or repair of the host's device normally ends within this time. */
#define PATIENCE	(5 * HZ)

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX

/* Operations on a work queue, by action. */
static int (*const wq_ops[])(struct vdsa_slice *slice, u32 wq) = {
	[VDSA_DO_WQ_ENABLE] = vdsa_slice_wq_enable,
	[VDSA_DO_WQ_DISABLE] = vdsa_slice_wq_disable,
	[VDSA_DO_WQ_DRAIN] = vdsa_slice_wq_drain,
	[VDSA_DO_WQ_ABORT] = vdsa_slice_wq_abort,
	[VDSA_DO_WQ_RESET] = vdsa_slice_wq_reset,
};

/* Perform the action on each work queue, also after a failure; the first error is kept. */
static void do_wqs(struct vdsa_vdev *vdev, const struct vdsa_action *action,
		   struct vdsa_outcome *outcome)
{
	unsigned long wqs = action->wqs;
	u32 wq;
	int ret;

	for_each_set_bit(wq, &wqs, DSA_VDEV_MAX_WQS) {
		ret = wq_ops[action->code](vdev->slice, wq);
		if (!ret)
			outcome->wqs |= BIT(wq);
		else if (!outcome->status)
			outcome->status = ret;
	}
}

static void do_quiesce(struct vdsa_vdev *vdev, u32 handles)
{
	unsigned long vectors = handles;
	u32 v;

	vdsa_slice_quiesce(vdev->slice);
	for_each_set_bit(v, &vectors, DSA_VDEV_MAX_WQS + 1)
		vdsa_slice_irq_release_handle(vdev->slice, v - 1);
}

/*
 * May wait for the holder without a time limit, with the lock held: a reset or close
 * must not complete while its memory is written. The host never waits for the lock,
 * see vdev_priv.h.
 */
static int do_log(struct vdsa_vdev *vdev, const struct vdsa_action *action)
{
	__le64 entry[VDSA_EVL_QWORDS];
	u32 i;

	for (i = 0; i < VDSA_EVL_QWORDS; i++)
		entry[i] = cpu_to_le64(action->entry[i]);
	return vfio_dma_rw(&vdev->vfio, action->addr, entry, sizeof(entry),
			   true);
}

/*
 * A work queue is enabled once the holder's memory is mapped, which takes long: a
 * worker does it, and the guest's command stays active. False: that has begun, and
 * on_mapped() is its end.
 */
static bool is_mapped(struct vdsa_vdev *vdev, const struct vdsa_action *action)
{
	if (vdev->mapped == action->ticket)
		return true;
	vdev->enable = *action;
	vdsa_pins_map(&vdev->pins, action->ticket);
	return false;
}

/* False: the outcome comes later. */
static bool perform(struct vdsa_vdev *vdev, const struct vdsa_action *action,
		    struct vdsa_outcome *result)
{
	struct vdsa_outcome outcome = {};

	switch (action->code) {
	case VDSA_DO_NOTHING:
		break;
	case VDSA_DO_WQ_ENABLE:
		if (!is_mapped(vdev, action))
			return false;
		do_wqs(vdev, action, &outcome);
		break;
	case VDSA_DO_WQ_DISABLE:
	case VDSA_DO_WQ_DRAIN:
	case VDSA_DO_WQ_ABORT:
	case VDSA_DO_WQ_RESET:
		do_wqs(vdev, action, &outcome);
		break;
	case VDSA_DO_QUIESCE:
		do_quiesce(vdev, action->handles);
		break;
	case VDSA_DO_HANDLE_REQUEST:
		outcome.status = vdsa_slice_irq_request_handle(vdev->slice,
							       action->vector - 1,
							       &outcome.handle);
		break;
	case VDSA_DO_HANDLE_RELEASE:
		outcome.status = vdsa_slice_irq_release_handle(vdev->slice,
							       action->vector - 1);
		break;
	case VDSA_DO_LOG:
		outcome.status = do_log(vdev, action);
		break;
	}
	*result = outcome;
	return true;
}

/* Tell the slice of masks that changed. */
static void sync_masks(struct vdsa_vdev *vdev)
{
	u32 v;

	for (v = 1; v < vdsa_vdev_nr_vectors(vdev); v++) {
		bool masked = vdsa_model_masked(&vdev->model, v);

		if (masked == !!(vdev->masked & BIT(v)))
			continue;
		vdev->masked ^= BIT(v);
		if (masked)
			vdsa_slice_irq_mask(vdev->slice, v - 1);
		else
			vdsa_slice_irq_unmask(vdev->slice, v - 1);
	}
}

/* Perform the model's actions on the host and report the outcomes to the model. */
static void run(struct vdsa_vdev *vdev, struct vdsa_action action)
{
	lockdep_assert_held(&vdev->lock);
	for (;;) {
		struct vdsa_outcome outcome;
		u32 ticket = action.ticket;
		bool done;

		vdsa_vdev_show(vdev);
		done = perform(vdev, &action, &outcome);
		if (action.signal && vdev->trigger[0])
			eventfd_signal(vdev->trigger[0]);
		if (!done || !ticket)
			break;
		action = vdsa_model_done(&vdev->model, ticket, &outcome);
	}
	sync_masks(vdev);
	vdsa_vdev_show(vdev);
	if (vdev->told == vdsa_vdev_state(vdev))
		return;
	vdev->told = vdsa_vdev_state(vdev);
	vdsa_vdev_notify(vdev, DSA_VDEV_CMD_VDEV_CHANGE_NTF);
}

static void refresh_pending(struct vdsa_vdev *vdev)
{
	u32 v, pending = 0;

	for (v = 1; v < vdsa_vdev_nr_vectors(vdev); v++) {
		if (vdsa_slice_irq_pending(vdev->slice, v - 1))
			pending |= BIT(v);
	}
	vdsa_model_set_pending(&vdev->model, pending);
}

u64 vdsa_vdev_read(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len)
{
	guard(mutex)(&vdev->lock);
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		return vdsa_model_cfg_read(&vdev->model, off, len);
	if (vdsa_model_reads_pending(off))
		refresh_pending(vdev);
	return vdsa_model_bar0_read(&vdev->model, off, len);
}

/*
 * A guest that sets the bus master bit is about to use the device. What is mapped
 * by then need not be mapped while its command waits.
 */
static void map_ahead(struct vdsa_vdev *vdev)
{
	if (vdev->ahead || !vdsa_model_is_master(&vdev->model))
		return;
	vdev->ahead = true;
	vdsa_pins_map_ahead(&vdev->pins);
}

void vdsa_vdev_write(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len,
		     u64 val)
{
	guard(mutex)(&vdev->lock);
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		run(vdev, vdsa_model_cfg_write(&vdev->model, off, len, val));
	else
		run(vdev, vdsa_model_bar0_write(&vdev->model, off, len, val));
	map_ahead(vdev);
}

void vdsa_vdev_reset(struct vdsa_vdev *vdev)
{
	guard(mutex)(&vdev->lock);
	run(vdev, vdsa_model_reset(&vdev->model));
}

/*
 * The first trigger of a vector unmasks it and its removal masks it, as the kernel
 * does in the table of a real device.
 */
int vdsa_vdev_set_trigger(struct vdsa_vdev *vdev, u32 vector,
			  struct eventfd_ctx *trigger)
{
	struct eventfd_ctx *old;
	int ret = 0;

	guard(mutex)(&vdev->lock);
	old = vdev->trigger[vector];
	if (vector)
		ret = vdsa_slice_irq_set_trigger(vdev->slice, vector - 1,
						 trigger);
	if (ret) {
		if (trigger)
			eventfd_ctx_put(trigger);
		return ret;
	}
	vdev->trigger[vector] = trigger;
	if (old)
		eventfd_ctx_put(old);
	if (!old != !trigger)
		run(vdev, vdsa_model_set_masked(&vdev->model, vector, !trigger));
	return 0;
}

void vdsa_vdev_set_masked(struct vdsa_vdev *vdev, u32 vector, bool masked)
{
	guard(mutex)(&vdev->lock);
	run(vdev, vdsa_model_set_masked(&vdev->model, vector, masked));
}

void vdsa_vdev_loopback(struct vdsa_vdev *vdev, u32 vector)
{
	guard(mutex)(&vdev->lock);
	if (vdev->trigger[vector])
		eventfd_signal(vdev->trigger[vector]);
}

void vdsa_vdev_set_unplug(struct vdsa_vdev *vdev, struct eventfd_ctx *trigger)
{
	guard(mutex)(&vdev->show_lock);
	if (vdev->unplug)
		eventfd_ctx_put(vdev->unplug);
	vdev->unplug = trigger;
}

void vdsa_vdev_ask_unplug(struct vdsa_vdev *vdev, unsigned int count)
{
	guard(mutex)(&vdev->show_lock);
	if (vdev->unplug)
		eventfd_signal(vdev->unplug);
	else if (!count)
		dev_notice(vdev->vfio.dev,
			   "to be removed: waiting for the process that has it open\n");
}

/* Callbacks of the slice; slice.h says what they must not do. */
static void on_revoked(void *client)
{
	struct vdsa_vdev *vdev = client;

	vdsa_portals_revoke(&vdev->portals);
	scoped_guard(spinlock_irqsave, &vdev->events.lock)
		vdev->events.revoked = true;
	queue_work(vdsa_queue, &vdev->events.work);
}

static void on_halted(void *client)
{
	struct vdsa_vdev *vdev = client;

	vdsa_portals_revoke(&vdev->portals);
	scoped_guard(spinlock_irqsave, &vdev->events.lock)
		vdev->events.halted = true;
	queue_work(vdsa_queue, &vdev->events.work);
}

static void on_restored(void *client)
{
	struct vdsa_vdev *vdev = client;

	vdsa_portals_restore(&vdev->portals);
	scoped_guard(spinlock_irqsave, &vdev->events.lock)
		vdev->events.restored = true;
	queue_work(vdsa_queue, &vdev->events.work);
}

/* Errors beyond the array are dropped: the guest sees an overflow anyway. */
static void on_sw_error(void *client, u32 wq, const u64 err[4])
{
	struct vdsa_vdev *vdev = client;
	struct vdsa_vdev_events *events = &vdev->events;

	scoped_guard(spinlock_irqsave, &events->lock) {
		if (events->nr_errors < VDSA_NR_EVENT_ERRORS) {
			events->error[events->nr_errors].wq = wq;
			memcpy(events->error[events->nr_errors].err, err,
			       sizeof(events->error[0].err));
			events->nr_errors++;
		}
	}
	queue_work(vdsa_queue, &events->work);
}

static void on_errors(void *client)
{
	struct vdsa_vdev *vdev = client;

	scoped_guard(spinlock_irqsave, &vdev->events.lock)
		vdev->events.erred = true;
	queue_work(vdsa_queue, &vdev->events.work);
}

/* Callbacks of the worker that maps memory. */
static void on_mapped(struct vdsa_pins *pins, u32 ticket)
{
	struct vdsa_vdev *vdev = container_of(pins, struct vdsa_vdev, pins);

	scoped_guard(spinlock_irqsave, &vdev->events.lock)
		vdev->events.mapped = ticket;
	queue_work(vdsa_queue, &vdev->events.work);
}

static void on_progress(struct vdsa_pins *pins)
{
	struct vdsa_vdev *vdev = container_of(pins, struct vdsa_vdev, pins);

	scoped_guard(spinlock_irqsave, &vdev->events.lock)
		vdev->events.progress = true;
	queue_work(vdsa_queue, &vdev->events.work);
}

static const struct vdsa_pins_ops pins_ops = {
	.mapped = on_mapped,
	.progress = on_progress,
};

static const struct vdsa_slice_client_ops client_ops = {
	.revoked = on_revoked,
	.restored = on_restored,
	.halted = on_halted,
	.sw_error = on_sw_error,
	.errors = on_errors,
};

/* Take the pending events; whether the host is available now, the portals know. */
static void take_events(struct vdsa_vdev *vdev, struct vdsa_vdev_events *taken)
{
	struct vdsa_vdev_events *events = &vdev->events;

	spin_lock_irq(&events->lock);
	taken->revoked = events->revoked;
	taken->halted = events->halted;
	taken->restored = events->restored;
	taken->erred = events->erred;
	taken->progress = events->progress;
	taken->mapped = events->mapped;
	taken->nr_errors = events->nr_errors;
	memcpy(taken->error, events->error, sizeof(taken->error));
	events->revoked = events->halted = events->restored = events->erred = false;
	events->progress = false;
	events->mapped = 0;
	events->nr_errors = 0;
	spin_unlock_irq(&events->lock);
}

/* After a reset or a halt its command is no longer awaited. */
static void resume_enable(struct vdsa_vdev *vdev, u32 ticket)
{
	if (ticket != vdev->enable.ticket || !vdsa_model_awaits(&vdev->model, ticket))
		return;
	vdev->mapped = ticket;
	run(vdev, vdev->enable);
}

static void work_events(struct work_struct *work)
{
	struct vdsa_vdev *vdev = container_of(work, struct vdsa_vdev,
					      events.work);
	struct vdsa_vdev_events taken;
	u32 i;

	guard(mutex)(&vdev->lock);
	take_events(vdev, &taken);
	if (!vdev->open)
		return;
	for (i = 0; i < taken.nr_errors; i++)
		run(vdev, vdsa_model_sw_error(&vdev->model, taken.error[i].wq,
					      taken.error[i].err));
	if (taken.erred || taken.progress)
		vdsa_vdev_notify(vdev, DSA_VDEV_CMD_VDEV_CHANGE_NTF);
	if (taken.mapped)
		resume_enable(vdev, taken.mapped);
	if (taken.halted)
		run(vdev, vdsa_model_host_halted(&vdev->model));
	else if (taken.revoked)
		run(vdev, vdsa_model_host_revoked(&vdev->model));
	if (taken.halted || taken.revoked)
		queue_delayed_work(vdsa_queue, &vdev->missed, PATIENCE);
	if (!taken.restored || vdsa_portals_are_revoked(&vdev->portals))
		return;
	cancel_delayed_work(&vdev->missed);
	run(vdev, vdsa_model_host_restored(&vdev->model));
}

static void work_missed(struct work_struct *work)
{
	struct vdsa_vdev *vdev = container_of(to_delayed_work(work), struct vdsa_vdev, missed);

	guard(mutex)(&vdev->lock);
	if (vdev->open)
		run(vdev, vdsa_model_host_missed(&vdev->model));
}

static void model_info(const struct vdsa_slice_info *info,
		       struct vdsa_model_info *model)
{
	u32 wq;

	*model = (struct vdsa_model_info) {
		.pci_device = info->pci_device,
		.version = info->version,
		.gen_cap = info->gen_cap,
		.wq_cap = info->wq_cap,
		.group_cap = info->group_cap,
		.nr_wqs = info->nr_wqs,
		.nr_engines = info->nr_engines,
		.pasid_attached = true,	/* always, for a slice */
	};
	memcpy(model->op_cap, info->op_cap, sizeof(model->op_cap));
	for (wq = 0; wq < info->nr_wqs; wq++)
		model->wq[wq] = (struct vdsa_model_wq) {
			.size = info->wq[wq].size,
			.priority = info->wq[wq].priority,
			.max_xfer_shift = info->wq[wq].max_xfer_shift,
			.max_batch_shift = info->wq[wq].max_batch_shift,
			.block_on_fault = info->wq[wq].block_on_fault,
		};
}

static bool new_model(struct vdsa_vdev *vdev)
{
	struct vdsa_model_info info;

	BUILD_BUG_ON(VDSA_MODEL_MAX_WQS != DSA_VDEV_MAX_WQS);
	model_info(&vdev->info, &info);
	return vdsa_model_init(&vdev->model, &info);
}

static void set_open(struct vdsa_vdev *vdev, bool open)
{
	lockdep_assert_held(&vdev->lock);
	guard(mutex)(&vdev->show_lock);
	vdev->open = open;
}

int vdsa_vdev_open(struct vdsa_vdev *vdev)
{
	u32 v;

	guard(mutex)(&vdev->lock);
	if (vdev->gone)
		return -ENODEV;
	vdsa_slice_get_info(vdev->slice, &vdev->info);
	new_model(vdev);	/* cannot fail: it succeeded at creation */
	vdev->ahead = false;
	vdev->mapped = 0;
	vdsa_portals_clear(&vdev->portals);
	vdsa_slice_quiesce(vdev->slice);
	vdev->masked = BIT(vdsa_vdev_nr_vectors(vdev)) - 1;
	for (v = 1; v < vdsa_vdev_nr_vectors(vdev); v++)
		vdsa_slice_irq_mask(vdev->slice, v - 1);
	vdsa_pins_open(&vdev->pins);
	vdsa_slice_set_open(vdev->slice, true);
	set_open(vdev, true);
	if (vdsa_portals_are_revoked(&vdev->portals))
		run(vdev, vdsa_model_host_revoked(&vdev->model));
	else
		run(vdev, (struct vdsa_action) { .code = VDSA_DO_NOTHING });
	return 0;
}

static void drop_triggers(struct vdsa_vdev *vdev)
{
	u32 v;

	for (v = 0; v < vdsa_vdev_nr_vectors(vdev); v++) {
		if (v)
			vdsa_slice_irq_forget(vdev->slice, v - 1);
		if (vdev->trigger[v])
			eventfd_ctx_put(vdev->trigger[v]);
		vdev->trigger[v] = NULL;
	}
	vdsa_vdev_set_unplug(vdev, NULL);
}

/* Stop the work before its memory and its interrupts are released. */
void vdsa_vdev_close(struct vdsa_vdev *vdev)
{
	guard(mutex)(&vdev->lock);
	do_quiesce(vdev, vdev->model.handles);
	drop_triggers(vdev);
	vdsa_pins_close(&vdev->pins);
	scoped_guard(spinlock_irq, &vdev->events.lock)
		vdev->events.mapped = 0;	/* the next holder's tickets are the same */
	new_model(vdev);
	vdsa_slice_set_open(vdev->slice, false);
	set_open(vdev, false);
	run(vdev, (struct vdsa_action) { .code = VDSA_DO_NOTHING });
}

static int init_portals(struct vdsa_vdev *vdev)
{
	unsigned long pfn[DSA_VDEV_MAX_WQS][VDSA_PORTAL_KINDS];
	u32 wq;

	for (wq = 0; wq < vdev->info.nr_wqs; wq++) {
		pfn[wq][0] = vdsa_slice_portal_pfn(vdev->slice, wq, false);
		pfn[wq][1] = vdsa_slice_portal_pfn(vdev->slice, wq, true);
	}
	return vdsa_portals_init(&vdev->portals, pfn, vdev->info.nr_wqs,
				 vdsa_model_bar2_size(&vdev->model), vdev->vfio.inode->i_mapping,
				 VDSA_REGION_OFFSET(BAR2));
}

static int init(struct vdsa_vdev *vdev, const guid_t *uuid, const char *device,
		const char *type, struct vdsa_slice *slice)
{
	int ret;

	vdev->uuid = *uuid;
	vdev->slice = slice;
	strscpy(vdev->device, device);
	strscpy(vdev->type, type);
	vdsa_slice_get_info(slice, &vdev->info);
	if (!new_model(vdev))
		return -EINVAL;
	mutex_init(&vdev->lock);
	mutex_init(&vdev->show_lock);
	spin_lock_init(&vdev->events.lock);
	INIT_WORK(&vdev->events.work, work_events);
	INIT_DELAYED_WORK(&vdev->missed, work_missed);
	ret = init_portals(vdev);
	if (ret)
		return ret;
	ret = vdsa_pins_init(&vdev->pins, &vdev->vfio, vdsa_slice_iommu(slice), vdev->info.mapping,
			     &pins_ops);
	if (ret)
		vdsa_portals_exit(&vdev->portals);
	return ret;
}

struct vdsa_vdev *vdsa_vdev_create(struct device *dev, const struct vfio_device_ops *ops,
				   const guid_t *uuid, const char *device, const char *type,
				   struct vdsa_slice *slice)
{
	struct vdsa_vdev *vdev;
	int ret;

	vdev = vfio_alloc_device(vdsa_vdev, vfio, dev, ops);
	if (IS_ERR(vdev))
		return vdev;
	ret = init(vdev, uuid, device, type, slice);
	if (ret)
		goto err_put;
	vdsa_slice_set_client(slice, &client_ops, vdev);
	ret = vfio_register_emulated_iommu_dev(&vdev->vfio);
	if (ret)
		goto err_detach;
	ret = vdsa_vdev_publish(vdev);
	if (ret)
		goto err_unregister;
	return vdev;

err_unregister:
	vfio_unregister_group_dev(&vdev->vfio);
err_detach:
	vdsa_slice_set_client(slice, NULL, NULL);
	cancel_work_sync(&vdev->events.work);
	cancel_delayed_work_sync(&vdev->missed);
	vdsa_pins_exit(&vdev->pins);
	vdsa_portals_exit(&vdev->portals);
err_put:
	vfio_put_device(&vdev->vfio);
	return ERR_PTR(ret);
}

void vdsa_vdev_destroy(struct vdsa_vdev *vdev)
{
	vfio_unregister_group_dev(&vdev->vfio);
	vdsa_vdev_unpublish(vdev);
	vdsa_slice_set_client(vdev->slice, NULL, NULL);
	cancel_work_sync(&vdev->events.work);
	cancel_delayed_work_sync(&vdev->missed);
	vdsa_pins_exit(&vdev->pins);
	vdsa_portals_exit(&vdev->portals);
	vdsa_slice_give_back(vdev->slice);
	vfio_put_device(&vdev->vfio);
}
