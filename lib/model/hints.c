// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where does the holder of a vdev have the memory of its guest? */
#include <inttypes.h>
#include <stdio.h>

#include "../backend/netlink.h"
#include "../core/ctx.h"

static int check_hint(struct dsactl_ctx *ctx, const struct dsactl_hint *hint)
{
	char object[64];

	snprintf(object, sizeof(object), "hint 0x%" PRIx64 "+0x%" PRIx64, hint->iova, hint->length);
	if ((hint->iova | hint->length) % 4096)
		return ctx_fail(ctx, EINVAL, object, NULL, "both must be multiples of 4096");
	if (!hint->length || hint->length - 1 > UINT64_MAX - hint->iova)
		return ctx_fail(ctx, EINVAL, object, NULL,
				"the length must not be 0, nor reach beyond 2^64");
	return 0;
}

int dsactl_vdev_set_hints(struct dsactl_vdev *vdev, const struct dsactl_hint *hints,
			  unsigned int nr)
{
	if (nr > DSA_VDEV_MAX_HINTS)
		return ctx_fail(vdev->ctx, EINVAL, vdev->uuid, "join some of them",
				"%u hints are more than %u", nr, DSA_VDEV_MAX_HINTS);
	for (unsigned int i = 0; i < nr; i++) {
		int err = check_hint(vdev->ctx, &hints[i]);

		if (err)
			return err;
	}
	return netlink_vdev_set_hints(vdev->ctx, vdev->uuid, hints, nr);
}
