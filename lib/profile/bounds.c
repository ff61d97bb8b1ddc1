// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Would a device take a complete entry? Pure: no I/O, no context.
 *
 * What enabling refuses is refused here, before anything is written: a device that
 * could not be enabled keeps a part of its configuration until it is reset.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../core/text.h"
#include "bounds.h"

#define BUFFERS_PER_ENGINE 4	/* the least that a group must be allowed */

struct check {
	const struct profile_device *entry;
	const char *path;
	const struct device_limits *limits;
	struct problem *problem;
};

/* ---- Work queues ---- */

#define REFUSE_WQ(check, err, remedy, format, ...)                             \
	problem_set((check)->problem, err, remedy, "%s: work queue %" PRId64 ": " format, \
		    (check)->path, wq->id, ##__VA_ARGS__)

static bool is_power_of_two(int64_t n)
{
	return n > 0 && !(n & (n - 1));
}

static int check_sizes(struct check *check, const struct profile_wq *wq)
{
	const struct device_limits *limits = check->limits;

	if (wq->max_batch != PROFILE_UNSET &&
	    (wq->max_batch > limits->max_batch || !is_power_of_two(wq->max_batch)))
		return REFUSE_WQ(check, EINVAL, "choose a power of two that is not larger",
				 "max_batch_size is %" PRId64 ", the device takes up to %u",
				 wq->max_batch, limits->max_batch);
	if (wq->max_transfer != PROFILE_UNSET &&
	    ((uint64_t)wq->max_transfer > limits->max_transfer || !is_power_of_two(wq->max_transfer)))
		return REFUSE_WQ(check, EINVAL, "choose a power of two that is not larger",
				 "max_transfer_size is %" PRId64 ", the device takes up to %" PRIu64,
				 wq->max_transfer, limits->max_transfer);
	if (wq->threshold != PROFILE_UNSET && wq->threshold > wq->size)
		return REFUSE_WQ(check, EINVAL, NULL, "threshold is %" PRId64 ", its size only %" PRId64,
				 wq->threshold, wq->size);
	return 0;
}

/* What an enabled work queue must have. @slice: it belongs to a slice. */
static int check_enabled(struct check *check, const struct profile_group *group,
			 const struct profile_wq *wq, bool slice)
{
	if (check->entry->disabled)
		return REFUSE_WQ(check, EINVAL,
				 "leave \"enabled\" of the device out, or give it to the work queue too",
				 "it cannot be enabled on a disabled device");
	if (!group->engines.nr)
		return REFUSE_WQ(check, EINVAL, "give the group an engine", "its group has no engine");
	if (wq->size < 1 || wq->priority < 1)
		return REFUSE_WQ(check, EINVAL, "choose 1 or more", "its %s is 0",
				 wq->size < 1 ? "size" : "priority");
	if (wq->max_batch == 1 && check->limits->max_batch > 1)
		return REFUSE_WQ(check, EINVAL, "choose 2 or more",
				 "its max_batch_size is 1, with which hardware does not enable it");
	if (!slice && !strcmp(wq->type, "none"))
		return REFUSE_WQ(check, EINVAL, "choose kernel or user", "its type is none");
	return 0;
}

/* Limits that the module knows are checked by layout_require_able(). */
static int check_host(struct check *check, const struct profile_wq *wq)
{
	unsigned int lacks = check->limits->lacks;

	if (wq->block_on_fault && lacks & LACKS_PAGE_REQUESTS)
		return REFUSE_WQ(check, EOPNOTSUPP, "leave block_on_fault out",
				 "page requests are not enabled on the device, so no descriptor can wait for a page");
	if (!strcmp(wq->driver, "user") && lacks & LACKS_USER_PASID)
		return REFUSE_WQ(check, EOPNOTSUPP, "boot with intel_iommu=on,sm_on; dsactl check says more",
				 "PASIDs of processes are not enabled on the device, and its driver user needs them");
	return 0;
}

/* idxd refuses to enable a device that has such a work queue in a group, even a disabled one. */
static int check_shared(struct check *check, const struct profile_group *group,
			const struct profile_wq *wq)
{
	if (check->entry->disabled || group->id == PROFILE_NONE || strcmp(wq->mode, "shared") ||
	    !(check->limits->lacks & LACKS_ENQCMD))
		return 0;
	return REFUSE_WQ(check, EOPNOTSUPP, "choose the mode dedicated",
			 "the CPU shows no ENQCMD, without which idxd enables no device that has a shared work queue");
}

static int check_ops(struct check *check, const struct profile_wq *wq)
{
	struct ops ops, all;

	if (!ops_parse(wq->op_config, &ops) || !ops_parse(check->limits->op_cap, &all) ||
	    ops_within(&ops, &all))
		return 0;
	return REFUSE_WQ(check, EINVAL, "leave out those that op_cap of the device has not",
			 "op_config has operations that the device cannot carry out");
}

/* Attributes that idxd has only on some devices. */
static int check_attrs(struct check *check, const struct profile_wq *wq)
{
	unsigned int lacks = check->limits->lacks;
	const char *missing = wq->ats_disable == 1 && lacks & LACKS_ATS_DISABLE ? "ats_disable" :
			      wq->prs_disable == 1 && lacks & LACKS_PRS_DISABLE ? "prs_disable" :
			      wq->op_config[0] && lacks & LACKS_OP_CONFIG ? "op_config" : NULL;

	if (missing)
		return REFUSE_WQ(check, EOPNOTSUPP, "leave it out", "the device has no %s", missing);
	if (wq->enqcmds_retries != PROFILE_UNSET && strcmp(wq->mode, "shared"))
		return REFUSE_WQ(check, EINVAL, "leave it out",
				 "enqcmds_retries is of shared work queues, and it is dedicated");
	return check_ops(check, wq);
}

static int check_wq(struct check *check, const struct profile_group *group,
		    const struct profile_wq *wq, bool slice)
{
	int err = check_sizes(check, wq) ?: check_attrs(check, wq);

	if (!err && wq->block_on_fault && !check->limits->block_on_fault)
		err = REFUSE_WQ(check, EOPNOTSUPP, "leave block_on_fault out",
				"the device cannot block on a page fault");
	if (!err && wq->block_on_fault && wq->prs_disable == 1)
		err = REFUSE_WQ(check, EINVAL, "leave one of them out",
				"block_on_fault waits for pages, which prs_disable keeps from being requested");
	if (!err && !wq->disabled)
		err = check_enabled(check, group, wq, slice);
	if (!err && !wq->disabled && !slice)
		err = check_host(check, wq);
	if (!err && !slice)
		err = check_shared(check, group, wq);
	if (!err && !check->entry->disabled && group->id != PROFILE_NONE && !wq->size)
		err = REFUSE_WQ(check, EINVAL, "give it a size, or leave it out",
				"a group of an enabled device has no work queue of size 0");
	return err;
}

static int check_wqs(struct check *check, const struct profile_group *group)
{
	const struct profile_slice *slice;
	const struct profile_wq *wq;
	int err = 0;

	LIST_FOREACH(&group->slices, slice)
		LIST_FOREACH(&slice->wqs, wq)
			err = err ?: check_wq(check, group, wq, true);
	LIST_FOREACH(&group->wqs, wq)
		err = err ?: check_wq(check, group, wq, false);
	return err;
}

/* ---- Groups of a device that is to be enabled ---- */

#define REFUSE_GROUP(check, remedy, format, ...)                               \
	problem_set((check)->problem, EINVAL, remedy, "%s: group %" PRId64 ": " format, \
		    (check)->path, group->id, ##__VA_ARGS__)

static int check_members(struct check *check, const struct profile_group *group)
{
	bool engines = group->engines.nr, wqs = group->slices.nr || group->wqs.nr;

	if (group->id == PROFILE_NONE || engines == wqs)
		return 0;
	return REFUSE_GROUP(check, engines ? "give it a work queue, or no engines" : "give it an engine",
			    "it has %s, and an enabled device takes none such",
			    engines ? "engines and no work queue" : "work queues and no engine");
}

static int64_t or_zero(int64_t value)
{
	return value == PROFILE_UNSET ? 0 : value;
}

/* Read buffers are counted for groups with engines only. */
static int64_t sum_reserved(const struct profile_device *entry)
{
	const struct profile_group *group;
	int64_t sum = 0;

	LIST_FOREACH(&entry->groups, group)
		if (group->engines.nr)
			sum += or_zero(group->read_buffers_reserved);
	return sum;
}

static int check_buffers(struct check *check, const struct profile_group *group)
{
	int64_t reserved = or_zero(group->read_buffers_reserved);
	int64_t most = check->limits->read_buffers - sum_reserved(check->entry) + reserved;
	int64_t least = BUFFERS_PER_ENGINE * (int64_t)group->engines.nr;
	int64_t allowed = group->read_buffers_allowed;

	if (!group->engines.nr || allowed == PROFILE_UNSET)
		return 0;
	if (least < reserved)
		least = reserved;
	if (allowed >= least && allowed <= most)
		return 0;
	return REFUSE_GROUP(check, "leave read_buffers_allowed out, or choose one of those",
			    "read_buffers_allowed is %" PRId64 ", and %" PRId64 " to %" PRId64 " are possible",
			    allowed, least, most);
}

static int check_limit(struct check *check)
{
	const struct profile_device *entry = check->entry;
	int64_t limit = or_zero(entry->read_buffer_limit), least = 0;
	const struct profile_group *group;

	LIST_FOREACH(&entry->groups, group)
		if (or_zero(group->use_read_buffer_limit))
			least += BUFFERS_PER_ENGINE * (int64_t)group->engines.nr;
	if (limit >= least && limit <= check->limits->read_buffers)
		return 0;
	return problem_set(check->problem, EINVAL, NULL,
			   "%s: read_buffer_limit is %" PRId64 ", and %" PRId64 " to %u are possible",
			   check->path, limit, least, check->limits->read_buffers);
}

static int check_all_buffers(struct check *check)
{
	int64_t reserved = sum_reserved(check->entry);
	const struct profile_group *group;
	int err;

	if (reserved > check->limits->read_buffers)
		return problem_set(check->problem, EINVAL, "reserve fewer",
				   "%s: %" PRId64 " read buffers are reserved, the device has %u",
				   check->path, reserved, check->limits->read_buffers);
	err = check_limit(check);
	LIST_FOREACH(&check->entry->groups, group)
		err = err ?: check_buffers(check, group);
	return err;
}

static int check_groups(struct check *check)
{
	const struct profile_group *group;
	bool used = false;
	int err = 0;

	LIST_FOREACH(&check->entry->groups, group) {
		used |= group->id != PROFILE_NONE && (group->slices.nr || group->wqs.nr);
		err = err ?: check_members(check, group);
	}
	if (!err && !used)
		err = problem_set(check->problem, EINVAL,
				  "say \"enabled\": false of it, or give it a work queue",
				  "%s: a device without work queues cannot be enabled", check->path);
	/* 0: the kernel does not say how many there are. */
	return err || !check->limits->read_buffers ? err : check_all_buffers(check);
}

/* ---- All of it ---- */

static int check_slices(struct check *check)
{
	const struct profile_group *group;

	LIST_FOREACH(&check->entry->groups, group)
		if (group->slices.nr && check->limits->lacks & LACKS_SLICES)
			return problem_set(check->problem, EOPNOTSUPP, IAX_REMEDY, "%s: " IAX_CAUSE, check->path);
	return 0;
}

/* As check_attrs(), for groups and devices. */
static int check_other_attrs(struct check *check)
{
	const struct profile_device *entry = check->entry;
	unsigned int lacks = check->limits->lacks;
	const struct profile_group *group;

	if (entry->event_log_size != PROFILE_UNSET && lacks & LACKS_EVENT_LOG)
		return problem_set(check->problem, EOPNOTSUPP, "leave event_log_size out",
				   "%s: the device has no event log", check->path);
	LIST_FOREACH(&entry->groups, group)
		if (lacks & LACKS_PROGRESS_LIMITS && (group->desc_progress_limit != PROFILE_UNSET ||
						      group->batch_progress_limit != PROFILE_UNSET))
			return problem_set(check->problem, EOPNOTSUPP, "leave them out",
					   "%s: group %" PRId64 ": the device has no progress limits",
					   check->path, group->id);
	return 0;
}

int profile_check_bounds(const struct profile_device *entry, const char *path,
			 const struct device_limits *limits, struct problem *problem)
{
	struct check check = {
		.entry = entry, .path = path, .limits = limits, .problem = problem,
	};
	const struct profile_group *group;
	int err = check_slices(&check) ?: check_other_attrs(&check);

	LIST_FOREACH(&entry->groups, group)
		err = err ?: check_wqs(&check, group);
	return err || entry->disabled ? err : check_groups(&check);
}
