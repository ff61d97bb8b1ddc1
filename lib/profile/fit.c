// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What does an entry of a profile mean on one device? Pure: no I/O, no context.
 *
 * In this order: the demand is held against the limits, counts are written out,
 * explicit ids are taken and the rest gets the lowest free ones, what is left of
 * engines and entries is shared equally, and defaults fill the rest.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "../core/config.h"
#include "../core/text.h"
#include "bounds.h"
#include "fit.h"
#include "schema.h"

#define DEFAULT_PRIORITY 10

struct ids {
	const char *what;
	unsigned int nr;
	bool *taken;
};

struct fit {
	const struct profile_device *entry;
	const char *path;
	const struct fit_device *device;
	struct profile_device *fitted;
	struct problem *problem;
	struct ids groups, engines, wqs;
};

static int nomem(struct fit *fit)
{
	return problem_set(fit->problem, ENOMEM, NULL, "there is not enough memory");
}

/* ---- Demand ---- */

struct demand {
	uint64_t groups, engines, wqs, entries, vectors;
};

/* Sums are cut at this value, which is more than any device has: they cannot overflow. */
#define TOO_MUCH (UINT64_C(1) << 40)

static uint64_t times(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) || product > TOO_MUCH ? TOO_MUCH : product;
}

static void demand_add(struct demand *to, const struct demand *of, uint64_t n)
{
	to->groups += times(of->groups, n);
	to->engines += times(of->engines, n);
	to->wqs += times(of->wqs, n);
	to->entries += times(of->entries, n);
	to->vectors += times(of->vectors, n);
}

/* @max is what "max" stands for. */
static uint64_t count_of(int64_t count, uint64_t max)
{
	return count == PROFILE_UNSET ? 1 : count == PROFILE_MAX ? max : (uint64_t)count;
}

static unsigned int half(unsigned int n)
{
	return n / 2 ?: 1;
}

/* The least that is needed: each that shares gets one. */
static uint64_t least_entries(const struct device_limits *limits, const struct profile_wq *wq)
{
	if (wq->size == PROFILE_HALF)
		return half(limits->wq_entries);
	return wq->size == PROFILE_UNSET ? !wq->disabled : (uint64_t)wq->size;
}

static struct demand demand_of_wqs(const struct device_limits *limits,
				   const struct list *wqs)
{
	struct demand sum = { 0 };
	const struct profile_wq *wq;

	LIST_FOREACH(wqs, wq)
		demand_add(&sum, &(struct demand){ .wqs = 1, .entries = least_entries(limits, wq) },
			   count_of(wq->count, 1));
	return sum;
}

static uint64_t least_engines(const struct device_limits *limits, const struct profile_group *group)
{
	if (group->engines.nr)
		return group->engines.nr;
	if (group->nr_engines == PROFILE_HALF)
		return half(limits->engines);
	return group->nr_engines < 0 ? group->id != PROFILE_NONE : (uint64_t)group->nr_engines;
}

static struct demand demand_of_group(const struct device_limits *limits,
				     const struct profile_group *group, uint64_t max)
{
	struct demand sum = demand_of_wqs(limits, &group->wqs);
	const struct profile_slice *slice;

	LIST_FOREACH(&group->slices, slice) {
		struct demand each = demand_of_wqs(limits, &slice->wqs);

		each.vectors = each.wqs;
		demand_add(&sum, &each, count_of(slice->count, max));
	}
	sum.groups = group->id != PROFILE_NONE;
	sum.engines = least_engines(limits, group);
	return sum;
}

static struct demand demand_of(struct fit *fit, uint64_t max)
{
	struct demand sum = { 0 };
	const struct profile_group *group;

	LIST_FOREACH(&fit->entry->groups, group) {
		struct demand each = demand_of_group(&fit->device->limits, group, max);

		demand_add(&sum, &each, count_of(group->count, max));
	}
	return sum;
}

static int hold(struct fit *fit, const char *what, uint64_t wanted, unsigned int have)
{
	if (wanted <= have || have == LIMIT_UNKNOWN)
		return 0;
	return problem_set(fit->problem, EINVAL, "ask for less, or choose another device",
			   "%s: %s%" PRIu64 " %s are wanted, the device has %u", fit->path,
			   wanted >= TOO_MUCH ? "more than " : "", wanted, what, have);
}

