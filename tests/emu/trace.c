// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happened, in which order? One line per event, from any thread, each
 * written in one piece.
 */
#include "emu.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

/* Longer lines are cut: an event is one short line by contract. */
#define LINE_MAX_LEN 512

static FILE *trace_file;
static struct timespec trace_start;

void emu_trace_open(FILE *file)
{
	clock_gettime(CLOCK_MONOTONIC, &trace_start);
	if (file)
		setvbuf(file, NULL, _IOLBF, 2 * LINE_MAX_LEN);
	trace_file = file;
}

static double trace_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - trace_start.tv_sec) +
	       (double)(now.tv_nsec - trace_start.tv_nsec) / 1e9;
}

/* Fills @line, newline included; returns its length. */
static size_t trace_format(char line[LINE_MAX_LEN], const char *kind,
			   const char *fmt, va_list ap)
{
	const size_t room = LINE_MAX_LEN - 1;	/* one for the newline */
	size_t len;

	snprintf(line, room, "%.6f %s ", trace_seconds(), kind);
	len = strlen(line);
	vsnprintf(line + len, room - len, fmt, ap);
	len = strlen(line);
	line[len++] = '\n';
	return len;
}

void emu_trace(const char *kind, const char *fmt, ...)
{
	bool violation = !strcmp(kind, "VIOLATION");
	char line[LINE_MAX_LEN];
	va_list ap;
	size_t len;

	if (!trace_file && !violation)
		return;
	va_start(ap, fmt);
	len = trace_format(line, kind, fmt, ap);
	va_end(ap);
	/* One fwrite() holds the stream's lock for the whole line. */
	if (trace_file)
		fwrite(line, 1, len, trace_file);
	if (violation)
		fwrite(line, 1, len, stderr);
}
