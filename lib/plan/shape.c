// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which slices shall a device be split into? */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shape.h"

#define DEFAULT_PRIORITY 10
#define MAX_PRIORITY 15

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Whether @slices times @each is more than @have. Cannot overflow. */
static bool exceeds(unsigned int slices, unsigned int each, unsigned int have)
{
	return (uint64_t)slices * each > have;
}

static bool is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

static int shape_wqs(const struct device_limits *have, struct split_shape *shape,
		     struct problem *problem)
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

static int shape_slices(const struct device_limits *have, struct split_shape *shape,
			struct problem *problem)
{
	unsigned int most = min(have->groups, have->engines / (shape->engines ?: 1));

	most = min(most, have->wqs / shape->wqs);
	if (have->ims != LIMIT_UNKNOWN && !shape->slices)
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
	if (have->ims != LIMIT_UNKNOWN && exceeds(shape->slices, shape->wqs, have->ims))
		return problem_set(problem, EINVAL, "choose fewer slices or work queues",
			      "%u vectors are needed, one for each work queue; the device has %u entries of interrupt message storage free",
			      shape->slices * shape->wqs, have->ims);
	return 0;
}

static int shape_engines(const struct device_limits *have, struct split_shape *shape,
			 struct problem *problem)
{
	shape->engines = shape->engines ?: have->engines / shape->slices ?: 1;
	if (exceeds(shape->slices, shape->engines, have->engines))
		return problem_set(problem, EINVAL, "choose fewer slices or engines",
			      "%u x %u engines for slices are wanted, the device has %u engines",
			      shape->slices, shape->engines, have->engines);
	return 0;
}

static int shape_size(const struct device_limits *have, struct split_shape *shape,
		      struct problem *problem)
{
	unsigned int wqs = shape->slices * shape->wqs;

	shape->wq_size = shape->wq_size ?: have->wq_entries / wqs ?: 1;
	if (exceeds(wqs, shape->wq_size, have->wq_entries))
		return problem_set(problem, EINVAL, "choose a smaller size or fewer slices",
			      "%u x %u entries for work queues are wanted, the device has %u entries",
			      wqs, shape->wq_size, have->wq_entries);
	return 0;
}

static int shape_limits(const struct device_limits *have, struct split_shape *shape,
			struct problem *problem)
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

int shape_complete(const struct device_limits *have, const struct split_shape *want,
		   struct split_shape *shape, struct problem *problem)
{
	static int (*const rules[])(const struct device_limits *, struct split_shape *,
				    struct problem *) = {
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
