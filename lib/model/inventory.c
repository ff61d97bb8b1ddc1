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

static void free_module(struct inventory *inv)
{
	FREE_LIST(inv->mod_devices);
	FREE_LIST(inv->slices);
	FREE_LIST(inv->vdevs);
}

void inventory_drop_module(struct dsactl_ctx *ctx)
{
	struct inventory *inv = ctx->inv;

	if (!inv)
		return;
	free_module(inv);
	inv->module_read = inv->near_read = false;
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

/* Put the device that is known in the place of its like: who plans with it points to it. */
static void keep_known(struct mod_device **all, struct mod_device *known)
{
	struct mod_device *same;

	while (*all && strcmp((*all)->name, known->name))
		all = &(*all)->next;
	same = *all;
	known->next = same ? same->next : NULL;
	*all = known;
	free(same);
}

static void adopt(struct inventory *inv, struct inventory *rest)
{
	if (inv->mod_devices)
		keep_known(&rest->mod_devices, inv->mod_devices);
	inv->mod_devices = rest->mod_devices;
	if (!inv->near_read)
		inv->slices = rest->slices;
	inv->vdevs = rest->vdevs;
}

/* Where the module is not loaded, there is nothing. */
int inventory_read_module(struct dsactl_ctx *ctx)
{
	struct inventory *inv = inventory_get(ctx), rest = { 0 };
	unsigned int lists = NETLINK_DEVICES | NETLINK_VDEVS;
	int err;

	if (!inv)
		return ctx_nomem(ctx);
	if (inv->module_read)
		return 0;
	err = netlink_read(ctx, &rest, inv->near_read ? lists : lists | NETLINK_SLICES, NULL);
	inv->has_module = !err;
	if (err)
		free_module(&rest);
	else
		adopt(inv, &rest);
	inv->module_read = !err || err == -ENOENT;
	return inv->module_read ? 0 : err;
}

int inventory_read_near(struct dsactl_ctx *ctx, const char *device)
{
	struct inventory *inv = inventory_get(ctx);
	int err;

	if (!inv || !device || strlen(device) >= NAME_SIZE || inv->module_read)
		return inventory_read_module(ctx);
	if (inv->near_read)
		return 0;
	err = netlink_read(ctx, inv, NETLINK_DEVICES | NETLINK_SLICES, device);
	inv->near_read = inv->has_module = !err && inv->mod_devices;
	if (inv->near_read)
		return 0;
	free_module(inv);
	return err && err != -ENOENT ? err : inventory_read_module(ctx);
}

int inventory_read_slices(struct dsactl_ctx *ctx)
{
	return ctx->inv && ctx->inv->near_read ? 0 : inventory_read_module(ctx);
}

int inventory_read_device(struct dsactl_device *device)
{
	return inventory_read_module(device->ctx) ?: accel_read_settings(device);
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

static struct mod_device *find_mod_device(const struct inventory *inv, const char *name)
{
	struct mod_device *mod = inv ? inv->mod_devices : NULL;

	while (mod && strcmp(mod->name, name))
		mod = mod->next;
	return mod;
}

struct mod_device *inventory_mod_device(struct dsactl_ctx *ctx, const char *name)
{
	struct mod_device *mod = find_mod_device(ctx->inv, name);

	return mod || inventory_read_module(ctx) ? mod : find_mod_device(ctx->inv, name);
}

struct dsactl_slice *inventory_slice(struct dsactl_ctx *ctx, uint32_t id)
{
	struct dsactl_slice *slice;

	if (inventory_read_slices(ctx))
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
