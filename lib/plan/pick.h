/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which slice a vdev gets. Pure, as shape.h. */
#ifndef DSACTL_PLAN_PICK_H
#define DSACTL_PLAN_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/problem.h"

struct candidate {
	unsigned int id, wqs, wq_size, engines;
	int numa;
	bool taken;		/* chosen by this plan already */
	const char *device;
	const char *why_not;	/* NULL: free and allowed */
};

struct wish {
	const char *device;	/* NULL: any */
	int numa;		/* preferred; -1: any */
	unsigned int wqs, wq_size, engines;	/* 0: any */
};

/*
 * The free slice that fits best: on the preferred node, then the smallest, then
 * the lowest id. NULL where none fits.
 */
struct candidate *candidate_pick(struct candidate *slices, size_t nr,
				 const struct wish *wish);
/* Why candidate_pick() found none, slice by slice. */
void candidate_explain(const struct candidate *slices, size_t nr,
		       const struct wish *wish, struct problem *problem);

#endif /* DSACTL_PLAN_PICK_H */
