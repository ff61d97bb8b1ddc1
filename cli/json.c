// SPDX-License-Identifier: GPL-2.0-only
/* Which facts does dsactl show of each object, and under which keys? */
#include <stdio.h>

#include "json.h"
#include "out.h"

/* @key is a literal that @to does not have yet: it is neither copied nor looked up. */
static void put(json_object *to, const char *key, json_object *value)
{
	json_object_object_add_ex(to, key, value,
				  JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

static void put_int(json_object *to, const char *key, int64_t value)
{
	put(to, key, json_object_new_int64(value));
}

static void put_u64(json_object *to, const char *key, uint64_t value)
{
	put(to, key, json_object_new_uint64(value));
}

static void put_bool(json_object *to, const char *key, bool value)
{
	put(to, key, json_object_new_boolean(value));
}

/* An empty text is null: there is none. */
static void put_text(json_object *to, const char *key, const char *value)
{
	put(to, key, value[0] ? json_object_new_string(value) : NULL);
}

/* A negative number is null: there is none. */
static void put_id(json_object *to, const char *key, int64_t value)
{
	put(to, key, value >= 0 ? json_object_new_int64(value) : NULL);
}

/* What a VMM takes for its vfio-pci. */
static void put_sysfsdev(json_object *to, const char *uuid)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s", uuid);
	put_text(to, "sysfsdev", path);
}

json_object *json_document(void)
{
	json_object *document = json_object_new_object();

	put_int(document, "version", 1);
	return document;
}

json_object *json_document_now(void)
{
	json_object *document = json_document();
	char now[OUT_TIME_SIZE];

	put_text(document, "time", out_time(now));
	return document;
}

/* ---- Devices ---- */

static json_object *json_group(struct dsactl_device *device, struct dsactl_group *group)
{
	json_object *to = json_object_new_object(), *engines = json_object_new_array();
	json_object *wqs = json_object_new_array();
	int id = dsactl_group_get_id(group);
	struct dsactl_engine *engine;
	struct dsactl_wq *wq;

	put_int(to, "id", id);
	dsactl_engine_foreach(device, engine)
		if (dsactl_engine_get_group_id(engine) == id)
			json_object_array_add(engines,
					      json_object_new_int(dsactl_engine_get_id(engine)));
	dsactl_wq_foreach(device, wq)
		if (dsactl_wq_get_group_id(wq) == id)
			json_object_array_add(wqs, json_object_new_int(dsactl_wq_get_id(wq)));
	put(to, "engines", engines);
	put(to, "wqs", wqs);
	return to;
}

static json_object *json_engine(struct dsactl_engine *engine)
{
	json_object *to = json_object_new_object();

	put_int(to, "id", dsactl_engine_get_id(engine));
	put_id(to, "group", dsactl_engine_get_group_id(engine));
	return to;
}

static void put_pci_id(json_object *to, unsigned int id)
{
	char text[16];

	snprintf(text, sizeof(text), "8086:%04x", id);
	put_text(to, "pci_id", id ? text : "");
}

static void put_parts(json_object *to, struct dsactl_device *device)
{
	json_object *groups = json_object_new_array(), *engines = json_object_new_array();
	struct dsactl_engine *engine;
	struct dsactl_group *group;

	dsactl_group_foreach(device, group)
		json_object_array_add(groups, json_group(device, group));
	dsactl_engine_foreach(device, engine)
		json_object_array_add(engines, json_engine(engine));
	put(to, "groups", groups);
	put(to, "engines", engines);
}

json_object *json_device(struct dsactl_device *device, bool whole)
{
	json_object *to = json_object_new_object();

	put_text(to, "name", dsactl_device_get_name(device));
	put_text(to, "type", dsactl_device_get_type(device));
	put_text(to, "pci", dsactl_device_get_pci(device));
	put_pci_id(to, dsactl_device_get_pci_id(device));
	put_id(to, "numa", dsactl_device_get_numa_node(device));
	put_text(to, "state", dsactl_device_is_enabled(device) ? "enabled" : "disabled");
	put_bool(to, "configurable", dsactl_device_is_configurable(device));
	put_bool(to, "unsafe", dsactl_device_is_unsafe(device));
	put_int(to, "nr_groups", dsactl_device_get_nr_groups(device));
	put_int(to, "nr_engines", dsactl_device_get_nr_engines(device));
	put_int(to, "nr_wqs", dsactl_device_get_nr_wqs(device));
	put_int(to, "wq_entries", dsactl_device_get_wq_entries(device));
	if (whole) {
		put_int(to, "max_batch_size", dsactl_device_get_max_batch_size(device));
		put_int(to, "max_transfer_size", dsactl_device_get_max_transfer_size(device));
	}
	put_int(to, "ims_size", dsactl_device_get_ims_size(device));
	put_id(to, "ims_free", dsactl_device_get_ims_free(device));
	put_int(to, "nr_slices", dsactl_device_get_nr_slices(device));
	if (whole)
		put_parts(to, device);
	return to;
}

json_object *json_wq(struct dsactl_device *device, struct dsactl_wq *wq, bool whole)
{
	json_object *to = json_object_new_object();

	put_text(to, "name", dsactl_wq_get_name(wq));
	put_text(to, "device", dsactl_device_get_name(device));
	put_int(to, "id", dsactl_wq_get_id(wq));
	put_text(to, "state", dsactl_wq_is_enabled(wq) ? "enabled" : "disabled");
	put_id(to, "group", dsactl_wq_get_group_id(wq));
	put_text(to, "type", dsactl_wq_get_type(wq));
	put_text(to, "mode", dsactl_wq_is_dedicated(wq) ? "dedicated" : "shared");
	put_int(to, "size", dsactl_wq_get_size(wq));
	put_int(to, "priority", dsactl_wq_get_priority(wq));
	put_bool(to, "block_on_fault", dsactl_wq_get_block_on_fault(wq));
	put_int(to, "max_batch_size", dsactl_wq_get_max_batch_size(wq));
	put_int(to, "max_transfer_size", dsactl_wq_get_max_transfer_size(wq));
	put_text(to, "label", dsactl_wq_get_label(wq));
	put_text(to, "driver", dsactl_wq_get_driver(wq));
	if (whole)
		put_id(to, "occupancy", dsactl_wq_get_occupancy(wq));
	return to;
}

/* ---- Slices and vdevs ---- */

json_object *json_slice(struct dsactl_slice *slice)
{
	json_object *to = json_object_new_object(), *wqs = json_object_new_array();
	json_object *sizes = json_object_new_array();

	for (unsigned int i = 0; i < dsactl_slice_get_nr_wqs(slice); i++) {
		json_object_array_add(wqs, json_object_new_int(dsactl_slice_get_wq_id(slice, i)));
		json_object_array_add(sizes,
				      json_object_new_int(dsactl_slice_get_wq_size(slice, i)));
	}
	put_int(to, "id", dsactl_slice_get_id(slice));
	put_text(to, "device", dsactl_slice_get_device_name(slice));
	put_id(to, "numa", dsactl_slice_get_numa_node(slice));
	put_text(to, "state", dsactl_slice_get_state_name(slice));
	put_int(to, "group", dsactl_slice_get_group_id(slice));
	put(to, "wqs", wqs);
	put(to, "wq_sizes", sizes);
	put_int(to, "engines", dsactl_slice_get_nr_engines(slice));
	put_int(to, "vectors", dsactl_slice_get_nr_vectors(slice));
	put_int(to, "pasid", dsactl_slice_get_pasid(slice));
	put_bool(to, "allow_unsafe_portal", dsactl_slice_get_allow_unsafe_portal(slice));
	put_bool(to, "host_pci_id", dsactl_slice_get_host_pci_id(slice));
	put_text(to, "mapping", dsactl_slice_get_mapping_name(slice));
	put_text(to, "type", dsactl_slice_get_type(slice));
	put_text(to, "vdev", dsactl_slice_get_vdev_uuid(slice));
	return to;
}

static json_object *json_vector(struct dsactl_vector *vector)
{
	json_object *to = json_object_new_object();

	put_int(to, "index", dsactl_vector_get_index(vector));
	put_id(to, "irq", dsactl_vector_get_irq(vector));
	put_id(to, "ims", dsactl_vector_get_ims(vector));
	put_id(to, "handle", dsactl_vector_get_handle(vector));
	put_bool(to, "masked", dsactl_vector_is_masked(vector));
	put_int(to, "interrupts", dsactl_vector_get_interrupts(vector));
	return to;
}

/* How the vdev finds memory, and how far it came. */
static void put_mapping(json_object *to, struct dsactl_vdev *vdev)
{
	json_object *hints = json_object_new_array();

	put_text(to, "mapping", dsactl_vdev_get_mapping_name(vdev));
	put_text(to, "mapping_sources", dsactl_vdev_get_mapping_sources(vdev));
	put_text(to, "mapping_state", dsactl_vdev_get_mapping_state_name(vdev));
	put_int(to, "wanted_bytes", dsactl_vdev_get_wanted_bytes(vdev));
	put_int(to, "requests_served", dsactl_vdev_get_requests_served(vdev));
	put_int(to, "requests_refused", dsactl_vdev_get_requests_refused(vdev));
	for (unsigned int i = 0; i < dsactl_vdev_get_nr_hints(vdev); i++) {
		struct dsactl_hint hint = dsactl_vdev_get_hint(vdev, i);
		json_object *object = json_object_new_object();

		put_u64(object, "iova", hint.iova);
		put_u64(object, "length", hint.length);
		json_object_array_add(hints, object);
	}
	put(to, "hints", hints);
}

json_object *json_vdev(struct dsactl_vdev *vdev)
{
	json_object *to = json_object_new_object(), *vectors = json_object_new_array();
	struct dsactl_vector *vector;

	put_text(to, "uuid", dsactl_vdev_get_uuid(vdev));
	put_sysfsdev(to, dsactl_vdev_get_uuid(vdev));
	put_text(to, "name", dsactl_vdev_get_name(vdev));
	put_text(to, "owner", dsactl_vdev_get_owner(vdev));
	put_bool(to, "foreign", dsactl_vdev_is_foreign(vdev));
	put_text(to, "state", dsactl_vdev_get_state_name(vdev));
	put_text(to, "device", dsactl_vdev_get_device_name(vdev));
	put_int(to, "slice", dsactl_vdev_get_slice_id(vdev));
	put_text(to, "type", dsactl_vdev_get_type(vdev));
	put_int(to, "pasid", dsactl_vdev_get_pasid(vdev));
	put_text(to, "pci_id", dsactl_vdev_get_pci_id(vdev));
	put_int(to, "mapped_bytes", dsactl_vdev_get_mapped_bytes(vdev));
	put_int(to, "pinned_pages", dsactl_vdev_get_pinned_pages(vdev));
	put_mapping(to, vdev);
	put_int(to, "commands", dsactl_vdev_get_commands(vdev));
	put_int(to, "resets", dsactl_vdev_get_resets(vdev));
	put_int(to, "errors", dsactl_vdev_get_errors(vdev));
	dsactl_vector_foreach(vdev, vector)
		json_object_array_add(vectors, json_vector(vector));
	put(to, "vectors", vectors);
	return to;
}

json_object *json_kept(const struct dsactl_kept *kept)
{
	json_object *to = json_object_new_object();

	put_text(to, "uuid", dsactl_kept_get_uuid(kept));
	put_text(to, "name", dsactl_kept_get_name(kept));
	put_text(to, "owner", dsactl_kept_get_owner(kept));
	put_text(to, "device", dsactl_kept_get_device_name(kept));
	return to;
}

json_object *json_quota(const struct dsactl_quota *quota)
{
	json_object *to = json_object_new_object();

	put_text(to, "owner", dsactl_quota_get_owner(quota));
	put_int(to, "limit", dsactl_quota_get_limit(quota));
	put_int(to, "used", dsactl_quota_get_used(quota));
	return to;
}

json_object *json_finding(struct dsactl_finding *finding)
{
	json_object *to = json_object_new_object();

	put_text(to, "object", dsactl_finding_get_object(finding));
	put_text(to, "topic", dsactl_finding_get_topic(finding));
	put_text(to, "verdict", dsactl_finding_get_verdict_name(finding));
	put_text(to, "cause", dsactl_finding_get_cause(finding));
	put_text(to, "remedy", dsactl_finding_get_remedy(finding));
	return to;
}

json_object *json_profile(struct dsactl_ctx *ctx, struct dsactl_profile *profile)
{
	json_object *to = json_object_new_object(), *restores = json_object_new_array();
	struct dsactl_device *device;

	put_text(to, "name", dsactl_profile_get_name(profile));
	put_text(to, "from", dsactl_profile_is_vendor(profile) ? "vendor" : "administrator");
	put_bool(to, "enabled", dsactl_profile_is_enabled(profile));
	put_int(to, "devices", dsactl_profile_get_nr_devices(profile));
	dsactl_device_foreach(ctx, device)
		if (dsactl_device_get_restored_from(device) == profile)
			json_object_array_add(restores, json_object_new_string(dsactl_device_get_name(device)));
	put(to, "restores", restores);
	put_text(to, "description", dsactl_profile_get_description(profile));
	put_text(to, "error", dsactl_profile_get_error(profile));
	put_text(to, "path", dsactl_profile_get_path(profile));
	return to;
}

/* JSON for who may read it; what is not there is null. */
static void put_json(json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, text[0] ? json_tokener_parse(text) : NULL);
}

