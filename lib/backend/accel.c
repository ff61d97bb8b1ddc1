// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How are devices, groups, engines and work queues read and written?
 *
 * They are read from sysfs, attribute by attribute: libaccel-config clears the cmd_status of each
 * device as soon as it looks for devices, and who reads writes nothing. They are written by that
 * library, but for what docs/architecture.md lists ("Devices: libaccel-config or sysfs"). Its
 * defects (seen in 3.5 and 4.1) end in this file:
 *  - its setters can return 0 and write nothing, or return a stale errno: each
 *    write is compared with what the attribute says afterwards;
 *  - it crashes while it reads a work queue without a type: that is looked at before;
 *  - it knows no length limits: texts are cut before they reach it;
 *  - it keeps names of directories in static memory: enumeration is locked;
 *  - before 4.1.1 it cannot enable a work queue without a driver's name, and it reports
 *    failure for one that dsa_vdev keeps disabled: work queues are bound here;
 *  - before 4.1.4 it leaves devices out where /sys is read-only: what is written there
 *    is an error anyway.
 */
#include <accel-config/libaccel_config.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "../core/files.h"
#include "../core/late.h"
#include "accel.h"

#define ACCFG_FUNCTIONS(f)                                                     \
	f(accfg, new) f(accfg, unref) f(accfg, set_log_fn)                     \
	f(accfg, device_get_first) f(accfg, device_get_next)                   \
	f(accfg, device_get_devname) f(accfg, device_get_cmd_status_str)       \
	f(accfg, device_set_read_buffer_limit)                                 \
	f(accfg, device_enable) f(accfg, device_disable)                       \
	f(accfg, group_get_first) f(accfg, group_get_next)                     \
	f(accfg, group_get_id) f(accfg, group_set_read_buffers_reserved)       \
	f(accfg, group_set_read_buffers_allowed)                               \
	f(accfg, group_set_use_read_buffer_limit)                              \
	f(accfg, group_set_traffic_class_a) f(accfg, group_set_traffic_class_b) \
	f(accfg, engine_get_first) f(accfg, engine_get_next)                   \
	f(accfg, engine_get_id) f(accfg, engine_set_group_id)                  \
	f(accfg, wq_get_first) f(accfg, wq_get_next) f(accfg, wq_get_id)       \
	f(accfg, wq_get_devname) f(accfg, wq_set_str_type)                     \
	f(accfg, wq_set_str_mode) f(accfg, wq_set_group_id)                    \
	f(accfg, wq_set_size) f(accfg, wq_set_priority)                        \
	f(accfg, wq_set_threshold) f(accfg, wq_set_block_on_fault)             \
	f(accfg, wq_set_max_batch_size) f(accfg, wq_set_max_transfer_size)     \
	f(accfg, wq_set_ats_disable) f(accfg, wq_set_str_name)                 \
	f(accfg, wq_set_str_driver_name) f(accfg, wq_disable)
LATE_LIBRARY(accfg, "libaccel-config.so.1", "libaccel-config1", ACCFG_FUNCTIONS)

#define DSA_BUS "/sys/bus/dsa"
#define SANE_MAX (1U << 30)	/* no count or size that idxd shows is larger */

static pthread_mutex_t enumeration_lock = PTHREAD_MUTEX_INITIALIZER;

int accel_require_idxd(struct dsactl_ctx *ctx)
{
	if (!access(DSA_BUS "/drivers/idxd", F_OK))
		return 0;
	return ctx_fail(ctx, EOPNOTSUPP, "idxd",
			"load it (modprobe idxd); dsactl check says what this host lacks",
			"the kernel's driver for DSA is not loaded");
}

int accel_require_writer(struct dsactl_ctx *ctx)
{
	return late_require(ctx, &accfg_library);
}

/* Attribute @attr of @object, such as wq0.1, without its newline; "" if absent. */
static void read_attr(const char *object, const char *attr, char *text, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DSA_BUS "/devices/%s/%s", object, attr);
	file_read_line(path, text, size);
}

/* The same as a number; -1 if absent. */
static int read_number(const char *object, const char *attr)
{
	char text[NAME_SIZE];

	read_attr(object, attr, text, sizeof(text));
	return text[0] ? atoi(text) : -1;
}

/* Write @text by one call, as sysfs demands; -errno. */
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int write_attr(const char *object, const char *attr, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DSA_BUS "/devices/%s/%s", object, attr);
	return write_text(path, value);
}

static int write_number(const char *object, const char *attr, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", value);
	return write_attr(object, attr, text);
}

/* The driver that @object is bound to, or "". */
static void read_driver(const char *object, char *driver, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DSA_BUS "/devices/%s/driver", object);
	link_read_name(path, driver, size);
}

static unsigned int sane(uint64_t value)
{
	return value <= SANE_MAX ? value : 0;
}

/* ---- Attributes in a folder: to find that takes longer than to read one ---- */

