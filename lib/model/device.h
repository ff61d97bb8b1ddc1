/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about a device and its slices that the public getters do not have. */
#ifndef DSACTL_MODEL_DEVICE_H
#define DSACTL_MODEL_DEVICE_H

#include "../core/objects.h"

bool device_is_iax(const struct dsactl_device *device);
/* For messages: "wq0.0 (user), wq0.1 (dmaengine)"; false where no driver has any. */
bool device_list_bound(struct dsactl_device *device, char *text, size_t size);
/* A slice of @device that has lost a work queue, or NULL. */
struct dsactl_slice *device_broken_slice(const struct dsactl_device *device);

#endif /* DSACTL_MODEL_DEVICE_H */
