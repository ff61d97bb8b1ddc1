// SPDX-License-Identifier: LGPL-2.1-or-later
/* How does a plan become true as a whole, or not at all? */
#include <unistd.h>

#include "../backend/accel.h"
#include "../backend/mdev.h"
#include "../backend/modules.h"
#include "../backend/netlink.h"
#include "../layout/layout.h"
#include "../plan/plan.h"
#include "../profile/object.h"
#include "../state/journal.h"

static const struct journal_undo undo_ops = {
	.device = layout_restore,
	.vdev = vdev_remove_if_there,
	.file = store_undo,
};

/* ---- Plans ---- */

struct dsactl_plan *plan_new(struct dsactl_ctx *ctx)
{
	struct dsactl_plan *plan = calloc(1, sizeof(*plan));

	if (plan) {
		plan->ctx = ctx;
		plan->tail = &plan->steps;
	}
	return plan;
}

struct dsactl_step *plan_add(struct dsactl_plan *plan, enum dsactl_step_kind kind,
			     const char *device)
{
	struct dsactl_step *step = calloc(1, sizeof(*step));

	if (!step)
		return NULL;
	step->kind = kind;
	step->ctx = plan->ctx;
	step->slice = -1;
	COPY_TEXT(step->device, device);
	*plan->tail = step;
	plan->tail = &step->next;
	return step;
}

void dsactl_plan_free(struct dsactl_plan *plan)
{
	while (plan && plan->steps) {
		struct dsactl_step *step = plan->steps;

		plan->steps = step->next;
		free(step->slices);
		profile_device_free(&step->want);
		free(step);
	}
	free(plan);
}

int plan_refuse(struct dsactl_ctx *ctx, const char *object,
		const struct plan_problem *problem)
{
	return ctx_fail(ctx, problem->err, object, problem->remedy, "%s", problem->cause);
}

/* ---- Begin and end ---- */

static int undo_all(struct dsactl_ctx *ctx, struct journal_result *result)
{
	int nr;

	netlink_close(ctx);		/* reservations end */
	inventory_drop(ctx);
	ctx->undoing = true;
	nr = journal_undo(ctx, &undo_ops, result);
	ctx->undoing = false;
	ctx->half_undone = nr < 0 || result->err;
	inventory_drop(ctx);
	return nr;
}

int change_recover(struct dsactl_ctx *ctx)
{
	struct journal_result result;
	int nr = undo_all(ctx, &result);

	if (nr < 0)
		return ctx_fail(ctx, -nr, "/run/dsactl/journal", "dsactl -v says more",
				"what another process left cannot be undone");
	if (result.err)
		return ctx_fail(ctx, -result.err, "/run/dsactl/journal",
				"mend what the warnings name, or remove this file to leave all as it is",
				"what process %d left unfinished cannot be undone now, so nothing is changed",
				result.pid);
	if (nr)
		ctx_log(ctx, LOG_WARNING,
			result.nr_settled ? "process %d did not finish its change, and a part of it could not be undone"
					  : "process %d did not finish its change: it was undone", result.pid);
	return 0;
}

/* What cannot be undone now is left to the next change. */
static void undo(struct dsactl_ctx *ctx)
{
	struct journal_result result;

	if (undo_all(ctx, &result) < 0 || result.err)
		ctx_log(ctx, LOG_WARNING, "a part of this change could not be undone: the next change tries that again");
}

static int begin(struct dsactl_ctx *ctx)
{
	int err;

	if (geteuid())
		return ctx_fail(ctx, EPERM, "permission", "run dsactl as root",
				"only root may change devices");
	if (ctx->journal)
		return ctx_fail(ctx, EINVAL, "dsactl_begin", NULL, "dsactl_end() must come first");
	err = accel_require_idxd(ctx);
	if (err)
		err = modules_load(ctx, "idxd") ?: accel_require_idxd(ctx);
	err = err ?: journal_open(ctx);
	if (err)
		return err;
	err = change_recover(ctx);
	if (err) {
		journal_close(ctx);
		return err;
	}
	inventory_drop(ctx);
	ctx_forget_failure(ctx);	/* such as of idxd, which is loaded now */
	return 0;
}

