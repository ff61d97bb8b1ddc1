/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A set of operations, as idxd writes OPCAP and the OPCFG of a work queue: 256 bits in groups of
 * eight hexadecimal digits with commas between, the highest first.
 */
#ifndef DSACTL_CORE_OPS_H
#define DSACTL_CORE_OPS_H

#include <stdbool.h>
#include <stdint.h>

#define OPS_WORDS 8
#define OPS_SIZE (OPS_WORDS * 9)	/* of the text */

struct ops {
	uint32_t word[OPS_WORDS];	/* the lowest operations first */
};

/* Leading groups and zeros may be left out. False where @text is no such set. */
bool ops_parse(const char *text, struct ops *ops);
void ops_format(const struct ops *ops, char text[OPS_SIZE]);
/* Whether @all has each operation of @ops. */
bool ops_within(const struct ops *ops, const struct ops *all);

#endif /* DSACTL_CORE_OPS_H */
