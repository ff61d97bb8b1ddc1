// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdev-client: uses a vdev as a driver would, and verifies what it did.
 * Results are printed as one line of KEY=VALUE words; a wrong byte, status or
 * a missing interrupt ends it with exit code 1 and the reason.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "dsa.h"

#define MIB		(1ul << 20)
#define GUARD		64ul		/* bytes beside a destination that stay as they are */
#define GUARD_BYTE	0xa5
#define MAX_LANES	8u
#define WAIT_STEP_MS	200
#define STATUS_MASK	0x3f		/* bit 7 only tells a fault's direction */
#define STATUS_SUCCESS	0x01
#define STATUS_FAULT	0x03
#define STATUS_OPCODE	0x10
#define STATUS_HANDLE	0x19

struct options {
	unsigned long count, min, max, irq_every, seconds;
	uint64_t iova, bad_iova;
	uint32_t bad_handle;
	int timeout_ms;
	const char *peer, *file;
	bool deaf;
};

/* One descriptor in flight, with memory of its own. */
struct lane {
	uint8_t *src, *dst;
	struct dsa_record *record;
	uint64_t src_iova, dst_iova, record_iova;
	unsigned long job;
	unsigned int wq;
	uint32_t size;
	bool busy, interrupt;
};

struct run {
	struct dsa_dev dev;
	const struct options *opt;
	uint8_t *mem;
	size_t mem_len;
	unsigned int nr_lanes;
	struct lane lane[MAX_LANES];
	uint64_t bytes, interrupts, done;
};

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static size_t round_up(size_t val, size_t unit)
{
	return (val + unit - 1) / unit * unit;
}

static void lay_out_lane(struct run *run, unsigned int i, size_t room)
{
	struct lane *lane = &run->lane[i];
	size_t off = i * (2 * room + 4096);

	lane->src = run->mem + off;
	lane->dst = run->mem + off + room;
	lane->record = (struct dsa_record *)(run->mem + off + 2 * room);
	lane->src_iova = run->opt->iova + off;
	lane->dst_iova = lane->src_iova + room;
	lane->record_iova = lane->src_iova + 2 * room;
}

/* All up to enabling the device: what is mapped from then on may be late. */
static void prepare(struct run *run, const char *uuid, const struct options *opt)
{
	size_t room = round_up(opt->max + 2 * GUARD, 4096);

	memset(run, 0, sizeof(*run));
	run->opt = opt;
	run->nr_lanes = opt->irq_every && opt->irq_every < MAX_LANES ? opt->irq_every : MAX_LANES;
	run->mem_len = round_up(MAX_LANES * (2 * room + 4096), 2 * MIB);
	run->mem = vfio_memory(run->mem_len);
	if (opt->deaf)
		dsa_open_deaf(&run->dev, uuid);
	else
		dsa_open(&run->dev, uuid);
	for (unsigned int i = 0; i < run->nr_lanes; i++)
		lay_out_lane(run, i, room);
	for (unsigned int i = 0; i < run->dev.nr_wqs; i++)
		if (run->nr_lanes > run->dev.wq_size[i])
			run->nr_lanes = run->dev.wq_size[i];
	vfio_map(&run->dev.vfio, run->mem, run->mem_len, opt->iova);
}

static void start(struct run *run, const char *uuid, const struct options *opt)
{
	prepare(run, uuid, opt);
	dsa_enable(&run->dev);
}

static void finish(struct run *run)
{
	dsa_close(&run->dev);
	munmap(run->mem, run->mem_len);
}

/* The sizes go round by powers of two, min to max. */
static uint32_t job_size(const struct options *opt, unsigned long job)
{
	unsigned int steps = 1;

	while (opt->min << steps <= opt->max)
		steps++;
	return opt->min << job % steps;
}

static void fill_source(struct lane *lane)
{
	uint64_t x = lane->job * 0x9e3779b97f4a7c15ull + 1;

	for (uint32_t i = 0; i < lane->size; i += sizeof(x)) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		memcpy(lane->src + i, &x, sizeof(x));
	}
}

static struct dsa_desc lane_desc(const struct run *run, const struct lane *lane)
{
	struct dsa_desc desc = {
		.flags_opcode = DSA_OP_MEMMOVE << 24 | DSA_FLAG_CRAV | DSA_FLAG_RCR,
		.completion = lane->record_iova, .src = lane->src_iova,
		.dst = lane->dst_iova + GUARD, .size = lane->size,
	};

	if (lane->interrupt) {
		desc.flags_opcode |= DSA_FLAG_RCI;
		desc.handle = run->dev.handle[lane->wq];
	}
	return desc;
}

static void submit_job(struct run *run, struct lane *lane, unsigned long job)
{
	struct dsa_desc desc;

	lane->job = job;
	lane->wq = job % run->dev.nr_wqs;
	lane->size = job_size(run->opt, job);
	lane->interrupt = run->opt->irq_every && job % run->opt->irq_every == 0;
	lane->busy = true;
	fill_source(lane);
	memset(lane->dst, GUARD_BYTE, lane->size + 2 * GUARD);
	memset(lane->record, 0, sizeof(*lane->record));
	desc = lane_desc(run, lane);
	dsa_submit(&run->dev, lane->wq, &desc);
}

static bool all_guard(const uint8_t *p)
{
	for (size_t i = 0; i < GUARD; i++)
		if (p[i] != GUARD_BYTE)
			return false;
	return true;
}

static void verify(const struct lane *lane)
{
	if (lane->record->status != STATUS_SUCCESS)
		die("job %lu: status 0x%02x, %u bytes, fault address 0x%" PRIx64, lane->job,
		    lane->record->status, lane->record->bytes, lane->record->fault_addr);
	if (memcmp(lane->src, lane->dst + GUARD, lane->size))
		die("job %lu: %u bytes differ from their source", lane->job, lane->size);
	if (!all_guard(lane->dst) || !all_guard(lane->dst + GUARD + lane->size))
		die("job %lu: bytes beside the destination were written", lane->job);
}

