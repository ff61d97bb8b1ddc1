// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What do other tools' files mean as a profile?
 *
 * accel-config's save-config has changed over the years: keys come in any order, some
 * are missing, token_* became read_buffer_*, and -1 or -2 says that the kernel
 * has no such attribute. It tells nothing of slices: dedicated work queues for dsa_vdev
 * that share a group become one, and one of the former type mdev becomes one by itself.
 * mdevctl tells nothing of groups: the vdevs of a device get slices of one group.
 */
#include <stdio.h>
#include <strings.h>

#include "json_text.h"
#include "object.h"
#include "schema.h"

struct import {
	struct dsactl_ctx *ctx;
	struct dsactl_profile *profile;
	char path[128];
	const char *wrong;	/* the first key whose value is not of its kind */
};

#define REFUSE(import, format, ...)                                            \
	ctx_fail((import)->ctx, EINVAL, (import)->profile->name, NULL, "%s: " format, \
		 (import)->path, ##__VA_ARGS__)

static int nomem(struct import *import)
{
	return ctx_nomem(import->ctx);
}

/* ---- accel-config ---- */

/* NULL where the key is absent. A value of another type is noted for require_kinds(). */
static json_object *get(struct import *import, json_object *from, const char *key,
			enum json_type kind)
{
	json_object *value = json_object_object_get(from, key);

	if (!value || json_object_is_type(value, kind))
		return value;
	import->wrong = import->wrong ?: key;
	return NULL;
}

static int require_kinds(struct import *import)
{
	return import->wrong ? REFUSE(import, "the value of \"%s\" is not of its kind", import->wrong) : 0;
}

/* A number, unset where it is not there or negative; @old is its former key. */
static int64_t number(struct import *import, json_object *from, const char *key, const char *old)
{
	json_object *value = get(import, from, key, json_type_int);
	int64_t n;

	if (!value && old)
		value = get(import, from, old, json_type_int);
	n = value ? json_object_get_int64(value) : -1;
	return n < 0 ? PROFILE_UNSET : n;
}

static const char *text(struct import *import, json_object *from, const char *key)
{
	return json_object_get_string(get(import, from, key, json_type_string)) ?: "";
}

static json_object *items(struct import *import, json_object *from, const char *key)
{
	return get(import, from, key, json_type_array);
}

static size_t nr_items(json_object *list)
{
	return list ? json_object_array_length(list) : 0;
}

/* Refuse a text that is too long for a profile: cut, it would be another. */
static int take_text(struct import *import, char *to, size_t size, const char *from)
{
	if (strlen(from) >= size)
		return REFUSE(import, "\"%.40s...\" is too long", from);
	copy_text(to, size, from);
	return 0;
}
#define TAKE_TEXT(import, to, from) take_text(import, to, sizeof(to), from)

/* The last number of a name such as wq0.3. */
static int read_id(struct import *import, json_object *from, const char *kind, int64_t *id)
{
	const char *name = text(import, from, "dev");
	unsigned int device, nr;
	char form[24], end;

	snprintf(form, sizeof(form), "%s%%5u.%%5u%%c", kind);
	if (sscanf(name, form, &device, &nr, &end) != 2)
		return REFUSE(import, "\"%.40s\" is no name of a %s", name, kind);
	*id = nr;
	return 0;
}

static struct profile_group *get_group(struct profile_device *entry, int64_t id)
{
	struct profile_group *group;

	LIST_FOREACH(&entry->groups, group)
		if (group->id == id)
			return group;
	group = list_add(&entry->groups, sizeof(*group));
	if (!group)
		return NULL;
	profile_group_init(group);
	group->id = id;
	return group;
}

/* The group that the item itself names, or else the one that it stands in. */
static struct profile_group *group_of(struct import *import, struct profile_device *entry,
				      json_object *from, int64_t id)
{
	json_object *own = get(import, from, "group_id", json_type_int);

	if (own)
		id = json_object_get_int64(own);
	return get_group(entry, id < 0 ? PROFILE_NONE : id);
}

/*
 * accel-config 3.x had a type for work queues of mdevs, each of which was one mdev. move_to_slice()
 * clears type and driver, which a slice does not say.
 */
static bool is_of_mdev(const struct profile_wq *wq)
{
	return !strcmp(wq->type, "mdev");
}

static int take_kind(struct import *import, struct profile_wq *wq, json_object *from)
{
	int err = TAKE_TEXT(import, wq->mode, text(import, from, "mode"));

	err = err ?: TAKE_TEXT(import, wq->type, text(import, from, "type"));
	err = err ?: TAKE_TEXT(import, wq->driver, text(import, from, "driver_name"));
	if (err || !is_of_mdev(wq))
		return err;
	if (!strcmp(wq->mode, "shared"))
		return REFUSE(import, "%.40s is a shared work queue of type mdev, and slices have dedicated ones",
			      text(import, from, "dev"));
	if (wq->disabled)
		strcpy(wq->type, "user");
	return 0;
}

/* accel-config's own template sets prs_disable after block_on_fault, which undoes the latter. */
static void settle_faults(struct import *import, struct profile_wq *wq, json_object *from)
{
	if (!wq->block_on_fault || wq->prs_disable != 1)
		return;
	wq->block_on_fault = false;
	ctx_log(import->ctx, LOG_WARNING, "%s: %.40s: block_on_fault is left out: prs_disable excludes it",
		import->profile->name, text(import, from, "dev"));
}

static int import_wq(struct import *import, struct profile_device *entry, json_object *from,
		     int64_t group_id)
{
	struct profile_group *group = group_of(import, entry, from, group_id);
	struct profile_wq *wq = group ? list_add(&group->wqs, sizeof(*wq)) : NULL;
	int err;

	if (!wq)
		return nomem(import);
	profile_wq_init(wq);
	wq->size = number(import, from, "size", NULL);
	wq->priority = number(import, from, "priority", NULL);
	wq->max_batch = number(import, from, "max_batch_size", NULL);
	wq->max_transfer = number(import, from, "max_transfer_size", NULL);
	wq->ats_disable = number(import, from, "ats_disable", NULL);
	wq->prs_disable = number(import, from, "prs_disable", NULL);
	wq->block_on_fault = number(import, from, "block_on_fault", NULL) == 1;
	wq->disabled = wq->size == 0 || group->id == PROFILE_NONE || !strcmp(text(import, from, "type"), "none");
	if (!strcmp(text(import, from, "mode"), "shared") && number(import, from, "threshold", NULL) != 0)
		wq->threshold = number(import, from, "threshold", NULL);
	settle_faults(import, wq, from);
	err = take_kind(import, wq, from);
	err = err ?: TAKE_TEXT(import, wq->name, text(import, from, "name"));
	err = err ?: TAKE_TEXT(import, wq->op_config, text(import, from, "op_config"));
	return err ?: read_id(import, from, "wq", &wq->id);
}

/* An engine in no group is left out. */
static int import_engine(struct import *import, struct profile_device *entry, json_object *from,
			 int64_t group_id)
{
	struct profile_group *group = group_of(import, entry, from, group_id);
	struct profile_engine *engine;

	if (!group)
		return nomem(import);
	if (group->id == PROFILE_NONE)
		return 0;
	engine = list_add(&group->engines, sizeof(*engine));
	return engine ? read_id(import, from, "engine", &engine->id) : nomem(import);
}

typedef int item_fn(struct import *import, struct profile_device *entry, json_object *from,
		    int64_t group_id);

static int each_item(struct import *import, struct profile_device *entry, json_object *list,
		     int64_t group_id, item_fn *act)
{
	int err = 0;

	for (size_t i = 0; !err && i < nr_items(list); i++)
		err = act(import, entry, json_object_array_get_idx(list, i), group_id);
	return err;
}

static int import_group(struct import *import, struct profile_device *entry, json_object *from,
			int64_t unused)
{
	struct profile_group *group;
	int64_t id;
	int err = read_id(import, from, "group", &id);

	(void)unused;
	if (err)
		return err;
	group = get_group(entry, id);
	if (!group)
		return nomem(import);
	group->read_buffers_reserved = number(import, from, "read_buffers_reserved", "tokens_reserved");
	group->read_buffers_allowed = number(import, from, "read_buffers_allowed", "tokens_allowed");
	group->use_read_buffer_limit = number(import, from, "use_read_buffer_limit", "use_token_limit");
	group->traffic_class_a = number(import, from, "traffic_class_a", NULL);
	group->traffic_class_b = number(import, from, "traffic_class_b", NULL);
	group->desc_progress_limit = number(import, from, "desc_progress_limit", NULL);
	group->batch_progress_limit = number(import, from, "batch_progress_limit", NULL);
	err = each_item(import, entry, items(import, from, "grouped_workqueues"), id, import_wq);
	return err ?: each_item(import, entry, items(import, from, "grouped_engines"), id, import_engine);
}

static bool is_for_module(const struct profile_wq *wq)
{
	return !strcmp(wq->driver, DRIVER) && strcmp(wq->mode, "shared") && !wq->disabled;
}

/* Clear what a slice itself says. */
static bool move_to_slice(struct list *wqs, const struct profile_wq *wq)
{
	struct profile_wq *to = list_add(wqs, sizeof(*to));

	if (!to)
		return false;
	*to = *wq;
	to->mode[0] = to->type[0] = to->driver[0] = '\0';
	to->threshold = PROFILE_UNSET;
	return true;
}

/*
 * Make slices of the work queues of the group for which @such holds: one slice of each if @each, else
 * one of all. The others move up in the list.
 */
static int make_slices(struct import *import, struct profile_group *group,
		       bool (*such)(const struct profile_wq *wq), bool each)
{
	struct profile_slice *slice = NULL;
	struct profile_wq *wq = group->wqs.item, *kept = wq;
	struct list *wqs = &group->wqs;
	size_t nr = wqs->nr;

	for (size_t i = 0; i < nr; i++, wq++) {
		if (!such(wq)) {
			*kept++ = *wq;
			continue;
		}
		wqs->nr--;
		if (!slice || each) {
			slice = list_add(&group->slices, sizeof(*slice));
			if (!slice)
				return nomem(import);
			profile_slice_init(slice);
		}
		if (!move_to_slice(&slice->wqs, wq))
			return nomem(import);
	}
	return 0;
}

/* Drop groups without members. A device without work queues is not enabled. */
static int finish_entry(struct import *import, struct profile_device *entry)
{
	struct profile_group *group, *kept = entry->groups.item;
	bool used = false;
	int err = 0;

	LIST_FOREACH(&entry->groups, group)
		used |= group->wqs.nr && group->id != PROFILE_NONE;
	LIST_FOREACH(&entry->groups, group) {
		if (!group->wqs.nr && !group->engines.nr)
			continue;
		/* A group without engines keeps their number unset: profile_fit() shares the rest. */
		err = err ?: make_slices(import, group, is_for_module, false);
		err = err ?: make_slices(import, group, is_of_mdev, true);
		*kept++ = *group;
	}
	entry->groups.nr = entry->groups.item ? kept - (struct profile_group *)entry->groups.item : 0;
	entry->disabled = !used;
	return err;
}

static int import_device(struct import *import, json_object *from)
{
	struct profile_device *entry = list_add(&import->profile->data.devices, sizeof(*entry));
	int err;

	if (!entry)
		return nomem(import);
	profile_device_init(entry);
	err = TAKE_TEXT(import, entry->match.name, text(import, from, "dev"));
	if (err)
		return err;
	if (!entry->match.name[0])
		return REFUSE(import, "its key \"dev\" is missing");
	entry->read_buffer_limit = number(import, from, "read_buffer_limit", "token_limit");
	entry->event_log_size = number(import, from, "event_log_size", NULL);
	err = each_item(import, entry, items(import, from, "groups"), 0, import_group);
	err = err ?: each_item(import, entry, items(import, from, "ungrouped_workqueues"), PROFILE_NONE, import_wq);
	err = err ?: require_kinds(import);
	return err ?: finish_entry(import, entry);
}

/* ---- mdevctl ---- */

/* The names of the attributes, which mdevctl writes to the mdev in their order. */
static void list_attrs(struct import *import, json_object *from, char *names, size_t size)
{
	json_object *attrs = items(import, from, "attrs");
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < nr_items(attrs); i++) {
		json_object *attr = json_object_array_get_idx(attrs, i);

		if (!json_object_is_type(attr, json_type_object)) {
			import->wrong = "attrs";
			return;
		}
		json_object_object_foreach(attr, name, value) {
			(void)value;
			if (used < size)
				used += snprintf(names + used, size - used, "%s%.40s",
						 used ? ", " : "", name);
		}
	}
}

