// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a profile that was taken written and read as the same, does what fits a device
 * fit again and become the same, and is every other text refused with a reason?
 * The first byte says whose file it is: a profile, accel-config's or mdevctl's.
 *
 * fuzz: -max_len=1024
 * fuzz-short: 20000
 */
#include "../../lib/profile_obj.h"
#include "fuzz.h"

const char fuzz_counts[] = "files";

static struct dsactl_ctx ctx = { .refs = 1 };

static const struct profile_target target = {
	.limits = {
		.groups = 4, .engines = 4, .wqs = 8, .wq_entries = 128, .ims = 64,
		.max_batch = 1024, .max_transfer = UINT64_C(1) << 31, .read_buffers = 96,
	},
	.pci = "0000:6a:01.0", .seed = "host",
};

static char *text_of(const struct profile_device *device)
{
	json_object *json = profile_device_to_json(device);
	char *text = profile_to_text(json);

	json_object_put(json);
	PROMISE(text);
	return text;
}

static void check_fit(const struct profile_device *entry)
{
	struct profile_device once, twice;
	struct plan_problem problem = { 0 };
	char *first, *second;

	if (profile_fit(entry, "devices[0]", &target, &once, &problem)) {
		PROMISE(problem.err && problem.cause[0]);
		return;
	}
	PROMISE(!profile_fit(&once, "devices[0]", &target, &twice, &problem));
	first = text_of(&once);
	second = text_of(&twice);
	PROMISE(!strcmp(first, second));
	free(first);
	free(second);
	profile_device_free(&once);
	profile_device_free(&twice);
}

static void check_taken(struct dsactl_profile *profile)
{
	char *text = dsactl_profile_get_text(profile), *again;
	struct dsactl_profile *read;
	struct profile_device *entry;

	PROMISE(text);
	PROMISE(!dsactl_profile_parse(&ctx, "again", text, strlen(text), &read));
	again = dsactl_profile_get_text(read);
	PROMISE(again && !strcmp(text, again));
	LIST_FOREACH(&profile->data.devices, entry)
		check_fit(entry);
	dsactl_profile_free(read);
	free(text);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dsactl_profile *profile;
	size_t len = size ? size - 1 : 0;
	char *text = malloc(len + 1);
	int err;

	PROMISE(text);
	if (len)
		memcpy(text, data + 1, len);
	text[len] = '\0';
	err = dsactl_profile_import_text(&ctx, "input", text, len,
					 (enum dsactl_format)(size ? data[0] % 4 : 0), &profile);
	if (!err) {
		check_taken(profile);
		dsactl_profile_free(profile);
	} else {
		PROMISE(dsactl_get_message(&ctx)[0]);
	}
	free(text);
	fuzz_count++;
	return 0;
}
