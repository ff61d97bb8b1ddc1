// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which steps make devices as a profile says?
 *
 * A device whose groups and work queues are right only gets and loses vdevs. Any other device is
 * cleared and configured again. First all are cleared, then all configured, then all vdevs created,
 * so that a vdev can move from one device to another.
 */
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "../backend/accel.h"
#include "../backend/mdev.h"
#include "../layout/ability.h"
#include "../layout/match.h"
#include "../model/device.h"
#include "../model/inventory.h"
#include "../model/vdev.h"
#include "../profile/entry.h"
#include "../state/profiles.h"
#include "plan.h"
#include "quotas.h"

struct planner {
	struct dsactl_ctx *ctx;
	struct dsactl_plan *plan;
	const struct profile *profile;
	const struct dsactl_profile_request *request;
	struct targets targets;
	bool keep_others;	/* leave vdevs on slices for which the profile has none */
};

/* ---- Slices of entries ---- */

/* Call @act with each slice of an entry and its number in it. */
typedef int slice_fn(struct planner *planner, struct target *target,
		     const struct profile_slice *slice, unsigned int nr, void *data);

static int each_slice(struct planner *planner, struct target *target,
		      const struct profile_device *entry, slice_fn *act, void *data)
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	unsigned int nr = 0;
	int err = 0;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice)
			err = err ?: act(planner, target, slice, nr++, data);
	return err;
}

static bool is_same_vdev(const struct profile_vdev *a, const struct profile_vdev *b)
{
	return a->there && b->there && !strcmp(a->uuid, b->uuid) && !strcmp(a->name, b->name) &&
	       !strcmp(a->owner, b->owner) && !strcmp(a->mapping, b->mapping) &&
	       a->served == b->served;
}

/* Whether the other entry has the same vdev on this slice. */
static bool stays(const struct profile_device *other, const struct profile_slice *slice)
{
	const struct profile_slice *twin = entry_find_twin(other, slice);

	return twin && is_same_vdev(&twin->vdev, &slice->vdev);
}

/* Whether the other entry has this slice and no vdev on it. */
static bool is_free(const struct profile_device *other, const struct profile_slice *slice)
{
	const struct profile_slice *twin = entry_find_twin(other, slice);

	return twin && !twin->vdev.there;
}

/* ---- Vdevs must be unique on the host ---- */

struct planned_vdev {
	const struct target *target;
	const struct profile_slice *slice;
	unsigned int nr;
};

static int refuse_twice(struct planner *planner, const struct profile_vdev *vdev, bool by_uuid)
{
	return ctx_fail(planner->ctx, EINVAL, by_uuid ? vdev->uuid : vdev->name,
			"leave it out, or match one device only",
			"the profile has this %s for more than one vdev", by_uuid ? "UUID" : "name");
}

static int refuse_same_vdev(struct planner *planner, struct target *target,
			 const struct profile_slice *slice, unsigned int nr, void *data)
{
	const struct planned_vdev *planned = data;
	const struct profile_vdev *a = &planned->slice->vdev, *b = &slice->vdev;

	if (!b->there || (planned->target == target && planned->nr == nr))
		return 0;
	if (!strcmp(a->uuid, b->uuid))
		return refuse_twice(planner, a, true);
	return a->name[0] && !strcmp(a->name, b->name) ? refuse_twice(planner, a, false) : 0;
}

/* Whether @entry has this UUID or name. It may leave UUIDs open. */
static bool gives(const struct profile_device *entry, const struct profile_vdev *vdev, bool *by_uuid)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice) {
			*by_uuid = !strcasecmp(slice->vdev.uuid, vdev->uuid);
			if (*by_uuid || (vdev->name[0] && !strcmp(slice->vdev.name, vdev->name)))
				return true;
		}
	return false;
}

/*
 * Refuse a vdev that the profile gives to an earlier device, too. The first device has it, also
 * where each device is planned alone.
 */
