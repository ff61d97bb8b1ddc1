// SPDX-License-Identifier: GPL-2.0
/*
 * The VFIO interface of a bare vdev. Requests are checked and copied here; vdev/ does
 * the rest.
 */
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include "vfio_bare.h"
#include "vdev/bare.h"
#include "vdev/portal_file.h"

/* What each structure begins with. */
struct head {
	u32 argsz, flags;
};

/* Copy a structure of @size bytes from the holder, whose flags are of @known. */
static int copy_in(void *to, size_t size, u32 known, const void __user *arg)
{
	u32 argsz;
	int ret;

	if (get_user(argsz, (const u32 __user *)arg))
		return -EFAULT;
	if (argsz < size)
		return -EINVAL;
	if (argsz > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(to, size, arg, argsz);
	if (ret)
		return ret;
	return ((struct head *)to)->flags & ~known ? -EINVAL : 0;
}

static int copy_out(void __user *arg, const void *from, size_t size)
{
	return copy_to_user(arg, from, size) ? -EFAULT : 0;
}

static long get_info(struct vdsa_vdev *vdev, void __user *arg)
{
	struct vdsa_bare_info info, out = {};
	int ret = copy_in(&info, sizeof(info), 0, arg);

	if (ret)
		return ret;
	out.argsz = info.argsz;
	vdsa_bare_get_info(vdev, &out);
	return copy_out(arg, &out, sizeof(out));
}

/* What an action is for the slice, and which members of its request it takes. */
static const struct rule {
	enum vdsa_action_code code;
	bool wqs, vector, ticket;
} rules[] = {
	[VDSA_BARE_ENABLE] = { VDSA_DO_WQ_ENABLE, .wqs = true, .ticket = true },
	[VDSA_BARE_DISABLE] = { VDSA_DO_WQ_DISABLE, .wqs = true },
	[VDSA_BARE_DRAIN] = { VDSA_DO_WQ_DRAIN, .wqs = true },
	[VDSA_BARE_ABORT] = { VDSA_DO_WQ_ABORT, .wqs = true },
	[VDSA_BARE_RESET] = { VDSA_DO_WQ_RESET, .wqs = true },
	[VDSA_BARE_QUIESCE] = { VDSA_DO_QUIESCE },
	[VDSA_BARE_HANDLE_REQUEST] = { VDSA_DO_HANDLE_REQUEST, .vector = true },
	[VDSA_BARE_HANDLE_RELEASE] = { VDSA_DO_HANDLE_RELEASE, .vector = true },
};

static bool is_valid(const struct vdsa_vdev *vdev, const struct vdsa_bare_act *act)
{
	u32 nr = vdev->info.nr_wqs;
	const struct rule *rule;

	if (act->action >= ARRAY_SIZE(rules) || act->reserved)
		return false;
	rule = &rules[act->action];
	return rule->code != VDSA_DO_NOTHING &&
	       !!act->wqs == rule->wqs && !(act->wqs >> nr) &&
	       (rule->vector ? act->vector < nr : !act->vector) &&
	       !!act->ticket == rule->ticket;
}

static long act(struct vdsa_vdev *vdev, void __user *arg)
{
	struct vdsa_outcome outcome;
	struct vdsa_action action;
	struct vdsa_bare_act act;
	int ret = copy_in(&act, sizeof(act), 0, arg);

	if (ret)
		return ret;
	if (!is_valid(vdev, &act))
		return -EINVAL;
	action = (struct vdsa_action) {
		.code = rules[act.action].code,
		.wqs = act.wqs,
		.vector = act.vector + 1,
		.ticket = act.ticket,
	};
	ret = vdsa_bare_act(vdev, &action, &outcome);
	if (ret)
		return ret;
	act.status = outcome.status;
	act.done = outcome.wqs;
	act.handle = outcome.handle;
	return copy_out(arg, &act, sizeof(act));
}

static long map(struct vdsa_vdev *vdev, void __user *arg)
{
	struct vdsa_bare_map map;
	int ret = copy_in(&map, sizeof(map), VDSA_BARE_MAP_AHEAD, arg);

	if (ret)
		return ret;
	if (map.reserved || !map.ticket != !!(map.flags & VDSA_BARE_MAP_AHEAD))
		return -EINVAL;
	if (map.ticket)
		vdsa_pins_map(&vdev->pins, map.ticket);
	else
		vdsa_pins_map_ahead(&vdev->pins);
	return 0;
}

/* What cannot be copied to the holder is lost. */
static long get_events(struct vdsa_vdev *vdev, void __user *arg)
{
	struct vdsa_bare_events events, out;
	int ret = copy_in(&events, sizeof(events), 0, arg);

	if (ret)
		return ret;
	vdsa_bare_get_events(vdev, &out);
	out.argsz = events.argsz;
	return copy_out(arg, &out, sizeof(out));
}

static long get_pending(struct vdsa_vdev *vdev, void __user *arg)
{
	struct vdsa_bare_pending pending, out = {};
	int ret = copy_in(&pending, sizeof(pending), 0, arg);

	if (ret)
		return ret;
	out.argsz = pending.argsz;
	out.vectors = vdsa_bare_pending(vdev);
	return copy_out(arg, &out, sizeof(out));
}

static long get_portals(struct vdsa_vdev *vdev, void __user *arg)
{
	struct vdsa_bare_portals portals;
	int ret = copy_in(&portals, sizeof(portals), 0, arg);

	if (ret)
		return ret;
	return vdev->info.portal_allowed ? vdsa_portal_file_get(vdev) : -EPERM;
}

static long vdsa_bare_ioctl(struct vfio_device *vfio, unsigned int cmd, unsigned long arg)
{
	struct vdsa_vdev *vdev = vdsa_vdev_of(vfio);
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VDSA_BARE_GET_INFO:
		return get_info(vdev, uarg);
	case VDSA_BARE_ACT:
		return act(vdev, uarg);
	case VDSA_BARE_MAP:
		return map(vdev, uarg);
	case VDSA_BARE_GET_EVENTS:
		return get_events(vdev, uarg);
	case VDSA_BARE_GET_PENDING:
		return get_pending(vdev, uarg);
	case VDSA_BARE_GET_PORTALS:
		return get_portals(vdev, uarg);
	default:
		return vdsa_door_ioctl(vfio, cmd, arg);
	}
}