static bool wait_step(struct run *run, struct lane *lane)
{
	uint64_t count;

	if (!lane->interrupt)
		return dsa_wait(lane->record, WAIT_STEP_MS);
	count = vfio_wait_irq(&run->dev.vfio, lane->wq + 1, WAIT_STEP_MS);
	if (!count)
		return false;
	if (!lane->record->status)
		die("job %lu: interrupt before its completion record", lane->job);
	run->interrupts += count;
	return true;
}

/* False where the device did not complete the lane's descriptor: it is halted,
 * or does nothing any more. */
static bool reap(struct run *run, struct lane *lane)
{
	int left = run->opt->timeout_ms;

	while (!wait_step(run, lane)) {
		left -= WAIT_STEP_MS;
		if (left <= 0 || dsa_is_halted(&run->dev))
			return false;
	}
	verify(lane);
	lane->busy = false;
	run->bytes += lane->size;
	run->done++;
	return true;
}

static bool more(const struct run *run, unsigned long job, time_t end)
{
	if (stop)
		return false;
	return run->opt->seconds ? time(NULL) < end : job < run->opt->count;
}

/* All jobs through the lanes in turn; false when the device went dead. */
static bool work(struct run *run)
{
	time_t end = time(NULL) + run->opt->seconds;
	unsigned long job = 0;

	for (; more(run, job, end); job++) {
		struct lane *lane = &run->lane[job % run->nr_lanes];

		if (lane->busy && !reap(run, lane))
			return false;
		submit_job(run, lane, job);
	}
	for (unsigned int i = 0; i < run->nr_lanes; i++) {
		struct lane *lane = &run->lane[(job + i) % run->nr_lanes];

		if (lane->busy && !reap(run, lane))
			return false;
	}
	return true;
}

static void print_result(const struct run *run)
{
	printf("moved=%" PRIu64 " bytes=%" PRIu64 " interrupts=%" PRIu64 " wqs=%u\n",
	       run->done, run->bytes, run->interrupts, run->dev.nr_wqs);
}

static int cmd_run(const char *uuid, const struct options *opt)
{
	static struct run run;

	start(&run, uuid, opt);
	if (!work(&run))
		die("no completion within %d ms after %" PRIu64 " jobs", opt->timeout_ms, run.done);
	print_result(&run);
	finish(&run);
	return 0;
}

/* Stores to a portal that is gone must do nothing, and must not hurt. */
static void store_to_dead_portal(struct run *run)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	struct dsa_desc noop = { .flags_opcode = DSA_OP_NOOP << 24 };

	printf("dead after=%" PRIu64 "\n", run->done);
	fflush(stdout);
	while (!stop) {
		for (unsigned int i = 0; i < run->dev.nr_wqs; i++)
			dsa_submit(&run->dev, i, &noop);
		nanosleep(&pause, NULL);
	}
}

/* Works until SIGTERM; goes on storing when the device is taken away. */
static int cmd_hold(const char *uuid, const struct options *opt)
{
	static struct run run;
	struct options forever = *opt;

	forever.count = ULONG_MAX;
	start(&run, uuid, &forever);
	printf("running");
	for (unsigned int i = 0; i < run.dev.nr_wqs; i++)
		printf(" handle=%u", run.dev.handle[i]);
	printf(" pci=%08x opcap=0x%x\n", dsa_pci_id(&run.dev), dsa_ops(&run.dev));
	fflush(stdout);
	if (!work(&run))
		store_to_dead_portal(&run);
	print_result(&run);
	finish(&run);
	return 0;
}

static void forget_lanes(struct run *run)
{
	for (unsigned int i = 0; i < run->nr_lanes; i++)
		run->lane[i].busy = false;
	for (unsigned int i = 1; i < run->dev.vfio.nr_vectors; i++)
		vfio_wait_irq(&run->dev.vfio, i, 0);
}

/* Works until SIGTERM; a device that halts is reset and used again. */
static int cmd_survive(const char *uuid, const struct options *opt)
{
	static struct run run;
	struct options forever = *opt;

	forever.count = ULONG_MAX;
	start(&run, uuid, &forever);
	printf("running\n");
	fflush(stdout);
	while (!work(&run)) {
		if (!dsa_is_halted(&run.dev))
			die("no completion within %d ms, and not halted", opt->timeout_ms);
		printf("halted after=%" PRIu64 "\n", run.done);
		fflush(stdout);
		if (!dsa_recover(&run.dev, opt->timeout_ms))
			die("still halted after %d ms", opt->timeout_ms);
		forget_lanes(&run);
		printf("recovered\n");
		fflush(stdout);
	}
	print_result(&run);
	finish(&run);
	return 0;
}

static void expect_fault(struct run *run, const char *what, struct dsa_desc *desc)
{
	struct lane *lane = &run->lane[0];
	uint8_t status;

	memset(lane->record, 0, sizeof(*lane->record));
	dsa_submit(&run->dev, 0, desc);
	status = dsa_wait(lane->record, run->opt->timeout_ms);
	if ((status & STATUS_MASK) != STATUS_FAULT)
		die("%s: status 0x%02x, not 0x03", what, status);
	if (lane->record->bytes)
		die("%s: %u bytes completed", what, lane->record->bytes);
	if (lane->record->fault_addr >> 12 != run->opt->bad_iova >> 12)
		die("%s: fault address 0x%" PRIx64, what, lane->record->fault_addr);
	printf("%s status=0x%02x fault_addr=0x%" PRIx64 "\n", what, status, lane->record->fault_addr);
}

