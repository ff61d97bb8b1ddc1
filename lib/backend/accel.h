/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idxd through its sysfs and libaccel-config. accel.c is the only file that knows that library,
 * and the defects in it that are worked around there.
 */
#ifndef DSACTL_BACKEND_ACCEL_H
#define DSACTL_BACKEND_ACCEL_H

#include "../core/ctx.h"
#include "../core/objects.h"

/* -EOPNOTSUPP and a message where idxd is not loaded. */
int accel_require_idxd(struct dsactl_ctx *ctx);
/* -EOPNOTSUPP and a message where libaccel-config is not there, by which is written. */
int accel_require_writer(struct dsactl_ctx *ctx);
/* Read all devices into @inv, sorted by number; accel_close() frees the rest. */
int accel_read(struct dsactl_ctx *ctx, struct inventory *inv);
/* Read the device's groups, engines and work queues; 0 at once if that was done. */
int accel_read_parts(struct dsactl_device *device);
/* Read what a profile has to fit, of the device alone; 0 at once if that was done. */
int accel_read_limits(struct dsactl_device *device);
/* Both, and what its groups are like beside their members. */
int accel_read_settings(struct dsactl_device *device);
void accel_close(struct inventory *inv);

/*
 * Configure a disabled device as @want says. Each write is read back: it is an error where the
 * kernel did not take it.
 */
int accel_configure(struct dsactl_device *device, const struct device_config *want);

int accel_enable_device(struct dsactl_device *device);
int accel_disable_device(struct dsactl_device *device);
/* Whether idxd can bind work queue @wq to that driver. */
int accel_require_driver(struct dsactl_ctx *ctx, const char *wq, const char *driver);
int accel_enable_wq(struct dsactl_device *device, unsigned int id);
int accel_disable_wq(struct dsactl_device *device, unsigned int id);

/* What idxd gives a group by default; -1: it depends. */
struct group_config accel_group_default(const struct dsactl_device *device);
/* Attributes that only profiles need. "": idxd has no such attribute of this object. */
void accel_read_op_cap(const struct dsactl_device *device, char text[OPS_SIZE]);
void accel_read_op_config(const struct dsactl_wq *wq, char text[OPS_SIZE]);
/* -1: it has none, as dedicated ones. */
int accel_read_enqcmds_retries(const struct dsactl_wq *wq);
/* Entries that are in use, read from the device now; -1 where it does not tell. */
int accel_wq_occupancy(const struct dsactl_wq *wq);
/* How many have the work queue open now. */
unsigned int accel_wq_clients(const struct dsactl_wq *wq);

#endif /* DSACTL_BACKEND_ACCEL_H */
