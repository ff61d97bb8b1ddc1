/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether vdevs that are restored at boot would get in each other's way. */
#ifndef DSACTL_STATE_CLAIMS_H
#define DSACTL_STATE_CLAIMS_H

#include "../profile/object.h"

/* -EEXIST where a vdev of this UUID or name, other than itself on @device, is restored at boot. */
int claims_require_free(struct dsactl_ctx *ctx, const char *device, const char *uuid, const char *name);
/* What restoring @profile on the devices that are here would always be refused for. */
int claims_require_restorable(struct dsactl_profile *profile);

#endif /* DSACTL_STATE_CLAIMS_H */
