/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The step that destroys a vdev. */
#ifndef DSACTL_PLAN_DESTROY_H
#define DSACTL_PLAN_DESTROY_H

#include "plan.h"

/*
 * Add the step. @note: the plan has other steps that may fail, so the device is noted. -EBUSY where
 * someone has the vdev open.
 */
int vdev_plan_destroy(struct dsactl_plan *plan, struct dsactl_vdev *vdev, bool note);
/*
 * -EPERM and a message where @its, the owner of @object, is neither empty nor @owner. @force: no
 * matter whose it is.
 */
int vdev_require_owner(struct dsactl_ctx *ctx, const char *object, const char *its,
		       const char *owner, bool force);

#endif /* DSACTL_PLAN_DESTROY_H */
