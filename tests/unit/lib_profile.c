// SPDX-License-Identifier: GPL-2.0-only
/* Is a profile read as it was meant, or refused with the place of the mistake? */
#include <errno.h>

#include "../../lib/profile/fit.h"
#include "../../lib/profile/schema.h"
#include "unit.h"

static const struct device_limits silicon = {
	.groups = 4, .engines = 4, .wqs = 8, .wq_entries = 128, .ims = 2048,
	.max_batch = 1024, .max_transfer = UINT64_C(1) << 31, .block_on_fault = true,
};

static struct problem problem;

static int parse(const char *text, struct profile *profile)
{
	memset(&problem, 0, sizeof(problem));
	return profile_parse(text, strlen(text), profile, &problem);
}

/* The profile of one entry for any device, with these groups. */
static int parse_groups(const char *groups, struct profile *profile)
{
	char text[2048];

	snprintf(text, sizeof(text), "{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"groups\":%s}]}",
		 groups);
	return parse(text, profile);
}

static int fit_on(const struct device_limits *limits, const struct profile_device *entry,
		  struct profile_device *fitted)
{
	struct fit_device target = { .limits = *limits, .pci = "0000:6a:01.0", .seed = "host" };

	return profile_fit(entry, "devices[0]", &target, fitted, &problem);
}

/* Parse @groups and fit them to silicon. */
static int fit_groups(const char *groups, struct profile_device *fitted)
{
	struct profile profile;
	int err = parse_groups(groups, &profile);

	if (err)
		return err;
	err = fit_on(&silicon, profile.devices.item, fitted);
	profile_free(&profile);
	return err;
}

static char *text_of(const struct profile_device *device)
{
	json_object *json = profile_device_to_json(device);
	char *text = profile_to_text(json);

	json_object_put(json);
	return text;
}

static struct profile_group *group(struct profile_device *device, unsigned int i)
{
	return (struct profile_group *)device->groups.item + i;
}

static struct profile_slice *slice(struct profile_device *device, unsigned int g, unsigned int i)
{
	return (struct profile_slice *)group(device, g)->slices.item + i;
}

static struct profile_wq *slice_wq(struct profile_device *device, unsigned int g, unsigned int i)
{
	return slice(device, g, i)->wqs.item;
}

/* ---- Reading ---- */

#define DEVICES(text) "{\"version\":1,\"devices\":[" text "]}"
#define GROUPS(text) DEVICES("{\"match\":{\"any\":true},\"groups\":[" text "]}")
#define SLICE(text) GROUPS("{\"slices\":[{\"wqs\":[{}]," text "}]}")
#define WQ(text) GROUPS("{\"wqs\":[{" text "}]}")

