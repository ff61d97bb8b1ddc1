/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an entry of a profile means on one device. */
#ifndef DSACTL_PROFILE_FIT_H
#define DSACTL_PROFILE_FIT_H

#include "../core/problem.h"
#include "limits.h"
#include "profile.h"

/* The device that an entry is fitted to. */
struct fit_device {
	struct device_limits limits;
	const char *pci;
	const char *seed;	/* of the host: makes UUIDs that no one gave */
};

/*
 * Complete @entry for @device into @fitted: no counts, all ids, all sizes. Each
 * limit of the hardware is checked. @path is where @entry stands, for messages.
 */
int profile_fit(const struct profile_device *entry, const char *path,
		const struct fit_device *device, struct profile_device *fitted,
		struct problem *problem);
/* Bring groups, engines, slices and work queues into one order, by their ids. */
void profile_sort(struct profile_device *device);

#endif /* DSACTL_PROFILE_FIT_H */