static int hold_demand(struct fit *fit, uint64_t max)
{
	const struct device_limits *limits = &fit->device->limits;
	struct demand want = demand_of(fit, max);
	int err = hold(fit, "groups", want.groups, limits->groups);

	err = err ?: hold(fit, "engines", want.engines, limits->engines);
	err = err ?: hold(fit, "work queues", want.wqs, limits->wqs);
	err = err ?: hold(fit, "entries for work queues", want.entries, limits->wq_entries);
	return err ?: hold(fit, "entries of interrupt message storage, one for each work queue of a slice,",
			   want.vectors, limits->ims);
}

/* How many "max" is: as many as the limits allow beside all other demands. */
static int find_max(struct fit *fit, uint64_t *max)
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	unsigned int nr = 0;
	int err;

	LIST_FOREACH(&fit->entry->groups, group) {
		nr += group->count == PROFILE_MAX;
		LIST_FOREACH(&group->slices, slice)
			nr += slice->count == PROFILE_MAX;
	}
	if (nr > 1)
		return problem_set(fit->problem, EINVAL, "give numbers to the others",
				   "%s: only one count can be \"max\"", fit->path);
	*max = 1;
	err = hold_demand(fit, 1);
	while (nr && !err && *max < fit->device->limits.wqs && !hold_demand(fit, *max + 1))
		++*max;
	return err;
}

/* ---- Writing counts out ---- */

static int copy_wqs(struct fit *fit, const struct list *from, struct list *to)
{
	const struct profile_wq *wq;

	LIST_FOREACH(from, wq) {
		for (uint64_t n = count_of(wq->count, 1); n; n--) {
			struct profile_wq *copy = list_add(to, sizeof(*copy));

			if (!copy)
				return nomem(fit);
			*copy = *wq;
			copy->count = PROFILE_UNSET;
		}
	}
	return 0;
}

static int copy_slice(struct fit *fit, const struct profile_slice *slice,
		      struct list *to)
{
	struct profile_slice *copy = list_add(to, sizeof(*copy));

	if (!copy)
		return nomem(fit);
	*copy = *slice;
	copy->count = PROFILE_UNSET;
	copy->wqs = (struct list){ 0 };
	return copy_wqs(fit, &slice->wqs, &copy->wqs);
}

static int copy_group(struct fit *fit, const struct profile_group *group, uint64_t max)
{
	struct profile_group *copy = list_add(&fit->fitted->groups, sizeof(*copy));
	const struct profile_engine *engine;
	const struct profile_slice *slice;
	int err = 0;

	if (!copy)
		return nomem(fit);
	*copy = *group;
	copy->count = PROFILE_UNSET;
	copy->engines = copy->slices = copy->wqs = (struct list){ 0 };
	LIST_FOREACH(&group->engines, engine) {
		struct profile_engine *to = list_add(&copy->engines, sizeof(*to));

		if (!to)
			return nomem(fit);
		*to = *engine;
	}
	LIST_FOREACH(&group->slices, slice)
		for (uint64_t n = count_of(slice->count, max); n && !err; n--)
			err = copy_slice(fit, slice, &copy->slices);
	return err ?: copy_wqs(fit, &group->wqs, &copy->wqs);
}

static int copy_groups(struct fit *fit, uint64_t max)
{
	const struct profile_group *group;
	int err = 0;

	LIST_FOREACH(&fit->entry->groups, group)
		for (uint64_t n = count_of(group->count, max); n && !err; n--)
			err = copy_group(fit, group, max);
	return err;
}

/* ---- Ids ---- */

/* Take an id that the entry names. @where completes the path. */
static int take(struct fit *fit, struct ids *ids, int64_t id, const char *where)
{
	if (id < 0)
		return 0;
	if (id >= ids->nr)
		return problem_set(fit->problem, EINVAL, NULL,
				   "%s%s: the device has no %s %" PRId64 ", only 0 to %u",
				   fit->path, where, ids->what, id, ids->nr - 1);
	if (ids->taken[id])
		return problem_set(fit->problem, EINVAL, "leave the id out, or choose another",
				   "%s%s: %s %" PRId64 " is used twice", fit->path, where,
				   ids->what, id);
	ids->taken[id] = true;
	return 0;
}

