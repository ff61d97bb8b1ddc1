// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which profiles are there, and how is one loaded, saved, deleted, enabled? */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "../layout/layout.h"
#include "../plan/plan.h"
#include "../profile/object.h"

#define PROFILE_DIR "/etc/dsactl/profiles.d"
#define SUFFIX ".json"
#define LIST_REMEDY "dsactl list-profiles shows them"

/* ---- The object ---- */

struct dsactl_profile *profile_new(struct dsactl_ctx *ctx, const char *name, const char *path)
{
	struct dsactl_profile *profile = calloc(1, sizeof(*profile));

	if (!profile)
		return NULL;
	profile->ctx = ctx;
	profile->name = strdup(name);
	profile->path = strdup(path);
	if (profile->name && profile->path)
		return profile;
	dsactl_profile_free(profile);
	return NULL;
}

void dsactl_profile_free(struct dsactl_profile *profile)
{
	if (!profile)
		return;
	differences_free(profile);
	profile_free(&profile->data);
	free(profile->name);
	free(profile->path);
	free(profile->error);
	free(profile);
}

const char *dsactl_profile_get_name(const struct dsactl_profile *profile)
{
	return profile->name;
}

const char *dsactl_profile_get_path(const struct dsactl_profile *profile)
{
	return profile->path;
}

const char *dsactl_profile_get_description(const struct dsactl_profile *profile)
{
	return profile->data.description;
}

const char *dsactl_profile_get_error(const struct dsactl_profile *profile)
{
	return profile->error ?: "";
}

unsigned int dsactl_profile_get_nr_devices(const struct dsactl_profile *profile)
{
	return profile->data.devices.nr;
}

bool dsactl_profile_is_vendor(const struct dsactl_profile *profile)
{
	return profile->vendor;
}

bool dsactl_profile_is_enabled(const struct dsactl_profile *profile)
{
	return profile->rank;
}

/* ---- Names and places ---- */

static bool is_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && (c == name || !strchr("._-", *c)))
			return false;
	return name[0] && strlen(name) <= PROFILE_NAME_MAX;
}

