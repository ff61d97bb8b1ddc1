/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Talking to dsa_vdev over generic netlink. netlink.c is the only file that knows
 * libnl. A refusal's extended-ack text becomes the context's message.
 */
#ifndef DSACTL_BACKEND_NETLINK_H
#define DSACTL_BACKEND_NETLINK_H

#include "../core/ctx.h"
#include "../core/objects.h"

enum { NETLINK_DEVICES = 1, NETLINK_SLICES = 2, NETLINK_VDEVS = 4 };
/*
 * Read these lists into @inv, which has none of them; of devices only @device, if not NULL, which
 * may not be there. -ENOENT, and no message, where the module is not loaded; -EOPNOTSUPP where it
 * is and does not answer.
 */
int netlink_read(struct dsactl_ctx *ctx, struct inventory *inv, unsigned int lists, const char *device);
/* Report that the module is loaded and does not answer: -EOPNOTSUPP. */
int netlink_no_answer(struct dsactl_ctx *ctx);
void netlink_close(struct dsactl_ctx *ctx);

/* The new slice in @slice, whose ctx and next are not set. @mapping: -1 is the default. */
int netlink_slice_new(struct dsactl_ctx *ctx, const char *device, const uint32_t *wqs,
		 unsigned int nr_wqs, uint32_t flags, int mapping, struct dsactl_slice *slice);
int netlink_slice_get(struct dsactl_ctx *ctx, uint32_t id, struct dsactl_slice *slice);
int netlink_slice_del(struct dsactl_ctx *ctx, uint32_t id);
/* Lasts until the vdev is created or netlink_close(). @mapping: -1 is the slice's. */
int netlink_slice_reserve(struct dsactl_ctx *ctx, uint32_t id, const char *uuid,
		     const char *name, const char *owner, int mapping);
int netlink_vdev_set_hints(struct dsactl_ctx *ctx, const char *uuid,
			   const struct dsactl_hint *hints, unsigned int nr);

/*
 * What the module says by itself. netlink_events_read() calls @report for each
 * event that has come, without waiting; -ENOBUFS where some were lost, -EBADMSG where
 * some cannot be read.
 */
struct nl_events;
typedef void event_fn(void *data, const struct dsactl_event *event);
/* -ENOENT where the module is not loaded, -EOPNOTSUPP where it does not answer. */
int netlink_events_open(struct nl_events **events, event_fn *report, void *data);
int netlink_events_fd(const struct nl_events *events);
int netlink_events_read(struct nl_events *events);
void netlink_events_close(struct nl_events *events);

#endif /* DSACTL_BACKEND_NETLINK_H */
