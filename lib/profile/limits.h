/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device has, and what it lacks: the limits of every layout. */
#ifndef DSACTL_PROFILE_LIMITS_H
#define DSACTL_PROFILE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/ops.h"

#define LIMIT_UNKNOWN UINT32_MAX	/* a limit that only the module could tell */

/* What this host or device was seen to lack. */
enum device_lack {
	LACKS_PAGE_REQUESTS = 1 << 0,
	LACKS_USER_PASID = 1 << 1,
	LACKS_ENQCMD = 1 << 2,
	/* Attributes that idxd has of some devices only. */
	LACKS_ATS_DISABLE = 1 << 3,
	LACKS_PRS_DISABLE = 1 << 4,
	LACKS_OP_CONFIG = 1 << 5,
	LACKS_PROGRESS_LIMITS = 1 << 6,
	LACKS_EVENT_LOG = 1 << 7,
	LACKS_SLICES = 1 << 8,
};

#define FIXED_CAUSE "its configuration is fixed"
#define IAX_REMEDY "choose a DSA device"
#define IAX_CAUSE "it is an IAX device, and slices are made of DSA devices"

struct device_limits {
	unsigned int groups, engines, wqs, wq_entries, ims, max_batch;
	uint64_t max_transfer;
	unsigned int read_buffers;	/* what a group has by default */
	bool block_on_fault, traffic_classes;
	unsigned int lacks;	/* of enum device_lack */
	char op_cap[OPS_SIZE];	/* what its work queues may do; "": unknown */
};

#endif /* DSACTL_PROFILE_LIMITS_H */
