/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request for vdevs, checked at the door. */
#ifndef DSACTL_PLAN_REQUEST_H
#define DSACTL_PLAN_REQUEST_H

#include "../core/ctx.h"

/* Whether it makes sense, and its UUID and name are free. */
int request_check(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request);
/* Have *@name, a name or PCI address or NULL, be idxd's name of the device. */
int request_resolve_device(struct dsactl_ctx *ctx, const char **name);
/* -EEXIST where the next boot brings a vdev of its UUID or name for another owner. */
int request_require_unclaimed(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request);
/* Whether the device of this name, or any where @name is NULL, is on the node. */
int request_require_node(struct dsactl_ctx *ctx, const char *name, int node);

#endif /* DSACTL_PLAN_REQUEST_H */
