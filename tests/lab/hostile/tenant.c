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
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/dsa_vdev_bare.h>
#include <linux/vfio.h>

#include "storms.h"

#define MIB		(1ul << 20)
#define PAGE		4096ul
#define MEM		(4 * MIB)
#define OWN_IOVA	0x10000000ull

enum { GOT_IT = 7 };		/* exit status of who had the vdev */

static struct dsa_dev *const dev = &storm_target.dev;
static uint8_t *mem;

/* ---- Storms that only a VFIO user can raise ---- */

static void access_region(bool bar0, bool write, uint64_t at, void *bytes, size_t len)
{
	uint64_t off = (bar0 ? dev->vfio.bar0 : dev->vfio.config) + at;
	ssize_t n = write ? pwrite(dev->vfio.fd, bytes, len, off) :
			    pread(dev->vfio.fd, bytes, len, off);

	(void)n;
}

/* Requests of a bare vdev, of which most have the form that they should. */
static void storm_requests(struct dice *dice)
{
	static const uint32_t sizes[] = {
		sizeof(struct vdsa_bare_info), sizeof(struct vdsa_bare_act), sizeof(struct vdsa_bare_map),
		sizeof(struct vdsa_bare_events), sizeof(struct vdsa_bare_pending),
	};
	unsigned int nr = dice_roll(dice, 2) ? 1 : dice_roll(dice, 6);
	union {
		struct vdsa_bare_act act;
		uint8_t bytes[512];
	} arg = {};

	if (!dice_roll(dice, 4))
		dice_fill(dice, &arg, sizeof(arg));
	arg.act.argsz = dice_roll(dice, 8) && nr < 5 ? sizes[nr] : dice_roll(dice, 600);
	arg.act.flags = dice_roll(dice, 16) ? 0 : dice_roll(dice, 4);
	arg.act.action = dice_roll(dice, 10);
	if (nr == 1 && dice_roll(dice, 8)) {
		arg.act.wqs = arg.act.action <= VDSA_BARE_RESET;
		arg.act.vector = 0;
		arg.act.ticket = arg.act.action == VDSA_BARE_ENABLE ? dice_roll(dice, 10) : 0;
		arg.act.reserved = 0;
	}
	ioctl(dev->vfio.fd, _IO(VDSA_BARE_TYPE, nr), dice_roll(dice, 16) ? &arg : (void *)dice_next(dice));
}

/* Interrupts more often than the rest; pointers, sizes and numbers by chance. */
static void storm_ioctls(struct dice *dice)
{
	union {
		struct vfio_irq_set set;
		uint8_t bytes[256];
	} arg;
	unsigned int nr = dice_roll(dice, 24);

	if (dev->vfio.bare && dice_roll(dice, 4))
		return storm_requests(dice);
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
	ioctl(dev->vfio.fd, _IO(VFIO_TYPE, VFIO_BASE + nr),
	      dice_roll(dice, 16) ? &arg : (void *)dice_next(dice));
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
		ioctl(dev->vfio.container, VFIO_IOMMU_MAP_DMA, &map);
	else
		ioctl(dev->vfio.container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

static const struct storm storms[] = {
	{ "stores", storm_portals }, { "descriptors", storm_descriptors },
	{ "registers", storm_registers }, { "ioctls", storm_ioctls },
	{ "mappings", storm_mappings },
};
#define NR_STORMS (sizeof(storms) / sizeof(storms[0]))

/* ---- A round ---- */

static void leave(unsigned int how)
{
	switch (how) {
	case 0:
		_exit(GOT_IT);
	case 1:
		close(dev->vfio.fd);
		close(dev->vfio.container);
		usleep(20000);
		_exit(GOT_IT);
	case 2:
		for (unsigned int i = 0; i < 20; i++)
			ioctl(dev->vfio.fd, VFIO_DEVICE_RESET);
		_exit(GOT_IT);
	default:
		raise(SIGKILL);
	}
}

static void take(const char *uuid)
{
	dsa_open(dev, uuid);
	mem = mmap(NULL, MEM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	storm_target.portals_size = dev->vfio.bar2_size;
	storm_target.portals = mmap(NULL, dev->vfio.bar2_size, PROT_READ | PROT_WRITE, MAP_SHARED,
				    dev->vfio.fd, dev->vfio.bar2);
	if (mem == MAP_FAILED || storm_target.portals == MAP_FAILED)
		_exit(2);
	vfio_map(&dev->vfio, mem, MEM, OWN_IOVA);
	dsa_enable(dev);
}

/* One process of a round. die() in take() means that the other one was first. */
static void fight(const char *uuid, struct dice *dice)
{
	take(uuid);
	if (storms_start(storms, NR_STORMS, dice))
		_exit(2);
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

int main(int argc, char **argv)
{
	struct dice dice = { 1 };
	unsigned int rounds = 0, won = 0;
	time_t end;

	if (argc != 4)
		die("usage: hostile-tenant UUID SECONDS NEIGHBOUR_IOVA");
	end = time(NULL) + atol(argv[2]);
	storm_target.own = OWN_IOVA;
	storm_target.neighbour = strtoull(argv[3], NULL, 0);
	storm_target.size = MEM;
	storm_target.access = access_region;
	storms_count();
	for (; time(NULL) < end; rounds++)
		won += run_round(argv[1], &dice);
	printf("rounds=%u opened=%u", rounds, won);
	storms_report(storms, NR_STORMS);
	return 0;
}