static int64_t next_free(struct ids *ids)
{
	for (unsigned int i = 0; i < ids->nr; i++)
		if (!ids->taken[i]) {
			ids->taken[i] = true;
			return i;
		}
	return PROFILE_NONE;	/* not reached: the demand was checked against the limits */
}

static int take_wqs(struct fit *fit, const struct list *wqs, const char *list)
{
	const struct profile_wq *wq;
	char where[96];
	int err = 0;

	LIST_FOREACH(wqs, wq) {
		snprintf(where, sizeof(where), "%s.wqs[%td].id", list,
			 wq - (const struct profile_wq *)wqs->item);
		err = err ?: take(fit, &fit->wqs, wq->id, where);
	}
	return err;
}

static int take_group(struct fit *fit, const struct profile_group *group)
{
	size_t nr = group - (const struct profile_group *)fit->entry->groups.item;
	const struct profile_engine *engine;
	const struct profile_slice *slice;
	char where[96];
	int err;

	snprintf(where, sizeof(where), ".groups[%zu].id", nr);
	err = take(fit, &fit->groups, group->id, where);
	LIST_FOREACH(&group->engines, engine) {
		snprintf(where, sizeof(where), ".groups[%zu].engines[%td]", nr,
			 engine - (const struct profile_engine *)group->engines.item);
		err = err ?: take(fit, &fit->engines, engine->id, where);
	}
	LIST_FOREACH(&group->slices, slice) {
		snprintf(where, sizeof(where), ".groups[%zu].slices[%td]", nr,
			 slice - (const struct profile_slice *)group->slices.item);
		err = err ?: take_wqs(fit, &slice->wqs, where);
	}
	snprintf(where, sizeof(where), ".groups[%zu]", nr);
	return err ?: take_wqs(fit, &group->wqs, where);
}

static void number_wqs(struct fit *fit, struct list *wqs)
{
	struct profile_wq *wq;

	LIST_FOREACH(wqs, wq)
		if (wq->id == PROFILE_UNSET)
			wq->id = next_free(&fit->wqs);
}

static void number_group(struct fit *fit, struct profile_group *group)
{
	struct profile_slice *slice;

	if (group->id == PROFILE_UNSET)
		group->id = next_free(&fit->groups);
	LIST_FOREACH(&group->slices, slice)
		number_wqs(fit, &slice->wqs);
	number_wqs(fit, &group->wqs);
}

static int take_ids(struct fit *fit)
{
	struct profile_group *group;
	int err = 0;

	LIST_FOREACH(&fit->entry->groups, group)
		err = err ?: take_group(fit, group);
	if (!err)
		LIST_FOREACH(&fit->fitted->groups, group)
			number_group(fit, group);
	return err;
}

/* ---- Shares ---- */

static bool shares_engines(const struct profile_group *group)
{
	return !group->engines.nr && group->id != PROFILE_NONE &&
	       (group->nr_engines == PROFILE_UNSET || group->nr_engines == PROFILE_MAX);
}

/* Engines of each group that shares what is left. */
static unsigned int engine_share(struct fit *fit)
{
	unsigned int left = fit->device->limits.engines, nr = 0;
	const struct profile_group *group;

	LIST_FOREACH(&fit->fitted->groups, group) {
		if (shares_engines(group))
			nr++;
		else
			left -= least_engines(&fit->device->limits, group);
	}
	return nr ? left / nr : 0;
}

static int give_engines(struct fit *fit, struct profile_group *group, unsigned int nr)
{
	for (; nr; nr--) {
		struct profile_engine *engine = list_add(&group->engines, sizeof(*engine));

		if (!engine)
			return nomem(fit);
		engine->id = next_free(&fit->engines);
	}
	group->nr_engines = group->engines.nr ? PROFILE_UNSET : 0;
	return 0;
}