/* A mistake, and what its message begins with. */
static const struct {
	const char *text, *words;
} refusals[] = {
	{ "", "byte 0: this is not JSON" },
	{ "{", "byte 1: this is not JSON" },
	{ "{} {}", "this is not JSON" },
	{ "{\"version\":1,}", "this is not JSON" },
	{ "[]", "the document: it is not an object" },
	{ "12", "this is not JSON" },
	{ "{\"devices\":[]}", "the document: its key \"version\" is missing" },
	{ "{\"version\":1}", "the document: its key \"devices\" is missing" },
	{ "{\"version\":0,\"devices\":[]}", "version: 0 cannot be its value: 1 to 1 can" },
	{ "{\"version\":\"1\",\"devices\":[]}", "version: \"1\" cannot be its value" },
	{ "{\"version\":1,\"devices\":{}}", "devices: it is not an array" },
	{ "{\"version\":1,\"devices\":[],\"slices\":4}", "slices: there is no such key" },
	{ DEVICES("7"), "devices[0]: it is not an object" },
	{ DEVICES("{\"groups\":[]}"), "devices[0]: its key \"match\" is missing" },
	{ DEVICES("{\"match\":{},\"groups\":[]}"), "devices[0].match: it must say pci" },
	{ DEVICES("{\"match\":{\"any\":true}}"), "devices[0]: its key \"groups\" is missing" },
	{ DEVICES("{\"match\":{\"pci\":\"6a:01.0\"},\"groups\":[]}"), "devices[0].match.pci: \"6a:01.0\" cannot" },
	{ DEVICES("{\"match\":{\"pci\":\"0000:6a:01.8\"},\"groups\":[]}"), "devices[0].match.pci: \"0000:6a:01.8\" cannot" },
	{ DEVICES("{\"match\":{\"pci\":\"000:6a:01.0\"},\"groups\":[]}"), "devices[0].match.pci: \"000:6a:01.0\" cannot" },
	{ DEVICES("{\"match\":{\"type\":\"qat\"},\"groups\":[]}"), "devices[0].match.type: \"qat\"" },
	{ DEVICES("{\"match\":{\"any\":1},\"groups\":[]}"), "devices[0].match.any: 1 is neither true nor false" },
	{ DEVICES("{\"match\":{\"any\":true},\"grups\":[]}"), "devices[0].grups: there is no such key" },
	{ GROUPS("{\"engines\":\"all\"}"), "devices[0].groups[0].engines: \"all\" cannot be its value: 0 to 65535, or \"max\", or \"half\" can" },
	{ GROUPS("{},{\"engines\":[0,-1]}"), "devices[0].groups[1].engines[1]: -1 cannot" },
	{ GROUPS("{\"count\":0}"), "devices[0].groups[0].count: 0 cannot" },
	{ GROUPS("{\"count\":2,\"id\":1}"), "devices[0].groups[0]: several groups cannot share an id" },
	{ GROUPS("{\"id\":null,\"slices\":[{\"wqs\":[{}]}]}"), "devices[0].groups[0]: what is in no group" },
	{ GROUPS("{\"traffic_class_a\":8}"), "devices[0].groups[0].traffic_class_a: 8 cannot" },
	{ GROUPS("{\"slices\":[{}]}"), "devices[0].groups[0].slices[0]: its key \"wqs\" is missing" },
	{ GROUPS("{\"slices\":[{\"wqs\":[]}]}"), "devices[0].groups[0].slices[0]: a slice has 1, 2, 4 or 8" },
	{ GROUPS("{\"slices\":[{\"wqs\":[{\"mode\":\"shared\"}]}]}"), "devices[0].groups[0].slices[0]: a work queue of a slice" },
	{ SLICE("\"vdev\":[]"), "devices[0].groups[0].slices[0].vdev: it is not an object" },
	{ SLICE("\"vdev\":{\"uuid\":\"1\"}"), "devices[0].groups[0].slices[0].vdev.uuid: \"1\" cannot be its value: it must be a UUID" },
	{ SLICE("\"vdev\":{\"name\":\"a b\"}"), "slices[0].vdev.name: \"a b\" cannot" },
	{ SLICE("\"vdev\":{\"name\":\"11111111-2222-4333-8444-555555555555\"}"), "slices[0].vdev.name:" },
	{ SLICE("\"vdev\":{\"name\":\"00000000-0000-0000-0000-000000000000\"}"), "slices[0].vdev.name:" },
	{ SLICE("\"vdev\":{\"name\":\"all\"}"), "slices[0].vdev.name: \"all\" cannot" },
	{ SLICE("\"vdev\":{\"owner\":\"\"}"), "slices[0].vdev.owner: \"\" cannot" },
	{ SLICE("\"vdev\":{\"mapping\":\"all\"}"), "slices[0].vdev.mapping: \"all\" cannot be its value: it must be auto, sweep, hints or prs" },
	{ SLICE("\"mapping\":0"), "slices[0].mapping: 0 cannot" },
	{ SLICE("\"count\":2,\"vdev\":{\"name\":\"a\"}"), "devices[0].groups[0].slices[0]: a vdev with a uuid or name" },
	{ WQ("\"size\":65537"), "devices[0].groups[0].wqs[0].size: 65537 cannot be its value: 0 to 65536, or \"half\" can" },
	{ WQ("\"size\":1.5"), "wqs[0].size: 1.5 cannot" },
	{ WQ("\"size\":9999999999"), "wqs[0].size: 9999999999 cannot" },
	{ WQ("\"max_transfer_size\":18446744073709551615"), "wqs[0].max_transfer_size: 18446744073709551615 cannot" },
	{ WQ("\"type\":\"mdev\""), "wqs[0].type: \"mdev\" cannot be its value: it must be none, kernel or user" },
	{ WQ("\"name\":\"\\u0000\""), "there is a \\u0000 in the text" },
	{ WQ("\"name\":\"a\\nb\""), "wqs[0].name:" },
	{ WQ("\"name\":\"a\\u009bb\""), "wqs[0].name:" },
	{ "{\"version\":1,\"description\":\"a\\nb\",\"devices\":[]}", "description: \"a\\nb\" cannot" },
	{ "{\"version\":1,\"description\":\"\\u001b[2J\",\"devices\":[]}", "description: " },
	{ "{\"version\":1,\"description\":\"\\u007f\",\"devices\":[]}", "description: " },
	{ "{\"version\":1,\"description\":\"\\u009b2J\",\"devices\":[]}", "description: " },
	{ WQ("\"priority\":16"), "wqs[0].priority: 16 cannot" },
	{ WQ("\"count\":2,\"id\":3"), "wqs[0]: several work queues cannot share an id" },
	{ GROUPS("{\"slices\":[{\"count\":2,\"wqs\":[{\"id\":3}]}]}"), "devices[0].groups[0].slices[0]: several slices cannot share the id" },
	{ GROUPS("{\"count\":2,\"wqs\":[{\"id\":3}]}"), "devices[0].groups[0]: several groups cannot share the id" },
	{ GROUPS("{\"count\":\"max\",\"slices\":[{\"wqs\":[{\"id\":3}]}]}"), "devices[0].groups[0]: several groups cannot share the id" },
	{ WQ("\"op_config\":\"0x1\""), "wqs[0].op_config: \"0x1\" cannot be its value: it must be a set of operations" },
	{ WQ("\"enqcmds_retries\":65"), "wqs[0].enqcmds_retries: 65 cannot" },
	{ DEVICES("{\"match\":{\"any\":true},\"event_log_size\":63,\"groups\":[]}"), "devices[0].event_log_size: 63 cannot be its value: 64 to 65535 can" },
	{ GROUPS("{\"slices\":[{\"wqs\":[{\"enqcmds_retries\":1}]}]}"), "devices[0].groups[0].slices[0]: a work queue of a slice" },
	{ WQ("\"wqs\":[]"), "devices[0].groups[0].wqs[0].wqs: there is no such key" },
};

