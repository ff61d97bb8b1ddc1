/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A profile as the library hands it out, with the file that it came from. */
#ifndef DSACTL_PROFILE_OBJECT_H
#define DSACTL_PROFILE_OBJECT_H

#include "../core/ctx.h"
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
	unsigned int rank;		/* its place among the enabled profiles, from 1; 0: not enabled */
	bool missing;			/* enabled, but there is no file of that name */
	struct profile data;
	struct dsactl_difference *differences;
};

/* Empty, of this name and path; NULL for lack of memory. */
struct dsactl_profile *profile_new(struct dsactl_ctx *ctx, const char *name, const char *path);
void differences_free(struct dsactl_profile *profile);
/* Whether it is one of the formats: a caller may pass any number. */
bool profile_is_format(enum dsactl_format format);

#endif /* DSACTL_PROFILE_OBJECT_H */