static int check_name(struct dsactl_ctx *ctx, const char *name)
{
	if (is_name(name))
		return 0;
	return ctx_fail(ctx, EINVAL, name[0] ? name : "profile",
			"a name is letters, digits, '.', '_' and '-', up to 64 of them, the first a letter or digit; a file is given as ./FILE",
			"this is no name of a profile");
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

/* A word that ends so is taken for a file: no verb would find a profile of that name. */
static int check_new_name(struct dsactl_ctx *ctx, const char *name)
{
	if (ends_with(name, SUFFIX))
		return ctx_fail(ctx, EINVAL, name, "leave out the end " SUFFIX,
				"this is the name of a file, not of a profile");
	return check_name(ctx, name);
}

/* The administrator's, and where make install and a package put the vendor's. */
static const char *const dirs[] = {
	PROFILE_DIR, "/usr/local/lib/dsactl/profiles", "/usr/lib/dsactl/profiles",
};

static void path_of(const char *dir, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s" SUFFIX, dir, name);
}

void profile_path(const char *name, char *path, size_t size)
{
	path_of(PROFILE_DIR, name, path, size);
}

/* ---- Loading ---- */

int dsactl_profile_parse(struct dsactl_ctx *ctx, const char *name, const char *text, size_t len,
			 struct dsactl_profile **profile)
{
	struct plan_problem problem;

	*profile = profile_new(ctx, name, name);
	if (!*profile)
		return ctx_nomem(ctx);
	if (!profile_parse(text, len, &(*profile)->data, &problem))
		return 0;
	dsactl_profile_free(*profile);
	*profile = NULL;
	return ctx_fail(ctx, problem.err, name, problem.remedy, "%s", problem.cause);
}

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

/* Where the profile is: its place in dirs, or -errno and a message; @remedy is for none. */
static int find_dir(struct dsactl_ctx *ctx, const char *name, const char *remedy)
{
	char path[PATH_MAX];
	int err = check_name(ctx, name);

	for (size_t i = 0; !err && i < ARRAY_SIZE(dirs); i++) {
		path_of(dirs[i], name, path, sizeof(path));
		if (!access(path, F_OK))
			return i;
		if (errno == EACCES)
			return ctx_fail_file(ctx, errno, path, "looked for");
	}
	return err ?: ctx_fail(ctx, ENOENT, name, remedy, "there is no such profile");
}

int dsactl_profile_load(struct dsactl_ctx *ctx, const char *name, struct dsactl_profile **profile)
{
	int dir = find_dir(ctx, name, LIST_REMEDY "; a file is given as ./FILE");

	return dir < 0 ? dir : load_from(ctx, dirs[dir], name, profile);
}

/* ---- All of them ---- */

void profiles_free(struct dsactl_ctx *ctx)
{
	while (ctx->profiles) {
		struct dsactl_profile *profile = ctx->profiles;

		ctx->profiles = profile->next;
		dsactl_profile_free(profile);
	}
}

/* A profile that cannot be read is there, too, with the reason. */
static struct dsactl_profile *load_or_excuse(struct dsactl_ctx *ctx, const char *dir,
					     const char *name)
{
	struct dsactl_profile *profile;
	char path[PATH_MAX];

	if (!check_name(ctx, name) && !load_from(ctx, dir, name, &profile))
		return profile;
	path_of(dir, name, path, sizeof(path));
	profile = profile_new(ctx, name, path);
	if (!profile)
		return NULL;
	profile->vendor = strcmp(dir, PROFILE_DIR) != 0;
	profile->error = strdup(ctx->cause);
	return profile;
}

/* In order of their names; one of the administrator's hides the vendor's. */
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
	size_t len = strlen(file) - strlen(SUFFIX);

	if (!ends_with(file, SUFFIX) || len >= size)
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

/* One that is enabled and was not found, with the reason. */
static struct dsactl_profile *add_missing(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_profile *profile = load_or_excuse(ctx, PROFILE_DIR, name);

	if (!profile)
		return NULL;
	profile->missing = profile->error && access(profile->path, F_OK) && errno == ENOENT;
	insert(ctx, profile);
	return profile;
}

/* Those that are enabled, there or not, get their places; @enabled is cut into words. */
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

/* ---- Capturing and saving ---- */

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

/* Where the memory of an owner is that runs now is nothing for the next boot. */
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

char *dsactl_profile_get_text(const struct dsactl_profile *profile)
{
	json_object *json = profile_to_json(&profile->data);
	char *text = profile_to_text(json);

	json_object_put(json);
	if (!text)
		ctx_nomem(profile->ctx);
	return text;
}

static int require_new(struct dsactl_ctx *ctx, const char *name)
{
	char path[PATH_MAX];

	profile_path(name, path, sizeof(path));
	if (access(path, F_OK))
		return 0;
	return ctx_fail(ctx, EEXIST, name, "give import-profile another --name, or this one to replace it",
			"there is such a profile");
}

/* A file that cannot be read again as the same is not written. */
static int read_back(struct dsactl_profile *profile, const char *text)
{
	json_object *is, *shall = profile_to_json(&profile->data);
	struct plan_problem problem;
	struct profile again;
	int err = profile_parse(text, strlen(text), &again, &problem);

	if (err) {
		json_object_put(shall);
		return ctx_fail(profile->ctx, EIO, profile->name, NULL,
				"it is not saved, since it could not be read: %s", problem.cause);
	}
	is = profile_to_json(&again);
	if (!json_object_equal(is, shall))
		err = ctx_fail(profile->ctx, EIO, profile->name, NULL,
			       "it is not saved, since it would be read as another one");
	json_object_put(is);
	json_object_put(shall);
	profile_free(&again);
	return err;
}

static int save(struct dsactl_profile *profile, const char *name, bool replace)
{
	struct dsactl_ctx *ctx = profile->ctx;
	int err = check_new_name(ctx, name);
	char file[PROFILE_NAME_MAX + sizeof(SUFFIX)];
	char *text;
	bool mine;

	if (err)
		return err;
	text = dsactl_profile_get_text(profile);
	if (!text)
		return -ENOMEM;
	snprintf(file, sizeof(file), "%s" SUFFIX, name);
	err = read_back(profile, text) ?: store_lock(ctx, &mine);
	if (!err) {
		err = replace ? 0 : require_new(ctx, name);
		err = err ?: store_write(ctx, PROFILE_DIR, file, text);
		store_unlock(ctx, mine);
	}
	free(text);
	return err;
}

int dsactl_profile_save(struct dsactl_profile *profile, const char *name)
{
	return save(profile, name, true);
}

int dsactl_profile_save_new(struct dsactl_profile *profile, const char *name)
{
	return save(profile, name, false);
}

/* ---- Deleting and enabling ---- */

/* Whether @name is one of the words of @names. */
static bool is_among(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; (at = strstr(at, name)); at++)
		if ((at == names || at[-1] == ' ') && at[len] == ' ')
			return true;
	return false;
}