/* A descriptor to or from an address that was never mapped. */
static int cmd_bad_iova(const char *uuid, const struct options *opt)
{
	static struct run run;
	struct lane *lane = &run.lane[0];
	struct dsa_desc desc;
	uint8_t *before;

	start(&run, uuid, opt);
	lane->size = 4096;
	fill_source(lane);
	before = malloc(run.mem_len);
	if (!before)
		die("out of memory");
	memcpy(before, run.mem, run.mem_len);

	desc = lane_desc(&run, lane);
	desc.dst = opt->bad_iova;
	expect_fault(&run, "write", &desc);
	desc = lane_desc(&run, lane);
	desc.src = opt->bad_iova;
	expect_fault(&run, "read", &desc);

	memset(lane->record, 0, sizeof(*lane->record));
	if (memcmp(before, run.mem, run.mem_len))
		die("memory was written");
	free(before);
	finish(&run);
	return 0;
}

static void expect_refused(struct run *run, unsigned int op)
{
	struct lane *lane = &run->lane[0];
	struct dsa_desc desc = {
		.flags_opcode = op << 24 | DSA_FLAG_CRAV | DSA_FLAG_RCR, .completion = lane->record_iova,
	};
	uint8_t status;

	memset(lane->record, 0, sizeof(*lane->record));
	dsa_submit(&run->dev, 0, &desc);
	status = dsa_wait(lane->record, run->opt->timeout_ms);
	if (status != STATUS_OPCODE)
		die("operation 0x%02x: status 0x%02x, not 0x10", op, status);
}

/* Each operation that the device does not say it has; batches GENCAP has. */
static int cmd_hidden_op(const char *uuid, const struct options *opt)
{
	static struct run run;
	unsigned int op, refused = 0;

	start(&run, uuid, opt);
	if (dsa_has_op(&run.dev, DSA_OP_DRAIN))
		die("drain is not hidden");
	for (op = 0; op < 256; op++) {
		if (op == DSA_OP_BATCH || dsa_has_op(&run.dev, op))
			continue;
		expect_refused(&run, op);
		refused++;
	}
	printf("refused=%u\n", refused);
	finish(&run);
	return 0;
}

/* A descriptor that names an interrupt handle of somebody else. */
static int cmd_bad_handle(const char *uuid, const struct options *opt)
{
	static struct run run;
	struct lane *lane = &run.lane[0];
	struct dsa_desc desc;
	uint8_t status;

	start(&run, uuid, opt);
	lane->size = 64;
	lane->interrupt = true;
	desc = lane_desc(&run, lane);
	desc.handle = opt->bad_handle;
	dsa_submit(&run.dev, 0, &desc);
	status = dsa_wait(lane->record, opt->timeout_ms);
	if (status != STATUS_HANDLE)
		die("handle %u: status 0x%02x, not 0x19", opt->bad_handle, status);
	for (unsigned int i = 1; i < run.dev.vfio.nr_vectors; i++)
		if (vfio_wait_irq(&run.dev.vfio, i, 200))
			die("handle %u: vector %u fired", opt->bad_handle, i);
	printf("status=0x%02x interrupts=0\n", status);
	finish(&run);
	return 0;
}

/* Asks for an interrupt that it does not listen to. */
static int cmd_deaf(const char *uuid, const struct options *opt)
{
	const struct timespec pause = { .tv_nsec = 200000000 };	/* it comes after the record */
	static struct run run;
	struct lane *lane = &run.lane[0];
	struct options deaf = *opt;
	struct dsa_desc desc;
	uint8_t status;

	deaf.deaf = true;
	start(&run, uuid, &deaf);
	lane->size = 64;
	lane->interrupt = true;
	desc = lane_desc(&run, lane);
	dsa_submit(&run.dev, 0, &desc);
	status = dsa_wait(lane->record, opt->timeout_ms);
	if (status != STATUS_SUCCESS)
		die("status 0x%02x", status);
	nanosleep(&pause, NULL);
	finish(&run);
	return 0;
}

/* Submits nothing, so nothing comes. */
static int cmd_silent(const char *uuid, const struct options *opt)
{
	static struct run run;

	start(&run, uuid, opt);
	for (unsigned int i = 1; i < run.dev.vfio.nr_vectors; i++)
		if (vfio_wait_irq(&run.dev.vfio, i, 200))
			die("vector %u fired", i);
	finish(&run);
	return 0;
}

#define BATCH_MEMBERS	2u
#define BATCHES_AT_ONCE	8u

/* The members of a batch: nothing is where their records go. */
static void list_bad_members(struct run *run)
{
	struct lane *lane = &run->lane[0];
	struct dsa_desc *list = (struct dsa_desc *)lane->src;

	for (unsigned int i = 0; i < BATCH_MEMBERS; i++)
		list[i] = (struct dsa_desc) {
			.flags_opcode = DSA_OP_MEMMOVE << 24 | DSA_FLAG_CRAV | DSA_FLAG_RCR,
			.completion = run->opt->bad_iova, .src = lane->dst_iova,
			.dst = lane->dst_iova, .size = 64,
		};
}

/* It asks for an interrupt and no record. */
static void submit_bad_batch(struct run *run)
{
	struct lane *lane = &run->lane[0];
	struct dsa_desc batch = {
		.flags_opcode = DSA_OP_BATCH << 24 | DSA_FLAG_CRAV | DSA_FLAG_RCI,
		.completion = lane->record_iova, .src = lane->src_iova, .size = BATCH_MEMBERS,
		.handle = run->dev.handle[0],
	};

	dsa_submit(&run->dev, 0, &batch);
}

/* False: the device does nothing any more. */
static bool submit_noop(struct run *run)
{
	struct lane *lane = &run->lane[1];
	struct dsa_desc noop = {
		.flags_opcode = DSA_OP_NOOP << 24 | DSA_FLAG_CRAV | DSA_FLAG_RCR,
		.completion = lane->record_iova,
	};

	memset(lane->record, 0, sizeof(*lane->record));
	dsa_submit(&run->dev, 0, &noop);
	return dsa_wait(lane->record, run->opt->timeout_ms) == STATUS_SUCCESS;
}

