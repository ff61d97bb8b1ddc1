// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is in an entry of a profile, and are two entries the same? */
#include <string.h>

#include "entry.h"
#include "schema.h"

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

bool entry_is_same_base(const struct profile_device *a, const struct profile_device *b)
{
	json_object *base_a = base_json(a), *base_b = base_json(b);
	bool same = json_object_equal(base_a, base_b);

	json_object_put(base_a);
	json_object_put(base_b);
	return same;
}

unsigned int entry_nr_slices(const struct profile_device *entry)
{
	const struct profile_group *group;
	unsigned int nr = 0;

	LIST_FOREACH(&entry->groups, group)
		nr += group->slices.nr;
	return nr;
}

bool entry_bars_portal(const struct profile_device *entry)
{
	const struct profile_group *group;
	const struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (!slice->allow_unsafe_portal)
				return true;
	return false;
}

struct profile_slice *entry_find_vdev(const struct profile_device *entry, const char *uuid)
{
	const struct profile_group *group;
	struct profile_slice *slice;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, slice)
			if (slice->vdev.there && !strcmp(slice->vdev.uuid, uuid))
				return slice;
	return NULL;
}

struct profile_slice *entry_find_twin(const struct profile_device *entry,
				      const struct profile_slice *slice)
{
	const struct profile_wq *wq = slice->wqs.item, *other;
	const struct profile_group *group;
	struct profile_slice *twin;

	LIST_FOREACH(&entry->groups, group)
		LIST_FOREACH(&group->slices, twin) {
			other = twin->wqs.item;
			if (other->id == wq->id)
				return twin;
		}
	return NULL;
}