TEST("each mistake in a profile is refused with its JSON path")
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct profile profile;

		CHECK_EQ(parse(refusals[i].text, &profile), -EINVAL);
		if (strstr(problem.cause, refusals[i].words))
			continue;
		printf("# %s: %s\n", refusals[i].text, problem.cause);
		CHECK(false);
	}
}

TEST("a key that is not known is answered with those that are")
{
	struct profile profile;

	CHECK_EQ(parse("{\"version\":1,\"devices\":[],\"device\":[]}", &profile), -EINVAL);
	CHECK(!strcmp(problem.remedy, "known are version, description, devices"));
}

TEST("a profile of a later version is not supported, whatever else it has")
{
	struct profile profile;

	CHECK_EQ(parse("{\"version\":2,\"new\":[]}", &profile), -EOPNOTSUPP);
}

TEST("a list that is too long is refused")
{
	static char text[64 * 1024];
	struct profile profile;
	size_t used = sprintf(text, "{\"version\":1,\"devices\":[0");

	for (int i = 0; i < PROFILE_ITEMS_MAX; i++)
		used += sprintf(text + used, ",0");
	sprintf(text + used, "]}");
	CHECK_EQ(parse(text, &profile), -EINVAL);
	CHECK(strstr(problem.cause, "devices: it has more than"));
}

TEST("what is written is what was read, and defaults are left out")
{
	static const char text[] =
		"{\"version\":1,\"description\":\"d\",\"devices\":[{\"match\":{\"numa\":null},\"enabled\":false,"
		"\"read_buffer_limit\":5,\"event_log_size\":64,\"groups\":[{\"id\":null,\"wqs\":[{\"id\":7,\"type\":\"none\","
		"\"mode\":\"shared\",\"name\":\"a b\",\"driver\":\"user\",\"size\":\"half\",\"priority\":0,"
		"\"threshold\":3,\"max_batch_size\":32,\"max_transfer_size\":4096,\"block_on_fault\":true,"
		"\"ats_disable\":0,\"prs_disable\":1,\"op_config\":\"3f\",\"enqcmds_retries\":0,\"enabled\":false}]},{\"count\":\"max\",\"engines\":\"max\","
		"\"slices\":[{\"count\":2,\"allow_unsafe_portal\":true,\"mapping\":\"hints\",\"wqs\":[{}],\"vdev\":{}}]},"
		"{\"engines\":[1,0]},{\"engines\":0,\"slices\":[{\"wqs\":[{}],\"vdev\":"
		"{\"uuid\":\"11111111-2222-4333-8444-555555555555\",\"name\":\"n\",\"owner\":\"o\",\"mapping\":\"prs\"}}]}]}]}";
	struct profile profile;
	json_object *json;

	CHECK_EQ(parse(text, &profile), 0);
	json = profile_to_json(&profile);
	CHECK(!strcmp(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN), text));
	json_object_put(json);
	profile_free(&profile);
}

