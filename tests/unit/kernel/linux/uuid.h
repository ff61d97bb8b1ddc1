/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_UUID_H
#define UNIT_LINUX_UUID_H

#include <stdbool.h>
#include <string.h>

typedef struct {
	unsigned char b[16];
} guid_t;

static inline bool guid_equal(const guid_t *a, const guid_t *b)
{
	return !memcmp(a, b, sizeof(*a));
}

#endif /* UNIT_LINUX_UUID_H */
