// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is a slice like? */
#include "../core/names.h"
#include "fields.h"
#include "inventory.h"
#include "slice.h"

struct dsactl_slice *dsactl_slice_get_first(struct dsactl_ctx *ctx)
{
	return inventory_read_slices(ctx) ? NULL : ctx->inv->slices;
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

const char *dsactl_slice_get_mapping_name(const struct dsactl_slice *slice)
{
	return mapping_name(slice->mapping);
}

bool slice_has_lost(const struct dsactl_slice *slice, unsigned int wq)
{
	const struct mod_device *mod = inventory_mod_device(slice->ctx, slice->device);

	return mod && (mod->flags & DSA_VDEV_DEVICE_FLAGS_ENABLED) && !slice->wq[wq].bound;
}

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
