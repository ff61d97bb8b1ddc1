// SPDX-License-Identifier: GPL-2.0
/*
 * A vdev from its creation to its end: what is the same for both kinds.
 */
#include <linux/vfio.h>
#include "act.h"
#include "core/queue.h"
#include "slice/slice_make.h"
#include "slice/slice_use.h"
#include "vdev.h"
#include "vdev_list.h"

void vdsa_vdev_reset(struct vdsa_vdev *vdev)
{
	guard(mutex)(&vdev->lock);
	vdev->kind->reset(vdev);
}

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
		vdev->kind->set_masked(vdev, vector, !trigger);
	return 0;
}

void vdsa_vdev_set_masked(struct vdsa_vdev *vdev, u32 vector, bool masked)
{
	guard(mutex)(&vdev->lock);
	vdev->kind->set_masked(vdev, vector, masked);
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
		} else {
			events->errors_lost = true;
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

static void forget_events(struct vdsa_vdev_events *events)
{
	lockdep_assert_held(&events->lock);
	events->revoked = events->halted = events->restored = events->erred = false;
	events->progress = events->errors_lost = false;
	events->mapped = 0;
	events->nr_errors = 0;
}

/* Take the pending events. Their order is lost: whether the host is available now is said by the portals. */
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
	taken->errors_lost = events->errors_lost;
	memcpy(taken->error, events->error, sizeof(taken->error));
	forget_events(events);
	spin_unlock_irq(&events->lock);
}

/*
 * The worker may be late with what arose while nobody, or the holder before, had the vdev
 * open. A loss that lasts is in the state of the portals, which is looked at after this.
 */
static void drop_events(struct vdsa_vdev *vdev)
{
	scoped_guard(spinlock_irq, &vdev->events.lock)
		forget_events(&vdev->events);
}

static void work_events(struct work_struct *work)
{
	struct vdsa_vdev *vdev = container_of(work, struct vdsa_vdev,
					      events.work);
	struct vdsa_vdev_events taken;

	guard(mutex)(&vdev->lock);
	take_events(vdev, &taken);
	if (!vdev->open)
		return;
	if (taken.nr_errors)
		vdev->kind->sw_errors(vdev, &taken);
	if (taken.erred || taken.progress)
		vdsa_vdev_notify(vdev, DSA_VDEV_CMD_VDEV_CHANGE_NTF);
	if (taken.mapped)
		vdev->kind->mapped(vdev, taken.mapped);
	if (taken.halted || taken.revoked)
		vdev->kind->lost(vdev, taken.halted);
	if (taken.restored && !vdsa_portals_are_revoked(&vdev->portals))
		vdev->kind->restored(vdev);
}

static void set_open(struct vdsa_vdev *vdev, bool open)
{
	lockdep_assert_held(&vdev->lock);
	guard(mutex)(&vdev->show_lock);
	vdev->open = open;
}

static void mask_all(struct vdsa_vdev *vdev)
{
	u32 v;

	for (v = 1; v < vdsa_vdev_nr_vectors(vdev); v++)
		vdsa_vdev_mask(vdev, v, true);
}

int vdsa_vdev_open(struct vdsa_vdev *vdev)
{
	guard(mutex)(&vdev->lock);
	if (vdev->gone)
		return -ENODEV;
	vdsa_slice_get_info(vdev->slice, &vdev->info);
	vdev->kind->renew(vdev);	/* cannot fail: it succeeded at creation */
	vdsa_slice_quiesce(vdev->slice);
	vdev->masked = 0;		/* so that each is masked anew */
	mask_all(vdev);
	vdsa_pins_open(&vdev->pins);
	vdsa_slice_set_open(vdev->slice, true);
	set_open(vdev, true);
	drop_events(vdev);
	vdev->kind->opened(vdev, vdsa_portals_are_revoked(&vdev->portals));
	vdsa_vdev_changed(vdev);
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

static void quiesce(struct vdsa_vdev *vdev)
{
	struct vdsa_action action = {
		.code = VDSA_DO_QUIESCE,
		.handles = vdev->kind->handles(vdev),
	};
	struct vdsa_outcome outcome;

	vdsa_vdev_act(vdev, &action, &outcome);
}

/* Stop the work before its memory and its interrupts are released. */
void vdsa_vdev_close(struct vdsa_vdev *vdev)
{
	guard(mutex)(&vdev->lock);
	vdsa_portals_renew(&vdev->portals);
	quiesce(vdev);
	drop_triggers(vdev);
	vdsa_pins_close(&vdev->pins);
	vdev->kind->renew(vdev);
	vdsa_slice_set_open(vdev->slice, false);
	set_open(vdev, false);
	mask_all(vdev);
	vdsa_vdev_changed(vdev);
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
				 vdev->vfio.inode->i_mapping,
				 VDSA_REGION_OFFSET(vdev->kind->portals_region));
}

static int init(struct vdsa_vdev *vdev, const struct vdsa_vdev_names *names,
		struct vdsa_slice *slice)
{
	int ret;

	vdev->uuid = names->uuid;
	vdev->slice = slice;
	strscpy(vdev->device, names->device);
	strscpy(vdev->type, names->type);
	vdsa_slice_get_info(slice, &vdev->info);
	vdev->masked = ~1u;		/* as vectors are made */
	mutex_init(&vdev->lock);
	mutex_init(&vdev->show_lock);
	spin_lock_init(&vdev->events.lock);
	INIT_WORK(&vdev->events.work, work_events);
	if (!vdev->kind->renew(vdev))
		return -EINVAL;
	ret = init_portals(vdev);
	if (ret)
		return ret;
	ret = vdsa_pins_init(&vdev->pins, &vdev->vfio, vdsa_slice_iommu(slice), vdev->info.mapping,
			     &pins_ops);
	if (ret)
		vdsa_portals_exit(&vdev->portals);
	return ret;
}

/* No callback runs any more. */
static void detach(struct vdsa_vdev *vdev)
{
	vdsa_slice_set_client(vdev->slice, NULL, NULL);
	cancel_work_sync(&vdev->events.work);
	if (vdev->kind->end)
		vdev->kind->end(vdev);
	vdsa_pins_exit(&vdev->pins);
	vdsa_portals_exit(&vdev->portals);
}

struct vdsa_vdev *vdsa_vdev_create(struct vdsa_vdev *vdev, const struct vdsa_vdev_kind *kind,
				   const struct vdsa_vdev_names *names, struct vdsa_slice *slice)
{
	int ret;

	vdev->kind = kind;
	ret = init(vdev, names, slice);
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
	detach(vdev);
err_put:
	vfio_put_device(&vdev->vfio);
	return ERR_PTR(ret);
}

void vdsa_vdev_destroy(struct vdsa_vdev *vdev)
{
	vfio_unregister_group_dev(&vdev->vfio);
	vdsa_vdev_unpublish(vdev);
	detach(vdev);
	vdsa_slice_give_back(vdev->slice);
	vfio_put_device(&vdev->vfio);
}