/* Sends --count batches that fail at once, until SIGTERM or until it is stopped for it. */
static int cmd_bad_records(const char *uuid, const struct options *opt)
{
	const struct timespec pause = { .tv_nsec = 5000000 };	/* or the log is full */
	static struct run run;
	unsigned long n = 0;

	start(&run, uuid, opt);
	list_bad_members(&run);
	printf("running\n");
	fflush(stdout);
	while (n < opt->count && !stop) {
		do
			submit_bad_batch(&run);
		while (++n % BATCHES_AT_ONCE && n < opt->count);
		if (!submit_noop(&run))
			break;
		nanosleep(&pause, NULL);
	}
	printf("batches=%lu halted=%d\n", n, dsa_is_halted(&run.dev));
	finish(&run);
	return 0;
}

/* Has the device until the host asks --count times to let go of it. */
static int cmd_let_go(const char *uuid, const struct options *opt)
{
	static struct run run;
	uint64_t asked = 0, more_asked;
	int fd;

	start(&run, uuid, opt);
	fd = vfio_unplug_fd(&run.dev.vfio);
	printf("running\n");
	fflush(stdout);
	while (asked < opt->count && !stop) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };

		if (poll(&pfd, 1, opt->timeout_ms) > 0 && read(fd, &more_asked, 8) == 8)
			asked += more_asked;
		else if (!stop)
			die("asked %" PRIu64 " times in %d ms", asked, opt->timeout_ms);
	}
	printf("asked=%" PRIu64 "\n", asked);
	close(fd);
	finish(&run);
	return 0;
}

/* One descriptor that moves @size bytes; its status. */
static uint8_t move(struct run *run, uint64_t dst, uint64_t src, uint32_t size)
{
	struct lane *lane = &run->lane[0];
	struct dsa_desc desc = lane_desc(run, lane);

	desc.src = src;
	desc.dst = dst;
	desc.size = size;
	memset(lane->record, 0, sizeof(*lane->record));
	dsa_submit(&run->dev, 0, &desc);
	return dsa_wait(lane->record, run->opt->timeout_ms);
}

/* Single pages, far apart: below 2 MiB, at the end of 4 GiB, and beyond. */
static const uint64_t places[] = { 0x1000, 0xfffff000, 0x1234567000, 0x100000003000 };
#define NR_PLACES	(sizeof(places) / sizeof(places[0]))
#define PAGE		4096ul

/* The pages are mapped before the device is enabled, together with the lanes. */
static uint8_t *start_scattered(struct run *run, const char *uuid, const struct options *opt)
{
	uint8_t *pages = vfio_memory(NR_PLACES * PAGE);

	prepare(run, uuid, opt);
	for (size_t i = 0; i < NR_PLACES; i++) {
		memset(pages + i * PAGE, i + 1, PAGE);
		vfio_map(&run->dev.vfio, pages + i * PAGE, PAGE, places[i]);
	}
	dsa_enable(&run->dev);
	return pages;
}

/* Every page is reached, wherever it is; one that is unmapped is not. */
static int cmd_scattered(const char *uuid, const struct options *opt)
{
	static struct run run;
	uint8_t *pages = start_scattered(&run, uuid, opt), status;

	for (size_t i = 1; i < NR_PLACES; i++) {
		status = move(&run, places[i], places[0], PAGE);
		if (status != STATUS_SUCCESS || memcmp(pages, pages + i * PAGE, PAGE))
			die("0x%" PRIx64 ": status 0x%02x", places[i], status);
	}
	for (size_t i = 1; i < NR_PLACES; i++) {
		vfio_unmap(&run.dev.vfio, places[i], PAGE);
		status = move(&run, places[i], places[0], PAGE) & STATUS_MASK;
		if (status != STATUS_FAULT)
			die("0x%" PRIx64 ", unmapped: status 0x%02x", places[i], status);
	}
	printf("reached=%zu\n", NR_PLACES);
	munmap(pages, NR_PLACES * PAGE);
	finish(&run);
	return 0;
}

/* A page that was mapped is reached in the end. */
static void reach(struct run *run, uint8_t *page, uint64_t iova)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	memset(page, 0x5a, PAGE);
	for (int i = 0; move(run, run->lane[0].dst_iova, iova, PAGE) != STATUS_SUCCESS; i++) {
		if (stop || i * 20 > run->opt->timeout_ms)
			die("0x%" PRIx64 " was never reached", iova);
		nanosleep(&pause, NULL);
	}
	if (memcmp(run->lane[0].dst, page, PAGE))
		die("what was moved differs from its source");
	printf("reached late\n");
}

/*
 * A page that is mapped once the device is enabled: tried until it is reached, which it is not at
 * first, unless a process serves the device, which has it mapped at once.
 */
static int cmd_late(const char *uuid, const struct options *opt)
{
	uint8_t *page = vfio_memory(PAGE);
	static struct run run;

	start(&run, uuid, opt);
	vfio_map(&run.dev.vfio, page, PAGE, opt->bad_iova);
	if (run.dev.vfio.socket < 0 &&
	    (move(&run, run.lane[0].dst_iova, opt->bad_iova, PAGE) & STATUS_MASK) != STATUS_FAULT)
		die("0x%" PRIx64 " is reached before anyone asked for it", opt->bad_iova);
	printf("running\n");
	fflush(stdout);
	reach(&run, page, opt->bad_iova);
	munmap(page, PAGE);
	finish(&run);
	return 0;
}

static uint8_t *small_pages(size_t len)
{
	uint8_t *mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* A kernel without large pages, such as one with PREEMPT_RT, knows no such advice. */
	if (mem == MAP_FAILED || (madvise(mem, len, MADV_NOHUGEPAGE) && errno != EINVAL))
		die("no memory for %zu bytes: %s", len, strerror(errno));
	return memset(mem, 0x5a, len);
}

