// SPDX-License-Identifier: GPL-2.0-only
/* When shall monitor and stat end? */
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

#include "stop.h"

int stop_open(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}