/* Add @name to the enabled ones, as the last, or take it out. */
static int set_enabled(struct dsactl_ctx *ctx, const char *name, bool enabled)
{
	char *names, *new, *save = NULL;
	int err = conf_get_enabled(ctx, &names);

	if (err)
		return err;
	if (is_among(names, name) == enabled) {
		free(names);
		return 0;
	}
	new = calloc(1, strlen(names) + strlen(name) + 2);
	if (new) {
		for (char *word = strtok_r(names, " ", &save); word; word = strtok_r(NULL, " ", &save))
			if (strcmp(word, name))
				sprintf(new + strlen(new), "%s%s", new[0] ? " " : "", word);
		if (enabled)
			sprintf(new + strlen(new), "%s%s", new[0] ? " " : "", name);
		err = conf_set_enabled(ctx, new);
	} else {
		err = ctx_nomem(ctx);
	}
	free(names);
	free(new);
	return err;
}

/* What the next boot would only pass over is not enabled. */
static int require_usable(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_profile *profile;
	int dir = find_dir(ctx, name, LIST_REMEDY);
	int err = dir < 0 ? dir : load_from(ctx, dirs[dir], name, &profile);

	if (err)
		return err;
	err = claims_require_restorable(profile);
	dsactl_profile_free(profile);
	return err;
}

/* One whose file is gone can be disabled yet. */
static int require_known(struct dsactl_ctx *ctx, const char *name)
{
	char *enabled;
	int err = check_name(ctx, name) ?: conf_get_enabled(ctx, &enabled);

	if (err)
		return err;
	if (!is_among(enabled, name))
		err = find_dir(ctx, name, LIST_REMEDY);
	free(enabled);
	return err < 0 ? err : 0;
}

int dsactl_profile_set_enabled(struct dsactl_ctx *ctx, const char *name, bool enabled)
{
	bool mine;
	int err = store_lock(ctx, &mine);

	if (err)
		return err;
	err = enabled ? require_usable(ctx, name) : require_known(ctx, name);
	err = err ?: set_enabled(ctx, name, enabled);
	store_unlock(ctx, mine);
	return err;
}

int dsactl_profile_delete(struct dsactl_ctx *ctx, const char *name)
{
	char file[PROFILE_NAME_MAX + sizeof(SUFFIX)];
	bool mine;
	int err = store_lock(ctx, &mine), dir;

	if (err)
		return err;
	dir = find_dir(ctx, name, LIST_REMEDY);
	snprintf(file, sizeof(file), "%s" SUFFIX, name);
	if (dir < 0)
		err = dir;
	else if (dir)
		err = ctx_fail(ctx, EPERM, name, "it is removed with the package",
			       "it is one of the vendor's profiles");
	/* First: an enabled profile without a file would fail at each boot. */
	err = err ?: set_enabled(ctx, name, false);
	err = err ?: store_remove(ctx, dirs[dir], file);
	store_unlock(ctx, mine);
	return err;
}
