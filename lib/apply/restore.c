// SPDX-License-Identifier: LGPL-2.1-or-later
/* How does a device get back the layout and the vdevs that a note says? */
#include "../backend/mdev.h"
#include "../backend/netlink.h"
#include "../layout/capture.h"
#include "../model/inventory.h"
#include "../model/vdev.h"
#include "../profile/entry.h"
#include "../profile/schema.h"
#include "build.h"
#include "restore.h"

/* The device may have another name by now. Its PCI address stays. */
static struct dsactl_device *find_again(struct dsactl_ctx *ctx, const char *name,
					const char *pci)
{
	struct dsactl_device *device = inventory_device(ctx, pci[0] ? pci : name);

	if (!device)
		ctx_fail(ctx, ENOENT, name, NULL, "the device is not there");
	return device;
}

static bool wants_vdev(const struct profile_device *want, const char *uuid)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (!strcmp(slice->vdev.uuid, uuid))
				return true;
	return false;
}

/* Whether @vdev is on the device and @want, NULL for no vdev, has it not. */
static bool is_to_go(const struct dsactl_vdev *vdev, const char *device,
		     const struct profile_device *want)
{
	return !strcmp(vdev->device, device) && !(want && wants_vdev(want, vdev->uuid));
}

/*
 * Destroy those vdevs. If one of them is open, none is destroyed: the layout could not be changed
 * then, and the others would not come back.
 */
static int remove_vdevs(struct dsactl_ctx *ctx, const char *device,
			const struct profile_device *want)
{
	struct dsactl_vdev *vdev;
	int err = 0;

	dsactl_vdev_foreach(ctx, vdev)
		if (!err && is_to_go(vdev, device, want))
			err = vdev_require_closed(vdev);
	dsactl_vdev_foreach(ctx, vdev)
		if (!err && is_to_go(vdev, device, want))
			err = mdev_remove(ctx, vdev->uuid);
	inventory_drop_module(ctx);
	return err;
}

static struct dsactl_slice *find_slice(struct dsactl_ctx *ctx, const char *device,
				       const struct profile_slice *want)
{
	const struct profile_wq *wq = want->wqs.item;
	struct dsactl_slice *slice;

	dsactl_slice_foreach(ctx, slice)
		if (!strcmp(slice->device, device) && slice->nr_wqs && slice->wq[0].id == wq->id)
			return slice;
	return NULL;
}

static int create_again(struct dsactl_ctx *ctx, const struct dsactl_device *device,
			const struct profile_slice *want)
{
	struct dsactl_slice *slice = find_slice(ctx, device->name, want);
	const struct profile_vdev *vdev = &want->vdev;
	char type[NAME_SIZE];
	int err;

	if (!vdev->there || inventory_vdev(ctx, vdev->uuid))
		return 0;
	if (!slice)
		return ctx_fail(ctx, ENOENT, vdev->uuid, NULL, "its slice is not there");
	err = netlink_slice_reserve(ctx, slice->id, vdev->uuid, vdev->name, vdev->owner,
				    mapping_find(vdev->mapping));
	mdev_type_name(type, slice->nr_wqs, vdev->served);
	return err ?: mdev_create(ctx, device->pci, type, vdev->uuid);
}

static int create_vdevs(struct dsactl_ctx *ctx, const struct dsactl_device *device,
			const struct profile_device *want)
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	int err = 0;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			err = err ?: create_again(ctx, device, slice);
	return err;
}

/* The journal is a file, and another device may be at that address: check @want as any profile. */
static int check_want(struct dsactl_ctx *ctx, struct dsactl_device *device,
		      const struct profile_device *want, struct profile_device *fitted)
{
	struct fit_device target;
	struct problem problem;
	int err = layout_fit_device(device, &target);

	if (err)
		return err;
	if (!profile_fit(want, device->name, &target, fitted, &problem))
		return 0;
	return ctx_fail(ctx, ENODEV, device->name, NULL, "it is not the device that it was: %s",
			problem.cause);
}

static int restore(struct dsactl_ctx *ctx, struct dsactl_device *device,
		   const struct profile_device *want)
{
	struct profile_device is;
	bool same;
	int err = layout_capture(device, &is);

	if (err)
		return err;
	/* A disabled device may have leftovers that a captured entry does not show. */
	same = !want->disabled && entry_is_same_base(&is, want);
	profile_device_free(&is);
	err = remove_vdevs(ctx, device->name, same ? want : NULL);
	if (!err)
		err = same ? layout_repair(device) : layout_rebuild(ctx, device->name, want);
	return err ?: create_vdevs(ctx, device, want);
}

int layout_restore(struct dsactl_ctx *ctx, const char *name, const char *pci,
		   const struct profile_device *want)
{
	struct profile_device fitted;
	struct dsactl_device *device;
	int err;

	inventory_drop(ctx);
	err = inventory_read_accel(ctx) ?: inventory_read_module(ctx);
	if (err)
		return err;
	device = find_again(ctx, name, pci);
	if (!device)
		return -ENOENT;
	err = check_want(ctx, device, want, &fitted);
	if (err)
		return err;
	err = restore(ctx, device, &fitted);
	profile_device_free(&fitted);
	return err;
}
