// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a device given groups, slices and work queues, and freed of them? */
#include <stdio.h>
#include <sys/param.h>

#include "../backend/accel.h"
#include "../backend/netlink.h"
#include "../layout/ability.h"
#include "../model/inventory.h"
#include "../model/slice.h"
#include "../profile/entry.h"
#include "../profile/schema.h"
#include "build.h"

#define UNUSED_MAX_BATCH 32
#define UNUSED_MAX_TRANSFER (UINT64_C(2) << 20)

/* ---- Freeing a device ---- */

static int delete_slice(struct dsactl_ctx *ctx, struct dsactl_device *device,
			struct dsactl_slice *slice)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < slice->nr_wqs; i++)
		err = accel_disable_wq(device, slice->wq[i].id);
	return err ?: netlink_slice_del(ctx, slice->id);
}

static int delete_slices(struct dsactl_ctx *ctx, struct dsactl_device *device)
{
	struct dsactl_slice *slice;
	int err;

	dsactl_slice_foreach(ctx, slice) {
		if (strcmp(slice->device, device->name))
			continue;
		if (slice->state == DSA_VDEV_SLICE_STATE_USED)
			return ctx_fail(ctx, EBUSY, device->name,
					"destroy the vdev first", "vdev %s is on slice %u",
					slice->vdev, slice->id);
		err = delete_slice(ctx, device, slice);
		if (err)
			return err;
	}
	return 0;
}

int layout_clear(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_device *device = dsactl_device_find(ctx, name);
	struct dsactl_wq *wq;
	int err;

	if (!device)
		return -ENOENT;
	inventory_drop_module(ctx);	/* earlier steps changed its vdevs and slices */
	err = inventory_read_device(device);
	err = err ?: delete_slices(ctx, device);
	dsactl_wq_foreach(device, wq)
		if (!err && wq->bound[0])
			err = accel_disable_wq(device, wq->id);
	return err ?: accel_disable_device(device);
}

/* ---- Building ---- */

static int or_none(int64_t value)
{
	return value == PROFILE_UNSET ? -1 : (int)value;
}

static void config_wq(const struct profile_wq *from, int64_t group, bool of_slice,
		      struct device_config *config)
{
	struct wq_config *to = &config->wq[from->id];

	*to = (struct wq_config){
		.group = group < 0 ? -1 : (int)group,
		.size = from->size,
		.priority = from->priority,
		.threshold = from->threshold == PROFILE_UNSET ? 0 : from->threshold,
		.max_batch = from->max_batch == PROFILE_UNSET ? 0 : from->max_batch,
		.max_transfer = from->max_transfer == PROFILE_UNSET ? 0 : from->max_transfer,
		.ats_disable = or_none(from->ats_disable),
		.prs_disable = or_none(from->prs_disable),
		.enqcmds_retries = or_none(from->enqcmds_retries),
		.dedicated = of_slice || !strcmp(from->mode, "dedicated"),
		.block_on_fault = from->block_on_fault,
	};
	COPY_TEXT(to->type, of_slice ? "user" : from->type);
	COPY_TEXT(to->driver, of_slice ? DRIVER : from->driver);
	COPY_TEXT(to->label, from->name);
	COPY_TEXT(to->op_config, from->op_config);
}

static void config_group(const struct profile_group *group, struct device_config *config)
{
	const struct profile_engine *engine;
	const struct profile_slice *slice;
	const struct profile_wq *wq;

	LIST_FOREACH(&group->engines, engine)
		config->engine_group[engine->id] = group->id;
	LIST_FOREACH(&group->slices, slice)
		LIST_FOREACH(&slice->wqs, wq)
			config_wq(wq, group->id, true, config);
	LIST_FOREACH(&group->wqs, wq)
		config_wq(wq, group->id, false, config);
	if (group->id < 0)
		return;
	config->group[group->id] = (struct group_config){
		.read_buffers_reserved = or_none(group->read_buffers_reserved),
		.read_buffers_allowed = or_none(group->read_buffers_allowed),
		.use_read_buffer_limit = or_none(group->use_read_buffer_limit),
		.traffic_class_a = or_none(group->traffic_class_a),
		.traffic_class_b = or_none(group->traffic_class_b),
		.desc_progress_limit = or_none(group->desc_progress_limit),
		.batch_progress_limit = or_none(group->batch_progress_limit),
	};
}

/* What idxd gives a work queue that is not configured. */
static void config_unused(const struct dsactl_device *device, struct device_config *config)
{
	for (unsigned int i = 0; i < config->nr_wqs; i++) {
		config->wq[i].max_batch = MIN(UNUSED_MAX_BATCH, device->max_batch);
		config->wq[i].max_transfer = MIN(UNUSED_MAX_TRANSFER, device->max_transfer);
	}
}

