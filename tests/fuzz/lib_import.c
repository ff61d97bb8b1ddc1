// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does whatever other tools' files say become a profile or a clear refusal? The
 * input is either the text or the choices of a writer that knows the keys of
 * accel-config and mdevctl. What was imported reads back as the same profile.
 *
 * fuzz: -max_len=1024 -len_control=0
 * fuzz-short: 15000
 */
#include "fuzz.h"

#include <dsactl/libdsactl.h>
#include <json-c/json.h>

const char fuzz_counts[] = "files";

static struct dsactl_ctx *ctx;

/* ---- The writer ---- */

enum kind { NUMBER, TEXT, LIST };

struct level;

static const struct key {
	const char *name;
	enum kind kind;
	const struct level *items;
} wq_keys[] = {
	{ "dev", TEXT, NULL }, { "mode", TEXT, NULL }, { "type", TEXT, NULL },
	{ "name", TEXT, NULL }, { "driver_name", TEXT, NULL }, { "size", NUMBER, NULL },
	{ "group_id", NUMBER, NULL }, { "priority", NUMBER, NULL },
	{ "threshold", NUMBER, NULL }, { "block_on_fault", NUMBER, NULL },
	{ "max_batch_size", NUMBER, NULL }, { "max_transfer_size", NUMBER, NULL },
	{ "ats_disable", NUMBER, NULL }, { "prs_disable", NUMBER, NULL },
}, engine_keys[] = {
	{ "dev", TEXT, NULL }, { "group_id", NUMBER, NULL },
};

static const struct level {
	const char *dev;	/* the form of its name */
	const struct key *keys;
	size_t nr;
} wq_level = { "wq0.%u", wq_keys, NR(wq_keys) },
  engine_level = { "engine0.%u", engine_keys, NR(engine_keys) };

static const struct key group_keys[] = {
	{ "dev", TEXT, NULL }, { "tokens_reserved", NUMBER, NULL },
	{ "tokens_allowed", NUMBER, NULL }, { "use_read_buffer_limit", NUMBER, NULL },
	{ "traffic_class_a", NUMBER, NULL }, { "desc_progress_limit", NUMBER, NULL },
	{ "grouped_workqueues", LIST, &wq_level }, { "grouped_engines", LIST, &engine_level },
};
static const struct level group_level = { "group0.%u", group_keys, NR(group_keys) };

static const struct key device_keys[] = {
	{ "dev", TEXT, NULL }, { "token_limit", NUMBER, NULL }, { "op_config", TEXT, NULL },
	{ "groups", LIST, &group_level }, { "ungrouped_workqueues", LIST, &wq_level },
};
static const struct level device_level = { "dsa%u", device_keys, NR(device_keys) };

static json_object *some_object(struct tape *tape, const struct level *level);

static json_object *some_text(struct tape *tape, const struct level *level, const char *key)
{
	static const char *const texts[] = {
		"dedicated", "shared", "user", "kernel", "none", "mdev", "dsa_vdev", "dmaengine",
		"idxd-1dwq-v1", "idxd-3dwq-v1", "wq0.1", "engine0.", "",
		"a name that is longer than sixty-four bytes, as no work queue of idxd can have it",
		"0000:6a:01.0", "11111111-2222-4333-8444-555555555555",
	};
	uint8_t pick = (uint8_t)tape_take(tape, 1);
	char name[32];

	if (strcmp(key, "dev") || pick > 0xf0)
		return json_object_new_string(texts[pick % NR(texts)]);
	snprintf(name, sizeof(name), level->dev, pick % 9);
	return json_object_new_string(name);
}

static json_object *some_number(struct tape *tape)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	return json_object_new_int64(pick < 0xe0 ? pick % 34 - 2 : (int64_t)tape_take(tape, 8));
}

/* As long a list as the tape has it; an item may be none. */
static json_object *some_list(struct tape *tape, const struct level *items)
{
	json_object *list = json_object_new_array();

	for (unsigned int nr = tape_pick(tape, 5); nr; nr--)
		json_object_array_add(list, tape_take(tape, 1) == 0xff ? some_number(tape) :
				      some_object(tape, items));
	return list;
}

