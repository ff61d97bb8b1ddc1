/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /etc/dsactl/dsactl.conf. */
#ifndef DSACTL_STATE_CONF_H
#define DSACTL_STATE_CONF_H

#include "../core/ctx.h"

#define CONF_DIR "/etc/dsactl"
#define CONF_NAME "dsactl.conf"
#define CONF_PATH CONF_DIR "/" CONF_NAME

/* The names of the enabled profiles in their order, each ended by a blank; freed by the caller. */
int conf_get_enabled(struct dsactl_ctx *ctx, char **names);
int conf_set_enabled(struct dsactl_ctx *ctx, const char *names);

#endif /* DSACTL_STATE_CONF_H */
