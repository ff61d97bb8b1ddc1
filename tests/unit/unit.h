/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The unit test harness: TEST() names one behaviour as a sentence, CHECK()
 * asserts, and the program prints TAP and exits 1 if anything failed.
 * Include it once in each test program.
 */
#ifndef UNIT_H
#define UNIT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

static struct unit_test *unit_tests, **unit_tail = &unit_tests;
static bool unit_failed;
static const char *unit_skipped;

#define UNIT_PASTE_(a, b) a##b
#define UNIT_PASTE(a, b) UNIT_PASTE_(a, b)

/* TEST("a full queue refuses one more") { ... } */
#define TEST(sentence) UNIT_TEST(sentence, __LINE__)
#define UNIT_TEST(sentence, id)                                               \
	static void UNIT_PASTE(unit_run_, id)(void);                          \
	static struct unit_test UNIT_PASTE(unit_test_, id) = {                \
		.name = sentence, .run = UNIT_PASTE(unit_run_, id) };         \
	__attribute__((constructor)) static void UNIT_PASTE(unit_add_, id)(void) \
	{                                                                     \
		*unit_tail = &UNIT_PASTE(unit_test_, id);                     \
		unit_tail = &UNIT_PASTE(unit_test_, id).next;                 \
	}                                                                     \
	static void UNIT_PASTE(unit_run_, id)(void)

/* SKIP("why"): ends the test, which counts neither as passed nor as failed. */
#define SKIP(why)                                                             \
	do {                                                                  \
		unit_skipped = why;                                           \
		return;                                                       \
	} while (0)

/* CHECK(cond): on failure says where, and the test goes on. */
#define CHECK(cond)                                                           \
	do {                                                                  \
		if (!(cond)) {                                                \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);   \
			unit_failed = true;                                   \
		}                                                             \
	} while (0)

/* CHECK_EQ(got, want): both as integers, both shown on failure. */
#define CHECK_EQ(got, want)                                                   \
	do {                                                                  \
		uint64_t got_ = (uint64_t)(got), want_ = (uint64_t)(want);    \
		if (got_ != want_) {                                          \
			printf("# %s:%d: %s is 0x%" PRIx64                    \
			       ", not 0x%" PRIx64 "\n", __FILE__, __LINE__,   \
			       #got, got_, want_);                            \
			unit_failed = true;                                   \
		}                                                             \
	} while (0)

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;
	unsigned int nr = 0, nr_failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct unit_test *t = unit_tests; t; t = t->next) {
		if (only && !strstr(t->name, only))
			continue;
		unit_failed = false;
		unit_skipped = NULL;
		t->run();
		printf("%sok %u - %s%s%s\n", unit_failed ? "not " : "", ++nr, t->name,
		       unit_skipped ? " # SKIP " : "", unit_skipped ?: "");
		nr_failed += unit_failed;
	}
	printf("1..%u\n", nr);
	return nr_failed || !nr;
}

#endif /* UNIT_H */
