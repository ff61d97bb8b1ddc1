// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a device split into slices, and made whole again? */
#include <stdio.h>

#include "accel.h"
#include "change.h"
#include "journal.h"
#include "modules.h"
#include "nl.h"

#define DRIVER "dsa_vdev"	/* of the work queues; also the module's name */

/* ---- May the device be split? ---- */

/* "wq0.0 (user), wq0.1 (dmaengine)": work queues that a driver has. */
static bool list_bound(struct dsactl_device *device, char *text, size_t size)
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

/* Whether someone configured it, though it is disabled. */
static bool is_prepared(struct dsactl_device *device)
{
	struct dsactl_engine *engine;
	struct dsactl_wq *wq;

	dsactl_engine_foreach(device, engine)
		if (engine->group >= 0)
			return true;
	dsactl_wq_foreach(device, wq)
		if (wq->group >= 0 || wq->size)
			return true;
	return false;
}

/*
 * Whether it was split and its slices went with the module: enabled, and with
 * work queues for a driver that has no slice of them.
 */
static bool is_remnant(struct dsactl_device *device)
{
	struct dsactl_wq *wq;

	if (dsactl_device_get_nr_slices(device))
		return false;
	dsactl_wq_foreach(device, wq)
		if (wq->size && !wq->bound[0] && !strcmp(wq->driver, DRIVER))
			return true;
	return false;
}

static int require_unused(struct dsactl_device *device, bool force)
{
	struct dsactl_ctx *ctx = device->ctx;
	unsigned int nr = dsactl_device_get_nr_slices(device);
	char bound[256];

	if (!device->configurable)
		return ctx_fail(ctx, EOPNOTSUPP, device->name, "choose another device",
				"its configuration is fixed");
	if (nr)
		return ctx_fail(ctx, EBUSY, device->name, "unsplit it first (dsactl unsplit-device)",
				"it is split into %u slices already", nr);
	if (list_bound(device, bound, sizeof(bound)))
		return ctx_fail(ctx, EBUSY, device->name,
				"disable them and the device (accel-config disable-device), or choose another device",
				"it is enabled and the host uses its work queues %s", bound);
	if (is_remnant(device) && !force)
		return ctx_fail(ctx, EBUSY, device->name,
				"unsplit it first (dsactl unsplit-device), or give --force",
				"it is left from a split whose slices went with the module");
	if (device->enabled && !force)
		return ctx_fail(ctx, EBUSY, device->name,
				"--force has it disabled and split, or choose another device",
				"it is enabled, though no work queue of it is");
	if (is_prepared(device) && !force)
		return ctx_fail(ctx, EBUSY, device->name,
				"--force replaces that, or choose another device",
				"someone has prepared a configuration of it");
	return 0;
}

/* What only the module knows; asked again when the plan is applied. */
static int require_able(struct dsactl_ctx *ctx, const struct mod_device *mod,
			const struct plan_shape *shape)
{
	if (!(mod->flags & DSA_VDEV_DEVICE_FLAGS_PASID))
		return ctx_fail(ctx, EOPNOTSUPP, mod->name,
				"boot with intel_iommu=on,sm_on; dsactl check says more",
				"no PASID can be attached to it, so memory could not be isolated");
	if (!(mod->flags & DSA_VDEV_DEVICE_FLAGS_IMS))
		return ctx_fail(ctx, EOPNOTSUPP, mod->name, "choose another device",
				"it has no interrupt message storage for DEV-MSI vectors");
	if (shape->block_on_fault && !(mod->flags & DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS))
		return ctx_fail(ctx, EOPNOTSUPP, mod->name, "leave --block-on-fault out",
				"page requests are not enabled on it, so no descriptor can wait for a page");
	if ((uint64_t)shape->slices * shape->wqs > mod->ims_free)
		return ctx_fail(ctx, EINVAL, mod->name, "choose fewer slices or work queues",
				"%u vectors are needed, it has %u entries of interrupt message storage free",
				shape->slices * shape->wqs, mod->ims_free);
	return 0;
}

/* ---- Plan ---- */

static void get_limits(struct dsactl_device *device, struct plan_limits *limits)
{
	const struct mod_device *mod = inventory_mod_device(device->ctx, device->name);

	*limits = (struct plan_limits){
		.groups = device->nr_groups,
		.engines = device->nr_engines,
		.wqs = device->nr_wqs,
		.wq_entries = device->wq_entries,
		.ims = mod ? mod->ims_free : dsactl_device_get_ims_size(device),
		.max_batch = device->max_batch,
		.max_transfer = device->max_transfer,
		.block_on_fault = device->gen_cap & 1,
	};
}

