// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who uses a device, and what have its slices lost? */
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "inventory.h"

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

bool slice_has_lost(const struct dsactl_slice *slice, unsigned int wq)
{
	const struct mod_device *mod = inventory_mod_device(slice->ctx, slice->device);

	return mod && (mod->flags & DSA_VDEV_DEVICE_FLAGS_ENABLED) && !slice->wq[wq].bound;
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