json_object *json_difference(struct dsactl_difference *difference)
{
	json_object *to = json_object_new_object();

	put_text(to, "path", dsactl_difference_get_path(difference));
	put_json(to, "is", dsactl_difference_get_is(difference));
	put_json(to, "shall", dsactl_difference_get_shall(difference));
	return to;
}

json_object *json_step(struct dsactl_step *step)
{
	static const char *const names[] = {
		[DSACTL_STEP_SPLIT] = "split", [DSACTL_STEP_UNSPLIT] = "unsplit",
		[DSACTL_STEP_CREATE] = "create", [DSACTL_STEP_DESTROY] = "destroy",
		[DSACTL_STEP_CLEAR] = "clear", [DSACTL_STEP_CONFIGURE] = "configure",
		[DSACTL_STEP_KEEP] = "keep", [DSACTL_STEP_FORGET] = "forget",
		[DSACTL_STEP_REPAIR] = "repair",
	};
	enum dsactl_step_kind kind = dsactl_step_get_kind(step);
	json_object *to = json_object_new_object();

	put_text(to, "step", names[kind]);
	put_text(to, "device", dsactl_step_get_device_name(step));
	if (kind == DSACTL_STEP_SPLIT || kind == DSACTL_STEP_CONFIGURE)
		put_int(to, "slices", dsactl_step_get_nr_slices(step));
	if (kind == DSACTL_STEP_SPLIT && dsactl_step_get_nr_wqs(step)) {
		put_int(to, "wqs", dsactl_step_get_nr_wqs(step));
		put_int(to, "wq_size", dsactl_step_get_wq_size(step));
		put_int(to, "engines", dsactl_step_get_nr_engines(step));
	}
	if (kind == DSACTL_STEP_KEEP || kind == DSACTL_STEP_FORGET)
		put_text(to, "uuid", dsactl_step_get_uuid(step));
	if (kind == DSACTL_STEP_CREATE || kind == DSACTL_STEP_DESTROY) {
		put_text(to, "uuid", dsactl_step_get_uuid(step));
		put_id(to, "slice", dsactl_step_get_slice_id(step));
	}
	if (kind == DSACTL_STEP_CREATE) {
		put_sysfsdev(to, dsactl_step_get_uuid(step));
		put_text(to, "reason", dsactl_step_get_reason(step));
	}
	return to;
}

