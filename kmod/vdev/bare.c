// SPDX-License-Identifier: GPL-2.0
/* The vdev whose PCI device a process emulates. See bare.h. */
#include <linux/vfio.h>
#include "act.h"
#include "bare.h"
#include "slice/slice_use.h"
#include "vdev_list.h"

#define LOST	(VDSA_BARE_EVENT_REVOKED | VDSA_BARE_EVENT_HALTED)

struct vdsa_bare {
	struct vdsa_vdev vdev;			/* first; its lock is that of the fields below */
	bool revoked;
	u32 mapped;				/* ticket of the mapping that ended last; 0: none */
	u32 wqs;				/* bit n: work queue n is enabled */
	u32 handles;				/* bit n: vector n has handle[n] */
	u32 handle[DSA_VDEV_MAX_WQS + 1];
	u64 nr_actions, nr_resets, nr_errors;	/* since it was opened */
	struct vdsa_bare_events untold;		/* vdev.events.lock: for the holder */
};

static struct vdsa_bare *bare_of(struct vdsa_vdev *vdev)
{
	return container_of(vdev, struct vdsa_bare, vdev);
}

static const struct vdsa_bare *const_bare_of(const struct vdsa_vdev *vdev)
{
	return container_of_const(vdev, struct vdsa_bare, vdev);
}

void vdsa_bare_get_info(const struct vdsa_vdev *vdev, struct vdsa_bare_info *info)
{
	const struct vdsa_slice_info *from = &vdev->info;
	u32 i;

	BUILD_BUG_ON(VDSA_BARE_MAX_WQS != DSA_VDEV_MAX_WQS);
	BUILD_BUG_ON(sizeof(info->op_cap) != sizeof(from->op_cap));
	info->version = VDSA_BARE_VERSION;
	info->pci_device = from->pci_device;
	info->dsa_version = from->version;
	info->nr_wqs = from->nr_wqs;
	info->nr_engines = from->nr_engines;
	info->portal_allowed = from->portal_allowed;
	info->gen_cap = from->gen_cap;
	info->wq_cap = from->wq_cap;
	info->group_cap = from->group_cap;
	memcpy(info->op_cap, from->op_cap, sizeof(info->op_cap));
	for (i = 0; i < from->nr_wqs; i++)
		info->wq[i] = (struct vdsa_bare_wq) {
			.size = from->wq[i].size,
			.priority = from->wq[i].priority,
			.max_xfer_shift = from->wq[i].max_xfer_shift,
			.max_batch_shift = from->wq[i].max_batch_shift,
			.block_on_fault = from->wq[i].block_on_fault,
		};
}

/*
 * Whether a loss is not told yet. Until it is, the holder acts by what it knew before,
 * and would take a work queue for enabled that is not.
 */
static bool is_loss_untold(struct vdsa_bare *bare)
{
	struct vdsa_vdev_events *events = &bare->vdev.events;
	bool untold;

	spin_lock_irq(&events->lock);
	untold = events->revoked || events->halted || bare->untold.events & LOST;
	spin_unlock_irq(&events->lock);
	return untold;
}

/* Note what is enabled and which handles there are. */
static void note(struct vdsa_bare *bare, const struct vdsa_action *action,
		 const struct vdsa_outcome *outcome)
{
	switch (action->code) {
	case VDSA_DO_WQ_ENABLE:
		bare->wqs |= outcome->wqs;
		break;
	case VDSA_DO_WQ_DISABLE:
	case VDSA_DO_WQ_RESET:
		bare->wqs &= ~outcome->wqs;
		break;
	case VDSA_DO_QUIESCE:
		bare->wqs = bare->handles = 0;
		break;
	case VDSA_DO_HANDLE_REQUEST:
		if (outcome->status)
			break;
		bare->handles |= BIT(action->vector);
		bare->handle[action->vector] = outcome->handle;
		break;
	case VDSA_DO_HANDLE_RELEASE:
		if (!outcome->status)
			bare->handles &= ~BIT(action->vector);
		break;
	default:
		break;
	}
}