int dsactl_begin(struct dsactl_ctx *ctx)
{
	bool begun = ctx_begin_work(ctx);
	int err = begin(ctx);

	ctx_end_work(ctx, begun && !ctx->journal);
	return err;
}

void dsactl_end(struct dsactl_ctx *ctx)
{
	journal_close(ctx);
	ctx_end_work(ctx, true);
}

bool dsactl_is_unfinished(struct dsactl_ctx *ctx)
{
	return !geteuid() && !ctx->journal && journal_is_left();
}

int dsactl_recover(struct dsactl_ctx *ctx)
{
	unsigned int timeout_ms = ctx->timeout_ms;
	int err;

	if (!dsactl_is_unfinished(ctx))
		return 0;
	ctx->timeout_ms = 0;
	/* Who cancels now means what comes next: this goes to its end. */
	err = begin(ctx);
	ctx->timeout_ms = timeout_ms;
	journal_close(ctx);
	if (err != -ETIMEDOUT)
		return err;
	/* Who writes now has done it. */
	ctx_forget_failure(ctx);
	return 0;
}

/* ---- Apply ---- */

static int note_device(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_device *device = dsactl_device_find(ctx, name);
	struct profile_device before;
	int err = device ? layout_capture(device, &before) : -ENOENT;

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
		[DSACTL_STEP_KEEP] = persist_do,
		[DSACTL_STEP_FORGET] = persist_do,
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
 * The kernel announces a parent before it has slices, so that what waits for it would
 * wait for ever. Not before all is done: a slice that looks free may be meant for a vdev.
 */
static void announce_slices(struct dsactl_plan *plan)
{
	struct dsactl_step *step;

	inventory_drop(plan->ctx);
	dsactl_step_foreach(plan, step)
		if (step->slices)
			announce_if_free(plan->ctx, step->device);
}

/* What the caller could not tell anyone is not kept. */
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
	/* To keep this change would be to forget what is left of the last one. */
	if (ctx->half_undone)
		return change_recover(ctx) ?:
		       ctx_fail(ctx, EIO, "dsactl_plan_apply", "try again", "the change before was undone only now");
	dsactl_step_foreach(plan, step) {
		err = do_step(ctx, step);
		if (err)
			break;
	}
	err = err ?: tell_caller(plan, tell, data);
	if (err)
		undo(ctx);
	else
		err = journal_commit(ctx);
	if (!err)
		announce_slices(plan);
	inventory_drop(ctx);
	return err;
}

/* ---- Steps ---- */

struct dsactl_step *dsactl_step_get_first(struct dsactl_plan *plan)
{
	return plan->steps;
}

struct dsactl_step *dsactl_step_get_next(struct dsactl_step *step)
{
	return step->next;
}

enum dsactl_step_kind dsactl_step_get_kind(const struct dsactl_step *step)
{
	return step->kind;
}

const char *dsactl_step_get_device_name(const struct dsactl_step *step)
{
	return step->device;
}

const char *dsactl_step_get_uuid(const struct dsactl_step *step)
{
	return step->uuid;
}

int dsactl_step_get_slice_id(const struct dsactl_step *step)
{
	if (step->slice < 0 && step->split && step->split->slices)
		return step->split->slices[step->split_slice].id;
	return step->slice;
}

unsigned int dsactl_step_get_nr_slices(const struct dsactl_step *step)
{
	return step->shape.slices;
}

unsigned int dsactl_step_get_nr_wqs(const struct dsactl_step *step)
{
	return step->shape.wqs;
}

unsigned int dsactl_step_get_wq_size(const struct dsactl_step *step)
{
	return step->shape.wq_size;
}

unsigned int dsactl_step_get_nr_engines(const struct dsactl_step *step)
{
	return step->shape.engines;
}
