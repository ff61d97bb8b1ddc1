// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a vdev made and destroyed? */
#include "../backend/mdev.h"
#include "../backend/netlink.h"
#include "../core/ctx.h"
#include "../model/inventory.h"
#include "../model/vdev.h"
#include "../state/journal.h"
#include "vdevs.h"

/* The slice of the step: one that an earlier step has made, or one that exists. */
static int find_slice(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct dsactl_slice *slice = step->split ? &step->split->slices[step->split_slice]
						 : inventory_slice(ctx, step->slice);

	if (!slice)
		return ctx_fail(ctx, ENOENT, step->device, NULL, "it has no slice %d any more",
				step->slice);
	step->slice = slice->id;
	mdev_type_name(step->type, slice->nr_wqs, step->served);
	return 0;
}

/*
 * The UUID is reserved before it is noted. From then on nobody else can create a vdev of this UUID,
 * so that undoing the note destroys no other's vdev. A reservation ends with its process.
 */
int vdev_do_create(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct mod_device *mod;
	int err = inventory_read_slices(ctx);

	if (err)
		return err;
	mod = inventory_mod_device(ctx, step->device);
	if (!mod)
		return ctx_fail(ctx, ENOENT, step->device, NULL, "the device is not there");
	err = find_slice(ctx, step);
	err = err ?: netlink_slice_reserve(ctx, step->slice, step->uuid, step->name, step->owner,
					   step->mapping);
	err = err ?: journal_note_vdev(ctx, step->uuid);
	return err ?: mdev_create(ctx, mod->pci, step->type, step->uuid);
}

int vdev_do_destroy(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	return mdev_remove(ctx, step->uuid);
}

int vdev_remove_if_there(struct dsactl_ctx *ctx, const char *uuid)
{
	struct dsactl_vdev *vdev;
	int err;

	inventory_drop_module(ctx);
	err = inventory_read_module(ctx);
	if (err)
		return err;
	vdev = inventory_vdev(ctx, uuid);
	if (!vdev)
		return 0;
	err = vdev_require_closed(vdev) ?: mdev_remove(ctx, uuid);
	inventory_drop_module(ctx);
	return err;
}