static int require_first(struct planner *planner, const struct target *target,
			 const struct profile_vdev *vdev)
{
	struct dsactl_device *device;
	bool by_uuid;

	dsactl_device_foreach(planner->ctx, device) {
		const struct profile_device *entry;

		if (device == target->device)
			break;
		entry = profile_find_entry(planner->profile, device);
		if (entry && gives(entry, vdev, &by_uuid))
			return refuse_twice(planner, vdev, by_uuid);
	}
	return 0;
}

/* Whether @vdev is on a device that this plan changes, so that the plan may move it. */
static bool is_planned(struct planner *planner, const struct dsactl_vdev *vdev)
{
	const struct target *target;

	TARGET_FOREACH(&planner->targets, target)
		if (!strcmp(target->device->name, vdev->device))
			return true;
	return false;
}

static int require_free(struct planner *planner, const struct profile_vdev *want)
{
	struct dsactl_vdev *vdev = inventory_vdev(planner->ctx, want->uuid);

	if (!vdev && mdev_exists(want->uuid))
		return ctx_fail(planner->ctx, EEXIST, want->uuid, "choose another UUID",
				"a mediated device of this UUID exists");
	vdev = vdev ?: inventory_vdev(planner->ctx, want->name);
	if (!vdev || is_planned(planner, vdev))
		return 0;
	return ctx_fail(planner->ctx, EEXIST, vdev->uuid, "destroy it first (dsactl destroy-vdev)",
			"this vdev of the profile is on %s", vdev->device);
}

static int check_vdev(struct planner *planner, struct target *target,
		      const struct profile_slice *slice, unsigned int nr, void *data)
{
	struct planned_vdev planned = { target, slice, nr };
	struct target *other;
	int err;

	(void)data;
	if (!slice->vdev.there)
		return 0;
	if (dsactl_device_is_unsafe(target->device) && !slice->allow_unsafe_portal)
		return ctx_fail(planner->ctx, EOPNOTSUPP, target->device->name,
				"give its slices \"allow_unsafe_portal\": true if you accept that risk; dsactl check explains it",
				"its silicon is under INTEL-SA-01084: who has a portal can misuse it");
	err = require_first(planner, target, &slice->vdev) ?: require_free(planner, &slice->vdev);
	TARGET_FOREACH(&planner->targets, other)
		err = err ?: each_slice(planner, other, &other->want, refuse_same_vdev, &planned);
	return err;
}

/* ---- What stands in the way ---- */

static bool has_uuid(const struct profile_vdev *want, const struct dsactl_vdev *vdev)
{
	return !strcmp(want->uuid, vdev->uuid);
}

/*
 * By UUID or name, and always with the owner: a UUID that the profile leaves open is made from the work
 * queue, whoever owns the vdev.
 */
static bool has_owned(const struct profile_vdev *want, const struct dsactl_vdev *vdev)
{
	return !strcmp(want->owner, vdev->owner) &&
	       (has_uuid(want, vdev) || (vdev->name[0] && !strcmp(want->name, vdev->name)));
}

static bool has_same(const struct profile_vdev *want, const struct dsactl_vdev *vdev)
{
	return has_uuid(want, vdev) && !strcmp(want->owner, vdev->owner);
}

/* Whether the profile has the vdev, by one of these functions. */
static bool wants(struct planner *planner, const struct dsactl_vdev *vdev,
		  bool (*has)(const struct profile_vdev *want, const struct dsactl_vdev *vdev))
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	const struct target *target;

	TARGET_FOREACH(&planner->targets, target)
		LIST_FOREACH(&target->want.groups, group)
			LIST_FOREACH(&group->slices, slice)
				if (has(&slice->vdev, vdev))
					return true;
	return false;
}

static int refuse_replace(struct planner *planner, const char *object, const char *why)
{
	return ctx_fail(planner->ctx, EBUSY, object,
			"diff-profile shows the difference, apply-profile --replace has it so", "%s", why);
}

/*
 * Whether the device is disabled, as another tool may have left it, and can be made again without
 * loss: nobody has a vdev of it open, and the profile has all of them, with their owners.
 */
