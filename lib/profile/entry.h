/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be told of a complete entry alone: of what a device is like, or shall be. */
#ifndef DSACTL_PROFILE_ENTRY_H
#define DSACTL_PROFILE_ENTRY_H

#include "profile.h"

/* Whatever vdevs they have. */
bool entry_is_same_base(const struct profile_device *a, const struct profile_device *b);

unsigned int entry_nr_slices(const struct profile_device *entry);
/* Whether a slice is without the word for silicon under INTEL-SA-01084. */
bool entry_bars_portal(const struct profile_device *entry);
/* The slice that has the vdev @uuid; NULL where none has. */
struct profile_slice *entry_find_vdev(const struct profile_device *entry, const char *uuid);
/* The slice of @entry with the same first work queue as @slice, which is of another entry. */
struct profile_slice *entry_find_twin(const struct profile_device *entry,
				      const struct profile_slice *slice);

#endif /* DSACTL_PROFILE_ENTRY_H */
