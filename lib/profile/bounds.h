/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the hardware would not take of a complete entry; profile_fit() ends with it. */
#ifndef DSACTL_PROFILE_BOUNDS_H
#define DSACTL_PROFILE_BOUNDS_H

#include "../core/problem.h"
#include "limits.h"
#include "profile.h"

/* -@problem->err where the hardware would not take @entry, which is complete. */
int profile_check_bounds(const struct profile_device *entry, const char *path,
			 const struct device_limits *limits, struct problem *problem);

#endif /* DSACTL_PROFILE_BOUNDS_H */
