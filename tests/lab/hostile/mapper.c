// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile-mapper: maps and unmaps memory of all kinds at random for vdevs that work, in
 * one container, and knows of each page which of them reach it and what is in it.
 *
 *   hostile-mapper UUID[,UUID]... SECONDS [SEED]
 *
 * Memory is private or of a file, mapped for reading alone or for both, may have holes,
 * and may be replaced in the process below the device. The process forks in between, and
 * closes and opens again the vdevs but the first.
 * Each copy is verified. A copy that ends with a page fault must have cause: a page that
 * is not mapped, a hole, a write to what is only read, or a mapping that is new. Such a copy is
 * submitted again until the page is reached. The machine may stand still at any time: so
 * the limit is of time in which copies end, and no copy counts for more than STEP_MS.
 * Prints what it did as KEY=VALUE words, late_ms among them: the most of such time that
 * a mapping was not reached. What is wrong ends it with status 1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/vfio.h>

#include "storms.h"

#define PAGE		4096ul
#define NR_SLOTS	16u
#define MAX_PAGES	1024u		/* of a slot */
#define MAX_HOLES	3u
#define MAX_VDEVS	8u
#define RUN_PAGES	512u		/* entries of the table by which the module maps */
#define PROBE_PAGES	16u		/* the steps behind a hole, below 4 GiB */
#define BASE		0x40000000ull	/* where the slots are */
#define SLOT_BYTES	(8ull << 20)
#define OWN		0x200000ull	/* a page to copy with, and one for records */
#define DONE_MS		120000		/* a copy ends, if it has not been lost */
#define REACH_MS	5000		/* a mapping is reached, of time in which copies end */
#define STEP_MS		100		/* the most of it that one copy counts for */
#define STATUS_SUCCESS	0x01
#define STATUS_FAULT	0x03

/* A range of addresses of the device, and the memory that may be mapped at it. */
struct slot {
	uint8_t *at;			/* NULL: nothing is mapped */
	unsigned int nr_pages;
	bool shared, read_only;
	uint8_t reached[MAX_PAGES];	/* by which vdevs, a bit each, and so it stays */
	bool hole[MAX_PAGES];
	bool replaced[MAX_PAGES];	/* the process sees other memory than the device */
	uint64_t seed[MAX_PAGES];	/* what the device sees of each page */
};

/* A vdev of the container. */
struct vdev {
	const char *uuid;
	bool open;
	struct dsa_dev dev;
};

static struct vdev vdevs[MAX_VDEVS];	/* the first is always open */
static unsigned int nr_vdevs;
static struct vdev *vdev = vdevs;	/* that copies in this step */
static uint8_t *own;
static struct slot slots[NR_SLOTS];
static struct {
	unsigned long copies, faults, maps, unmaps, in_flight, replaced, forks, opened;
	double late_ms;
} did;

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

/* ---- What is in a page ---- */

static void fill(uint8_t *page, uint64_t seed)
{
	struct dice dice = { seed };

	for (size_t i = 0; i < PAGE; i += 8) {
		uint64_t x = dice_next(&dice);

		memcpy(page + i, &x, 8);
	}
}

static bool is_filled(const uint8_t *page, uint64_t seed)
{
	uint8_t want[PAGE];

	fill(want, seed);
	return !memcmp(page, want, PAGE);
}

/* ---- Slots ---- */

static uint64_t iova_of(const struct slot *slot, unsigned int page)
{
	return BASE + (slot - slots) * SLOT_BYTES + page * PAGE;
}

/*
 * As the module promises it: a piece between holes is found where it begins with its
 * mapping or has a page at a step of the probes. Another one may be found.
 */
static bool is_promised(const struct slot *slot, unsigned int page)
{
	unsigned int begin = page, end = page + 1;

	while (begin && !slot->hole[begin - 1])
		begin--;
	while (end < slot->nr_pages && !slot->hole[end])
		end++;
	return !begin || (begin + PROBE_PAGES - 1) / PROBE_PAGES * PROBE_PAGES < end;
}

static bool is_there(const struct slot *slot, unsigned int page, bool write)
{
	return slot->at && page < slot->nr_pages && !slot->hole[page] && !(write && slot->read_only);
}

