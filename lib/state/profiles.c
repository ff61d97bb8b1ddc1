// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which profiles are there, and how is one read? */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "../layout/capture.h"
#include "../model/inventory.h"
#include "../profile/schema.h"
#include "conf.h"
#include "profiles.h"
#include "store.h"

/* ---- Names and places ---- */

static bool is_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && (c == name || !strchr("._-", *c)))
			return false;
	return name[0] && strlen(name) <= PROFILE_NAME_MAX;
}

int profile_check_name(struct dsactl_ctx *ctx, const char *name)
{
	if (is_name(name))
		return 0;
	return ctx_fail(ctx, EINVAL, name[0] ? name : "profile",
			"a name is letters, digits, '.', '_' and '-', up to 64 of them, the first a letter or digit; a file is given as ./FILE",
			"this is no name of a profile");
}

/*
 * The administrator's folder, and those in which make install and a package put the vendor's
 * profiles.
 */
static const char *const dirs[] = {
	PROFILE_DIR, "/usr/local/lib/dsactl/profiles", "/usr/lib/dsactl/profiles",
};

static void path_of(const char *dir, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s" PROFILE_SUFFIX, dir, name);
}

void profile_path(const char *name, char *path, size_t size)
{
	path_of(PROFILE_DIR, name, path, size);
}

/* ---- Loading ---- */

static int parse_and_free(struct dsactl_ctx *ctx, const char *name, char *text, size_t len,
			  struct dsactl_profile **profile)
{
	int err = dsactl_profile_parse(ctx, name, text, len, profile);

	free(text);
	return err;
}

int dsactl_profile_read(struct dsactl_ctx *ctx, const char *path, struct dsactl_profile **profile)
{
	char *text;
	size_t len;
	int err = store_read_given(ctx, path, &text, &len);

	return err ?: parse_and_free(ctx, strcmp(path, "-") ? path : "standard input", text, len, profile);
}

int dsactl_profile_import(struct dsactl_ctx *ctx, const char *path, enum dsactl_format format,
			  struct dsactl_profile **profile)
{
	char *from;
	size_t len;
	int err = store_read_given(ctx, path, &from, &len);

	if (err)
		return err;
	err = dsactl_profile_import_text(ctx, strcmp(path, "-") ? path : "standard input", from, len,
					 format, profile);
	free(from);
	return err;
}

static int load_from(struct dsactl_ctx *ctx, const char *dir, const char *name,
		     struct dsactl_profile **profile)
{
	char path[PATH_MAX], *text;
	size_t len;
	int err;

	path_of(dir, name, path, sizeof(path));
	err = store_read(ctx, path, &text, &len);
	err = err ?: parse_and_free(ctx, path, text, len, profile);
	if (err)
		return err;
	free((*profile)->name);
	(*profile)->name = strdup(name);
	(*profile)->vendor = strcmp(dir, PROFILE_DIR) != 0;
	if ((*profile)->name)
		return 0;
	dsactl_profile_free(*profile);
	return ctx_nomem(ctx);
}

int profile_find_dir(struct dsactl_ctx *ctx, const char *name, const char *remedy)
{
	char path[PATH_MAX];
	int err = profile_check_name(ctx, name);

	for (size_t i = 0; !err && i < ARRAY_SIZE(dirs); i++) {
		path_of(dirs[i], name, path, sizeof(path));
		if (!access(path, F_OK))
			return i;
		if (errno == EACCES)
			return ctx_fail_file(ctx, errno, path, "looked for");
	}
	return err ?: ctx_fail(ctx, ENOENT, name, remedy, "there is no such profile");
}

int profile_load_from(struct dsactl_ctx *ctx, int dir, const char *name, struct dsactl_profile **profile)
{
	return load_from(ctx, dirs[dir], name, profile);
}

int dsactl_profile_load(struct dsactl_ctx *ctx, const char *name, struct dsactl_profile **profile)
{
	int dir = profile_find_dir(ctx, name, LIST_REMEDY "; a file is given as ./FILE");

	return dir < 0 ? dir : profile_load_from(ctx, dir, name, profile);
}

/* ---- All of them ---- */

static void profiles_free(struct dsactl_ctx *ctx)
{
	while (ctx->profiles) {
		struct dsactl_profile *profile = ctx->profiles;

		ctx->profiles = profile->next;
		dsactl_profile_free(profile);
	}
}

/* A profile that cannot be read is listed, too, with the reason. */
static struct dsactl_profile *load_or_excuse(struct dsactl_ctx *ctx, const char *dir,
					     const char *name)
{
	struct dsactl_profile *profile;
	char path[PATH_MAX];

	if (!profile_check_name(ctx, name) && !load_from(ctx, dir, name, &profile))
		return profile;
	path_of(dir, name, path, sizeof(path));
	profile = profile_new(ctx, name, path);
	if (!profile)
		return NULL;
	profile->vendor = strcmp(dir, PROFILE_DIR) != 0;
	profile->error = strdup(ctx->cause);
	return profile;
}

/* Insert in order of names. A profile of the administrator hides the vendor's of that name. */
static void insert(struct dsactl_ctx *ctx, struct dsactl_profile *profile)
{
	struct dsactl_profile **at = &ctx->profiles;

	while (*at && strcmp((*at)->name, profile->name) < 0)
		at = &(*at)->next;
	if (*at && !strcmp((*at)->name, profile->name)) {
		dsactl_profile_free(profile);
		return;
	}
	profile->next = *at;
	*at = profile;
}

