/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives a device back what a note of the journal says. */
#ifndef DSACTL_APPLY_RESTORE_H
#define DSACTL_APPLY_RESTORE_H

#include "../core/ctx.h"
#include "../profile/profile.h"

/* Make the device like @want, with its vdevs, whatever it is like now. */
int layout_restore(struct dsactl_ctx *ctx, const char *name, const char *pci,
		   const struct profile_device *want);

#endif /* DSACTL_APPLY_RESTORE_H */