static int open_object(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DSA_BUS "/devices/%s", name);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* 0 where it is absent. */
static uint64_t read_u64(int dir, const char *attr)
{
	char text[NAME_SIZE];

	file_read_line_at(dir, attr, text, sizeof(text));
	return text[0] == '-' ? 0 : strtoull(text, NULL, 0);
}

static unsigned int read_count(int dir, const char *attr)
{
	return sane(read_u64(dir, attr));
}

/* -1 where it is absent, or below 0. */
static int read_or_none(int dir, const char *attr)
{
	char text[NAME_SIZE];

	file_read_line_at(dir, attr, text, sizeof(text));
	return text[0] && text[0] != '-' ? (int)sane(strtoull(text, NULL, 0)) : -1;
}
#define READ_TEXT(dir, attr, to) file_read_line_at(dir, attr, to, sizeof(to))

/* ---- Read ---- */

#define GROUP_RESERVED 0	/* the first of them */

/* What a group has beside its members. libaccel-config writes the last ones since 4.0 alone. */
static const struct {
	const char *attr;
	size_t offset;
	int (**set)(struct accfg_group *group, int value);	/* NULL: by sysfs */
} group_attrs[] = {
#define SYSFS_GROUP_ATTR(name) { #name, offsetof(struct group_config, name), NULL }
#define GROUP_ATTR(name)                                                       \
	{ #name, offsetof(struct group_config, name), &accfg.group_set_##name }
	GROUP_ATTR(read_buffers_reserved),
	GROUP_ATTR(read_buffers_allowed),
	GROUP_ATTR(use_read_buffer_limit),
	GROUP_ATTR(traffic_class_a),
	GROUP_ATTR(traffic_class_b),
	SYSFS_GROUP_ATTR(desc_progress_limit),
	SYSFS_GROUP_ATTR(batch_progress_limit),
};

static int *group_attr(const struct group_config *config, size_t nr)
{
	return (int *)((char *)config + group_attrs[nr].offset);
}

struct group_config accel_group_default(const struct dsactl_device *device)
{
	return (struct group_config){
		.read_buffers_allowed = device->max_read_buffers,
		.traffic_class_a = -1, .traffic_class_b = -1,
	};
}

/* Each of a list of parts, such as device->wqs. */
#define PART_FOREACH(list, pos) for ((pos) = (list); (pos); (pos) = (pos)->next)

/* Put @node into the list, which is kept in order of id. */
#define INSERT_BY_ID(head, node)                                               \
	do {                                                                   \
		__typeof__(node) *at_ = &(head);                               \
		while (*at_ && (*at_)->id < (node)->id)                        \
			at_ = &(*at_)->next;                                   \
		(node)->next = *at_;                                           \
		*at_ = (node);                                                 \
	} while (0)

/* From the device itself, so only when asked for. */
int accel_wq_occupancy(const struct dsactl_wq *wq)
{
	return read_number(wq->name, "occupancy");
}

unsigned int accel_wq_clients(const struct dsactl_wq *wq)
{
	char text[NAME_SIZE];

	read_attr(wq->name, "clients", text, sizeof(text));
	return strtoul(text, NULL, 10);
}

void accel_read_op_cap(const struct dsactl_device *device, char text[OPS_SIZE])
{
	read_attr(device->name, "op_cap", text, OPS_SIZE);
}

void accel_read_op_config(const struct dsactl_wq *wq, char text[OPS_SIZE])
{
	read_attr(wq->name, "op_config", text, OPS_SIZE);
}

int accel_read_enqcmds_retries(const struct dsactl_wq *wq)
{
	char text[NAME_SIZE];

	read_attr(wq->name, "enqcmds_retries", text, sizeof(text));
	return text[0] ? atoi(text) : -1;
}

static void read_type(int dir, struct dsactl_wq *wq)
{
	static const char *const known[] = { "none", "kernel", "user" };

	READ_TEXT(dir, "type", wq->type);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(wq->type, known[i]))
			return;
	if (wq->type[0])
		COPY_TEXT(wq->type, "unknown");
}

static void read_wq(int dir, struct dsactl_wq *wq)
{
	char text[NAME_SIZE];

	wq->group = read_or_none(dir, "group_id");
	wq->size = read_count(dir, "size");
	wq->priority = read_count(dir, "priority");
	wq->threshold = read_count(dir, "threshold");
	wq->max_batch = read_count(dir, "max_batch_size");
	wq->max_transfer = read_u64(dir, "max_transfer_size");
	wq->block_on_fault = read_or_none(dir, "block_on_fault") == 1;
	wq->ats_disable = read_or_none(dir, "ats_disable");
	wq->prs_disable = read_or_none(dir, "prs_disable");
	READ_TEXT(dir, "name", wq->label);
	READ_TEXT(dir, "driver_name", wq->driver);
	read_type(dir, wq);
	READ_TEXT(dir, "mode", text);
	wq->dedicated = !strcmp(text, "dedicated");
	READ_TEXT(dir, "state", text);
	wq->enabled = !strcmp(text, "enabled");
	link_read_name_at(dir, "driver", wq->bound, sizeof(wq->bound));
}

