// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a plan applied as a whole, or not at all? */
#include <unistd.h>

#include "../backend/accel.h"
#include "../backend/mdev.h"
#include "../core/ctx.h"
#include "../layout/capture.h"
#include "../model/inventory.h"
#include "../plan/plan.h"
#include "../profile/schema.h"
#include "../state/journal.h"
#include "boot.h"
#include "slices.h"
#include "vdevs.h"
#include "writer.h"

/* What cannot be written is not noted: it could not be undone, either. */
static int note_device(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_device *device = dsactl_device_find(ctx, name);
	struct profile_device before;
	int err = device ? accel_require_writer(ctx) : -ENOENT;

	err = err ?: layout_capture(device, &before);
	if (err)
		return err;
	err = journal_note_device(ctx, device, &before);
	profile_device_free(&before);
	return err;
}

static int do_step(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	static int (*const steps[])(struct dsactl_ctx *, struct dsactl_step *) = {
		[DSACTL_STEP_SPLIT] = slice_do_split,
		[DSACTL_STEP_UNSPLIT] = slice_do_unsplit,
		[DSACTL_STEP_CREATE] = vdev_do_create,
		[DSACTL_STEP_DESTROY] = vdev_do_destroy,
		[DSACTL_STEP_CLEAR] = slice_do_clear,
		[DSACTL_STEP_CONFIGURE] = slice_do_configure,
		[DSACTL_STEP_KEEP] = boot_do,
		[DSACTL_STEP_FORGET] = boot_do,
		[DSACTL_STEP_REPAIR] = slice_do_repair,
	};
	int err;

	if (ctx_is_cancelled(ctx))
		return ctx_fail(ctx, EINTR, step->device, NULL, "interrupted");
	err = step->note ? note_device(ctx, step->device) : 0;
	return err ?: steps[step->kind](ctx, step);
}

static void announce_if_free(struct dsactl_ctx *ctx, const char *device)
{
	const struct mod_device *mod = inventory_mod_device(ctx, device);
	struct dsactl_slice *slice;

	if (!mod)
		return;
	dsactl_slice_foreach(ctx, slice)
		if (slice->state == DSA_VDEV_SLICE_STATE_READY && !strcmp(slice->device, device)) {
			mdev_announce(ctx, mod->pci);
			return;
		}
}

/*
 * The kernel announces a parent before it has slices, and udev rules that create mdevs then find
 * none. So the parent is announced again, but only after the whole plan: until then a free slice
 * may be meant for one of its vdevs.
 */
static void announce_slices(struct dsactl_plan *plan)
{
	struct dsactl_step *step;

	inventory_drop(plan->ctx);
	dsactl_step_foreach(plan, step)
		if (step->slices)
			announce_if_free(plan->ctx, step->device);
}

/* If the caller cannot pass the result on, the change is undone. */
static int tell_caller(struct dsactl_plan *plan, dsactl_tell_fn *tell, void *data)
{
	int err = tell ? tell(data, plan) : 0;

	return err < 0 ? ctx_fail(plan->ctx, -err, "dsactl_plan_apply_and_tell", NULL,
				  "the result could not be told: everything was undone") : 0;
}

int dsactl_plan_apply(struct dsactl_plan *plan)
{
	return dsactl_plan_apply_and_tell(plan, NULL, NULL);
}

int dsactl_plan_apply_and_tell(struct dsactl_plan *plan, dsactl_tell_fn *tell, void *data)
{
	struct dsactl_ctx *ctx = plan->ctx;
	struct dsactl_step *step;
	int err = 0;

	if (!ctx->journal)
		return ctx_fail(ctx, EINVAL, "dsactl_plan_apply", NULL,
				"dsactl_begin() must come first");
	/*
	 * The journal still holds notes of the last change. Committing this one would delete them.
	 */
	if (ctx->half_undone)
		return writer_recover(ctx) ?:
		       ctx_fail(ctx, EIO, "dsactl_plan_apply", "try again", "the change before was undone only now");
	dsactl_step_foreach(plan, step) {
		err = do_step(ctx, step);
		if (err)
			break;
	}
	err = err ?: tell_caller(plan, tell, data);
	if (err)
		writer_undo(ctx);
	else
		err = journal_commit(ctx);
	if (!err)
		announce_slices(plan);
	inventory_drop(ctx);
	return err;
}
