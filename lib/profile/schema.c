// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What may stand in a profile? Each object is a table of its keys; one engine
 * reads, checks and writes all of them. schema/dsactl-profile.schema.json says the same
 * to others; a test compares the two.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "../core/config.h"
#include "../core/text.h"
#include "json_text.h"
#include "schema.h"

enum kind {
	KIND_NUMBER,	/* of bytes, entries, ...; or one of the words */
	KIND_FLAG,
	KIND_TEXT,
	KIND_OBJECT,
	KIND_LIST,	/* of objects */
	KIND_IDS,	/* an array of numbers, into a list of one-number items */
};

struct word {
	const char *text;	/* NULL: JSON's null */
	int64_t value;
};

struct object_type;

struct field {
	const char *key;
	enum kind kind;
	size_t offset, size;
	size_t instead;			/* KIND_IDS: offset of the number that may be given in place of the array */
	int64_t min, max;
	const struct word *words;	/* beside or instead of the range */
	const struct object_type *object;
	bool required;
	bool inverted;			/* a flag whose default is true */
	bool (*check)(const char *text);
	const char *wanted;		/* what check() accepts */
};

struct object_type {
	size_t size;
	const struct field *fields;
	size_t nr;
	/* Checks that need more than one key. Returns the cause without the path, or NULL. */
	const char *(*check)(const void *object);
};

