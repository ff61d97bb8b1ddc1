/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices a profile is for. */
#ifndef DSACTL_LAYOUT_MATCH_H
#define DSACTL_LAYOUT_MATCH_H

#include "../core/objects.h"
#include "../profile/object.h"

/* The first entry for @device, or NULL. */
const struct profile_device *profile_find_entry(const struct profile *profile,
						const struct dsactl_device *device);

/* Complete @entry of @profile for @device. An error where it does not fit. */
int profile_fit_entry(struct dsactl_profile *profile, const struct profile_device *entry,
		      struct dsactl_device *device, struct profile_device *fitted);

/* A device, what it is like, and what it shall be like. */
struct target {
	struct dsactl_device *device;
	struct profile_device is, want;
};

struct targets {
	struct target *target;
	size_t nr;
};

#define TARGET_FOREACH(targets, pos)                                           \
	for ((pos) = (targets)->target; (pos) < (targets)->target + (targets)->nr; (pos)++)

/* All devices that the profile is for, or only @device. End with profile_targets_free(). */
int profile_targets_find(struct dsactl_profile *profile, const char *device, struct targets *targets);
void profile_targets_free(struct targets *targets);

#endif /* DSACTL_LAYOUT_MATCH_H */
