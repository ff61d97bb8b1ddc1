/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change: a plan of steps, applied as a whole or not at all. change.c walks
 * the steps; slice.c and vdev.c know how to do and undo one.
 */
#ifndef DSACTL_CHANGE_H
#define DSACTL_CHANGE_H

#include "../model/inventory.h"
#include "../profile/profile.h"
#include "shape.h"

struct dsactl_step {
	struct dsactl_step *next;
	enum dsactl_step_kind kind;
	struct dsactl_ctx *ctx;
	char device[NAME_SIZE];
	bool note;			/* before it, what the device is like is noted */
	/* split and configure */
	struct plan_shape shape;	/* of a split, for who is told of it */
	struct profile_device want;
	struct dsactl_slice *slices;	/* those of @want in their order, once applied */
	/* create, destroy, keep and forget */
	char uuid[UUID_SIZE];
	char name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];
	char type[NAME_SIZE];
	int mapping;			/* enum dsa_vdev_mapping, or -1: as the slice */
	int slice;			/* -1: slice split_slice of step split */
	struct dsactl_step *split;
	unsigned int split_slice;
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
		const struct plan_problem *problem);

/* Undo what a writer that died has left; the lock is held. */
int change_recover(struct dsactl_ctx *ctx);

/* slice.c */
int slice_do_split(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_unsplit(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_clear(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_repair(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_configure(struct dsactl_ctx *ctx, struct dsactl_step *step);
/* What a slice is like, besides its shape. */
struct slice_traits {
	bool allow_unsafe_portal, host_pci_id;
};

/*
 * Add the step that splits @device into what @want says, and complete @want.
 * Refuses where the device is in use, split, or cannot do it.
 */
int slice_plan_split(struct dsactl_plan *plan, struct dsactl_device *device,
		     struct plan_shape *want, const struct slice_traits *traits, bool force,
		     struct dsactl_step **step);

/* vdev.c */
int vdev_do_create(struct dsactl_ctx *ctx, struct dsactl_step *step);
int vdev_do_destroy(struct dsactl_ctx *ctx, struct dsactl_step *step);
/* Add the step; @note: more than it can fail, so its device is noted. -EBUSY where it is open. */
int vdev_plan_destroy(struct dsactl_plan *plan, struct dsactl_vdev *vdev, bool note);
int vdev_remove_if_there(struct dsactl_ctx *ctx, const char *uuid);
/* -EBUSY and a message that names the holder, where someone has it open. */
int vdev_require_closed(struct dsactl_vdev *vdev);
/* -EPERM and a message where @object is someone's, unless @owner says so, or @force. */
int vdev_require_owner(struct dsactl_ctx *ctx, const char *object, const char *its,
		       const char *owner, bool force);

/* claims.c */
/* -EEXIST where a vdev of this UUID or name, other than itself on @device, is restored at boot. */
int claims_require_free(struct dsactl_ctx *ctx, const char *device, const char *uuid, const char *name);
/* What restoring @profile on the devices that are here would always be refused for. */
int claims_require_restorable(struct dsactl_profile *profile);

/* persist.c */
/* The profile that dsactl_plan_restore() would take, or NULL. The profiles must be listed. */
struct dsactl_profile *persist_find_restored(struct dsactl_device *device);
/* Where it is restored at boot, and is destroyed only for now, that is told. */
void persist_warn(struct dsactl_vdev *vdev);
void kept_free(struct dsactl_ctx *ctx);
int persist_do(struct dsactl_ctx *ctx, struct dsactl_step *step);
/* Add a step for each vdev that the plan creates: it is restored at boot. */
int persist_plan_keep(struct dsactl_plan *plan);

#endif /* DSACTL_CHANGE_H */
