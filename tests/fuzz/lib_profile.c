// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a profile that the parser takes one that it writes again, and does what is
 * fitted to a device keep to the device's limits? The input is either the text or
 * the choices of a writer that knows the parser's tables and means it badly.
 *
 * fuzz: -max_len=1024 -len_control=0
 * fuzz-short: 15000
 */
#include "fuzz.h"

#include "../../lib/profile/fit.h"
#include "../../lib/profile/schema.c"

const char fuzz_counts[] = "profiles";

#define MAX_ITEMS	1024

static struct problem problem;

/* ---- The writer ---- */

static const char *const texts[] = {
	"dsa0", "0000:6a:01.0", "dsa", "iax", "user", "kernel", "none", "dedicated", "shared",
	"dsa_vdev", "dmaengine", "vm1", "vm2", "max", "half", "", "a b", "1,003f03fd", "ff",
	"11111111-2222-4333-8444-555555555555", "21111111-2222-4333-8444-555555555555",
	"an owner whose name is longer than any name that the kernel module takes from one",
	"\xc3\xa4", "\x01", "\"\\",
};

static json_object *some_object(struct tape *tape, const struct object_type *type);

static json_object *some_text(struct tape *tape)
{
	return json_object_new_string(texts[tape_pick(tape, NR(texts))]);
}

/* Small ones that are legal more often than others. */
static json_object *some_number(struct tape *tape, const struct field *field)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	if (pick < 0xa0)
		return json_object_new_int64(field->min + pick % 17);
	if (pick < 0xd0 && field->words && field->words->value)
		return field->words->text ? json_object_new_string(field->words->text) : NULL;
	if (pick < 0xe0)
		return json_object_new_int64(field->max);
	return json_object_new_int64((int64_t)tape_take(tape, pick < 0xf0 ? 1 : 8));
}

static json_object *some_list(struct tape *tape, const struct field *field)
{
	json_object *list = json_object_new_array();

	for (unsigned int nr = tape_pick(tape, 5); nr; nr--)
		json_object_array_add(list, field->kind == KIND_LIST ?
				      some_object(tape, field->object) :
				      some_number(tape, field));
	return list;
}

static json_object *some_value(struct tape *tape, const struct field *field)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	if (pick == 0xff)		/* of the wrong kind */
		return some_text(tape);
	switch (field->kind) {
	case KIND_NUMBER:
		return some_number(tape, field);
	case KIND_FLAG:
		return json_object_new_boolean(pick & 1);
	case KIND_TEXT:
		return some_text(tape);
	case KIND_OBJECT:
		return some_object(tape, field->object);
	case KIND_IDS:
		if (pick & 1)
			return some_number(tape, field);
		break;
	case KIND_LIST:
		break;
	}
	return some_list(tape, field);
}

/* Each key by a bit; what is required is left out seldom. */
static json_object *some_object(struct tape *tape, const struct object_type *type)
{
	json_object *object = json_object_new_object();
	uint64_t present = tape_take(tape, 3);

	for (size_t i = 0; i < type->nr; i++) {
		const struct field *field = &type->fields[i];

		if (present >> i & 1 || (field->required && !(present >> 23)))
			json_object_object_add(object, field->key, some_value(tape, field));
	}
	return object;
}

static char *some_profile(struct tape *tape)
{
	json_object *document = some_object(tape, &profile_type);
	char *text;

	json_object_object_add(document, "version", json_object_new_int(1));
	text = strdup(json_object_to_json_string(document));
	json_object_put(document);
	return text;
}

/* ---- What the parser takes it writes, and takes again as the same ---- */

static char *written(const struct profile *profile)
{
	json_object *document = profile_to_json(profile);
	char *text = profile_to_text(document);

	json_object_put(document);
	PROMISE(text && text[strlen(text) - 1] == '\n');
	return text;
}

static void check_round_trip(const struct profile *profile)
{
	char *first = written(profile), *second;
	struct profile again;

	PROMISE(!profile_parse(first, strlen(first), &again, &problem));
	second = written(&again);
	PROMISE(!strcmp(first, second));
	profile_free(&again);
	free(first);
	free(second);
}

/* ---- What is fitted keeps to the limits ---- */

struct seen {
	bool group[MAX_ITEMS], engine[MAX_ITEMS], wq[MAX_ITEMS];
	uint64_t nr_groups, entries;
};

static void see(bool *seen, int64_t id, unsigned int limit)
{
	PROMISE(id >= 0 && id < limit && id < MAX_ITEMS && !seen[id]);
	seen[id] = true;
}

static void see_wqs(struct seen *seen, const struct list *wqs,
		    const struct device_limits *limits)
{
	const struct profile_wq *wq;

	LIST_FOREACH(wqs, wq) {
		see(seen->wq, wq->id, limits->wqs);
		PROMISE(wq->size >= 0);
		seen->entries += (uint64_t)wq->size;
	}
}

