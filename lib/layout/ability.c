// SPDX-License-Identifier: LGPL-2.1-or-later
/* Can this device be laid out as wanted, and what does it lack? */
#include "../backend/accel.h"
#include "../backend/host.h"
#include "../backend/modules.h"
#include "../model/device.h"
#include "../model/inventory.h"
#include "../profile/entry.h"
#include "../profile/limits.h"
#include "ability.h"

/* Whether a slice has a work queue that blocks on faults. */
static bool blocks(const struct profile_device *want)
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	const struct profile_wq *wq;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			LIST_FOREACH(&slice->wqs, wq)
				if (wq->block_on_fault)
					return true;
	return false;
}

/* Whether memory is to be found by page requests alone. */
static bool needs_requests(const struct profile_device *want)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (mapping_find(slice->mapping) == DSA_VDEV_MAPPING_PRS ||
			    mapping_find(slice->vdev.mapping) == DSA_VDEV_MAPPING_PRS)
				return true;
	return false;
}

/* As enum dsa_vdev_device_flags. A feature that cannot be seen counts as present. */
static uint32_t features_of(const struct dsactl_device *device)
{
	const struct mod_device *mod = inventory_mod_device(device->ctx, device->name);

	if (mod)
		return mod->flags;
	return (pci_has_enabled(device->pci, PCI_PASID) ? DSA_VDEV_DEVICE_FLAGS_PASID : 0) |
	       (pci_has_enabled(device->pci, PCI_PAGE_REQUESTS) ? DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS : 0) |
	       (dsactl_device_get_ims_size(device) ? DSA_VDEV_DEVICE_FLAGS_IMS : 0);
}

int layout_require_able(struct dsactl_device *device, const struct profile_device *want)
{
	uint32_t flags = entry_nr_slices(want) ? features_of(device) : UINT32_MAX;

	if (!(flags & DSA_VDEV_DEVICE_FLAGS_PASID))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name,
				"boot with intel_iommu=on,sm_on; dsactl check says more",
				"no PASID can be attached to it, so memory could not be isolated");
	if (!(flags & DSA_VDEV_DEVICE_FLAGS_IMS))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "choose another device",
				"it has no interrupt message storage for DEV-MSI vectors");
	if (blocks(want) && !(flags & DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "leave block on fault out",
				"page requests are not enabled on it, so no descriptor can wait for a page");
	if (needs_requests(want) && !(flags & DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "choose another mapping",
				"mapping prs: page requests are not enabled on it");
	return 0;
}

/*
 * Which attributes idxd does not have here. All work queues of a device have the same, and so have
 * its groups.
 */
static unsigned int lacks_attrs(const struct dsactl_device *device)
{
	const struct dsactl_group *group = device->groups;
	const struct dsactl_wq *wq = device->wqs;
	char ops[OPS_SIZE] = "";

	if (wq)
		accel_read_op_config(wq, ops);
	return (wq && wq->ats_disable < 0 ? LACKS_ATS_DISABLE : 0) |
	       (wq && wq->prs_disable < 0 ? LACKS_PRS_DISABLE : 0) |
	       (wq && !ops[0] ? LACKS_OP_CONFIG : 0) |
	       (group && group->config.desc_progress_limit < 0 ? LACKS_PROGRESS_LIMITS : 0) |
	       (device->event_log_size < 0 ? LACKS_EVENT_LOG : 0);
}

unsigned int layout_lacks(const struct dsactl_device *device)
{
	return lacks_attrs(device) |
	       (features_of(device) & DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS ? 0 : LACKS_PAGE_REQUESTS) |
	       (device->lacks_user_pasid ? LACKS_USER_PASID : 0) |
	       (device_is_iax(device) ? LACKS_SLICES : 0) |
	       (cpu_has("enqcmd") ? 0 : LACKS_ENQCMD);
}

int layout_prepare(struct dsactl_ctx *ctx, const char *device,
		   const struct profile_device *want)
{
	struct dsactl_device *found;
	struct mod_device *mod;
	int err = entry_nr_slices(want) ? modules_load(ctx, DRIVER) : 0;

	if (err || !entry_nr_slices(want))
		return err;
	mod = inventory_mod_device(ctx, device);
	if (!mod) {	/* it was loaded just now */
		inventory_drop_module(ctx);
		mod = inventory_mod_device(ctx, device);
	}
	if (!mod)
		return ctx_fail(ctx, EOPNOTSUPP, device, "see the kernel log",
				"the module dsa_vdev does not take it");
	found = dsactl_device_find(ctx, device);
	return found ? layout_require_able(found, want) : -ENOENT;
}