#define SIZE_OF(type, member) sizeof(((type *)NULL)->member)
#define NUMBER(type, key_, member, min_, max_, ...)                            \
	{ .key = key_, .kind = KIND_NUMBER, .offset = offsetof(type, member),  \
	  .min = min_, .max = max_, ##__VA_ARGS__ }
#define FLAG(type, key_, member, ...)                                          \
	{ .key = key_, .kind = KIND_FLAG, .offset = offsetof(type, member), ##__VA_ARGS__ }
#define TEXT(type, key_, member, ...)                                          \
	{ .key = key_, .kind = KIND_TEXT, .offset = offsetof(type, member),    \
	  .size = SIZE_OF(type, member), ##__VA_ARGS__ }
#define LIST(type, key_, member, object_, ...)                                  \
	{ .key = key_, .kind = KIND_LIST, .offset = offsetof(type, member),    \
	  .object = &(object_), ##__VA_ARGS__ }
#define OBJECT_TYPE(type, fields_, ...)                                        \
	{ .size = sizeof(type), .fields = fields_, .nr = ARRAY_SIZE(fields_), ##__VA_ARGS__ }

/* ---- Texts ---- */

static bool is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return text[0];
}

/* Whether the text holds a control character: C0, DEL, or C1 in UTF-8. */
static bool has_control(const char *text)
{
	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c) || (*c == '\xc2' && (unsigned char)c[1] < 0xa0))
			return true;
	return false;
}

static bool is_label(const char *text)
{
	return !has_control(text) && !isspace((unsigned char)text[0]);
}

static bool is_uuid(const char *text)
{
	uuid_t parsed;

	return !uuid_parse(text, parsed);
}

static bool is_vdev_name(const char *text)
{
	return is_plain(text) && !is_uuid(text) && strcmp(text, "all");
}

static bool is_description(const char *text)
{
	return !has_control(text);
}

static bool is_mode(const char *text)
{
	return !strcmp(text, "dedicated") || !strcmp(text, "shared");
}

static bool is_wq_type(const char *text)
{
	return !strcmp(text, "none") || !strcmp(text, "kernel") || !strcmp(text, "user");
}

static bool is_ops(const char *text)
{
	struct ops ops;

	return ops_parse(text, &ops);
}

static bool is_mapping(const char *text)
{
	return mapping_find(text) >= 0;
}

static bool is_device_type(const char *text)
{
	return !strcmp(text, "dsa") || !strcmp(text, "iax");
}

/* ---- The tables, innermost first ---- */

static const struct word words_max[] = { { "max", PROFILE_MAX }, { 0 } };
static const struct word words_half[] = { { "half", PROFILE_HALF }, { 0 } };
static const struct word words_both[] = { { "max", PROFILE_MAX }, { "half", PROFILE_HALF }, { 0 } };
static const struct word words_none[] = { { NULL, PROFILE_NONE }, { 0 } };

static const char name_form[] = "printable, not \"all\" nor like a UUID, 1 to 63 bytes";

static const struct field wq_fields[] = {
	NUMBER(struct profile_wq, "count", count, 1, PROFILE_ITEMS_MAX),
	NUMBER(struct profile_wq, "id", id, 0, 65535),
	TEXT(struct profile_wq, "type", type, .check = is_wq_type, .wanted = "none, kernel or user"),
	TEXT(struct profile_wq, "mode", mode, .check = is_mode, .wanted = "dedicated or shared"),
	TEXT(struct profile_wq, "name", name, .check = is_label, .wanted = "text without control characters, up to 127 bytes"),
	TEXT(struct profile_wq, "driver", driver, .check = is_plain, .wanted = "a driver's name"),
	NUMBER(struct profile_wq, "size", size, 0, 65536, .words = words_half),
	NUMBER(struct profile_wq, "priority", priority, 0, 15),
	NUMBER(struct profile_wq, "threshold", threshold, 0, 65536),
	NUMBER(struct profile_wq, "max_batch_size", max_batch, 1, UINT32_MAX),
	NUMBER(struct profile_wq, "max_transfer_size", max_transfer, 1, INT64_MAX),
	FLAG(struct profile_wq, "block_on_fault", block_on_fault),
	NUMBER(struct profile_wq, "ats_disable", ats_disable, 0, 1),
	NUMBER(struct profile_wq, "prs_disable", prs_disable, 0, 1),
	TEXT(struct profile_wq, "op_config", op_config, .check = is_ops,
	     .wanted = "a set of operations such as 00000001,003f03fd"),
	NUMBER(struct profile_wq, "enqcmds_retries", enqcmds_retries, 0, 64),
	FLAG(struct profile_wq, "enabled", disabled, .inverted = true),
};

/* A value that must be unique, such as an id, cannot stand in an item with a count. */
static bool is_many(int64_t count)
{
	return count != PROFILE_UNSET && count != 1;
}

static bool has_id(const struct list *wqs)
{
	const struct profile_wq *wq;

	LIST_FOREACH(wqs, wq)
		if (wq->id != PROFILE_UNSET)
			return true;
	return false;
}

static const char *check_wq(const void *object)
{
	const struct profile_wq *wq = object;

	if (is_many(wq->count) && wq->id != PROFILE_UNSET)
		return "several work queues cannot share an id";
	return NULL;
}

static const struct object_type wq_type = OBJECT_TYPE(struct profile_wq, wq_fields, .check = check_wq);

static const struct field vdev_fields[] = {
	TEXT(struct profile_vdev, "uuid", uuid, .check = is_uuid, .wanted = "a UUID"),
	TEXT(struct profile_vdev, "name", name, .check = is_vdev_name, .wanted = name_form),
	TEXT(struct profile_vdev, "owner", owner, .check = is_plain, .wanted = "printable, 1 to 63 bytes"),
	TEXT(struct profile_vdev, "mapping", mapping, .check = is_mapping, .wanted = MAPPING_NAMES),
	FLAG(struct profile_vdev, "served", served),
};
static const struct object_type vdev_type = OBJECT_TYPE(struct profile_vdev, vdev_fields);

static const char *check_slice(const void *object)
{
	const struct profile_slice *slice = object;
	const struct profile_wq *wq;

	LIST_FOREACH(&slice->wqs, wq)
		if (wq->mode[0] || wq->type[0] || wq->driver[0] || wq->disabled ||
		    wq->threshold != PROFILE_UNSET || wq->enqcmds_retries != PROFILE_UNSET)
			return "a work queue of a slice has no mode, type, driver, threshold, enqcmds_retries or enabled: they are given";
	if (!slice->wqs.nr)
		return "a slice has 1, 2, 4 or 8 work queues, so \"wqs\" must not be empty";
	if (is_many(slice->count) && (slice->vdev.uuid[0] || slice->vdev.name[0]))
		return "a vdev with a uuid or name cannot be on each of several slices";
	if (is_many(slice->count) && has_id(&slice->wqs))
		return "several slices cannot share the id of a work queue";
	return NULL;
}

static const struct field slice_fields[] = {
	NUMBER(struct profile_slice, "count", count, 1, PROFILE_ITEMS_MAX, .words = words_max),
	FLAG(struct profile_slice, "allow_unsafe_portal", allow_unsafe_portal),
	FLAG(struct profile_slice, "host_pci_id", host_pci_id),
	TEXT(struct profile_slice, "mapping", mapping, .check = is_mapping, .wanted = MAPPING_NAMES),
	LIST(struct profile_slice, "wqs", wqs, wq_type, .required = true),
	{ .key = "vdev", .kind = KIND_OBJECT, .offset = offsetof(struct profile_slice, vdev),
	  .object = &vdev_type },
};
static const struct object_type slice_type = OBJECT_TYPE(struct profile_slice, slice_fields, .check = check_slice);

static const struct object_type engine_type = { .size = sizeof(struct profile_engine) };

static const char *check_group(const void *object)
{
	const struct profile_group *group = object;
	bool many = is_many(group->count), ids = has_id(&group->wqs);
	const struct profile_slice *slice;

	if (group->id == PROFILE_NONE && (group->slices.nr || group->engines.nr || many ||
					  group->nr_engines != PROFILE_UNSET))
		return "what is in no group has no slices, engines or count";
	if (many && (group->id != PROFILE_UNSET || group->engines.nr))
		return "several groups cannot share an id or the same engines";
	LIST_FOREACH(&group->slices, slice) {
		if (many && (slice->vdev.uuid[0] || slice->vdev.name[0]))
			return "a vdev with a uuid or name cannot be in each of several groups";
		ids |= has_id(&slice->wqs);
	}
	return many && ids ? "several groups cannot share the id of a work queue" : NULL;
}

static const struct field group_fields[] = {
	NUMBER(struct profile_group, "count", count, 1, PROFILE_ITEMS_MAX, .words = words_max),
	NUMBER(struct profile_group, "id", id, 0, 65535, .words = words_none),
	{ .key = "engines", .kind = KIND_IDS, .offset = offsetof(struct profile_group, engines),
	  .instead = offsetof(struct profile_group, nr_engines), .min = 0, .max = 65535,
	  .words = words_both, .object = &engine_type },
	NUMBER(struct profile_group, "read_buffers_reserved", read_buffers_reserved, 0, UINT16_MAX),
	NUMBER(struct profile_group, "read_buffers_allowed", read_buffers_allowed, 0, UINT16_MAX),
	NUMBER(struct profile_group, "use_read_buffer_limit", use_read_buffer_limit, 0, 1),
	NUMBER(struct profile_group, "traffic_class_a", traffic_class_a, 0, 7),
	NUMBER(struct profile_group, "traffic_class_b", traffic_class_b, 0, 7),
	NUMBER(struct profile_group, "desc_progress_limit", desc_progress_limit, 0, 3),
	NUMBER(struct profile_group, "batch_progress_limit", batch_progress_limit, 0, 3),
	LIST(struct profile_group, "slices", slices, slice_type),
	LIST(struct profile_group, "wqs", wqs, wq_type),
};
static const struct object_type group_type = OBJECT_TYPE(struct profile_group, group_fields, .check = check_group);

static const char *check_match(const void *object)
{
	const struct profile_match *match = object;

	if (!match->any && !match->pci[0] && !match->name[0] && !match->type[0] &&
	    match->numa == PROFILE_UNSET)
		return "it must say pci, name, numa, type, or \"any\": true";
	return NULL;
}

static const struct field match_fields[] = {
	FLAG(struct profile_match, "any", any),
	TEXT(struct profile_match, "pci", pci, .check = pci_is_address, .wanted = "an address such as 0000:6a:01.0"),
	TEXT(struct profile_match, "name", name, .check = is_plain, .wanted = "idxd's name, such as dsa0"),
	TEXT(struct profile_match, "type", type, .check = is_device_type, .wanted = "dsa or iax"),
	NUMBER(struct profile_match, "numa", numa, 0, 1023, .words = words_none),
};
static const struct object_type match_type = OBJECT_TYPE(struct profile_match, match_fields, .check = check_match);

static const struct field device_fields[] = {
	{ .key = "match", .kind = KIND_OBJECT, .offset = offsetof(struct profile_device, match),
	  .object = &match_type, .required = true },
	FLAG(struct profile_device, "enabled", disabled, .inverted = true),
	NUMBER(struct profile_device, "read_buffer_limit", read_buffer_limit, 0, UINT16_MAX),
	NUMBER(struct profile_device, "event_log_size", event_log_size, DEFAULT_EVENT_LOG_SIZE, UINT16_MAX),
	LIST(struct profile_device, "groups", groups, group_type, .required = true),
};
static const struct object_type device_type = OBJECT_TYPE(struct profile_device, device_fields);

static const struct field profile_fields[] = {
	NUMBER(struct profile, "version", version, 1, 1, .required = true),
	TEXT(struct profile, "description", description, .check = is_description,
	     .wanted = "text without control characters, up to 255 bytes"),
	LIST(struct profile, "devices", devices, device_type, .required = true),
};
static const struct object_type profile_type = OBJECT_TYPE(struct profile, profile_fields);

/* ---- Lists and defaults ---- */

static int64_t *number_at(const struct field *field, const void *object)
{
	return (int64_t *)((char *)object + field->offset);
}

static void init_object(const struct object_type *type, void *object)
{
	memset(object, 0, type->size);
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];

		if (field->kind == KIND_NUMBER)
			*number_at(field, object) = PROFILE_UNSET;
		else if (field->kind == KIND_IDS)
			*(int64_t *)((char *)object + field->instead) = PROFILE_UNSET;
		else if (field->kind == KIND_OBJECT)
			init_object(field->object, (char *)object + field->offset);
	}
}

