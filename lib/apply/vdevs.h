/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that create and destroy vdevs, and how that is undone. */
#ifndef DSACTL_APPLY_VDEVS_H
#define DSACTL_APPLY_VDEVS_H

#include "../plan/plan.h"

int vdev_do_create(struct dsactl_ctx *ctx, struct dsactl_step *step);
int vdev_do_destroy(struct dsactl_ctx *ctx, struct dsactl_step *step);
/* Undo a creation. Returns 0 also where there is no such vdev. */
int vdev_remove_if_there(struct dsactl_ctx *ctx, const char *uuid);

#endif /* DSACTL_APPLY_VDEVS_H */
