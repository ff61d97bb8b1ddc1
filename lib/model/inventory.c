// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is there on this host, and what of it has this name? */
#include <strings.h>

#include "../backend/accel.h"
#include "../backend/netlink.h"
#include "inventory.h"

struct inventory *inventory_get(struct dsactl_ctx *ctx)
{
	if (!ctx->inv)
		ctx->inv = calloc(1, sizeof(*ctx->inv));
	ctx_free_with(ctx, inventory_drop);
	return ctx->inv;
}

void inventory_drop_accel(struct dsactl_ctx *ctx)
{
	struct inventory *inv = ctx->inv;

	if (!inv)
		return;
	while (inv->devices) {
		struct dsactl_device *device = inv->devices;

		inv->devices = device->next;
		device_drop_parts(device);
		free(device);
	}
	accel_close(inv);
	inv->accel_read = false;
}

void inventory_drop_module(struct dsactl_ctx *ctx)
{
	struct inventory *inv = ctx->inv;

	if (!inv)
		return;
	FREE_LIST(inv->mod_devices);
	FREE_LIST(inv->slices);
	FREE_LIST(inv->vdevs);
	inv->module_read = false;
}

void inventory_drop(struct dsactl_ctx *ctx)
{
	inventory_drop_accel(ctx);
	inventory_drop_module(ctx);
	free(ctx->inv);
	ctx->inv = NULL;
}

int inventory_read_accel(struct dsactl_ctx *ctx)
{
	struct inventory *inv = inventory_get(ctx);

	if (!inv)
		return ctx_nomem(ctx);
	if (!inv->accel_read) {
		inv->accel_read = true;
		inv->accel_error = accel_read(ctx, inv);
	}
	return inv->accel_error;
}

int inventory_read_module(struct dsactl_ctx *ctx)
{
	struct inventory *inv = inventory_get(ctx);
	int err;

	if (!inv)
		return ctx_nomem(ctx);
	if (inv->module_read)
		return 0;
	err = netlink_read_all(ctx, inv);
	inv->has_module = !err;
	if (err == -ENOENT)
		err = 0;
	else if (err)
		inventory_drop_module(ctx);
	inv->module_read = !err;
	return err;
}

int inventory_read_device(struct dsactl_device *device)
{
	return inventory_read_module(device->ctx) ?: accel_read_parts(device);
}

int dsactl_refresh(struct dsactl_ctx *ctx)
{
	inventory_drop(ctx);
	ctx_forget_failure(ctx);
	return accel_require_idxd(ctx);
}

bool dsactl_has_module(struct dsactl_ctx *ctx)
{
	return !inventory_read_module(ctx) && ctx->inv->has_module;
}

struct dsactl_device *inventory_device(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_device *device;

	if (inventory_read_accel(ctx))
		return NULL;
	for (device = ctx->inv->devices; device; device = device->next)
		if (!strcmp(device->name, name) || !strcasecmp(device->pci, name))
			return device;
	return NULL;
}

struct mod_device *inventory_mod_device(struct dsactl_ctx *ctx, const char *name)
{
	struct mod_device *mod;

	if (inventory_read_module(ctx))
		return NULL;
	for (mod = ctx->inv->mod_devices; mod; mod = mod->next)
		if (!strcmp(mod->name, name))
			return mod;
	return NULL;
}

struct dsactl_slice *inventory_slice(struct dsactl_ctx *ctx, uint32_t id)
{
	struct dsactl_slice *slice;

	if (inventory_read_module(ctx))
		return NULL;
	for (slice = ctx->inv->slices; slice; slice = slice->next)
		if (slice->id == id)
			return slice;
	return NULL;
}

struct dsactl_vdev *inventory_vdev(struct dsactl_ctx *ctx, const char *uuid_or_name)
{
	struct dsactl_vdev *vdev;

	if (!uuid_or_name[0] || inventory_read_module(ctx))
		return NULL;
	for (vdev = ctx->inv->vdevs; vdev; vdev = vdev->next)
		if (!strcasecmp(vdev->uuid, uuid_or_name) ||
		    !strcmp(vdev->name, uuid_or_name))
			return vdev;
	return NULL;
}
