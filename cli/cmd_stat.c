// SPDX-License-Identifier: GPL-2.0-only
/* stat: how busy are the vdevs? */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "metrics.h"
#include "out.h"
#include "stop.h"
#include "verbs.h"

static const struct column columns[] = {
	{ "VDEV", "vdev", 0, 0 }, { "NAME", "name", 0, 0 }, { "VECTOR", "vector", 0, 0 },
	{ "INTERRUPTS", "interrupts", 0, 0 }, { "WQ", "wq", 0, 0 }, { "SIZE", "size", 0, 0 },
	{ "OCCUPANCY", "occupancy", 0, 0 }, { "COMMANDS", "commands", 0, 0 },
	{ "ERRORS", "errors", 0, 0 },
};

const struct table stat_tables[] = { TABLE("vectors", columns), { 0 } };

/* Counters since the vdev was opened; shown as the difference to the report before. */
static const char *const counters[] = { "interrupts", "commands", "errors" };

struct sampler {
	struct dsactl_ctx *ctx;
	const struct cmd_line *line;
	json_object *before;	/* rows of the last report, with their totals */
};

/* ---- One report ---- */

static struct dsactl_wq *find_wq(struct dsactl_ctx *ctx, struct dsactl_vdev *vdev,
				 unsigned int vector)
{
	struct dsactl_device *device = dsactl_device_find(ctx, dsactl_vdev_get_device_name(vdev));
	struct dsactl_slice *slice;
	struct dsactl_wq *wq;

	if (!device || !vector)
		return NULL;
	dsactl_slice_foreach(ctx, slice) {
		if (dsactl_slice_get_id(slice) != dsactl_vdev_get_slice_id(vdev))
			continue;
		dsactl_wq_foreach(device, wq)
			if (dsactl_wq_get_id(wq) == (int)dsactl_slice_get_wq_id(slice, vector - 1))
				return wq;
	}
	return NULL;
}

static json_object *read_vdev(struct dsactl_ctx *ctx, struct dsactl_vdev *vdev,
			      json_object *rows)
{
	struct dsactl_vector *vector;

	dsactl_vector_foreach(vdev, vector)
		json_object_array_add(rows, json_stat(vdev, vector,
			find_wq(ctx, vdev, dsactl_vector_get_index(vector))));
	return rows;
}

/* The rows of all vdevs or of the one that was named; NULL and a message if none. */
static json_object *read_rows(struct sampler *sampler)
{
	const struct value *name = &sampler->line->arg[0];
	struct dsactl_ctx *ctx = sampler->ctx;
	json_object *rows;
	struct dsactl_vdev *vdev = NULL;

	if (name->set && !(vdev = dsactl_vdev_find(ctx, name->text)))
		return NULL;
	rows = json_object_new_array();
	if (vdev)
		return read_vdev(ctx, vdev, rows);
	dsactl_vdev_foreach(ctx, vdev)
		read_vdev(ctx, vdev, rows);
	return rows;
}

/* ---- Since the report before ---- */

static bool is_same(json_object *a, json_object *b)
{
	return json_object_equal(json_object_object_get(a, "vdev"),
				 json_object_object_get(b, "vdev")) &&
	       json_object_equal(json_object_object_get(a, "vector"),
				 json_object_object_get(b, "vector"));
}

static json_object *row_before(struct sampler *sampler, json_object *row)
{
	size_t nr = sampler->before ? json_object_array_length(sampler->before) : 0;

	for (size_t i = 0; i < nr; i++) {
		json_object *before = json_object_array_get_idx(sampler->before, i);

		if (is_same(before, row))
			return before;
	}
	return NULL;
}

/* A counter that went back belongs to a vdev that was opened again. */
static void subtract(json_object *row, json_object *before)
{
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		json_object *now = json_object_object_get(row, counters[i]);
		int64_t total = json_object_get_int64(now);
		int64_t then = json_object_get_int64(json_object_object_get(before, counters[i]));

		if (now)
			json_object_set_int64(now, total >= then ? total - then : total);
	}
}

static json_object *differences(struct sampler *sampler, json_object *rows)
{
	json_object *changed = NULL;
	size_t nr = json_object_array_length(rows);

	if (json_object_deep_copy(rows, &changed, NULL))
		return NULL;
	for (size_t i = 0; i < nr; i++) {
		json_object *row = json_object_array_get_idx(changed, i);

		subtract(row, row_before(sampler, row));
	}
	return changed;
}

/* ---- Reports ---- */

static int print_report(struct sampler *sampler, json_object *rows, uint64_t seconds)
{
	const struct table_style style = table_style(sampler->line);
	json_object *document;
	int code;

	if (sampler->line->output == OUT_JSON) {
		document = json_document_now();
		json_object_object_add(document, "seconds", json_object_new_int64(seconds));
		json_object_object_add(document, "vectors", rows);
		out_json_line(document);
		return EXIT_DONE;
	}
	if (seconds)
		printf("\n");
	code = table_print(stat_tables, rows, &style);
	json_object_put(rows);
	return code;
}

/* @seconds since the report before; 0: the first one. */
static int report(struct sampler *sampler, uint64_t seconds)
{
	json_object *rows, *changed;
	int code, err = dsactl_refresh(sampler->ctx);

	if (err)
		return out_error(sampler->ctx, err);
	rows = read_rows(sampler);
	if (!rows)
		return out_error(sampler->ctx, dsactl_get_error(sampler->ctx));
	err = dsactl_get_error(sampler->ctx);
	if (err) {
		json_object_put(rows);
		return out_error(sampler->ctx, err);
	}
	changed = differences(sampler, rows);
	json_object_put(sampler->before);
	sampler->before = rows;
	code = changed ? print_report(sampler, changed, seconds) : EXIT_FAILED;
	return code ?: fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}

static bool sleep_or_stop(int stop, uint64_t seconds)
{
	struct pollfd fd = { .fd = stop, .events = POLLIN };

	return poll(&fd, 1, seconds * 1000) == 0;
}

int cmd_stat(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	const struct value *interval = &line->arg[1], *count = &line->arg[2];
	struct sampler sampler = { .ctx = ctx, .line = line };
	uint64_t left = interval->set && !count->set ? UINT64_MAX : count->number;
	int code, stop;

	if (interval->set && (!interval->number || interval->number > 86400))
		return out_usage(line->cmd, "INTERVAL: %s is out of range (1 to 86400)",
				 interval->text);
	if (count->set && !count->number)
		return out_usage(line->cmd, "COUNT: %s is out of range (1 and up)", count->text);
	code = table_check_columns(line, 1);
	if (code)
		return code;
	if (line->output == OUT_OPENMETRICS || line->output == OUT_PROMETHEUS)
		return metrics_run(ctx, line);
	stop = stop_open();
	code = report(&sampler, 0);
	if (code == EXIT_DONE)
		out_note_module(ctx, line);
	while (code == EXIT_DONE && left-- > 1 && sleep_or_stop(stop, interval->number))
		code = report(&sampler, interval->number);
	json_object_put(sampler.before);
	close(stop);
	return code;
}
