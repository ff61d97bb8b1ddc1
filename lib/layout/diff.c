// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * In what does a device differ from its entry in a profile? Both are complete and in
 * one order, so their JSON is compared. Items of a list are the same
 * item when they have the same id, or for slices the same first work queue.
 */
#include <stdio.h>

#include "../model/slice.h"
#include "../profile/entry.h"
#include "../profile/schema.h"
#include "match.h"

struct diff {
	struct dsactl_profile *profile;
	struct dsactl_difference **tail;
	bool nomem;
};

static char *text_of(json_object *json)
{
	return strdup(json ? json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
							    JSON_C_TO_STRING_NOSLASHESCAPE) : "");
}

static void add(struct diff *diff, const char *path, json_object *is, json_object *shall)
{
	struct dsactl_difference *new = calloc(1, sizeof(*new));

	if (!new) {
		diff->nomem = true;
		return;
	}
	new->path = strdup(path);
	new->is = text_of(is);
	new->shall = text_of(shall);
	diff->nomem |= !new->path || !new->is || !new->shall;
	*diff->tail = new;
	diff->tail = &new->next;
}

static void compare(struct diff *diff, const char *path, json_object *is, json_object *shall);

static void compare_objects(struct diff *diff, const char *path, json_object *is,
			    json_object *shall)
{
	char below[256];

	json_object_object_foreach(is, key, value) {
		snprintf(below, sizeof(below), "%s.%s", path, key);
		compare(diff, below, value, json_object_object_get(shall, key));
	}
	json_object_object_foreach(shall, new_key, new_value) {
		if (json_object_object_get_ex(is, new_key, NULL))
			continue;
		snprintf(below, sizeof(below), "%s.%s", path, new_key);
		compare(diff, below, NULL, new_value);
	}
}

/* What identifies an item within its list, as text; NULL for numbers. */
static const char *id_of(json_object *item)
{
	json_object *wqs = json_object_object_get(item, "wqs"), *id;

	if (json_object_object_get_ex(item, "id", &id))
		return id ? json_object_get_string(id) : "none";
	return wqs && json_object_array_length(wqs) ? id_of(json_object_array_get_idx(wqs, 0)) : NULL;
}

static json_object *find_item(json_object *list, const char *id)
{
	size_t nr = list ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < nr; i++) {
		json_object *item = json_object_array_get_idx(list, i);
		const char *other = id_of(item);

		if (other && !strcmp(other, id))
			return item;
	}
	return NULL;
}

/*
 * Compare each item of @list with its counterpart in @other. @only_new: only those that @other
 * lacks.
 */
static void compare_items(struct diff *diff, const char *path, json_object *list,
			  json_object *other, bool only_new)
{
	size_t nr = list ? json_object_array_length(list) : 0;
	char below[256];

	for (size_t i = 0; i < nr; i++) {
		json_object *item = json_object_array_get_idx(list, i), *twin;
		const char *id = id_of(item);

		twin = id ? find_item(other, id) : NULL;
		snprintf(below, sizeof(below), "%s[%s]", path, id ?: "");
		if (!only_new)
			compare(diff, below, item, twin);
		else if (!twin)
			compare(diff, below, NULL, item);
	}
}

static bool is_list_of_objects(json_object *json)
{
	return json_object_is_type(json, json_type_array) && json_object_array_length(json) &&
	       json_object_is_type(json_object_array_get_idx(json, 0), json_type_object);
}

static void compare(struct diff *diff, const char *path, json_object *is, json_object *shall)
{
	if (json_object_equal(is, shall))
		return;
	if (is_list_of_objects(is) || is_list_of_objects(shall)) {
		compare_items(diff, path, is, shall, false);
		compare_items(diff, path, shall, is, true);
	} else if (json_object_is_type(is, json_type_object) &&
		   json_object_is_type(shall, json_type_object)) {
		compare_objects(diff, path, is, shall);
	} else {
		add(diff, path, is, shall);
	}
}

static void compare_entries(struct diff *diff, const char *name, const struct profile_device *is,
			    const struct profile_device *shall)
{
	json_object *a = profile_device_to_json(is), *b = profile_device_to_json(shall);

	compare(diff, name, a, b);
	json_object_put(a);
	json_object_put(b);
}

/* Report work queues that slices have lost, which the entries do not show. */
static void compare_slices(struct diff *diff, const struct target *target)
{
	json_object *is = json_object_new_boolean(false), *shall = json_object_new_boolean(true);
	struct dsactl_slice *slice;
	char path[256];

	dsactl_slice_foreach(diff->profile->ctx, slice) {
		if (strcmp(slice->device, target->device->name))
			continue;
		for (uint32_t i = 0; i < slice->nr_wqs; i++) {
			if (!slice_has_lost(slice, i))
				continue;
			snprintf(path, sizeof(path), "%s.groups[%u].slices[%u].wqs[%u].enabled",
				 slice->device, slice->group, slice->wq[0].id, slice->wq[i].id);
			add(diff, path, is, shall);
		}
	}
	json_object_put(is);
	json_object_put(shall);
}

int dsactl_profile_diff(struct dsactl_profile *profile, const char *device)
{
	struct diff diff = { .profile = profile, .tail = &profile->differences };
	struct target *target;
	struct targets targets;
	int err = profile_targets_find(profile, device, &targets);

	differences_free(profile);
	if (err)
		return err;
	TARGET_FOREACH(&targets, target) {
		compare_entries(&diff, target->device->name, &target->is, &target->want);
		if (entry_is_same_base(&target->is, &target->want))
			compare_slices(&diff, target);
	}
	profile_targets_free(&targets);
	return diff.nomem ? ctx_nomem(profile->ctx) : 0;
}

struct dsactl_difference *dsactl_difference_get_first(struct dsactl_profile *profile)
{
	return profile->differences;
}

struct dsactl_difference *dsactl_difference_get_next(struct dsactl_difference *difference)
{
	return difference->next;
}

const char *dsactl_difference_get_path(const struct dsactl_difference *difference)
{
	return difference->path;
}

const char *dsactl_difference_get_is(const struct dsactl_difference *difference)
{
	return difference->is;
}

const char *dsactl_difference_get_shall(const struct dsactl_difference *difference)
{
	return difference->shall;
}
