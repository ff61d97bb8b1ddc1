// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "formats.h"

/* In one order. The library has values that have no name here. */
const char *const format_names[] = { "dsactl", "accel-config", "mdevctl", NULL };
const enum dsactl_format format_values[] = {
	DSACTL_FORMAT_DSACTL, DSACTL_FORMAT_ACCEL_CONFIG, DSACTL_FORMAT_MDEVCTL
};