/* ---- Fitting ---- */

TEST("a group for each slice, sharing all, is what split-device makes by default")
{
	struct profile_device device;

	CHECK_EQ(fit_groups("[{\"count\":\"max\",\"slices\":[{\"wqs\":[{}]}]}]", &device), 0);
	CHECK_EQ(device.groups.nr, 4);
	for (unsigned int i = 0; i < 4; i++) {
		CHECK_EQ(group(&device, i)->id, i);
		CHECK_EQ(((struct profile_engine *)group(&device, i)->engines.item)->id, i);
		CHECK_EQ(group(&device, i)->engines.nr, 1);
		CHECK_EQ(slice_wq(&device, i, 0)->id, i);
		CHECK_EQ(slice_wq(&device, i, 0)->size, 32);
		CHECK_EQ(slice_wq(&device, i, 0)->priority, 10);
		CHECK_EQ(slice_wq(&device, i, 0)->max_batch, 1024);
	}
	profile_device_free(&device);
}

TEST("what is as by default is not said, so a file that says it is no difference")
{
	struct profile_device device;
	struct profile_wq *wq;

	CHECK_EQ(fit_groups("[{\"desc_progress_limit\":0,\"wqs\":[{\"ats_disable\":0,\"prs_disable\":0},"
			    "{\"ats_disable\":1}]}]", &device), 0);
	wq = group(&device, 0)->wqs.item;
	CHECK_EQ(group(&device, 0)->desc_progress_limit, PROFILE_UNSET);
	CHECK_EQ(wq[0].ats_disable, PROFILE_UNSET);
	CHECK_EQ(wq[0].prs_disable, PROFILE_UNSET);
	CHECK_EQ(wq[1].ats_disable, 1);
	profile_device_free(&device);
	CHECK_EQ(fit_groups("[{\"slices\":[{\"mapping\":\"auto\",\"wqs\":[{}],\"vdev\":{\"mapping\":\"auto\"}},"
			    "{\"mapping\":\"hints\",\"wqs\":[{}],\"vdev\":{\"mapping\":\"hints\"}},"
			    "{\"mapping\":\"hints\",\"wqs\":[{}],\"vdev\":{\"mapping\":\"auto\"}}]}]", &device), 0);
	CHECK(!slice(&device, 0, 0)->mapping[0] && !slice(&device, 0, 0)->vdev.mapping[0]);
	CHECK(!strcmp(slice(&device, 0, 1)->mapping, "hints") && !slice(&device, 0, 1)->vdev.mapping[0]);
	CHECK(!strcmp(slice(&device, 0, 2)->vdev.mapping, "auto"));
	profile_device_free(&device);
}

TEST("many slices may share the engines of one group")
{
	struct profile_device device;

	CHECK_EQ(fit_groups("[{\"slices\":[{\"count\":\"max\",\"wqs\":[{}]}]}]", &device), 0);
	CHECK_EQ(device.groups.nr, 1);
	CHECK_EQ(group(&device, 0)->engines.nr, 4);
	CHECK_EQ(group(&device, 0)->slices.nr, 8);
	CHECK_EQ(slice_wq(&device, 0, 7)->size, 16);
	profile_device_free(&device);
}

TEST("half for the host leaves the other half for slices")
{
	struct profile_device device;
	struct profile_wq *wq;

	CHECK_EQ(fit_groups("[{\"engines\":\"half\",\"wqs\":[{\"type\":\"kernel\",\"size\":\"half\"}]},"
			    "{\"count\":\"max\",\"engines\":1,\"slices\":[{\"wqs\":[{}]}]}]", &device), 0);
	CHECK_EQ(device.groups.nr, 3);
	wq = group(&device, 0)->wqs.item;
	CHECK(!strcmp(wq->driver, "dmaengine") && !strcmp(wq->mode, "dedicated") && !strcmp(wq->name, "wq0"));
	CHECK_EQ(wq->size, 64);
	CHECK_EQ(wq->threshold, PROFILE_UNSET);
	CHECK_EQ(group(&device, 0)->engines.nr, 2);
	CHECK_EQ(slice_wq(&device, 2, 0)->size, 32);
	profile_device_free(&device);
}

