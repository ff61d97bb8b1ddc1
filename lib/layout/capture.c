// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is a device like now, as a complete entry of a profile? */
#include "../backend/accel.h"
#include "../model/inventory.h"
#include "../profile/schema.h"
#include "ability.h"
#include "capture.h"

#define FIRST_VERSION_WITH_CLASSES 0x201

/* A value that cannot be read, or that is the default, is left open. */
static int64_t said(int value, int otherwise)
{
	return value < 0 || value == otherwise ? PROFILE_UNSET : value;
}

static void capture_attrs(const struct dsactl_device *device, const struct dsactl_group *group,
			  struct profile_group *to)
{
	struct group_config otherwise = accel_group_default(device);
	const struct group_config *is = &group->config;
	bool classes = device->version >= FIRST_VERSION_WITH_CLASSES;

	to->read_buffers_reserved = said(is->read_buffers_reserved, otherwise.read_buffers_reserved);
	to->read_buffers_allowed = said(is->read_buffers_allowed, otherwise.read_buffers_allowed);
	to->use_read_buffer_limit = said(is->use_read_buffer_limit, otherwise.use_read_buffer_limit);
	to->traffic_class_a = said(classes ? is->traffic_class_a : -1, otherwise.traffic_class_a);
	to->traffic_class_b = said(classes ? is->traffic_class_b : -1, otherwise.traffic_class_b);
	to->desc_progress_limit = said(is->desc_progress_limit, otherwise.desc_progress_limit);
	to->batch_progress_limit = said(is->batch_progress_limit, otherwise.batch_progress_limit);
}

static void capture_ops(const struct dsactl_wq *wq, const char *op_cap, struct profile_wq *to)
{
	accel_read_op_config(wq, to->op_config);
	if (!strcmp(to->op_config, op_cap))
		to->op_config[0] = '\0';
}

static bool add_wq(struct list *list, const struct dsactl_wq *wq, const char *op_cap,
		   bool of_slice)
{
	struct profile_wq *to = list_add(list, sizeof(*to));

	if (!to)
		return false;
	profile_wq_init(to);
	to->id = wq->id;
	to->size = wq->size;
	to->priority = wq->priority;
	to->max_batch = wq->max_batch ? (int64_t)wq->max_batch : PROFILE_UNSET;
	to->max_transfer = wq->max_transfer ? (int64_t)wq->max_transfer : PROFILE_UNSET;
	to->ats_disable = said(wq->ats_disable, 0);
	to->prs_disable = said(wq->prs_disable, 0);
	to->block_on_fault = wq->block_on_fault;
	COPY_TEXT(to->name, wq->label);
	capture_ops(wq, op_cap, to);
	if (of_slice)
		return true;
	to->disabled = !wq->bound[0];
	to->threshold = wq->dedicated ? PROFILE_UNSET : (int64_t)wq->threshold;
	to->enqcmds_retries = said(wq->dedicated ? -1 : accel_read_enqcmds_retries(wq),
				   DEFAULT_ENQCMDS_RETRIES);
	COPY_TEXT(to->type, wq->type);
	COPY_TEXT(to->mode, wq->dedicated ? "dedicated" : "shared");
	COPY_TEXT(to->driver, wq->driver);
	return true;
}

static struct dsactl_wq *find_wq(struct dsactl_device *device, uint32_t id)
{
	struct dsactl_wq *wq;

	dsactl_wq_foreach(device, wq)
		if ((uint32_t)wq->id == id)
			return wq;
	return NULL;
}

/* @otherwise is the mapping that a missing word stands for. */
static void capture_mapping(uint32_t mapping, uint32_t otherwise, char *to)
{
	if (mapping != otherwise)
		copy_text(to, MAPPING_SIZE, mapping_name(mapping));
}

static void capture_vdev(const struct dsactl_slice *slice, struct profile_vdev *to)
{
	struct dsactl_vdev *vdev = inventory_vdev(slice->ctx, slice->vdev);

	if (!vdev)
		return;
	to->there = true;
	COPY_TEXT(to->uuid, vdev->uuid);
	COPY_TEXT(to->name, vdev->name);
	COPY_TEXT(to->owner, vdev->owner);
	capture_mapping(vdev->mapping, slice->mapping, to->mapping);
	to->served = mdev_type_is_served(vdev->type);
}

static bool add_slice(struct dsactl_device *device, struct dsactl_slice *slice,
		      const char *op_cap, struct profile_group *group)
{
	struct profile_slice *to = list_add(&group->slices, sizeof(*to));
	bool done = to;

	if (!to)
		return false;
	profile_slice_init(to);
	to->allow_unsafe_portal = dsactl_slice_get_allow_unsafe_portal(slice);
	to->host_pci_id = dsactl_slice_get_host_pci_id(slice);
	capture_mapping(slice->mapping, DSA_VDEV_MAPPING_AUTO, to->mapping);
	capture_vdev(slice, &to->vdev);
	for (uint32_t i = 0; done && i < slice->nr_wqs; i++) {
		struct dsactl_wq *wq = find_wq(device, slice->wq[i].id);

		done = !wq || add_wq(&to->wqs, wq, op_cap, true);
	}
	return done;
}

static bool in_slice(struct dsactl_device *device, const struct dsactl_wq *wq)
{
	struct dsactl_slice *slice;

	dsactl_slice_foreach(device->ctx, slice) {
		if (strcmp(slice->device, device->name))
			continue;
		for (uint32_t i = 0; i < slice->nr_wqs; i++)
			if (slice->wq[i].id == (uint32_t)wq->id)
				return true;
	}
	return false;
}

