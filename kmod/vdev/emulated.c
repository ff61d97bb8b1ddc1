// SPDX-License-Identifier: GPL-2.0
/* The vdev whose PCI device the module emulates. See emulated.h. */
#include <linux/vfio.h>
#include "act.h"
#include "core/queue.h"
#include "emulated.h"
#include "model/errors.h"
#include "model/model.h"
#include "model/vectors.h"
#include "slice/slice_use.h"
#include "vdev_list.h"

/* A reset or repair of the host's device normally ends within this time. */
#define PATIENCE	(5 * HZ)

struct vdsa_emulated {
	struct vdsa_vdev vdev;			/* first; its lock is that of the fields below */
	struct delayed_work missed;		/* the host has not returned in time */
	bool ahead;				/* the guest was bus master: memory is mapped ahead */
	struct vdsa_action enable;		/* the last that waited for memory to be mapped */
	u32 mapped;				/* ticket of the action whose memory is mapped */
	struct vdsa_model model;
};

static struct vdsa_emulated *emulated_of(struct vdsa_vdev *vdev)
{
	return container_of(vdev, struct vdsa_emulated, vdev);
}

static const struct vdsa_model *model_of(const struct vdsa_vdev *vdev)
{
	return &container_of_const(vdev, struct vdsa_emulated, vdev)->model;
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
static bool is_mapped(struct vdsa_emulated *em, const struct vdsa_action *action)
{
	if (em->mapped == action->ticket)
		return true;
	em->enable = *action;
	vdsa_pins_map(&em->vdev.pins, action->ticket);
	return false;
}

/* False: the outcome comes later. */
static bool perform(struct vdsa_emulated *em, const struct vdsa_action *action,
		    struct vdsa_outcome *outcome)
{
	if (action->code == VDSA_DO_WQ_ENABLE && !is_mapped(em, action))
		return false;
	vdsa_vdev_act(&em->vdev, action, outcome);
	if (action->code == VDSA_DO_LOG)
		outcome->status = do_log(&em->vdev, action);
	return true;
}

static void sync_masks(struct vdsa_emulated *em)
{
	u32 v;

	for (v = 1; v < vdsa_vdev_nr_vectors(&em->vdev); v++)
		vdsa_vdev_mask(&em->vdev, v, vdsa_model_masked(&em->model, v));
}

/* Perform the model's actions on the host and report the outcomes to the model. */
static void run(struct vdsa_emulated *em, struct vdsa_action action)
{
	struct vdsa_vdev *vdev = &em->vdev;

	lockdep_assert_held(&vdev->lock);
	for (;;) {
		struct vdsa_outcome outcome;
		u32 ticket = action.ticket;
		bool done;

		vdsa_vdev_show(vdev);
		done = perform(em, &action, &outcome);
		if (action.signal && vdev->trigger[0])
			eventfd_signal(vdev->trigger[0]);
		if (!done || !ticket)
			break;
		action = vdsa_model_done(&em->model, ticket, &outcome);
	}
	sync_masks(em);
	vdsa_vdev_changed(vdev);
}

static void refresh_pending(struct vdsa_emulated *em)
{
	u32 v, pending = 0;

	for (v = 1; v < vdsa_vdev_nr_vectors(&em->vdev); v++) {
		if (vdsa_slice_irq_pending(em->vdev.slice, v - 1))
			pending |= BIT(v);
	}
	vdsa_model_set_pending(&em->model, pending);
}

u64 vdsa_emulated_read(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	guard(mutex)(&vdev->lock);
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		return vdsa_model_cfg_read(&em->model, off, len);
	if (vdsa_model_reads_pending(off))
		refresh_pending(em);
	return vdsa_model_bar0_read(&em->model, off, len);
}

/*
 * A guest that sets the bus master bit is about to use the device. What is mapped
 * by then need not be mapped while its command waits.
 */
static void map_ahead(struct vdsa_emulated *em)
{
	if (em->ahead || !vdsa_model_is_master(&em->model))
		return;
	em->ahead = true;
	vdsa_pins_map_ahead(&em->vdev.pins);
}

void vdsa_emulated_write(struct vdsa_vdev *vdev, u32 region, u32 off, u32 len, u64 val)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	guard(mutex)(&vdev->lock);
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		run(em, vdsa_model_cfg_write(&em->model, off, len, val));
	else
		run(em, vdsa_model_bar0_write(&em->model, off, len, val));
	map_ahead(em);
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

/* What the kind does, see struct vdsa_vdev_kind. */
static bool renew(struct vdsa_vdev *vdev)
{
	struct vdsa_emulated *em = emulated_of(vdev);
	struct vdsa_model_info info;

	BUILD_BUG_ON(VDSA_MODEL_MAX_WQS != DSA_VDEV_MAX_WQS);
	model_info(&vdev->info, &info);
	em->ahead = false;
	em->mapped = 0;
	return vdsa_model_init(&em->model, &info);
}

static void opened(struct vdsa_vdev *vdev, bool revoked)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	if (revoked)
		run(em, vdsa_model_host_revoked(&em->model));
}

