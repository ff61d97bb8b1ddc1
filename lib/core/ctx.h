/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: what all files of the library share, and how they report. */
#ifndef DSACTL_CORE_CTX_H
#define DSACTL_CORE_CTX_H

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <dsactl/libdsactl.h>

#include "list.h"
#include "text.h"

struct inventory;
struct journal;
struct nl;

/* Frees what one file has attached to the context, which may be nothing. */
typedef void ctx_free_fn(struct dsactl_ctx *ctx);
#define CTX_MAX_OWNERS 8

struct dsactl_ctx {
	unsigned int refs;
	dsactl_log_fn *log;
	void *log_data;
	unsigned int timeout_ms;
	volatile sig_atomic_t busy, cancelled;	/* cancelled counts only while busy */
	bool half_undone;	/* an undo failed: its notes must be worked off before any other change */
	bool undoing;		/* failures are only logged: the message is about the first one */
	bool told_conf;		/* errors in dsactl.conf have been logged */
	int err;		/* of the last failure, below 0; 0: none */
	char object[128], cause[768], remedy[512], line[1536];
	struct inventory *inv;
	struct nl *nl;
	struct journal *journal;
	struct dsactl_finding *findings;
	struct dsactl_profile *profiles;	/* of the last dsactl_profile_list() */
	struct dsactl_kept *kept;		/* of the last dsactl_kept_list() */
	struct dsactl_quota *quotas;		/* of the last dsactl_quota_list() */
	ctx_free_fn *owners[CTX_MAX_OWNERS];	/* see ctx_free_with() */
	char seed[40];		/* see ctx_host_seed() */
};

/*
 * Say what failed, why, and what to do next (@remedy may be NULL). Returns
 * -@err, so that "return ctx_fail(...)" reads as one thing.
 */
int ctx_fail(struct dsactl_ctx *ctx, int err, const char *object,
	     const char *remedy, const char *cause, ...)
	__attribute__((format(printf, 5, 6)));
int ctx_nomem(struct dsactl_ctx *ctx);
/*
 * The same where the kernel refused to open, make or write @path, as @what says. A full disk is
 * -EIO, since -ENOSPC is about slices. A missing permission is -EPERM; -EROFS stays.
 */
int ctx_fail_file(struct dsactl_ctx *ctx, int err, const char *path, const char *what);
/* What helps where the kernel refuses with @err, or @otherwise (may be NULL). */
const char *ctx_remedy(int err, const char *otherwise);
/* Forget the message of the last failure. */
void ctx_forget_failure(struct dsactl_ctx *ctx);
/*
 * Whether the caller has cancelled the change. False while it is being undone: an undo goes to its
 * end.
 */
bool ctx_is_cancelled(const struct dsactl_ctx *ctx);
void ctx_log(struct dsactl_ctx *ctx, int priority, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

/* From here to ctx_end_work() the work can be cancelled. True where that was not so before. */
bool ctx_begin_work(struct dsactl_ctx *ctx);
/* @begun: what ctx_begin_work() returned. */
void ctx_end_work(struct dsactl_ctx *ctx, bool begun);

/*
 * Copy a request of the caller, which begins with its own size, into @to of @size bytes. @least is
 * the size of its first version. -EINVAL where it is shorter, or where a member is set that this
 * version does not know.
 */
int ctx_take_request(struct dsactl_ctx *ctx, const char *what, const void *request, size_t least,
		     void *to, size_t size);
/* The size of a structure up to @last, its last member in version 1.0. */
#define SIZE_UP_TO(type, last) (offsetof(type, last) + sizeof(((type *)NULL)->last))

/*
 * Have @free called when the context ends. Each file that attaches something calls this each time;
 * a function is kept once.
 */
void ctx_free_with(struct dsactl_ctx *ctx, ctx_free_fn *free);

/* A text that stays the same on this host and differs on others: its machine id, or "". */
const char *ctx_host_seed(struct dsactl_ctx *ctx);

#endif /* DSACTL_CORE_CTX_H */
