// SPDX-License-Identifier: LGPL-2.1-or-later
/* The checks of a request for vdevs, before anything is planned. */
#include <ctype.h>
#include <uuid/uuid.h>

#include "../backend/mdev.h"
#include "../core/names.h"
#include "../model/inventory.h"
#include "request.h"

#define MAX_COUNT 4096

static int check_text(struct dsactl_ctx *ctx, const char *what, const char *text)
{
	if (!text)
		return 0;
	if (!text[0] || strlen(text) > DSA_VDEV_NAME_MAX)
		return ctx_fail(ctx, EINVAL, what, NULL, "it must have 1 to %u bytes",
				DSA_VDEV_NAME_MAX);
	for (const char *c = text; *c; c++)
		if (!isgraph((unsigned char)*c))
			return ctx_fail(ctx, EINVAL, what,
					"use letters, digits and punctuation",
					"\"%s\" holds a blank or control character", text);
	return 0;
}

static int check_uuid(struct dsactl_ctx *ctx, const char *uuid)
{
	uuid_t parsed;

	if (!uuid)
		return 0;
	if (uuid_parse(uuid, parsed))
		return ctx_fail(ctx, EINVAL, uuid,
				"give one such as 123e4567-e89b-42d3-a456-426614174000",
				"this is not a UUID");
	if (inventory_vdev(ctx, uuid) || mdev_exists(uuid))
		return ctx_fail(ctx, EEXIST, uuid, "choose another UUID",
				"a mediated device of this UUID exists");
	return 0;
}

static int check_name(struct dsactl_ctx *ctx, const char *name)
{
	uuid_t parsed;

	if (!name)
		return 0;
	if (!uuid_parse(name, parsed))
		return ctx_fail(ctx, EINVAL, name, "use create-vdev --uuid for a UUID",
				"a name must not look like a UUID");
	if (!strcmp(name, "all"))
		return ctx_fail(ctx, EINVAL, name, "choose another name",
				"this word stands for every vdev");
	if (inventory_vdev(ctx, name))
		return ctx_fail(ctx, EEXIST, name, "choose another name",
				"a vdev of this name exists");
	return 0;
}

static int check_mapping(struct dsactl_ctx *ctx, const char *mapping)
{
	if (!mapping || mapping_find(mapping) >= 0)
		return 0;
	return ctx_fail(ctx, EINVAL, "mapping", "choose " MAPPING_NAMES, "there is no mapping \"%s\"", mapping);
}

int request_check(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request)
{
	int err;

	if (request->count > MAX_COUNT)
		return ctx_fail(ctx, EINVAL, "count", NULL, "%u is more than %u",
				request->count, MAX_COUNT);
	if (request->count > 1 && (request->uuid || request->name))
		return ctx_fail(ctx, EINVAL, "count", "create them one by one",
				"%u vdevs cannot share a UUID or name", request->count);
	err = check_text(ctx, "name", request->name);
	err = err ?: check_text(ctx, "owner", request->owner);
	err = err ?: inventory_read_module(ctx);
	err = err ?: check_uuid(ctx, request->uuid);
	err = err ?: check_name(ctx, request->name);
	return err ?: check_mapping(ctx, request->mapping);
}

int request_resolve_device(struct dsactl_ctx *ctx, const char **name)
{
	struct dsactl_device *device;

	if (!*name || inventory_mod_device(ctx, *name))
		return 0;
	device = dsactl_device_find(ctx, *name);
	if (!device)
		return -ENOENT;
	*name = device->name;
	return 0;
}
