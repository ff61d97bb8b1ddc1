/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which slice a vdev gets. Pure, as shape.h. */
#ifndef DSACTL_PLAN_PICK_H
#define DSACTL_PLAN_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include <dsactl/libdsactl.h>

#include "../core/problem.h"

/* What the slices of one device are used for, this plan included. */
struct device_load {
	struct device_load *next;
	const char *device;
	unsigned int nr_free, nr_vdevs;
};

struct candidate {
	unsigned int id, wqs, wq_size, engines;
	int numa;
	bool taken;		/* chosen by this plan already */
	bool used;		/* a vdev is on it, or will be */
	const char *device;
	const char *why_not;	/* NULL: free and allowed */
	struct device_load *load;	/* of its device; counted by load_add() */
};

struct wish {
	const char *device;	/* NULL: any */
	int numa;		/* -1: any */
	bool numa_strict;	/* only on that node; otherwise it is preferred */
	enum dsactl_placement placement;
	bool free_only;		/* no device is split for it */
	unsigned int wqs, wq_size, engines;	/* 0: any */
};

/* Count the slice for its device. */
void load_add(const struct candidate *slice);
/* The slice is chosen: no other vdev gets it. */
void candidate_take(struct candidate *slice);

/*
 * The free slice that fits best: on the preferred node, then by the placement of devices, then the
 * smallest, then the lowest id. Devices that are alike come in the order of their names, dsa2
 * before dsa10. NULL where none fits.
 */
struct candidate *candidate_pick(struct candidate *slices, size_t nr,
				 const struct wish *wish);
/* Why candidate_pick() chose @choice, before it is taken: a text for @why of @size bytes. */
void candidate_justify(const struct candidate *choice, const struct candidate *slices, size_t nr,
		       const struct wish *wish, char *why, size_t size);
/* Why candidate_pick() found none, slice by slice. */
void candidate_explain(const struct candidate *slices, size_t nr,
		       const struct wish *wish, struct problem *problem);
/*
 * How many slices would fit on each other node, as "2 on node 0, 1 on node 3" in @text of @size
 * bytes; false where there are none, or the wish is for any node.
 */
bool candidate_elsewhere(const struct candidate *slices, size_t nr, const struct wish *wish,
			 char *text, size_t size);

#endif /* DSACTL_PLAN_PICK_H */