static bool is_down(struct planner *planner, const struct dsactl_device *device)
{
	struct dsactl_vdev *vdev;

	if (device->enabled || !dsactl_device_get_nr_slices(device))
		return false;
	dsactl_vdev_foreach(planner->ctx, vdev)
		if (!strcmp(vdev->device, device->name) &&
		    (dsactl_vdev_is_open(vdev) || !wants(planner, vdev, has_same)))
			return false;
	return true;
}

/*
 * Whether vdevs and layout that the profile does not have may go: with --replace, or where
 * restoring finds a device that is down.
 */
static bool may_replace(struct planner *planner, const struct dsactl_device *device)
{
	return planner->request->replace || (planner->keep_others && is_down(planner, device));
}

/* May this vdev be destroyed? */
static int require_destroyable(struct planner *planner, const struct dsactl_device *device,
			       struct dsactl_vdev *vdev)
{
	const struct dsactl_profile_request *request = planner->request;
	const char *object = vdev->name[0] ? vdev->name : vdev->uuid;

	if (!may_replace(planner, device))
		return refuse_replace(planner, object, "this vdev is not so in the profile");
	if (vdev->owner[0] && !wants(planner, vdev, has_owned) &&
	    (!request->owner || strcmp(request->owner, vdev->owner)))
		return ctx_fail(planner->ctx, EPERM, object, "name its owner in the profile, or give apply-profile its --owner, or destroy it first (dsactl destroy-vdev)",
				"it belongs to %s, and the profile does not have it with that owner", vdev->owner);
	if (vdev->foreign && !wants(planner, vdev, has_uuid))
		return ctx_fail(planner->ctx, EPERM, object, "destroy it first (dsactl destroy-vdev)",
				"others made it, and it is not in the profile");
	return vdev_require_closed(vdev);
}

/* Whether the device has the layout of the profile, vdevs and disabled work queues aside. */
static bool is_base_there(const struct target *target)
{
	return entry_is_same_base(&target->is, &target->want);
}

static struct dsactl_step *add_step(struct planner *planner, struct target *target,
				    enum dsactl_step_kind kind, bool note)
{
	struct dsactl_step *step = plan_add(planner->plan, kind, target->device->name);

	if (!step)
		ctx_nomem(planner->ctx);
	else
		step->note = note;
	return step;
}

/* Enable work queues that others have disabled. That takes nothing from anyone. */
static int plan_repair(struct planner *planner, struct target *target)
{
	if (!is_base_there(target) || !device_broken_slice(target->device))
		return 0;
	return add_step(planner, target, DSACTL_STEP_REPAIR, false) ? 0 : -ENOMEM;
}

/* Say what the device has that would be lost. False where it has nothing. */
static bool describe_use(struct target *target, char *text, size_t size)
{
	unsigned int nr = entry_nr_slices(&target->is);
	char bound[256];

	if (nr)
		snprintf(text, size, "it is split into %u slices, and the profile has it otherwise", nr);
	else if (device_list_bound(target->device, bound, sizeof(bound)))
		snprintf(text, size, "the host uses its work queues %s", bound);
	else if (target->device->enabled)
		snprintf(text, size, "it is enabled, and the profile has it otherwise");
	else if (target->is.groups.nr)
		snprintf(text, size, "someone has prepared a configuration of it");
	else
		return false;
	return true;
}

static int require_idle_wqs(struct planner *planner, struct dsactl_device *device)
{
	struct dsactl_wq *wq;

	dsactl_wq_foreach(device, wq) {
		/* Whoever has a slice's own work queue open is looked at through its vdev. */
		unsigned int clients = strcmp(wq->bound, DRIVER) ? accel_wq_clients(wq) : 0;

		if (clients)
			return ctx_fail(planner->ctx, EBUSY, wq->name, "end those programs first",
					"%u clients have it open", clients);
	}
	return 0;
}

/* ---- Steps ---- */

