// SPDX-License-Identifier: GPL-2.0-only
/* The blows of whoever owns a DSA function; see storms.h. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#include "storms.h"

#define MIB		(1ul << 20)
#define MAX_STORMS	8

struct storm_target storm_target;

void storm_portals(struct dice *dice)
{
	size_t qwords = storm_target.portals_size / sizeof(uint64_t);

	if (dice_roll(dice, 8))
		storm_target.portals[dice_roll(dice, qwords)] = dice_next(dice);
	else
		(void)storm_target.portals[dice_roll(dice, qwords)];
}

/* Own memory, the neighbour's, any. */
static uint64_t some_address(struct dice *dice)
{
	switch (dice_roll(dice, 4)) {
	case 0:
		return storm_target.neighbour + dice_roll(dice, storm_target.size);
	case 1:
		return dice_next(dice);
	default:
		return storm_target.own + dice_roll(dice, storm_target.size);
	}
}

/* Right enough to be carried out, or every field by chance. */
void storm_descriptors(struct dice *dice)
{
	struct dsa_dev *dev = &storm_target.dev;
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
			desc.handle = dice_roll(dice, 2) ? dev->handle[0] : dice_roll(dice, 1024);
	}
	dsa_submit(dev, dice_roll(dice, dev->nr_wqs), &desc);
}

/* Any bytes anywhere in BAR0 and config space, and many commands. */
void storm_registers(struct dice *dice)
{
	bool bar0 = dice_roll(dice, 6);
	uint64_t at = dice_roll(dice, dice_roll(dice, 2) ? 0x1000 : 0x10100);
	uint8_t bytes[32];
	uint32_t command;

	if (!dice_roll(dice, 4)) {
		command = dice_roll(dice, 16) << 20 |
			  dice_roll(dice, dice_roll(dice, 4) ? 4 : 1 << 20) |
			  (dice_roll(dice, 2) ? CMD_INTERRUPT : 0);
		storm_target.access(true, true, REG_CMD, &command, sizeof(command));
		return;
	}
	dice_fill(dice, bytes, sizeof(bytes));
	storm_target.access(bar0, dice_roll(dice, 2), at, bytes,
			    1 + dice_roll(dice, sizeof(bytes)));
}

/* ---- Threads that repeat them ---- */

static _Atomic uint64_t *counts;	/* shared by all processes */

void storms_count(void)
{
	counts = mmap(NULL, MAX_STORMS * sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		die("no memory");
}

struct thread {
	pthread_t thread;
	void (*blow)(struct dice *dice);
	_Atomic uint64_t *count;
	struct dice dice;
};

/* Now and then it lets others run: the machine may have one processor only. */
__attribute__((noreturn)) static void *storm_on(void *arg)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct thread *thread = arg;

	for (;;) {
		for (unsigned int i = 0; i < 32; i++) {
			thread->blow(&thread->dice);
			++*thread->count;
		}
		nanosleep(&pause, NULL);
	}
}

int storms_start(const struct storm *storms, unsigned int nr, struct dice *dice)
{
	static struct thread threads[MAX_STORMS];

	for (unsigned int i = 0; i < nr; i++) {
		threads[i].blow = storms[i].blow;
		threads[i].count = &counts[i];
		threads[i].dice = dice_split(dice);
		if (pthread_create(&threads[i].thread, NULL, storm_on, &threads[i]))
			return -1;
	}
	return 0;
}

void storms_report(const struct storm *storms, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		printf(" %s=%" PRIu64, storms[i].name, (uint64_t)counts[i]);
	printf("\n");
}
