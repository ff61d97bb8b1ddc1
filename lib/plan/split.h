/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The step that splits a device. */
#ifndef DSACTL_PLAN_SPLIT_H
#define DSACTL_PLAN_SPLIT_H

#include "plan.h"

/* What a slice is like, besides its shape. */
struct slice_traits {
	bool allow_unsafe_portal, host_pci_id;
};

/*
 * Add the step that splits @device into what @want says, and complete @want.
 * Refuses where the device is in use, split, or cannot do it.
 */
int slice_plan_split(struct dsactl_plan *plan, struct dsactl_device *device,
		     struct split_shape *want, const struct slice_traits *traits, bool force,
		     struct dsactl_step **step);

#endif /* DSACTL_PLAN_SPLIT_H */
