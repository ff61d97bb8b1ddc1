// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is a device like, with its groups, engines and work queues? */
#include <stdio.h>
#include <string.h>

#include "../backend/accel.h"
#include "device.h"
#include "fields.h"
#include "inventory.h"
#include "slice.h"

struct dsactl_device *dsactl_device_get_first(struct dsactl_ctx *ctx)
{
	return inventory_read_accel(ctx) ? NULL : ctx->inv->devices;
}

struct dsactl_device *dsactl_device_find(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_device *device;

	if (inventory_read_accel(ctx))
		return NULL;
	device = inventory_device(ctx, name);
	if (!device && pci_lacks_domain(name))
		ctx_fail(ctx, ENOENT, name, "dsactl list --devices shows them",
			 "there is no such device: an address has its domain, such as 0000:6a:01.0");
	else if (!device)
		ctx_fail(ctx, ENOENT, name, "dsactl list --devices shows them",
			 "there is no such device");
	return device;
}

bool dsactl_device_is_unsafe(const struct dsactl_device *device)
{
	return pci_id_is_unsafe(device->pci_id);
}

/* GENCAP 30:25 counts the entries in units of 256. */
unsigned int dsactl_device_get_ims_size(const struct dsactl_device *device)
{
	return ((device->gen_cap >> 25) & 0x3f) * 256;
}

int dsactl_device_get_ims_free(const struct dsactl_device *device)
{
	struct mod_device *mod = inventory_mod_device(device->ctx, device->name);

	return mod ? (int)mod->ims_free : -1;
}

unsigned int dsactl_device_get_nr_slices(const struct dsactl_device *device)
{
	struct mod_device *mod = inventory_mod_device(device->ctx, device->name);

	return mod ? mod->nr_slices : 0;
}

/* What is read when it is asked for changes nothing that the caller sees. */
static const struct dsactl_device *with_limits(const struct dsactl_device *device)
{
	accel_read_limits((struct dsactl_device *)device);
	return device;
}

unsigned int dsactl_device_get_max_batch_size(const struct dsactl_device *device)
{
	return with_limits(device)->max_batch;
}

uint64_t dsactl_device_get_max_transfer_size(const struct dsactl_device *device)
{
	return with_limits(device)->max_transfer;
}

/* ---- Parts ---- */

#define FIRST(noun, field)                                                     \
	struct dsactl_##noun *dsactl_##noun##_get_first(struct dsactl_device *device) \
	{                                                                      \
		return accel_read_parts(device) ? NULL : device->field;        \
	}

int dsactl_wq_get_occupancy(const struct dsactl_wq *wq)
{
	return accel_wq_occupancy(wq);
}

NEXT(device)
GET(device, const char *, name, name)
GET(device, const char *, type, type)
GET(device, const char *, pci, pci)
GET(device, unsigned int, pci_id, pci_id)
GET(device, int, numa_node, numa)
IS(device, enabled)
IS(device, configurable)
GET(device, unsigned int, nr_groups, nr_groups)
GET(device, unsigned int, nr_engines, nr_engines)
GET(device, unsigned int, nr_wqs, nr_wqs)
GET(device, unsigned int, wq_entries, wq_entries)

FIRST(group, groups)
NEXT(group)
GET(group, const char *, name, name)
GET(group, int, id, id)

FIRST(engine, engines)
NEXT(engine)
GET(engine, const char *, name, name)
GET(engine, int, id, id)
GET(engine, int, group_id, group)

FIRST(wq, wqs)
NEXT(wq)
GET(wq, const char *, name, name)
GET(wq, int, id, id)
GET(wq, int, group_id, group)
GET(wq, unsigned int, size, size)
GET(wq, unsigned int, priority, priority)
IS(wq, dedicated)
IS(wq, enabled)
GET(wq, bool, block_on_fault, block_on_fault)
GET(wq, const char *, type, type)
GET(wq, const char *, label, label)
GET(wq, const char *, driver, driver)
GET(wq, unsigned int, max_batch_size, max_batch)
GET(wq, uint64_t, max_transfer_size, max_transfer)

/* ---- For messages and plans ---- */

bool device_list_bound(struct dsactl_device *device, char *text, size_t size)
{
	struct dsactl_wq *wq;
	size_t used = 0;

	text[0] = '\0';
	dsactl_wq_foreach(device, wq) {
		if (!wq->bound[0] || used >= size)
			continue;
		used += snprintf(text + used, size - used, "%s%s (%s)",
				 used ? ", " : "", wq->name, wq->bound);
	}
	return used;
}

bool device_is_iax(const struct dsactl_device *device)
{
	return !strcmp(device->type, "iax");
}

struct dsactl_slice *device_broken_slice(const struct dsactl_device *device)
{
	struct dsactl_slice *slice;

	dsactl_slice_foreach(device->ctx, slice)
		for (unsigned int i = 0; i < slice->nr_wqs; i++)
			if (!strcmp(slice->device, device->name) && slice_has_lost(slice, i))
				return slice;
	return NULL;
}
