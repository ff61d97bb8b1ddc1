// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which steps split a device into slices, and make it whole again? */
#include <stdio.h>

#include "../layout/ability.h"
#include "../layout/capture.h"
#include "../layout/match.h"
#include "../model/device.h"
#include "../model/inventory.h"
#include "../profile/entry.h"
#include "../profile/limits.h"
#include "../profile/schema.h"
#include "destroy.h"
#include "split.h"

/* ---- May the device be split? ---- */

/* Whether someone configured it, though it is disabled. */
static bool is_prepared(struct dsactl_device *device)
{
	struct dsactl_engine *engine;
	struct dsactl_wq *wq;

	dsactl_engine_foreach(device, engine)
		if (engine->group >= 0)
			return true;
	dsactl_wq_foreach(device, wq)
		if (wq->group >= 0 || wq->size)
			return true;
	return false;
}

/*
 * Whether the device was split and its slices went away with the module: work queues are configured
 * for dsa_vdev, and belong to no slice.
 */
static bool is_remnant(struct dsactl_device *device)
{
	struct dsactl_wq *wq;

	if (dsactl_device_get_nr_slices(device))
		return false;
	dsactl_wq_foreach(device, wq)
		if (wq->size && !wq->bound[0] && !strcmp(wq->driver, DRIVER))
			return true;
	return false;
}

static int require_unused(struct dsactl_device *device, bool force)
{
	struct dsactl_ctx *ctx = device->ctx;
	int err = inventory_read_device(device);
	unsigned int nr;
	char bound[256];

	if (err)
		return err;
	nr = dsactl_device_get_nr_slices(device);
	if (device_is_iax(device))
		return ctx_fail(ctx, EOPNOTSUPP, device->name, IAX_REMEDY, IAX_CAUSE);
	if (!device->configurable)
		return ctx_fail(ctx, EOPNOTSUPP, device->name, "choose another device", FIXED_CAUSE);
	if (nr)
		return ctx_fail(ctx, EBUSY, device->name, "unsplit it first (dsactl unsplit-device)",
				"it is split into %u slices already", nr);
	if (device_list_bound(device, bound, sizeof(bound)))
		return ctx_fail(ctx, EBUSY, device->name,
				"disable them and the device (accel-config disable-device), or choose another device",
				"it is enabled and the host uses its work queues %s", bound);
	if (is_remnant(device) && !force)
		return ctx_fail(ctx, EBUSY, device->name,
				"unsplit it first (dsactl unsplit-device), or split-device --force",
				"it is left from a split whose slices went with the module");
	if (device->enabled && !force)
		return ctx_fail(ctx, EBUSY, device->name,
				"split-device --force has it disabled and split, or choose another device",
				"it is enabled, though no work queue of it is");
	if (is_prepared(device) && !force)
		return ctx_fail(ctx, EBUSY, device->name,
				"split-device --force replaces that, or choose another device",
				"someone has prepared a configuration of it");
	return 0;
}

/* ---- Plan ---- */

/* The complete layout that @shape stands for. */
static int fit_shape(struct dsactl_ctx *ctx, struct dsactl_device *device,
		     const struct split_shape *shape, const struct slice_traits *traits,
		     struct profile_device *want)
{
	struct profile_wq wq;
	struct profile_slice slice;
	struct profile_group group;
	struct profile_device entry;
	struct fit_device target;
	struct problem problem;
	int err = layout_fit_device(device, &target);

	if (err)
		return err;
	profile_wq_init(&wq);
	wq.count = shape->wqs;
	wq.size = shape->wq_size;
	wq.priority = shape->priority;
	wq.block_on_fault = shape->block_on_fault;
	if (shape->max_batch)
		wq.max_batch = shape->max_batch;
	if (shape->max_transfer)
		wq.max_transfer = shape->max_transfer;
	profile_slice_init(&slice);
	slice.allow_unsafe_portal = traits->allow_unsafe_portal;
	slice.host_pci_id = traits->host_pci_id;
	slice.wqs = (struct list){ &wq, 1 };
	profile_group_init(&group);
	group.count = shape->slices;
	group.nr_engines = shape->engines;
	group.slices = (struct list){ &slice, 1 };
	profile_device_init(&entry);
	entry.groups = (struct list){ &group, 1 };
	if (profile_fit(&entry, device->name, &target, want, &problem))
		return plan_refuse(ctx, device->name, &problem);
	return 0;
}

