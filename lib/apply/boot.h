/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that change what is restored at boot. */
#ifndef DSACTL_APPLY_BOOT_H
#define DSACTL_APPLY_BOOT_H

#include "../plan/plan.h"

int boot_do(struct dsactl_ctx *ctx, struct dsactl_step *step);

#endif /* DSACTL_APPLY_BOOT_H */