static void free_object(const struct object_type *type, void *object)
{
	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];
		struct list *list = (void *)((char *)object + field->offset);

		if (field->kind != KIND_LIST && field->kind != KIND_IDS)
			continue;
		for (size_t j = 0; j < list->nr; j++)
			free_object(field->object, (char *)list->item + j * field->object->size);
		free(list->item);
		*list = (struct list){ 0 };
	}
}

/* ---- From JSON ---- */

struct reader {
	char path[256];
	size_t len;
	struct problem *problem;
};

__attribute__((format(printf, 2, 3)))
static size_t enter(struct reader *reader, const char *format, ...)
{
	size_t before = reader->len, room = sizeof(reader->path) - before;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(reader->path + before, room, format, args);
	va_end(args);
	reader->len += (size_t)len < room ? (size_t)len : room - 1;
	return before;
}

static void leave(struct reader *reader, size_t before)
{
	reader->len = before;
	reader->path[before] = '\0';
}

#define REFUSE(reader, remedy, format, ...)                                    \
	problem_set((reader)->problem, EINVAL, remedy, "%s: " format,          \
		    (reader)->len ? (reader)->path : "the document", ##__VA_ARGS__)

static int read_object(struct reader *reader, const struct object_type *type, json_object *from,
		       void *object);

static void name_words(const struct field *field, char *text, size_t size)
{
	size_t used = snprintf(text, size, "%lld to %lld", (long long)field->min,
			       (long long)field->max);

	for (const struct word *word = field->words; word && word->value; word++)
		if (used < size)
			used += snprintf(text + used, size - used,
					 word->text ? ", or \"%s\"" : ", or null", word->text);
}

static int read_number(struct reader *reader, const struct field *field, json_object *from,
		       int64_t *number)
{
	char wanted[128];

	for (const struct word *word = field->words; word && word->value; word++) {
		if (word->text ? !json_object_is_type(from, json_type_string) ||
				 strcmp(json_object_get_string(from), word->text) : !!from)
			continue;
		*number = word->value;
		return 0;
	}
	*number = json_object_get_int64(from);
	if (json_object_is_type(from, json_type_int) && *number >= field->min &&
	    *number <= field->max && (uint64_t)*number == json_object_get_uint64(from))
		return 0;
	name_words(field, wanted, sizeof(wanted));
	return REFUSE(reader, NULL, "%.40s cannot be its value: %s can",
		      json_object_to_json_string(from), wanted);
}

static int read_flag(struct reader *reader, const struct field *field, json_object *from,
		     bool *flag)
{
	if (!json_object_is_type(from, json_type_boolean))
		return REFUSE(reader, NULL, "%.40s is neither true nor false",
			      json_object_to_json_string(from));
	*flag = json_object_get_boolean(from) != field->inverted;
	return 0;
}

static int read_text(struct reader *reader, const struct field *field, json_object *from,
		     char *text)
{
	const char *value = json_object_get_string(from);

	if (!json_object_is_type(from, json_type_string) ||
	    strlen(value) != (size_t)json_object_get_string_len(from) ||
	    strlen(value) >= field->size || !field->check(value))
		return REFUSE(reader, NULL, "%.40s cannot be its value: it must be %s",
			      json_object_to_json_string(from), field->wanted);
	copy_text(text, field->size, value);
	return 0;
}

static int start_list(struct reader *reader, json_object *from)
{
	if (!json_object_is_type(from, json_type_array))
		return REFUSE(reader, NULL, "it is not an array");
	if (json_object_array_length(from) > PROFILE_ITEMS_MAX)
		return REFUSE(reader, NULL, "it has more than %u items", PROFILE_ITEMS_MAX);
	return 0;
}

static int read_item(struct reader *reader, const struct field *field, json_object *from,
		     struct list *list)
{
	void *item = list_add(list, field->object->size);

	if (!item)
		return problem_set(reader->problem, ENOMEM, NULL, "there is not enough memory");
	if (field->kind == KIND_LIST)
		return read_object(reader, field->object, from, item);
	return read_number(reader, &(struct field){ .min = field->min, .max = field->max }, from,
			   item);
}

static int read_list(struct reader *reader, const struct field *field, json_object *from,
		     struct list *list)
{
	int err = start_list(reader, from);
	size_t nr = err ? 0 : json_object_array_length(from);

	for (size_t i = 0; !err && i < nr; i++) {
		size_t before = enter(reader, "[%zu]", i);

		err = read_item(reader, field, json_object_array_get_idx(from, i), list);
		if (!err)
			leave(reader, before);
	}
	return err;
}

static int read_field(struct reader *reader, const struct field *field, json_object *from,
		      void *object)
{
	void *at = (char *)object + field->offset;

	switch (field->kind) {
	case KIND_NUMBER:
		return read_number(reader, field, from, at);
	case KIND_FLAG:
		return read_flag(reader, field, from, at);
	case KIND_TEXT:
		return read_text(reader, field, from, at);
	case KIND_OBJECT:
		return read_object(reader, field->object, from, at);
	case KIND_IDS:
		if (!json_object_is_type(from, json_type_array))
			return read_number(reader, field, from,
					   (int64_t *)((char *)object + field->instead));
		return read_list(reader, field, from, at);
	default:
		return read_list(reader, field, from, at);
	}
}

static const struct field *find_field(const struct object_type *type, const char *key)
{
	for (size_t i = 0; i < type->nr; i++)
		if (!strcmp(type->fields[i].key, key))
			return &type->fields[i];
	return NULL;
}

static int refuse_key(struct reader *reader, const struct object_type *type)
{
	char known[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < type->nr && used < sizeof(known); i++)
		used += snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "known are ",
				 type->fields[i].key);
	return REFUSE(reader, known, "there is no such key");
}

