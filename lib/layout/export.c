// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How do other tools' files say what a profile says? For the devices of this host,
 * as those files name them. accel-config applies keys in the order in which they
 * stand, and refuses empty lists and negative numbers.
 */
#include <inttypes.h>
#include <stdio.h>

#include "../profile/object.h"
#include "../profile/schema.h"
#include "match.h"

static void put(json_object *to, const char *key, int64_t value)
{
	if (value != PROFILE_UNSET)
		json_object_object_add(to, key, json_object_new_int64(value));
}

static void put_text(json_object *to, const char *key, const char *value)
{
	if (value[0])
		json_object_object_add(to, key, json_object_new_string(value));
}

/* "wq0.3" of dsa0: idxd numbers with the device. */
static void put_name(json_object *to, const char *kind, const char *device, int64_t id)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s.%" PRId64, kind, device + strcspn(device, "0123456789"), id);
	put_text(to, "dev", name);
}

static void put_list(json_object *to, const char *key, json_object *list)
{
	if (json_object_array_length(list))
		json_object_object_add(to, key, list);
	else
		json_object_put(list);
}

/* ---- accel-config ---- */

static json_object *accel_wq(const char *device, int64_t group, const struct profile_wq *wq,
			     bool of_slice)
{
	json_object *to = json_object_new_object();

	put_name(to, "wq", device, wq->id);
	put_text(to, "mode", of_slice ? "dedicated" : wq->mode);
	put(to, "size", wq->size);
	put(to, "group_id", group);
	put(to, "priority", wq->priority);
	put(to, "block_on_fault", wq->block_on_fault);
	put(to, "max_batch_size", wq->max_batch);
	put(to, "max_transfer_size", wq->max_transfer);
	put_text(to, "type", of_slice ? "user" : wq->type);
	put_text(to, "name", wq->name);
	put_text(to, "op_config", wq->op_config);
	put_text(to, "driver_name", of_slice ? DRIVER : wq->driver);
	put(to, "threshold", wq->threshold);
	put(to, "prs_disable", wq->prs_disable);
	put(to, "ats_disable", wq->ats_disable);
	return to;
}

static json_object *accel_wqs(const char *device, const struct profile_group *group)
{
	json_object *list = json_object_new_array();
	const struct profile_slice *slice;
	const struct profile_wq *wq;

	LIST_FOREACH(&group->slices, slice)
		LIST_FOREACH(&slice->wqs, wq)
			json_object_array_add(list, accel_wq(device, group->id, wq, true));
	LIST_FOREACH(&group->wqs, wq)
		json_object_array_add(list, accel_wq(device, group->id, wq, false));
	return list;
}

static json_object *accel_engines(const char *device, const struct profile_group *group)
{
	json_object *list = json_object_new_array();
	const struct profile_engine *engine;

	LIST_FOREACH(&group->engines, engine) {
		json_object *to = json_object_new_object();

		put_name(to, "engine", device, engine->id);
		put(to, "group_id", group->id);
		json_object_array_add(list, to);
	}
	return list;
}

static json_object *accel_group(const char *device, const struct profile_group *group)
{
	json_object *to = json_object_new_object();

	put_name(to, "group", device, group->id);
	put(to, "read_buffers_reserved", group->read_buffers_reserved);
	put(to, "use_read_buffer_limit", group->use_read_buffer_limit);
	put(to, "read_buffers_allowed", group->read_buffers_allowed);
	put(to, "traffic_class_a", group->traffic_class_a);
	put(to, "traffic_class_b", group->traffic_class_b);
	put(to, "desc_progress_limit", group->desc_progress_limit);
	put(to, "batch_progress_limit", group->batch_progress_limit);
	put_list(to, "grouped_workqueues", accel_wqs(device, group));
	put_list(to, "grouped_engines", accel_engines(device, group));
	return to;
}

/* accel-config fails at a device for which its file has no work queues. */
static bool has_wqs(const struct target *target)
{
	const struct profile_group *group;

	LIST_FOREACH(&target->want.groups, group)
		if (group->id >= 0 && (group->slices.nr || group->wqs.nr))
			return true;
	ctx_log(target->device->ctx, LOG_WARNING, "%s: it is left out, since no group of it has work queues",
		target->device->name);
	return false;
}

static void accel_device(const struct target *target, json_object *document)
{
	json_object *to = json_object_new_object(), *groups = json_object_new_array();
	const char *device = target->device->name;
	const struct profile_group *group;

	put_text(to, "dev", device);
	put(to, "read_buffer_limit", target->want.read_buffer_limit);
	put(to, "event_log_size", target->want.event_log_size);
	LIST_FOREACH(&target->want.groups, group)
		if (group->id >= 0)
			json_object_array_add(groups, accel_group(device, group));
	put_list(to, "groups", groups);
	json_object_array_add(document, to);
}

/* ---- mdevctl ---- */

static json_object *mdev(const struct profile_slice *slice)
{
	json_object *to = json_object_new_object(), *about = json_object_new_object();
	char type[NAME_SIZE];

	mdev_type_name(type, slice->wqs.nr, slice->vdev.served);
	put_text(about, "mdev_type", type);
	put_text(about, "start", "auto");
	json_object_object_add(about, "attrs", json_object_new_array());
	json_object_object_add(to, slice->vdev.uuid, about);
	return to;
}

static void mdev_parent(const struct target *target, json_object *document)
{
	json_object *to = json_object_new_object(), *mdevs = json_object_new_array();
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&target->want.groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (slice->vdev.there)
				json_object_array_add(mdevs, mdev(slice));
	put_list(to, target->device->pci, mdevs);
	if (json_object_object_length(to))
		json_object_array_add(document, to);
	else
		json_object_put(to);
}

/* ---- All of it ---- */

/* @format is one that is a list of devices. */
static void put_target(const struct target *target, enum dsactl_format format, json_object *document)
{
	switch (format) {
	case DSACTL_FORMAT_ACCEL_CONFIG:
		if (has_wqs(target))
			accel_device(target, document);
		break;
	case DSACTL_FORMAT_MDEVCTL:
		mdev_parent(target, document);
		break;
	case DSACTL_FORMAT_DSACTL:
	case DSACTL_FORMAT_ANY:
		break;
	}
}

int dsactl_profile_export(struct dsactl_profile *profile, enum dsactl_format format, char **text)
{
	json_object *document;
	struct target *target;
	struct targets targets;
	int err;

	if (format == DSACTL_FORMAT_ANY || format == DSACTL_FORMAT_DSACTL) {
		*text = dsactl_profile_get_text(profile);
		return *text ? 0 : -ENOMEM;
	}
	if (!profile_is_format(format))
		return ctx_fail(profile->ctx, EINVAL, profile->name, NULL, "%d is no format", (int)format);
	err = profile_targets_find(profile, NULL, &targets);
	if (err)
		return err;
	document = json_object_new_array();
	TARGET_FOREACH(&targets, target)
		put_target(target, format, document);
	*text = profile_to_text(document);
	json_object_put(document);
	profile_targets_free(&targets);
	return *text ? 0 : ctx_nomem(profile->ctx);
}