/* Huge pages, if there are any, where the dice say so. */
static uint8_t *get_memory(struct slot *slot, struct dice *dice)
{
	size_t len = slot->nr_pages * PAGE;
	int file = slot->shared ? memfd_create("mapper", MFD_CLOEXEC) : -1;
	uint8_t *at;

	if (slot->shared && (file < 0 || ftruncate(file, len)))
		die("no file: %s", strerror(errno));
	at = mmap(NULL, len, PROT_READ | PROT_WRITE,
		  slot->shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, file, 0);
	if (at == MAP_FAILED)
		die("no memory: %s", strerror(errno));
	if (file >= 0)
		close(file);
	madvise(at, len, dice_roll(dice, 2) ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return at;
}

/* Pages that are not there, or that the process itself may only read. */
static void make_holes(struct slot *slot, struct dice *dice)
{
	for (unsigned int n = dice_roll(dice, MAX_HOLES + 1); n; n--) {
		unsigned int page = dice_roll(dice, slot->nr_pages);

		if (slot->hole[page] || slot->nr_pages == 1)
			continue;
		slot->hole[page] = true;
		mprotect(slot->at + page * PAGE, PAGE,
			 slot->read_only || dice_roll(dice, 2) ? PROT_NONE : PROT_READ);
	}
}

/* Often as many as before: then only what is in the slot tells that it is another mapping. */
static unsigned int any_size(const struct slot *slot, struct dice *dice)
{
	if (slot->nr_pages && dice_roll(dice, 2))
		return slot->nr_pages;
	return dice_roll(dice, 4) ? 1 + dice_roll(dice, 64) : 1 + dice_roll(dice, MAX_PAGES);
}

static void map_slot(struct slot *slot, struct dice *dice)
{
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map), .flags = VFIO_DMA_MAP_FLAG_READ };

	*slot = (struct slot) {
		.nr_pages = any_size(slot, dice),
		.shared = dice_roll(dice, 2), .read_only = !dice_roll(dice, 4),
	};
	slot->at = get_memory(slot, dice);
	for (unsigned int i = 0; i < slot->nr_pages; i++) {
		slot->seed[i] = dice_next(dice);
		fill(slot->at + i * PAGE, slot->seed[i]);
	}
	make_holes(slot, dice);
	map.vaddr = (uintptr_t)slot->at;
	map.iova = iova_of(slot, 0);
	map.size = slot->nr_pages * PAGE;
	if (!slot->read_only)
		map.flags |= VFIO_DMA_MAP_FLAG_WRITE;
	if (ioctl(vdevs->dev.vfio.container, VFIO_IOMMU_MAP_DMA, &map))
		die("VFIO_IOMMU_MAP_DMA: %s", strerror(errno));
	did.maps++;
}

static void unmap_slot(struct slot *slot)
{
	vfio_unmap(&vdevs->dev.vfio, iova_of(slot, 0), slot->nr_pages * PAGE);
	did.unmaps++;
}

static void free_slot(struct slot *slot)
{
	munmap(slot->at, slot->nr_pages * PAGE);
	slot->at = NULL;
}

/* ---- Copies ---- */

static struct dsa_record *submit(uint64_t dst, uint64_t src)
{
	struct dsa_record *record = (struct dsa_record *)(own + PAGE);
	struct dsa_desc desc = {
		.flags_opcode = DSA_FLAG_CRAV | DSA_FLAG_RCR | DSA_OP_MEMMOVE << 24,
		.completion = OWN + PAGE, .src = src, .dst = dst, .size = PAGE,
	};

	memset(record, 0, sizeof(*record));
	dsa_submit(&vdev->dev, 0, &desc);
	return record;
}

/* Its status; *fault is the address of a page fault. */
static uint8_t copy(uint64_t dst, uint64_t src, uint64_t *fault)
{
	struct dsa_record *record = submit(dst, src);
	uint8_t status = dsa_wait(record, DONE_MS) & 0x3f;

	if (status != STATUS_SUCCESS && status != STATUS_FAULT)
		die("a copy from 0x%llx to 0x%llx: status 0x%02x", (unsigned long long)src,
		    (unsigned long long)dst, status);
	*fault = record->fault_addr & ~(PAGE - 1);
	return status;
}

/* The time for which copies to a page have faulted. */
struct patience {
	double last_ms, took_ms;
	unsigned int copies;
};

static struct patience begin_patience(void)
{
	return (struct patience){ .last_ms = now_ms() };
}

/* What the module knows of the memory. */
static void show_vdev(void)
{
	char command[128];

	fflush(stdout);
	snprintf(command, sizeof(command), "dsactl show-vdev %s -o json", vdev->uuid);
	if (system(command))
		printf("%s: failed\n", command);
}

static uint8_t bit_of_vdev(void) { return 1u << (vdev - vdevs); }

static bool is_over(struct patience *patience)
{
	double now = now_ms(), step = now - patience->last_ms;

	patience->last_ms = now;
	patience->took_ms += step < STEP_MS ? step : STEP_MS;
	patience->copies++;
	if (patience->took_ms > did.late_ms)
		did.late_ms = patience->took_ms;
	return patience->took_ms > REACH_MS * lab_slow();
}