static int require_fields(struct reader *reader, const struct object_type *type, json_object *from)
{
	for (size_t i = 0; i < type->nr; i++)
		if (type->fields[i].required &&
		    !json_object_object_get_ex(from, type->fields[i].key, NULL))
			return REFUSE(reader, NULL, "its key \"%s\" is missing",
				      type->fields[i].key);
	return 0;
}

static int read_object(struct reader *reader, const struct object_type *type, json_object *from,
		       void *object)
{
	const char *wrong;
	int err;

	init_object(type, object);
	if (!json_object_is_type(from, json_type_object))
		return REFUSE(reader, NULL, "it is not an object");
	json_object_object_foreach(from, key, value) {
		const struct field *field = find_field(type, key);
		size_t before = enter(reader, "%s%.40s", reader->len ? "." : "", key);

		err = field ? read_field(reader, field, value, object) : refuse_key(reader, type);
		if (err)
			return err;
		leave(reader, before);
	}
	if (type == &vdev_type)
		((struct profile_vdev *)object)->there = true;
	err = require_fields(reader, type, from);
	wrong = err || !type->check ? NULL : type->check(object);
	return wrong ? REFUSE(reader, NULL, "%s", wrong) : err;
}

static int read_all(const struct object_type *type, json_object *from, void *object,
		    struct problem *problem)
{
	struct reader reader = { .problem = problem };
	int err = read_object(&reader, type, from, object);

