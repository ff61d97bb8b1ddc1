// SPDX-License-Identifier: GPL-2.0-only
/* Does the planner keep within what there is, and say why when it cannot? */
#include <errno.h>

#include "../../lib/core/config.h"
#include "../../lib/plan/pick.h"
#include "../../lib/plan/shape.h"
#include "unit.h"

/* As a Sapphire Rapids part. */
static const struct device_limits silicon = {
	.groups = 4, .engines = 4, .wqs = 8, .wq_entries = 128, .ims = 2048,
	.max_batch = 1024, .max_transfer = UINT64_C(1) << 31, .block_on_fault = true,
};

static struct split_shape shape;
static struct problem problem;

static int plan(const struct device_limits *limits, struct split_shape want)
{
	memset(&problem, 0, sizeof(problem));
	return shape_complete(limits, &want, &shape, &problem);
}

#define CHECK_TEXT(got, want) CHECK(!strcmp(got, want))

static bool blames(const char *words)
{
	return strstr(problem.cause, words);
}

TEST("nothing asked for is one slice for each group, sharing all")
{
	CHECK_EQ(plan(&silicon, (struct split_shape){ 0 }), 0);
	CHECK_EQ(shape.slices, 4);
	CHECK_EQ(shape.wqs, 1);
	CHECK_EQ(shape.wq_size, 32);
	CHECK_EQ(shape.engines, 1);
	CHECK_EQ(shape.priority, 10);
	CHECK_EQ(shape.max_batch, 1024);
	CHECK_EQ(shape.max_transfer, UINT64_C(1) << 31);
}

TEST("what is asked for is kept")
{
	struct split_shape want = { .slices = 2, .wqs = 4, .vectors = 4, .wq_size = 16, .engines = 1,
				   .priority = 3, .max_batch = 64, .max_transfer = 4096,
				   .block_on_fault = true };

	CHECK_EQ(plan(&silicon, want), 0);
	CHECK(!memcmp(&shape, &want, sizeof(want)));
}

TEST("fewer slices get more engines and larger work queues each")
{
	CHECK_EQ(plan(&silicon, (struct split_shape){ .slices = 1, .wqs = 2 }), 0);
	CHECK_EQ(shape.engines, 4);
	CHECK_EQ(shape.wq_size, 64);
}

TEST("vectors ask for as many work queues")
{
	CHECK_EQ(plan(&silicon, (struct split_shape){ .vectors = 2 }), 0);
	CHECK_EQ(shape.wqs, 2);
	CHECK_EQ(plan(&silicon, (struct split_shape){ .wqs = 4 }), 0);
	CHECK_EQ(shape.vectors, 4);
}

TEST("a large work queue size makes fewer slices by default")
{
	CHECK_EQ(plan(&silicon, (struct split_shape){ .wq_size = 100 }), 0);
	CHECK_EQ(shape.slices, 1);
	CHECK_EQ(plan(&silicon, (struct split_shape){ .wq_size = 64 }), 0);
	CHECK_EQ(shape.slices, 2);
}

TEST("few vectors make fewer slices by default")
{
	struct device_limits few = silicon;

	few.ims = 2;
	CHECK_EQ(plan(&few, (struct split_shape){ 0 }), 0);
	CHECK_EQ(shape.slices, 2);
}

/* What is too much, and the word of the message that says so. */
static const struct {
	struct split_shape want;
	int err;
	const char *words;
} refusals[] = {
	{ { .slices = 5 }, EINVAL, "the device has 4" },
	{ { .slices = UINT32_MAX }, EINVAL, "as many groups" },
	{ { .wqs = 3 }, EINVAL, "have 3 work queues" },
	{ { .wqs = 9 }, EINVAL, "have 9 work queues" },
	{ { .wqs = 2, .vectors = 1 }, EINVAL, "1 vectors and 2 work queues" },
	{ { .vectors = 3 }, EINVAL, "have 3 work queues" },
	{ { .slices = 2, .wqs = 8 }, EINVAL, "the device has 8 work queues" },
	{ { .wq_size = 129 }, EINVAL, "129 entries" },
	{ { .slices = 4, .wq_size = 33 }, EINVAL, "the device has 128 entries" },
	{ { .wq_size = UINT32_MAX }, EINVAL, "entries" },
	{ { .slices = 4, .engines = 2 }, EINVAL, "the device has 4 engines" },
	{ { .engines = 5 }, EINVAL, "5 engines" },
	{ { .engines = UINT32_MAX }, EINVAL, "engines" },
	{ { .priority = 16 }, EINVAL, "priority 16" },
	{ { .max_batch = 2048 }, EINVAL, "up to 1024" },
	{ { .max_batch = 100 }, EINVAL, "batches of 100" },
	{ { .max_transfer = UINT64_C(1) << 32 }, EINVAL, "transfers" },
	{ { .max_transfer = 4095 }, EINVAL, "transfers of 4095" },
};

TEST("too much of anything is refused with both numbers")
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		CHECK_EQ(plan(&silicon, refusals[i].want), -refusals[i].err);
		CHECK(blames(refusals[i].words));
		CHECK_EQ(problem.err, refusals[i].err);
		CHECK(problem.remedy[0]);
	}
}

