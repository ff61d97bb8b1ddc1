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
 *
 * What went wrong is exit status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

int main(int argc, char **argv)
{
	if (argc == 6)
		copy(argv[1], argv + 2);
	else if (argc == 3)
		command(argv[1], strtoul(argv[2], NULL, 0));
	else
		die("usage: bench-client UUID COUNT SIZE LANES spin|interrupt, or PCI-FUNCTION COUNT");
	return 0;
}
