// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How does a vdev outlive a boot? The profile from which its device is restored gets an
 * entry for that very device: as it is laid out now, with the vdevs that are to be kept.
 * Where no enabled profile is for the device, that is the profile "persistent".
 */
#include <limits.h>
#include <stdio.h>
#include <strings.h>

#include "../layout/layout.h"
#include "../plan/plan.h"
#include "../profile/object.h"
#include "../state/journal.h"

#define PERSISTENT "persistent"

/* ---- Which profile ---- */

struct dsactl_profile *persist_find_restored(struct dsactl_device *device)
{
	struct dsactl_profile *profile;

	ENABLED_FOREACH(device->ctx, profile)
		if (!profile->error && profile_find_entry(&profile->data, device))
			return profile;
	return NULL;
}

static struct dsactl_profile *find_named(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_profile *profile = ctx->profiles;

	while (profile && (strcmp(profile->name, name) || profile->missing))
		profile = profile->next;
	return profile;
}

struct dsactl_profile *dsactl_device_get_restored_from(struct dsactl_device *device)
{
	return persist_find_restored(device);
}

/* What is restored of @device now, complete; nothing where it is not restored. */
static int restored_entry(struct dsactl_device *device, struct profile_device *entry)
{
	struct dsactl_profile *profile = persist_find_restored(device);

	profile_device_init(entry);
	return profile ? profile_fit_entry(profile, profile_find_entry(&profile->data, device),
					   device, entry) : 0;
}

/* ---- Vdevs of entries ---- */

static struct profile_slice *find_vdev(const struct profile_device *entry, const char *uuid)
{
	const struct profile_group *group;
	struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (slice->vdev.there && !strcmp(slice->vdev.uuid, uuid))
				return slice;
	return NULL;
}

static struct profile_slice *find_twin(const struct profile_device *entry,
				       const struct profile_slice *slice)
{
	const struct profile_wq *wq = slice->wqs.item, *other;
	const struct profile_group *group;
	struct profile_slice *twin;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, twin) {
			other = twin->wqs.item;
			if (other->id == wq->id)
				return twin;
		}
	return NULL;
}

