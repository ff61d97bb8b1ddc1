/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives a device a layout, and takes it away. Vdevs are not created here. */
#ifndef DSACTL_APPLY_BUILD_H
#define DSACTL_APPLY_BUILD_H

#include "../core/ctx.h"
#include "../core/objects.h"
#include "../profile/profile.h"

/*
 * Remove all slices, unbind all work queues and disable the device. Its vdevs must be gone. -EBUSY
 * where the host uses one of its work queues.
 */
int layout_clear(struct dsactl_ctx *ctx, const char *device);
/*
 * Give a cleared device the layout @want, without vdevs. Returns the slices, in the order of @want,
 * in *@slices, which the caller frees.
 */
int layout_build(struct dsactl_ctx *ctx, const char *device, const struct profile_device *want,
		 struct dsactl_slice **slices);
/* Prepare, clear and build. The vdevs must be gone; none is created. */
int layout_rebuild(struct dsactl_ctx *ctx, const char *device, const struct profile_device *want);
/*
 * Enable the work queues that slices of the device have lost. Other slices, and their vdevs, are
 * not touched.
 */
int layout_repair(struct dsactl_device *device);

#endif /* DSACTL_APPLY_BUILD_H */