static void act(struct vdsa_bare *bare, struct vdsa_action *action, struct vdsa_outcome *outcome)
{
	action->handles = bare->handles;
	vdsa_vdev_act(&bare->vdev, action, outcome);
	note(bare, action, outcome);
}

int vdsa_bare_act(struct vdsa_vdev *vdev, struct vdsa_action *action,
		  struct vdsa_outcome *outcome)
{
	struct vdsa_bare *bare = bare_of(vdev);

	guard(mutex)(&vdev->lock);
	if (action->code == VDSA_DO_WQ_ENABLE && action->ticket != bare->mapped)
		return -EAGAIN;
	bare->nr_actions++;
	if (action->code != VDSA_DO_QUIESCE && is_loss_untold(bare))
		*outcome = (struct vdsa_outcome) { .status = -ENXIO };
	else
		act(bare, action, outcome);
	vdsa_vdev_changed(vdev);
	return 0;
}

void vdsa_bare_get_events(struct vdsa_vdev *vdev, struct vdsa_bare_events *events)
{
	struct vdsa_bare *bare = bare_of(vdev);

	spin_lock_irq(&vdev->events.lock);
	*events = bare->untold;
	bare->untold = (struct vdsa_bare_events) {};
	spin_unlock_irq(&vdev->events.lock);
}

u32 vdsa_bare_pending(const struct vdsa_vdev *vdev)
{
	u32 wq, pending = 0;

	for (wq = 0; wq < vdev->info.nr_wqs; wq++) {
		if (vdsa_slice_irq_pending(vdev->slice, wq))
			pending |= BIT(wq);
	}
	return pending;
}

static bool any_untold(struct vdsa_bare *bare)
{
	bool any;

	spin_lock_irq(&bare->vdev.events.lock);
	any = bare->untold.events || bare->untold.nr_errors;
	spin_unlock_irq(&bare->vdev.events.lock);
	return any;
}

static void signal_events(struct vdsa_vdev *vdev)
{
	if (vdev->trigger[0] && any_untold(bare_of(vdev)))
		eventfd_signal(vdev->trigger[0]);
}

/* What the kind does, see struct vdsa_vdev_kind. */
static bool renew(struct vdsa_vdev *vdev)
{
	struct vdsa_bare *bare = bare_of(vdev);

	bare->revoked = false;
	bare->mapped = 0;
	bare->wqs = bare->handles = 0;
	bare->nr_actions = bare->nr_resets = bare->nr_errors = 0;
	scoped_guard(spinlock_irq, &vdev->events.lock)
		bare->untold = (struct vdsa_bare_events) {};
	return true;
}

static void lost(struct vdsa_vdev *vdev, bool halted)
{
	struct vdsa_bare *bare = bare_of(vdev);

	bare->revoked = true;
	bare->wqs = bare->handles = 0;
	scoped_guard(spinlock_irq, &vdev->events.lock) {
		bare->untold.events &= ~VDSA_BARE_EVENT_RESTORED;
		bare->untold.events |= halted ? LOST : VDSA_BARE_EVENT_REVOKED;
	}
	signal_events(vdev);
	vdsa_vdev_changed(vdev);
}

static void restored(struct vdsa_vdev *vdev)
{
	struct vdsa_bare *bare = bare_of(vdev);

	bare->revoked = false;
	scoped_guard(spinlock_irq, &vdev->events.lock)
		bare->untold.events |= VDSA_BARE_EVENT_RESTORED;
	signal_events(vdev);
	vdsa_vdev_changed(vdev);
}

static void opened(struct vdsa_vdev *vdev, bool revoked)
{
	if (revoked)
		lost(vdev, false);
}

static u32 handles(const struct vdsa_vdev *vdev)
{
	return const_bare_of(vdev)->handles;
}

