/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What do the fuzzers share? The input as a tape that yields 0 once it has run
 * out, promises that end the run when they are broken, and a count of what was
 * executed. Include it once in each fuzzer.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tape {
	const uint8_t *at;
	size_t left;
};

static inline uint64_t tape_take(struct tape *tape, size_t bytes)
{
	uint64_t val = 0;

	if (bytes > tape->left)
		bytes = tape->left;
	memcpy(&val, tape->at, bytes);
	tape->at += bytes;
	tape->left -= bytes;
	return val;
}

/* One of @nr, by one byte. */
static inline unsigned int tape_pick(struct tape *tape, unsigned int nr)
{
	return (unsigned int)(tape_take(tape, 1) % nr);
}

/*
 * Each fuzzer says what it counts. Told when the run has come to its end, on a
 * descriptor of our own: those of the code under test may be closed.
 */
extern const char fuzz_counts[];
static uint64_t fuzz_count;
static int fuzz_out;

#define PROMISE(cond)                                                         \
	do {                                                                  \
		if (!(cond)) {                                                \
			dprintf(fuzz_out, "%s:%d: broken promise: %s\n",     \
				__FILE__, __LINE__, #cond);                   \
			abort();                                              \
		}                                                             \
	} while (0)

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void fuzz_tell(void)
{
	dprintf(fuzz_out, "executed: %" PRIu64 " %s\n", fuzz_count, fuzz_counts);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_out = dup(STDOUT_FILENO);
	return atexit(fuzz_tell);
}

#endif /* FUZZ_H */
