/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions that a complete entry answers by itself. */
#ifndef DSACTL_PROFILE_ENTRY_H
#define DSACTL_PROFILE_ENTRY_H

#include "profile.h"

/* Whether both have the same layout, vdevs aside. */
bool entry_is_same_base(const struct profile_device *a, const struct profile_device *b);

unsigned int entry_nr_slices(const struct profile_device *entry);
/* Whether a slice lacks "allow_unsafe_portal", which silicon under INTEL-SA-01084 needs. */
bool entry_bars_portal(const struct profile_device *entry);
/* The slice that has the vdev @uuid; NULL where none has. */
struct profile_slice *entry_find_vdev(const struct profile_device *entry, const char *uuid);
/* The slice of @entry with the same first work queue as @slice, which is of another entry. */
struct profile_slice *entry_find_twin(const struct profile_device *entry,
				      const struct profile_slice *slice);

#endif /* DSACTL_PROFILE_ENTRY_H */
