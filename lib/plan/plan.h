/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan: the steps of one change, which is made as a whole or not at all. The other files of
 * this folder make plans; apply/ carries them out.
 */
#ifndef DSACTL_PLAN_PLAN_H
#define DSACTL_PLAN_PLAN_H

#include "../core/objects.h"
#include "../core/problem.h"
#include "../profile/profile.h"
#include "shape.h"

#define REASON_SIZE 160

struct dsactl_step {
	struct dsactl_step *next;
	enum dsactl_step_kind kind;
	struct dsactl_ctx *ctx;
	char device[NAME_SIZE];
	bool note;			/* note the layout of the device before this step */
	/* split and configure */
	struct split_shape shape;	/* of a split: for the caller to show */
	struct profile_device want;
	struct dsactl_slice *slices;	/* those of @want in their order, once applied */
	/* create, destroy, keep and forget */
	char uuid[UUID_SIZE];
	char name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];
	char type[NAME_SIZE];
	int mapping;			/* enum dsa_vdev_mapping, or -1: as the slice */
	bool served;			/* its PCI device is emulated by a process */
	int slice;			/* -1: slice split_slice of step split */
	struct dsactl_step *split;
	unsigned int split_slice;
	char reason[REASON_SIZE];	/* why this slice, or "" */
};

struct dsactl_plan {
	struct dsactl_ctx *ctx;
	struct dsactl_step *steps, **tail;
};

struct dsactl_plan *plan_new(struct dsactl_ctx *ctx);
/* A new last step; NULL for lack of memory. The plan owns it. */
struct dsactl_step *plan_add(struct dsactl_plan *plan, enum dsactl_step_kind kind,
			     const char *device);
/* -problem->err, with the problem as the message about @object. */
int plan_refuse(struct dsactl_ctx *ctx, const char *object,
		const struct problem *problem);

#endif /* DSACTL_PLAN_PLAN_H */
