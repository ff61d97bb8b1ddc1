// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The quotas of owners, and what counts against them: a vdev while it is there, and while the next
 * boot would bring it.
 */
#include "../core/ctx.h"
#include "../model/inventory.h"
#include "kept.h"
#include "quota.h"

#define OTHERS "*"

static const struct conf_quota *of_owner(const struct list *quotas, const char *owner)
{
	return conf_find_quota(quotas, owner) ?: conf_find_quota(quotas, OTHERS);
}

int quota_find(struct dsactl_ctx *ctx, const char *owner, struct conf_quota *quota, bool *there)
{
	const struct conf_quota *found;
	struct list quotas;
	int err = conf_get_quotas(ctx, &quotas);

	found = err ? NULL : of_owner(&quotas, owner);
	*there = found;
	if (found)
		*quota = *found;
	free(quotas.item);
	return err;
}

/* ---- The list ---- */

static void forget_listed(struct dsactl_ctx *ctx)
{
	while (ctx->quotas) {
		struct dsactl_quota *quota = ctx->quotas;

		ctx->quotas = quota->next;
		free(quota);
	}
}

static struct dsactl_quota *find_listed(struct dsactl_ctx *ctx, const char *owner)
{
	struct dsactl_quota *quota;

	dsactl_quota_foreach(ctx, quota)
		if (!strcmp(quota->owner, owner))
			return quota;
	return NULL;
}

static int add(struct dsactl_ctx *ctx, const char *owner, unsigned int limit)
{
	struct dsactl_quota **tail = &ctx->quotas, *quota = calloc(1, sizeof(*quota));

	if (!quota)
		return ctx_nomem(ctx);
	COPY_TEXT(quota->owner, owner);
	quota->limit = limit;
	while (*tail)
		tail = &(*tail)->next;
	*tail = quota;
	return 0;
}

/* A vdev of @owner: one more of its quota. None, and what create-vdev would refuse, has no quota. */
static int count(struct dsactl_ctx *ctx, const struct list *quotas, const char *owner)
{
	const struct conf_quota *conf = conf_is_owner(owner) ? of_owner(quotas, owner) : NULL;
	int err = conf && !find_listed(ctx, owner) ? add(ctx, owner, conf->limit) : 0;

	if (conf && !err)
		find_listed(ctx, owner)->used++;
	return err;
}

static int count_all(struct dsactl_ctx *ctx, const struct list *quotas, const struct dsactl_kept *kept)
{
	struct dsactl_vdev *vdev;
	int err = 0;

	dsactl_vdev_foreach(ctx, vdev)
		err = err ?: count(ctx, quotas, vdev->owner);
	for (; kept; kept = kept->next)
		if (!inventory_vdev(ctx, kept->vdev.uuid))
			err = err ?: count(ctx, quotas, kept->vdev.owner);
	return err;
}

/* Owners that have a line are listed though they have no vdevs. */
static int add_named(struct dsactl_ctx *ctx, const struct list *quotas)
{
	const struct conf_quota *conf;
	int err = 0;

	LIST_FOREACH(quotas, conf)
		if (strcmp(conf->owner, OTHERS))
			err = err ?: add(ctx, conf->owner, conf->limit);
	return err;
}

int dsactl_quota_list(struct dsactl_ctx *ctx)
{
	struct dsactl_kept *kept = NULL;
	struct list quotas;
	int err = conf_get_quotas(ctx, &quotas);

	forget_listed(ctx);
	ctx_free_with(ctx, forget_listed);
	if (!err && quotas.nr)
		err = inventory_read_module(ctx) ?: kept_read(ctx, &kept) ?: add_named(ctx, &quotas) ?:
		      count_all(ctx, &quotas, kept);
	kept_free(kept);
	free(quotas.item);
	return err;
}

struct dsactl_quota *dsactl_quota_get_first(struct dsactl_ctx *ctx)
{
	return ctx->quotas;
}

struct dsactl_quota *dsactl_quota_get_next(struct dsactl_quota *quota)
{
	return quota->next;
}

const char *dsactl_quota_get_owner(const struct dsactl_quota *quota)
{
	return quota->owner;
}

unsigned int dsactl_quota_get_limit(const struct dsactl_quota *quota)
{
	return quota->limit;
}

unsigned int dsactl_quota_get_used(const struct dsactl_quota *quota)
{
	return quota->used;
}
