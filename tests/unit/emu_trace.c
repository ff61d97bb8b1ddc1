// SPDX-License-Identifier: GPL-2.0-only
/* Is each event of the device model one whole line, whoever writes it? */
#include "emu.h"
#include "unit.h"

#include <pthread.h>

static void *trace_on(void *arg)
{
	for (unsigned int i = 0; i < 500; i++)
		emu_trace("bus", "thread=%u line=%u end", *(unsigned int *)arg, i);
	return NULL;
}

TEST("trace lines of many threads stay whole")
{
	unsigned int ids[4] = { 0, 1, 2, 3 }, lines = 0, whole = 0;
	FILE *file = tmpfile();
	pthread_t threads[4];
	char line[256];

	emu_trace_open(file);
	for (unsigned int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, trace_on, &ids[i]);
	for (unsigned int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	emu_trace_open(NULL);
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		double seconds;
		unsigned int id, nr;
		char end[4];

		lines++;
		whole += sscanf(line, "%lf bus thread=%u line=%u %3s", &seconds,
				&id, &nr, end) == 4 && !strcmp(end, "end");
	}
	CHECK_EQ(lines, 2000);
	CHECK_EQ(whole, 2000);
	fclose(file);
}

TEST("a trace line that is too long is cut, not split")
{
	FILE *file = tmpfile();
	char text[2000], line[4096];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	emu_trace_open(file);
	emu_trace("bus", "%s", text);
	emu_trace("bus", "next");
	emu_trace_open(NULL);
	rewind(file);
	CHECK(fgets(line, sizeof(line), file) && strlen(line) <= 512 &&
	      line[strlen(line) - 1] == '\n');
	CHECK(fgets(line, sizeof(line), file) && strstr(line, " bus next\n"));
	fclose(file);
}