/* Refuse slices on which no vdev could be created: they would only have to be removed again. */
static int require_safe(struct dsactl_device *device, const struct profile_device *entry, const char *remedy)
{
	if (!dsactl_device_is_unsafe(device) || !entry_bars_portal(entry))
		return 0;
	return ctx_fail(device->ctx, EOPNOTSUPP, device->name, remedy,
			"its silicon is under INTEL-SA-01084: no vdev could be created on its slices");
}

/* Add the step for @entry, which it takes over. */
static int add_split(struct dsactl_plan *plan, struct dsactl_device *device,
		     struct profile_device *entry, struct dsactl_step **step)
{
	int err = layout_require_able(device, entry);

	*step = err ? NULL : plan_add(plan, DSACTL_STEP_SPLIT, device->name);
	if (!*step) {
		profile_device_free(entry);
		return err ?: ctx_nomem(plan->ctx);
	}
	(*step)->want = *entry;
	(*step)->note = true;
	return 0;
}

static void add_unused(char *text, size_t size, unsigned int nr, unsigned int have, const char *what)
{
	size_t used = strlen(text);

	if (nr)
		snprintf(text + used, size - used, "%s%u of its %u %s", used ? " and " : "", nr, have, what);
}

/*
 * Warn of engines and entries that slices of one shape leave unused, unless their number was asked
 * for.
 */
static void warn_of_unused(struct dsactl_device *device, const struct split_shape *asked,
			   const struct split_shape *shape)
{
	unsigned int wqs = shape->slices * shape->wqs;
	char text[96] = "";

	if (!asked->engines)
		add_unused(text, sizeof(text), device->nr_engines - shape->slices * shape->engines,
			   device->nr_engines, "engines");
	if (!asked->wq_size)
		add_unused(text, sizeof(text), device->wq_entries - wqs * shape->wq_size,
			   device->wq_entries, "entries");
	if (text[0])
		ctx_log(device->ctx, LOG_WARNING, "%s: %u slices of one shape leave %s unused",
			device->name, shape->slices, text);
}

int slice_plan_split(struct dsactl_plan *plan, struct dsactl_device *device,
		     struct split_shape *want, const struct slice_traits *traits, bool force,
		     struct dsactl_step **step)
{
	struct profile_device entry;
	struct fit_device target;
	struct problem problem;
	struct split_shape shape;
	int err = require_unused(device, force) ?: layout_fit_device(device, &target);

	if (err)
		return err;
	if (shape_complete(&target.limits, want, &shape, &problem))
		return plan_refuse(plan->ctx, device->name, &problem);
	err = fit_shape(plan->ctx, device, &shape, traits, &entry);
	if (err)
		return err;
	err = require_safe(device, &entry,
			   "split-device --allow-unsafe-portal, if you accept that risk; dsactl check explains it");
	if (err)
		profile_device_free(&entry);
	err = err ?: add_split(plan, device, &entry, step);
	if (err)
		return err;
	warn_of_unused(device, want, &shape);
	(*step)->shape = *want = shape;
	return 0;
}

/* What the profile says of @device, complete, but for vdevs. */
static int fit_profile(struct dsactl_device *device, struct dsactl_profile *profile,
		       struct profile_device *entry)
{
	const struct profile_group *group;
	struct profile_slice *slice;
	struct targets targets;
	int err = profile_targets_find(profile, device->name, &targets);

	if (err)
		return err;
	*entry = targets.target->want;
	targets.target->want.groups = (struct list){ 0 };
	profile_targets_free(&targets);
	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice)
			slice->vdev = (struct profile_vdev){ 0 };
	if (entry_nr_slices(entry) && !entry->disabled)
		return 0;
	profile_device_free(entry);
	return ctx_fail(device->ctx, EINVAL, profile->name, "dsactl apply-profile does what it says",
			"it has no slices for %s", device->name);
}

