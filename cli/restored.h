/* SPDX-License-Identifier: GPL-2.0-only */
/* How did the restores of a device end since the host was booted? */
#ifndef RESTORED_H
#define RESTORED_H

#include "cmd.h"

struct restored {
	uint64_t runs, failures;
	int last_exit;		/* enum exit_code */
	int64_t last_time;	/* seconds since 1970 */
};

/* One more, which ended with @code, of the device that @name (or PCI address) is. */
void restored_note(struct dsactl_ctx *ctx, const char *name, int code);
/* false where there was none, or it may not be read. */
bool restored_read(const struct dsactl_device *device, struct restored *restored);

#endif /* RESTORED_H */