static bool add_engines(struct dsactl_device *device, struct profile_group *group)
{
	struct dsactl_engine *engine;

	dsactl_engine_foreach(device, engine) {
		struct profile_engine *to;

		if (engine->group != group->id)
			continue;
		to = list_add(&group->engines, sizeof(*to));
		if (!to)
			return false;
		to->id = engine->id;
	}
	group->nr_engines = group->engines.nr ? PROFILE_UNSET : 0;
	return true;
}

/* Whether the work queue belongs into a profile: one without entries and group does not. */
static bool is_said(const struct dsactl_wq *wq)
{
	return wq->size || wq->group >= 0;
}

static bool add_members(struct dsactl_device *device, struct profile_group *group)
{
	struct dsactl_slice *slice;
	char op_cap[OPS_SIZE];
	struct dsactl_wq *wq;

	accel_read_op_cap(device, op_cap);
	dsactl_slice_foreach(device->ctx, slice)
		if (!strcmp(slice->device, device->name) && slice->group == group->id &&
		    !add_slice(device, slice, op_cap, group))
			return false;
	dsactl_wq_foreach(device, wq)
		if (wq->group == group->id && is_said(wq) &&
		    !in_slice(device, wq) && !add_wq(&group->wqs, wq, op_cap, false))
			return false;
	return true;
}

static bool has_attrs(const struct profile_group *group)
{
	return group->read_buffers_reserved != PROFILE_UNSET ||
	       group->read_buffers_allowed != PROFILE_UNSET ||
	       group->use_read_buffer_limit != PROFILE_UNSET ||
	       group->traffic_class_a != PROFILE_UNSET || group->traffic_class_b != PROFILE_UNSET ||
	       group->desc_progress_limit != PROFILE_UNSET ||
	       group->batch_progress_limit != PROFILE_UNSET;
}

/* @group NULL: what is in no group. A group without members and attributes is left out. */
static bool capture_group(struct dsactl_device *device, struct dsactl_group *group,
			  struct profile_device *entry)
{
	struct profile_group *to = list_add(&entry->groups, sizeof(*to));

	if (!to)
		return false;
	profile_group_init(to);
	to->id = group ? group->id : PROFILE_NONE;
	if (group)
		capture_attrs(device, group, to);
	if ((group && !add_engines(device, to)) || !add_members(device, to))
		return false;
	if (!to->engines.nr && !to->slices.nr && !to->wqs.nr && !has_attrs(to))
		entry->groups.nr--;
	return true;
}

/*
 * Other tools may have given a work queue a name that no profile can hold. To save it without the
 * name would lose that; with it the file could not be read again.
 */
static int require_labels(struct dsactl_device *device)
{
	struct dsactl_wq *wq;

	dsactl_wq_foreach(device, wq) {
		const char *fault = profile_label_fault(wq->label);

		if (fault[0] && is_said(wq))
			return ctx_fail(device->ctx, EOPNOTSUPP, wq->name, "give it another name (accel-config)",
					"its name %s, and no profile can hold it", fault);
	}
	return 0;
}

/*
 * Require that @entry can be read again. Otherwise a saved profile or a note of the journal would
 * be of no use.
 */
static int require_held(struct dsactl_device *device, const struct profile_device *entry)
{
	json_object *json = profile_device_to_json(entry);
	struct profile_device again;
	struct problem problem;
	int err = profile_device_from_json(json, &again, &problem);

	json_object_put(json);
	if (err)
		return ctx_fail(device->ctx, problem.err == ENOMEM ? ENOMEM : EOPNOTSUPP, device->name,
				NULL, "no profile can hold what it is like: %s", problem.cause);
	profile_device_free(&again);
	return 0;
}

int layout_capture(struct dsactl_device *device, struct profile_device *entry)
{
	struct dsactl_group *group;
	int err = inventory_read_device(device) ?: require_labels(device);
	bool done = true;

	if (err)
		return err;
	profile_device_init(entry);
	COPY_TEXT(entry->match.pci, device->pci);
	entry->disabled = !device->enabled;
	entry->read_buffer_limit = said(device->read_buffer_limit, 0);
	entry->event_log_size = said(device->event_log_size, DEFAULT_EVENT_LOG_SIZE);
	dsactl_group_foreach(device, group)
		done = done && capture_group(device, group, entry);
	done = done && capture_group(device, NULL, entry);
	err = done ? require_held(device, entry) : ctx_nomem(device->ctx);
	if (err)
		profile_device_free(entry);
	else
		profile_sort(entry);
	return err;
}

int layout_fit_device(struct dsactl_device *device, struct fit_device *target)
{
	const struct mod_device *mod = inventory_mod_device(device->ctx, device->name);
	unsigned int ims = mod ? mod->ims_free : dsactl_device_get_ims_size(device);
	int err = accel_read_limits(device);
	struct dsactl_slice *slice;

	if (err)
		return err;
	dsactl_slice_foreach(device->ctx, slice)
		if (!strcmp(slice->device, device->name))
			ims += slice->nr_vectors;
	*target = (struct fit_device){
		.limits = {
			.groups = device->nr_groups, .engines = device->nr_engines,
			.wqs = device->nr_wqs, .wq_entries = device->wq_entries, .ims = ims,
			.max_batch = device->max_batch, .max_transfer = device->max_transfer,
			.read_buffers = device->max_read_buffers,
			.block_on_fault = device->gen_cap & 1,
			.traffic_classes = device->version >= FIRST_VERSION_WITH_CLASSES,
			.lacks = layout_lacks(device),
		},
		.pci = device->pci,
		.seed = ctx_host_seed(device->ctx),
	};
	accel_read_op_cap(device, target->limits.op_cap);
	return 0;
}
