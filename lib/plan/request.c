// SPDX-License-Identifier: LGPL-2.1-or-later
/* The checks of a request for vdevs, before anything is planned. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>
#include <uuid/uuid.h>

#include "../backend/mdev.h"
#include "../core/names.h"
#include "../model/device.h"
#include "../model/inventory.h"
#include "../profile/limits.h"
#include "../state/kept.h"
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

static int check_type(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request)
{
	const char *type = request->type;
	unsigned int wqs = type ? mdev_type_wqs(type) : 0;

	if (!type || !strcmp(type, "dsa"))
		return 0;
	if (!strcmp(type, "iax"))
		return ctx_fail(ctx, EOPNOTSUPP, type, IAX_REMEDY, "no vdev is made on an IAX device");
	if (!wqs)
		return ctx_fail(ctx, EINVAL, "type", "choose dsa, or " MDEV_TYPE_NAMES,
				"there is no type \"%s\"", type);
	if (request->nr_wqs && request->nr_wqs != wqs)
		return ctx_fail(ctx, EINVAL, type, "leave one of them out",
				"its number of work queues is %u, not %u", wqs, request->nr_wqs);
	if (request->served && !mdev_type_is_served(type))
		return ctx_fail(ctx, EINVAL, type, "leave one of them out", "vdevs of this type are not served");
	return 0;
}

static int check_placement(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request)
{
	if ((unsigned int)request->placement > DSACTL_PLACE_PACK)
		return ctx_fail(ctx, EINVAL, "placement", NULL, "there is no placement %d",
				(int)request->placement);
	if (request->placement && request->device)
		return ctx_fail(ctx, EINVAL, request->device, "leave out one of them",
				"vdevs cannot be placed over devices where one is named");
	return 0;
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
	err = err ?: inventory_read_near(ctx, request->device);
	err = err ?: check_uuid(ctx, request->uuid);
	err = err ?: check_name(ctx, request->name);
	err = err ?: check_mapping(ctx, request->mapping);
	err = err ?: check_type(ctx, request);
	return err ?: check_placement(ctx, request);
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

/* "dsa0 on node 0, dsa1 on node 1", of devices that may have vdevs; "" where there are none. */
static void list_nodes(struct dsactl_ctx *ctx, char *text, size_t size)
{
	struct dsactl_device *device;
	size_t used = 0;

	text[0] = '\0';
	dsactl_device_foreach(ctx, device)
		if (!device_is_iax(device) && used < size)
			used += snprintf(text + used, size - used, "%s%s on node %d", used ? ", " : "",
					 device->name, numa_node(device->numa));
}

static bool has_device_on(struct dsactl_ctx *ctx, int node)
{
	struct dsactl_device *device;

	dsactl_device_foreach(ctx, device)
		if (!device_is_iax(device) && numa_node(device->numa) == node)
			return true;
	return false;
}

int request_require_node(struct dsactl_ctx *ctx, const char *name, int node)
{
	struct dsactl_device *device = name ? inventory_device(ctx, name) : NULL;
	char nodes[256];

	if (device && numa_node(device->numa) != node)
		return ctx_fail(ctx, EINVAL, name, "leave out the device or the node", "it is on node %d, not %d",
				numa_node(device->numa), node);
	list_nodes(ctx, nodes, sizeof(nodes));
	/* A host without any device is told so when a slice is looked for. */
	if (device || !nodes[0] || has_device_on(ctx, node))
		return 0;
	return ctx_fail(ctx, ENOENT, "create-vdev", "choose another node",
			"no DSA device is on node %d; there is %s", node, nodes);
}

static bool claims(const struct profile_vdev *kept, const struct dsactl_vdev_request *request)
{
	return strcmp(kept->owner, request->owner ?: "") &&
	       ((request->uuid && !strcasecmp(kept->uuid, request->uuid)) ||
		(request->name && !strcmp(kept->name, request->name)));
}

int request_require_unclaimed(struct dsactl_ctx *ctx, const struct dsactl_vdev_request *request)
{
	struct dsactl_kept *all, *kept;
	int err = kept_read(ctx, &all);

	for (kept = all; kept && !err; kept = kept->next)
		if (claims(&kept->vdev, request))
			err = ctx_fail(ctx, EEXIST, request->name ?: request->uuid, "choose another",
				       "a vdev of this UUID or name is restored at boot for another owner");
	kept_free(all);
	return err;
}
