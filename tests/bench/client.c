// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-client: has a device do the same over and over and does nothing else, so
 * that what is measured is the way to it and back.
 *
 *   bench-client UUID COUNT SIZE LANES spin|interrupt
 *     COUNT copies of SIZE bytes through a vdev, LANES of them in flight at a time.
 *     Who spins looks at the completion records and makes no system call; else
 *     each completion interrupts.
 *   bench-client PCI-FUNCTION COUNT
 *     COUNT commands to a function of vfio-pci, each of which interrupts.
 *   bench-client memory NAME MIB huge|small MAPPINGS
 *     Maps MIB of memory in MAPPINGS pieces, and gives it back, for a vdev or a function of
 *     vfio-pci. Prints the times in microseconds until the device reaches all of
 *     it, to unmap it, and to close with it mapped; and the bytes of the kernel's
 *     slabs that were in use more while it was mapped.
 *   bench-client share MIB huge|small UUID UUID...
 *     Maps MIB of memory for vdevs in one container. Prints the microseconds in which the first
 *     one's work queue is enabled, and the last one's; and the KiB of locked memory after each.
 *
 * What went wrong is exit status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "../lab/client/dsa.h"

#define MIB		(1ul << 20)
#define MAX_LANES	8u
#define LANE		(2 * MIB + 4096)	/* source, destination, record */
#define IOVA		0x200000ull
#define PATIENCE_MS	20000
#define STATUS_SUCCESS	0x01

struct lane {
	uint8_t *src, *dst;
	struct dsa_record *record;
	struct dsa_desc desc;
};

struct bench {
	struct dsa_dev dev;
	struct lane lane[MAX_LANES];
	unsigned int nr_lanes;
	unsigned long count, submitted, done;
	uint32_t size;
	bool interrupts;
};

static void lay_out_lane(struct bench *bench, unsigned int i, uint8_t *mem)
{
	struct lane *lane = &bench->lane[i];
	uint64_t iova = IOVA + i * LANE;

	lane->src = mem + i * LANE;
	lane->dst = lane->src + MIB;
	lane->record = (struct dsa_record *)(lane->src + 2 * MIB);
	lane->desc = (struct dsa_desc){
		.flags_opcode = DSA_OP_MEMMOVE << 24 | DSA_FLAG_CRAV | DSA_FLAG_RCR |
				(bench->interrupts ? DSA_FLAG_RCI : 0),
		.completion = iova + 2 * MIB, .src = iova, .dst = iova + MIB,
		.size = bench->size, .handle = bench->interrupts ? bench->dev.handle[0] : 0,
	};
	memset(lane->src, i + 1, bench->size);
}

static void begin(struct bench *bench, const char *uuid)
{
	size_t len = MAX_LANES * LANE;
	uint8_t *mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (mem == MAP_FAILED)
		die("no memory");
	dsa_open(&bench->dev, uuid);
	vfio_map(&bench->dev.vfio, mem, len, IOVA);
	dsa_enable(&bench->dev);
	for (unsigned int i = 0; i < bench->nr_lanes; i++)
		lay_out_lane(bench, i, mem);
}

static void submit(struct bench *bench, struct lane *lane)
{
	lane->record->status = 0;
	dsa_submit(&bench->dev, 0, &lane->desc);
	bench->submitted++;
}

/* The lanes complete in any order; those that did have their next copy. */
static void reap(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->nr_lanes; i++) {
		struct lane *lane = &bench->lane[i];

		if (!lane->record->status)
			continue;
		if (lane->record->status != STATUS_SUCCESS)
			die("status 0x%02x", lane->record->status);
		bench->done++;
		if (bench->submitted < bench->count)
			submit(bench, lane);
		else
			lane->record->status = 0;
	}
}

static void wait_for_one(struct bench *bench)
{
	if (!bench->interrupts)
		__builtin_ia32_pause();
	else if (!vfio_wait_irq(&bench->dev.vfio, 1, PATIENCE_MS))
		die("no interrupt after %lu copies", bench->done);
}

static void run(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->nr_lanes; i++)
		submit(bench, &bench->lane[i]);
	for (reap(bench); bench->done < bench->count; reap(bench))
		wait_for_one(bench);
	for (unsigned int i = 0; i < bench->nr_lanes; i++)
		if (memcmp(bench->lane[i].src, bench->lane[i].dst, bench->size))
			die("a copy differs from its source");
}

static void copy(const char *uuid, char **args)
{
	static struct bench bench;

	bench.count = strtoul(args[0], NULL, 0);
	bench.size = strtoul(args[1], NULL, 0);
	bench.nr_lanes = strtoul(args[2], NULL, 0);
	bench.interrupts = !strcmp(args[3], "interrupt");
	if (!bench.size || bench.size > MIB || !bench.nr_lanes || bench.nr_lanes > MAX_LANES ||
	    bench.count < bench.nr_lanes)
		die("1 to %u lanes, 1 byte to 1 MiB, a copy for each lane", MAX_LANES);
	begin(&bench, uuid);
	run(&bench);
	dsa_close(&bench.dev);
}