TEST("more vectors than the message storage has are refused")
{
	struct device_limits few = silicon;

	few.ims = 7;
	CHECK_EQ(plan(&few, (struct split_shape){ .slices = 4, .wqs = 2 }), -EINVAL);
	CHECK(blames("8 vectors are needed"));
	few.ims = 8;
	CHECK_EQ(plan(&few, (struct split_shape){ .slices = 4, .wqs = 2 }), 0);
	few.ims = LIMIT_UNKNOWN;
	CHECK_EQ(plan(&few, (struct split_shape){ .slices = 4, .wqs = 2 }), 0);
}

TEST("a device without message storage, groups or blocking is not supported")
{
	struct device_limits poor = silicon;

	poor.ims = 0;
	CHECK_EQ(plan(&poor, (struct split_shape){ 0 }), -EOPNOTSUPP);
	poor = silicon;
	poor.groups = 0;
	CHECK_EQ(plan(&poor, (struct split_shape){ 0 }), -EOPNOTSUPP);
	poor = silicon;
	poor.block_on_fault = false;
	CHECK_EQ(plan(&poor, (struct split_shape){ .block_on_fault = true }), -EOPNOTSUPP);
}

TEST("a device without batches keeps none")
{
	struct device_limits iax = silicon;

	iax.max_batch = 0;
	CHECK_EQ(plan(&iax, (struct split_shape){ 0 }), 0);
	CHECK_EQ(shape.max_batch, 0);
	CHECK_EQ(plan(&iax, (struct split_shape){ .max_batch = 2 }), -EINVAL);
}

/* Any request either fails or fits: tried over all small devices and requests. */
TEST("no plan exceeds its device")
{
	struct device_limits have = silicon;
	unsigned int nr = 0;

	for (uint32_t bits = 0; bits < 1 << 18; bits += 7) {
		struct split_shape want = { .slices = bits & 7, .wqs = bits >> 3 & 15,
					   .wq_size = (bits >> 7 & 7) * 9,
					   .engines = bits >> 10 & 3 };

		have.groups = 1 + (bits >> 12 & 3);
		have.engines = 1 + (bits >> 14 & 3);
		have.ims = bits >> 16 & 3 ? (bits >> 16 & 3) * 3 : LIMIT_UNKNOWN;
		if (plan(&have, want))
			continue;
		nr++;
		CHECK(shape.slices && shape.slices <= have.groups);
		CHECK(shape.slices * shape.wqs <= have.wqs);
		CHECK(shape.slices * shape.engines <= have.engines && shape.engines);
		CHECK(shape.slices * shape.wqs * shape.wq_size <= have.wq_entries);
		CHECK(shape.wq_size && shape.slices * shape.wqs <= have.ims);
	}
	CHECK(nr > 1000);
}

/* ---- Slices for vdevs ---- */

static struct candidate slices[] = {
	{ .id = 0, .device = "dsa0", .wqs = 1, .wq_size = 32, .engines = 1, .numa = 0 },
	{ .id = 1, .device = "dsa0", .wqs = 2, .wq_size = 16, .engines = 1, .numa = 0 },
	{ .id = 2, .device = "dsa1", .wqs = 1, .wq_size = 32, .engines = 2, .numa = 1 },
	{ .id = 3, .device = "dsa1", .wqs = 1, .wq_size = 64, .engines = 2, .numa = 1 },
};
#define NR_SLICES (sizeof(slices) / sizeof(slices[0]))
#define ANY .numa = -1

/* The id of the slice that is picked, or -1. */
static int pick(struct wish wish)
{
	struct candidate *slice = candidate_pick(slices, NR_SLICES, &wish);

	return slice ? (int)slice->id : -1;
}

TEST("the smallest slice that fits is picked, then the lowest id")
{
	CHECK_EQ(pick((struct wish){ ANY }), 0);
	CHECK_EQ(pick((struct wish){ ANY, .wqs = 2 }), 1);
	CHECK_EQ(pick((struct wish){ ANY, .engines = 2 }), 2);
	CHECK_EQ(pick((struct wish){ ANY, .wq_size = 33 }), 3);
	CHECK_EQ(pick((struct wish){ ANY, .wqs = 4 }), -1);
	CHECK_EQ(pick((struct wish){ ANY, .wq_size = 65 }), -1);
}

TEST("a NUMA node is preferred and not required; a device is required")
{
	CHECK_EQ(pick((struct wish){ .numa = 1 }), 2);
	CHECK_EQ(pick((struct wish){ .numa = 7 }), 0);
	CHECK_EQ(pick((struct wish){ .numa = 0, .wq_size = 64 }), 3);
	CHECK_EQ(pick((struct wish){ ANY, .device = "dsa1" }), 2);
	CHECK_EQ(pick((struct wish){ ANY, .device = "dsa2" }), -1);
}