/* A fault at the page, of the slot that is mapped, is right only while it is new. */
static void expect_new(const struct slot *slot, unsigned int page, uint64_t fault,
		       struct patience *patience)
{
	uint64_t at = iova_of(slot, page);

	if (fault != at)
		die("the fault is at 0x%llx, not 0x%llx", (unsigned long long)fault, (unsigned long long)at);
	if (slot->reached[page] & bit_of_vdev())
		die("0x%llx, reached before, faults", (unsigned long long)at);
	if (is_over(patience)) {
		show_vdev();
		die("0x%llx is not reached: %u copies in %.0f ms have faulted", (unsigned long long)at,
		    patience->copies, patience->took_ms);
	}
	usleep(5000);
}

/*
 * So are those to the next hole that are mapped at once with it. The module maps from the begin of a
 * mapping on, RUN_PAGES at once at least; where it goes on from is not known.
 */
static void note_reached(struct slot *slot, unsigned int page)
{
	unsigned int end = page + 1;

	for (unsigned int i = 0; i < RUN_PAGES && i < slot->nr_pages && !slot->hole[i]; i++)
		if (page <= i)
			end = i + 1;
	while (page < end)
		slot->reached[page++] |= bit_of_vdev();
}

/* From a page of a slot to the own page; or it faults, and has to. */
static void read_page(struct slot *slot, unsigned int page)
{
	uint64_t fault, at = iova_of(slot, page);
	struct patience patience;

	memset(own, 0xee, PAGE);
	if (!is_there(slot, page, false)) {
		if (copy(OWN, at, &fault) != STATUS_FAULT || fault != at)
			die("0x%llx is read, or faults at 0x%llx", (unsigned long long)at, (unsigned long long)fault);
		did.faults++;
		return;
	}
	patience = begin_patience();
	while (copy(OWN, at, &fault) == STATUS_FAULT)
		expect_new(slot, page, fault, &patience);
	note_reached(slot, page);
	if (!is_filled(own, slot->seed[page]))
		die("0x%llx: what is read is not what is in it", (unsigned long long)at);
	did.copies++;
}

/* The memory of the process, as far as the device writes to it. */
static void expect_written(const struct slot *slot, unsigned int page)
{
	if (slot->at && page < slot->nr_pages && !slot->hole[page] && !slot->replaced[page] &&
	    !is_filled(slot->at + page * PAGE, slot->seed[page]))
		die("0x%llx: what is in it is not what was written", (unsigned long long)iova_of(slot, page));
}

static void write_page(struct slot *slot, unsigned int page, uint64_t seed)
{
	uint64_t fault, at = iova_of(slot, page);
	struct patience patience;

	fill(own, seed);
	if (!is_there(slot, page, true)) {
		if (copy(at, OWN, &fault) != STATUS_FAULT || fault != at)
			die("0x%llx is written, or faults at 0x%llx", (unsigned long long)at, (unsigned long long)fault);
		expect_written(slot, page);
		did.faults++;
		return;
	}
	patience = begin_patience();
	while (copy(at, OWN, &fault) == STATUS_FAULT)
		expect_new(slot, page, fault, &patience);
	note_reached(slot, page);
	slot->seed[page] = seed;
	expect_written(slot, page);
	did.copies++;
}

/* ---- Steps ---- */

/* Any page, also one beyond the end or a hole, but none of which nothing is known. */
static unsigned int any_page(const struct slot *slot, struct dice *dice)
{
	unsigned int nr = slot->at ? slot->nr_pages : 0, page = dice_roll(dice, nr + 2);

	return page < nr && !slot->hole[page] && !is_promised(slot, page) ? nr : page;
}

static void step_copy(struct slot *slot, struct dice *dice)
{
	unsigned int page = any_page(slot, dice);

	if (dice_roll(dice, 2))
		read_page(slot, page);
	else
		write_page(slot, page, dice_next(dice));
}

static void step_map(struct slot *slot, struct dice *dice)
{
	if (!slot->at) {
		map_slot(slot, dice);
		return;
	}
	unmap_slot(slot);
	for (unsigned int i = 0; i < slot->nr_pages; i++)
		expect_written(slot, i);
	free_slot(slot);
}

/* Nothing is written once the unmap has returned, whatever was in flight. */
static void step_unmap_in_flight(struct slot *slot, struct dice *dice)
{
	unsigned int page = any_page(slot, dice);
	struct dsa_record *record;
	uint8_t after[PAGE];

	if (!is_there(slot, page, true) || slot->replaced[page])
		return;
	fill(own, dice_next(dice));
	record = submit(iova_of(slot, page), OWN);
	usleep(dice_roll(dice, 300));
	unmap_slot(slot);
	memcpy(after, slot->at + page * PAGE, PAGE);
	if (!dsa_wait(record, DONE_MS))
		die("a copy did not end");
	if (memcmp(after, slot->at + page * PAGE, PAGE))
		die("0x%llx was written after it was unmapped", (unsigned long long)iova_of(slot, page));
	free_slot(slot);
	did.in_flight++;
}

