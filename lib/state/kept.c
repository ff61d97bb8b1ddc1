// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which vdevs are restored at boot? */
#include <strings.h>

#include "../core/ctx.h"
#include "../model/inventory.h"
#include "../profile/entry.h"
#include "../profile/schema.h"
#include "kept.h"
#include "profiles.h"
#include "restored.h"

void kept_free(struct dsactl_kept *kept)
{
	while (kept) {
		struct dsactl_kept *next = kept->next;

		free(kept);
		kept = next;
	}
}

static void forget_listed(struct dsactl_ctx *ctx)
{
	kept_free(ctx->kept);
	ctx->kept = NULL;
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
	/* An entry that does not fit its device restores nothing. That is no error here. */
	if (err) {
		ctx_forget_failure(device->ctx);
		return 0;
	}
	err = add_kept(device, &entry, tail);
	profile_device_free(&entry);
	return err;
}

static int read_kept(struct dsactl_ctx *ctx, struct dsactl_kept **kept)
{
	struct dsactl_kept **tail = kept;
	struct dsactl_device *device;
	bool any = false;
	int err = restored_is_any(ctx, &any);

	err = err ?: inventory_read_accel(ctx) ?: inventory_read_module(ctx);
	if (err || !any)
		return err;
	err = dsactl_profile_list(ctx);
	dsactl_device_foreach(ctx, device)
		err = err ?: add_restored(device, &tail);
	return err;
}

int dsactl_kept_list(struct dsactl_ctx *ctx)
{
	forget_listed(ctx);
	ctx_free_with(ctx, forget_listed);
	return read_kept(ctx, &ctx->kept);
}

int kept_read(struct dsactl_ctx *ctx, struct dsactl_kept **kept)
{
	struct dsactl_profile *listed = profiles_set_aside(ctx);
	int err;

	*kept = NULL;
	err = read_kept(ctx, kept);
	profiles_give_back(ctx, listed);
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

struct dsactl_kept *kept_find(struct dsactl_ctx *ctx, const char *uuid_or_name)
{
	struct dsactl_kept *kept;

	dsactl_kept_foreach(ctx, kept)
		if (!strcasecmp(kept->vdev.uuid, uuid_or_name) ||
		    (kept->vdev.name[0] && !strcmp(kept->vdev.name, uuid_or_name)))
			return kept;
	return NULL;
}

/* Whether the vdev is restored at boot. False also where that cannot be found out. */
static bool is_kept(struct dsactl_vdev *vdev)
{
	struct dsactl_device *device = inventory_device(vdev->ctx, vdev->device);
	struct profile_device entry;
	bool kept;

	if (!device || dsactl_profile_list(vdev->ctx) || restored_entry(device, &entry))
		return false;
	kept = entry_find_vdev(&entry, vdev->uuid);
	profile_device_free(&entry);
	return kept;
}

void kept_warn(struct dsactl_vdev *vdev)
{
	bool any;

	if (!restored_is_any(vdev->ctx, &any) && any && is_kept(vdev))
		ctx_log(vdev->ctx, LOG_WARNING, "%s: it comes back at the next boot: destroy-vdev --persist forgets it, too",
			vdev->name[0] ? vdev->name : vdev->uuid);
	ctx_forget_failure(vdev->ctx);
}
