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
 *   bench-client memory MIB KIND MAPPINGS NAME...
 *     Maps MIB of memory in MAPPINGS pieces, and gives it back, for a vdev or a function of
 *     vfio-pci, and once before, for an emulated machine takes long for what it runs for
 *     the first time. Prints the times in microseconds until the device reaches all of
 *     it (a vdev: the enable of its work queue, less what that takes with all mapped already),
 *     to unmap it, and to close with it mapped; the bytes that the kernel had allocated more
 *     while it was mapped; the first time of before; and what was left out. A line for each
 *     name, of one after the other with the same pages: how far these lie side by side
 *     decides what is compared.
 *   bench-client share MIB KIND UUID UUID...
 *     Maps MIB of memory for vdevs in one container. Prints the microseconds in which the first
 *     one's work queue is enabled, and the last one's, each less what that takes with all mapped
 *     already; and the KiB of locked memory after each.
 *   bench-client late UUID
 *     Prints the microseconds from the start of mapping a huge page while the vdev works until a
 *     copy from it has succeeded.
 *   bench-client registers UUID COUNT
 *     Prints the medians of COUNT reads and of COUNT writes of a register of 4 bytes, in
 *     nanoseconds.
 *   bench-client enable UUID MIB
 *     Prints the microseconds to hand MIB of memory to VFIO or the server, and then to enable a
 *     work queue; of the second time, as above.
 *   bench-client open UUID COUNT
 *     Prints the median of the microseconds from before the vdev is opened until a first copy has
 *     completed, the first of COUNT times not counted.
 *   bench-client idle UUID MIB
 *     Says "ready", opens the vdev after a line of input, maps MIB of memory and enables the work
 *     queue, says "open", and waits for the end of its input.
 *   bench-client kernel
 *     Prints the KiB of objects, stacks and page tables that the kernel has.
 * KIND is huge (pages of 2 MiB), small (of 4 KiB as the kernel hands them out), scattered (no
 * two of them side by side) or far: the same 512 MiB of huge pages again and again.
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
#include "../lab/client/vfio_user.h"

#define MIB		(1ul << 20)
#define MAX_LANES	8u
#define LANE		(2 * MIB + 4096)	/* source, destination, record */
#define IOVA		0x200000ull
#define MEMORY_IOVA	(1ull << 32)		/* of memory that is measured: above the MSI window */
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
	uint8_t *mem = vfio_memory(len);

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

/* A line "NAME: NUMBER kB" of the file. */
static unsigned long kib_of(const char *path, const char *name)
{
	FILE *file = fopen(path, "r");
	unsigned long kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			kib = strtoul(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

static unsigned long locked_kib(void)
{
	return kib_of("/proc/self/status", "VmLck:");
}

/* Bytes of all objects in use in caches of slabs; those of 8 KiB and more are in none. */
static long object_bytes(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	long active, total, size, per_slab, pages, slabs, sum = 0, in_slabs = 0;
	char line[512];

	if (!file)
		die("/proc/slabinfo cannot be read");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %ld %ld %ld %ld %ld : tunables %*d %*d %*d : slabdata %*d %ld",
			   &active, &total, &size, &per_slab, &pages, &slabs) == 6) {
			sum += active * size;
			in_slabs += slabs * pages * 4096;
		}
	fclose(file);
	return sum + (long)kib_of("/proc/meminfo", "Slab:") * 1024 - in_slabs;
}

/* 0: a vdev maps nothing before its work queue is enabled. An old module never does. */
static void set_look_ms(unsigned int ms)
{
	const char *path = "/sys/module/dsa_vdev/parameters/look_ms";
	FILE *file = fopen(path, "w");

	if (!file && access(path, F_OK))
		return;
	if (!file || fprintf(file, "%u", ms) < 0 || fclose(file))
		die("look_ms cannot be set");
}

struct memory {
	struct dsa_dev dev;
	bool is_vdev;
	uint8_t *at;
	size_t len, piece;
};

#define FAR_FILE	(512 * MIB)

/* So many bytes of addresses that begin at a huge page. */
static uint8_t *take_addresses(size_t len)
{
	const size_t align = 2 * MIB;
	uint8_t *at = mmap(NULL, len + align, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		die("no memory");
	return (uint8_t *)(((uintptr_t)at + align - 1) & ~(align - 1));
}

static void advise_huge_files(void)
{
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "w");

	if (!file || fputs("advise", file) < 0 || fclose(file))
		die("the kernel has no huge pages for files in memory");
}

/* One file again and again, so that there is more of it than the machine has memory. */
static void map_far(struct memory *memory)
{
	int fd = memfd_create("far", MFD_CLOEXEC);

	advise_huge_files();
	if (fd < 0 || ftruncate(fd, FAR_FILE))
		die("no file in memory");
	for (size_t at = 0; at < memory->len; at += FAR_FILE)
		if (mmap(memory->at + at, FAR_FILE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			 0) == MAP_FAILED || madvise(memory->at + at, FAR_FILE, MADV_HUGEPAGE))
			die("a file cannot be mapped again");
	memset(memory->at, 1, FAR_FILE);
	for (size_t at = 0; at < memory->len; at += 2 * MIB)
		memory->at[at] = 1;
	close(fd);
}

