// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is there: devices, groups, engines, work queues, slices, vdevs? */
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

	dsactl_device_foreach(ctx, device)
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

	dsactl_slice_foreach(ctx, slice)
		if (slice->id == id)
			return slice;
	return NULL;
}

struct dsactl_vdev *inventory_vdev(struct dsactl_ctx *ctx, const char *uuid_or_name)
{
	struct dsactl_vdev *vdev;

	if (!uuid_or_name[0])
		return NULL;
	dsactl_vdev_foreach(ctx, vdev)
		if (!strcasecmp(vdev->uuid, uuid_or_name) ||
		    !strcmp(vdev->name, uuid_or_name))
			return vdev;
	return NULL;
}

/* Devices */

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

/* Slices and vdevs */

struct dsactl_slice *dsactl_slice_get_first(struct dsactl_ctx *ctx)
{
	return inventory_read_module(ctx) ? NULL : ctx->inv->slices;
}

int dsactl_slice_get_numa_node(const struct dsactl_slice *slice)
{
	struct mod_device *mod = inventory_mod_device(slice->ctx, slice->device);

	return mod ? mod->numa : -1;
}

unsigned int dsactl_slice_get_wq_id(const struct dsactl_slice *slice, unsigned int i)
{
	return i < slice->nr_wqs ? slice->wq[i].id : 0;
}

unsigned int dsactl_slice_get_wq_size(const struct dsactl_slice *slice, unsigned int i)
{
	return i < slice->nr_wqs ? slice->wq[i].size : 0;
}

const char *dsactl_slice_get_state_name(const struct dsactl_slice *slice)
{
	return slice_state_name(slice->state);
}

bool dsactl_slice_get_allow_unsafe_portal(const struct dsactl_slice *slice)
{
	return slice->flags & DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL;
}

bool dsactl_slice_get_host_pci_id(const struct dsactl_slice *slice)
{
	return slice->flags & DSA_VDEV_SLICE_FLAGS_HOST_PCI_ID;
}

struct dsactl_vdev *dsactl_vdev_get_first(struct dsactl_ctx *ctx)
{
	return inventory_read_module(ctx) ? NULL : ctx->inv->vdevs;
}

struct dsactl_vdev *dsactl_vdev_find(struct dsactl_ctx *ctx, const char *uuid_or_name)
{
	struct dsactl_vdev *vdev;

	if (inventory_read_module(ctx))
		return NULL;
	vdev = inventory_vdev(ctx, uuid_or_name);
	if (!vdev)
		ctx_fail(ctx, ENOENT, uuid_or_name, "dsactl list --vdevs shows them",
			 "there is no vdev of this UUID or name");
	return vdev;
}

const char *dsactl_vdev_get_state_name(const struct dsactl_vdev *vdev)
{
	return vdev_state_name(vdev->state);
}

const char *dsactl_vdev_get_mapping_name(const struct dsactl_vdev *vdev)
{
	return mapping_name(vdev->mapping);
}

const char *dsactl_vdev_get_mapping_state_name(const struct dsactl_vdev *vdev)
{
	return mapping_state_name(vdev->mapping_state);
}

struct dsactl_hint dsactl_vdev_get_hint(const struct dsactl_vdev *vdev, unsigned int i)
{
	return i < vdev->nr_hints ? vdev->hint[i] : (struct dsactl_hint){ 0 };
}

bool dsactl_vdev_is_open(const struct dsactl_vdev *vdev)
{
	return vdev->state != DSA_VDEV_VDEV_STATE_CLOSED;
}

struct dsactl_vector *dsactl_vector_get_first(struct dsactl_vdev *vdev)
{
	return vdev->nr_vectors ? &vdev->vector[0] : NULL;
}

/* Plain fields: one line each. */

#define GET(noun, type, name, field)                                           \
	type dsactl_##noun##_get_##name(const struct dsactl_##noun *noun)      \
	{                                                                      \
		return noun->field;                                            \
	}
#define IS(noun, name)                                                         \
	bool dsactl_##noun##_is_##name(const struct dsactl_##noun *noun)       \
	{                                                                      \
		return noun->name;                                             \
	}
#define FIRST(noun, field)                                                     \
	struct dsactl_##noun *dsactl_##noun##_get_first(struct dsactl_device *device) \
	{                                                                      \
		return accel_read_parts(device) ? NULL : device->field;        \
	}
#define NEXT(noun)                                                             \
	struct dsactl_##noun *dsactl_##noun##_get_next(struct dsactl_##noun *noun) \
	{                                                                      \
		return noun->next;                                             \
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
GET(device, unsigned int, max_batch_size, max_batch)
GET(device, uint64_t, max_transfer_size, max_transfer)

FIRST(group, groups)
NEXT(group)
GET(group, const char *, name, name)
GET(group, int, id, id)

FIRST(engine, engines)
NEXT(engine)
GET(engine, const char *, name, name)
GET(engine, int, id, id)
GET(engine, int, group_id, group)

int dsactl_wq_get_occupancy(const struct dsactl_wq *wq)
{
	return accel_wq_occupancy(wq);
}

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

NEXT(slice)
GET(slice, unsigned int, id, id)
GET(slice, const char *, device_name, device)
GET(slice, int, group_id, group)
GET(slice, unsigned int, nr_wqs, nr_wqs)
GET(slice, unsigned int, nr_engines, nr_engines)
GET(slice, unsigned int, nr_vectors, nr_vectors)
GET(slice, unsigned int, pasid, pasid)
GET(slice, enum dsactl_slice_state, state, state)
GET(slice, const char *, type, type)
GET(slice, const char *, vdev_uuid, vdev)

NEXT(vdev)
IS(vdev, foreign)
GET(vdev, const char *, uuid, uuid)
GET(vdev, const char *, name, name)
GET(vdev, const char *, owner, owner)
GET(vdev, const char *, device_name, device)
GET(vdev, unsigned int, slice_id, slice)
GET(vdev, const char *, type, type)
GET(vdev, const char *, pci_id, pci_id)
GET(vdev, unsigned int, pasid, pasid)
GET(vdev, uint64_t, mapped_bytes, mapped_bytes)
GET(vdev, uint64_t, pinned_pages, pinned_pages)
GET(vdev, uint64_t, commands, commands)
GET(vdev, uint64_t, resets, resets)
GET(vdev, uint64_t, errors, errors)
GET(vdev, uint64_t, wanted_bytes, wanted_bytes)
GET(vdev, uint64_t, requests_served, requests_served)
GET(vdev, uint64_t, requests_refused, requests_refused)
GET(vdev, const char *, mapping_sources, mapping_sources)
GET(vdev, unsigned int, nr_hints, nr_hints)

NEXT(vector)
GET(vector, unsigned int, index, index)
GET(vector, int, irq, irq)
GET(vector, int, ims, ims)
GET(vector, int, handle, handle)
IS(vector, masked)
GET(vector, uint64_t, interrupts, interrupts)
