/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of the host as metrics, for Prometheus and what else reads its formats. */
#ifndef METRICS_H
#define METRICS_H

#include "cmd.h"

/* Print them once, in the format of @line: OUT_OPENMETRICS or OUT_PROMETHEUS. */
int metrics_run(struct dsactl_ctx *ctx, const struct cmd_line *line);

#endif /* METRICS_H */
