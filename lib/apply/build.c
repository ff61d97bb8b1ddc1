// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a device given groups, slices and work queues, and freed of them? */
#include <stdio.h>
#include <sys/param.h>

#include "../backend/accel.h"
#include "../backend/host.h"
#include "../backend/mdev.h"
#include "../backend/modules.h"
#include "../backend/netlink.h"
#include "../layout/layout.h"
#include "../plan/plan.h"

#define UNUSED_MAX_BATCH 32
#define UNUSED_MAX_TRANSFER (UINT64_C(2) << 20)

bool layout_list_bound(struct dsactl_device *device, char *text, size_t size)
{
	struct dsactl_wq *wq;
	size_t used = 0;

	text[0] = '\0';
	dsactl_wq_foreach(device, wq) {
		if (!wq->bound[0] || used >= size)
			continue;
		used += snprintf(text + used, size - used, "%s%s (%s)",
				 used ? ", " : "", wq->name, wq->bound);
	}
	return used;
}

/* ---- Comparing ---- */

/* As JSON, without vdevs. */
static json_object *base_json(const struct profile_device *entry)
{
	json_object *json = profile_device_to_json(entry);
	json_object *groups = json_object_object_get(json, "groups");

	for (size_t i = 0; i < json_object_array_length(groups); i++) {
		json_object *group = json_object_array_get_idx(groups, i), *slices;

		if (!json_object_object_get_ex(group, "slices", &slices))
			continue;
		for (size_t j = 0; j < json_object_array_length(slices); j++)
			json_object_object_del(json_object_array_get_idx(slices, j), "vdev");
	}
	return json;
}

bool layout_is_same_base(const struct profile_device *a, const struct profile_device *b)
{
	json_object *base_a = base_json(a), *base_b = base_json(b);
	bool same = json_object_equal(base_a, base_b);

	json_object_put(base_a);
	json_object_put(base_b);
	return same;
}

bool layout_has_lost(const struct dsactl_slice *slice, unsigned int wq)
{
	const struct mod_device *mod = inventory_mod_device(slice->ctx, slice->device);

	return mod && (mod->flags & DSA_VDEV_DEVICE_FLAGS_ENABLED) && !slice->wq[wq].bound;
}

struct dsactl_slice *layout_broken_slice(const struct dsactl_device *device)
{
	struct dsactl_slice *slice;

	dsactl_slice_foreach(device->ctx, slice)
		for (unsigned int i = 0; i < slice->nr_wqs; i++)
			if (!strcmp(slice->device, device->name) && layout_has_lost(slice, i))
				return slice;
	return NULL;
}

unsigned int layout_nr_slices(const struct profile_device *entry)
{
	const struct profile_group *group;
	unsigned int nr = 0;

	LIST_FOREACH(&entry->groups, group)
		nr += group->slices.nr;
	return nr;
}

bool layout_bars_portal(const struct profile_device *entry)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (!slice->allow_unsafe_portal)
				return true;
	return false;
}

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

int layout_repair(struct dsactl_device *device)
{
	struct dsactl_slice *slice;
	int err = 0;

	dsactl_slice_foreach(device->ctx, slice)
		for (unsigned int i = 0; i < slice->nr_wqs; i++)
			if (!err && !strcmp(slice->device, device->name) && layout_has_lost(slice, i))
				err = accel_enable_wq(device, slice->wq[i].id);
	inventory_drop_module(device->ctx);
	return err;
}

/* ---- Building ---- */

int layout_prepare(struct dsactl_ctx *ctx, const char *device,
		   const struct profile_device *want)
{
	struct dsactl_device *found;
	struct mod_device *mod;
	int err = layout_nr_slices(want) ? modules_load(ctx, DRIVER) : 0;

	if (err || !layout_nr_slices(want))
		return err;
	mod = inventory_mod_device(ctx, device);
	if (!mod) {	/* it was loaded just now */
		inventory_drop_module(ctx);
		mod = inventory_mod_device(ctx, device);
	}
	if (!mod)
		return ctx_fail(ctx, EOPNOTSUPP, device, "see the kernel log",
				"the module dsa_vdev does not take it");
	found = dsactl_device_find(ctx, device);
	return found ? layout_require_able(found, want) : -ENOENT;
}