/* The kernel hands pages out in their order: so of two that are touched in turn none is the next. */
static void touch_scattered(struct memory *memory)
{
	for (size_t at = 0; at < memory->len; at += 2 * 4096)
		memory->at[at] = 1;
	for (size_t at = 4096; at < memory->len; at += 2 * 4096)
		memory->at[at] = 1;
}

static void take_memory(struct memory *memory, const char *kind)
{
	bool far = !strcmp(kind, "far"), huge = far || !strcmp(kind, "huge");

	memory->at = take_addresses(memory->len);
	if (far)
		map_far(memory);
	else if (madvise(memory->at, memory->len, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		die("madvise");
	if (!strcmp(kind, "scattered"))
		touch_scattered(memory);
	else if (!far)
		memset(memory->at, 1, memory->len);
	if (far && !kib_of("/proc/self/smaps_rollup", "ShmemPmdMapped:"))
		die("the file has no huge pages");
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
		vfio_map(&memory->dev.vfio, memory->at + at, memory->piece, MEMORY_IOVA + at);
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

/* The time to unmap all memory; then a vdev's work queue is disabled, so that it can map anew. */
static uint64_t give_back(struct memory *memory)
{
	uint64_t begin = now_us(), end;

	vfio_unmap(&memory->dev.vfio, MEMORY_IOVA, memory->len);
	end = now_us();
	if (memory->is_vdev)
		must(&memory->dev, CMD_DISABLE_WQ);
	return end - begin;
}

/* What the device takes for the command, with all memory mapped already. */
static uint64_t enable_again(struct dsa_dev *dev)
{
	must(dev, CMD_DISABLE_WQ);
	return enable(dev);
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

static void measure_device(struct memory *memory, const char *name)
{
	uint64_t first, map, again, unmap;
	long before, kept;

	open_device(memory, name);
	first = map_memory(memory);
	give_back(memory);
	set_look_ms(0);		/* else a poll may map some before the enable */
	before = object_bytes();
	map = map_memory(memory);
	kept = object_bytes() - before;
	again = memory->is_vdev ? enable_again(&memory->dev) : 0;
	unmap = give_back(memory);
	map_memory(memory);
	set_look_ms(50);
	printf("%lu %lu %lu %ld %lu %lu\n", map - again, unmap, close_device(memory), kept, first, again);
}

static void measure_memory(char **args, char **names)
{
	static struct memory memory;

	memory.len = strtoul(args[0], NULL, 0) * MIB;
	memory.piece = memory.len / strtoul(args[2], NULL, 0) & ~4095ul;
	memory.len = memory.piece * strtoul(args[2], NULL, 0);
	take_memory(&memory, args[1]);
	for (; *names; names++)
		measure_device(&memory, *names);
}

#define MAX_SHARERS	8

static void measure_share(const char *mib, const char *kind, char **uuids, unsigned int nr)
{
	static struct dsa_dev other[MAX_SHARERS];
	static struct memory memory;
	unsigned long before, once, all;
	int64_t first, last = 0;

	memory.piece = memory.len = strtoul(mib, NULL, 0) * MIB;
	take_memory(&memory, kind);
	open_device(&memory, uuids[0]);
	for (unsigned int i = 1; i < nr; i++) {
		dsa_open_beside(&other[i], uuids[i], &memory.dev);
		set_up(&other[i]);
	}
	before = locked_kib();
	first = map_memory(&memory);
	once = locked_kib() - before;
	for (unsigned int i = 1; i < nr; i++)
		last = enable(&other[i]);
	all = locked_kib() - before;
	first -= enable_again(&memory.dev);
	last -= enable_again(&other[nr - 1]);
	printf("%ld %ld %lu %lu\n", first, last, once, all);
}

/* Until a copy from @iova succeeds; before, it ends with a page fault. */
static void copy_until_reached(struct bench *bench, uint64_t iova)
{
	struct lane *lane = &bench->lane[0];

	for (lane->desc.src = iova; lane->record->status != STATUS_SUCCESS; bench->count++) {
		submit(bench, lane);
		if (!dsa_wait(lane->record, PATIENCE_MS))
			die("no completion after %lu copies", bench->count);
	}
}

static void measure_late(const char *uuid)
{
	static struct bench bench = { .nr_lanes = 1, .size = 4096 };
	uint8_t *page = take_addresses(2 * MIB);
	uint64_t start;

	memset(page, 5, 2 * MIB);
	begin(&bench, uuid);
	start = now_us();
	vfio_map(&bench.dev.vfio, page, 2 * MIB, MEMORY_IOVA);
	copy_until_reached(&bench, MEMORY_IOVA);
	printf("%lu\n", now_us() - start);
	if (memcmp(bench.lane[0].dst, page, bench.size))
		die("the copy differs from its source");
	dsa_close(&bench.dev);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

#define MAX_TIMES	10000ul

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median(uint64_t *took, unsigned long n)
{
	qsort(took, n, sizeof(took[0]), by_size);
	return took[n / 2];
}

static unsigned long count_of(const char *text)
{
	unsigned long n = strtoul(text, NULL, 0);

	if (!n || n > MAX_TIMES)
		die("1 to %lu times", MAX_TIMES);
	return n;
}

/* The write clears no cause of an interrupt, and so does nothing beyond the register. */
static void measure_registers(const char *uuid, unsigned long count)
{
	static uint64_t reads[MAX_TIMES], writes[MAX_TIMES];
	static struct dsa_dev dev;

	dsa_open(&dev, uuid);
	for (unsigned long i = 0; i < count; i++) {
		uint64_t begin = now_ns(), middle;

		bar0_read32(&dev.vfio, REG_GENSTS);
		middle = now_ns();
		bar0_write32(&dev.vfio, REG_INTCAUSE, 0);
		reads[i] = middle - begin;
		writes[i] = now_ns() - middle;
	}
	printf("%lu %lu\n", median(reads, count), median(writes, count));
	dsa_close(&dev);
}

/* Memory that either way can be given, so that both pin the same. */
static void take_shared(struct memory *memory, const char *mib)
{
	memory->piece = memory->len = strtoul(mib, NULL, 0) * MIB;
	memory->at = vfio_user_memory(memory->len);
}

static void measure_enable(const char *uuid, const char *mib)
{
	static struct memory memory;
	uint64_t begin, handed;

	take_shared(&memory, mib);
	open_device(&memory, uuid);
	map_memory(&memory);
	give_back(&memory);
	set_look_ms(0);
	begin = now_us();
	map_pieces(&memory);
	handed = now_us() - begin;
	printf("%lu %lu\n", handed, enable(&memory.dev));
	set_look_ms(50);
	close_device(&memory);
}

static uint64_t open_and_copy(const char *uuid, uint8_t *mem)
{
	static struct bench bench;
	struct lane *lane = &bench.lane[0];
	uint64_t begin = now_us(), took;

	bench = (struct bench) { .nr_lanes = 1, .size = 4096 };
	dsa_open(&bench.dev, uuid);
	vfio_map(&bench.dev.vfio, mem, LANE, IOVA);
	dsa_enable(&bench.dev);
	lay_out_lane(&bench, 0, mem);
	submit(&bench, lane);
	while (!lane->record->status && now_us() - begin < PATIENCE_MS * 1000ull)
		__builtin_ia32_pause();
	took = now_us() - begin;
	if (lane->record->status != STATUS_SUCCESS)
		die("status 0x%02x", lane->record->status);
	dsa_close(&bench.dev);
	return took;
}

static void measure_open(const char *uuid, unsigned long count)
{
	static uint64_t took[MAX_TIMES];
	uint8_t *mem = vfio_user_memory(LANE);

	open_and_copy(uuid, mem);
	for (unsigned long i = 0; i < count; i++)
		took[i] = open_and_copy(uuid, mem);
	printf("%lu\n", median(took, count));
}

static void say_and_wait(const char *what)
{
	char line[16];

	puts(what);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(0);
}

static void stay_open(const char *uuid, const char *mib)
{
	static struct memory memory;

	take_shared(&memory, mib);
	say_and_wait("ready");
	open_device(&memory, uuid);
	map_memory(&memory);
	say_and_wait("open");
}

static long kernel_kib(void)
{
	return object_bytes() / 1024 + (long)kib_of("/proc/meminfo", "KernelStack:") +
	       (long)kib_of("/proc/meminfo", "PageTables:");
}

/* What is called by its name and two words. */
static bool by_name(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "kernel"))
		printf("%ld\n", kernel_kib());
	else if (argc != 4)
		return false;
	else if (!strcmp(argv[1], "registers"))
		measure_registers(argv[2], count_of(argv[3]));
	else if (!strcmp(argv[1], "enable"))
		measure_enable(argv[2], argv[3]);
	else if (!strcmp(argv[1], "open"))
		measure_open(argv[2], count_of(argv[3]));
	else if (!strcmp(argv[1], "idle"))
		stay_open(argv[2], argv[3]);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	if (by_name(argc, argv))
		return 0;
	if (argc > 5 && argc <= 4 + MAX_SHARERS && !strcmp(argv[1], "share"))
		measure_share(argv[2], argv[3], argv + 4, argc - 4);
	else if (argc >= 6 && !strcmp(argv[1], "memory"))
		measure_memory(argv + 2, argv + 5);
	else if (argc == 6)
		copy(argv[1], argv + 2);
	else if (argc == 3 && !strcmp(argv[1], "late"))
		measure_late(argv[2]);
	else if (argc == 3)
		command(argv[1], strtoul(argv[2], NULL, 0));
	else
		die("usage: bench-client UUID COUNT SIZE LANES spin|interrupt, PCI-FUNCTION COUNT, memory MIB KIND MAPPINGS NAME..., "
		    "share MIB KIND UUID UUID..., late UUID, registers UUID COUNT, enable UUID MIB, "
		    "open UUID COUNT, idle UUID MIB, or kernel");
	return 0;
}