int slice_plan_split(struct dsactl_plan *plan, struct dsactl_device *device,
		     struct plan_shape *want, uint32_t flags, bool force,
		     struct dsactl_step **step)
{
	const struct mod_device *mod = inventory_mod_device(plan->ctx, device->name);
	struct plan_problem problem;
	struct plan_limits limits;
	struct plan_shape shape;
	int err = require_unused(device, force);

	if (err)
		return err;
	get_limits(device, &limits);
	if (plan_shape(&limits, want, &shape, &problem))
		return plan_refuse(plan->ctx, device->name, &problem);
	if (mod)
		err = require_able(plan->ctx, mod, &shape);
	if (err)
		return err;
	*step = plan_add(plan, DSACTL_STEP_SPLIT, device->name);
	if (!*step)
		return ctx_nomem(plan->ctx);
	(*step)->shape = *want = shape;
	(*step)->flags = flags;
	return 0;
}

int dsactl_plan_split(struct dsactl_device *device,
		      const struct dsactl_split_request *request,
		      struct dsactl_plan **plan)
{
	struct plan_shape want = {
		.slices = request->nr_slices,
		.wqs = request->nr_wqs,
		.vectors = request->nr_vectors,
		.wq_size = request->wq_size,
		.engines = request->nr_engines,
		.priority = request->priority,
		.max_batch = request->max_batch_size,
		.max_transfer = request->max_transfer_size,
		.block_on_fault = request->block_on_fault,
	};
	uint32_t flags = request->allow_unsafe_portal ?
			 DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL : 0;
	struct dsactl_step *step;
	int err;

	if (request->size < sizeof(*request))
		return ctx_fail(device->ctx, EINVAL, "dsactl_plan_split", NULL,
				"the request's size is not set");
	*plan = plan_new(device->ctx);
	if (!*plan)
		return ctx_nomem(device->ctx);
	err = slice_plan_split(*plan, device, &want, flags, request->force, &step);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}

static int plan_vdevs(struct dsactl_plan *plan, struct dsactl_device *device,
		      bool destroy_idle)
{
	struct dsactl_vdev *vdev;
	int err;

	dsactl_vdev_foreach(plan->ctx, vdev) {
		struct dsactl_step *step;

		if (strcmp(vdev->device, device->name))
			continue;
		if (!destroy_idle)
			return ctx_fail(plan->ctx, EBUSY, device->name,
					"destroy its vdevs first; --force destroys those that no one has open",
					"vdev %s is on it", vdev->uuid);
		err = vdev_require_closed(vdev);
		if (err)
			return err;
		step = plan_add(plan, DSACTL_STEP_DESTROY, device->name);
		if (!step)
			return ctx_nomem(plan->ctx);
		COPY_TEXT(step->uuid, vdev->uuid);
	}
	return 0;
}

int dsactl_plan_unsplit(struct dsactl_device *device, bool destroy_idle,
			struct dsactl_plan **plan)
{
	bool split = dsactl_device_get_nr_slices(device) || is_remnant(device);
	int err;

	*plan = plan_new(device->ctx);
	if (!*plan)
		return ctx_nomem(device->ctx);
	err = plan_vdevs(*plan, device, destroy_idle);
	if (!err && split && !plan_add(*plan, DSACTL_STEP_UNSPLIT, device->name))
		err = ctx_nomem(device->ctx);
	if (err) {
		dsactl_plan_free(*plan);
		*plan = NULL;
	}
	return err;
}

/* ---- Split ---- */

/* The module is needed from here on, and knows the device better than sysfs. */
static int prepare_module(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct mod_device *mod;
	int err = modules_load(ctx, DRIVER);

	if (err)
		return err;
	inventory_drop_module(ctx);
	mod = inventory_mod_device(ctx, step->device);
	if (!mod)
		return ctx_fail(ctx, EOPNOTSUPP, step->device, "see the kernel log",
				"the module dsa_vdev does not take it");
	return require_able(ctx, mod, &step->shape);
}

static int note_config(struct dsactl_ctx *ctx, struct dsactl_device *device)
{
	struct device_config before;
	int err = accel_get_config(device, &before);

	if (err)
		return err;
	err = journal_note_device(ctx, device, &before);
	device_config_free(&before);
	return err;
}

