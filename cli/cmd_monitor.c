// SPDX-License-Identifier: GPL-2.0-only
/* monitor: what happens, as it happens? */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "out.h"
#include "stop.h"

static bool is_wanted(const struct cmd_line *line, const struct dsactl_event *event)
{
	const struct value *device = &line->opt[OPT_DEVICE], *vdev = &line->opt[OPT_VDEV];

	if (!strcmp(dsactl_event_get_object(event), "monitor"))
		return true;
	if (device->set && strcmp(dsactl_event_get_device_name(event), device->text))
		return false;
	return !vdev->set || !strcmp(dsactl_event_get_vdev_uuid(event), vdev->text) ||
	       !strcmp(dsactl_event_get_vdev_name(event), vdev->text);
}

static void print_pair(const char *key, const char *value)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", value);
	if (text[0])
		printf(" %s=%s", key, out_clean(text));
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
	printf("\n");
}

/* Each line at once: who reads them waits for them. */
static bool print_all(struct dsactl_monitor *monitor, const struct cmd_line *line)
{
	const struct dsactl_event *event;

	while ((event = dsactl_monitor_read(monitor))) {
		if (!is_wanted(line, event))
			continue;
		if (line->output == OUT_JSON)
			out_json_line(json_event(event));
		else
			print_event(event);
	}
	return !fflush(stdout);
}

static int watch(struct dsactl_monitor *monitor, const struct cmd_line *line)
{
	struct pollfd fds[] = {
		{ .fd = stop_open(), .events = POLLIN },
		{ .fd = dsactl_monitor_get_fd(monitor), .events = POLLIN },
	};
	int ready = 0;

	while (ready >= 0 && !fds[0].revents) {
		if (fds[1].revents && !print_all(monitor, line))
			break;
		ready = poll(fds, 2, -1);
	}
	close(fds[0].fd);
	return EXIT_DONE;
}

int cmd_monitor(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct dsactl_monitor *monitor;
	int code, err = dsactl_monitor_new(ctx, &monitor);

	if (err)
		return out_error(ctx, err);
	code = watch(monitor, line);
	dsactl_monitor_free(monitor);
	return code;
}