static void reset(struct vdsa_vdev *vdev)
{
	struct vdsa_action action = { .code = VDSA_DO_QUIESCE };
	struct vdsa_bare *bare = bare_of(vdev);
	struct vdsa_outcome outcome;

	bare->nr_resets++;
	act(bare, &action, &outcome);
	vdsa_vdev_changed(vdev);
}

/* Vector 0 is that of the events. */
static void set_masked(struct vdsa_vdev *vdev, u32 vector, bool masked)
{
	if (vector)
		vdsa_vdev_mask(vdev, vector, masked);
	else
		signal_events(vdev);
	vdsa_vdev_changed(vdev);
}

static void add_error(struct vdsa_bare_events *untold, u32 wq, const u64 err[4])
{
	struct vdsa_bare_error *error = &untold->error[untold->nr_errors];

	if (untold->nr_errors == VDSA_BARE_MAX_ERRORS) {
		untold->events |= VDSA_BARE_EVENT_ERRORS_LOST;
		return;
	}
	error->wq = wq;
	memcpy(error->err, err, sizeof(error->err));
	untold->nr_errors++;
}

static void sw_errors(struct vdsa_vdev *vdev, const struct vdsa_vdev_events *taken)
{
	struct vdsa_bare *bare = bare_of(vdev);
	u32 i;

	bare->nr_errors += taken->nr_errors;
	scoped_guard(spinlock_irq, &vdev->events.lock) {
		for (i = 0; i < taken->nr_errors; i++)
			add_error(&bare->untold, taken->error[i].wq, taken->error[i].err);
		if (taken->errors_lost)
			bare->untold.events |= VDSA_BARE_EVENT_ERRORS_LOST;
	}
	signal_events(vdev);
	vdsa_vdev_changed(vdev);
}

static void mapped(struct vdsa_vdev *vdev, u32 ticket)
{
	struct vdsa_bare *bare = bare_of(vdev);

	bare->mapped = ticket;
	scoped_guard(spinlock_irq, &vdev->events.lock) {
		bare->untold.events |= VDSA_BARE_EVENT_MAPPED;
		bare->untold.ticket = ticket;
	}
	signal_events(vdev);
}

/* A device of which the module does not know the state is enabled when a work queue is. */
static enum dsa_vdev_vdev_state state(const struct vdsa_vdev *vdev)
{
	const struct vdsa_bare *bare = const_bare_of(vdev);

	if (bare->revoked)
		return DSA_VDEV_VDEV_STATE_HALTED;
	return bare->wqs ? DSA_VDEV_VDEV_STATE_ENABLED : DSA_VDEV_VDEV_STATE_DISABLED;
}

static void fill(const struct vdsa_vdev *vdev, struct vdsa_vdev_snapshot *snap)
{
	const struct vdsa_bare *bare = const_bare_of(vdev);
	u32 v;

	snap->commands = bare->nr_actions;
	snap->resets = bare->nr_resets;
	snap->errors = bare->nr_errors;
	for (v = 0; v < snap->nr_vectors; v++) {
		snap->vector[v].masked = vdev->masked & BIT(v);
		snap->vector[v].has_handle = bare->handles & BIT(v);
		snap->vector[v].handle = bare->handle[v];
	}
}

static const struct vdsa_vdev_kind bare_kind = {
	.portals_region = VDSA_BARE_REGION_PORTALS,
	.renew = renew,
	.opened = opened,
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

struct vdsa_vdev *vdsa_bare_create(struct device *dev, const struct vfio_device_ops *ops,
				   const struct vdsa_vdev_names *names, struct vdsa_slice *slice)
{
	struct vdsa_bare *bare = vfio_alloc_device(vdsa_bare, vdev.vfio, dev, ops);

	if (IS_ERR(bare))
		return ERR_CAST(bare);
	return vdsa_vdev_create(&bare->vdev, &bare_kind, names, slice);
}
