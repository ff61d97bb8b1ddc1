/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The findings of dsactl_check(). */
#ifndef DSACTL_CHECK_H
#define DSACTL_CHECK_H

#include "../core/ctx.h"

void findings_free(struct dsactl_ctx *ctx);

#endif /* DSACTL_CHECK_H */