static bool has_swapped(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	unsigned long kib = 0;
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		sscanf(line, "VmSwap: %lu", &kib);
	if (status)
		fclose(status);
	return kib;
}

/* All that the parent had open stays so, until SIGTERM. */
static int go_on_without(pid_t parent, struct run *run)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	while (getppid() == parent)
		nanosleep(&pause, NULL);
	vfio_map(&run->dev.vfio, small_pages(MIB), MIB, run->opt->bad_iova);
	printf("running %d\n", getpid());
	fflush(stdout);
	while (!stop)
		nanosleep(&pause, NULL);
	return 0;
}

/* The process that mapped memory, some of whose own was swapped out, ends; its child maps some more. */
static int cmd_orphan(const char *uuid, const struct options *opt)
{
	pid_t parent = getpid(), child;
	static struct run run;

	start(&run, uuid, opt);
	if (madvise(small_pages(MIB), MIB, MADV_PAGEOUT) || !has_swapped())
		die("nothing is swapped out");
	child = fork();
	if (child < 0)
		die("fork: %s", strerror(errno));
	return child ? 0 : go_on_without(parent, &run);
}

#define BUSY_LEN	(32 * MIB)
#define BUSY_AT		(20 * MIB + 5 * PAGE)

/* Keep a page in a pipe, so that the kernel cannot migrate it; returns the end that gives it back. */
static int keep_busy(uint8_t *page)
{
	struct iovec what = { page, PAGE };
	int ends[2];

	if (pipe(ends) || vmsplice(ends[1], &what, 1, 0) != (ssize_t)PAGE)
		die("vmsplice: %s", strerror(errno));
	return ends[0];
}

/* Memory of which one page is busy, in a zone of which none may stay pinned: the rest is reached. */
static int cmd_busy(const char *uuid, const struct options *opt)
{
	static const size_t others[] = { 0, BUSY_AT - PAGE, BUSY_AT + PAGE, BUSY_LEN - PAGE };
	uint8_t *mem = small_pages(BUSY_LEN), page[PAGE];
	static struct run run;
	int pipe;

	pipe = keep_busy(mem + BUSY_AT);
	prepare(&run, uuid, opt);
	vfio_map(&run.dev.vfio, mem, BUSY_LEN, opt->bad_iova);
	dsa_enable(&run.dev);
	if ((move(&run, run.lane[0].dst_iova, opt->bad_iova + BUSY_AT, PAGE) & STATUS_MASK) != STATUS_FAULT)
		die("the busy page is reached: is it in a zone for what can be migrated?");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (move(&run, run.lane[0].dst_iova, opt->bad_iova + others[i], PAGE) != STATUS_SUCCESS)
			die("the page at 0x%zx is not reached", others[i]);
	if (read(pipe, page, PAGE) != (ssize_t)PAGE)
		die("read: %s", strerror(errno));
	reach(&run, mem + BUSY_AT, opt->bad_iova + BUSY_AT);
	finish(&run);
	return 0;
}

/* Resets the device at SIGTERM, and where that halts it, until it works again. */
static int cmd_reset(const char *uuid, const struct options *opt)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	static struct run run;
	uint8_t status;

	start(&run, uuid, opt);
	printf("running\n");
	fflush(stdout);
	while (!stop)
		nanosleep(&pause, NULL);
	vfio_reset(&run.dev.vfio);
	for (int i = 0; !dsa_is_halted(&run.dev); i++) {
		if (i * 20 > opt->timeout_ms)
			die("not halted within %d ms after the reset", opt->timeout_ms);
		nanosleep(&pause, NULL);
	}
	printf("halted\n");
	fflush(stdout);
	if (!dsa_recover(&run.dev, opt->timeout_ms))
		die("still halted after %d ms", opt->timeout_ms);
	status = move(&run, run.lane[0].dst_iova, run.lane[0].src_iova, PAGE);
	if (status != STATUS_SUCCESS)
		die("recovered: status 0x%02x", status);
	printf("recovered\n");
	finish(&run);
	return 0;
}

