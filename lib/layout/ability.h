/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a device can be laid out as wanted, and what it lacks. */
#ifndef DSACTL_LAYOUT_ABILITY_H
#define DSACTL_LAYOUT_ABILITY_H

#include "../core/ctx.h"
#include "../core/objects.h"
#include "../profile/profile.h"

/* Load the module if @want has slices, and require that the device can have them. */
int layout_prepare(struct dsactl_ctx *ctx, const char *device,
		   const struct profile_device *want);
/*
 * Whether slices such as those of @want can be made, as the module says, or, while it is not
 * loaded, as far as it can be seen without it.
 */
int layout_require_able(struct dsactl_device *device, const struct profile_device *want);
/* What host and device lack, of enum device_lack; of the device's parts as far as they were read. */
unsigned int layout_lacks(const struct dsactl_device *device);

#endif /* DSACTL_LAYOUT_ABILITY_H */
