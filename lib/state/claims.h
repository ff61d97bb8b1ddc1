/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether vdevs that are restored at boot have a UUID or name in common. */
#ifndef DSACTL_STATE_CLAIMS_H
#define DSACTL_STATE_CLAIMS_H

#include "../profile/object.h"

/*
 * -EEXIST where another vdev of this UUID or name is restored at boot. The vdev itself, on @device,
 * does not count.
 */
int claims_require_free(struct dsactl_ctx *ctx, const char *device, const char *uuid, const char *name);
/* Refuse what would make restoring @profile fail at each boot, on the devices that are here. */
int claims_require_restorable(struct dsactl_profile *profile);

#endif /* DSACTL_STATE_CLAIMS_H */
