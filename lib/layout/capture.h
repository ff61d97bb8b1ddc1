/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device as one complete entry of a profile. */
#ifndef DSACTL_LAYOUT_CAPTURE_H
#define DSACTL_LAYOUT_CAPTURE_H

#include "../core/objects.h"
#include "../profile/fit.h"

/* What @device is like; profile_device_free() it. -ENOMEM. */
int layout_capture(struct dsactl_device *device, struct profile_device *entry);
/* What profile_fit() needs to know of @device; it belongs to @device. */
int layout_fit_device(struct dsactl_device *device, struct fit_device *target);

#endif /* DSACTL_LAYOUT_CAPTURE_H */
