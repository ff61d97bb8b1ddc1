/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a request and what there is to what shall be done. Pure: no I/O, no
 * context, so that every rule of it is unit-tested.
 */
#ifndef DSACTL_PLAN_H
#define DSACTL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/ops.h"

/* Why a request cannot be met: a positive errno, the cause, and what helps. */
struct plan_problem {
	int err;
	char cause[640], remedy[256];
};

/* Say so; returns -@err. @remedy may be NULL. */
int problem_set(struct plan_problem *problem, int err, const char *remedy,
		const char *cause, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- A whole device: groups, engines, work queues ---- */

#define PLAN_UNKNOWN UINT32_MAX	/* a limit that only the module could tell */

/* What this host or device was seen to lack. */
enum plan_lack {
	LACKS_PAGE_REQUESTS = 1 << 0,
	LACKS_USER_PASID = 1 << 1,
	LACKS_ENQCMD = 1 << 2,
	/* Attributes that idxd has of some devices only. */
	LACKS_ATS_DISABLE = 1 << 3,
	LACKS_PRS_DISABLE = 1 << 4,
	LACKS_OP_CONFIG = 1 << 5,
	LACKS_PROGRESS_LIMITS = 1 << 6,
	LACKS_EVENT_LOG = 1 << 7,
};

/* What idxd has where no one says otherwise. */
#define DEFAULT_EVENT_LOG_SIZE 64
#define DEFAULT_ENQCMDS_RETRIES 32

struct plan_limits {
	unsigned int groups, engines, wqs, wq_entries, ims, max_batch;
	uint64_t max_transfer;
	unsigned int read_buffers;	/* what a group has by default */
	bool block_on_fault, traffic_classes;
	unsigned int lacks;	/* of enum plan_lack */
	char op_cap[OPS_SIZE];	/* what its work queues may do; "": unknown */
};

/* What each slice is; as a request, 0 is "the best that the device has". */
struct plan_shape {
	unsigned int slices, wqs, vectors, wq_size, engines, priority, max_batch;
	uint64_t max_transfer;
	bool block_on_fault;
};

/* Complete @want within @limits; 0, or -@problem->err. */
int plan_shape(const struct plan_limits *limits, const struct plan_shape *want,
	       struct plan_shape *shape, struct plan_problem *problem);

struct wq_config {
	int group;		/* -1: none */
	unsigned int size, priority, threshold, max_batch;
	uint64_t max_transfer;	/* 0, also max_batch: leave as it is */
	int ats_disable, prs_disable;	/* -1: leave as it is */
	bool dedicated, block_on_fault;
	char type[16], label[128], driver[128];
	char op_config[OPS_SIZE];	/* "": all that the device can */
	int enqcmds_retries;	/* -1: idxd's default */
};

/* What a group has beside engines and work queues; -1 is the device's default. */
struct group_config {
	int read_buffers_reserved, read_buffers_allowed, use_read_buffer_limit;
	int traffic_class_a, traffic_class_b, desc_progress_limit, batch_progress_limit;
};

struct device_config {
	unsigned int nr_wqs, nr_engines, nr_groups;
	int read_buffer_limit, event_log_size;
	int *engine_group;	/* -1: none */
	struct wq_config *wq;
	struct group_config *group;
};

/* Nothing configured; false for lack of memory. End with device_config_free(). */
bool device_config_init(struct device_config *config, unsigned int nr_wqs,
			unsigned int nr_engines, unsigned int nr_groups);
void device_config_free(struct device_config *config);

/* ---- A slice for a vdev ---- */

struct plan_slice {
	unsigned int id, wqs, wq_size, engines;
	int numa;
	bool taken;		/* chosen by this plan already */
	const char *device;
	const char *why_not;	/* NULL: free and allowed */
};

struct plan_wish {
	const char *device;	/* NULL: any */
	int numa;		/* preferred; -1: any */
	unsigned int wqs, wq_size, engines;	/* 0: any */
};

/*
 * The free slice that fits best: on the preferred node, then the smallest, then
 * the lowest id. NULL where none fits.
 */
struct plan_slice *plan_pick(struct plan_slice *slices, size_t nr,
			     const struct plan_wish *wish);
/* Why plan_pick() found none, slice by slice. */
void plan_explain(const struct plan_slice *slices, size_t nr,
		  const struct plan_wish *wish, struct plan_problem *problem);

#endif /* DSACTL_PLAN_H */
