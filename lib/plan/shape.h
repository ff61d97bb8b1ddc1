/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the slices of a device shall be like: the same shape for each. Pure: no I/O, no
 * context, so that every rule of it is unit-tested.
 */
#ifndef DSACTL_PLAN_SHAPE_H
#define DSACTL_PLAN_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/problem.h"
#include "../profile/limits.h"

/* What each slice is; as a request, 0 is "the best that the device has". */
struct split_shape {
	unsigned int slices, wqs, vectors, wq_size, engines, priority, max_batch;
	uint64_t max_transfer;
	bool block_on_fault;
};

/* Complete @want within @limits; 0, or -@problem->err. */
int shape_complete(const struct device_limits *limits, const struct split_shape *want,
		   struct split_shape *shape, struct problem *problem);

#endif /* DSACTL_PLAN_SHAPE_H */