static int part_is_gone(struct dsactl_device *device, const char *what, unsigned int id)
{
	return ctx_fail(device->ctx, EIO, device->name, "see whether it is still there",
			"its %s %u is not there", what, id);
}

/* It may have no type while idxd makes or removes it. */
static int read_wqs(struct dsactl_device *device)
{
	for (unsigned int i = 0; i < device->nr_wqs; i++) {
		struct dsactl_wq *wq = calloc(1, sizeof(*wq));
		int dir;

		if (!wq)
			return ctx_nomem(device->ctx);
		wq->id = i;
		snprintf(wq->name, sizeof(wq->name), "wq%u.%u", device->id, i);
		INSERT_BY_ID(device->wqs, wq);
		dir = open_object(wq->name);
		if (dir >= 0) {
			read_wq(dir, wq);
			close(dir);
		}
		if (dir < 0 || !wq->type[0])
			return part_is_gone(device, "work queue", i);
	}
	return 0;
}

static int read_engines(struct dsactl_device *device)
{
	for (unsigned int i = 0; i < device->nr_engines; i++) {
		struct dsactl_engine *engine = calloc(1, sizeof(*engine));
		int dir;

		if (!engine)
			return ctx_nomem(device->ctx);
		engine->id = i;
		snprintf(engine->name, sizeof(engine->name), "engine%u.%u", device->id, i);
		INSERT_BY_ID(device->engines, engine);
		dir = open_object(engine->name);
		if (dir < 0)
			return part_is_gone(device, "engine", i);
		engine->group = read_or_none(dir, "group_id");
		close(dir);
	}
	return 0;
}

static int read_groups(struct dsactl_device *device)
{
	for (unsigned int i = 0; i < device->nr_groups; i++) {
		struct dsactl_group *group = calloc(1, sizeof(*group));

		if (!group)
			return ctx_nomem(device->ctx);
		group->id = i;
		snprintf(group->name, sizeof(group->name), "group%u.%u", device->id, i);
		INSERT_BY_ID(device->groups, group);
	}
	return 0;
}

static int read_group_configs(struct dsactl_device *device)
{
	struct dsactl_group *group;

	PART_FOREACH(device->groups, group) {
		int dir = open_object(group->name);

		if (dir < 0)
			return part_is_gone(device, "group", group->id);
		for (size_t i = 0; i < ARRAY_SIZE(group_attrs); i++)
			*group_attr(&group->config, i) = read_or_none(dir, group_attrs[i].attr);
		close(dir);
	}
	return 0;
}

int accel_read_limits(struct dsactl_device *device)
{
	char text[NAME_SIZE];
	int dir;

	if (device->has_limits)
		return 0;
	dir = open_object(device->name);
	if (dir < 0)
		return ctx_fail(device->ctx, EIO, device->name, "see whether it is still there",
				"it is not there");
	device->version = read_count(dir, "version");
	device->max_batch = read_count(dir, "max_batch_size");
	device->max_transfer = read_u64(dir, "max_transfer_size");
	device->max_read_buffers = read_count(dir, "max_read_buffers");
	device->read_buffer_limit = read_count(dir, "read_buffer_limit");
	device->event_log_size = read_or_none(dir, "event_log_size");
	READ_TEXT(dir, "pasid_enabled", text);
	device->lacks_user_pasid = !strcmp(text, "0");
	close(dir);
	device->has_limits = true;
	return 0;
}

/* The PCI function is the directory that the device lies in. */
static void read_pci(int dir, struct dsactl_device *device)
{
	char link[NAME_SIZE + 32], text[16];

	snprintf(link, sizeof(link), DSA_BUS "/devices/%s", device->name);
	link_read_parent(link, device->pci, sizeof(device->pci));
	READ_TEXT(dir, "../device", text);
	device->pci_id = strtoul(text, NULL, 16);
}

static void read_device(int dir, struct dsactl_device *device)
{
	char text[NAME_SIZE];

	device->numa = read_or_none(dir, "numa_node");
	device->configurable = read_or_none(dir, "configurable") == 1;
	device->nr_groups = read_count(dir, "max_groups");
	device->nr_engines = read_count(dir, "max_engines");
	device->nr_wqs = read_count(dir, "max_work_queues");
	device->wq_entries = read_count(dir, "max_work_queues_size");
	device->gen_cap = read_u64(dir, "gen_cap");
	READ_TEXT(dir, "state", text);
	device->enabled = !strcmp(text, "enabled");
	read_pci(dir, device);
}

/* dsa0 before dsa1 before iax0; numbers by value. */
static bool is_before(const struct dsactl_device *a, const struct dsactl_device *b)
{
	int order = strcmp(a->type, b->type);

	return order ? order < 0 : a->id < b->id;
}