TEST("ids that are given are kept, and the others go around them")
{
	struct profile_device device;
	struct profile_wq *wq;

	CHECK_EQ(fit_groups("[{\"engines\":1,\"wqs\":[{}]},{\"id\":0,\"engines\":[0,3],\"wqs\":[{\"id\":0},{\"id\":2}]}]",
			    &device), 0);
	CHECK_EQ(group(&device, 0)->wqs.nr, 2);
	CHECK_EQ(group(&device, 1)->id, 1);
	wq = group(&device, 1)->wqs.item;
	CHECK_EQ(wq->id, 1);
	CHECK_EQ(((struct profile_engine *)group(&device, 1)->engines.item)->id, 1);
	profile_device_free(&device);
}

/* People and managers use it, and the kernel takes it through "create". */
TEST("a vdev may have the UUID of zeros")
{
	static const char uuid[] = "00000000-0000-0000-0000-000000000000";
	struct profile_device device;
	char groups[128];

	snprintf(groups, sizeof(groups), "[{\"slices\":[{\"wqs\":[{}],\"vdev\":{\"uuid\":\"%s\"}}]}]", uuid);
	CHECK_EQ(fit_groups(groups, &device), 0);
	CHECK(!strcmp(slice(&device, 0, 0)->vdev.uuid, uuid));
	profile_device_free(&device);
}

TEST("a vdev without a UUID gets one that lasts and that other devices have not")
{
	static const char groups[] = "[{\"slices\":[{\"count\":2,\"wqs\":[{}],\"vdev\":{}}]}]";
	struct profile_device one, again;

	CHECK_EQ(fit_groups(groups, &one), 0);
	CHECK_EQ(fit_groups(groups, &again), 0);
	CHECK_EQ(strlen(slice(&one, 0, 0)->vdev.uuid), 36);
	CHECK(!strcmp(slice(&one, 0, 0)->vdev.uuid, slice(&again, 0, 0)->vdev.uuid));
	CHECK(strcmp(slice(&one, 0, 0)->vdev.uuid, slice(&one, 0, 1)->vdev.uuid));
	profile_device_free(&one);
	profile_device_free(&again);
}

/* What no device of this size can do. */
static const struct {
	const char *groups, *words;
	int err;
} misfits[] = {
	{ "[{\"count\":5}]", "devices[0]: 5 groups are wanted, the device has 4", EINVAL },
	{ "[{\"engines\":5}]", "5 engines are wanted, the device has 4", EINVAL },
	{ "[{\"wqs\":[{\"count\":9}]}]", "9 work queues are wanted, the device has 8", EINVAL },
	{ "[{\"count\":4096,\"slices\":[{\"count\":4096,\"wqs\":[{\"count\":4096},{\"count\":4096}]}]}]", "4096 groups", EINVAL },
	{ "[{\"slices\":[{\"count\":4096,\"wqs\":[{\"count\":4096}]}]}]", "16777216 work queues", EINVAL },
	{ "[{\"wqs\":[{\"size\":129}]}]", "129 entries for work queues are wanted", EINVAL },
	{ "[{\"wqs\":[{\"size\":128},{}]}]", "129 entries for work queues are wanted", EINVAL },
	{ "[{\"id\":4}]", "devices[0].groups[0].id: the device has no group 4, only 0 to 3", EINVAL },
	{ "[{\"id\":1},{\"id\":1}]", "devices[0].groups[1].id: group 1 is used twice", EINVAL },
	{ "[{\"engines\":[1,1]}]", "devices[0].groups[0].engines[1]: engine 1 is used twice", EINVAL },
	{ "[{\"wqs\":[{\"id\":8}]}]", "devices[0].groups[0].wqs[0].id: the device has no work queue 8", EINVAL },
	{ "[{\"slices\":[{\"wqs\":[{\"id\":1}]},{\"wqs\":[{\"id\":1}]}]}]", "devices[0].groups[0].slices[1].wqs[0].id: work queue 1 is used twice", EINVAL },
	{ "[{\"slices\":[{\"wqs\":[{\"count\":3}]}]}]", "a slice cannot have 3 work queues", EINVAL },
	{ "[{\"engines\":0,\"wqs\":[{}]}]", "its group has no engine", EINVAL },
	{ "[{\"wqs\":[{\"max_batch_size\":1}]}]", "its max_batch_size is 1", EINVAL },
	{ "[{\"slices\":[{\"wqs\":[{\"max_batch_size\":1}]}]}]", "its max_batch_size is 1", EINVAL },
	{ "[{\"wqs\":[{\"size\":0}]}]", "its size is 0", EINVAL },
	{ "[{\"wqs\":[{\"type\":\"none\"}]}]", "its type is none", EINVAL },
	{ "[{\"wqs\":[{\"max_batch_size\":2048}]}]", "up to 1024", EINVAL },
	{ "[{\"wqs\":[{\"max_transfer_size\":4095}]}]", "max_transfer_size is 4095", EINVAL },
	{ "[{\"wqs\":[{\"mode\":\"shared\",\"size\":4,\"threshold\":5}]}]", "threshold is 5", EINVAL },
	{ "[]", "a device without work queues cannot be enabled", EINVAL },
	{ "[{\"id\":null,\"wqs\":[{\"size\":4,\"enabled\":false}]}]", "a device without work queues cannot be enabled", EINVAL },
	{ "[{\"wqs\":[{}]},{\"id\":3,\"engines\":1}]", "group 3: it has engines and no work queue", EINVAL },
	{ "[{\"id\":2,\"engines\":0,\"wqs\":[{\"enabled\":false}]}]", "group 2: it has work queues and no engine", EINVAL },
	{ "[{\"wqs\":[{},{\"size\":0,\"enabled\":false}]}]", "a group of an enabled device has no work queue of size 0", EINVAL },
	{ "[{\"count\":\"max\",\"slices\":[{\"count\":\"max\",\"wqs\":[{}]}]}]", "only one count can be \"max\"", EINVAL },
};