/* What dsa_enable() does for work queue 0, where a command may fail. */
static bool try_enable(struct dsa_dev *dev)
{
	config_enable(&dev->vfio, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	return !dsa_command(dev, CMD_RESET_DEVICE, 0, NULL) && !dsa_command(dev, CMD_ENABLE_DEVICE, 0, NULL) &&
	       !dsa_command(dev, CMD_ENABLE_WQ, 0, NULL);
}

/* Resets the device and uses it, again and again until SIGTERM, also while the host has not got it. */
static int cmd_reset_again(const char *uuid, const struct options *opt)
{
	unsigned long resets = 0, worked = 0;
	static struct run run;

	start(&run, uuid, opt);
	printf("running\n");
	fflush(stdout);
	for (; !stop; resets++) {
		vfio_reset(&run.dev.vfio);
		if (!dsa_is_halted(&run.dev) && try_enable(&run.dev) &&
		    move(&run, run.lane[0].dst_iova, run.lane[0].src_iova, PAGE) == STATUS_SUCCESS)
			worked++;
	}
	printf("resets=%lu worked=%lu\n", resets, worked);
	finish(&run);
	return 0;
}

#define BAR0_SIZE	0x10000u
#define CONFIG_SIZE	0x1000u
#define REGISTERS	0x1000u		/* most of BAR0's are below it */

/* One in eight is a command, whatever it is. */
static void scribble_in_bar0(struct vfio_dev *vfio)
{
	size_t len = 1u << random() % 4;
	uint64_t at = random() % (random() % 2 ? REGISTERS : BAR0_SIZE) / len * len;
	uint64_t val = (uint64_t)random() << 32 ^ random();

	if (!(random() % 8))
		bar0_write32(vfio, REG_CMD, random() % 16 << 20 | random() % 4 | CMD_INTERRUPT);
	else if (random() % 2)
		vfio_write(vfio, vfio->bar0 + at, &val, len);
	else
		vfio_read(vfio, vfio->bar0 + at, &val, len);
}

static void scribble_in_config(struct vfio_dev *vfio)
{
	size_t len = 1u << random() % 3;
	uint64_t at = random() % (random() % 2 ? PCI_CFG_SPACE_SIZE : CONFIG_SIZE) / len * len;
	uint32_t val = random();

	if (random() % 2)
		vfio_write(vfio, vfio->config + at, &val, len);
	else
		vfio_read(vfio, vfio->config + at, &val, len);
}

/* --count accesses at random, always the same; after a reset the device works. */
static int cmd_scribble(const char *uuid, const struct options *opt)
{
	static struct run run;
	uint8_t status;

	start(&run, uuid, opt);
	for (unsigned long i = 0; i < opt->count && !stop; i++)
		if (random() % 4)
			scribble_in_bar0(&run.dev.vfio);
		else
			scribble_in_config(&run.dev.vfio);
	vfio_reset(&run.dev.vfio);
	vfio_wait_irq(&run.dev.vfio, 0, 0);	/* of commands before */
	if (!dsa_recover(&run.dev, opt->timeout_ms))
		die("still halted after %d ms", opt->timeout_ms);
	run.lane[0].size = PAGE;
	fill_source(&run.lane[0]);
	status = move(&run, run.lane[0].dst_iova, run.lane[0].src_iova, PAGE);
	if (status != STATUS_SUCCESS || memcmp(run.lane[0].src, run.lane[0].dst, PAGE))
		die("status 0x%02x", status);
	finish(&run);
	return 0;
}

static int cmd_drain(const char *uuid, const struct options *opt)
{
	static struct run run;
	uint8_t status;

	start(&run, uuid, opt);
	status = dsa_command(&run.dev, CMD_DRAIN_ALL, 0, NULL);
	if (status)
		die("drain: status 0x%02x", status);
	finish(&run);
	return 0;
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

/* How a command ends, and the longest that one took. */
static uint8_t timed_command(struct run *run, uint32_t code, uint32_t operand, double *slowest)
{
	double begin = now_ms(), took;
	uint8_t status = dsa_command(&run->dev, code, operand, NULL);

	took = now_ms() - begin;
	if (took > *slowest)
		*slowest = took;
	return status;
}

#define VAST_FILE	(64 * MIB)

/* --count GiB of addresses at --bad-iova: small pages of one file, again and again. */
static uint8_t *map_vast(struct run *run, size_t len)
{
	int file = memfd_create("vast", MFD_CLOEXEC);
	uint8_t *at = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (file < 0 || ftruncate(file, VAST_FILE) || at == MAP_FAILED)
		die("no memory");
	for (size_t off = 0; off < len; off += VAST_FILE)
		if (mmap(at + off, VAST_FILE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) ==
		    MAP_FAILED)
			die("a file cannot be mapped once more: %s", strerror(errno));
	close(file);
	memset(at, 0x5a, VAST_FILE);
	vfio_map(&run->dev.vfio, at, len, run->opt->bad_iova);
	return at;
}

static void must(struct run *run, uint32_t code)
{
	uint8_t status = dsa_command(&run->dev, code, 0, NULL);

	if (status)
		die("command %u: status 0x%02x", code, status);
}

/* The last page is reached. */
static void copy_last_of(struct run *run, const uint8_t *at, size_t len)
{
	uint8_t status = move(run, run->lane[0].dst_iova, run->opt->bad_iova + len - PAGE, PAGE);

	if (status != STATUS_SUCCESS || memcmp(run->lane[0].dst, at + len - PAGE, PAGE))
		die("the last page: status 0x%02x", status);
}

/* The longest wait for a register while the command is active, until SIGTERM. */
static double watch_command(struct run *run)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	double slowest = 0, begin;
	bool active = true;

	while (active && !stop) {
		begin = now_ms();
		active = bar0_read32(&run->dev.vfio, REG_CMDSTS) & CMDSTS_ACTIVE;
		if (now_ms() - begin > slowest)
			slowest = now_ms() - begin;
		nanosleep(&pause, NULL);
	}
	return slowest;
}

/* Enables a work queue for much memory; at SIGTERM it resets the device meanwhile. */
static int cmd_vast(const char *uuid, const struct options *opt)
{
	size_t len = opt->count << 30;
	double begin, wrote, slowest;
	static struct run run;
	uint8_t *at;

	prepare(&run, uuid, opt);
	at = map_vast(&run, len);
	config_enable(&run.dev.vfio, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	must(&run, CMD_ENABLE_DEVICE);
	begin = now_ms();
	bar0_write32(&run.dev.vfio, REG_CMD, CMD_INTERRUPT | CMD_ENABLE_WQ << 20);
	wrote = now_ms() - begin;
	printf("running\n");
	fflush(stdout);
	slowest = watch_command(&run);
	printf("%s after_ms=%.0f wrote_ms=%.0f slowest_ms=%.0f", stop ? "stopped" : "enabled",
	       now_ms() - begin, wrote, slowest);
	if (stop) {
		begin = now_ms();
		vfio_reset(&run.dev.vfio);
		printf(" reset_ms=%.0f", now_ms() - begin);
	} else {
		copy_last_of(&run, at, len);
	}
	begin = now_ms();
	finish(&run);
	printf(" close_ms=%.0f\n", now_ms() - begin);
	return 0;
}

/*
 * A page behind much memory is unmapped at SIGTERM, while that is mapped for the vdev, and mapped
 * again once that is over.
 */
static int cmd_remap(const char *uuid, const struct options *opt)
{
	size_t len = opt->count << 30;
	uint64_t behind = opt->bad_iova + 2 * len;
	uint8_t *page = aligned_alloc(PAGE, PAGE);
	static struct run run;

	if (!page)
		die("out of memory");
	prepare(&run, uuid, opt);
	map_vast(&run, len);
	vfio_map(&run.dev.vfio, page, PAGE, behind);
	config_enable(&run.dev.vfio, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	must(&run, CMD_ENABLE_DEVICE);
	bar0_write32(&run.dev.vfio, REG_CMD, CMD_INTERRUPT | CMD_ENABLE_WQ << 20);
	printf("running\n");
	fflush(stdout);
	watch_command(&run);
	vfio_unmap(&run.dev.vfio, behind, PAGE);
	stop = 0;
	watch_command(&run);
	vfio_map(&run.dev.vfio, page, PAGE, behind);
	reach(&run, page, behind);
	finish(&run);
	return 0;
}

/* The page is read from the file when it is pinned. */
static void map_file(struct run *run, const char *path, uint64_t iova)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	struct stat stat;

	if (fd < 0 || page == MAP_FAILED || fstat(fd, &stat))	/* its size may not be known before */
		die("%s: %s", path, strerror(errno));
	if (stat.st_size < (off_t)PAGE)
		die("%s: less than a page", path);
	close(fd);
	vfio_map(&run->dev.vfio, page, PAGE, iova);
}

/* Becomes bus master and waits for SIGTERM; what it needs is mapped by then. */
static int cmd_master(const char *uuid, const struct options *opt)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	static struct run run;

	prepare(&run, uuid, opt);
	if (opt->file)
		map_file(&run, opt->file, opt->bad_iova);
	dsa_set_master(&run.dev);
	printf("running\n");
	fflush(stdout);
	while (!stop)
		nanosleep(&pause, NULL);
	dsa_enable(&run.dev);
	if (move(&run, run.lane[0].dst_iova, run.lane[0].src_iova, PAGE) != STATUS_SUCCESS)
		die("memory that was mapped ahead is not reached");
	finish(&run);
	return 0;
}

#define MAX_TIMES	100000ul

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Each time the device looks for memory again. */
static int cmd_enable_again(const char *uuid, const struct options *opt)
{
	time_t end = time(NULL) + opt->seconds;
	static double took[MAX_TIMES];
	unsigned long n = 0;
	static struct run run;
	uint8_t status = 0;

	start(&run, uuid, opt);
	for (; n < MAX_TIMES && more(&run, n, end) && !status; n++) {
		status = timed_command(&run, CMD_DISABLE_WQ, 1, &took[n]);
		if (!status)
			status = timed_command(&run, CMD_ENABLE_WQ, 0, &took[n]);
	}
	if (status)
		die("status 0x%02x after %lu times", status, n);
	qsort(took, n, sizeof(took[0]), by_size);
	if (n)
		printf("times=%lu most_ms=%.0f slowest_ms=%.0f\n", n, took[n - 1 - n / 100], took[n - 1]);
	finish(&run);
	return 0;
}

#define HOG_MEMBERS	256u
#define HOG_BATCHES	4u	/* for all engines, so that none waits in the work queue */

/* Batches of copies that are as long as they may be. */
static void submit_long_work(struct run *run)
{
	struct lane *list = &run->lane[1];
	struct dsa_desc *member = (struct dsa_desc *)list->src;
	struct dsa_desc batch = {
		.flags_opcode = DSA_OP_BATCH << 24 | DSA_FLAG_CRAV,
		.completion = list->record_iova, .src = list->src_iova, .size = HOG_MEMBERS,
	};

	for (unsigned int i = 0; i < HOG_MEMBERS; i++)
		member[i] = (struct dsa_desc) {
			.flags_opcode = DSA_OP_MEMMOVE << 24,
			.src = run->lane[0].src_iova, .dst = run->lane[0].dst_iova,
			.size = run->opt->max,
		};
	for (unsigned int i = 0; i < HOG_BATCHES; i++)
		dsa_submit(&run->dev, 0, &batch);
}

/* Until SIGTERM: the longest commands that there are, and a reset where they halt it. */
static int cmd_hog(const char *uuid, const struct options *opt)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	unsigned long n = 0, halts = 0;
	static struct run run;
	double slowest = 0;
	uint8_t status;

	start(&run, uuid, opt);
	printf("running\n");
	fflush(stdout);
	for (; !stop; n++) {
		submit_long_work(&run);
		status = timed_command(&run, CMD_DISABLE_WQ, 1, &slowest);
		if (!status)
			status = timed_command(&run, CMD_ENABLE_WQ, 0, &slowest);
		for (int i = 0; status && i < 50 && !dsa_is_halted(&run.dev); i++)
			nanosleep(&pause, NULL);
		if (!dsa_is_halted(&run.dev))
			continue;
		halts++;
		while (!stop && !dsa_recover(&run.dev, 1000))
			;
	}
	printf("times=%lu halts=%lu slowest_ms=%.0f\n", n, halts, slowest);
	finish(&run);
	return 0;
}