static void insert_device(struct inventory *inv, struct dsactl_device *device)
{
	struct dsactl_device **at = &inv->devices;

	while (*at && is_before(*at, device))
		at = &(*at)->next;
	device->next = *at;
	*at = device;
}

/* "dsa" or "iax" and a number: the type and *@id; NULL for other objects of the bus. */
static const char *parse_device_name(const char *name, unsigned int *id)
{
	static const char *const types[] = { "dsa", "iax" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t len = strlen(types[i]), digits;

		if (strncmp(name, types[i], len))
			continue;
		digits = strspn(name + len, "0123456789");
		*id = strtoul(name + len, NULL, 10);
		return digits && digits <= 6 && !name[len + digits] ? types[i] : NULL;
	}
	return NULL;
}

/* A device that went away meanwhile is left out. */
static int add_device(struct dsactl_ctx *ctx, struct inventory *inv, const char *name)
{
	unsigned int id = 0;
	const char *type = parse_device_name(name, &id);
	struct dsactl_device *device;
	int dir = type ? open_object(name) : -1;

	if (dir < 0)
		return 0;
	device = calloc(1, sizeof(*device));
	if (device) {
		device->ctx = ctx;
		device->id = id;
		COPY_TEXT(device->name, name);
		COPY_TEXT(device->type, type);
		read_device(dir, device);
		insert_device(inv, device);
	}
	close(dir);
	return device ? 0 : ctx_nomem(ctx);
}

int accel_read(struct dsactl_ctx *ctx, struct inventory *inv)
{
	int err = accel_require_idxd(ctx);
	struct dirent *entry;
	DIR *objects;

	if (err)
		return err;
	objects = opendir(DSA_BUS "/devices");
	if (!objects)
		return errno == ENOENT ? 0 : ctx_fail(ctx, errno, DSA_BUS "/devices", NULL,
						      "it cannot be read: %s", strerror(errno));
	while (!err && (entry = readdir(objects)))
		err = add_device(ctx, inv, entry->d_name);
	closedir(objects);
	return err;
}

int accel_read_parts(struct dsactl_device *device)
{
	int err;

	if (device->has_parts)
		return 0;
	err = read_groups(device);
	err = err ?: read_engines(device);
	err = err ?: read_wqs(device);
	if (err)
		device_drop_parts(device);
	device->has_parts = !err;
	return err;
}

int accel_read_settings(struct dsactl_device *device)
{
	int err = accel_read_parts(device);

	if (err || device->has_settings)
		return err;
	err = accel_read_limits(device);
	err = err ?: read_group_configs(device);
	device->has_settings = !err;
	return err;
}

void accel_close(struct inventory *inv)
{
	if (inv->accfg)
		accfg.unref(inv->accfg);
	inv->accfg = NULL;
}

/* ---- libaccel-config's objects, for who writes ---- */

#define ACCFG_FOREACH(what, parent, pos)                                       \
	for ((pos) = accfg.what##_get_first(parent); (pos); (pos) = accfg.what##_get_next(pos))

/* The library's own log would print on standard error. */
static void ignore_log(struct accfg_ctx *from, int priority, const char *file,
		       int line, const char *fn, const char *format, va_list args)
{
	(void)from, (void)priority, (void)file, (void)line, (void)fn;
	(void)format, (void)args;
}

/* Find libaccel-config's object of each part. Groups come first: the library demands that. */
static void attach_parts(struct dsactl_device *device)
{
	struct dsactl_engine *engine;
	struct dsactl_group *group;
	struct dsactl_wq *wq;
	struct accfg_engine *accfg_engine;
	struct accfg_group *accfg_group;
	struct accfg_wq *accfg_wq;

	ACCFG_FOREACH(group, device->accfg, accfg_group)
		for (group = device->groups; group; group = group->next)
			if (group->id == accfg.group_get_id(accfg_group))
				group->accfg = accfg_group;
	ACCFG_FOREACH(engine, device->accfg, accfg_engine)
		for (engine = device->engines; engine; engine = engine->next)
			if (engine->id == accfg.engine_get_id(accfg_engine))
				engine->accfg = accfg_engine;
	ACCFG_FOREACH(wq, device->accfg, accfg_wq)
		for (wq = device->wqs; wq; wq = wq->next)
			if (wq->id == accfg.wq_get_id(accfg_wq))
				wq->accfg = accfg_wq;
}

/* Whether each part has such an object. The library may have found fewer parts. */
static bool is_attached(const struct dsactl_device *device)
{
	const struct dsactl_engine *engine = device->engines;
	const struct dsactl_group *group = device->groups;
	const struct dsactl_wq *wq = device->wqs;

	while (group && group->accfg)
		group = group->next;
	while (engine && engine->accfg)
		engine = engine->next;
	while (wq && wq->accfg)
		wq = wq->next;
	return device->accfg && !group && !engine && !wq;
}

static void find_accfg(struct dsactl_device *device)
{
	struct accfg_device *found;

	ACCFG_FOREACH(device, device->ctx->inv->accfg, found)
		if (!strcmp(accfg.device_get_devname(found), device->name))
			device->accfg = found;
}

/* libaccel-config 3.5 finds no device where sysfs is mounted read-only. */
static int check_writable(struct dsactl_device *device)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DSA_BUS "/devices/%s", device->name);
	if (!access(path, W_OK) || errno != EROFS)
		return 0;
	return ctx_fail(device->ctx, EROFS, device->name, ctx_remedy(EROFS, NULL),
			"its attributes cannot be written: %s", strerror(EROFS));
}

