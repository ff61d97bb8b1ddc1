// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How is a step done that changes the layout of a device? Its former layout is in the journal by
 * then.
 */
#include "../core/ctx.h"
#include "../layout/ability.h"
#include "../model/inventory.h"
#include "../profile/entry.h"
#include "../profile/schema.h"
#include "../state/journal.h"
#include "build.h"
#include "slices.h"

int slice_do_split(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	int err = layout_prepare(ctx, step->device, &step->want);

	err = err ?: layout_clear(ctx, step->device);
	return err ?: layout_build(ctx, step->device, &step->want, &step->slices);
}

int slice_do_clear(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	return layout_clear(ctx, step->device);
}

int slice_do_configure(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	const struct mod_device *mod;
	int err = layout_prepare(ctx, step->device, &step->want);

	mod = err ? NULL : inventory_mod_device(ctx, step->device);
	if (mod && (mod->flags & DSA_VDEV_DEVICE_FLAGS_UNSAFE_PORTAL) && entry_bars_portal(&step->want))
		ctx_log(ctx, LOG_WARNING,
			"%s: its silicon is under INTEL-SA-01084, and the profile has slices without \"allow_unsafe_portal\": no vdev can be created on them",
			step->device);
	return err ?: layout_build(ctx, step->device, &step->want, &step->slices);
}

int slice_do_repair(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct dsactl_device *device = dsactl_device_find(ctx, step->device);

	return device ? layout_repair(device) : -ENOENT;
}

/*
 * The note says "nothing is on the device". An unsplit that is interrupted is therefore completed
 * by the undo. If the plan destroyed vdevs before, the first note of the plan is worked off last,
 * and brings slices and vdevs back.
 */
int slice_do_unsplit(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct dsactl_device *device = dsactl_device_find(ctx, step->device);
	struct profile_device nothing;
	int err;

	if (!device)
		return -ENOENT;
	profile_device_init(&nothing);
	nothing.disabled = true;
	COPY_TEXT(nothing.match.pci, device->pci);
	err = journal_note_device(ctx, device, &nothing);
	return err ?: layout_rebuild(ctx, device->name, &nothing);
}
