// SPDX-License-Identifier: LGPL-2.1-or-later
/* How does a context begin and end, and how does the library speak? */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "ctx.h"
#include "files.h"

void ctx_log(struct dsactl_ctx *ctx, int priority, const char *text, ...)
{
	char line[1600];
	va_list args;

	if (!ctx->log)
		return;
	va_start(args, text);
	vsnprintf(line, sizeof(line), text, args);
	va_end(args);
	ctx->log(ctx->log_data, priority, line);
}

static void join_line(struct dsactl_ctx *ctx)
{
	snprintf(ctx->line, sizeof(ctx->line), "%s: %s%s%s", ctx->object,
		 ctx->cause, ctx->remedy[0] ? ": " : "", ctx->remedy);
}

int ctx_fail(struct dsactl_ctx *ctx, int err, const char *object,
	     const char *remedy, const char *cause, ...)
{
	char text[sizeof(ctx->cause)];
	va_list args;

	va_start(args, cause);
	vsnprintf(text, sizeof(text), cause, args);
	va_end(args);
	if (ctx->undoing) {
		ctx_log(ctx, LOG_WARNING, "%s: %s", object, text);
		return -err;
	}
	ctx->err = -err;
	COPY_TEXT(ctx->object, object);
	COPY_TEXT(ctx->cause, text);
	COPY_TEXT(ctx->remedy, remedy);
	join_line(ctx);
	return -err;
}

const char *ctx_remedy(int err, const char *otherwise)
{
	switch (err) {
	case ENOSPC:
	case EDQUOT:
		return "free some space there";
	case EROFS:
		return "have it mounted writable, or run dsactl outside of this container or unit";
	case EACCES:
	case EPERM:
		return geteuid() ? "run dsactl as root" : "root may not, either: see what confines this process";
	default:
		return otherwise;
	}
}

int ctx_fail_file(struct dsactl_ctx *ctx, int err, const char *path, const char *what)
{
	int code = err == EACCES ? EPERM : err == ENOSPC || err == EDQUOT ? EIO : err;

	return ctx_fail(ctx, code, path, ctx_remedy(err, NULL), "cannot be %s: %s", what, strerror(err));
}

int ctx_nomem(struct dsactl_ctx *ctx)
{
	return ctx_fail(ctx, ENOMEM, "memory", NULL, "there is not enough");
}

void ctx_forget_failure(struct dsactl_ctx *ctx)
{
	ctx->err = 0;
	ctx->object[0] = ctx->cause[0] = ctx->remedy[0] = ctx->line[0] = '\0';
}

const char *ctx_host_seed(struct dsactl_ctx *ctx)
{
	if (!ctx->seed[0])
		file_read_line("/etc/machine-id", ctx->seed, sizeof(ctx->seed));
	return ctx->seed;
}

int dsactl_new(struct dsactl_ctx **ctx)
{
	struct dsactl_ctx *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->refs = 1;
	new->timeout_ms = 30000;
	*ctx = new;
	return 0;
}

struct dsactl_ctx *dsactl_ref(struct dsactl_ctx *ctx)
{
	ctx->refs++;
	return ctx;
}

void dsactl_unref(struct dsactl_ctx *ctx)
{
	if (!ctx || --ctx->refs)
		return;
	for (size_t i = 0; i < CTX_MAX_OWNERS && ctx->owners[i]; i++)
		ctx->owners[i](ctx);
	free(ctx);
}

void ctx_free_with(struct dsactl_ctx *ctx, ctx_free_fn *free)
{
	size_t i = 0;

	while (i < CTX_MAX_OWNERS && ctx->owners[i] && ctx->owners[i] != free)
		i++;
	assert(i < CTX_MAX_OWNERS);
	ctx->owners[i] = free;
}

void dsactl_set_log(struct dsactl_ctx *ctx, dsactl_log_fn *log, void *data)
{
	ctx->log = log;
	ctx->log_data = data;
}

void dsactl_set_timeout_ms(struct dsactl_ctx *ctx, unsigned int timeout_ms)
{
	ctx->timeout_ms = timeout_ms;
}

void dsactl_cancel(struct dsactl_ctx *ctx)
{
	if (ctx->busy)
		ctx->cancelled = 1;
}

bool ctx_begin_work(struct dsactl_ctx *ctx)
{
	bool begun = !ctx->busy;

	ctx->busy = 1;
	return begun;
}

void ctx_end_work(struct dsactl_ctx *ctx, bool begun)
{
	if (!begun)
		return;
	/* In this order: a signal between the two must not leave a cancellation behind. */
	ctx->busy = 0;
	ctx->cancelled = 0;
}

const char *dsactl_get_version(void)
{
	return DSACTL_VERSION;
}

int ctx_take_request(struct dsactl_ctx *ctx, const char *what, const void *request, size_t least,
		     void *to, size_t size)
{
	const unsigned char *bytes = request;
	size_t given;

	memcpy(&given, request, sizeof(given));
	if (given < least)
		return ctx_fail(ctx, EINVAL, what, NULL, "the request's size is not set");
	memset(to, 0, size);
	memcpy(to, request, given < size ? given : size);
	for (size_t i = size; i < given; i++)
		if (bytes[i])
			return ctx_fail(ctx, EINVAL, what, "use a later version of the library",
					"the request has what version %s does not know", dsactl_get_version());
	return 0;
}

bool ctx_is_cancelled(const struct dsactl_ctx *ctx)
{
	return ctx->cancelled && !ctx->undoing;
}

int dsactl_get_error(struct dsactl_ctx *ctx)
{
	return ctx->err;
}

const char *dsactl_get_message(struct dsactl_ctx *ctx)
{
	return ctx->line;
}

const char *dsactl_get_error_object(struct dsactl_ctx *ctx)
{
	return ctx->object;
}

const char *dsactl_get_error_cause(struct dsactl_ctx *ctx)
{
	return ctx->cause;
}

const char *dsactl_get_error_remedy(struct dsactl_ctx *ctx)
{
	return ctx->remedy;
}