/*
 * Open libaccel-config before the first write. Our own reading comes first: the library crashes on
 * what that refuses.
 */
static int attach(struct dsactl_device *device)
{
	struct inventory *inv = device->ctx->inv;
	int err = accel_read_settings(device);

	err = err ?: check_writable(device);
	err = err ?: accel_require_writer(device->ctx);
	if (err || is_attached(device))
		return err;
	pthread_mutex_lock(&enumeration_lock);
	if (!inv->accfg && !accfg.new(&inv->accfg))
		accfg.set_log_fn(inv->accfg, ignore_log);
	if (inv->accfg)
		find_accfg(device);
	if (device->accfg)
		attach_parts(device);
	pthread_mutex_unlock(&enumeration_lock);
	if (is_attached(device))
		return 0;
	return ctx_fail(device->ctx, EIO, device->name, "see whether it is still there",
			"libaccel-config does not find all of it");
}

/* ---- Configuration ---- */

/* How each attribute of a work queue is written, in an order that idxd takes. */
struct wq_setter {
	const char *attr;
	int (**number)(struct accfg_wq *wq, int value);
	int (**wide)(struct accfg_wq *wq, uint64_t value);
	int (**text)(struct accfg_wq *wq, const char *value);
};

enum wq_attr {
	WQ_TYPE, WQ_MODE, WQ_GROUP, WQ_SIZE, WQ_PRIORITY, WQ_THRESHOLD, WQ_BLOCK,
	WQ_BATCH, WQ_TRANSFER, WQ_ATS, WQ_PRS, WQ_OPS, WQ_RETRIES, WQ_NAME, WQ_DRIVER,
};

static const struct wq_setter wq_setters[] = {
	[WQ_TYPE] = { "type", .text = &accfg.wq_set_str_type },	/* clears the name */
	[WQ_MODE] = { "mode", .text = &accfg.wq_set_str_mode },
	[WQ_GROUP] = { "group_id", .number = &accfg.wq_set_group_id },
	[WQ_SIZE] = { "size", .number = &accfg.wq_set_size },
	[WQ_PRIORITY] = { "priority", .number = &accfg.wq_set_priority },
	[WQ_THRESHOLD] = { "threshold", .number = &accfg.wq_set_threshold },
	[WQ_BLOCK] = { "block_on_fault", .number = &accfg.wq_set_block_on_fault },
	[WQ_BATCH] = { "max_batch_size", .number = &accfg.wq_set_max_batch_size },
	[WQ_TRANSFER] = { "max_transfer_size", .wide = &accfg.wq_set_max_transfer_size },
	[WQ_ATS] = { "ats_disable", .number = &accfg.wq_set_ats_disable },
	/* By sysfs: setters since 4.0 alone, and none for the last one. */
	[WQ_PRS] = { "prs_disable" },
	[WQ_OPS] = { "op_config" },
	[WQ_RETRIES] = { "enqcmds_retries" },
	[WQ_NAME] = { "name", .text = &accfg.wq_set_str_name },
	[WQ_DRIVER] = { "driver_name", .text = &accfg.wq_set_str_driver_name },
};

static int call_setter(const struct wq_setter *setter, struct accfg_wq *wq,
		       const char *value)
{
	if (setter->number)
		return (*setter->number)(wq, atoi(value));
	if (setter->wide)
		return (*setter->wide)(wq, strtoull(value, NULL, 10));
	/* idxd takes no empty text, but strips blanks. */
	if (setter->text)
		return (*setter->text)(wq, value[0] ? value : " ");
	return write_attr(accfg.wq_get_devname(wq), setter->attr, value);
}

/* Whether the attribute is to be written; the caller does it and then asks check_taken(). */
static bool is_to_write(struct dsactl_ctx *ctx, const char *object, const char *attr,
			const char *value)
{
	char is[160];

	read_attr(object, attr, is, sizeof(is));
	if (!strcmp(is, value))
		return false;
	ctx_log(ctx, LOG_INFO, "%s: %s = %s", object, attr, value);
	return true;
}

/* @err: what the setter said, which may be wrong. */
static int check_taken(struct dsactl_ctx *ctx, const char *object, const char *attr,
		       const char *value, int err)
{
	char is[160];

	read_attr(object, attr, is, sizeof(is));
	if (!strcmp(is, value))
		return 0;
	/* A permission error here is idxd's way to say "not in this state". */
	return ctx_fail(ctx, err < 0 && err != -EPERM ? -err : EIO, object,
			ctx_remedy(err == -EROFS ? EROFS : 0, "see the kernel log"),
			"the kernel did not take %s = \"%s\", it has \"%s\"%s%s",
			attr, value, is, err < 0 ? ": " : "",
			err < 0 ? strerror(-err) : "");
}