/* Log what a profile cannot hold. */
static void tell_not_kept(struct import *import, const char *uuid, json_object *from)
{
	char names[256];

	list_attrs(import, from, names, sizeof(names));
	if (names[0])
		ctx_log(import->ctx, LOG_WARNING, "%s: %.40s: its attributes are left out, since profiles have none: %s",
			import->profile->name, uuid, names);
	if (!strcmp(text(import, from, "start"), "manual"))
		ctx_log(import->ctx, LOG_WARNING, "%s: %.40s: mdevctl starts it by hand (\"manual\"), but apply-profile and restore will create it",
			import->profile->name, uuid);
}

/* mdevctl lets several parents have one UUID, of which one can be active; a host has it once. */
static int require_once(struct import *import, const char *uuid)
{
	const struct profile_device *entry;
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&import->profile->data.devices, entry)
		LIST_FOREACH(&entry->groups, group)
			LIST_FOREACH(&group->slices, slice)
				if (!strcasecmp(slice->vdev.uuid, uuid))
					return REFUSE(import, "%.40s: %s has this UUID, too: leave one of them out",
						      uuid, entry->match.pci);
	return 0;
}

static int import_mdev(struct import *import, struct profile_group *group, const char *uuid,
		       json_object *from)
{
	int err = require_once(import, uuid);
	struct profile_slice *slice = err ? NULL : list_add(&group->slices, sizeof(*slice));
	const char *type = slice ? text(import, from, "mdev_type") : "";
	struct profile_wq *wq;

	if (!slice)
		return err ?: nomem(import);
	profile_slice_init(slice);
	if (!mdev_type_wqs(type))
		return REFUSE(import, "%.40s: \"%.40s\" is no mdev type of a slice", uuid, type);
	slice->vdev.there = true;
	slice->vdev.served = mdev_type_is_served(type);
	tell_not_kept(import, uuid, from);
	err = require_kinds(import) ?: TAKE_TEXT(import, slice->vdev.uuid, uuid);
	if (err)
		return err;
	wq = list_add(&slice->wqs, sizeof(*wq));
	if (!wq)
		return nomem(import);
	profile_wq_init(wq);
	wq->count = mdev_type_wqs(type);
	return 0;
}