/* The first step that takes something from a device notes what it was like. */
static bool is_first_of(struct planner *planner, const struct target *target)
{
	for (struct dsactl_step *step = planner->plan->steps; step; step = step->next)
		if (!strcmp(step->device, target->device->name))
			return false;
	return true;
}

/* @data: whether all of the device's vdevs must go. */
static int plan_destroy(struct planner *planner, struct target *target,
			const struct profile_slice *slice, unsigned int nr, void *data)
{
	const bool *all = data;
	struct dsactl_vdev *vdev;
	struct dsactl_step *step;
	int err;

	(void)nr;
	if (!slice->vdev.there || (!*all && stays(&target->want, slice)))
		return 0;
	if (!*all && planner->keep_others && is_free(&target->want, slice))
		return 0;
	vdev = inventory_vdev(planner->ctx, slice->vdev.uuid);
	if (!vdev)
		return 0;
	err = require_destroyable(planner, target->device, vdev);
	if (err)
		return err;
	step = add_step(planner, target, DSACTL_STEP_DESTROY, is_first_of(planner, target));
	if (!step)
		return -ENOMEM;
	COPY_TEXT(step->uuid, vdev->uuid);
	step->slice = vdev->slice;
	return 0;
}

static int plan_clear(struct planner *planner, struct target *target)
{
	bool base = is_base_there(target), all = !base;
	char why[384];
	int err;

	if (!base && describe_use(target, why, sizeof(why)) && !may_replace(planner, target->device))
		return refuse_replace(planner, target->device->name, why);
	err = base ? 0 : require_idle_wqs(planner, target->device);
	err = err ?: each_slice(planner, target, &target->is, plan_destroy, &all);
	if (!err && !base && describe_use(target, why, sizeof(why)) &&
	    !add_step(planner, target, DSACTL_STEP_CLEAR, is_first_of(planner, target)))
		err = -ENOMEM;
	return err;
}

/* The id of the slice that exists for @slice, or -1. */
static int existing_slice(struct planner *planner, const struct target *target,
			  const struct profile_slice *slice)
{
	const struct profile_wq *wq = slice->wqs.item;
	struct dsactl_slice *other;

	dsactl_slice_foreach(planner->ctx, other)
		if (!strcmp(other->device, target->device->name) && other->nr_wqs &&
		    other->wq[0].id == wq->id)
			return other->id;
	return -1;
}

/* @data: the step that makes the slices, or NULL where they are there. */
static int plan_create(struct planner *planner, struct target *target,
		       const struct profile_slice *slice, unsigned int nr, void *data)
{
	struct dsactl_step *step;

	if (!slice->vdev.there || (!data && stays(&target->is, slice)))
		return 0;
	step = add_step(planner, target, DSACTL_STEP_CREATE, false);
	if (!step)
		return -ENOMEM;
	step->split = data;
	step->split_slice = nr;
	if (!data)
		step->slice = existing_slice(planner, target, slice);
	COPY_TEXT(step->uuid, slice->vdev.uuid);
	COPY_TEXT(step->name, slice->vdev.name);
	COPY_TEXT(step->owner, slice->vdev.owner);
	step->mapping = mapping_find(slice->vdev.mapping);
	step->served = slice->vdev.served;
	return 0;
}

static int plan_configure(struct planner *planner, struct target *target)
{
	struct dsactl_step *step;

	if (is_base_there(target))
		return 0;
	step = add_step(planner, target, DSACTL_STEP_CONFIGURE, is_first_of(planner, target));
	if (!step)
		return -ENOMEM;
	/* The step owns it now. */
	step->want = target->want;
	step->shape.slices = entry_nr_slices(&step->want);
	target->want.groups = (struct list){ 0 };
	return 0;
}

static struct dsactl_step *configure_of(struct planner *planner, const struct target *target)
{
	for (struct dsactl_step *step = planner->plan->steps; step; step = step->next)
		if (step->kind == DSACTL_STEP_CONFIGURE && !strcmp(step->device, target->device->name))
			return step;
	return NULL;
}