static int share_engines(struct fit *fit)
{
	unsigned int share = engine_share(fit);
	struct profile_group *group;
	int err = 0;

	LIST_FOREACH(&fit->fitted->groups, group) {
		if (err || group->id == PROFILE_NONE)
			continue;
		err = give_engines(fit, group, group->engines.nr ? 0 : shares_engines(group) ? share
				   : least_engines(&fit->device->limits, group));
	}
	return err;
}

/* Do @act with each work queue; @slice is NULL for the host's own. */
typedef int wq_fn(struct fit *fit, struct profile_group *group, struct profile_slice *slice,
		  struct profile_wq *wq, void *data);

static int each_wq(struct fit *fit, wq_fn *act, void *data)
{
	struct profile_group *group;
	struct profile_slice *slice;
	struct profile_wq *wq;
	int err = 0;

	LIST_FOREACH(&fit->fitted->groups, group) {
		LIST_FOREACH(&group->slices, slice)
			LIST_FOREACH(&slice->wqs, wq)
				err = err ?: act(fit, group, slice, wq, data);
		LIST_FOREACH(&group->wqs, wq)
			err = err ?: act(fit, group, NULL, wq, data);
	}
	return err;
}

struct share {
	uint64_t left;
	unsigned int nr;
};

static int sum_sizes(struct fit *fit, struct profile_group *group, struct profile_slice *slice,
		     struct profile_wq *wq, void *data)
{
	struct share *share = data;

	(void)group, (void)slice;
	if (wq->size == PROFILE_UNSET)
		share->nr++;
	else
		share->left -= least_entries(&fit->device->limits, wq);
	return 0;
}

static int give_size(struct fit *fit, struct profile_group *group, struct profile_slice *slice,
		     struct profile_wq *wq, void *data)
{
	struct share *share = data;

	(void)group, (void)slice;
	wq->size = wq->size == PROFILE_UNSET ? (int64_t)(share->left / share->nr)
		   : (int64_t)least_entries(&fit->device->limits, wq);
	return 0;
}

static int share_sizes(struct fit *fit)
{
	struct share share = { .left = fit->device->limits.wq_entries };

	each_wq(fit, sum_sizes, &share);
	return each_wq(fit, give_size, &share);
}

/* ---- Defaults and the limits of each ---- */

static int64_t or_default(int64_t value, int64_t otherwise)
{
	return value == PROFILE_UNSET ? otherwise : value;
}

/* Leave out what is the default, as layout_capture() does. */
static void drop_default(int64_t *value, int64_t otherwise)
{
	if (*value == otherwise)
		*value = PROFILE_UNSET;
}

static void complete_host_wq(struct profile_wq *wq)
{
	if (!wq->type[0])
		strcpy(wq->type, "user");
	if (!wq->mode[0])
		strcpy(wq->mode, "dedicated");
	if (!wq->name[0] && !wq->disabled)
		snprintf(wq->name, sizeof(wq->name), "wq%" PRId64, wq->id);
	if (!wq->driver[0] && !wq->disabled)
		strcpy(wq->driver, strcmp(wq->type, "kernel") ? "user" : "dmaengine");
	wq->threshold = !strcmp(wq->mode, "shared") ? or_default(wq->threshold, wq->size)
						    : PROFILE_UNSET;
	drop_default(&wq->enqcmds_retries, DEFAULT_ENQCMDS_RETRIES);
}

/* Write out all digits, or none where the work queue can do all that the device can. */
static void complete_ops(const struct device_limits *limits, struct profile_wq *wq)
{
	struct ops ops, all;

	if (!ops_parse(wq->op_config, &ops))
		return;
	ops_format(&ops, wq->op_config);
	if (ops_parse(limits->op_cap, &all) && !memcmp(&ops, &all, sizeof(ops)))
		wq->op_config[0] = '\0';
}

static int complete_wq(struct fit *fit, struct profile_group *group, struct profile_slice *slice,
		       struct profile_wq *wq, void *data)
{
	const struct device_limits *limits = &fit->device->limits;
	const struct profile_wq *first = slice ? slice->wqs.item : NULL;

