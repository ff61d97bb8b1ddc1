// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a profile saved, deleted, enabled? The caller holds the lock. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "../profile/schema.h"
#include "claims.h"
#include "conf.h"
#include "profiles.h"
#include "saved.h"
#include "store.h"

/* ---- Saving ---- */

/* On the command line a word that ends so is a file: no verb would find a profile of that name. */
static int check_new_name(struct dsactl_ctx *ctx, const char *name)
{
	if (text_ends_with(name, PROFILE_SUFFIX))
		return ctx_fail(ctx, EINVAL, name, "leave out the end " PROFILE_SUFFIX,
				"this is the name of a file, not of a profile");
	return profile_check_name(ctx, name);
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

/* Refuse to write a file that could not be read again as the same profile. */
static int read_back(struct dsactl_profile *profile, const char *text)
{
	json_object *is, *shall = profile_to_json(&profile->data);
	struct problem problem;
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

int saved_text(struct dsactl_profile *profile, const char *name, char **text)
{
	int err = check_new_name(profile->ctx, name);

	if (err)
		return err;
	*text = dsactl_profile_get_text(profile);
	if (!*text)
		return -ENOMEM;
	err = read_back(profile, *text);
	if (err)
		free(*text);
	return err;
}

int saved_write(struct dsactl_ctx *ctx, const char *name, const char *text, bool replace)
{
	char file[PROFILE_NAME_MAX + sizeof(PROFILE_SUFFIX)];
	int err = replace ? 0 : require_new(ctx, name);

	snprintf(file, sizeof(file), "%s" PROFILE_SUFFIX, name);
	return err ?: store_write(ctx, PROFILE_DIR, file, text);
}

/* ---- Enabling ---- */

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
static int change_enabled(struct dsactl_ctx *ctx, const char *name, bool enabled)
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

/* Refuse to enable a profile that the next boot would skip. */
static int require_usable(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_profile *profile;
	int dir = profile_find_dir(ctx, name, LIST_REMEDY);
	int err = dir < 0 ? dir : profile_load_from(ctx, dir, name, &profile);

	if (err)
		return err;
	err = claims_require_restorable(profile);
	dsactl_profile_free(profile);
	return err;
}

/* A profile can be disabled also where its file is gone. */
static int require_known(struct dsactl_ctx *ctx, const char *name)
{
	char *enabled;
	int err = profile_check_name(ctx, name) ?: conf_get_enabled(ctx, &enabled);

	if (err)
		return err;
	if (!is_among(enabled, name))
		err = profile_find_dir(ctx, name, LIST_REMEDY);
	free(enabled);
	return err < 0 ? err : 0;
}

int saved_set_enabled(struct dsactl_ctx *ctx, const char *name, bool enabled)
{
	int err = enabled ? require_usable(ctx, name) : require_known(ctx, name);

	return err ?: change_enabled(ctx, name, enabled);
}

/* ---- Deleting ---- */

int saved_delete(struct dsactl_ctx *ctx, const char *name)
{
	char file[PROFILE_NAME_MAX + sizeof(PROFILE_SUFFIX)];
	int dir = profile_find_dir(ctx, name, LIST_REMEDY);
	int err;

	if (dir < 0)
		return dir;
	if (dir != PROFILE_ADMIN)
		return ctx_fail(ctx, EPERM, name, "it is removed with the package",
				"it is one of the vendor's profiles");
	snprintf(file, sizeof(file), "%s" PROFILE_SUFFIX, name);
	/* Disable it first: an enabled profile without a file would fail at each boot. */
	err = change_enabled(ctx, name, false);
	return err ?: store_remove(ctx, PROFILE_DIR, file);
}