static u32 region_size(const struct vdsa_vdev *vdev, u32 index)
{
	return vdsa_door_portals_size(vdev);
}

/* Vector n of the completions is the vdev's n + 1; see vdsa_bare_kind for its first. */
static int irqs_of(const struct vdsa_vdev *vdev, u32 index, struct vdsa_door_irqs *irqs)
{
	switch (index) {
	case VDSA_BARE_IRQ_COMPLETION:
		*irqs = (struct vdsa_door_irqs) {
			.first = 1, .count = vdev->info.nr_wqs, .maskable = true,
		};
		return 0;
	case VDSA_BARE_IRQ_EVENT:
		*irqs = (struct vdsa_door_irqs) { .count = 1 };
		return 0;
	case VDSA_BARE_IRQ_REQUEST:
		*irqs = (struct vdsa_door_irqs) { .count = 1, .asks = true };
		return 0;
	default:
		return -EINVAL;
	}
}

const struct vdsa_door vdsa_bare_door = {
	.ops = {
		VDSA_DOOR_OPS
		.ioctl = vdsa_bare_ioctl,
	},
	.flags = VFIO_DEVICE_FLAGS_RESET,
	.nr_regions = VDSA_BARE_NR_REGIONS,
	.nr_irqs = VDSA_BARE_NR_IRQS,
	.region_size = region_size,
	.irqs = irqs_of,
};