static void see_group(struct seen *seen, const struct profile_group *group,
		      const struct device_limits *limits)
{
	const struct profile_engine *engine;
	const struct profile_slice *slice;

	if (group->id != PROFILE_NONE)
		see(seen->group, group->id, limits->groups);
	LIST_FOREACH(&group->engines, engine)
		see(seen->engine, engine->id, limits->engines);
	LIST_FOREACH(&group->slices, slice) {
		size_t nr = slice->wqs.nr;

		PROMISE(nr == 1 || nr == 2 || nr == 4 || nr == 8);
		see_wqs(seen, &slice->wqs, limits);
	}
	see_wqs(seen, &group->wqs, limits);
}

static void check_fitted(const struct profile_device *fitted, const struct device_limits *limits)
{
	const struct profile_group *group;
	struct seen seen = { 0 };

	LIST_FOREACH(&fitted->groups, group)
		see_group(&seen, group, limits);
	PROMISE(seen.entries <= limits->wq_entries);
}

/* What is complete fits as it is. */
static void check_fits_again(const struct profile_device *fitted,
			     const struct fit_device *target)
{
	json_object *first = profile_device_to_json(fitted), *second;
	struct profile_device again;

	PROMISE(!profile_fit(fitted, "devices[0]", target, &again, &problem));
	second = profile_device_to_json(&again);
	PROMISE(json_object_equal(first, second));
	json_object_put(first);
	json_object_put(second);
	profile_device_free(&again);
}

static void check_fit(const struct profile_device *entry)
{
	static const struct fit_device targets[] = {
		{ { .groups = 4, .engines = 4, .wqs = 8, .wq_entries = 128, .ims = 2048,
		    .max_batch = 1024, .max_transfer = 1 << 30, .block_on_fault = true,
		    .read_buffers = 96, .traffic_classes = true,
		    .op_cap = "00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03fd" },
		  "0000:6a:01.0", "seed" },
		{ { .groups = 2, .engines = 1, .wqs = 3, .wq_entries = 17, .ims = 2,
		    .max_batch = 32, .max_transfer = 1 << 21, .op_cap = "ff", .lacks = ~0u },
		  "0000:6f:01.0", "" },
		{ { .groups = 64, .engines = 64, .wqs = 64, .wq_entries = 1024,
		    .ims = LIMIT_UNKNOWN, .max_batch = 1024, .max_transfer = 1 << 30 },
		  "0000:e7:01.7", "other" },
	};
	struct profile_device fitted;

	for (size_t i = 0; i < NR(targets); i++) {
		int err = profile_fit(entry, "devices[0]", &targets[i], &fitted, &problem);

		if (err) {
			PROMISE(err == -problem.err && problem.cause[0]);
			continue;
		}
		check_fitted(&fitted, &targets[i].limits);
		check_fits_again(&fitted, &targets[i]);
		profile_device_free(&fitted);
	}
}

static void check_by(const char *text, size_t len, int flags, json_object *document)
{
	json_tokener *tokener = json_tokener_new_ex(64);
	json_object *again;

	json_tokener_set_flags(tokener, flags);
	again = json_tokener_parse_ex(tokener, text, len);
	PROMISE(again && json_object_equal(again, document));
	json_tokener_free(tokener);
	json_object_put(again);
}

/* What passes as JSON, json-c's own checks take, too; its strict one no text beyond ASCII. */
static void check_json(const char *text, size_t len)
{
	json_object *document;
	bool ascii = true;

	if (json_parse_text(text, len, false, &document, &problem)) {
		PROMISE(!document && !strncmp(problem.cause, "byte ", 5));
		return;
	}
	for (size_t i = 0; i < len; i++)
		ascii &= (uint8_t)text[i] < 0x80;
	check_by(text, len, JSON_TOKENER_VALIDATE_UTF8, document);
	if (ascii)
		check_by(text, len, JSON_TOKENER_STRICT, document);
	json_object_put(document);
}

static void check_text(const char *text, size_t len)
{
	const struct profile_device *entry;
	struct profile profile;
	int err;

	check_json(text, len);
	err = profile_parse(text, len, &profile, &problem);
	if (err) {
		PROMISE(err == -problem.err && problem.cause[0]);
		profile_free(&profile);
		return;
	}
	check_round_trip(&profile);
	LIST_FOREACH(&profile.devices, entry)
		check_fit(entry);
	profile_free(&profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };
	char *text;

	if (tape_take(&tape, 1) & 1) {
		text = some_profile(&tape);
	} else {
		text = calloc(1, tape.left + 1);
		memcpy(text, tape.at, tape.left);
	}
	check_text(text, strlen(text));
	free(text);
	fuzz_count++;
	return 0;
}