	(void)group, (void)data;
	wq->priority = or_default(wq->priority, DEFAULT_PRIORITY);
	if (limits->max_batch)
		wq->max_batch = or_default(wq->max_batch, limits->max_batch);
	if (limits->max_transfer)
		wq->max_transfer = or_default(wq->max_transfer, limits->max_transfer);
	drop_default(&wq->ats_disable, 0);
	drop_default(&wq->prs_disable, 0);
	complete_ops(limits, wq);
	if (!slice)
		complete_host_wq(wq);
	else if (!wq->name[0])
		snprintf(wq->name, sizeof(wq->name), "slice-wq%" PRId64, first->id);
	return 0;
}

/* ---- What a group has beside its members ---- */

/* By default a group may use all read buffers but those reserved for others. */
static void allow_buffers(struct fit *fit, struct profile_group *group)
{
	int64_t left = fit->device->limits.read_buffers;
	const struct profile_group *other;

	if (group->read_buffers_allowed != PROFILE_UNSET || !group->engines.nr)
		return;
	LIST_FOREACH(&fit->fitted->groups, other)
		if (other != group && other->engines.nr)
			left -= or_default(other->read_buffers_reserved, 0);
	group->read_buffers_allowed = left > 0 ? left : 0;
}

static int complete_group(struct fit *fit, struct profile_group *group)
{
	const struct device_limits *limits = &fit->device->limits;

	drop_default(&group->read_buffers_reserved, 0);
	allow_buffers(fit, group);
	drop_default(&group->read_buffers_allowed, limits->read_buffers);
	drop_default(&group->use_read_buffer_limit, 0);
	drop_default(&group->desc_progress_limit, 0);
	drop_default(&group->batch_progress_limit, 0);
	if (limits->traffic_classes)
		return 0;
	drop_default(&group->traffic_class_a, 1);
	drop_default(&group->traffic_class_b, 1);
	if (group->traffic_class_a == PROFILE_UNSET && group->traffic_class_b == PROFILE_UNSET)
		return 0;
	return problem_set(fit->problem, EOPNOTSUPP, "leave traffic_class_a and traffic_class_b out",
			   "%s: group %" PRId64 ": the traffic classes of this device are fixed at 1",
			   fit->path, group->id);
}

static int complete_groups(struct fit *fit)
{
	struct profile_group *group;
	int err = 0;

	drop_default(&fit->fitted->read_buffer_limit, 0);
	drop_default(&fit->fitted->event_log_size, DEFAULT_EVENT_LOG_SIZE);
	LIST_FOREACH(&fit->fitted->groups, group)
		err = err ?: complete_group(fit, group);
	return err;
}

/* ---- Slices and vdevs ---- */

/* Make a UUID that is the same at each boot of this host, and another on other hosts. */
static void make_uuid(struct fit *fit, const struct profile_slice *slice, char *text)
{
	static const uuid_t space = {
		0x5d, 0x9e, 0x36, 0x4a, 0x0c, 0x71, 0x4b, 0x0e,
		0x9a, 0x52, 0x1f, 0xd3, 0xb8, 0x6e, 0x27, 0xc4,
	};
	const struct profile_wq *wq = slice->wqs.item;
	char name[256];
	uuid_t uuid;

	snprintf(name, sizeof(name), "%s %s wq%" PRId64, fit->device->seed, fit->device->pci, wq->id);
	uuid_generate_sha1(uuid, space, name, strlen(name));
	uuid_unparse_lower(uuid, text);
}

/* Leave out what equals the default, so that fitted and captured entries compare equal. */
static void complete_mapping(char *mapping, const char *otherwise)
{
	if (!strcmp(mapping, otherwise))
		mapping[0] = '\0';
}

