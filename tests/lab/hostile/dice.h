/* SPDX-License-Identifier: GPL-2.0-only */
/* Chance that repeats itself: splitmix64 from a fixed start. */
#ifndef HOSTILE_DICE_H
#define HOSTILE_DICE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct dice {
	uint64_t state;
};

static inline uint64_t dice_next(struct dice *dice)
{
	uint64_t x = dice->state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* 0 to @sides - 1 */
static inline uint64_t dice_roll(struct dice *dice, uint64_t sides)
{
	return dice_next(dice) % sides;
}

static inline void dice_fill(struct dice *dice, void *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)dice_next(dice);
}

/* Dice for a thread or process of its own. */
static inline struct dice dice_split(struct dice *dice)
{
	return (struct dice){ dice_next(dice) };
}

#endif /* HOSTILE_DICE_H */