static int import_parent(struct import *import, const char *pci, json_object *mdevs)
{
	struct profile_device *entry = list_add(&import->profile->data.devices, sizeof(*entry));
	struct profile_group *group;
	int err;

	if (!entry)
		return nomem(import);
	profile_device_init(entry);
	err = TAKE_TEXT(import, entry->match.pci, pci);
	if (err)
		return err;
	group = list_add(&entry->groups, sizeof(*group));
	if (!group)
		return nomem(import);
	profile_group_init(group);
	for (size_t i = 0; !err && i < nr_items(mdevs); i++) {
		json_object *mdev = json_object_array_get_idx(mdevs, i);

		if (!json_object_is_type(mdev, json_type_object))
			return REFUSE(import, "%.40s[%zu]: it is not an object", pci, i);
		json_object_object_foreach(mdev, uuid, about)
			err = err ?: import_mdev(import, group, uuid, about);
	}
	if (err || group->slices.nr)
		return err;
	profile_device_free(entry);
	import->profile->data.devices.nr--;
	return 0;
}

static int import_parents(struct import *import, json_object *from)
{
	int err = 0;

	json_object_object_foreach(from, pci, mdevs) {
		if (!json_object_is_type(mdevs, json_type_array))
			return REFUSE(import, "%.40s is neither a device of accel-config nor a parent of mdevctl",
				      pci);
		err = err ?: import_parent(import, pci, mdevs);
	}
	return err;
}

