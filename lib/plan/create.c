// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which steps create vdevs: on a free slice, or on one of a device that is split for it? */
#include <stdio.h>
#include <uuid/uuid.h>

#include "../model/device.h"
#include "../model/inventory.h"
#include "keep.h"
#include "pick.h"
#include "quotas.h"
#include "request.h"
#include "split.h"

/* ---- Candidates: free slices, and slices of devices that would be split ---- */

struct candidates {
	struct candidate *slice;
	struct dsactl_step **split;	/* the step that makes it, or NULL */
	unsigned int *nth;		/* which one of that step */
	size_t nr, room;
	struct device_load *loads;	/* of all devices that have one */
};

static void candidates_free(struct candidates *all)
{
	free(all->slice);
	free(all->split);
	free(all->nth);
	while (all->loads) {
		struct device_load *load = all->loads;

		all->loads = load->next;
		free(load);
	}
}

static bool candidates_grow(struct candidates *all)
{
	size_t room = all->room ? all->room * 2 : 64;
	void *slice = reallocarray(all->slice, room, sizeof(*all->slice));
	void *split, *nth;

	all->slice = slice ?: all->slice;
	split = reallocarray(all->split, room, sizeof(*all->split));
	all->split = split ?: all->split;
	nth = reallocarray(all->nth, room, sizeof(*all->nth));
	all->nth = nth ?: all->nth;
	if (!slice || !split || !nth)
		return false;
	all->room = room;
	return true;
}

/* That of the device, a new one if need be; NULL for lack of memory. */
static struct device_load *load_of(struct candidates *all, const char *device)
{
	struct device_load *load;

	for (load = all->loads; load; load = load->next)
		if (!strcmp(load->device, device))
			return load;
	load = calloc(1, sizeof(*load));
	if (!load)
		return NULL;
	load->device = device;
	load->next = all->loads;
	return all->loads = load;
}

static bool candidates_add(struct candidates *all, const struct candidate *slice,
			   struct dsactl_step *split, unsigned int nth)
{
	struct device_load *load = load_of(all, slice->device);

	if (!load || (all->nr == all->room && !candidates_grow(all)))
		return false;
	all->slice[all->nr] = *slice;
	all->slice[all->nr].load = load;
	load_add(&all->slice[all->nr]);
	all->split[all->nr] = split;
	all->nth[all->nr++] = nth;
	return true;
}

static const char unsafe_reason[] =
	"its silicon is under INTEL-SA-01084 and it was not split by split-device --allow-unsafe-portal";

/* Why a slice cannot be used, or NULL. */
static const char *why_not(const struct dsactl_slice *slice)
{
	const struct mod_device *mod = inventory_mod_device(slice->ctx, slice->device);

	if (mod && (mod->flags & DSA_VDEV_DEVICE_FLAGS_UNSAFE_PORTAL) &&
	    !dsactl_slice_get_allow_unsafe_portal(slice))
		return unsafe_reason;
	switch (slice->state) {
	case DSA_VDEV_SLICE_STATE_READY:
		return NULL;
	case DSA_VDEV_SLICE_STATE_USED:
		return "a vdev is on it";
	case DSA_VDEV_SLICE_STATE_RESERVED:
		return "a vdev is being created on it";
	case DSA_VDEV_SLICE_STATE_HALTED:
		return "it is halted, see the kernel log";
	default:
		return "not all of its work queues are enabled";
	}
}

static unsigned int smallest_wq(const struct dsactl_slice *slice)
{
	unsigned int size = slice->nr_wqs ? slice->wq[0].size : 0;

	for (unsigned int i = 1; i < slice->nr_wqs; i++)
		if (slice->wq[i].size < size)
			size = slice->wq[i].size;
	return size;
}

static bool gather(struct dsactl_ctx *ctx, struct candidates *all)
{
	struct dsactl_slice *slice;

	dsactl_slice_foreach(ctx, slice) {
		struct candidate candidate = {
			.id = slice->id,
			.wqs = slice->nr_wqs,
			.wq_size = smallest_wq(slice),
			.engines = slice->nr_engines,
			.numa = numa_node(dsactl_slice_get_numa_node(slice)),
			.device = slice->device,
			.why_not = why_not(slice),
			.used = slice->vdev[0],
		};

		if (!candidates_add(all, &candidate, NULL, 0))
			return false;
	}
	return true;
}

/* ---- Splitting a device for want of a slice ---- */

static bool in_plan(const struct dsactl_plan *plan, const struct dsactl_device *device)
{
	for (struct dsactl_step *step = plan->steps; step; step = step->next)
		if (step->kind == DSACTL_STEP_SPLIT && !strcmp(step->device, device->name))
			return true;
	return false;
}

