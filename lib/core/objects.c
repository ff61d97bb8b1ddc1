// SPDX-License-Identifier: LGPL-2.1-or-later
/* How are the parts of a device freed? */
#include "objects.h"

void device_drop_parts(struct dsactl_device *device)
{
	FREE_LIST(device->groups);
	FREE_LIST(device->engines);
	FREE_LIST(device->wqs);
}
