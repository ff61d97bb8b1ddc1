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

/* The one of this UUID or name; NULL where there is none. */
struct dsactl_kept *kept_find(struct dsactl_ctx *ctx, const char *uuid_or_name);
/* Log a warning if the vdev is restored at boot, as destroying it now does not change that. */
void kept_warn(struct dsactl_vdev *vdev);

#endif /* DSACTL_STATE_KEPT_H */
