/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's uevents of idxd's bus and of modules. uevents.c is the only file that knows libudev. */
#ifndef DSACTL_BACKEND_UEVENTS_H
#define DSACTL_BACKEND_UEVENTS_H

#include "../core/ctx.h"

struct uevents;

/* @subsystem is "dsa" or "module", @path begins below /sys. */
typedef void uevent_fn(void *data, const char *subsystem, const char *action, const char *path);

/* Before all else: libudev is there, or else an error that says so. */
int uevents_require(struct dsactl_ctx *ctx);
/* -errno where the kernel gives no such socket. */
int uevents_open(struct uevents **uevents);
int uevents_fd(const struct uevents *uevents);
/* Call @report for each event that has come, without waiting; -ENOBUFS where some were lost. */
int uevents_read(struct uevents *uevents, uevent_fn *report, void *data);
void uevents_close(struct uevents *uevents);

#endif /* DSACTL_BACKEND_UEVENTS_H */
