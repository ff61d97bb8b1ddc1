// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which slices shall a device be split into, and which one does a vdev get? */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shape.h"

#define DEFAULT_PRIORITY 10
#define MAX_PRIORITY 15
#define MAX_EXPLAINED 4	/* slices that a message names one by one */

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Whether @each for @slices slices is more than @have; cannot overflow. */
static bool exceeds(unsigned int slices, unsigned int each, unsigned int have)
{
	return (uint64_t)slices * each > have;
}

static bool is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

static int shape_wqs(const struct plan_limits *have, struct plan_shape *shape,
		     struct plan_problem *problem)
{
	shape->wqs = shape->wqs ?: shape->vectors ?: 1;
	shape->vectors = shape->vectors ?: shape->wqs;
	if (shape->vectors != shape->wqs)
		return problem_set(problem, EINVAL, "leave one of the two out",
			      "%u vectors and %u work queues are wanted for each slice; each work queue has one",
			      shape->vectors, shape->wqs);
	if (shape->wqs > 8 || !is_power_of_two(shape->wqs))
		return problem_set(problem, EINVAL, "choose 1, 2, 4 or 8",
			      "a slice cannot have %u work queues",
			      shape->wqs);
	if (shape->wqs > have->wqs)
		return problem_set(problem, EINVAL, "choose fewer",
			      "%u work queues are wanted for each slice, the device has %u",
			      shape->wqs, have->wqs);
	return 0;
}

static int shape_slices(const struct plan_limits *have, struct plan_shape *shape,
			struct plan_problem *problem)
{
	unsigned int most = min(have->groups, have->engines / (shape->engines ?: 1));

	most = min(most, have->wqs / shape->wqs);
	if (have->ims != PLAN_UNKNOWN && !shape->slices)
		most = min(most, have->ims / shape->wqs);
	if (shape->wq_size)
		most = min(most, have->wq_entries / shape->wqs / shape->wq_size);
	shape->slices = shape->slices ?: most ?: 1;
	if (shape->slices > have->groups)
		return problem_set(problem, EINVAL, "choose fewer slices",
			      "%u slices need as many groups, the device has %u",
			      shape->slices, have->groups);
	if (exceeds(shape->slices, shape->wqs, have->wqs))
		return problem_set(problem, EINVAL, "choose fewer slices or work queues",
			      "%u x %u work queues for slices are wanted, the device has %u work queues",
			      shape->slices, shape->wqs, have->wqs);
	if (have->ims != PLAN_UNKNOWN && exceeds(shape->slices, shape->wqs, have->ims))
		return problem_set(problem, EINVAL, "choose fewer slices or work queues",
			      "%u vectors are needed, one for each work queue; the device has %u entries of interrupt message storage free",
			      shape->slices * shape->wqs, have->ims);
	return 0;
}

static int shape_engines(const struct plan_limits *have, struct plan_shape *shape,
			 struct plan_problem *problem)
{
	shape->engines = shape->engines ?: have->engines / shape->slices ?: 1;
	if (exceeds(shape->slices, shape->engines, have->engines))
		return problem_set(problem, EINVAL, "choose fewer slices or engines",
			      "%u x %u engines for slices are wanted, the device has %u engines",
			      shape->slices, shape->engines, have->engines);
	return 0;
}

static int shape_size(const struct plan_limits *have, struct plan_shape *shape,
		      struct plan_problem *problem)
{
	unsigned int wqs = shape->slices * shape->wqs;

	shape->wq_size = shape->wq_size ?: have->wq_entries / wqs ?: 1;
	if (exceeds(wqs, shape->wq_size, have->wq_entries))
		return problem_set(problem, EINVAL, "choose a smaller size or fewer slices",
			      "%u x %u entries for work queues are wanted, the device has %u entries",
			      wqs, shape->wq_size, have->wq_entries);
	return 0;
}

static int shape_limits(const struct plan_limits *have, struct plan_shape *shape,
			struct plan_problem *problem)
{
	shape->priority = shape->priority ?: DEFAULT_PRIORITY;
	shape->max_batch = shape->max_batch ?: have->max_batch;
	shape->max_transfer = shape->max_transfer ?: have->max_transfer;
	if (shape->priority > MAX_PRIORITY)
		return problem_set(problem, EINVAL, "choose 1 to 15",
			      "priority %u is out of range", shape->priority);
	if (shape->max_batch > have->max_batch ||
	    (shape->max_batch && !is_power_of_two(shape->max_batch)))
		return problem_set(problem, EINVAL, "choose a power of two that is not larger",
			      "batches of %u descriptors are wanted, the device takes up to %u",
			      shape->max_batch, have->max_batch);
	if (shape->max_transfer > have->max_transfer ||
	    (shape->max_transfer && !is_power_of_two(shape->max_transfer)))
		return problem_set(problem, EINVAL, "choose a power of two that is not larger",
			      "transfers of %" PRIu64 " bytes are wanted, the device takes up to %" PRIu64,
			      shape->max_transfer, have->max_transfer);
	if (shape->block_on_fault && !have->block_on_fault)
		return problem_set(problem, EOPNOTSUPP, "leave block on fault out",
			      "the device cannot block on a page fault");
	return 0;
}

