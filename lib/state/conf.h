/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /etc/dsactl/dsactl.conf. */
#ifndef DSACTL_STATE_CONF_H
#define DSACTL_STATE_CONF_H

#include <linux/dsa_vdev.h>

#include "../core/ctx.h"

#define CONF_DIR "/etc/dsactl"
#define CONF_NAME "dsactl.conf"
#define CONF_PATH CONF_DIR "/" CONF_NAME

/* The names of the enabled profiles in their order, each ended by a blank; freed by the caller. */
int conf_get_enabled(struct dsactl_ctx *ctx, char **names);
int conf_set_enabled(struct dsactl_ctx *ctx, const char *names);

/* A line "quota.OWNER = N"; the owner "*" is each that has no line. */
struct conf_quota {
	char owner[DSA_VDEV_NAME_MAX + 1];
	unsigned int limit;
};

/* Whether create-vdev takes it as an owner. */
bool conf_is_owner(const char *text);
/* The quotas as a list of struct conf_quota, whose items the caller frees, also after an error. */
int conf_get_quotas(struct dsactl_ctx *ctx, struct list *quotas);
/* That of a line for @owner itself, or NULL. */
const struct conf_quota *conf_find_quota(const struct list *quotas, const char *owner);

#endif /* DSACTL_STATE_CONF_H */