	if (err)
		free_object(type, object);
	return err;
}

int profile_from_json(json_object *from, struct profile *profile, struct problem *problem)
{
	json_object *version = json_object_object_get(from, "version");

	init_object(&profile_type, profile);
	if (json_object_is_type(version, json_type_int) && json_object_get_int64(version) > 1)
		return problem_set(problem, EOPNOTSUPP, "use a newer dsactl",
				   "version: it is %lld, and version 1 is known",
				   (long long)json_object_get_int64(version));
	return read_all(&profile_type, from, profile, problem);
}

int profile_device_from_json(json_object *from, struct profile_device *device,
			     struct problem *problem)
{
	return read_all(&device_type, from, device, problem);
}

int profile_parse(const char *text, size_t len, struct profile *profile,
		  struct problem *problem)
{
	json_object *document = NULL;
	int err;

	init_object(&profile_type, profile);
	err = json_parse_text(text, len, false, &document, problem);
	err = err ?: profile_from_json(document, profile, problem);
	json_object_put(document);
	return err;
}

/* ---- To JSON ---- */

static json_object *write_object(const struct object_type *type, const void *object);

static json_object *write_number(const struct field *field, int64_t number)
{
	for (const struct word *word = field->words; word && word->value; word++)
		if (word->value == number)
			return word->text ? json_object_new_string(word->text) : NULL;
	return json_object_new_int64(number);
}