static int configure(struct dsactl_ctx *ctx, struct dsactl_device *device,
		     const struct plan_shape *shape)
{
	struct device_config config;
	int err;

	if (!device_config_init(&config, device->nr_wqs, device->nr_engines))
		return ctx_nomem(ctx);
	plan_config(shape, DRIVER, &config);
	err = accel_configure(device, &config);
	device_config_free(&config);
	return err;
}

/* Slice first, then its work queues: so none is ever enabled without its PASID. */
static int make_slice(struct dsactl_ctx *ctx, struct dsactl_device *device,
		      struct dsactl_step *step, unsigned int nr)
{
	struct dsactl_slice *slice = &step->slices[nr];
	uint32_t wqs[DSA_VDEV_MAX_WQS];
	unsigned int i;
	int err;

	for (i = 0; i < step->shape.wqs; i++)
		wqs[i] = nr * step->shape.wqs + i;
	err = netlink_slice_new(ctx, device->name, wqs, step->shape.wqs, step->flags, slice);
	for (i = 0; !err && i < step->shape.wqs; i++)
		err = accel_enable_wq(device, wqs[i]);
	err = err ?: netlink_slice_get(ctx, slice->id, slice);
	if (!err && slice->state != DSA_VDEV_SLICE_STATE_READY)
		err = ctx_fail(ctx, EIO, device->name, "see the kernel log",
			       "slice %u is %s, not ready", slice->id,
			       dsactl_slice_get_state_name(slice));
	return err;
}

static int make_slices(struct dsactl_ctx *ctx, struct dsactl_device *device,
		       struct dsactl_step *step)
{
	int err = 0;

	step->slices = calloc(step->shape.slices, sizeof(*step->slices));
	if (!step->slices)
		return ctx_nomem(ctx);
	for (unsigned int i = 0; !err && i < step->shape.slices; i++) {
		if (ctx->cancelled)
			return ctx_fail(ctx, EINTR, device->name, NULL, "interrupted");
		err = make_slice(ctx, device, step, i);
	}
	return err;
}

int slice_do_split(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct dsactl_device *device = dsactl_device_find(ctx, step->device);
	int err;

	if (!device)
		return -ENOENT;
	err = prepare_module(ctx, step);
	err = err ?: note_config(ctx, device);
	err = err ?: accel_disable_device(device);
	err = err ?: configure(ctx, device, &step->shape);
	err = err ?: accel_enable_device(device);
	return err ?: make_slices(ctx, device, step);
}

/* ---- Unsplit, and undo ---- */

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

/* The device may have come back under another name; its PCI address stays. */
static struct dsactl_device *find_again(struct dsactl_ctx *ctx, const char *name,
					const char *pci)
{
	struct dsactl_device *device = inventory_device(ctx, pci[0] ? pci : name);

	if (!device)
		ctx_fail(ctx, ENOENT, name, NULL, "the device is not there");
	return device;
}

int slice_restore_device(struct dsactl_ctx *ctx, const char *name, const char *pci,
			 const struct device_config *config)
{
	struct dsactl_device *device;
	char bound[256];
	int err;

	inventory_drop_module(ctx);	/* earlier steps changed its vdevs and slices */
	device = find_again(ctx, name, pci);
	if (!device)
		return -ENOENT;
	err = delete_slices(ctx, device);
	if (err)
		return err;
	if (list_bound(device, bound, sizeof(bound)))
		return ctx_fail(ctx, EBUSY, device->name, "disable them",
				"the host uses its work queues %s", bound);
	if (config->nr_wqs != device->nr_wqs || config->nr_engines != device->nr_engines)
		return ctx_fail(ctx, EIO, device->name, NULL,
				"it is not the device that it was");
	err = accel_disable_device(device);
	err = err ?: accel_configure(device, config);
	if (config->enabled)
		err = err ?: accel_enable_device(device);
	return err;
}

int slice_do_unsplit(struct dsactl_ctx *ctx, struct dsactl_step *step)
{
	struct dsactl_device *device = dsactl_device_find(ctx, step->device);
	struct device_config nothing;
	int err;

	if (!device)
		return -ENOENT;
	if (!device_config_init(&nothing, device->nr_wqs, device->nr_engines))
		return ctx_nomem(ctx);
	err = journal_note_device(ctx, device, &nothing);
	err = err ?: slice_restore_device(ctx, device->name, device->pci, &nothing);
	device_config_free(&nothing);
	return err;
}
