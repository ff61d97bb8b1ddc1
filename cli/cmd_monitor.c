// SPDX-License-Identifier: GPL-2.0-only
/* monitor: what happens, as it happens? */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "json.h"
#include "out.h"
#include "stop.h"
#include "text.h"
#include "verbs.h"

/* What --device and --vdev mean now: idxd's name and the UUID; "" without the option. */
struct filter {
	struct dsactl_ctx *ctx;
	const struct cmd_line *line;
	char device[64], vdev[64];
	bool found_device, found_vdev;
};

static void find_device(struct filter *filter)
{
	struct dsactl_device *device = dsactl_refresh(filter->ctx) ? NULL :
		dsactl_device_find(filter->ctx, filter->line->opt[OPT_DEVICE].text);

	filter->found_device = device;
	if (device)
		snprintf(filter->device, sizeof(filter->device), "%s", dsactl_device_get_name(device));
}

static void find_vdev(struct filter *filter)
{
	struct dsactl_vdev *vdev = dsactl_refresh(filter->ctx) ? NULL :
		dsactl_vdev_find(filter->ctx, filter->line->opt[OPT_VDEV].text);

	filter->found_vdev = vdev;
	if (vdev)
		snprintf(filter->vdev, sizeof(filter->vdev), "%s", dsactl_vdev_get_uuid(vdev));
}

/* Otherwise a typo would wait for ever. */
static void note_absent(const struct filter *filter, const char *name, const char *what)
{
	char text[256];

	if (filter->line->opt[OPT_QUIET].set)
		return;
	snprintf(text, sizeof(text), "%s: there is no such %s yet: waiting for it", name, what);
	out_note(text);
}

/* Neither needs to exist yet. */
static void begin_filter(struct filter *filter)
{
	const struct value *opt = filter->line->opt;

	snprintf(filter->device, sizeof(filter->device), "%s", opt[OPT_DEVICE].text ?: "");
	snprintf(filter->vdev, sizeof(filter->vdev), "%s", opt[OPT_VDEV].text ?: "");
	if (opt[OPT_DEVICE].set)
		find_device(filter);
	if (opt[OPT_DEVICE].set && !filter->found_device)
		note_absent(filter, opt[OPT_DEVICE].text, "device");
	if (opt[OPT_VDEV].set)
		find_vdev(filter);
	if (opt[OPT_VDEV].set && !filter->found_vdev)
		note_absent(filter, opt[OPT_VDEV].text, "vdev");
}

/* A device that comes may be the one of that address, a vdev the one of that name. */
static void learn(struct filter *filter, const struct dsactl_event *event)
{
	const struct value *opt = filter->line->opt;

	if (opt[OPT_DEVICE].set && !strcmp(dsactl_event_get_object(event), "device") &&
	    (!filter->found_device || !strcmp(dsactl_event_get_action(event), "add")))
		find_device(filter);
	if (opt[OPT_VDEV].set && !strcmp(dsactl_event_get_vdev_name(event), opt[OPT_VDEV].text))
		snprintf(filter->vdev, sizeof(filter->vdev), "%s", dsactl_event_get_vdev_uuid(event));
}

static bool is_wanted(const struct filter *filter, const struct dsactl_event *event)
{
	if (!strcmp(dsactl_event_get_object(event), "monitor"))
		return true;
	if (filter->device[0] && strcmp(dsactl_event_get_device_name(event), filter->device))
		return false;
	return !filter->vdev[0] || !strcasecmp(dsactl_event_get_vdev_uuid(event), filter->vdev);
}

static void print_pair(const char *key, const char *value)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", value);
	if (text[0])
		printf(" %s=%s", key, text_clean(text));
}

/* While much memory is mapped: how far it is. */
static void print_progress(const struct dsactl_event *event)
{
	if (strcmp(dsactl_event_get_mapping_state_name(event), "mapping"))
		return;
	printf(" mapped=%" PRIu64 " of=%" PRIu64, dsactl_event_get_mapped_bytes(event),
	       dsactl_event_get_wanted_bytes(event));
}

static void print_event(const struct dsactl_event *event)
{
	char now[OUT_TIME_SIZE];

	printf("%s %s %s %s", out_time(now), dsactl_event_get_object(event),
	       dsactl_event_get_action(event), dsactl_event_get_name(event));
	print_pair("state", dsactl_event_get_state_name(event));
	print_pair("device", dsactl_event_get_device_name(event));
	print_pair("vdev", dsactl_event_get_vdev_uuid(event));
	print_pair("name", dsactl_event_get_vdev_name(event));
	if (dsactl_event_get_errors(event))
		printf(" errors=%" PRIu64, dsactl_event_get_errors(event));
	print_progress(event);
	printf("\n");
}

/* Flush each line: a reader waits for it. */
static bool print_all(struct dsactl_monitor *monitor, struct filter *filter)
{
	const struct dsactl_event *event;

	while ((event = dsactl_monitor_read(monitor))) {
		learn(filter, event);
		if (!is_wanted(filter, event))
			continue;
		if (filter->line->output == OUT_JSON)
			out_json_line(json_event(event));
		else
			print_event(event);
	}
	return !fflush(stdout);
}

static int watch(struct dsactl_monitor *monitor, struct filter *filter)
{
	struct pollfd fds[] = {
		{ .fd = stop_open(), .events = POLLIN },
		{ .fd = dsactl_monitor_get_fd(monitor), .events = POLLIN },
	};
	int ready = 0;

	while (ready >= 0 && !fds[0].revents) {
		if (fds[1].revents && !print_all(monitor, filter))
			break;
		ready = poll(fds, 2, -1);
	}
	close(fds[0].fd);
	return EXIT_DONE;
}

/* Refuse a name that can never exist. An address has colons. */
static bool is_device_name(const char *text)
{
	size_t digits = strlen(text) > 3 ? strspn(text + 3, "0123456789") : 0;

	if (strchr(text, ':'))
		return strspn(text, "0123456789abcdefABCDEF:.") == strlen(text);
	return digits && !text[3 + digits] && (!strncmp(text, "dsa", 3) || !strncmp(text, "iax", 3));
}

int cmd_monitor(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct filter filter = { .ctx = ctx, .line = line };
	const struct value *device = &line->opt[OPT_DEVICE];
	struct dsactl_monitor *monitor;
	int code, err;

	if (device->set && !is_device_name(device->text))
		return out_usage(line->cmd, "--device: \"%s\" is no name of a device, such as dsa0, nor a PCI address",
				 device->text);
	err = dsactl_monitor_new(ctx, &monitor);
	if (err)
		return out_error(ctx, err);
	begin_filter(&filter);
	code = watch(monitor, &filter);
	dsactl_monitor_free(monitor);
	return code;
}