/* Whether a slice has a work queue that blocks on faults. */
static bool blocks(const struct profile_device *want)
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	const struct profile_wq *wq;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			LIST_FOREACH(&slice->wqs, wq)
				if (wq->block_on_fault)
					return true;
	return false;
}

/* Whether memory is to be found by page requests alone. */
static bool needs_requests(const struct profile_device *want)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (mapping_find(slice->mapping) == DSA_VDEV_MAPPING_PRS ||
			    mapping_find(slice->vdev.mapping) == DSA_VDEV_MAPPING_PRS)
				return true;
	return false;
}

/* enum dsa_vdev_device_flags; what cannot be seen is taken for there. */
static uint32_t features_of(const struct dsactl_device *device)
{
	const struct mod_device *mod = inventory_mod_device(device->ctx, device->name);

	if (mod)
		return mod->flags;
	return (pci_has_enabled(device->pci, PCI_PASID) ? DSA_VDEV_DEVICE_FLAGS_PASID : 0) |
	       (pci_has_enabled(device->pci, PCI_PAGE_REQUESTS) ? DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS : 0) |
	       (dsactl_device_get_ims_size(device) ? DSA_VDEV_DEVICE_FLAGS_IMS : 0);
}

int layout_require_able(struct dsactl_device *device, const struct profile_device *want)
{
	uint32_t flags = layout_nr_slices(want) ? features_of(device) : UINT32_MAX;

	if (!(flags & DSA_VDEV_DEVICE_FLAGS_PASID))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name,
				"boot with intel_iommu=on,sm_on; dsactl check says more",
				"no PASID can be attached to it, so memory could not be isolated");
	if (!(flags & DSA_VDEV_DEVICE_FLAGS_IMS))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "choose another device",
				"it has no interrupt message storage for DEV-MSI vectors");
	if (blocks(want) && !(flags & DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "leave block on fault out",
				"page requests are not enabled on it, so no descriptor can wait for a page");
	if (needs_requests(want) && !(flags & DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS))
		return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "choose another mapping",
				"mapping prs: page requests are not enabled on it");
	return 0;
}

/* The work queues of one device are alike, and its groups. */
static unsigned int lacks_attrs(const struct dsactl_device *device)
{
	const struct dsactl_group *group = device->groups;
	const struct dsactl_wq *wq = device->wqs;
	char ops[OPS_SIZE] = "";

	if (wq)
		accel_read_op_config(wq, ops);
	return (wq && wq->ats_disable < 0 ? LACKS_ATS_DISABLE : 0) |
	       (wq && wq->prs_disable < 0 ? LACKS_PRS_DISABLE : 0) |
	       (wq && !ops[0] ? LACKS_OP_CONFIG : 0) |
	       (group && group->config.desc_progress_limit < 0 ? LACKS_PROGRESS_LIMITS : 0) |
	       (device->event_log_size < 0 ? LACKS_EVENT_LOG : 0);
}

unsigned int layout_lacks(const struct dsactl_device *device)
{
	return lacks_attrs(device) |
	       (features_of(device) & DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS ? 0 : LACKS_PAGE_REQUESTS) |
	       (device->lacks_user_pasid ? LACKS_USER_PASID : 0) |
	       (cpu_has("enqcmd") ? 0 : LACKS_ENQCMD);
}

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
	int err;

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

/* Slice first, then its work queues: so none is ever enabled without its PASID. */
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
	*slices = calloc(layout_nr_slices(want) + 1, sizeof(**slices));
	if (!*slices)
		return ctx_nomem(ctx);
	/* A halt leaves idxd bound to it, and what idxd lets go of it clears. */
	err = accel_disable_device(device);
	err = err ?: configure(device, want);
	if (want->disabled)
		return err;
	err = err ?: accel_enable_device(device);
	err = err ?: make_slices(ctx, device, want, *slices);
	return err ?: enable_host_wqs(device, want);
}

/* ---- The way back ---- */

/* The device may have come back under another name; its PCI address stays. */
static struct dsactl_device *find_again(struct dsactl_ctx *ctx, const char *name,
					const char *pci)
{
	struct dsactl_device *device = inventory_device(ctx, pci[0] ? pci : name);

	if (!device)
		ctx_fail(ctx, ENOENT, name, NULL, "the device is not there");
	return device;
}

