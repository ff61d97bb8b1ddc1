/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A profile as libdsactl hands it out, and the file that it is. */
#ifndef DSACTL_PROFILE_OBJ_H
#define DSACTL_PROFILE_OBJ_H

#include "../core/ctx.h"
#include "../model/inventory.h"
#include "profile.h"

struct dsactl_difference {
	struct dsactl_difference *next;
	char *path, *is, *shall;
};

struct dsactl_profile {
	struct dsactl_ctx *ctx;
	struct dsactl_profile *next;
	char *name;			/* or the path, where it has none */
	char *path;
	char *error;			/* why it cannot be used, or NULL */
	bool vendor;
	unsigned int rank;		/* its place among the enabled ones, from 1; 0: it is none */
	bool missing;			/* enabled, and no file of that name is there */
	struct profile data;
	struct dsactl_difference *differences;
};

/* Empty, of this name and path; NULL for lack of memory. */
struct dsactl_profile *profile_new(struct dsactl_ctx *ctx, const char *name, const char *path);
void differences_free(struct dsactl_profile *profile);

void profiles_free(struct dsactl_ctx *ctx);
/*
 * Of the profiles that are listed, the enabled one whose turn is after @after, or the first
 * (NULL); NULL at the end. They are tried in the order of the line of dsactl.conf.
 */
struct dsactl_profile *profile_next_enabled(struct dsactl_ctx *ctx,
					    const struct dsactl_profile *after);
#define ENABLED_FOREACH(ctx, pos)                                              \
	for ((pos) = profile_next_enabled(ctx, NULL); (pos);                   \
	     (pos) = profile_next_enabled(ctx, pos))

/* The administrator's file of that name. */
void profile_path(const char *name, char *path, size_t size);

/* ---- store.c: whole files, read and written safely. ---- */

/* All of a file, with a NUL after it; *@text is to be freed. */
int store_read(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len);
/* The same of what a user names, "-" being standard input: a pipe is waited for until cancelled. */
int store_read_given(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len);
/*
 * Make the file @dir/@name hold @text: it has all of the old or all of the new
 * text at any time, whatever happens. Makes the folder, too. Where the name is a link, the file
 * that it links to is replaced.
 */
int store_write(struct dsactl_ctx *ctx, const char *dir, const char *name, const char *text);
int store_remove(struct dsactl_ctx *ctx, const char *dir, const char *name);
/* Have the journal note what the file is like, so that a change that fails gives it back. */
int store_note(struct dsactl_ctx *ctx, const char *path);
/* The file shall hold @text again; NULL: shall not be there. */
int store_undo(struct dsactl_ctx *ctx, const char *path, const char *text);
/* Be the one writer, unless that is so already: then *@mine is false. */
int store_lock(struct dsactl_ctx *ctx, bool *mine);
void store_unlock(struct dsactl_ctx *ctx, bool mine);

/* ---- conf.c: /etc/dsactl/dsactl.conf. ---- */

#define CONF_DIR "/etc/dsactl"
#define CONF_NAME "dsactl.conf"
#define CONF_PATH CONF_DIR "/" CONF_NAME

/* The names of the enabled profiles in their order, each ended by a blank; freed by the caller. */
int conf_get_enabled(struct dsactl_ctx *ctx, char **names);
int conf_set_enabled(struct dsactl_ctx *ctx, const char *names);

/* ---- profile_match.c: the devices of a profile. ---- */

/* The first entry for @device, or NULL. */
const struct profile_device *profile_find_entry(const struct profile *profile,
						const struct dsactl_device *device);

/* What @entry of @profile says of @device, complete; an error where it does not fit. */
int profile_fit_entry(struct dsactl_profile *profile, const struct profile_device *entry,
		      struct dsactl_device *device, struct profile_device *fitted);

/* A device, what it is like, and what it shall be like. */
struct target {
	struct dsactl_device *device;
	struct profile_device is, want;
};

struct targets {
	struct target *target;
	size_t nr;
};

#define TARGET_FOREACH(targets, pos)                                           \
	for ((pos) = (targets)->target; (pos) < (targets)->target + (targets)->nr; (pos)++)

/* All that the profile is for, or one @device of them. End with profile_targets_free(). */
int profile_targets_find(struct dsactl_profile *profile, const char *device, struct targets *targets);
void profile_targets_free(struct targets *targets);

#endif /* DSACTL_PROFILE_OBJ_H */
