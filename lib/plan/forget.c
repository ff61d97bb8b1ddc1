// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which steps remove a vdev from what is restored at boot, and destroy it? */
#include "../core/ctx.h"
#include "../model/inventory.h"
#include "../state/kept.h"
#include "destroy.h"
#include "keep.h"

int dsactl_plan_forget(struct dsactl_ctx *ctx, const char *uuid_or_name, const char *owner,
		       bool force, struct dsactl_plan **plan)
{
	struct dsactl_kept *kept;
	struct dsactl_vdev *vdev;
	int err = dsactl_kept_list(ctx);

	if (err)
		return err;
	vdev = inventory_vdev(ctx, uuid_or_name);
	kept = kept_find(ctx, vdev ? vdev->uuid : uuid_or_name);
	if (vdev && !kept)
		return dsactl_plan_destroy(vdev, owner, force, plan);
	if (!kept)
		return ctx_fail(ctx, ENOENT, uuid_or_name, "dsactl list --vdevs shows them",
				"there is no vdev of this UUID or name, nor one that is restored at boot");
	err = vdev_require_owner(ctx, uuid_or_name, vdev ? vdev->owner : kept->vdev.owner,
				 owner, force);
	if (err)
		return err;
	*plan = plan_new(ctx);
	/* This step comes first: if it fails, the vdev is not destroyed. */
	err = *plan ? keep_add_step(*plan, DSACTL_STEP_FORGET, kept->device, kept->vdev.uuid) :
		      ctx_nomem(ctx);
	if (!err && vdev)
		err = vdev_plan_destroy(*plan, vdev, true);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}
