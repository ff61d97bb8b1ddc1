/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A profile: how devices are laid out into groups, slices and work queues, and
 * which vdevs exist, as JSON says it (dsactl-profile(5)). What a person writes
 * may leave most of it open; profile_fit() fills that in for one device, and
 * what was captured from a device is complete from the start. Both are the same
 * structures, so that saving, comparing, applying and undoing share one form.
 */
#ifndef DSACTL_PROFILE_PROFILE_H
#define DSACTL_PROFILE_PROFILE_H

#include <linux/dsa_vdev.h>

#include "../core/list.h"
#include "../core/names.h"
#include "../core/ops.h"

#define PROFILE_NAME_MAX 64
#define PROFILE_ITEMS_MAX 4096		/* of any one list or count */

/* Values of a number that is no plain number. */
#define PROFILE_UNSET INT64_MIN		/* not said: see profile_fit() */
#define PROFILE_NONE (-1)		/* "id": null, of a group: none */
#define PROFILE_MAX (-2)		/* "max": what is left */
#define PROFILE_HALF (-3)		/* "half": of what the device has */

struct profile_wq {
	int64_t count, id, size, priority, threshold, max_batch, max_transfer;
	int64_t ats_disable, prs_disable, enqcmds_retries;
	bool block_on_fault, disabled;
	char mode[16], type[16], name[128], driver[128], op_config[OPS_SIZE];
};

#define MAPPING_SIZE 8

struct profile_vdev {
	bool there;
	bool served;			/* by a process, which emulates its PCI device */
	char mapping[MAPPING_SIZE];	/* "": as the slice's */
	char uuid[UUID_SIZE], name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];
};

struct profile_slice {
	int64_t count;
	bool allow_unsafe_portal, host_pci_id;
	char mapping[MAPPING_SIZE];	/* of vdevs that name none; "": the default */
	struct list wqs;	/* of struct profile_wq */
	struct profile_vdev vdev;
};

struct profile_engine {
	int64_t id;
};

struct profile_group {
	int64_t count, id, nr_engines;
	int64_t read_buffers_reserved, read_buffers_allowed, use_read_buffer_limit;
	int64_t traffic_class_a, traffic_class_b, desc_progress_limit, batch_progress_limit;
	struct list engines;	/* of struct profile_engine; or nr_engines */
	struct list slices;	/* of struct profile_slice */
	struct list wqs;	/* of struct profile_wq: the host's own */
};

struct profile_match {
	bool any;
	int64_t numa;
	char pci[PCI_SIZE], name[NAME_SIZE], type[8];
};

struct profile_device {
	struct profile_match match;
	bool disabled;
	int64_t read_buffer_limit, event_log_size;
	struct list groups;	/* of struct profile_group */
};

struct profile {
	int64_t version;
	char description[256];
	struct list devices;	/* of struct profile_device */
};

#endif /* DSACTL_PROFILE_PROFILE_H */