static int set_wq(struct dsactl_ctx *ctx, struct dsactl_wq *wq, enum wq_attr which,
		  const char *value)
{
	const struct wq_setter *setter = &wq_setters[which];

	if (!is_to_write(ctx, wq->name, setter->attr, value))
		return 0;
	return check_taken(ctx, wq->name, setter->attr, value,
			   call_setter(setter, wq->accfg, value));
}

static int set_wq_number(struct dsactl_ctx *ctx, struct dsactl_wq *wq,
			 enum wq_attr which, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return set_wq(ctx, wq, which, text);
}

/* 0 unless it was asked for. @is is below 0 where the kernel has no such attribute. */
static int set_wq_switch(struct dsactl_ctx *ctx, struct dsactl_wq *wq, enum wq_attr which,
			 int want, int is)
{
	if (want < 0 && is < 0)
		return 0;
	return set_wq_number(ctx, wq, which, want < 0 ? 0 : want);
}

static int configure_ops(struct dsactl_device *device, struct dsactl_wq *wq,
			 const struct wq_config *want)
{
	char is[OPS_SIZE], all[OPS_SIZE];

	accel_read_op_config(wq, is);
	accel_read_op_cap(device, all);
	if (!want->op_config[0] && (!is[0] || !all[0]))
		return 0;
	return set_wq(device->ctx, wq, WQ_OPS, want->op_config[0] ? want->op_config : all);
}

/* After the mode is set: idxd has this attribute of shared work queues only. */
static int configure_retries(struct dsactl_device *device, struct dsactl_wq *wq,
			     const struct wq_config *want)
{
	if (want->dedicated || (want->enqcmds_retries < 0 && accel_read_enqcmds_retries(wq) < 0))
		return 0;
	return set_wq_number(device->ctx, wq, WQ_RETRIES, want->enqcmds_retries < 0 ?
			     DEFAULT_ENQCMDS_RETRIES : want->enqcmds_retries);
}

static int configure_wq(struct dsactl_device *device, struct dsactl_wq *wq,
			const struct wq_config *want)
{
	struct dsactl_ctx *ctx = device->ctx;
	int err = set_wq(ctx, wq, WQ_TYPE, want->type);

	err = err ?: set_wq(ctx, wq, WQ_MODE, want->dedicated ? "dedicated" : "shared");
	err = err ?: set_wq_number(ctx, wq, WQ_GROUP, want->group);
	err = err ?: set_wq_number(ctx, wq, WQ_SIZE, want->size);
	err = err ?: set_wq_number(ctx, wq, WQ_PRIORITY, want->priority);
	if (!want->dedicated && want->threshold)
		err = err ?: set_wq_number(ctx, wq, WQ_THRESHOLD, want->threshold);
	/* Before block on fault, which it clears. */
	err = err ?: set_wq_switch(ctx, wq, WQ_PRS, want->prs_disable, wq->prs_disable);
	err = err ?: set_wq_switch(ctx, wq, WQ_ATS, want->ats_disable, wq->ats_disable);
	err = err ?: set_wq_number(ctx, wq, WQ_BLOCK, want->block_on_fault);
	if (want->max_batch)
		err = err ?: set_wq_number(ctx, wq, WQ_BATCH, want->max_batch);
	if (want->max_transfer)
		err = err ?: set_wq_number(ctx, wq, WQ_TRANSFER, want->max_transfer);
	err = err ?: configure_ops(device, wq, want);
	err = err ?: configure_retries(device, wq, want);
	err = err ?: set_wq(ctx, wq, WQ_NAME, want->label);
	return err ?: set_wq(ctx, wq, WQ_DRIVER, want->driver);
}

static int configure_engine(struct dsactl_ctx *ctx, struct dsactl_engine *engine,
			    int group)
{
	char want[16];

	snprintf(want, sizeof(want), "%d", group);
	if (!is_to_write(ctx, engine->name, "group_id", want))
		return 0;
	return check_taken(ctx, engine->name, "group_id", want,
			   accfg.engine_set_group_id(engine->accfg, group));
}

static int set_group(struct dsactl_device *device, struct dsactl_group *group, size_t nr,
		     int value)
{
	const char *attr = group_attrs[nr].attr;
	char want[16];

	snprintf(want, sizeof(want), "%d", value);
	if (!is_to_write(device->ctx, group->name, attr, want))
		return 0;
	return check_taken(device->ctx, group->name, attr, want,
			   group_attrs[nr].set ? (*group_attrs[nr].set)(group->accfg, value) :
						 write_number(group->name, attr, value));
}