TEST("where a NUMA node is required, no other is taken, and what they have is told")
{
	struct wish wish = { .numa = 1, .numa_strict = true };
	char nodes[64];

	CHECK_EQ(pick(wish), 2);
	CHECK(!candidate_elsewhere(slices, NR_SLICES, &(struct wish){ .numa = 7 }, nodes, sizeof(nodes)));
	wish.numa = 7;
	CHECK_EQ(pick(wish), -1);
	CHECK(candidate_elsewhere(slices, NR_SLICES, &wish, nodes, sizeof(nodes)));
	CHECK_TEXT(nodes, "2 on node 0, 2 on node 1");
	wish.wq_size = 33;
	CHECK(candidate_elsewhere(slices, NR_SLICES, &wish, nodes, sizeof(nodes)));
	CHECK_TEXT(nodes, "1 on node 1");
	wish.device = "dsa0";
	CHECK(!candidate_elsewhere(slices, NR_SLICES, &wish, nodes, sizeof(nodes)));
}

/* The devices to which @nr vdevs go one after the other, by number; dsa10 has vdevs already. */
static void place(struct wish wish, unsigned int nr, const char *expect)
{
	struct device_load loads[] = { { .device = "dsa10" }, { .device = "dsa2" }, { .device = "dsa3" } };
	struct candidate there[] = {
		{ .id = 0, .load = &loads[0], .why_not = "a vdev is on it", .used = true },
		{ .id = 1, .load = &loads[0], .wqs = 1 }, { .id = 2, .load = &loads[0], .wqs = 1 },
		{ .id = 3, .load = &loads[1], .wqs = 1 }, { .id = 4, .load = &loads[1], .wqs = 1 },
		{ .id = 5, .load = &loads[2], .wqs = 2 }, { .id = 6, .load = &loads[2], .wqs = 2 },
		{ .id = 7, .load = &loads[2], .wqs = 2 }, { .id = 8, .load = &loads[2], .why_not = "not enabled" },
	};
	const size_t nr_there = sizeof(there) / sizeof(there[0]);
	char got[64] = "";

	for (size_t i = 0; i < nr_there; i++) {
		there[i].device = there[i].load->device;
		load_add(&there[i]);
	}
	while (nr--) {
		struct candidate *slice = candidate_pick(there, nr_there, &wish);

		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s ", slice ? slice->device + 3 : "-");
		if (slice)
			candidate_take(slice);
	}
	CHECK_TEXT(got, expect);
}

TEST("vdevs are spread by free slices, then by vdevs, then by the names of devices; packed the other way round")
{
	place((struct wish){ ANY }, 5, "10 10 2 2 3 ");
	place((struct wish){ ANY, .placement = DSACTL_PLACE_SPREAD }, 8, "3 2 3 10 2 3 10 - ");
	place((struct wish){ ANY, .placement = DSACTL_PLACE_PACK }, 8, "10 10 2 2 3 3 3 - ");
	place((struct wish){ ANY, .placement = DSACTL_PLACE_PACK, .wqs = 2 }, 4, "3 3 3 - ");
	place((struct wish){ ANY, .placement = DSACTL_PLACE_SPREAD, .wqs = 1 }, 5, "2 10 2 10 - ");
}

TEST("a choice is explained by what it was chosen from")
{
	struct wish wish = { ANY };
	char why[160];

	candidate_justify(&slices[0], slices, NR_SLICES, &wish, why, sizeof(why));
	CHECK_TEXT(why, "the smallest of 4 free slices that fit");
	wish = (struct wish){ .numa = 0, .wqs = 2 };
	candidate_justify(&slices[1], slices, NR_SLICES, &wish, why, sizeof(why));
	CHECK_TEXT(why, "the only free slice on node 0 that fits");
	wish = (struct wish){ .numa = 7 };
	candidate_justify(&slices[0], slices, NR_SLICES, &wish, why, sizeof(why));
	CHECK_TEXT(why, "the smallest of 4 free slices on other nodes than 7 that fit");
}

TEST("a slice that is taken or not free is not picked, and the message says which")
{
	struct wish wish = { ANY, .device = "dsa0" };

	slices[0].taken = true;
	slices[1].why_not = "a vdev is on it";
	CHECK_EQ(pick(wish), -1);
	candidate_explain(slices, NR_SLICES, &wish, &problem);
	CHECK_EQ(problem.err, ENOSPC);
	CHECK(blames("slice 0 of dsa0: it is for another vdev"));
	CHECK(blames("slice 1 of dsa0: a vdev is on it"));
	CHECK(!blames("dsa1"));
	slices[0].taken = false;
	slices[1].why_not = NULL;
}

TEST("an explanation of many slices names four and counts the rest")
{
	static struct candidate many[4000];
	struct wish wish = { ANY };

	for (unsigned int i = 0; i < 4000; i++)
		many[i] = (struct candidate){ .id = i, .device = "dsa0", .wqs = 1,
					       .why_not = "a vdev is on it" };
	CHECK(!candidate_pick(many, 4000, &wish));
	candidate_explain(many, 4000, &wish, &problem);
	CHECK(blames("and 3996 more"));
	CHECK(!blames("slice 4 of"));
}