/* What is reached stays what it was for the device; the process sees something else. */
static void step_replace(struct slot *slot, struct dice *dice)
{
	unsigned int page = any_page(slot, dice);
	uint8_t *at;

	if (!is_there(slot, page, false))
		return;
	at = slot->at + page * PAGE;
	read_page(slot, page);
	if (mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != at)
		die("replacing a page: %s", strerror(errno));
	slot->replaced[page] = true;
	memset(at, 0xdd, PAGE);
	read_page(slot, page);
	did.replaced++;
}

/* The child writes to its own copy of private memory. */
static void step_fork(struct slot *slot, struct dice *dice)
{
	unsigned int page = any_page(slot, dice);
	int status;
	pid_t pid;

	if (!is_there(slot, page, false) || slot->shared)
		return;
	pid = fork();
	if (!pid) {
		memset(slot->at + page * PAGE, 0xcc, PAGE);
		_exit(0);
	}
	if (dice_roll(dice, 2) && is_there(slot, page, true))
		write_page(slot, page, dice_next(dice));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("a child was lost");
	read_page(slot, page);
	did.forks++;
}

static void open_beside(void)
{
	dsa_open_beside(&vdev->dev, vdev->uuid, &vdevs->dev);
	dsa_enable(&vdev->dev);
	vdev->open = true;
	for (struct slot *slot = slots; slot < slots + NR_SLOTS; slot++)
		for (unsigned int i = 0; i < MAX_PAGES; i++)
			slot->reached[i] &= ~bit_of_vdev();
	did.opened++;
}

/* What the others reach stays reached while one of them goes or comes, which may be the one that mapped it. */
static void step_open(struct slot *slot, struct dice *dice)
{
	if (nr_vdevs == 1)
		return;
	vdev = vdevs + 1 + dice_roll(dice, nr_vdevs - 1);
	if (!vdev->open) {
		open_beside();
		step_copy(slot, dice);
		return;
	}
	dsa_close(&vdev->dev);
	vdev->open = false;
}

/* One that is open. */
static struct vdev *any_vdev(struct dice *dice)
{
	struct vdev *any = &vdevs[dice_roll(dice, nr_vdevs)];

	return any->open ? any : vdevs;
}

static void step(struct dice *dice)
{
	static const struct {
		void (*take)(struct slot *slot, struct dice *dice);
		unsigned int weight;
	} steps[] = {
		{ step_copy, 59 }, { step_map, 25 }, { step_unmap_in_flight, 6 }, { step_replace, 6 }, { step_fork, 3 },
		{ step_open, 1 },
	};
	struct slot *slot = &slots[dice_roll(dice, NR_SLOTS)];
	unsigned int roll = dice_roll(dice, 100), i = 0;

	vdev = any_vdev(dice);
	while (roll >= steps[i].weight)
		roll -= steps[i++].weight;
	steps[i].take(slot, dice);
}

/* The UUIDs, between commas. */
static void name_vdevs(char *names)
{
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		if (nr_vdevs == MAX_VDEVS)
			die("more than %u vdevs", MAX_VDEVS);
		vdevs[nr_vdevs++].uuid = name;
	}
	if (!nr_vdevs)
		die("no vdev is named");
}

static void open_first(void)
{
	own = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (own == MAP_FAILED)
		die("no memory");
	dsa_open(&vdev->dev, vdev->uuid);
	vfio_map(&vdev->dev.vfio, own, 2 * PAGE, OWN);
	dsa_enable(&vdev->dev);
	vdev->open = true;
}

int main(int argc, char **argv)
{
	struct dice dice = { argc == 4 ? strtoull(argv[3], NULL, 0) : 1 };
	double end;

	if (argc != 3 && argc != 4)
		die("usage: hostile-mapper UUID[,UUID]... SECONDS [SEED]");
	end = now_ms() + strtoul(argv[2], NULL, 0) * 1e3;
	name_vdevs(argv[1]);
	open_first();
	while (now_ms() < end)
		step(&dice);
	for (vdev = vdevs; vdev < vdevs + nr_vdevs; vdev++)
		if (vdev->open)
			dsa_close(&vdev->dev);
	printf("copies=%lu faults=%lu maps=%lu unmaps=%lu in_flight=%lu replaced=%lu forks=%lu opened=%lu late_ms=%.0f\n",
	       did.copies, did.faults, did.maps, did.unmaps, did.in_flight, did.replaced, did.forks, did.opened, did.late_ms);
	return 0;
}