static json_object *some_value(struct tape *tape, const struct level *level,
			       const struct key *key)
{
	enum kind kind = tape_take(tape, 1) == 0xff ? NUMBER : key->kind;

	switch (kind) {
	case TEXT:
		return some_text(tape, level, key->name);
	case LIST:
		return some_list(tape, key->items);
	default:
		return some_number(tape);
	}
}

/* Each key by a bit, but a name nearly always. */
static json_object *some_object(struct tape *tape, const struct level *level)
{
	json_object *object = json_object_new_object();
	uint64_t present = tape_take(tape, 2) ^ 1;

	for (size_t i = 0; i < level->nr; i++)
		if (present >> i & 1)
			json_object_object_add(object, level->keys[i].name,
					       some_value(tape, level, &level->keys[i]));
	return object;
}

/* One by its UUID; mdevctl keeps each in an object of its own. */
static json_object *some_mdev(struct tape *tape, uint8_t pick)
{
	json_object *mdev = json_object_new_object(), *about;
	char uuid[40], type[32];

	snprintf(uuid, sizeof(uuid), "%08x-2222-4333-8444-555555555555", pick & 7);
	snprintf(type, sizeof(type), "idxd-%udwq-v1", 1u << (pick >> 3 & 3));
	if (pick < 0xf0) {
		about = json_object_new_object();
		json_object_object_add(about, "mdev_type", json_object_new_string(type));
	} else {
		about = some_number(tape);
	}
	json_object_object_add(mdev, uuid, about);
	return mdev;
}

static json_object *some_mdevs(struct tape *tape)
{
	json_object *list = json_object_new_array();

	for (unsigned int nr = tape_pick(tape, 4); nr; nr--) {
		uint8_t pick = (uint8_t)tape_take(tape, 1);

		json_object_array_add(list, pick < 0xf8 ? some_mdev(tape, pick) : some_number(tape));
	}
	return list;
}

static json_object *some_parents(struct tape *tape)
{
	json_object *parents = json_object_new_object();
	char pci[16];

	for (unsigned int nr = tape_pick(tape, 3); nr; nr--) {
		snprintf(pci, sizeof(pci), "0000:6a:01.%u", tape_pick(tape, 9));
		json_object_object_add(parents, pci, tape_take(tape, 1) == 0xff ?
				       some_number(tape) : some_mdevs(tape));
	}
	return parents;
}

static char *some_file(struct tape *tape, bool mdevctl)
{
	json_object *document = json_object_new_array();
	char *text;

	for (unsigned int nr = 1 + tape_pick(tape, 2); nr; nr--)
		json_object_array_add(document, mdevctl ? some_parents(tape) :
				      some_object(tape, &device_level));
	text = strdup(json_object_to_json_string(document));
	json_object_put(document);
	return text;
}

/* ---- What was imported reads back ---- */

static void check_reads_back(const struct dsactl_profile *profile)
{
	char *first = dsactl_profile_get_text(profile), *second;
	struct dsactl_profile *again;

	PROMISE(!dsactl_profile_parse(ctx, "again", first, strlen(first), &again));
	second = dsactl_profile_get_text(again);
	PROMISE(!strcmp(first, second));
	dsactl_profile_free(again);
	free(first);
	free(second);
}

static void check_import(const char *text, enum dsactl_format format)
{
	struct dsactl_profile *profile;

	if (dsactl_profile_import_text(ctx, "file", text, strlen(text), format, &profile)) {
		PROMISE(dsactl_get_message(ctx)[0]);
		return;
	}
	check_reads_back(profile);
	dsactl_profile_free(profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };
	uint8_t kind = (uint8_t)tape_take(&tape, 1);
	char *text;

	if (!ctx)
		PROMISE(!dsactl_new(&ctx));
	if (kind & 1) {
		text = some_file(&tape, kind & 2);
	} else {
		text = calloc(1, tape.left + 1);
		memcpy(text, tape.at, tape.left);
	}
	check_import(text, kind >> 2 & 3);
	free(text);
	fuzz_count++;
	return 0;
}
