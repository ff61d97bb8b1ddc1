/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel modules. modules.c is the only file that knows libkmod. */
#ifndef DSACTL_MODULES_H
#define DSACTL_MODULES_H

#include "ctx.h"

/* Load @name and what it needs, unless it is there. -EOPNOTSUPP where there is none. */
int modules_load(struct dsactl_ctx *ctx, const char *name);

enum module_state {
	MODULE_ABSENT,		/* neither loaded nor installed for this kernel */
	MODULE_INSTALLED,
	MODULE_LOADED,		/* or built in */
};

enum module_state modules_state(const char *name);

#endif /* DSACTL_MODULES_H */