/* Of the vdevs that @now has, leave @uuid and those that @before has, too. */
static void drop_passing(struct profile_device *now, const struct profile_device *before,
			 const char *uuid)
{
	const struct profile_group *group;
	struct profile_slice *slice;

	LIST_FOREACH(&now->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (slice->vdev.there && strcmp(slice->vdev.uuid, uuid) &&
			    !find_vdev(before, slice->vdev.uuid))
				slice->vdev = (struct profile_vdev){ 0 };
}

/* Those that only @before has stay restored, on the slices that no other vdev took. */
static void take_over(struct profile_device *now, const struct profile_device *before)
{
	const struct profile_group *group;
	struct profile_slice *slice, *twin;

	LIST_FOREACH(&before->groups, group)
		LIST_FOREACH(&group->slices, slice) {
			twin = slice->vdev.there && !find_vdev(now, slice->vdev.uuid) ?
			       find_twin(now, slice) : NULL;
			if (twin && !twin->vdev.there)
				twin->vdev = slice->vdev;
		}
}

/* ---- The new entry ---- */

static int entry_with(struct dsactl_device *device, const char *uuid, struct profile_device *entry)
{
	struct profile_device before;
	int err = restored_entry(device, &before);

	if (err)
		return err;
	err = layout_capture(device, entry);
	if (!err) {
		drop_passing(entry, &before, uuid);
		if (layout_is_same_base(entry, &before))
			take_over(entry, &before);
	}
	profile_device_free(&before);
	return err;
}

static int entry_without(struct dsactl_device *device, const char *uuid,
			 struct profile_device *entry)
{
	struct profile_slice *slice;
	int err = restored_entry(device, entry);

	slice = err ? NULL : find_vdev(entry, uuid);
	if (slice)
		slice->vdev = (struct profile_vdev){ 0 };
	return err;
}

static struct profile_device *find_pci(const struct profile *profile, const char *pci)
{
	struct profile_device *entry;

	LIST_FOREACH(&profile->devices, entry)
		if (!strcasecmp(entry->match.pci, pci))
			return entry;
	return NULL;
}

/* First, so that it comes before any template, in place of the one there was; takes @entry. */
static int put_entry(struct dsactl_ctx *ctx, struct profile *profile, struct dsactl_device *device,
		     struct profile_device *entry)
{
	struct profile_device *first, *old = find_pci(profile, device->pci);

	entry->match = (struct profile_match){ .numa = PROFILE_UNSET };
	COPY_TEXT(entry->match.pci, device->pci);
	if (old)
		profile_device_free(old);
	else
		old = list_add(&profile->devices, sizeof(*old));
	if (!old) {
		profile_device_free(entry);
		return ctx_nomem(ctx);
	}
	first = profile->devices.item;
	memmove(first + 1, first, (old - first) * sizeof(*first));
	*first = *entry;
	return 0;
}

/* ---- Saving ---- */

/* One that was disabled stays so: what it has was not to come back. */
static int require_enabled(struct dsactl_ctx *ctx, const struct dsactl_profile *profile)
{
	if (profile->rank || !profile->data.devices.nr)
		return 0;
	return ctx_fail(ctx, EEXIST, profile->name,
			"dsactl enable-profile it, or dsactl delete-profile it",
			"it is disabled and has entries, which would be restored, too");
}

/* The administrator's profile that is to change: that of the device, or the one for all. */
static int choose(struct dsactl_device *device, struct dsactl_profile **profile)
{
	struct dsactl_ctx *ctx = device->ctx;

	*profile = persist_find_restored(device) ?: find_named(ctx, PERSISTENT);
	if (*profile && (*profile)->error)
		return ctx_fail(ctx, EINVAL, (*profile)->path,
				"correct it, or dsactl delete-profile it", "%s", (*profile)->error);
	return *profile ? require_enabled(ctx, *profile) : 0;
}

/* The files of it as they are now, in case that the change is undone. */
static int note_files(struct dsactl_ctx *ctx, const char *name)
{
	char path[PATH_MAX];
	int err;

	profile_path(name, path, sizeof(path));
	err = store_note(ctx, path);
	return err ?: store_note(ctx, CONF_PATH);
}

static int save_entry(struct dsactl_device *device, struct dsactl_profile *profile,
		      struct profile_device *entry)
{
	struct dsactl_ctx *ctx = device->ctx;
	struct dsactl_profile *new = NULL;
	char name[PROFILE_NAME_MAX + 1];
	int err;

	if (!profile) {
		profile = new = profile_new(ctx, PERSISTENT, "");
		if (!new) {
			profile_device_free(entry);
			return ctx_nomem(ctx);
		}
		new->data.version = 1;
		COPY_TEXT(new->data.description, "What create-vdev --persist keeps");
	}
	COPY_TEXT(name, profile->name);
	err = put_entry(ctx, &profile->data, device, entry);
	err = err ?: note_files(ctx, name);
	err = err ?: dsactl_profile_save(profile, name);
	err = err ?: dsactl_profile_set_enabled(ctx, name, true);
	dsactl_profile_free(new);
	return err;
}

int persist_do(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct dsactl_device *device;
	struct dsactl_profile *profile;
	struct profile_device entry;
	int err;

	inventory_drop(ctx);
	device = dsactl_device_find(ctx, step->device);
	err = device ? dsactl_profile_list(ctx) : -ENOENT;
	err = err ?: choose(device, &profile);
	if (!err)
		err = step->kind == DSACTL_STEP_KEEP ? entry_with(device, step->uuid, &entry)
						     : entry_without(device, step->uuid, &entry);
	return err ?: save_entry(device, profile, &entry);
}

/* ---- What is kept ---- */

struct dsactl_kept {
	struct dsactl_kept *next;
	char device[NAME_SIZE];
	struct profile_vdev vdev;
};

void kept_free(struct dsactl_ctx *ctx)
{
	while (ctx->kept) {
		struct dsactl_kept *kept = ctx->kept;

		ctx->kept = kept->next;
		free(kept);
	}
}

/* @tail: where the next one goes. */
static int add_kept(struct dsactl_device *device, const struct profile_device *entry,
		    struct dsactl_kept ***tail)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice) {
			struct dsactl_kept *kept;

			if (!slice->vdev.there)
				continue;
			kept = calloc(1, sizeof(*kept));
			if (!kept)
				return ctx_nomem(device->ctx);
			COPY_TEXT(kept->device, device->name);
			kept->vdev = slice->vdev;
			**tail = kept;
			*tail = &kept->next;
		}
	return 0;
}

static int add_restored(struct dsactl_device *device, struct dsactl_kept ***tail)
{
	struct profile_device entry;
	int err = restored_entry(device, &entry);

	if (err == -ENOMEM)
		return err;
	/* All that there is was read: an entry that does not fit its device restores nothing. */
	if (err) {
		ctx_forget_failure(device->ctx);
		return 0;
	}
	err = add_kept(device, &entry, tail);
	profile_device_free(&entry);
	return err;
}

/* Most hosts restore nothing, and need not read more for that. */
static int is_any_enabled(struct dsactl_ctx *ctx, bool *any)
{
	char *enabled;
	int err = conf_get_enabled(ctx, &enabled);

	if (err)
		return err;
	*any = enabled[0];
	free(enabled);
	return 0;
}