/* The name of a profile's file, without its end; false for other files. */
static bool name_of(const char *file, char *name, size_t size)
{
	size_t len = strlen(file) - strlen(PROFILE_SUFFIX);

	if (!text_ends_with(file, PROFILE_SUFFIX) || len >= size)
		return false;
	copy_text(name, len + 1, file);
	return is_name(name);
}

static int gather(struct dsactl_ctx *ctx, const char *dir)
{
	char name[PROFILE_NAME_MAX + 1];
	DIR *files = opendir(dir);
	struct dirent *file;
	int err = 0;

	if (!files && errno == EACCES)
		return ctx_fail_file(ctx, errno, dir, "read");
	if (!files && errno != ENOENT)
		ctx_log(ctx, LOG_WARNING, "%s: cannot be read: %s", dir, strerror(errno));
	while (files && !err && (file = readdir(files))) {
		struct dsactl_profile *profile;

		if (!name_of(file->d_name, name, sizeof(name)))
			continue;
		profile = load_or_excuse(ctx, dir, name);
		if (!profile) {
			err = ctx_nomem(ctx);
			break;
		}
		insert(ctx, profile);
	}
	if (files)
		closedir(files);
	return err;
}

static struct dsactl_profile *find_listed(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_profile *profile = ctx->profiles;

	while (profile && strcmp(profile->name, name))
		profile = profile->next;
	return profile;
}

/* List a profile that is enabled and was not found, with the reason. */
static struct dsactl_profile *add_missing(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_profile *profile = load_or_excuse(ctx, PROFILE_DIR, name);

	if (!profile)
		return NULL;
	profile->missing = profile->error && access(profile->path, F_OK) && errno == ENOENT;
	insert(ctx, profile);
	return profile;
}

/* Give each enabled profile its place, also where its file is missing. Cuts @enabled into words. */
static int rank_enabled(struct dsactl_ctx *ctx, char *enabled)
{
	unsigned int rank = 0;
	char *save = NULL;

	for (char *name = strtok_r(enabled, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		struct dsactl_profile *profile = find_listed(ctx, name) ?: add_missing(ctx, name);

		if (!profile)
			return ctx_nomem(ctx);
		rank++;
		profile->rank = profile->rank ?: rank;
	}
	return 0;
}

int dsactl_profile_list(struct dsactl_ctx *ctx)
{
	char *enabled;
	int err = conf_get_enabled(ctx, &enabled);

	profiles_free(ctx);
	ctx_free_with(ctx, profiles_free);
	if (err)
		return err;
	for (size_t i = 0; !err && i < ARRAY_SIZE(dirs); i++)
		err = gather(ctx, dirs[i]);
	err = err ?: rank_enabled(ctx, enabled);
	free(enabled);
	return err;
}

struct dsactl_profile *profiles_set_aside(struct dsactl_ctx *ctx)
{
	struct dsactl_profile *profiles = ctx->profiles;

	ctx->profiles = NULL;
	return profiles;
}

void profiles_give_back(struct dsactl_ctx *ctx, struct dsactl_profile *profiles)
{
	profiles_free(ctx);
	ctx->profiles = profiles;
}

struct dsactl_profile *dsactl_profile_get_first(struct dsactl_ctx *ctx)
{
	return ctx->profiles;
}

struct dsactl_profile *dsactl_profile_get_next(struct dsactl_profile *profile)
{
	return profile->next;
}

struct dsactl_profile *profile_next_enabled(struct dsactl_ctx *ctx,
					    const struct dsactl_profile *after)
{
	struct dsactl_profile *profile, *next = NULL;
	unsigned int rank = after ? after->rank : 0;

	dsactl_profile_foreach(ctx, profile)
		if (profile->rank > rank && (!next || profile->rank < next->rank))
			next = profile;
	return next;
}

/* ---- Capturing ---- */

static int capture_devices(struct dsactl_ctx *ctx, struct dsactl_profile *profile)
{
	struct dsactl_device *device;
	int err;

	dsactl_device_foreach(ctx, device) {
		struct profile_device entry, *to;

		if (!device->configurable)
			continue;
		err = layout_capture(device, &entry);
		if (err)
			return err;
		to = list_add(&profile->data.devices, sizeof(*to));
		if (!to) {
			profile_device_free(&entry);
			return ctx_nomem(ctx);
		}
		*to = entry;
	}
	return 0;
}

/* Hints are about a process that runs now: they mean nothing at the next boot. */
static void tell_hints(struct dsactl_ctx *ctx)
{
	struct dsactl_vdev *vdev;

	dsactl_vdev_foreach(ctx, vdev)
		if (vdev->nr_hints)
			ctx_log(ctx, LOG_WARNING, "%s: its hints are left out, since profiles have none",
				vdev->name[0] ? vdev->name : vdev->uuid);
}

int dsactl_profile_capture(struct dsactl_ctx *ctx, struct dsactl_profile **profile)
{
	int err = inventory_read_accel(ctx) ?: inventory_read_module(ctx);

	if (err)
		return err;
	*profile = profile_new(ctx, "the running state", "");
	if (!*profile)
		return ctx_nomem(ctx);
	(*profile)->data.version = 1;
	err = capture_devices(ctx, *profile);
	if (!err)
		tell_hints(ctx);
	if (err) {
		dsactl_profile_free(*profile);
		*profile = NULL;
	}
	return err;
}
