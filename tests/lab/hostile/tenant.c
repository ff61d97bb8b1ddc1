// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile-tenant: does everything to a vdev that its owner can do, and most of it
 * wrong. Round after round two processes fight for the vdev; who gets it storms its
 * portals, registers, ioctls and mappings from a thread each, and then leaves in
 * one of several rude ways.
 *
 *   hostile-tenant UUID SECONDS NEIGHBOUR_IOVA
 *
 * Prints what it did as KEY=VALUE words. It fails if it is hurt itself: a
 * signal, or a round in which nobody could open the vdev.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/vfio.h>

#include "../client/dsa.h"
#include "dice.h"

#define MIB		(1ul << 20)
#define PAGE		4096ul
#define MEM		(4 * MIB)
#define OWN_IOVA	0x10000000ull
#define REG_CMD		0xa0

enum { GOT_IT = 7 };		/* exit status of who had the vdev */

enum { STORES, DESCRIPTORS, REGISTERS, IOCTLS, MAPPINGS, NR_COUNTS };
static const char *const count_names[NR_COUNTS] = {
	"stores", "descriptors", "registers", "ioctls", "mappings",
};

/* Shared by all processes. */
static _Atomic uint64_t *counts;

static struct dsa_dev dev;
static uint8_t *mem;
static volatile uint64_t *portals;	/* all of BAR2 */
static uint64_t neighbour_iova;

/* ---- Storms: each is one blow of a thread that goes on for ever ---- */

static void storm_portals(struct dice *dice)
{
	size_t qwords = dev.vfio.bar2_size / sizeof(uint64_t);

	if (dice_roll(dice, 8))
		portals[dice_roll(dice, qwords)] = dice_next(dice);
	else
		(void)portals[dice_roll(dice, qwords)];
	counts[STORES]++;
}

/* Own memory, the neighbour's, any. */
static uint64_t some_address(struct dice *dice)
{
	switch (dice_roll(dice, 4)) {
	case 0:
		return neighbour_iova + dice_roll(dice, MEM);
	case 1:
		return dice_next(dice);
	default:
		return OWN_IOVA + dice_roll(dice, MEM);
	}
}

/* Right enough to be carried out, or every field by chance. */
static void storm_descriptors(struct dice *dice)
{
	struct dsa_desc desc;

	dice_fill(dice, &desc, sizeof(desc));
	if (dice_roll(dice, 4)) {
		desc = (struct dsa_desc){
			.flags_opcode = dice_roll(dice, 0x28) << 24 | DSA_FLAG_CRAV | DSA_FLAG_RCR,
			.completion = some_address(dice) & ~31ull,
			.src = some_address(dice), .dst = some_address(dice),
			.size = dice_roll(dice, dice_roll(dice, 8) ? 4096 : 2 * MIB),
		};
		if (dice_roll(dice, 2))
			desc.flags_opcode |= DSA_FLAG_RCI;
		if (desc.flags_opcode & DSA_FLAG_RCI)
			desc.handle = dice_roll(dice, 2) ? dev.handle[0] : dice_roll(dice, 1024);
	}
	dsa_submit(&dev, dice_roll(dice, dev.nr_wqs), &desc);
	counts[DESCRIPTORS]++;
}

/* Any bytes anywhere in BAR0 and config space, and many commands. */
static void storm_registers(struct dice *dice)
{
	uint64_t region = dice_roll(dice, 6) ? dev.vfio.bar0 : dev.vfio.config;
	uint64_t at = region + dice_roll(dice, dice_roll(dice, 2) ? 0x1000 : 0x10100);
	uint8_t bytes[32];
	ssize_t n;

	dice_fill(dice, bytes, sizeof(bytes));
	if (!dice_roll(dice, 4)) {
		uint32_t command = dice_roll(dice, 16) << 20 | dice_roll(dice, 4) |
				   (dice_roll(dice, 2) ? 1u << 31 : 0);

		n = pwrite(dev.vfio.fd, &command, sizeof(command), dev.vfio.bar0 + REG_CMD);
	} else if (dice_roll(dice, 2)) {
		n = pwrite(dev.vfio.fd, bytes, 1 + dice_roll(dice, sizeof(bytes)), at);
	} else {
		n = pread(dev.vfio.fd, bytes, 1 + dice_roll(dice, sizeof(bytes)), at);
	}
	(void)n;
	counts[REGISTERS]++;
}

/* Interrupts more often than the rest; pointers, sizes and numbers by chance. */
static void storm_ioctls(struct dice *dice)
{
	union {
		struct vfio_irq_set set;
		uint8_t bytes[256];
	} arg;
	unsigned int nr = dice_roll(dice, 24);

	dice_fill(dice, &arg, sizeof(arg));
	arg.set.argsz = dice_roll(dice, 8) ? sizeof(arg) : dice_roll(dice, 64);
	if (dice_roll(dice, 2)) {
		nr = VFIO_DEVICE_SET_IRQS - _IO(VFIO_TYPE, VFIO_BASE);
		arg.set.flags = 1u << dice_roll(dice, 3) | 8u << dice_roll(dice, 3);
		arg.set.index = dice_roll(dice, 5);
		arg.set.start = dice_roll(dice, 4);
		arg.set.count = dice_roll(dice, 4);
		for (unsigned int i = 0; i < 3; i++)
			((int32_t *)arg.set.data)[i] = dice_roll(dice, 24) - 1;
	}
	ioctl(dev.vfio.fd, _IO(VFIO_TYPE, VFIO_BASE + nr),
	      dice_roll(dice, 16) ? &arg : (void *)dice_next(dice));
	counts[IOCTLS]++;
}

