/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A profile: how devices are laid out into groups, slices and work queues, and
 * which vdevs exist, as JSON says it (dsactl-profile(5)). What a person writes
 * may leave most of it open; profile_fit() fills that in for one device, and
 * what was captured from a device is complete from the start. Both are the same
 * structures, so that saving, comparing, applying and undoing share one form.
 */
#ifndef DSACTL_PROFILE_H
#define DSACTL_PROFILE_H

#include <json-c/json.h>
#include <linux/dsa_vdev.h>

#include "../core/list.h"
#include "../core/names.h"
#include "../core/ops.h"
#include "../core/problem.h"
#include "limits.h"

#define PROFILE_NAME_MAX 64
#define PROFILE_SIZE_MAX (4U << 20)	/* bytes of a file that are read */
#define PROFILE_ITEMS_MAX 4096		/* of any one list or count */

/* What a number may be beside a number. */
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
	char mapping[MAPPING_SIZE];	/* "": as the slice's */
	char uuid[UUID_SIZE], name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];
};

struct profile_slice {
	int64_t count;
	bool allow_unsafe_portal, host_pci_id;
	char mapping[MAPPING_SIZE];	/* of vdevs for which no one says it; "": the default */
	struct profile_list wqs;	/* of struct profile_wq */
	struct profile_vdev vdev;
};

struct profile_engine {
	int64_t id;
};

struct profile_group {
	int64_t count, id, nr_engines;
	int64_t read_buffers_reserved, read_buffers_allowed, use_read_buffer_limit;
	int64_t traffic_class_a, traffic_class_b, desc_progress_limit, batch_progress_limit;
	struct profile_list engines;	/* of struct profile_engine; or nr_engines */
	struct profile_list slices;	/* of struct profile_slice */
	struct profile_list wqs;	/* of struct profile_wq: the host's own */
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
	struct profile_list groups;	/* of struct profile_group */
};

struct profile {
	int64_t version;
	char description[256];
	struct profile_list devices;	/* of struct profile_device */
};

/* ---- json_text.c: what is JSON. ---- */

/*
 * The place and the cause where @text is not an object or array of JSON. @commas: one may stand before
 * a closing bracket, as in files that accel-config takes and Intel publishes.
 */
int json_check_text(const char *text, size_t len, bool commas, struct plan_problem *problem);
/* The same, and the object or array, which is the caller's. */
int json_parse_text(const char *text, size_t len, bool commas, json_object **document,
		    struct plan_problem *problem);

bool text_is_utf8(const char *text);

/* ---- profile_json.c: to and from JSON. ---- */

/* Check all of @from. On -@problem->err the cause starts with the JSON path. */
int profile_from_json(json_object *from, struct profile *profile,
		      struct plan_problem *problem);
int profile_parse(const char *text, size_t len, struct profile *profile,
		  struct plan_problem *problem);
/* One entry of "devices", as the journal notes it. */
int profile_device_from_json(json_object *from, struct profile_device *device,
			     struct plan_problem *problem);
/* New objects; NULL for lack of memory. */
json_object *profile_to_json(const struct profile *profile);
json_object *profile_device_to_json(const struct profile_device *device);
/* The text of a file: indented, with a newline at its end; freed by the caller. */
char *profile_to_text(json_object *document);
void profile_free(struct profile *profile);
void profile_device_free(struct profile_device *device);
/* What a work queue may be named in a profile: "" where @label may stand there, else what is wrong. */
const char *profile_label_fault(const char *label);
/* As if nothing but defaults had been written. */
void profile_wq_init(struct profile_wq *wq);
void profile_slice_init(struct profile_slice *slice);
void profile_group_init(struct profile_group *group);
void profile_device_init(struct profile_device *device);

/* ---- profile_fit.c: what an entry means on one device. ---- */

/* The device that an entry is fitted to. */
struct profile_target {
	struct plan_limits limits;
	const char *pci;
	const char *seed;	/* of the host: makes UUIDs that no one gave */
};

/*
 * Complete @entry for @target into @fitted: no counts, all ids, all sizes. Each
 * limit of the hardware is checked. @path is where @entry stands, for messages.
 */
int profile_fit(const struct profile_device *entry, const char *path,
		const struct profile_target *target, struct profile_device *fitted,
		struct plan_problem *problem);
/* profile_check.c, which profile_fit() ends with: what the hardware would not take. */
int profile_check(const struct profile_device *entry, const char *path,
		  const struct plan_limits *limits, struct plan_problem *problem);
/* Bring groups, engines, slices and work queues into one order, by their ids. */
void profile_sort(struct profile_device *device);

#endif /* DSACTL_PROFILE_H */