/* ---- Which of them it is ---- */

static enum dsactl_format guess(json_object *document)
{
	json_object *first = json_object_is_type(document, json_type_array) ?
			     json_object_array_get_idx(document, 0) : NULL;

	if (json_object_is_type(document, json_type_object))
		return DSACTL_FORMAT_DSACTL;
	return !first || json_object_object_get(first, "dev") ? DSACTL_FORMAT_ACCEL_CONFIG
							      : DSACTL_FORMAT_MDEVCTL;
}

/* An item of a list; @format is one of those that are lists. */
static int import_item(struct import *import, json_object *item, enum dsactl_format format)
{
	switch (format) {
	case DSACTL_FORMAT_ACCEL_CONFIG:
		return import_device(import, item);
	case DSACTL_FORMAT_MDEVCTL:
		return import_parents(import, item);
	case DSACTL_FORMAT_DSACTL:
	case DSACTL_FORMAT_ANY:
		break;
	}
	return -EINVAL;
}

static int import_list(struct import *import, json_object *document, enum dsactl_format format)
{
	int err = 0;

	strcpy(import->path, "the document");
	if (!json_object_is_type(document, json_type_array))
		return REFUSE(import, "it is not an array");
	for (size_t i = 0; !err && i < json_object_array_length(document); i++) {
		json_object *item = json_object_array_get_idx(document, i);

		snprintf(import->path, sizeof(import->path), "[%zu]", i);
		if (!json_object_is_type(item, json_type_object))
			err = REFUSE(import, "it is not an object");
		else
			err = import_item(import, item, format);
	}
	return err;
}

