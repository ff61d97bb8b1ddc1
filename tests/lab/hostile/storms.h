/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the owner of a DSA function can do to it, and most of it wrong. A storm is a
 * blow that a thread of its own repeats for ever.
 */
#ifndef HOSTILE_STORMS_H
#define HOSTILE_STORMS_H

#include <stdbool.h>

#include "../client/dsa.h"
#include "dice.h"

struct storm {
	const char *name;
	void (*blow)(struct dice *dice);
};

/* What the blows of this file hit. */
struct storm_target {
	struct dsa_dev dev;		/* nr_wqs, portals and handles are used */
	volatile uint64_t *portals;	/* all of BAR2 */
	size_t portals_size;
	uint64_t own, neighbour;	/* addresses, of @size bytes each */
	uint64_t size;
	/* Any bytes of BAR0, or else of config space. */
	void (*access)(bool bar0, bool write, uint64_t at, void *bytes, size_t len);
};
extern struct storm_target storm_target;

void storm_portals(struct dice *dice);
void storm_descriptors(struct dice *dice);
void storm_registers(struct dice *dice);

/* Once, before any process of them. */
void storms_count(void);
/* A thread for each of @storms; 0, or -1. */
int storms_start(const struct storm *storms, unsigned int nr, struct dice *dice);
/* Prints of each how many blows there were, in all processes. */
void storms_report(const struct storm *storms, unsigned int nr);

#endif /* HOSTILE_STORMS_H */