/* An attribute that the device lacks is written only if it was asked for. */
static int configure_attr(struct dsactl_device *device, struct dsactl_group *group,
			  const struct group_config *want, size_t nr)
{
	struct group_config otherwise = accel_group_default(device);
	int value = *group_attr(want, nr);

	if (value < 0 && *group_attr(&group->config, nr) >= 0)
		value = *group_attr(&otherwise, nr);
	return value < 0 ? 0 : set_group(device, group, nr, value);
}

/*
 * One of them is always written. idxd cleared them with the device, and updates its count of free
 * read buffers only at a write.
 */
static int release_buffers(struct dsactl_device *device)
{
	const char *attr = group_attrs[GROUP_RESERVED].attr;
	struct dsactl_group *group;
	bool first = true;
	int err = 0;

	PART_FOREACH(device->groups, group) {
		int reserved = group->config.read_buffers_reserved;

		if (err || reserved < 0 || (!reserved && !first))
			continue;
		err = check_taken(device->ctx, group->name, attr, "0", write_number(group->name, attr, 0));
		first = false;
	}
	return err;
}

/*
 * idxd checks what a group is allowed against what other groups reserve at that moment. So nothing
 * is reserved while it is written.
 */
static int configure_groups(struct dsactl_device *device, const struct group_config *want)
{
	struct dsactl_group *group;
	int err = release_buffers(device);

	PART_FOREACH(device->groups, group)
		for (size_t i = GROUP_RESERVED + 1; !err && i < ARRAY_SIZE(group_attrs); i++)
			err = configure_attr(device, group, &want[group->id], i);
	PART_FOREACH(device->groups, group)
		if (!err)
			err = configure_attr(device, group, &want[group->id], GROUP_RESERVED);
	return err;
}

static int configure_buffers(struct dsactl_device *device, int limit)
{
	int err;

	if (limit < 0 || device->read_buffer_limit == (unsigned int)limit)
		return 0;
	ctx_log(device->ctx, LOG_INFO, "%s: read_buffer_limit = %d", device->name, limit);
	err = accfg.device_set_read_buffer_limit(device->accfg, limit);
	device->read_buffer_limit = sane(read_number(device->name, "read_buffer_limit"));
	if (device->read_buffer_limit == (unsigned int)limit)
		return 0;
	return ctx_fail(device->ctx, err < 0 ? -err : EIO, device->name,
			ctx_remedy(err == -EROFS ? EROFS : 0, "see the kernel log"),
			"the kernel did not take read_buffer_limit = %d", limit);
}

/* idxd reserves the log while it enables the device. */
static int configure_event_log(struct dsactl_device *device, int size)
{
	int err;

	if (device->event_log_size < 0 || device->event_log_size == size)
		return 0;
	ctx_log(device->ctx, LOG_INFO, "%s: event_log_size = %d", device->name, size);
	/* libaccel-config has a setter since 4.0 alone. */
	err = write_number(device->name, "event_log_size", size);
	device->event_log_size = read_number(device->name, "event_log_size");
	if (device->event_log_size == size)
		return 0;
	return ctx_fail(device->ctx, err < 0 ? -err : EIO, device->name, "see the kernel log",
			"the kernel did not take event_log_size = %d", size);
}

/* idxd bounds the sum of all sizes: what changes goes to 0 first. */
static int release_sizes(struct dsactl_device *device, const struct device_config *want)
{
	struct dsactl_wq *wq;
	int err = 0;

	PART_FOREACH(device->wqs, wq)
		if (!err && wq->size && wq->size != want->wq[wq->id].size)
			err = set_wq_number(device->ctx, wq, WQ_SIZE, 0);
	return err;
}

int accel_configure(struct dsactl_device *device, const struct device_config *want)
{
	struct dsactl_engine *engine;
	struct dsactl_wq *wq;
	int err = attach(device);

	err = err ?: release_sizes(device, want);
	err = err ?: configure_buffers(device, want->read_buffer_limit);
	err = err ?: configure_event_log(device, want->event_log_size);
	PART_FOREACH(device->engines, engine)
		if (!err)
			err = configure_engine(device->ctx, engine,
					       want->engine_group[engine->id]);
	err = err ?: configure_groups(device, want->group);
	PART_FOREACH(device->wqs, wq)
		if (!err)
			err = configure_wq(device, wq, &want->wq[wq->id]);
	return err;
}

/* ---- Enable and disable ---- */

static bool device_has_state(struct dsactl_device *device, const char *want)
{
	char state[NAME_SIZE];

	read_attr(device->name, "state", state, sizeof(state));
	device->enabled = !strcmp(state, "enabled");
	return !strcmp(state, want);
}

/* After a halt idxd may say that a device is disabled to which it is still bound. */
static bool device_is_off(struct dsactl_device *device)
{
	char driver[NAME_SIZE];

	read_driver(device->name, driver, sizeof(driver));
	return device_has_state(device, "disabled") && !driver[0];
}