static int refuse_unsafe(struct dsactl_ctx *ctx, const char *object)
{
	return ctx_fail(ctx, EOPNOTSUPP, object,
			"split-device --allow-unsafe-portal, if you accept that risk; dsactl check explains it",
			"its silicon is under INTEL-SA-01084: who has a portal can misuse it");
}

/* Add the split of @device and its slices as candidates. */
static int try_split(struct dsactl_plan *plan, struct candidates *all,
		     struct dsactl_device *device, const struct wish *wish)
{
	struct split_shape shape = {
		.wqs = wish->wqs, .wq_size = wish->wq_size, .engines = wish->engines,
	};
	struct dsactl_step *step;
	int err;

	if (dsactl_device_is_unsafe(device) && !device_is_iax(device))
		return refuse_unsafe(plan->ctx, device->name);
	err = slice_plan_split(plan, device, &shape, &(struct slice_traits){ 0 }, false, &step);
	for (unsigned int i = 0; !err && i < shape.slices; i++) {
		struct candidate candidate = {
			.id = i, .wqs = shape.wqs, .wq_size = shape.wq_size,
			.engines = shape.engines, .numa = numa_node(device->numa),
			.device = step->device,
		};

		if (!candidates_add(all, &candidate, step, i))
			err = ctx_nomem(plan->ctx);
	}
	return err;
}

static bool may_be_split(const struct dsactl_plan *plan, struct dsactl_device *device,
			 const struct wish *wish)
{
	if (wish->free_only || (wish->device ? strcmp(device->name, wish->device) : device_is_iax(device)))
		return false;
	return !in_plan(plan, device) && !dsactl_device_get_nr_slices(device);
}

/* "dsa0: it is enabled ...; dsa1: ...", gathered while devices refuse. */
static void add_reason(char *reasons, size_t size, const struct dsactl_device *device)
{
	size_t used = strlen(reasons);

	snprintf(reasons + used, size - used, "%s%s: %.120s", used ? "; " : "",
		 device->name, device->ctx->cause);
}

/* Whether the device is on the node that is asked for; on any, if none is. */
static bool is_near(const struct dsactl_device *device, const struct wish *wish)
{
	return wish->numa < 0 || numa_node(device->numa) == wish->numa;
}

/* Why devices were not split. */
struct refusals {
	int err;	/* of the first one */
	char reasons[512];
};

/* Split the first device, of those that are near or of the others, that can be. */
static bool split_first(struct dsactl_plan *plan, struct candidates *all, const struct wish *wish,
			bool near, struct refusals *refusals)
{
	struct dsactl_device *device;
	int err;

	dsactl_device_foreach(plan->ctx, device) {
		if (!may_be_split(plan, device, wish) || is_near(device, wish) != near)
			continue;
		err = try_split(plan, all, device, wish);
		if (!err)
			return true;
		refusals->err = refusals->err ?: err;
		add_reason(refusals->reasons, sizeof(refusals->reasons), device);
	}
	return false;
}

/*
 * Split one more device: first on the node that is asked for, then anywhere if it is only
 * preferred. -ENOENT and no message where there is none to try.
 */
static int split_one(struct dsactl_plan *plan, struct candidates *all,
		     const struct wish *wish)
{
	struct refusals refusals = { 0 };

	if (split_first(plan, all, wish, true, &refusals) ||
	    (!wish->numa_strict && split_first(plan, all, wish, false, &refusals)))
		return 0;
	if (refusals.err && !wish->device)
		ctx_fail(plan->ctx, -refusals.err, "create-vdev",
			 "free a device, or name one with split-device",
			 "no device can be split: %s", refusals.reasons);
	return refusals.err ?: -ENOENT;
}

static bool concerns(const struct candidate *slice, const struct wish *wish)
{
	return (!wish->device || !strcmp(slice->device, wish->device)) &&
	       (!wish->numa_strict || slice->numa == wish->numa);
}

static int explain(struct dsactl_plan *plan, struct candidates *all,
			 const struct wish *wish, int split_err)
{
	const char *object = wish->device ?: "create-vdev";
	struct problem problem;
	size_t nr = 0, nr_unsafe = 0;

	for (size_t i = 0; i < all->nr; i++) {
		nr += concerns(&all->slice[i], wish);
		nr_unsafe += concerns(&all->slice[i], wish) &&
			     all->slice[i].why_not == unsafe_reason;
	}
	if (nr && nr == nr_unsafe)
		return refuse_unsafe(plan->ctx, object);
	if (!nr && split_err != -ENOENT)
		return split_err;	/* the message of the split says why */
	if (!nr && wish->free_only)
		return ctx_fail(plan->ctx, ENOSPC, object, "have the administrator split one (dsactl split-device)",
				"no device is split");
	if (!nr)
		return ctx_fail(plan->ctx, EOPNOTSUPP, object,
				"dsactl check says what this host lacks",
				"there is no DSA device");
	candidate_explain(all->slice, all->nr, wish, &problem);
	return plan_refuse(plan->ctx, object, &problem);
}

