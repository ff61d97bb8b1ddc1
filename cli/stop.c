// SPDX-License-Identifier: GPL-2.0-only
/* When shall monitor and stat end? */
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "stop.h"

/* Which signal came before stop_open(); 0: none. */
static volatile sig_atomic_t early;

void stop_early(int signal)
{
	early = signal;
}

bool stop_came(void)
{
	return early;
}

int stop_open(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (early)
		raise(early);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}