static int plan_vdevs(struct planner *planner, struct target *target)
{
	struct dsactl_step *step = configure_of(planner, target);

	return each_slice(planner, target, step ? &step->want : &target->want, plan_create, step);
}

static int require_drivers(struct planner *planner, const struct target *target)
{
	const struct profile_group *group;
	const struct profile_wq *wq;
	char name[64];
	int err = 0;

	LIST_FOREACH(&target->want.groups, group)
		LIST_FOREACH(&group->wqs, wq) {
			snprintf(name, sizeof(name), "%s, work queue %" PRId64, target->device->name, wq->id);
			if (!err && !wq->disabled)
				err = accel_require_driver(planner->ctx, name, wq->driver);
		}
	return err;
}

/* Load the module only where the plan will be applied: a dry run loads nothing. */
static int require_able(struct planner *planner, struct target *target)
{
	int err = require_drivers(planner, target);

	if (err || !planner->ctx->journal)
		return err ?: layout_require_able(target->device, &target->want);
	return layout_prepare(planner->ctx, target->device->name, &target->want);
}

static int plan_all(struct planner *planner)
{
	struct target *target;
	int err = 0;

	/* Check everything before the first step is added. */
	TARGET_FOREACH(&planner->targets, target)
		err = err ?: require_able(planner, target);
	TARGET_FOREACH(&planner->targets, target)
		err = err ?: each_slice(planner, target, &target->want, check_vdev, NULL);
	TARGET_FOREACH(&planner->targets, target)
		err = err ?: plan_clear(planner, target);
	TARGET_FOREACH(&planner->targets, target)
		err = err ?: plan_repair(planner, target);
	TARGET_FOREACH(&planner->targets, target)
		err = err ?: plan_configure(planner, target);
	TARGET_FOREACH(&planner->targets, target)
		err = err ?: plan_vdevs(planner, target);
	return err;
}

static int plan_profile(struct dsactl_profile *profile,
			const struct dsactl_profile_request *request, bool keep_others,
			struct dsactl_plan **plan)
{
	struct planner planner = {
		.ctx = profile->ctx, .profile = &profile->data, .request = request,
		.keep_others = keep_others,
	};
	int err = profile_targets_find(profile, request->device, &planner.targets);

	if (err)
		return err;
	*plan = planner.plan = plan_new(profile->ctx);
	err = *plan ? plan_all(&planner) : ctx_nomem(profile->ctx);
	if (!err)
		quotas_warn(*plan);
	profile_targets_free(&planner.targets);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}

int dsactl_plan_profile(struct dsactl_profile *profile,
			const struct dsactl_profile_request *given, struct dsactl_plan **plan)
{
	struct dsactl_profile_request request;
	int err = ctx_take_request(profile->ctx, "dsactl_plan_profile", given,
				   SIZE_UP_TO(struct dsactl_profile_request, owner), &request, sizeof(request));

	return err ?: plan_profile(profile, &request, false, plan);
}

/* ---- Restore ---- */

int dsactl_plan_restore(struct dsactl_ctx *ctx, const char *name, struct dsactl_plan **plan)
{
	struct dsactl_profile_request request = DSACTL_PROFILE_REQUEST_INIT;
	struct dsactl_profile *profile, *bad = NULL;
	struct dsactl_device *device = dsactl_device_find(ctx, name);
	int err = device ? dsactl_profile_list(ctx) : -ENOENT;

	if (err)
		return err;
	request.device = device->name;
	ENABLED_FOREACH(ctx, profile) {
		if (profile->error) {
			bad = bad ?: profile;
			ctx_log(ctx, LOG_WARNING, "%s: %s: it is passed over", profile->path,
				profile->error);
		} else if (profile_find_entry(&profile->data, device)) {
			return plan_profile(profile, &request, true, plan);
		}
	}
	/* The broken profile may be the one for this device. */
	if (bad)
		return ctx_fail(ctx, EINVAL, bad->path, "correct it, or dsactl disable-profile it",
				"%s", bad->error);
	*plan = plan_new(ctx);
	return *plan ? 0 : ctx_nomem(ctx);
}