/* No slice fits and no device can be split: say what stands in the way, and what other nodes have. */
static int refuse_create(struct dsactl_plan *plan, struct candidates *all,
			 const struct wish *wish, int split_err)
{
	int err = explain(plan, all, wish, split_err);
	char object[128], cause[640], nodes[128];

	if (!candidate_elsewhere(all->slice, all->nr, wish, nodes, sizeof(nodes)))
		return err;
	COPY_TEXT(object, plan->ctx->object);
	COPY_TEXT(cause, plan->ctx->cause);
	return ctx_fail(plan->ctx, -err, object, "choose another node, or destroy a vdev on this one",
			"%s; elsewhere would fit %s", cause, nodes);
}

/* Why the slice is chosen of all, before it is taken. */
static void justify(const struct candidates *all, const struct candidate *slice, const struct wish *wish,
		    bool split, char *reason)
{
	if (split)
		snprintf(reason, REASON_SIZE, "no free slice fits, so %s is split for it", slice->device);
	else
		candidate_justify(slice, all->slice, all->nr, wish, reason, REASON_SIZE);
}

static int choose(struct dsactl_plan *plan, struct candidates *all,
		  const struct wish *wish, size_t *choice, char *reason)
{
	struct candidate *slice = candidate_pick(all->slice, all->nr, wish);
	bool split = !slice;

	if (split) {
		int err = split_one(plan, all, wish);

		slice = err ? NULL : candidate_pick(all->slice, all->nr, wish);
		if (!slice)
			return refuse_create(plan, all, wish, err);
	}
	justify(all, slice, wish, split, reason);
	candidate_take(slice);
	*choice = slice - all->slice;
	return 0;
}

/* ---- Plan ---- */

static int plan_one(struct dsactl_plan *plan, struct candidates *all,
		    const struct wish *wish,
		    const struct dsactl_vdev_request *request, int mapping)
{
	char reason[REASON_SIZE] = "";
	struct dsactl_step *step;
	size_t choice = 0;
	uuid_t uuid;
	int err = choose(plan, all, wish, &choice, reason);

	if (err)
		return err;
	step = plan_add(plan, DSACTL_STEP_CREATE, all->slice[choice].device);
	if (!step)
		return ctx_nomem(plan->ctx);
	step->split = all->split[choice];
	step->split_slice = all->nth[choice];
	if (!step->split)
		step->slice = all->slice[choice].id;
	step->mapping = mapping;
	step->served = request->served || (request->type && mdev_type_is_served(request->type));
	COPY_TEXT(step->reason, reason);
	if (!request->uuid || uuid_parse(request->uuid, uuid))
		uuid_generate_random(uuid);
	uuid_unparse_lower(uuid, step->uuid);
	COPY_TEXT(step->name, request->name);
	COPY_TEXT(step->owner, request->owner);
	return 0;
}

static int plan_create(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request,
		       struct dsactl_plan **plan)
{
	struct wish wish = {
		.device = request->device,
		.numa = request->numa_node,
		.numa_strict = request->numa_strict && request->numa_node >= 0,
		.placement = request->placement,
		.free_only = request->for_user,
		.wqs = (request->type ? mdev_type_wqs(request->type) : 0) ?: request->nr_wqs,
		.wq_size = request->wq_size,
		.engines = request->nr_engines,
	};
	struct candidates all = { 0 };
	int mapping = request->mapping ? mapping_find(request->mapping) : -1;
	int err = request_check(ctx, request) ?: request_resolve_device(ctx, &wish.device);

	if (!err && request->for_user)
		err = request_require_unclaimed(ctx, request);
	if (!err && wish.numa_strict)
		err = request_require_node(ctx, wish.device, wish.numa);
	if (err)
		return err;
	*plan = plan_new(ctx);
	if (!*plan || !gather(ctx, &all))
		err = ctx_nomem(ctx);
	for (unsigned int i = 0; !err && i < (request->count ?: 1); i++)
		err = plan_one(*plan, &all, &wish, request, mapping);
	err = err ?: quotas_require(*plan, request->owner);
	if (!err && request->persist)
		err = keep_plan(*plan);
	candidates_free(&all);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}

int dsactl_plan_create(struct dsactl_ctx *ctx,
		       const struct dsactl_vdev_request *given,
		       struct dsactl_plan **plan)
{
	struct dsactl_vdev_request request;
	int err = ctx_take_request(ctx, "dsactl_plan_create", given,
				   SIZE_UP_TO(struct dsactl_vdev_request, persist), &request, sizeof(request));

	return err ?: plan_create(ctx, &request, plan);
}
