/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a plan keeps within the quotas of owners. */
#ifndef DSACTL_PLAN_QUOTAS_H
#define DSACTL_PLAN_QUOTAS_H

#include "plan.h"

/* -EDQUOT and a message where @owner (NULL: none) would have more vdevs than it may. */
int quotas_require(struct dsactl_plan *plan, const char *owner);
/* Log a warning for each owner of which the plan creates more vdevs than it may have. */
void quotas_warn(struct dsactl_plan *plan);

#endif /* DSACTL_PLAN_QUOTAS_H */
