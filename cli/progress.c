// SPDX-License-Identifier: GPL-2.0-only
/*
 * What takes so long? A thread shows the current step. The step itself may wait in the kernel for
 * seconds, and a signal would interrupt it there.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"
#include "text.h"

static struct {
	pthread_mutex_t lock;	/* guards the rest */
	pthread_cond_t changed;
	pthread_t thread;
	bool running, stop, shown;
	struct timespec show_at;
	char step[72];
} progress = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void show(void)
{
	fprintf(stderr, "\r\033[K%s", progress.step);
	fflush(stderr);
	progress.shown = true;
}

/* Silent for a second; then each step as it comes. */
static void *watch(void *unused)
{
	int err = 0;

	(void)unused;
	pthread_mutex_lock(&progress.lock);
	while (!progress.stop && !err)
		err = pthread_cond_timedwait(&progress.changed, &progress.lock,
					     &progress.show_at);
	while (!progress.stop) {
		show();
		pthread_cond_wait(&progress.changed, &progress.lock);
	}
	pthread_mutex_unlock(&progress.lock);
	return NULL;
}

void progress_begin(void)
{
	sigset_t all, before;

	if (!isatty(STDERR_FILENO))
		return;
	snprintf(progress.step, sizeof(progress.step), "dsactl: working");
	clock_gettime(CLOCK_REALTIME, &progress.show_at);
	progress.show_at.tv_sec++;
	/* Signals must reach the thread that works. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	progress.running = !pthread_create(&progress.thread, NULL, watch, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_step(const char *text)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	snprintf(progress.step, sizeof(progress.step), "dsactl: %s", text);
	text_clean(progress.step);
	pthread_cond_signal(&progress.changed);
	pthread_mutex_unlock(&progress.lock);
}

/* Under the lock. */
static void hide(void)
{
	if (progress.shown)
		fprintf(stderr, "\r\033[K");
	progress.shown = false;
}

void progress_hide(void)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	hide();
	pthread_mutex_unlock(&progress.lock);
}

void progress_end(void)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	hide();
	progress.stop = true;
	pthread_cond_signal(&progress.changed);
	pthread_mutex_unlock(&progress.lock);
	pthread_join(progress.thread, NULL);
	progress.running = false;
}
