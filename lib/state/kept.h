/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The vdevs that are restored at boot. */
#ifndef DSACTL_STATE_KEPT_H
#define DSACTL_STATE_KEPT_H

#include "../core/objects.h"
#include "../profile/profile.h"

struct dsactl_kept {
	struct dsactl_kept *next;
	char device[NAME_SIZE];
	struct profile_vdev vdev;
};

/*
 * The same as dsactl_kept_list() has, as a list of the caller's, to be freed with kept_free(), also
 * after an error. What was listed for others stays.
 */
int kept_read(struct dsactl_ctx *ctx, struct dsactl_kept **kept);
void kept_free(struct dsactl_kept *kept);
/* The one of this UUID or name; NULL where there is none. */
struct dsactl_kept *kept_find(struct dsactl_ctx *ctx, const char *uuid_or_name);
/* Log a warning if the vdev is restored at boot, as destroying it now does not change that. */
void kept_warn(struct dsactl_vdev *vdev);

#endif /* DSACTL_STATE_KEPT_H */
