/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stored profiles, and the profile of the running state. */
#ifndef DSACTL_STATE_PROFILES_H
#define DSACTL_STATE_PROFILES_H

#include "../profile/object.h"

/*
 * The listed and enabled profile that comes after @after, or the first one (NULL). NULL at the end.
 * The order is that of the line in dsactl.conf.
 */
struct dsactl_profile *profile_next_enabled(struct dsactl_ctx *ctx,
					    const struct dsactl_profile *after);
#define ENABLED_FOREACH(ctx, pos)                                              \
	for ((pos) = profile_next_enabled(ctx, NULL); (pos);                   \
	     (pos) = profile_next_enabled(ctx, pos))
/* The path of the administrator's file of that name. */
void profile_path(const char *name, char *path, size_t size);

/*
 * Between these two the profiles that were listed for the caller are kept apart, and others can be
 * listed.
 */
struct dsactl_profile *profiles_set_aside(struct dsactl_ctx *ctx);
void profiles_give_back(struct dsactl_ctx *ctx, struct dsactl_profile *profiles);

#define PROFILE_DIR "/etc/dsactl/profiles.d"
#define PROFILE_SUFFIX ".json"
#define LIST_REMEDY "dsactl list-profiles shows them"

/* -EINVAL and a message where no profile can have this name. */
int profile_check_name(struct dsactl_ctx *ctx, const char *name);
/*
 * The folder in which the profile is: PROFILE_ADMIN, or more for one of the vendor's. -errno
 * and a message where it is not there; @remedy says what to do then.
 */
int profile_find_dir(struct dsactl_ctx *ctx, const char *name, const char *remedy);
#define PROFILE_ADMIN 0
int profile_load_from(struct dsactl_ctx *ctx, int dir, const char *name, struct dsactl_profile **profile);

#endif /* DSACTL_STATE_PROFILES_H */