TEST("what the hardware has not is refused before anything is done")
{
	for (size_t i = 0; i < sizeof(misfits) / sizeof(misfits[0]); i++) {
		struct profile_device device;

		CHECK_EQ(fit_groups(misfits[i].groups, &device), -misfits[i].err);
		if (strstr(problem.cause, misfits[i].words))
			continue;
		printf("# %s: %s\n", misfits[i].groups, problem.cause);
		CHECK(false);
	}
}

TEST("few vectors bound \"max\", and more slices than vectors are refused")
{
	struct device_limits few = silicon;
	struct profile_device device;
	struct profile profile;

	few.ims = 2;
	CHECK_EQ(parse_groups("[{\"slices\":[{\"count\":\"max\",\"wqs\":[{}]}]}]", &profile), 0);
	CHECK_EQ(fit_on(&few, profile.devices.item, &device), 0);
	CHECK_EQ(group(&device, 0)->slices.nr, 2);
	profile_device_free(&device);
	profile_free(&profile);
	CHECK_EQ(parse_groups("[{\"slices\":[{\"count\":3,\"wqs\":[{}]}]}]", &profile), 0);
	CHECK_EQ(fit_on(&few, profile.devices.item, &device), -EINVAL);
	CHECK(strstr(problem.cause, "interrupt message storage"));
	profile_free(&profile);
}

TEST("what is not to be enabled may be as it is: engines alone, work queues without size")
{
	static const char text[] =
		"{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"enabled\":false,\"groups\":"
		"[{\"engines\":1},{\"engines\":0,\"wqs\":[{\"size\":0,\"enabled\":false}]}]}]}";
	struct profile_device device;
	struct profile profile;

	CHECK_EQ(parse(text, &profile), 0);
	CHECK_EQ(fit_on(&silicon, profile.devices.item, &device), 0);
	profile_device_free(&device);
	profile_free(&profile);
}

/* One device of 96 read buffers; what is allowed to group 0, or the refusal. */
static const struct {
	const char *limit, *first, *second, *words;
	int64_t allowed;
} buffers[] = {
	{ "0", "", "", NULL, PROFILE_UNSET },
	{ "0", "", ",\"read_buffers_reserved\":16", NULL, 80 },
	{ "8", ",\"use_read_buffer_limit\":1", "", NULL, PROFILE_UNSET },
	{ "0", ",\"read_buffers_allowed\":8", ",\"read_buffers_reserved\":16", NULL, 8 },
	{ "0", ",\"read_buffers_allowed\":81", ",\"read_buffers_reserved\":16", "read_buffers_allowed is 81, and 8 to 80 are possible", 0 },
	{ "0", ",\"read_buffers_allowed\":7", "", "read_buffers_allowed is 7, and 8 to 96 are possible", 0 },
	{ "0", ",\"read_buffers_reserved\":60", ",\"read_buffers_reserved\":40", "100 read buffers are reserved, the device has 96", 0 },
	{ "7", ",\"use_read_buffer_limit\":1", "", "read_buffer_limit is 7, and 8 to 96 are possible", 0 },
	{ "97", "", "", "read_buffer_limit is 97, and 0 to 96 are possible", 0 },
};

