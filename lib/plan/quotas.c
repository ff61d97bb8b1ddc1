// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The quotas of owners against a plan: what there is, what the next boot would bring, and what the
 * plan creates and destroys. create-vdev is refused for what would be too much. A profile is the
 * administrator's word, as the quota is: it is only told.
 */
#include <stdio.h>
#include <strings.h>

#include "../core/ctx.h"
#include "../model/inventory.h"
#include "../state/kept.h"
#include "../state/quota.h"
#include "quotas.h"

/* The vdevs of one owner, after the plan. */
struct count {
	unsigned int there;	/* now, without those that the plan destroys */
	unsigned int kept;	/* only at the next boot */
	unsigned int created;
};

static bool has_step(struct dsactl_plan *plan, enum dsactl_step_kind kind, const char *uuid)
{
	struct dsactl_step *step;

	dsactl_step_foreach(plan, step)
		if (step->kind == kind && !strcasecmp(step->uuid, uuid))
			return true;
	return false;
}

static bool stays(struct dsactl_plan *plan, const struct dsactl_vdev *vdev)
{
	return vdev && !has_step(plan, DSACTL_STEP_DESTROY, vdev->uuid);
}

static int count_owner(struct dsactl_plan *plan, const char *owner, struct count *count)
{
	struct dsactl_kept *all, *kept;
	struct dsactl_vdev *vdev;
	struct dsactl_step *step;
	int err = kept_read(plan->ctx, &all);

	*count = (struct count){ 0 };
	dsactl_vdev_foreach(plan->ctx, vdev)
		count->there += !strcmp(vdev->owner, owner) && stays(plan, vdev);
	for (kept = all; kept; kept = kept->next)
		count->kept += !strcmp(kept->vdev.owner, owner) &&
			       !has_step(plan, DSACTL_STEP_CREATE, kept->vdev.uuid) &&
			       !stays(plan, inventory_vdev(plan->ctx, kept->vdev.uuid));
	dsactl_step_foreach(plan, step)
		count->created += step->kind == DSACTL_STEP_CREATE && !strcmp(step->owner, owner);
	kept_free(all);
	return err;
}

/* *@over: whether @owner would have too many. */
static int check(struct dsactl_plan *plan, const char *owner, struct conf_quota *quota,
		 struct count *count, bool *over)
{
	int err = quota_find(plan->ctx, owner, quota, over);

	if (err || !*over)
		return err;
	err = count_owner(plan, owner, count);
	*over = count->there + count->kept + count->created > quota->limit;
	return err;
}

int quotas_require(struct dsactl_plan *plan, const char *owner)
{
	struct conf_quota quota;
	struct count count;
	char kept[64] = "";
	bool over = false;
	int err = owner ? check(plan, owner, &quota, &count, &over) : 0;

	if (err || !over)
		return err;
	if (count.kept)
		snprintf(kept, sizeof(kept), " (%u of them only from the next boot on)", count.kept);
	return ctx_fail(plan->ctx, EDQUOT, owner,
			"destroy one of its vdevs (destroy-vdev --persist for one that a boot brings), or raise the quota",
			"it has %u vdev%s%s and asks for %u more, and quota.%s in " CONF_PATH " is %u",
			count.there + count.kept, count.there + count.kept == 1 ? "" : "s", kept,
			count.created, quota.owner, quota.limit);
}

/* The first create step of each owner stands for it. */
static bool is_first(struct dsactl_plan *plan, const struct dsactl_step *of)
{
	struct dsactl_step *step = plan->steps;

	while (step->kind != DSACTL_STEP_CREATE || strcmp(step->owner, of->owner))
		step = step->next;
	return step == of;
}

static void warn_owner(struct dsactl_plan *plan, const char *owner)
{
	struct conf_quota quota;
	struct count count;
	bool over;

	/* What cannot be counted keeps no device from being restored. */
	if (check(plan, owner, &quota, &count, &over))
		ctx_forget_failure(plan->ctx);
	else if (over)
		ctx_log(plan->ctx, LOG_WARNING,
			"%s: it has %u vdevs with those of the profile, and quota.%s in " CONF_PATH " is %u: they are made all the same",
			owner, count.there + count.kept + count.created, quota.owner, quota.limit);
}

void quotas_warn(struct dsactl_plan *plan)
{
	struct dsactl_step *step;

	dsactl_step_foreach(plan, step)
		if (step->kind == DSACTL_STEP_CREATE && step->owner[0] && is_first(plan, step))
			warn_owner(plan, step->owner);
}
