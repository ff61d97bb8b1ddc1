/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about a slice that the public getters do not have. */
#ifndef DSACTL_MODEL_SLICE_H
#define DSACTL_MODEL_SLICE_H

#include "../core/objects.h"

/*
 * Whether a slice has lost work queue number @wq of its own, as after accel-config disable-wq. No
 * entry shows that: idxd keeps the configuration. Work queues that went away with a disabled device
 * are not lost: they come back with it.
 */
bool slice_has_lost(const struct dsactl_slice *slice, unsigned int wq);

#endif /* DSACTL_MODEL_SLICE_H */
