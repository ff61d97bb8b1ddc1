// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is a vdev like, with its vectors, and who has it open? */
#include "../backend/mdev.h"
#include "../core/ctx.h"
#include "fields.h"
#include "inventory.h"
#include "vdev.h"

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

int vdev_require_closed(struct dsactl_vdev *vdev)
{
	const char *what = vdev->name[0] ? vdev->name : vdev->uuid;
	char who[96];

	if (!dsactl_vdev_is_open(vdev))
		return 0;
	if (mdev_holder(vdev->uuid, who, sizeof(who)))
		return ctx_fail(vdev->ctx, EBUSY, what, "detach it there first, or stop that process",
				"%s has it open", who);
	return ctx_fail(vdev->ctx, EBUSY, what,
			"stop it; if it was killed, end the server of the file system that its memory is read from",
			"it is open in a process that has ended or cannot be seen from here");
}

int dsactl_vdev_require_owner(struct dsactl_vdev *vdev, const char *owner)
{
	if (!strcmp(vdev->owner, owner))
		return 0;
	return ctx_fail(vdev->ctx, EPERM, vdev->name[0] ? vdev->name : vdev->uuid,
			"dsactl list --vdevs shows whose is which", "it is not a vdev of %s", owner);
}

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
