// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which vdevs does the next boot bring, and do two of them claim one UUID or name?
 *
 * Two devices that are to have a vdev of one UUID or name would race for it at boot, and the later
 * one would get none of its vdevs.
 */
#include <stdio.h>
#include <strings.h>

#include "../core/ctx.h"
#include "../layout/match.h"
#include "../model/inventory.h"
#include "../profile/schema.h"
#include "claims.h"
#include "profiles.h"
#include "restored.h"

struct claim {
	struct profile_vdev vdev;
	const struct dsactl_profile *by;
	char device[NAME_SIZE];		/* or what the entry says, where the device is not here */
};

struct claims {
	struct dsactl_ctx *ctx;
	struct list list;	/* of struct claim */
};

static int add_entry(struct claims *claims, const struct dsactl_profile *by,
		     const char *device, const struct profile_device *entry)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice) {
			struct claim *claim;

			if (!slice->vdev.there)
				continue;
			claim = list_add(&claims->list, sizeof(*claim));
			if (!claim)
				return ctx_nomem(claims->ctx);
			claim->vdev = slice->vdev;
			claim->by = by;
			COPY_TEXT(claim->device, device);
		}
	return 0;
}

static int require_safe(struct dsactl_device *device, const struct profile_device *entry)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (dsactl_device_is_unsafe(device) && slice->vdev.there && !slice->allow_unsafe_portal)
				return ctx_fail(device->ctx, EOPNOTSUPP, device->name,
						"give its slices \"allow_unsafe_portal\": true if you accept that risk; dsactl check explains it",
						"its silicon is under INTEL-SA-01084: who has a portal can misuse it");
	return 0;
}

/* Claims of a device that is here, by an enabled profile, or else by @more (or NULL). */
static int add_device(struct claims *claims, struct dsactl_device *device, struct dsactl_profile *more)
{
	struct dsactl_profile *by = restored_find(device);
	const struct profile_device *entry;
	struct profile_device fitted;
	int err;

	by = by ?: more;
	entry = by ? profile_find_entry(&by->data, device) : NULL;
	if (!entry)
		return 0;
	err = profile_fit_entry(by, entry, device, &fitted);
	/* An enabled profile that does not fit restores nothing, and claims nothing. */
	if (err && by != more)
		return 0;
	if (err)
		return err;
	if (by == more)
		err = require_safe(device, &fitted);
	err = err ?: add_entry(claims, by, device->name, &fitted);
	profile_device_free(&fitted);
	return err;
}

/* Claims of devices that are not here yet, by an enabled profile. */
static int add_absent(struct claims *claims, const struct dsactl_profile *by)
{
	const struct profile_device *entry;
	int err = 0;

	LIST_FOREACH(&by->data.devices, entry) {
		const char *name = entry->match.pci[0] ? entry->match.pci : entry->match.name;

		if (!err && name[0] && !inventory_device(claims->ctx, name))
			err = add_entry(claims, by, name, entry);
	}
	return err;
}

static int gather(struct claims *claims, struct dsactl_profile *more)
{
	struct dsactl_ctx *ctx = claims->ctx;
	struct dsactl_profile *profile;
	struct dsactl_device *device;
	int err = dsactl_profile_list(ctx);

	dsactl_device_foreach(ctx, device)
		err = err ?: add_device(claims, device, more);
	ENABLED_FOREACH(ctx, profile)
		if (!err && !profile->error)
			err = add_absent(claims, profile);
	return err;
}

static const char *shared(const struct profile_vdev *a, const struct profile_vdev *b)
{
	if (a->uuid[0] && !strcasecmp(a->uuid, b->uuid))
		return a->uuid;
	return a->name[0] && !strcmp(a->name, b->name) ? a->name : NULL;
}

int claims_require_free(struct dsactl_ctx *ctx, const char *device, const char *uuid, const char *name)
{
	struct claims claims = { .ctx = ctx };
	struct profile_vdev vdev = { .there = true };
	const struct claim *claim;
	int err = gather(&claims, NULL);

	COPY_TEXT(vdev.uuid, uuid);
	COPY_TEXT(vdev.name, name);
	LIST_FOREACH(&claims.list, claim) {
		const char *both = shared(&vdev, &claim->vdev);
		bool itself = !strcasecmp(uuid, claim->vdev.uuid) && !strcmp(device, claim->device);

		if (!err && both && !itself)
			err = ctx_fail(ctx, EEXIST, both,
				       "choose another, or forget that one first (dsactl destroy-vdev --persist)",
				       "a vdev of this %s is restored at boot on %s by profile %s",
				       both == vdev.uuid ? "UUID" : "name", claim->device, claim->by->name);
	}
	free(claims.list.item);
	return err;
}

static int refuse_pair(struct claims *claims, const struct claim *one, const struct claim *other,
		       const char *both)
{
	return ctx_fail(claims->ctx, EEXIST, both,
			"give one of them another, or disable-profile what is not to be restored",
			"a vdev of this %s would be restored at boot on %s by profile %s and on %s by profile %s",
			both == one->vdev.uuid ? "UUID" : "name", one->device, one->by->name,
			other->device, other->by->name);
}

static int compare(struct claims *claims, const struct dsactl_profile *profile)
{
	const struct claim *one, *other;

	LIST_FOREACH(&claims->list, one)
		LIST_FOREACH(&claims->list, other) {
			const char *both = one < other ? shared(&one->vdev, &other->vdev) : NULL;

			if (both && (one->by == profile || other->by == profile))
				return refuse_pair(claims, one, other, both);
		}
	return 0;
}

int claims_require_restorable(struct dsactl_profile *profile)
{
	struct claims claims = { .ctx = profile->ctx };
	int err;

	/* Without idxd there is no device to look at. */
	if (inventory_read_accel(profile->ctx)) {
		ctx_forget_failure(profile->ctx);
		return 0;
	}
	err = gather(&claims, profile);
	err = err ?: compare(&claims, profile);
	free(claims.list.item);
	return err;
}
