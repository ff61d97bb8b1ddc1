/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From which profile a device is restored at boot. */
#ifndef DSACTL_STATE_RESTORED_H
#define DSACTL_STATE_RESTORED_H

#include "../core/objects.h"
#include "../profile/object.h"

/* The profile that dsactl_plan_restore() would take, or NULL. The profiles must be listed. */
struct dsactl_profile *restored_find(struct dsactl_device *device);
/* The complete entry from which @device is restored; an empty one where it is not restored. */
int restored_entry(struct dsactl_device *device, struct profile_device *entry);
/* Whether any profile is enabled. Most hosts restore nothing, and need not read more for that. */
int restored_is_any(struct dsactl_ctx *ctx, bool *any);
/*
 * The profile that is to keep vdevs of @device: the one from which it is restored, else PERSISTENT,
 * which is for all. NULL where that does not exist yet. The profiles must be listed.
 */
int restored_choose(struct dsactl_device *device, struct dsactl_profile **profile);
#define PERSISTENT "persistent"

#endif /* DSACTL_STATE_RESTORED_H */
