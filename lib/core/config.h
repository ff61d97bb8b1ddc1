/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is written to a device: its groups, engines and work queues, as idxd has them. */
#ifndef DSACTL_CORE_CONFIG_H
#define DSACTL_CORE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "ops.h"

/* idxd's defaults. */
#define DEFAULT_EVENT_LOG_SIZE 64
#define DEFAULT_ENQCMDS_RETRIES 32

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

/* A configuration of nothing. False for lack of memory. End with device_config_free(). */
bool device_config_init(struct device_config *config, unsigned int nr_wqs,
			unsigned int nr_engines, unsigned int nr_groups);
void device_config_free(struct device_config *config);

#endif /* DSACTL_CORE_CONFIG_H */
