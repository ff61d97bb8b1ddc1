/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that have a vdev restored at boot, or no longer. */
#ifndef DSACTL_PLAN_KEEP_H
#define DSACTL_PLAN_KEEP_H

#include "plan.h"

/* Add a step for each vdev that the plan creates: it is restored at boot. */
int keep_plan(struct dsactl_plan *plan);
/* Add such a step, of DSACTL_STEP_KEEP or DSACTL_STEP_FORGET. */
int keep_add_step(struct dsactl_plan *plan, enum dsactl_step_kind kind, const char *device,
		  const char *uuid);

#endif /* DSACTL_PLAN_KEEP_H */
