/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device is given a layout, and freed of it. Vdevs are not made here. */
#ifndef DSACTL_APPLY_BUILD_H
#define DSACTL_APPLY_BUILD_H

#include "../core/ctx.h"
#include "../core/objects.h"
#include "../profile/profile.h"

/*
 * Nothing shall be on the device: no slice, no work queue, and it is disabled.
 * Its vdevs must be gone. -EBUSY where the host uses one of its work queues.
 */
int layout_clear(struct dsactl_ctx *ctx, const char *device);
/*
 * Give a device that nothing is on all of @want but vdevs. The slices, in the order of
 * @want, in *@slices, to be freed.
 */
int layout_build(struct dsactl_ctx *ctx, const char *device, const struct profile_device *want,
		 struct dsactl_slice **slices);
/* Prepare, clear and build; vdevs must be gone, and none is made. */
int layout_rebuild(struct dsactl_ctx *ctx, const char *device, const struct profile_device *want);
/* Enable what its slices lost; those that lost nothing, and their vdevs, do not notice. */
int layout_repair(struct dsactl_device *device);

#endif /* DSACTL_APPLY_BUILD_H */
