/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profiles as they are saved, deleted and enabled. The caller holds the lock, except for
 * saved_text(), which only looks.
 */
#ifndef DSACTL_STATE_SAVED_H
#define DSACTL_STATE_SAVED_H

#include "../profile/object.h"

/* The text of the file that @profile would be under @name; freed by the caller. */
int saved_text(struct dsactl_profile *profile, const char *name, char **text);
/* -EEXIST where there is such a profile, unless it is to @replace it. */
int saved_write(struct dsactl_ctx *ctx, const char *name, const char *text, bool replace);
int saved_set_enabled(struct dsactl_ctx *ctx, const char *name, bool enabled);
int saved_delete(struct dsactl_ctx *ctx, const char *name);

#endif /* DSACTL_STATE_SAVED_H */