TEST("read buffers are shared as the hardware takes it, or refused")
{
	struct device_limits limits = silicon;

	limits.read_buffers = 96;
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
		struct profile_device device;
		struct profile profile;
		char text[512];
		int err;

		snprintf(text, sizeof(text),
			 "{\"version\":1,\"devices\":[{\"match\":{\"any\":true},\"read_buffer_limit\":%s,\"groups\":"
			 "[{\"engines\":2,\"wqs\":[{}]%s},{\"engines\":2,\"wqs\":[{}]%s}]}]}",
			 buffers[i].limit, buffers[i].first, buffers[i].second);
		CHECK_EQ(parse(text, &profile), 0);
		err = fit_on(&limits, profile.devices.item, &device);
		CHECK_EQ(err, buffers[i].words ? -EINVAL : 0);
		if (!err) {
			CHECK_EQ(group(&device, 0)->read_buffers_allowed, buffers[i].allowed);
			profile_device_free(&device);
		} else if (!buffers[i].words || !strstr(problem.cause, buffers[i].words)) {
			printf("# %s: %s\n", text, problem.cause);
			CHECK(false);
		}
		profile_free(&profile);
	}
}

TEST("a device that cannot block on faults is not asked to")
{
	struct device_limits limits = silicon;
	struct profile_device device;
	struct profile profile;

	limits.block_on_fault = false;
	CHECK_EQ(parse_groups("[{\"wqs\":[{\"block_on_fault\":true}]}]", &profile), 0);
	CHECK_EQ(fit_on(&limits, profile.devices.item, &device), -EOPNOTSUPP);
	profile_free(&profile);
}

/* ---- What idxd has of some devices only ---- */

/* A device that has all of it, and what of it an entry says: the refusal where it is lacking. */
static const struct device_limits everything = {
	.groups = 4, .engines = 4, .wqs = 8, .wq_entries = 128, .ims = 2048,
	.max_batch = 1024, .max_transfer = UINT64_C(1) << 31, .block_on_fault = true, .traffic_classes = true,
	.op_cap = "00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03ff",
};

static const struct {
	const char *device, *wq, *words;
	unsigned int lack;
	int err;
} attributes[] = {
	{ "\"event_log_size\":128", "", "devices[0]: the device has no event log", LACKS_EVENT_LOG, EOPNOTSUPP },
	{ "\"event_log_size\":64", "", NULL, LACKS_EVENT_LOG, 0 },
	{ "", "\"op_config\":\"3f\"", "work queue 0: the device has no op_config", LACKS_OP_CONFIG, EOPNOTSUPP },
	{ "", "\"op_config\":\"1,003f03ff\"", NULL, LACKS_OP_CONFIG, 0 },
	{ "", "\"ats_disable\":1", "work queue 0: the device has no ats_disable", LACKS_ATS_DISABLE, EOPNOTSUPP },
	{ "", "\"ats_disable\":0", NULL, LACKS_ATS_DISABLE, 0 },
	{ "", "\"prs_disable\":1", "work queue 0: the device has no prs_disable", LACKS_PRS_DISABLE, EOPNOTSUPP },
	{ "", "\"op_config\":\"2,0\"", "op_config has operations that the device cannot carry out", 0, EINVAL },
	{ "", "\"enqcmds_retries\":7", "enqcmds_retries is of shared work queues", 0, EINVAL },
	{ "", "\"mode\":\"shared\",\"enqcmds_retries\":7", NULL, 0, 0 },
};

static int fit_everything_but(unsigned int lacks, const char *text, struct profile_device *device)
{
	struct device_limits limits = everything;
	struct profile profile;
	int err = parse(text, &profile);

	limits.lacks = lacks;
	err = err ?: fit_on(&limits, profile.devices.item, device);
	profile_free(&profile);
	return err;
}

TEST("what a device has not is refused, and taken where it is as by default or the device has it")
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		bool lacks = attributes[i].lack;
		struct profile_device device;
		char text[512];
		int err;

		snprintf(text, sizeof(text),
			 "{\"version\":1,\"devices\":[{\"match\":{\"any\":true},%s%s\"groups\":[{\"wqs\":[{%s}]}]}]}",
			 attributes[i].device, attributes[i].device[0] ? "," : "", attributes[i].wq);
		err = fit_everything_but(attributes[i].lack, text, &device);
		CHECK_EQ(err, -attributes[i].err);
		if (!err)
			profile_device_free(&device);
		else
			CHECK(strstr(problem.cause, attributes[i].words));
		if (!lacks)
			continue;
		CHECK_EQ(fit_everything_but(0, text, &device), 0);
		profile_device_free(&device);
	}
}