/*
 * Enabling a work queue binds a driver to it. The state attribute is not looked
 * at: dsa_vdev keeps a work queue disabled until its guest enables it.
 */
static bool wq_is_bound(struct dsactl_wq *wq)
{
	read_driver(wq->name, wq->bound, sizeof(wq->bound));
	return wq->bound[0];
}

/* What idxd says of the last command, in words where it has some. */
static const char *command_status(struct dsactl_device *device, char *text, size_t size)
{
	const char *words = accfg.device_get_cmd_status_str(device->accfg);
	char number[24];

	read_attr(device->name, "cmd_status", number, sizeof(number));
	if (!strtoul(number, NULL, 0))
		return "";
	snprintf(text, size, " (%s, command status %s)", words ?: "no text", number);
	return text;
}

static int switch_failed(struct dsactl_device *device, const char *object,
			 const char *what, int err)
{
	char status[128], remedy[128];

	snprintf(remedy, sizeof(remedy),
		 "see the kernel log; if %s is halted, write 1 to /sys/bus/pci/devices/%s/reset",
		 device->name, device->pci);
	/* libaccel-config says EPERM where clients are open. */
	return ctx_fail(device->ctx, err == -EPERM ? EBUSY : err < 0 ? -err : EIO,
			object, ctx_remedy(err == -EROFS ? EROFS : 0, remedy), "cannot be %s: %s%s", what,
			err < 0 ? strerror(-err) : "the kernel left its state as it was",
			command_status(device, status, sizeof(status)));
}

int accel_enable_device(struct dsactl_device *device)
{
	int err;

	if (device_has_state(device, "enabled"))
		return 0;
	err = attach(device);
	if (err)
		return err;
	ctx_log(device->ctx, LOG_INFO, "%s: enable", device->name);
	err = accfg.device_enable(device->accfg);
	if (device_has_state(device, "enabled"))
		return 0;
	return switch_failed(device, device->name, "enabled", err);
}

int accel_disable_device(struct dsactl_device *device)
{
	int err;

	if (device_is_off(device))
		return 0;
	err = attach(device);
	if (err)
		return err;
	ctx_log(device->ctx, LOG_INFO, "%s: disable", device->name);
	err = accfg.device_disable(device->accfg, false);
	if (device_is_off(device))
		return 0;
	return switch_failed(device, device->name, "disabled", err);
}

static int find_wq(struct dsactl_device *device, unsigned int id, struct dsactl_wq **wq)
{
	int err = accel_read_parts(device);

	if (err)
		return err;
	PART_FOREACH(device->wqs, *wq)
		if ((unsigned int)(*wq)->id == id)
			return 0;
	return ctx_fail(device->ctx, ENOENT, device->name, NULL,
			"it has no work queue %u", id);
}

/* The driver that @wq names, or else the one of its type, as idxd chooses it. */
static void read_wanted_driver(const char *wq, char *driver, size_t size)
{
	char type[NAME_SIZE];

	read_attr(wq, "driver_name", driver, size);
	if (driver[0])
		return;
	read_attr(wq, "type", type, sizeof(type));
	copy_text(driver, size, strcmp(type, "user") ? "dmaengine" : "user");
}

static int bind_wq(struct dsactl_wq *wq, const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DSA_BUS "/drivers/%s/bind", driver);
	return write_text(path, wq->name);
}

int accel_require_driver(struct dsactl_ctx *ctx, const char *wq, const char *driver)
{
	char path[sizeof(DSA_BUS) + 160];

	snprintf(path, sizeof(path), DSA_BUS "/drivers/%s", driver);
	if (driver[0] != '.' && !strchr(driver, '/') && !access(path, F_OK))
		return 0;
	return ctx_fail(ctx, ENOENT, wq, "load the module",
			"its driver %s is not registered", driver);
}

int accel_enable_wq(struct dsactl_device *device, unsigned int id)
{
	struct dsactl_wq *wq;
	char driver[sizeof(wq->driver)];
	int err = attach(device) ?: find_wq(device, id, &wq);

	if (err)
		return err;
	read_wanted_driver(wq->name, driver, sizeof(driver));
	err = accel_require_driver(device->ctx, wq->name, driver);
	if (err)
		return err;
	ctx_log(device->ctx, LOG_INFO, "%s: enable", wq->name);
	err = bind_wq(wq, driver);
	return wq_is_bound(wq) ? 0 : switch_failed(device, wq->name, "enabled", err);
}

int accel_disable_wq(struct dsactl_device *device, unsigned int id)
{
	struct dsactl_wq *wq;
	int err = find_wq(device, id, &wq);

	if (err)
		return err;
	if (!wq_is_bound(wq))
		return 0;
	err = attach(device);
	if (err)
		return err;
	ctx_log(device->ctx, LOG_INFO, "%s: disable", wq->name);
	err = accfg.wq_disable(wq->accfg, false);
	return wq_is_bound(wq) ? switch_failed(device, wq->name, "disabled", err) : 0;
}
