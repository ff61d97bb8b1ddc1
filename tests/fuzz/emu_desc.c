// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the device model hold out against any descriptor, and does a descriptor
 * reach only what it names? Descriptors, alone and in batches, go through the
 * portal of an enabled work queue. Every access is watched: it carries the
 * queue's PASID, and a write is in a destination or a record that was named.
 *
 * fuzz: -max_len=512 -len_control=0
 * fuzz-short: 10000
 */
#include "fuzz.h"

#define CHECK(cond)		PROMISE(cond)
#define CHECK_EQ(got, want)	PROMISE((got) == (want))
#include "emu_fake.h"

const char fuzz_counts[] = "descriptors";

#define MAX_BATCH	32u
#define LIST		(FAKE_BASE + 0x3d0000)	/* cannot be written by the device */
#define HOLE		(FAKE_BASE + 0x10000)	/* cannot be reached */
#define READ_ONLY	(FAKE_BASE + 0x12000)

/* Two of a kind: without and with an event log. */
static struct emu_dev *devs[2];

/* What the descriptors of this input may write to. */
static struct range {
	uint64_t at, len;
} ranges[8 * MAX_BATCH];
static size_t nr_ranges;
static bool any_range;		/* a batch whose members are anything */

static void may_write(uint64_t at, uint64_t len)
{
	PROMISE(nr_ranges < NR(ranges));
	ranges[nr_ranges++] = (struct range){ at, len };
}

static bool is_named(uint64_t iova, size_t len)
{
	for (size_t i = 0; i < nr_ranges; i++)
		if (iova - ranges[i].at < ranges[i].len &&
		    len <= ranges[i].len - (iova - ranges[i].at))
			return true;
	return any_range;
}

static void watch(const struct emu_requester *who, uint64_t iova, size_t len, bool write)
{
	bool log = write && iova - FAKE_EVL < FAKE_PAGE;

	PROMISE(log || (who->pasid_valid && who->pasid == FAKE_PASID && !who->priv));
	PROMISE(!write || log || is_named(iova, len));
}

/* ---- Descriptors ---- */

static uint64_t some_address(struct tape *tape)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	if (pick & 0x80)
		return tape_take(tape, 8);
	return FAKE_BASE + (uint64_t)(pick & 0x3f) * FAKE_PAGE +
	       (pick & 0x40 ? tape_take(tape, 2) : 0);
}

static uint32_t some_size(struct tape *tape)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	return pick < 0xc0 ? pick : (uint32_t)tape_take(tape, pick < 0xf8 ? 2 : 4);
}

static uint64_t some_record(struct tape *tape)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	return pick < 0xf0 ? FAKE_RECORD + pick % 16 * DSA_RECORD_SIZE : some_address(tape);
}

static struct fake_desc some_desc(struct tape *tape)
{
	uint8_t op = (uint8_t)tape_take(tape, 1);
	struct fake_desc desc = {
		.flags_op = (op & 0x3fu) << 24 | WITH_RECORD,
		.src = some_address(tape), .dst = some_address(tape),
		.size = some_size(tape), .record = some_record(tape),
	};

	if (op & 0x40)
		desc.flags_op ^= (uint32_t)tape_take(tape, 3);
	desc.op[0] = op & 0x80 ? some_address(tape) : tape_take(tape, 2);
	if (op & 0x80)
		desc.op[1] = tape_take(tape, 8);
	if ((op & 0xc0) == 0xc0) {
		desc.op[2] = tape_take(tape, 8);
		desc.handle = (uint16_t)tape_take(tape, 2);
		desc.pasid = (uint32_t)tape_take(tape, 4);
	}
	return desc;
}

/* Data with protection information is longer, by at most 8 bytes in 512. */
static uint64_t written_size(const struct fake_desc *desc)
{
	uint8_t op = (uint8_t)(desc->flags_op >> 24);
	bool dif = op >= DSA_OP_DIF_CHECK && op <= DSA_OP_DIX_GENERATE;

	return (uint64_t)desc->size + (dif ? desc->size / 64 : 0);
}

static void name_writes(const struct fake_desc *desc)
{
	uint8_t op = (uint8_t)(desc->flags_op >> 24);

	if (desc->flags_op & DSA_FLAG_COMP_VALID)
		may_write(desc->record, DSA_RECORD_SIZE);
	if (op == DSA_OP_CREATE_DELTA)
		may_write(desc->op[0], (uint32_t)desc->op[1]);
	else
		may_write(desc->dst, written_size(desc));
	if (op == DSA_OP_DUALCAST)
		may_write(desc->op[0], desc->size);
}

/* The members are in the list, or else may be anything. */
static void put_batch(struct tape *tape, struct fake_desc *batch)
{
	uint32_t nr = batch->size % MAX_BATCH;
	struct fake_desc member;

	if (batch->size & 0x80) {
		any_range = true;
		return;
	}
	batch->src = LIST;
	batch->size = nr;
	for (uint32_t i = 0; i < nr; i++) {
		member = some_desc(tape);
		name_writes(&member);
		fake_put(LIST + i * sizeof(member), &member, sizeof(member));
		fuzz_count++;
	}
}

static void submit_some(struct emu_dev *dev, struct tape *tape)
{
	unsigned int page = tape_pick(tape, 4);
	struct fake_desc desc = some_desc(tape);

	if (desc.flags_op >> 24 == DSA_OP_BATCH)
		put_batch(tape, &desc);
	name_writes(&desc);
	submit_to(dev, 0, page, &desc);
	fuzz_count++;
}

/* ---- One input ---- */

static struct emu_dev *make(bool with_log)
{
	struct emu_dev *dev = fake_new("gnrd");

	enable_pasid(dev);
	config_wq(dev, 0, 0);
	config_group(dev, 0, 1, 1);
	if (with_log)
		enable_evl(dev);
	PROMISE(!command(dev, DSA_CMD_ENABLE_DEVICE, 0));
	PROMISE(!command(dev, DSA_CMD_ENABLE_WQ, 0));
	return dev;
}

static void set_up(void)
{
	for (size_t i = 0; i < NR(devs); i++)
		devs[i] = make(i);
	fake_access(HOLE, 0);
	fake_access(READ_ONLY, FAKE_READ);
	fake_access(LIST, FAKE_READ);
	fake.watch = watch;
}

/* No descriptor stops the device, and each comes to an end. */
static void settle(struct emu_dev *dev)
{
	PROMISE(!command(dev, DSA_CMD_DRAIN_ALL, 0));
	PROMISE(dev_state(dev) == DSA_GENSTS_ENABLED);
	PROMISE(wq_state(dev, 0) == DSA_WQ_ENABLED && !wq_occupancy(dev, 0));
	set_reg(dev, DSA_SWERR, DSA_SWERR_ACK);
	set_reg32(dev, DSA_INTCAUSE, ~0u);
	set_reg32(dev, DSA_EVLSTS, evl_tail(dev));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };
	struct emu_dev *dev;
	uint8_t kind;

	if (!devs[0])
		set_up();
	kind = (uint8_t)tape_take(&tape, 1);
	dev = devs[kind & 1];
	nr_ranges = 0;
	any_range = false;
	for (unsigned int nr = 1 + (kind >> 1 & 3); nr && tape.left; nr--)
		submit_some(dev, &tape);
	settle(dev);
	return 0;
}
