/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that lay a device out. */
#ifndef DSACTL_APPLY_SLICES_H
#define DSACTL_APPLY_SLICES_H

#include "../plan/plan.h"

int slice_do_split(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_unsplit(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_clear(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_repair(struct dsactl_ctx *ctx, struct dsactl_step *step);
int slice_do_configure(struct dsactl_ctx *ctx, struct dsactl_step *step);

#endif /* DSACTL_APPLY_SLICES_H */