static json_object *write_list(const struct field *field, const struct list *list)
{
	json_object *to = json_object_new_array();

	for (size_t i = 0; i < list->nr; i++) {
		const char *item = (char *)list->item + i * field->object->size;

		json_object_array_add(to, field->kind == KIND_LIST ? write_object(field->object, item)
					  : json_object_new_int64(*(const int64_t *)item));
	}
	return to;
}

/* Defaults are left out. */
static void write_field(const struct field *field, const void *object, json_object *to)
{
	const void *at = (const char *)object + field->offset;
	const struct list *list = at;
	json_object *value;

	switch (field->kind) {
	case KIND_NUMBER:
		if (*number_at(field, object) == PROFILE_UNSET)
			return;
		value = write_number(field, *number_at(field, object));
		break;
	case KIND_FLAG:
		if (!*(const bool *)at)
			return;
		value = json_object_new_boolean(!field->inverted);
		break;
	case KIND_TEXT:
		if (!*(const char *)at)
			return;
		value = json_object_new_string(at);
		break;
	case KIND_OBJECT:
		if (field->object == &vdev_type && !((const struct profile_vdev *)at)->there)
			return;
		value = write_object(field->object, at);
		break;
	case KIND_IDS:
		if (!list->nr && *(const int64_t *)((const char *)object + field->instead) == PROFILE_UNSET)
			return;
		value = list->nr ? write_list(field, list)
			: write_number(field, *(const int64_t *)((const char *)object + field->instead));
		break;
	default:
		if (!list->nr && !field->required)
			return;
		value = write_list(field, list);
	}
	json_object_object_add(to, field->key, value);
}

static json_object *write_object(const struct object_type *type, const void *object)
{
	json_object *to = json_object_new_object();

	for (size_t i = 0; i < type->nr; i++)
		write_field(&type->fields[i], object, to);
	return to;
}

json_object *profile_to_json(const struct profile *profile)
{
	return write_object(&profile_type, profile);
}

json_object *profile_device_to_json(const struct profile_device *device)
{
	return write_object(&device_type, device);
}

char *profile_to_text(json_object *document)
{
	char *text;
	int len = asprintf(&text, "%s\n",
			   json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY |
							  JSON_C_TO_STRING_SPACED |
							  JSON_C_TO_STRING_NOSLASHESCAPE));

	return len < 0 ? NULL : text;
}

/* ---- Begin and end ---- */

const char *profile_label_fault(const char *label)
{
	return !text_is_utf8(label) ? "is not UTF-8" :
	       strlen(label) >= SIZE_OF(struct profile_wq, name) ? "is longer than 127 bytes" :
	       !is_label(label) ? "has a control character" : "";
}

void profile_free(struct profile *profile)
{
	free_object(&profile_type, profile);
}

void profile_device_free(struct profile_device *device)
{
	free_object(&device_type, device);
}

void profile_wq_init(struct profile_wq *wq)
{
	init_object(&wq_type, wq);
}

void profile_slice_init(struct profile_slice *slice)
{
	init_object(&slice_type, slice);
}

void profile_group_init(struct profile_group *group)
{
	init_object(&group_type, group);
}

void profile_device_init(struct profile_device *device)
{
	init_object(&device_type, device);
}