static void storm_mappings(struct dice *dice)
{
	uint64_t at = dice_roll(dice, MEM / PAGE) * PAGE;
	uint64_t size = (1 + dice_roll(dice, (MEM - at) / PAGE)) * PAGE;
	uint64_t iova = dice_roll(dice, 8) ? OWN_IOVA + at : dice_next(dice) & ~(PAGE - 1);
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .vaddr = (uintptr_t)mem + at, .iova = iova, .size = size,
		.flags = 1 + dice_roll(dice, 3),
	};
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .iova = iova, .size = size };

	if (dice_roll(dice, 2))
		ioctl(dev.vfio.container, VFIO_IOMMU_MAP_DMA, &map);
	else
		ioctl(dev.vfio.container, VFIO_IOMMU_UNMAP_DMA, &unmap);
	counts[MAPPINGS]++;
}

static void (*const storms[])(struct dice *dice) = {
	storm_portals, storm_descriptors, storm_registers, storm_ioctls, storm_mappings,
};
#define NR_STORMS (sizeof(storms) / sizeof(storms[0]))

struct thread {
	pthread_t thread;
	void (*storm)(struct dice *dice);
	struct dice dice;
};

/* Now and then it lets others run: the machine may have one processor only. */
__attribute__((noreturn)) static void *storm_on(void *arg)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct thread *thread = arg;

	for (;;) {
		for (unsigned int i = 0; i < 32; i++)
			thread->storm(&thread->dice);
		nanosleep(&pause, NULL);
	}
}

/* ---- A round ---- */

static void leave(unsigned int how)
{
	switch (how) {
	case 0:
		_exit(GOT_IT);
	case 1:
		close(dev.vfio.fd);
		close(dev.vfio.container);
		usleep(20000);
		_exit(GOT_IT);
	case 2:
		for (unsigned int i = 0; i < 20; i++)
			ioctl(dev.vfio.fd, VFIO_DEVICE_RESET);
		_exit(GOT_IT);
	default:
		raise(SIGKILL);
	}
}

static void take(const char *uuid)
{
	dsa_open(&dev, uuid);
	mem = mmap(NULL, MEM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	portals = mmap(NULL, dev.vfio.bar2_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		       dev.vfio.fd, dev.vfio.bar2);
	if (mem == MAP_FAILED || portals == MAP_FAILED)
		_exit(2);
	vfio_map(&dev.vfio, mem, MEM, OWN_IOVA);
	dsa_enable(&dev);
}

/* One process of a round. die() in take() means that the other one was first. */
static void fight(const char *uuid, struct dice *dice)
{
	static struct thread threads[NR_STORMS];

	take(uuid);
	for (unsigned int i = 0; i < NR_STORMS; i++) {
		threads[i].storm = storms[i];
		threads[i].dice = dice_split(dice);
		if (pthread_create(&threads[i].thread, NULL, storm_on, &threads[i]))
			_exit(2);
	}
	usleep(100000 + dice_roll(dice, 500000));
	leave(dice_roll(dice, 4));
}

static pid_t start_fighter(const char *uuid, struct dice *dice)
{
	struct dice own = dice_split(dice);
	pid_t pid = fork();

	if (pid < 0)
		die("fork failed");
	if (!pid) {
		/* Who loses says so, which is nothing to report. */
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		fight(uuid, &own);
	}
	return pid;
}

/* Whether it had the vdev. */
static bool end_fighter(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("a process was lost");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return true;
	if (WIFSIGNALED(status))
		die("a process ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != GOT_IT && WEXITSTATUS(status) != 1)
		die("a process ended with %d", WEXITSTATUS(status));
	return WEXITSTATUS(status) == GOT_IT;
}

static unsigned int run_round(const char *uuid, struct dice *dice)
{
	pid_t pids[2];
	unsigned int won = 0;

	for (unsigned int i = 0; i < 2; i++)
		pids[i] = start_fighter(uuid, dice);
	for (unsigned int i = 0; i < 2; i++)
		won += end_fighter(pids[i]);
	if (!won)
		die("nobody could open the vdev and enable it");
	return won;
}

static void report(unsigned int rounds, unsigned int won)
{
	printf("rounds=%u opened=%u", rounds, won);
	for (unsigned int i = 0; i < NR_COUNTS; i++)
		printf(" %s=%" PRIu64, count_names[i], (uint64_t)counts[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct dice dice = { 1 };
	unsigned int rounds = 0, won = 0;
	time_t end;

	if (argc != 4)
		die("usage: hostile-tenant UUID SECONDS NEIGHBOUR_IOVA");
	end = time(NULL) + atol(argv[2]);
	neighbour_iova = strtoull(argv[3], NULL, 0);
	counts = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		die("no memory");
	for (; time(NULL) < end; rounds++)
		won += run_round(argv[1], &dice);
	report(rounds, won);
	return 0;
}