/* Refuse a file without devices: as a profile it would restore nothing. */
static int require_devices(struct import *import, enum dsactl_format format)
{
	if (import->profile->data.devices.nr)
		return 0;
	return ctx_fail(import->ctx, EINVAL, import->profile->name,
			format == DSACTL_FORMAT_MDEVCTL ? "define mdevs first" :
			"accel-config save-config writes what is enabled: enable it first",
			"there is no device in it");
}

/* Check the result as any profile, so that errors are told with their path. */
static int check_again(struct import *import)
{
	json_object *json = profile_to_json(&import->profile->data);
	struct problem problem;
	int err;

	profile_free(&import->profile->data);
	err = profile_from_json(json, &import->profile->data, &problem);
	json_object_put(json);
	return err ? ctx_fail(import->ctx, problem.err, import->profile->name, problem.remedy,
			      "as a profile: %s", problem.cause) : 0;
}

static int import_document(struct import *import, json_object *document,
			   enum dsactl_format format)
{
	struct problem problem;
	int err;

	if (format == DSACTL_FORMAT_DSACTL) {
		err = profile_from_json(document, &import->profile->data, &problem);
		return err ? ctx_fail(import->ctx, problem.err, import->profile->name,
				      problem.remedy, "%s", problem.cause) : 0;
	}
	import->profile->data.version = 1;
	err = import_list(import, document, format);
	err = err ?: require_devices(import, format);
	return err ?: check_again(import);
}

int dsactl_profile_import_text(struct dsactl_ctx *ctx, const char *name, const char *from,
			       size_t len, enum dsactl_format format,
			       struct dsactl_profile **profile)
{
	struct import import = { .ctx = ctx, .profile = profile_new(ctx, name, name) };
	struct problem problem;
	json_object *document = NULL;
	int err;

	if (!import.profile)
		return ctx_nomem(ctx);
	if (!profile_is_format(format)) {
		dsactl_profile_free(import.profile);
		return ctx_fail(ctx, EINVAL, name, NULL, "%d is no format", (int)format);
	}
	err = json_parse_text(from, len, true, &document, &problem);
	if (format == DSACTL_FORMAT_ANY)
		format = guess(document);
	/* accel-config alone takes a comma before a closing bracket. */
	if (format != DSACTL_FORMAT_ACCEL_CONFIG)
		err = err ?: json_check_text(from, len, false, &problem);
	if (err)
		ctx_fail(ctx, problem.err, name, problem.remedy, "%s", problem.cause);
	err = err ?: import_document(&import, document, format);
	json_object_put(document);
	if (err)
		dsactl_profile_free(import.profile);
	else
		*profile = import.profile;
	return err;
}