int dsactl_kept_list(struct dsactl_ctx *ctx)
{
	struct dsactl_kept **tail = &ctx->kept;
	struct dsactl_device *device;
	bool any = false;
	int err = is_any_enabled(ctx, &any);

	kept_free(ctx);
	ctx_free_with(ctx, kept_free);
	err = err ?: inventory_read_accel(ctx) ?: inventory_read_module(ctx);
	if (err || !any)
		return err;
	err = dsactl_profile_list(ctx);
	dsactl_device_foreach(ctx, device)
		err = err ?: add_restored(device, &tail);
	return err;
}

struct dsactl_kept *dsactl_kept_get_first(struct dsactl_ctx *ctx)
{
	return ctx->kept;
}

struct dsactl_kept *dsactl_kept_get_next(struct dsactl_kept *kept)
{
	return kept->next;
}

const char *dsactl_kept_get_uuid(const struct dsactl_kept *kept)
{
	return kept->vdev.uuid;
}

const char *dsactl_kept_get_owner(const struct dsactl_kept *kept)
{
	return kept->vdev.owner;
}

const char *dsactl_kept_get_name(const struct dsactl_kept *kept)
{
	return kept->vdev.name;
}

const char *dsactl_kept_get_device_name(const struct dsactl_kept *kept)
{
	return kept->device;
}

static struct dsactl_kept *find_kept(struct dsactl_ctx *ctx, const char *uuid_or_name)
{
	struct dsactl_kept *kept;

	dsactl_kept_foreach(ctx, kept)
		if (!strcasecmp(kept->vdev.uuid, uuid_or_name) ||
		    (kept->vdev.name[0] && !strcmp(kept->vdev.name, uuid_or_name)))
			return kept;
	return NULL;
}

/* ---- Plan ---- */

/* Whether the vdev is restored at boot. What cannot be told is not. */
static bool is_kept(struct dsactl_vdev *vdev)
{
	struct dsactl_device *device = inventory_device(vdev->ctx, vdev->device);
	struct profile_device entry;
	bool kept;

	if (!device || dsactl_profile_list(vdev->ctx) || restored_entry(device, &entry))
		return false;
	kept = find_vdev(&entry, vdev->uuid);
	profile_device_free(&entry);
	return kept;
}

void persist_warn(struct dsactl_vdev *vdev)
{
	bool any;

	if (!is_any_enabled(vdev->ctx, &any) && any && is_kept(vdev))
		ctx_log(vdev->ctx, LOG_WARNING, "%s: it comes back at the next boot: destroy-vdev --persist forgets it, too",
			vdev->name[0] ? vdev->name : vdev->uuid);
	ctx_forget_failure(vdev->ctx);
}

static int add_step(struct dsactl_plan *plan, enum dsactl_step_kind kind, const char *device,
		    const char *uuid)
{
	struct dsactl_step *step = plan_add(plan, kind, device);

	if (!step)
		return ctx_nomem(plan->ctx);
	COPY_TEXT(step->uuid, uuid);
	return 0;
}

/* Only one that is created alone has a UUID or name that someone chose. */
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

int persist_plan_keep(struct dsactl_plan *plan)
{
	struct dsactl_profile *profile;
	struct dsactl_step *step;
	int err = require_free_at_boot(plan) ?: dsactl_profile_list(plan->ctx);

	/* What would refuse it in the end refuses it now. New steps come last. */
	for (step = plan->steps; !err && step && step->kind != DSACTL_STEP_KEEP; step = step->next) {
		struct dsactl_device *device = dsactl_device_find(plan->ctx, step->device);

		if (step->kind != DSACTL_STEP_CREATE)
			continue;
		err = device ? choose(device, &profile) : -ENOENT;
		err = err ?: add_step(plan, DSACTL_STEP_KEEP, step->device, step->uuid);
	}
	return err;
}

int dsactl_plan_forget(struct dsactl_ctx *ctx, const char *uuid_or_name, const char *owner,
		       bool force, struct dsactl_plan **plan)
{
	struct dsactl_kept *kept;
	struct dsactl_vdev *vdev;
	int err = dsactl_kept_list(ctx);

	if (err)
		return err;
	vdev = inventory_vdev(ctx, uuid_or_name);
	kept = find_kept(ctx, vdev ? vdev->uuid : uuid_or_name);
	if (vdev && !kept)
		return dsactl_plan_destroy(vdev, owner, force, plan);
	if (!kept)
		return ctx_fail(ctx, ENOENT, uuid_or_name, "dsactl list --vdevs shows them",
				"there is no vdev of this UUID or name, nor one that is restored at boot");
	err = vdev_require_owner(ctx, uuid_or_name, vdev ? vdev->owner : kept->vdev.owner,
				 owner, force);
	if (err)
		return err;
	*plan = plan_new(ctx);
	/* First: what cannot be forgotten is not destroyed. */
	err = *plan ? add_step(*plan, DSACTL_STEP_FORGET, kept->device, kept->vdev.uuid) :
		      ctx_nomem(ctx);
	if (!err && vdev)
		err = vdev_plan_destroy(*plan, vdev, true);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}