TEST("no progress limit is given to the groups of a device that has none")
{
	static const char text[] = DEVICES("{\"match\":{\"any\":true},\"groups\":[{\"desc_progress_limit\":2,\"wqs\":[{}]}]}");
	struct profile_device device;

	CHECK_EQ(fit_everything_but(LACKS_PROGRESS_LIMITS, text, &device), -EOPNOTSUPP);
	CHECK(strstr(problem.cause, "group 0: the device has no progress limits"));
	CHECK_EQ(fit_everything_but(0, text, &device), 0);
	profile_device_free(&device);
}

/* ---- A fixed point ---- */

static int fit_on_everything(const char *groups, struct profile_device *fitted)
{
	struct profile profile;
	int err = parse_groups(groups, &profile);

	err = err ?: fit_on(&everything, profile.devices.item, fitted);
	profile_free(&profile);
	return err;
}

static unsigned int below(unsigned int n)
{
	return (unsigned int)rand() % n;
}

/* What any work queue may have, each now and then, in any script. */
static size_t random_attrs(char *text, size_t size)
{
	static const char *const attrs[] = {
		"\"name\":\"grün 日本\"", "\"op_config\":\"1,3f03fd\"",
		"\"op_config\":\"00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03ff\"",
		"\"max_batch_size\":64", "\"max_transfer_size\":4096", "\"ats_disable\":1", "\"prs_disable\":0",
	};
	size_t used = 0;

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		if (i != 2 && !below(3))
			used += snprintf(text + used, size - used, ",%s", attrs[i + (i == 1 && below(2))]);
	return used;
}

/* What a group may have beside members. */
static size_t random_group_attrs(char *text, size_t size)
{
	return snprintf(text, size, ",\"read_buffers_reserved\":%u,\"use_read_buffer_limit\":%u,"
			"\"traffic_class_a\":%u,\"traffic_class_b\":%u,\"desc_progress_limit\":%u,"
			"\"batch_progress_limit\":%u", below(8), below(2), below(8), below(8), below(4), below(4));
}

/* Groups that fit the device: slices and work queues of the host, here and there. */
static void random_groups(char *text, size_t size)
{
	unsigned int nr = 1 + below(4), i;
	size_t used = snprintf(text, size, "[");

	for (i = 0; i < nr; i++) {
		unsigned int members = 1 + below(3);

		used += snprintf(text + used, size - used, "%s{\"engines\":1", i ? "," : "");
		used += random_group_attrs(text + used, size - used);
		if (members & 1) {
			used += snprintf(text + used, size - used, ",\"slices\":[{\"wqs\":[{\"size\":%u%s",
					 1 + below(16), below(2) ? ",\"block_on_fault\":true" : "");
			used += random_attrs(text + used, size - used);
			used += snprintf(text + used, size - used, "}]%s}]",
					 below(2) ? ",\"vdev\":{\"owner\":\"o\"}" : "");
		}
		if (members & 2) {
			used += snprintf(text + used, size - used,
					 ",\"wqs\":[{\"mode\":%s,\"priority\":%u,\"enabled\":%s",
					 below(2) ? "\"shared\",\"enqcmds_retries\":7" : "\"dedicated\"", 1 + below(15),
					 below(2) ? "true" : "false");
			used += random_attrs(text + used, size - used);
			used += snprintf(text + used, size - used, "}]");
		}
		used += snprintf(text + used, size - used, "}");
	}
	snprintf(text + used, size - used, "]");
}

TEST("fitting what was fitted changes nothing, for 1,000 random layouts")
{
	srand(1);
	for (int i = 0; i < 1000; i++) {
		struct profile_device once, twice, read;
		char groups[4096], *first, *second;
		json_object *json;

		random_groups(groups, sizeof(groups));
		if (fit_on_everything(groups, &once)) {
			printf("# %s: %s\n", groups, problem.cause);
			CHECK(false);
			continue;
		}
		json = profile_device_to_json(&once);
		CHECK_EQ(profile_device_from_json(json, &read, &problem), 0);
		CHECK_EQ(fit_on(&everything, &read, &twice), 0);
		first = text_of(&once);
		second = text_of(&twice);
		CHECK(!strcmp(first, second));
		free(first);
		free(second);
		json_object_put(json);
		profile_device_free(&once);
		profile_device_free(&read);
		profile_device_free(&twice);
	}
}
