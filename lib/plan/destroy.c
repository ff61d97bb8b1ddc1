// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which steps destroy a vdev, and who may destroy it? */
#include "../core/ctx.h"
#include "../model/vdev.h"
#include "../state/kept.h"
#include "destroy.h"

int vdev_require_owner(struct dsactl_ctx *ctx, const char *object, const char *its,
		       const char *owner, bool force)
{
	if (!its[0] || force || (owner && !strcmp(owner, its)))
		return 0;
	return ctx_fail(ctx, EPERM, object, "give destroy-vdev its --owner, or --force", "it belongs to %s", its);
}

int vdev_plan_destroy(struct dsactl_plan *plan, struct dsactl_vdev *vdev, bool note)
{
	struct dsactl_step *step;
	int err = vdev_require_closed(vdev);

	if (err)
		return err;
	step = plan_add(plan, DSACTL_STEP_DESTROY, vdev->device);
	if (!step)
		return ctx_nomem(plan->ctx);
	step->note = note;
	COPY_TEXT(step->uuid, vdev->uuid);
	step->slice = vdev->slice;
	return 0;
}

int dsactl_plan_destroy(struct dsactl_vdev *vdev, const char *owner, bool force,
			struct dsactl_plan **plan)
{
	struct dsactl_ctx *ctx = vdev->ctx;
	const char *object = vdev->name[0] ? vdev->name : vdev->uuid;
	int err = vdev_require_owner(ctx, object, vdev->owner, owner, force);

	if (err)
		return err;
	*plan = plan_new(ctx);
	/* A single step needs no note, so that devices need not be read. */
	err = *plan ? vdev_plan_destroy(*plan, vdev, false) : ctx_nomem(ctx);
	if (!err)
		kept_warn(vdev);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}
