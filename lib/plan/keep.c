// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which steps have new vdevs restored at boot? */
#include "../core/ctx.h"
#include "../state/claims.h"
#include "../state/profiles.h"
#include "../state/restored.h"
#include "keep.h"

int keep_add_step(struct dsactl_plan *plan, enum dsactl_step_kind kind, const char *device,
		  const char *uuid)
{
	struct dsactl_step *step = plan_add(plan, kind, device);

	if (!step)
		return ctx_nomem(plan->ctx);
	COPY_TEXT(step->uuid, uuid);
	return 0;
}

/* Only a vdev that is created alone can have a UUID or name that someone chose. */
static int require_free_at_boot(struct dsactl_plan *plan)
{
	struct dsactl_step *step, *only = NULL;
	unsigned int nr = 0;

	dsactl_step_foreach(plan, step)
		if (step->kind == DSACTL_STEP_CREATE) {
			only = step;
			nr++;
		}
	return nr == 1 ? claims_require_free(plan->ctx, only->device, only->uuid, only->name) : 0;
}

int keep_plan(struct dsactl_plan *plan)
{
	struct dsactl_profile *profile;
	struct dsactl_step *step;
	int err = require_free_at_boot(plan) ?: dsactl_profile_list(plan->ctx);

	/* Refuse now what the step would refuse later. New steps are appended, and end the loop. */
	for (step = plan->steps; !err && step && step->kind != DSACTL_STEP_KEEP; step = step->next) {
		struct dsactl_device *device = dsactl_device_find(plan->ctx, step->device);

		if (step->kind != DSACTL_STEP_CREATE)
			continue;
		err = device ? restored_choose(device, &profile) : -ENOENT;
		err = err ?: keep_add_step(plan, DSACTL_STEP_KEEP, step->device, step->uuid);
	}
	return err;
}
