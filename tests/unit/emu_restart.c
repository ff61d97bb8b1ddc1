// SPDX-License-Identifier: GPL-2.0-only
/* Does a section of restart.h change nothing once its thread was stopped in it? */
#include "restart.h"
#include "unit.h"

#include <signal.h>
#include <sys/rseq.h>
#include <time.h>

static void on_signal(int sig) { (void)sig; }

/* What stops a thread for sure. */
static void be_stopped(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
}

TEST("glibc has registered restartable sequences, so that all this means something")
{
	CHECK(__rseq_size > 0);
}

TEST("a section that nothing disturbs copies every size and exchanges")
{
	char from[300], to[301];
	uint64_t word;
	bool done;

	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (char)i;
	for (size_t len = 0; len <= sizeof(from); len++) {
		do {
			memset(to, 'x', sizeof(to));
			restart_begin();
		} while (!restart_copy(to, from, len));
		CHECK(!memcmp(to, from, len));
		CHECK_EQ(to[len], 'x');
	}
	do {
		word = 1;
		restart_begin();
		done = restart_exchange(&word, 1, 2);
	} while (restart_is_void());
	CHECK(done);
	CHECK_EQ(word, 2);
}

TEST("an exchange of another value changes nothing")
{
	uint64_t word = 7;

	restart_begin();
	CHECK(!restart_exchange(&word, 1, 2));
	CHECK_EQ(word, 7);
}

TEST("a section in which the thread was stopped changes nothing")
{
	char from = 'f', to = 't';
	uint64_t word = 1;

	restart_begin();
	be_stopped();
	CHECK(restart_is_void());
	CHECK(!restart_copy(&to, &from, 1));
	CHECK(!restart_exchange(&word, 1, 2));
	CHECK_EQ(to, 't');
	CHECK_EQ(word, 1);
}

static char big[2][16 << 20];
static sig_atomic_t reached;

/* Runs in the middle of the copy: how far it is. */
static void look(int sig)
{
	(void)sig;
	while (reached < (sig_atomic_t)sizeof(big[0]) && big[1][reached])
		reached += 4096;
}

TEST("a copy that is under way ends where the thread was stopped")
{
	struct sigaction action = { .sa_handler = look };
	timer_t timer;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	const struct itimerspec soon = { .it_value = { .tv_nsec = 200000 } };
	unsigned int late = 0;
	bool whole = true;

	memset(big[0], 'f', sizeof(big[0]));
	sigaction(SIGALRM, &action, NULL);
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &timer));
	/* Until the signal meets the copy, not the code around it. */
	for (unsigned int i = 0; i < 1000 && (whole || !reached); i++) {
		memset(big[1], 0, sizeof(big[1]));
		reached = 0;
		timer_settime(timer, 0, &soon, NULL);
		restart_begin();
		whole = restart_copy(big[1], big[0], sizeof(big[0]));
	}
	timer_delete(timer);
	CHECK(!whole && reached > 0 && reached < (sig_atomic_t)sizeof(big[0]));
	for (size_t i = (size_t)reached; i < sizeof(big[0]); i += 4096)
		late += big[1][i] != 0;
	CHECK_EQ(late, 0);
}