int plan_shape(const struct plan_limits *have, const struct plan_shape *want,
	       struct plan_shape *shape, struct plan_problem *problem)
{
	static int (*const rules[])(const struct plan_limits *, struct plan_shape *,
				    struct plan_problem *) = {
		shape_wqs, shape_slices, shape_engines, shape_size, shape_limits,
	};

	*shape = *want;
	if (!have->groups || !have->engines || !have->wqs || !have->wq_entries)
		return problem_set(problem, EOPNOTSUPP, "choose another device",
			      "the device has no groups, engines or work queues to split");
	if (!have->ims)
		return problem_set(problem, EOPNOTSUPP, "choose another device",
			      "the device has no interrupt message storage free for DEV-MSI vectors");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		int err = rules[i](have, shape, problem);

		if (err)
			return err;
	}
	return 0;
}

/* A slice for a vdev */

/* What does not fit, into @why; false where the slice fits. */
static bool misfit(const struct plan_slice *slice, const struct plan_wish *wish,
		   char *why, size_t size)
{
	if (slice->taken)
		snprintf(why, size, "it is for another vdev of this request");
	else if (slice->why_not)
		snprintf(why, size, "%s", slice->why_not);
	else if (wish->wqs && slice->wqs != wish->wqs)
		snprintf(why, size, "its number of work queues is %u, not %u", slice->wqs, wish->wqs);
	else if (slice->wq_size < wish->wq_size)
		snprintf(why, size, "its work queues have %u entries, not %u",
			 slice->wq_size, wish->wq_size);
	else if (slice->engines < wish->engines)
		snprintf(why, size, "its number of engines is %u, not %u", slice->engines,
			 wish->engines);
	else
		return false;
	return true;
}

static bool is_elsewhere(const struct plan_slice *slice, const struct plan_wish *wish)
{
	return wish->device && strcmp(slice->device, wish->device);
}

/* Order of preference: node, work queues, their size, engines, id. */
static bool is_better(const struct plan_slice *a, const struct plan_slice *b,
		      const struct plan_wish *wish)
{
	bool a_near = wish->numa < 0 || a->numa == wish->numa;
	bool b_near = wish->numa < 0 || b->numa == wish->numa;

	if (a_near != b_near)
		return a_near;
	if (a->wqs != b->wqs)
		return a->wqs < b->wqs;
	if (a->wq_size != b->wq_size)
		return a->wq_size < b->wq_size;
	if (a->engines != b->engines)
		return a->engines < b->engines;
	return a->id < b->id;
}

struct plan_slice *plan_pick(struct plan_slice *slices, size_t nr,
			     const struct plan_wish *wish)
{
	struct plan_slice *best = NULL;
	char why[160];

	for (struct plan_slice *slice = slices; slice < slices + nr; slice++) {
		if (is_elsewhere(slice, wish) || misfit(slice, wish, why, sizeof(why)))
			continue;
		if (!best || is_better(slice, best, wish))
			best = slice;
	}
	return best;
}

void plan_explain(const struct plan_slice *slices, size_t nr,
		  const struct plan_wish *wish, struct plan_problem *problem)
{
	size_t used = 0, found = 0;
	char why[160];

	problem_set(problem, ENOSPC, "destroy a vdev, split another device, or ask for less",
	       "no free slice fits");
	used = strlen(problem->cause);
	for (const struct plan_slice *slice = slices; slice < slices + nr; slice++) {
		if (is_elsewhere(slice, wish) || !misfit(slice, wish, why, sizeof(why)))
			continue;
		if (++found > MAX_EXPLAINED)
			continue;
		used += snprintf(problem->cause + used, sizeof(problem->cause) - used,
				 "%s slice %u of %s: %s", found > 1 ? ";" : ":",
				 slice->id, slice->device, why);
		if (used >= sizeof(problem->cause))
			return;
	}
	if (found > MAX_EXPLAINED)
		snprintf(problem->cause + used, sizeof(problem->cause) - used,
			 "; and %zu more", found - MAX_EXPLAINED);
}