json_object *json_event(const struct dsactl_event *event)
{
	json_object *to = json_document_now();

	put_text(to, "object", dsactl_event_get_object(event));
	put_text(to, "action", dsactl_event_get_action(event));
	put_text(to, "name", dsactl_event_get_name(event));
	put_text(to, "state", dsactl_event_get_state_name(event));
	put_text(to, "device", dsactl_event_get_device_name(event));
	put_text(to, "vdev", dsactl_event_get_vdev_uuid(event));
	put_text(to, "vdev_name", dsactl_event_get_vdev_name(event));
	put_int(to, "errors", dsactl_event_get_errors(event));
	put_text(to, "mapping_state", dsactl_event_get_mapping_state_name(event));
	put_int(to, "mapped_bytes", dsactl_event_get_mapped_bytes(event));
	put_int(to, "wanted_bytes", dsactl_event_get_wanted_bytes(event));
	return to;
}

/* Commands and errors are counted for the vdev, and shown with its vector 0. */
json_object *json_stat(struct dsactl_vdev *vdev, struct dsactl_vector *vector,
		       struct dsactl_wq *wq)
{
	unsigned int index = dsactl_vector_get_index(vector);
	json_object *to = json_object_new_object();

	put_text(to, "vdev", dsactl_vdev_get_uuid(vdev));
	put_text(to, "name", dsactl_vdev_get_name(vdev));
	put_int(to, "vector", index);
	put_int(to, "interrupts", dsactl_vector_get_interrupts(vector));
	put_text(to, "wq", wq ? dsactl_wq_get_name(wq) : "");
	put_id(to, "size", wq ? (int)dsactl_wq_get_size(wq) : -1);
	put_id(to, "occupancy", wq ? dsactl_wq_get_occupancy(wq) : -1);
	put_id(to, "commands", index ? -1 : (int64_t)dsactl_vdev_get_commands(vdev));
	put_id(to, "errors", index ? -1 : (int64_t)dsactl_vdev_get_errors(vdev));
	return to;
}
