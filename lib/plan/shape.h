/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a request and what there is to what shall be done. Pure: no I/O, no
 * context, so that every rule of it is unit-tested.
 */
#ifndef DSACTL_PLAN_H
#define DSACTL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/problem.h"
#include "../profile/limits.h"

/* ---- A whole device: groups, engines, work queues ---- */

/* What each slice is; as a request, 0 is "the best that the device has". */
struct plan_shape {
	unsigned int slices, wqs, vectors, wq_size, engines, priority, max_batch;
	uint64_t max_transfer;
	bool block_on_fault;
};

/* Complete @want within @limits; 0, or -@problem->err. */
int plan_shape(const struct plan_limits *limits, const struct plan_shape *want,
	       struct plan_shape *shape, struct plan_problem *problem);

/* ---- A slice for a vdev ---- */

struct plan_slice {
	unsigned int id, wqs, wq_size, engines;
	int numa;
	bool taken;		/* chosen by this plan already */
	const char *device;
	const char *why_not;	/* NULL: free and allowed */
};

struct plan_wish {
	const char *device;	/* NULL: any */
	int numa;		/* preferred; -1: any */
	unsigned int wqs, wq_size, engines;	/* 0: any */
};

/*
 * The free slice that fits best: on the preferred node, then the smallest, then
 * the lowest id. NULL where none fits.
 */
struct plan_slice *plan_pick(struct plan_slice *slices, size_t nr,
			     const struct plan_wish *wish);
/* Why plan_pick() found none, slice by slice. */
void plan_explain(const struct plan_slice *slices, size_t nr,
		  const struct plan_wish *wish, struct plan_problem *problem);

#endif /* DSACTL_PLAN_H */