static bool wants_vdev(const struct profile_device *want, const char *uuid)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (!strcmp(slice->vdev.uuid, uuid))
				return true;
	return false;
}

/* Whether @vdev is on the device and @want, NULL for no vdev, has it not. */
static bool is_to_go(const struct dsactl_vdev *vdev, const char *device,
		     const struct profile_device *want)
{
	return !strcmp(vdev->device, device) && !(want && wants_vdev(want, vdev->uuid));
}

/* Destroy those; none where one of them is open, since then they could not come back. */
static int remove_vdevs(struct dsactl_ctx *ctx, const char *device,
			const struct profile_device *want)
{
	struct dsactl_vdev *vdev;
	int err = 0;

	dsactl_vdev_foreach(ctx, vdev)
		if (!err && is_to_go(vdev, device, want))
			err = vdev_require_closed(vdev);
	dsactl_vdev_foreach(ctx, vdev)
		if (!err && is_to_go(vdev, device, want))
			err = mdev_remove(ctx, vdev->uuid);
	inventory_drop_module(ctx);
	return err;
}

static struct dsactl_slice *find_slice(struct dsactl_ctx *ctx, const char *device,
				       const struct profile_slice *want)
{
	const struct profile_wq *wq = want->wqs.item;
	struct dsactl_slice *slice;

	dsactl_slice_foreach(ctx, slice)
		if (!strcmp(slice->device, device) && slice->nr_wqs && slice->wq[0].id == wq->id)
			return slice;
	return NULL;
}

static int create_again(struct dsactl_ctx *ctx, const struct dsactl_device *device,
			const struct profile_slice *want)
{
	struct dsactl_slice *slice = find_slice(ctx, device->name, want);
	const struct profile_vdev *vdev = &want->vdev;
	int err;

	if (!vdev->there || inventory_vdev(ctx, vdev->uuid))
		return 0;
	if (!slice)
		return ctx_fail(ctx, ENOENT, vdev->uuid, NULL, "its slice is not there");
	err = netlink_slice_reserve(ctx, slice->id, vdev->uuid, vdev->name, vdev->owner,
				    mapping_find(vdev->mapping));
	return err ?: mdev_create(ctx, device->pci, slice->type, vdev->uuid);
}

static int create_vdevs(struct dsactl_ctx *ctx, const struct dsactl_device *device,
			const struct profile_device *want)
{
	const struct profile_group *group;
	const struct profile_slice *slice;
	int err = 0;

	LIST_FOREACH(&want->groups, group)
		LIST_FOREACH(&group->slices, slice)
			err = err ?: create_again(ctx, device, slice);
	return err;
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

/* As profile_fit() checks it: notes are a file, and the device may be another. */
static int check_want(struct dsactl_ctx *ctx, struct dsactl_device *device,
		      const struct profile_device *want, struct profile_device *fitted)
{
	struct profile_target target;
	struct plan_problem problem;

	layout_target(device, &target);
	if (!profile_fit(want, device->name, &target, fitted, &problem))
		return 0;
	return ctx_fail(ctx, ENODEV, device->name, NULL, "it is not the device that it was: %s",
			problem.cause);
}

static int restore(struct dsactl_ctx *ctx, struct dsactl_device *device,
		   const struct profile_device *want)
{
	struct profile_device is;
	bool same;
	int err = layout_capture(device, &is);

	if (err)
		return err;
	/* A disabled device may have leftovers that no entry tells of. */
	same = !want->disabled && layout_is_same_base(&is, want);
	profile_device_free(&is);
	err = remove_vdevs(ctx, device->name, same ? want : NULL);
	if (!err)
		err = same ? layout_repair(device) : layout_rebuild(ctx, device->name, want);
	return err ?: create_vdevs(ctx, device, want);
}

int layout_restore(struct dsactl_ctx *ctx, const char *name, const char *pci,
		   const struct profile_device *want)
{
	struct profile_device fitted;
	struct dsactl_device *device;
	int err;

	inventory_drop(ctx);
	err = inventory_read_accel(ctx) ?: inventory_read_module(ctx);
	if (err)
		return err;
	device = find_again(ctx, name, pci);
	if (!device)
		return -ENOENT;
	err = check_want(ctx, device, want, &fitted);
	if (err)
		return err;
	err = restore(ctx, device, &fitted);
	profile_device_free(&fitted);
	return err;
}