/* Whether the request says something that the profile says. */
static bool has_shape(const struct dsactl_split_request *request)
{
	return request->nr_slices || request->nr_wqs || request->nr_vectors || request->wq_size ||
	       request->nr_engines || request->priority || request->max_batch_size ||
	       request->max_transfer_size || request->block_on_fault ||
	       request->allow_unsafe_portal || request->host_pci_id;
}

static int plan_split_by_profile(struct dsactl_plan *plan, struct dsactl_device *device,
			 const struct dsactl_split_request *request)
{
	struct profile_device entry;
	struct dsactl_step *step;
	int err;

	if (has_shape(request))
		return ctx_fail(plan->ctx, EINVAL, request->profile->name, "leave that out, or the profile",
				"the profile says what the slices are like, and so does another option");
	err = require_unused(device, request->force) ?: fit_profile(device, request->profile, &entry);
	if (err)
		return err;
	err = require_safe(device, &entry,
				  "give its slices \"allow_unsafe_portal\": true if you accept that risk; dsactl check explains it");
	if (err) {
		profile_device_free(&entry);
		return err;
	}
	err = add_split(plan, device, &entry, &step);
	if (!err)
		step->shape.slices = entry_nr_slices(&step->want);
	return err;
}

static int plan_split_by_shape(struct dsactl_plan *plan, struct dsactl_device *device,
			 const struct dsactl_split_request *request)
{
	struct split_shape want = {
		.slices = request->nr_slices,
		.wqs = request->nr_wqs,
		.vectors = request->nr_vectors,
		.wq_size = request->wq_size,
		.engines = request->nr_engines,
		.priority = request->priority,
		.max_batch = request->max_batch_size,
		.max_transfer = request->max_transfer_size,
		.block_on_fault = request->block_on_fault,
	};
	const struct slice_traits traits = {
		.allow_unsafe_portal = request->allow_unsafe_portal,
		.host_pci_id = request->host_pci_id,
	};
	struct dsactl_step *step;

	return slice_plan_split(plan, device, &want, &traits, request->force, &step);
}

int dsactl_plan_split(struct dsactl_device *device,
		      const struct dsactl_split_request *given,
		      struct dsactl_plan **plan)
{
	struct dsactl_split_request request;
	int err = ctx_take_request(device->ctx, "dsactl_plan_split", given,
				   SIZE_UP_TO(struct dsactl_split_request, profile), &request, sizeof(request));

	if (err)
		return err;
	*plan = plan_new(device->ctx);
	if (!*plan)
		return ctx_nomem(device->ctx);
	err = request.profile ? plan_split_by_profile(*plan, device, &request) : plan_split_by_shape(*plan, device, &request);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}

static int plan_vdevs(struct dsactl_plan *plan, struct dsactl_device *device,
		      bool destroy_idle)
{
	struct dsactl_vdev *vdev;
	int err;

	dsactl_vdev_foreach(plan->ctx, vdev) {
		if (strcmp(vdev->device, device->name))
			continue;
		if (!destroy_idle)
			return ctx_fail(plan->ctx, EBUSY, device->name,
					"destroy its vdevs first; unsplit-device --force destroys those that no one has open",
					"vdev %s is on it", vdev->uuid);
		err = vdev_plan_destroy(plan, vdev, !plan->steps);
		if (err)
			return err;
	}
	return 0;
}

int dsactl_plan_unsplit(struct dsactl_device *device, bool destroy_idle,
			struct dsactl_plan **plan)
{
	int err = inventory_read_device(device);
	bool split;

	if (err)
		return err;
	split = dsactl_device_get_nr_slices(device) || is_remnant(device);
	*plan = plan_new(device->ctx);
	if (!*plan)
		return ctx_nomem(device->ctx);
	err = plan_vdevs(*plan, device, destroy_idle);
	if (!err && split && !plan_add(*plan, DSACTL_STEP_UNSPLIT, device->name))
		err = ctx_nomem(device->ctx);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}
