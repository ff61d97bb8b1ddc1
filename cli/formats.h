/* SPDX-License-Identifier: GPL-2.0-only */
/* The formats of profiles that --from and --to know. */
#ifndef FORMATS_H
#define FORMATS_H

#include <dsactl/libdsactl.h>

extern const char *const format_names[];	/* ended by NULL */
extern const enum dsactl_format format_values[];	/* of these names */

#endif /* FORMATS_H */