/* No other function may reach a portal, whatever container it is in. */
static int cmd_portal(const char *uuid, const struct options *opt)
{
	static struct dsa_dev dev, peer;
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .iova = opt->iova, .size = PAGE,
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
	};

	if (!opt->peer)
		die("no function is named by --peer");
	vfio_open(&peer.vfio, opt->peer);
	dsa_open_beside(&dev, uuid, &peer);
	map.vaddr = (uintptr_t)dev.portal[0];
	if (!ioctl(peer.vfio.container, VFIO_IOMMU_MAP_DMA, &map))
		die("the portal is mapped for %s", opt->peer);
	printf("refused: %s\n", strerror(errno));
	dsa_close(&dev);
	vfio_close(&peer.vfio);
	return 0;
}

/*
 * A page that the vdev --peer of the same container reaches: how copies from it end by this vdev, and by
 * the peer once it is in a container of its own.
 */
static int cmd_beside(const char *uuid, const struct options *opt)
{
	uint8_t *page = vfio_memory(PAGE);
	static struct run run, peer;
	uint8_t status;

	if (!opt->peer)
		die("no vdev is named by --peer");
	start(&run, uuid, opt);
	peer = run;
	dsa_open_beside(&peer.dev, opt->peer, &run.dev);
	dsa_enable(&peer.dev);
	vfio_map(&run.dev.vfio, page, PAGE, opt->bad_iova);
	reach(&peer, page, opt->bad_iova);
	status = move(&run, run.lane[0].dst_iova, opt->bad_iova, PAGE) & STATUS_MASK;
	printf("beside=0x%02x\n", status);
	dsa_close(&peer.dev);

	start(&peer, opt->peer, opt);
	status = move(&peer, peer.lane[0].dst_iova, opt->bad_iova, PAGE) & STATUS_MASK;
	printf("alone=0x%02x\n", status);
	finish(&peer);
	finish(&run);
	munmap(page, PAGE);
	return 0;
}

