// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who has a vdev open? */
#include "../backend/mdev.h"
#include "../core/ctx.h"
#include "vdev.h"

int vdev_require_closed(struct dsactl_vdev *vdev)
{
	char who[96] = "someone";

	if (!dsactl_vdev_is_open(vdev))
		return 0;
	mdev_holder(vdev->uuid, who, sizeof(who));
	return ctx_fail(vdev->ctx, EBUSY, vdev->name[0] ? vdev->name : vdev->uuid,
			"detach it there first, or stop that process",
			"%s has it open", who);
}
