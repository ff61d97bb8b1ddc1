/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What there is on this host, read when first asked for and kept until
 * dsactl_refresh(). Two sources: idxd through backend/accel.c, and dsa_vdev through backend/netlink.c.
 */
#ifndef DSACTL_MODEL_INVENTORY_H
#define DSACTL_MODEL_INVENTORY_H

#include <linux/dsa_vdev.h>

#include "../core/ctx.h"
#include "../core/objects.h"

/* Never NULL but for lack of memory. */
struct inventory *inventory_get(struct dsactl_ctx *ctx);
void inventory_drop(struct dsactl_ctx *ctx);
/* Read what idxd, or the module, has; 0 at once if that was done. */
int inventory_read_accel(struct dsactl_ctx *ctx);
int inventory_read_module(struct dsactl_ctx *ctx);
/*
 * Read slices, and of the module's devices only this one (NULL: all there is). What else is asked
 * for is read then, and what was read stays where it is.
 */
int inventory_read_near(struct dsactl_ctx *ctx, const char *device);
int inventory_read_slices(struct dsactl_ctx *ctx);
/*
 * Read all there is of a device. Before a change a failure to read must not count as "there is
 * none".
 */
int inventory_read_device(struct dsactl_device *device);
/* Forget what is known from idxd, or from the module, so that it is read again. */
void inventory_drop_accel(struct dsactl_ctx *ctx);
void inventory_drop_module(struct dsactl_ctx *ctx);

/* By name or number; NULL without a message where there is none. */
struct dsactl_device *inventory_device(struct dsactl_ctx *ctx, const char *name);
struct mod_device *inventory_mod_device(struct dsactl_ctx *ctx, const char *name);
struct dsactl_slice *inventory_slice(struct dsactl_ctx *ctx, uint32_t id);
struct dsactl_vdev *inventory_vdev(struct dsactl_ctx *ctx, const char *uuid_or_name);

#endif /* DSACTL_MODEL_INVENTORY_H */
