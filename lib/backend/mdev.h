/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mediated devices. mdev.c is the only file that writes mdev's sysfs. */
#ifndef DSACTL_BACKEND_MDEV_H
#define DSACTL_BACKEND_MDEV_H

#include "../core/ctx.h"

/* Make mdev @uuid of @type (such as idxd-1dwq-v1) on the PCI function @pci. */
int mdev_create(struct dsactl_ctx *ctx, const char *pci, const char *type,
		const char *uuid);
/*
 * Remove it. The kernel waits while someone has it open, so the caller makes sure that nobody has.
 */
int mdev_remove(struct dsactl_ctx *ctx, const char *uuid);
/*
 * Announce the parent @pci again, now that mdevs can be created on it: udev then starts those that
 * mdevctl starts automatically. A failure is only logged.
 */
void mdev_announce(struct dsactl_ctx *ctx, const char *pci);
bool mdev_exists(const char *uuid);
/*
 * Who has @uuid open, as "name (pid N)", for messages; false where that cannot
 * be seen.
 */
bool mdev_holder(const char *uuid, char *who, size_t size);

#endif /* DSACTL_BACKEND_MDEV_H */