static int complete_slice(struct fit *fit, struct profile_slice *slice)
{
	uuid_t uuid;

	if (slice->wqs.nr > DSA_VDEV_MAX_WQS || __builtin_popcountll(slice->wqs.nr) != 1)
		return problem_set(fit->problem, EINVAL, "choose 1, 2, 4 or 8",
				   "%s: a slice cannot have %zu work queues", fit->path, slice->wqs.nr);
	complete_mapping(slice->mapping, mapping_name(DSA_VDEV_MAPPING_AUTO));
	complete_mapping(slice->vdev.mapping, slice->mapping[0] ? slice->mapping :
					      mapping_name(DSA_VDEV_MAPPING_AUTO));
	if (!slice->vdev.there)
		return 0;
	if (uuid_parse(slice->vdev.uuid, uuid))
		make_uuid(fit, slice, slice->vdev.uuid);
	else
		uuid_unparse_lower(uuid, slice->vdev.uuid);
	return 0;
}

static int complete_slices(struct fit *fit)
{
	struct profile_group *group;
	struct profile_slice *slice;
	int err = 0;

	LIST_FOREACH(&fit->fitted->groups, group)
		LIST_FOREACH(&group->slices, slice)
			err = err ?: complete_slice(fit, slice);
	return err;
}

/* ---- The order that layout_capture() finds, too ---- */

static int by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_group(const void *a, const void *b)
{
	const struct profile_group *x = a, *y = b;

	/* What is in no group comes last. */
	return by_number((uint32_t)x->id, (uint32_t)y->id);
}

static int by_engine(const void *a, const void *b)
{
	const struct profile_engine *x = a, *y = b;

	return by_number(x->id, y->id);
}

static int by_wq(const void *a, const void *b)
{
	const struct profile_wq *x = a, *y = b;

	return by_number(x->id, y->id);
}

static int by_first_wq(const void *a, const void *b)
{
	const struct profile_slice *x = a, *y = b;

	return by_wq(x->wqs.item, y->wqs.item);
}

static void sort_list(struct list *list, size_t size, int (*order)(const void *, const void *))
{
	if (list->nr > 1)
		qsort(list->item, list->nr, size, order);
}

void profile_sort(struct profile_device *device)
{
	struct profile_group *group;

	sort_list(&device->groups, sizeof(*group), by_group);
	LIST_FOREACH(&device->groups, group) {
		sort_list(&group->engines, sizeof(struct profile_engine), by_engine);
		sort_list(&group->slices, sizeof(struct profile_slice), by_first_wq);
		sort_list(&group->wqs, sizeof(struct profile_wq), by_wq);
	}
}

/* ---- All of it ---- */

static bool start_ids(struct ids *ids, const char *what, unsigned int nr)
{
	*ids = (struct ids){ .what = what, .nr = nr, .taken = calloc(nr + 1, sizeof(bool)) };
	return ids->taken;
}

static void match_exactly(struct fit *fit)
{
	fit->fitted->match = (struct profile_match){ .numa = PROFILE_UNSET };
	COPY_TEXT(fit->fitted->match.pci, fit->device->pci);
}

static int fit_all(struct fit *fit)
{
	uint64_t max;
	int err = find_max(fit, &max);

	err = err ?: copy_groups(fit, max);
	err = err ?: take_ids(fit);
	err = err ?: share_engines(fit);
	err = err ?: share_sizes(fit);
	err = err ?: each_wq(fit, complete_wq, NULL);
	err = err ?: complete_groups(fit);
	err = err ?: complete_slices(fit);
	if (!err)
		profile_sort(fit->fitted);
	return err ?: profile_check_bounds(fit->fitted, fit->path, &fit->device->limits, fit->problem);
}

int profile_fit(const struct profile_device *entry, const char *path,
		const struct fit_device *device, struct profile_device *fitted,
		struct problem *problem)
{
	struct fit fit = {
		.entry = entry, .path = path, .device = device, .fitted = fitted,
		.problem = problem,
	};
	int err = 0;

	*fitted = *entry;
	fitted->groups = (struct list){ 0 };
	match_exactly(&fit);
	if (!start_ids(&fit.groups, "group", device->limits.groups) ||
	    !start_ids(&fit.engines, "engine", device->limits.engines) ||
	    !start_ids(&fit.wqs, "work queue", device->limits.wqs))
		err = nomem(&fit);
	err = err ?: fit_all(&fit);
	free(fit.groups.taken);
	free(fit.engines.taken);
	free(fit.wqs.taken);
	if (err)
		profile_device_free(fitted);
	return err;
}
