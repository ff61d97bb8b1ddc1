// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What happens to devices, slices and vdevs? Two sources: the kernel's uevents
 * of idxd's bus and of the two modules, and the module's own events, which
 * are joined anew each time it is loaded.
 */
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../backend/netlink.h"
#include "../backend/uevents.h"
#include "../core/ctx.h"

struct dsactl_monitor {
	struct dsactl_ctx *ctx;
	int epoll;
	struct uevents *uevents;
	struct nl_events *module;	/* NULL while it is not loaded */
	struct dsactl_event *first, **tail;	/* received and not read yet */
	struct dsactl_event current;
};

/* ---- Queue ---- */

static void append(void *data, const struct dsactl_event *event)
{
	struct dsactl_monitor *monitor = data;
	struct dsactl_event *copy = malloc(sizeof(*copy));

	if (!copy)
		return;
	*copy = *event;
	copy->next = NULL;
	*monitor->tail = copy;
	monitor->tail = &copy->next;
}

static bool take(struct dsactl_monitor *monitor)
{
	struct dsactl_event *first = monitor->first;

	if (!first)
		return false;
	monitor->current = *first;
	monitor->first = first->next;
	if (!monitor->first)
		monitor->tail = &monitor->first;
	free(first);
	return true;
}

static void append_lost(struct dsactl_monitor *monitor)
{
	struct dsactl_event lost = { .object = "monitor", .action = "lost", .state = "" };

	append(monitor, &lost);
}

/* ---- The module ---- */

static void watch(struct dsactl_monitor *monitor, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(monitor->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* The module's family and group have new numbers each time it is loaded. */
static int join_module(struct dsactl_monitor *monitor)
{
	int err;

	netlink_events_close(monitor->module);
	err = netlink_events_open(&monitor->module, append, monitor);
	if (!err)
		watch(monitor, netlink_events_fd(monitor->module));
	return err;
}

/* ---- Uevents ---- */

/* Which object of idxd's bus has this name: a word and then a number. */
static const char *object_of(const char *name)
{
	static const struct { const char *prefix, *object; } objects[] = {
		{ "dsa", "device" }, { "iax", "device" }, { "wq", "wq" },
		{ "engine", "engine" }, { "group", "group" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		size_t len = strlen(objects[i].prefix);

		if (!strncmp(name, objects[i].prefix, len) && name[len] >= '0' && name[len] <= '9')
			return objects[i].object;
	}
	return NULL;
}

static const char *action_of(const char *action)
{
	static const char *const actions[] = { "add", "remove", "change", "bind", "unbind" };

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (!strcmp(actions[i], action))
			return actions[i];
	return NULL;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The device of an event: the object itself, or the folder that it is in. */
static void name_device(struct dsactl_event *event, const char *path)
{
	char parent[256];
	char *slash;

	COPY_TEXT(event->device, event->name);
	if (!strcmp(event->object, "device"))
		return;
	COPY_TEXT(parent, path);
	slash = strrchr(parent, '/');
	if (slash)
		*slash = '\0';
	COPY_TEXT(event->device, last_part(parent));
}

static void hear_bus(struct dsactl_monitor *monitor, const char *action, const char *path)
{
	struct dsactl_event event = { .state = "", .action = action_of(action),
				      .object = object_of(last_part(path)) };

	if (!event.object || !event.action)
		return;
	COPY_TEXT(event.name, last_part(path));
	name_device(&event, path);
	append(monitor, &event);
}

static void hear_module(struct dsactl_monitor *monitor, const char *action, const char *path)
{
	struct dsactl_event event = { .state = "", .object = "module",
				      .action = action_of(action) };

	COPY_TEXT(event.name, last_part(path));
	if (!event.action || (strcmp(event.name, "idxd") && strcmp(event.name, "dsa_vdev")))
		return;
	append(monitor, &event);
	if (!strcmp(event.name, "dsa_vdev") && !strcmp(event.action, "add"))
		join_module(monitor);
}

static void hear(void *data, const char *subsystem, const char *action, const char *path)
{
	if (!strcmp(subsystem, "dsa"))
		hear_bus(data, action, path);
	else if (!strcmp(subsystem, "module"))
		hear_module(data, action, path);
}

/* ---- Monitor ---- */

int dsactl_monitor_new(struct dsactl_ctx *ctx, struct dsactl_monitor **monitor)
{
	struct dsactl_monitor *new;
	int err = uevents_require(ctx);

	if (err)
		return err;
	new = calloc(1, sizeof(*new));
	if (!new)
		return ctx_nomem(ctx);
	new->ctx = dsactl_ref(ctx);
	new->tail = &new->first;
	new->epoll = epoll_create1(EPOLL_CLOEXEC);
	err = new->epoll < 0 ? -errno : uevents_open(&new->uevents);
	if (err) {
		dsactl_monitor_free(new);
		return ctx_fail(ctx, -err, "monitor", "see whether this container may open netlink sockets",
				"the kernel's events cannot be heard: %s", strerror(-err));
	}
	watch(new, uevents_fd(new->uevents));
	/* If the module is not loaded yet, it is joined when it comes. */
	if (join_module(new) == -EOPNOTSUPP) {
		dsactl_monitor_free(new);
		return netlink_no_answer(ctx);
	}
	*monitor = new;
	return 0;
}

void dsactl_monitor_free(struct dsactl_monitor *monitor)
{
	if (!monitor)
		return;
	while (take(monitor))
		;
	netlink_events_close(monitor->module);
	uevents_close(monitor->uevents);
	if (monitor->epoll >= 0)
		close(monitor->epoll);
	dsactl_unref(monitor->ctx);
	free(monitor);
}

int dsactl_monitor_get_fd(const struct dsactl_monitor *monitor)
{
	return monitor->epoll;
}

const struct dsactl_event *dsactl_monitor_read(struct dsactl_monitor *monitor)
{
	/* Read the module's events first: a uevent may end this membership. */
	if (!monitor->first && monitor->module && netlink_events_read(monitor->module))
		append_lost(monitor);
	if (!monitor->first && uevents_read(monitor->uevents, hear, monitor))
		append_lost(monitor);
	return take(monitor) ? &monitor->current : NULL;
}

#define GET(value, member)                                                     \
const char *dsactl_event_get_##value(const struct dsactl_event *event)         \
{                                                                              \
	return event->member;                                                  \
}
GET(object, object)
GET(action, action)
GET(name, name)
GET(device_name, device)
GET(state_name, state)
GET(vdev_uuid, vdev)
GET(vdev_name, vdev_name)

const char *dsactl_event_get_mapping_state_name(const struct dsactl_event *event)
{
	return event->mapping_state ?: "";
}

#define GET_NUMBER(value)                                                      \
uint64_t dsactl_event_get_##value(const struct dsactl_event *event)            \
{                                                                              \
	return event->value;                                                   \
}
GET_NUMBER(errors)
GET_NUMBER(mapped_bytes)
GET_NUMBER(wanted_bytes)