static const struct command {
	const char *name, *help;
	int (*run)(const char *uuid, const struct options *opt);
} commands[] = {
	{ "run", "move and verify --count jobs, or for --seconds", cmd_run },
	{ "hold", "work until SIGTERM, survive the loss of the device", cmd_hold },
	{ "let-go", "close the device when the host asked --count times", cmd_let_go },
	{ "drain", "have the work queues drained, with nothing in them", cmd_drain },
	{ "enable-again", "disable and enable work queue 0, --count times or for --seconds", cmd_enable_again },
	{ "hog", "the longest commands that there are, until SIGTERM", cmd_hog },
	{ "vast", "enable a work queue for --count GiB, and reset it meanwhile at SIGTERM", cmd_vast },
	{ "remap", "unmap a page behind --count GiB while those are mapped, at SIGTERM, and map it again", cmd_remap },
	{ "master", "become bus master, and enable a work queue at SIGTERM", cmd_master },
	{ "reset", "reset the device at SIGTERM, which halts it, and mend it", cmd_reset },
	{ "reset-again", "reset the device and use it, again and again until SIGTERM", cmd_reset_again },
	{ "scribble", "--count accesses of registers at random, and a reset", cmd_scribble },
	{ "survive", "work until SIGTERM, reset a device that halts and go on", cmd_survive },
	{ "bad-iova", "descriptors at --bad-iova fail and reach nothing", cmd_bad_iova },
	{ "bad-records", "--count batches of 2 whose records cannot be written", cmd_bad_records },
	{ "scattered", "single pages far apart are reached, and not once unmapped", cmd_scattered },
	{ "late", "a page mapped late at --bad-iova is reached in the end", cmd_late },
	{ "busy", "a page that cannot be pinned for a time keeps out no other", cmd_busy },
	{ "orphan", "end, while a child goes on and maps --bad-iova, until SIGTERM", cmd_orphan },
	{ "portal", "a portal cannot be mapped for the function --peer", cmd_portal },
	{ "beside", "copy from a page at --bad-iova that the vdev --peer of the container reaches", cmd_beside },
	{ "hidden-op", "each operation that OPCAP has not is refused", cmd_hidden_op },
	{ "deaf", "ask for an interrupt without listening to it", cmd_deaf },
	{ "silent", "submit nothing, so that nothing comes", cmd_silent },
	{ "bad-handle", "a descriptor with --bad-handle fails, no interrupt", cmd_bad_handle },
};

static int usage(FILE *out)
{
	fputs("usage: vdev-client COMMAND UUID [OPTION...]\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].help);
	fputs("options: --count N --seconds S --min BYTES --max BYTES --irq-every K --timeout MS\n"
	      "         --iova ADDRESS --bad-iova ADDRESS --bad-handle H\n"
	      "         --peer PCI or UUID\n"
	      "         --file PATH: a copy of its first page is mapped at --bad-iova (master)\n"
	      "         --socket PATH: by the vfio-user server there (VDEV_SOCKET in the environment)\n"
	      "VDEV_IOMMU=iommufd in the environment: through the character device and an IOAS\n", out);
	return out == stdout ? 0 : 2;
}

static bool parse(struct options *opt, int argc, char **argv)
{
	static const struct option table[] = {
		{ "count", 1, NULL, 'c' }, { "seconds", 1, NULL, 's' }, { "min", 1, NULL, 'm' },
		{ "max", 1, NULL, 'M' }, { "irq-every", 1, NULL, 'k' }, { "timeout", 1, NULL, 't' },
		{ "iova", 1, NULL, 'i' }, { "bad-iova", 1, NULL, 'b' },
		{ "bad-handle", 1, NULL, 'h' }, { "peer", 1, NULL, 'p' }, { "file", 1, NULL, 'f' },
		{ "socket", 1, NULL, 'S' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		unsigned long long val = optarg ? strtoull(optarg, NULL, 0) : 0;

		switch (c) {
		case 'c': opt->count = val; break;
		case 's': opt->seconds = val; break;
		case 'm': opt->min = val; break;
		case 'M': opt->max = val; break;
		case 'k': opt->irq_every = val; break;
		case 't': opt->timeout_ms = val; break;
		case 'i': opt->iova = val; break;
		case 'b': opt->bad_iova = val; break;
		case 'h': opt->bad_handle = val; break;
		case 'p': opt->peer = optarg; break;
		case 'f': opt->file = optarg; break;
		case 'S': setenv("VDEV_SOCKET", optarg, 1); break;
		default: return false;
		}
	}
	return opt->min >= 8 && opt->min <= opt->max && opt->max <= MIB && optind == argc;
}

int main(int argc, char **argv)
{
	struct options opt = {
		.count = 1000, .min = 64, .max = MIB, .irq_every = 8, .timeout_ms = 20000,
		.iova = 0x200000, .bad_iova = 0x7000000000,
	};

	if (argc < 3 || !parse(&opt, argc - 2, argv + 2))
		return usage(argc == 2 && !strcmp(argv[1], "--help") ? stdout : stderr);
	opt.timeout_ms *= lab_slow();
	signal(SIGTERM, on_term);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argv[2], &opt);
	return usage(stderr);
}