static u32 handles(const struct vdsa_vdev *vdev)
{
	return model_of(vdev)->handles;
}

static void reset(struct vdsa_vdev *vdev)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	run(em, vdsa_model_reset(&em->model));
}

static void set_masked(struct vdsa_vdev *vdev, u32 vector, bool masked)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	run(em, vdsa_model_set_masked(&em->model, vector, masked));
}

static void sw_errors(struct vdsa_vdev *vdev, const struct vdsa_vdev_events *taken)
{
	struct vdsa_emulated *em = emulated_of(vdev);
	u32 i;

	for (i = 0; i < taken->nr_errors; i++)
		run(em, vdsa_model_sw_error(&em->model, taken->error[i].wq,
					    taken->error[i].err));
}

/* After a reset or a halt its command is no longer awaited. */
static void mapped(struct vdsa_vdev *vdev, u32 ticket)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	if (ticket != em->enable.ticket || !vdsa_model_awaits(&em->model, ticket))
		return;
	em->mapped = ticket;
	run(em, em->enable);
}

static void lost(struct vdsa_vdev *vdev, bool halted)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	run(em, halted ? vdsa_model_host_halted(&em->model) :
			 vdsa_model_host_revoked(&em->model));
	queue_delayed_work(vdsa_queue, &em->missed, PATIENCE);
}

static void restored(struct vdsa_vdev *vdev)
{
	struct vdsa_emulated *em = emulated_of(vdev);

	cancel_delayed_work(&em->missed);
	run(em, vdsa_model_host_restored(&em->model));
}

static void work_missed(struct work_struct *work)
{
	struct vdsa_emulated *em = container_of(to_delayed_work(work), struct vdsa_emulated,
						missed);

	guard(mutex)(&em->vdev.lock);
	if (em->vdev.open)
		run(em, vdsa_model_host_missed(&em->model));
}

static void end(struct vdsa_vdev *vdev)
{
	cancel_delayed_work_sync(&emulated_of(vdev)->missed);
}

static enum dsa_vdev_vdev_state state(const struct vdsa_vdev *vdev)
{
	static const enum dsa_vdev_vdev_state state[VDSA_MODEL_NR_STATES] = {
		[VDSA_MODEL_DISABLED] = DSA_VDEV_VDEV_STATE_DISABLED,
		[VDSA_MODEL_ENABLED] = DSA_VDEV_VDEV_STATE_ENABLED,
		[VDSA_MODEL_HALTED] = DSA_VDEV_VDEV_STATE_HALTED,
	};

	return state[model_of(vdev)->state];
}

static void fill(const struct vdsa_vdev *vdev, struct vdsa_vdev_snapshot *snap)
{
	const struct vdsa_model *model = model_of(vdev);
	u32 v;

	snap->commands = model->nr_commands;
	snap->resets = model->nr_resets;
	snap->errors = model->nr_errors;
	for (v = 0; v < snap->nr_vectors; v++) {
		snap->vector[v].masked = vdsa_model_masked(model, v);
		snap->vector[v].has_handle = model->handles & BIT(v);
		snap->vector[v].handle = model->handle[v];
	}
}

static const struct vdsa_vdev_kind emulated = {
	.portals_region = VFIO_PCI_BAR2_REGION_INDEX,
	.renew = renew,
	.opened = opened,
	.end = end,
	.handles = handles,
	.reset = reset,
	.set_masked = set_masked,
	.sw_errors = sw_errors,
	.mapped = mapped,
	.lost = lost,
	.restored = restored,
	.state = state,
	.fill = fill,
};

struct vdsa_vdev *vdsa_emulated_create(struct device *dev, const struct vfio_device_ops *ops,
				       const struct vdsa_vdev_names *names,
				       struct vdsa_slice *slice)
{
	struct vdsa_emulated *em = vfio_alloc_device(vdsa_emulated, vdev.vfio, dev, ops);

	if (IS_ERR(em))
		return ERR_CAST(em);
	INIT_DELAYED_WORK(&em->missed, work_missed);
	return vdsa_vdev_create(&em->vdev, &emulated, names, slice);
}
