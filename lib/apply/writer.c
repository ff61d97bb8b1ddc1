// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who may change things now, and how is undone what another writer left? */
#include <unistd.h>

#include "../backend/accel.h"
#include "../backend/modules.h"
#include "../backend/netlink.h"
#include "../model/inventory.h"
#include "../state/journal.h"
#include "../state/store.h"
#include "restore.h"
#include "vdevs.h"
#include "writer.h"

static const struct journal_undo undo_ops = {
	.device = layout_restore,
	.vdev = vdev_remove_if_there,
	.file = store_undo,
};

static int undo_all(struct dsactl_ctx *ctx, struct journal_result *result)
{
	int nr;

	netlink_close(ctx);		/* this ends our reservations */
	inventory_drop(ctx);
	ctx->undoing = true;
	nr = journal_undo(ctx, &undo_ops, result);
	ctx->undoing = false;
	ctx->half_undone = nr < 0 || result->err;
	inventory_drop(ctx);
	return nr;
}

int writer_recover(struct dsactl_ctx *ctx)
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
void writer_undo(struct dsactl_ctx *ctx)
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
	err = writer_recover(ctx);
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
	/* dsactl_cancel() is not meant for the recovery, which goes to its end. */
	err = begin(ctx);
	ctx->timeout_ms = timeout_ms;
	journal_close(ctx);
	if (err != -ETIMEDOUT)
		return err;
	/* The writer that holds the lock has recovered already. */
	ctx_forget_failure(ctx);
	return 0;
}

/* ---- The lock of who changes profiles ---- */

static int lock(struct dsactl_ctx *ctx)
{
	int err = journal_open(ctx);

	if (err)
		return err;
	err = writer_recover(ctx);
	if (err)
		journal_close(ctx);
	return err;
}

int writer_lock(struct dsactl_ctx *ctx, bool *mine)
{
	bool begun;
	int err;

	*mine = !ctx->journal;
	if (!*mine)
		return 0;
	if (geteuid())
		return ctx_fail(ctx, EPERM, "permission", "run dsactl as root",
				"only root may change profiles");
	begun = ctx_begin_work(ctx);
	err = lock(ctx);
	ctx_end_work(ctx, begun && err);
	return err;
}

void writer_unlock(struct dsactl_ctx *ctx, bool mine)
{
	if (!mine)
		return;
	journal_close(ctx);
	ctx_end_work(ctx, true);
}