static void command(const char *function, unsigned long count)
{
	static struct dsa_dev dev;

	vfio_open(&dev.vfio, function);
	config_enable(&dev.vfio, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	vfio_set_irqs(&dev.vfio);
	while (count--)
		if (dsa_command(&dev, CMD_DRAIN_ALL, 0, NULL))
			die("the command failed");
	vfio_close(&dev.vfio);
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

/* Bytes of all objects in use. */
static long slab_bytes(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[512];
	long active, size, sum = 0;

	if (!file)
		die("/proc/slabinfo cannot be read");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %ld %*d %ld", &active, &size) == 2)
			sum += active * size;
	fclose(file);
	return sum;
}

/* A line "NAME: NUMBER kB" of the process's status. */
static unsigned long status_kib(const char *name)
{
	FILE *file = fopen("/proc/self/status", "r");
	unsigned long kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kib = strtoul(line + strlen(name) + 1, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

/* 0: a vdev maps nothing before its work queue is enabled. */
static void set_look_ms(unsigned int ms)
{
	FILE *file = fopen("/sys/module/dsa_vdev/parameters/look_ms", "w");

	if (!file || fprintf(file, "%u", ms) < 0 || fclose(file))
		die("look_ms cannot be set");
}

struct memory {
	struct dsa_dev dev;
	bool is_vdev;
	uint8_t *at;
	size_t len, piece;
};

static void take_memory(struct memory *memory, const char *kind)
{
	const size_t align = 2 * MIB;
	uint8_t *at = mmap(NULL, memory->len + align, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		die("no memory");
	memory->at = (uint8_t *)(((uintptr_t)at + align - 1) & ~(align - 1));
	if (madvise(memory->at, memory->len, strcmp(kind, "huge") ? MADV_NOHUGEPAGE : MADV_HUGEPAGE))
		die("madvise");
	memset(memory->at, 1, memory->len);
}

static void must(struct dsa_dev *dev, uint32_t code)
{
	if (dsa_command(dev, code, code == CMD_DISABLE_WQ, NULL))
		die("command %u failed", code);
}

static void set_up(struct dsa_dev *dev)
{
	set_look_ms(0);
	config_enable(&dev->vfio, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	must(dev, CMD_RESET_DEVICE);
	must(dev, CMD_ENABLE_DEVICE);
	set_look_ms(50);	/* once memory was mapped, as ever */
}

static void open_device(struct memory *memory, const char *name)
{
	memory->is_vdev = !strchr(name, ':');
	if (!memory->is_vdev) {
		vfio_open(&memory->dev.vfio, name);
		return;
	}
	dsa_open(&memory->dev, name);
	set_up(&memory->dev);
}

static void map_pieces(struct memory *memory)
{
	for (size_t at = 0; at < memory->len; at += memory->piece)
		vfio_map(&memory->dev.vfio, memory->at + at, memory->piece, IOVA + at);
}

static uint64_t enable(struct dsa_dev *dev)
{
	uint64_t begin = now_us();

	must(dev, CMD_ENABLE_WQ);
	return now_us() - begin;
}

/* The time until the device reaches all memory: a vdev's maps when its work queue is enabled. */
static uint64_t map_memory(struct memory *memory)
{
	uint64_t begin = now_us();

	map_pieces(memory);
	return memory->is_vdev ? enable(&memory->dev) : now_us() - begin;
}

static uint64_t unmap_memory(struct memory *memory)
{
	uint64_t begin = now_us();

	vfio_unmap(&memory->dev.vfio, IOVA, memory->len);
	return now_us() - begin;
}

static uint64_t close_device(struct memory *memory)
{
	uint64_t begin = now_us();

	if (memory->is_vdev)
		dsa_close(&memory->dev);
	else
		vfio_close(&memory->dev.vfio);
	return now_us() - begin;
}

static void measure_memory(char **args)
{
	static struct memory memory;
	uint64_t map, unmap;
	long before, kept;

	memory.len = strtoul(args[1], NULL, 0) * MIB;
	memory.piece = memory.len / strtoul(args[3], NULL, 0) & ~4095ul;
	memory.len = memory.piece * strtoul(args[3], NULL, 0);
	take_memory(&memory, args[2]);
	open_device(&memory, args[0]);
	before = slab_bytes();
	map = map_memory(&memory);
	kept = slab_bytes() - before;
	unmap = unmap_memory(&memory);
	if (memory.is_vdev)
		must(&memory.dev, CMD_DISABLE_WQ);
	map_memory(&memory);
	printf("%lu %lu %lu %ld\n", map, unmap, close_device(&memory), kept);
}

#define MAX_SHARERS	8

static void measure_share(const char *mib, const char *kind, char **uuids, unsigned int nr)
{
	static struct dsa_dev other[MAX_SHARERS];
	unsigned long before, first, all;
	static struct memory memory;
	uint64_t begin, end = 0;

	memory.piece = memory.len = strtoul(mib, NULL, 0) * MIB;
	take_memory(&memory, kind);
	open_device(&memory, uuids[0]);
	for (unsigned int i = 1; i < nr; i++) {
		dsa_open_beside(&other[i], uuids[i], &memory.dev);
		set_up(&other[i]);
	}
	before = status_kib("VmLck:");
	begin = map_memory(&memory);
	first = status_kib("VmLck:") - before;
	for (unsigned int i = 1; i < nr; i++)
		end = enable(&other[i]);
	all = status_kib("VmLck:") - before;
	printf("%lu %lu %lu %lu\n", begin, end, first, all);
}

int main(int argc, char **argv)
{
	if (argc > 5 && argc <= 4 + MAX_SHARERS && !strcmp(argv[1], "share"))
		measure_share(argv[2], argv[3], argv + 4, argc - 4);
	else if (argc == 6 && !strcmp(argv[1], "memory"))
		measure_memory(argv + 2);
	else if (argc == 6)
		copy(argv[1], argv + 2);
	else if (argc == 3)
		command(argv[1], strtoul(argv[2], NULL, 0));
	else
		die("usage: bench-client UUID COUNT SIZE LANES spin|interrupt, PCI-FUNCTION COUNT, memory NAME MIB huge|small MAPPINGS, "
		    "or share MIB huge|small UUID UUID...");
	return 0;
}
