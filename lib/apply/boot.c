// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How does a vdev outlive a boot? The profile from which its device is restored gets an
 * entry for that very device: as it is laid out now, with the vdevs that are to be kept.
 * Where no enabled profile is for the device, that is the profile "persistent".
 */
#include <limits.h>
#include <stdio.h>
#include <strings.h>

#include "../layout/capture.h"
#include "../model/inventory.h"
#include "../profile/entry.h"
#include "../profile/schema.h"
#include "../state/conf.h"
#include "../state/profiles.h"
#include "../state/restored.h"
#include "../state/saved.h"
#include "../state/store.h"
#include "boot.h"

/* Remove from @now each vdev that is neither @uuid nor in @before. */
static void drop_passing(struct profile_device *now, const struct profile_device *before,
			 const char *uuid)
{
	const struct profile_group *group;
	struct profile_slice *slice;

	LIST_FOREACH(&now->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (slice->vdev.there && strcmp(slice->vdev.uuid, uuid) &&
			    !entry_find_vdev(before, slice->vdev.uuid))
				slice->vdev = (struct profile_vdev){ 0 };
}

/* Copy the vdevs that only @before has to @now, onto slices that have no vdev. */
static void take_over(struct profile_device *now, const struct profile_device *before)
{
	const struct profile_group *group;
	struct profile_slice *slice, *twin;

	LIST_FOREACH(&before->groups, group)
		LIST_FOREACH(&group->slices, slice) {
			twin = slice->vdev.there && !entry_find_vdev(now, slice->vdev.uuid) ?
			       entry_find_twin(now, slice) : NULL;
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
		if (entry_is_same_base(entry, &before))
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

	slice = err ? NULL : entry_find_vdev(entry, uuid);
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

/*
 * Put @entry first, so that it is matched before any template. It replaces an entry for the same
 * PCI address. Takes @entry over.
 */
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

/* Note the files of the profile as they are now, so that a failed change restores them. */
static int note_files(struct dsactl_ctx *ctx, const char *name)
{
	char path[PATH_MAX];
	int err;

	profile_path(name, path, sizeof(path));
	err = store_note(ctx, path);
	return err ?: store_note(ctx, CONF_PATH);
}

static int save(struct dsactl_profile *profile, const char *name)
{
	char *text;
	int err = saved_text(profile, name, &text);

	if (err)
		return err;
	err = saved_write(profile->ctx, name, text, true);
	free(text);
	return err;
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
	err = err ?: save(profile, name);
	err = err ?: saved_set_enabled(ctx, name, true);
	dsactl_profile_free(new);
	return err;
}

int boot_do(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct dsactl_device *device;
	struct dsactl_profile *profile;
	struct profile_device entry;
	int err;

	inventory_drop(ctx);
	device = dsactl_device_find(ctx, step->device);
	err = device ? dsactl_profile_list(ctx) : -ENOENT;
	err = err ?: restored_choose(device, &profile);
	if (!err)
		err = step->kind == DSACTL_STEP_KEEP ? entry_with(device, step->uuid, &entry)
						     : entry_without(device, step->uuid, &entry);
	return err ?: save_entry(device, profile, &entry);
}