static int configure(struct dsactl_device *device, const struct profile_device *want)
{
	const struct profile_group *group;
	struct device_config config;
	int err = accel_read_limits(device);

	if (err)
		return err;
	if (!device_config_init(&config, device->nr_wqs, device->nr_engines, device->nr_groups))
		return ctx_nomem(device->ctx);
	config.read_buffer_limit = want->read_buffer_limit == PROFILE_UNSET ? 0 :
				   want->read_buffer_limit;
	config.event_log_size = want->event_log_size == PROFILE_UNSET ? DEFAULT_EVENT_LOG_SIZE :
				want->event_log_size;
	config_unused(device, &config);
	LIST_FOREACH(&want->groups, group)
		config_group(group, &config);
	err = accel_configure(device, &config);
	device_config_free(&config);
	return err;
}

/*
 * The slice is made before its work queues are enabled, so that none is ever enabled without the
 * slice's PASID.
 */
static int make_slice(struct dsactl_ctx *ctx, struct dsactl_device *device,
		      const struct profile_slice *want, struct dsactl_slice *slice)
{
	uint32_t flags = (want->allow_unsafe_portal ? DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL : 0) |
			 (want->host_pci_id ? DSA_VDEV_SLICE_FLAGS_HOST_PCI_ID : 0);
	const struct profile_wq *wq;
	uint32_t wqs[DSA_VDEV_MAX_WQS];
	unsigned int nr = 0;
	int err;

	LIST_FOREACH(&want->wqs, wq)
		wqs[nr++] = wq->id;
	err = netlink_slice_new(ctx, device->name, wqs, nr, flags, mapping_find(want->mapping), slice);
	for (unsigned int i = 0; !err && i < nr; i++)
		err = accel_enable_wq(device, wqs[i]);
	err = err ?: netlink_slice_get(ctx, slice->id, slice);
	if (!err && slice->state != DSA_VDEV_SLICE_STATE_READY)
		err = ctx_fail(ctx, EIO, device->name, "see the kernel log",
			       "slice %u is %s, not ready", slice->id,
			       dsactl_slice_get_state_name(slice));
	return err;
}

static int make_slices(struct dsactl_ctx *ctx, struct dsactl_device *device,
		       const struct profile_device *want, struct dsactl_slice *slices)
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	int err = 0;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice) {
			if (!err && ctx_is_cancelled(ctx))
				err = ctx_fail(ctx, EINTR, device->name, NULL, "interrupted");
			err = err ?: make_slice(ctx, device, slice, slices++);
		}
	return err;
}

static int enable_host_wqs(struct dsactl_device *device, const struct profile_device *want)
{
	const struct profile_group *group;
	const struct profile_wq *wq;
	int err = 0;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->wqs, wq)
			if (!err && !wq->disabled)
				err = accel_enable_wq(device, wq->id);
	return err;
}

int layout_build(struct dsactl_ctx *ctx, const char *name, const struct profile_device *want,
		 struct dsactl_slice **slices)
{
	struct dsactl_device *device = dsactl_device_find(ctx, name);
	int err;

	if (!device)
		return -ENOENT;
	*slices = calloc(entry_nr_slices(want) + 1, sizeof(**slices));
	if (!*slices)
		return ctx_nomem(ctx);
	/*
	 * After a halt idxd is still bound to the device. Disabling it makes idxd clear its
	 * configuration.
	 */
	err = accel_disable_device(device);
	err = err ?: configure(device, want);
	if (want->disabled)
		return err;
	err = err ?: accel_enable_device(device);
	err = err ?: make_slices(ctx, device, want, *slices);
	return err ?: enable_host_wqs(device, want);
}

int layout_rebuild(struct dsactl_ctx *ctx, const char *device, const struct profile_device *want)
{
	struct dsactl_slice *slices = NULL;
	int err = layout_prepare(ctx, device, want);

	err = err ?: layout_clear(ctx, device);
	err = err ?: layout_build(ctx, device, want, &slices);
	free(slices);
	inventory_drop_module(ctx);
	return err;
}

/* ---- Repairing ---- */

int layout_repair(struct dsactl_device *device)
{
	struct dsactl_slice *slice;
	int err = 0;

	dsactl_slice_foreach(device->ctx, slice)
		for (unsigned int i = 0; i < slice->nr_wqs; i++)
			if (!err && !strcmp(slice->device, device->name) && slice_has_lost(slice, i))
				err = accel_enable_wq(device, slice->wq[i].id);
	inventory_drop_module(device->ctx);
	return err;
}
