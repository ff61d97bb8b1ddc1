/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many vdevs each owner may have. */
#ifndef DSACTL_STATE_QUOTA_H
#define DSACTL_STATE_QUOTA_H

#include "../core/objects.h"
#include "conf.h"

struct dsactl_quota {
	struct dsactl_quota *next;
	char owner[DSA_VDEV_NAME_MAX + 1];
	unsigned int limit, used;
};

/* What dsactl.conf says for @owner, by its own line or that of "*"; *@there false: nothing. */
int quota_find(struct dsactl_ctx *ctx, const char *owner, struct conf_quota *quota, bool *there);

#endif /* DSACTL_STATE_QUOTA_H */
