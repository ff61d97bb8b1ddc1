/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be told of a device and its slices beside the public getters. */
#ifndef DSACTL_MODEL_DEVICE_H
#define DSACTL_MODEL_DEVICE_H

#include "../core/objects.h"

/* For messages: "wq0.0 (user), wq0.1 (dmaengine)"; false where no driver has any. */
bool device_list_bound(struct dsactl_device *device, char *text, size_t size);
/*
 * Whether a slice lost a work queue of its, given by its place in it. accel-config
 * disable-wq does that, and no entry tells: idxd's configuration of it stays. What went
 * with a device that is down now comes back by itself.
 */
bool slice_has_lost(const struct dsactl_slice *slice, unsigned int wq);
/* A slice of @device that lost one; NULL where there is none. */
struct dsactl_slice *device_broken_slice(const struct dsactl_device *device);

#endif /* DSACTL_MODEL_DEVICE_H */
