// SPDX-License-Identifier: GPL-2.0-only
/* list: what is there? */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "out.h"
#include "verbs.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct column device_columns[] = {
	{ "DEVICE", "name", 0, 0 }, { "PCI", "pci", 0, 0 }, { "ID", "pci_id", 1, 0 }, { "NUMA", "numa", 0, 0 },
	{ "STATE", "state", 0, 0 }, { "GROUPS", "nr_groups", 1, 0 },
	{ "ENGINES", "nr_engines", 0, 0 }, { "WQS", "nr_wqs", 0, 0 },
	{ "ENTRIES", "wq_entries", 0, 0 }, { "SLICES", "nr_slices", 0, 0 },
	{ "VECTORS", "ims_size", 0, 0 }, { "FREE", "ims_free", 1, 0 },
	{ "BATCH", "max_batch_size", 1, 0 }, { "TRANSFER", "max_transfer_size", 1, 1 },
	{ "UNSAFE", "unsafe", 1, 0 },
};

static const struct column wq_columns[] = {
	{ "WQ", "name", 0, 0 }, { "STATE", "state", 0, 0 }, { "GROUP", "group", 0, 0 },
	{ "TYPE", "type", 0, 0 }, { "MODE", "mode", 0, 0 }, { "SIZE", "size", 0, 0 },
	{ "PRIORITY", "priority", 0, 0 }, { "DRIVER", "driver", 0, 0 },
	{ "BATCH", "max_batch_size", 1, 0 }, { "TRANSFER", "max_transfer_size", 1, 1 },
	{ "BLOCK", "block_on_fault", 1, 0 }, { "NAME", "label", 1, 0 },
};

static const struct column slice_columns[] = {
	{ "SLICE", "id", 0, 0 }, { "DEVICE", "device", 0, 0 }, { "STATE", "state", 0, 0 },
	{ "GROUP", "group", 0, 0 }, { "WQS", "wqs", 0, 0 }, { "SIZES", "wq_sizes", 0, 0 },
	{ "ENGINES", "engines", 0, 0 }, { "VECTORS", "vectors", 0, 0 },
	{ "PASID", "pasid", 0, 0 }, { "NUMA", "numa", 1, 0 }, { "TYPE", "type", 1, 0 },
	{ "VDEV", "vdev", 0, 0 },
};

static const struct column vdev_columns[] = {
	{ "VDEV", "uuid", 0, 0 }, { "NAME", "name", 0, 0 }, { "OWNER", "owner", 0, 0 },
	{ "STATE", "state", 0, 0 }, { "DEVICE", "device", 0, 0 }, { "SLICE", "slice", 0, 0 },
	{ "PASID", "pasid", 0, 0 }, { "TYPE", "type", 1, 0 }, { "FOREIGN", "foreign", 1, 0 },
	{ "MAPPED", "mapped_bytes", 1, 1 }, { "PINNED", "pinned_pages", 1, 0 },
	{ "ERRORS", "errors", 1, 0 },
};

static const struct column boot_columns[] = {
	{ "BOOT", "uuid", 0, 0 }, { "NAME", "name", 0, 0 }, { "OWNER", "owner", 0, 0 },
	{ "DEVICE", "device", 0, 0 }, { "HERE", "here", 0, 0 },
};

static const struct column quota_columns[] = {
	{ "OWNER", "owner", 0, 0 }, { "QUOTA", "limit", 0, 0 }, { "USED", "used", 0, 0 },
};

static const struct column group_columns[] = {
	{ "GROUP", "id", 0, 0 }, { "DEVICE", "of", 0, 0 }, { "ENGINES", "engines", 0, 0 },
	{ "WQS", "wqs", 0, 0 },
};

static const struct column engine_columns[] = {
	{ "ENGINE", "id", 0, 0 }, { "DEVICE", "of", 0, 0 }, { "GROUP", "group", 0, 0 },
};

static const struct column vector_columns[] = {
	{ "VECTOR", "index", 0, 0 }, { "VDEV", "of", 0, 0 }, { "IRQ", "irq", 0, 0 },
	{ "IMS", "ims", 0, 0 }, { "HANDLE", "handle", 0, 0 }, { "MASKED", "masked", 0, 0 },
	{ "INTERRUPTS", "interrupts", 0, 0 },
};

/* The first ones are arrays of the document, in the order in which they are printed. */
enum { DEVICES, WQS, SLICES, VDEVS, BOOT, QUOTAS, GROUPS, ENGINES, VECTORS };
const struct table list_tables[] = {
	[DEVICES] = TABLE("devices", device_columns),
	[WQS] = TABLE("wqs", wq_columns),
	[SLICES] = TABLE("slices", slice_columns),
	[VDEVS] = TABLE("vdevs", vdev_columns),
	[BOOT] = TABLE("boot", boot_columns),
	[QUOTAS] = TABLE("quotas", quota_columns),
	[GROUPS] = TABLE("groups", group_columns),
	[ENGINES] = TABLE("engines", engine_columns),
	[VECTORS] = TABLE("vectors", vector_columns),
	{ 0 }
};

static const struct section {
	enum opt_id only;
	bool by_default;	/* as a table; JSON has all keys */
} sections[] = {
	[DEVICES] = { OPT_DEVICES, true },
	[WQS] = { OPT_WQS_ONLY, false },
	[SLICES] = { OPT_SLICES_ONLY, true },
	[VDEVS] = { OPT_VDEVS, true },
	[BOOT] = { OPT_BOOT, true },
	[QUOTAS] = { OPT_QUOTAS, true },
};

/* Arrays within rows, which are tables of their own with -o wide. */
static const struct part {
	int table, of;
	const char *name;	/* what the rows of that are called by */
} parts[] = {
	{ GROUPS, DEVICES, "name" },
	{ ENGINES, DEVICES, "name" },
	{ VECTORS, VDEVS, "uuid" },
};

static bool is_wanted(const struct cmd_line *line, const struct section *section)
{
	for (size_t i = 0; i < NR(sections); i++)
		if (line->opt[sections[i].only].set)
			return line->opt[section->only].set;
	return section->by_default || line->output != OUT_TABLE;
}

/* The tables that are shown, as bits. */
static unsigned int wanted_tables(const struct cmd_line *line)
{
	unsigned int wanted = 0;

	for (size_t i = 0; i < NR(sections); i++)
		wanted |= (unsigned int)is_wanted(line, &sections[i]) << i;
	for (size_t i = 0; i < NR(parts) && line->output == OUT_WIDE; i++)
		wanted |= (wanted >> parts[i].of & 1) << parts[i].table;
	return wanted;
}

/* Add @row, unless --state says no; takes it. */
static void add(const struct cmd_line *line, json_object *rows, json_object *row)
{
	const char *state = json_object_get_string(json_object_object_get(row, "state"));

	if (line->opt[OPT_STATE].set && strcmp(state, line->opt[OPT_STATE].text))
		json_object_put(row);
	else
		json_object_array_add(rows, row);
}

/* A kernel without NUMA says no node: then all is on node 0. */
static bool on_node(const struct cmd_line *line, int node)
{
	const struct value *numa = &line->opt[OPT_NUMA];

	return !numa->set || numa->number == (uint64_t)(node < 0 ? 0 : node);
}

static bool names_mdev_type(const struct cmd_line *line)
{
	const struct value *type = &line->opt[OPT_TYPE];

	return type->set && !strncmp(type->text, "idxd-", 5);
}

/* Whether --device and --type mean it, or what is on it. */
static bool is_of(const struct cmd_line *line, struct dsactl_device *device)
{
	const struct value *name = &line->opt[OPT_DEVICE], *type = &line->opt[OPT_TYPE];

	return (!name->set || !strcmp(name->text, dsactl_device_get_name(device)) ||
		!strcasecmp(name->text, dsactl_device_get_pci(device))) &&
	       (!type->set || names_mdev_type(line) || !strcmp(type->text, dsactl_device_get_type(device)));
}

static bool is_on(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *device)
{
	struct dsactl_device *found;

	if (!line->opt[OPT_DEVICE].set && !line->opt[OPT_TYPE].set)
		return true;
	found = dsactl_device_find(ctx, device);
	return found && is_of(line, found);
}

/* Whether a slice or vdev of @mdev_type is meant; "": it has none. */
static bool is_type(const struct cmd_line *line, const char *mdev_type)
{
	return !names_mdev_type(line) || !strcmp(line->opt[OPT_TYPE].text, mdev_type);
}

static bool is_owner(const struct cmd_line *line, const char *owner)
{
	return !line->opt[OPT_OWNER].set || !strcmp(line->opt[OPT_OWNER].text, owner);
}

/* Devices and work queues have no owner and no mdev type: these leave them out. */
static bool wants_host(const struct cmd_line *line)
{
	return !line->opt[OPT_OWNER].set && !names_mdev_type(line);
}

/* A slice is of the owner of the vdev on it. */
static bool is_owned(struct dsactl_ctx *ctx, const struct cmd_line *line, struct dsactl_slice *slice)
{
	struct dsactl_vdev *vdev;

	if (!line->opt[OPT_OWNER].set)
		return true;
	dsactl_vdev_foreach(ctx, vdev)
		if (dsactl_vdev_get_slice_id(vdev) == dsactl_slice_get_id(slice))
			return is_owner(line, dsactl_vdev_get_owner(vdev));
	return false;
}

/* The default columns of a device need neither its parts nor what is read with them. */
static bool needs_whole_device(const struct cmd_line *line)
{
	return line->output != OUT_TABLE || line->opt[OPT_COLUMNS].set;
}

static json_object *list_devices(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	json_object *rows = json_object_new_array();
	struct dsactl_device *device;

	dsactl_device_foreach(ctx, device)
		if (wants_host(line) && on_node(line, dsactl_device_get_numa_node(device)) &&
		    is_of(line, device))
			add(line, rows, json_device(device, needs_whole_device(line)));
	return rows;
}

static json_object *list_wqs(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	json_object *rows = json_object_new_array();
	struct dsactl_device *device;
	struct dsactl_wq *wq;

	dsactl_device_foreach(ctx, device) {
		if (!wants_host(line) || !on_node(line, dsactl_device_get_numa_node(device)) ||
		    !is_of(line, device))
			continue;
		dsactl_wq_foreach(device, wq)
			add(line, rows, json_wq(device, wq, line->output != OUT_TABLE));
	}
	return rows;
}

static json_object *list_slices(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	json_object *rows = json_object_new_array();
	struct dsactl_slice *slice;

	dsactl_slice_foreach(ctx, slice)
		if (on_node(line, dsactl_slice_get_numa_node(slice)) &&
		    is_on(ctx, line, dsactl_slice_get_device_name(slice)) &&
		    is_type(line, dsactl_slice_get_type(slice)) && is_owned(ctx, line, slice))
			add(line, rows, json_slice(slice));
	return rows;
}

static int node_of(struct dsactl_ctx *ctx, struct dsactl_vdev *vdev)
{
	struct dsactl_slice *slice;

	dsactl_slice_foreach(ctx, slice)
		if (dsactl_slice_get_id(slice) == dsactl_vdev_get_slice_id(vdev))
			return dsactl_slice_get_numa_node(slice);
	return -1;
}

static json_object *list_vdevs(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	json_object *rows = json_object_new_array();
	struct dsactl_vdev *vdev;

	dsactl_vdev_foreach(ctx, vdev)
		if ((!line->opt[OPT_NUMA].set || on_node(line, node_of(ctx, vdev))) &&
		    is_on(ctx, line, dsactl_vdev_get_device_name(vdev)) &&
		    is_type(line, dsactl_vdev_get_type(vdev)) &&
		    is_owner(line, dsactl_vdev_get_owner(vdev)))
			add(line, rows, json_vdev(vdev));
	return rows;
}

/* Unlike for dsactl_vdev_find(), a missing vdev is no failure. */
static bool is_here(struct dsactl_ctx *ctx, const char *uuid)
{
	struct dsactl_vdev *vdev;

	dsactl_vdev_foreach(ctx, vdev)
		if (!strcasecmp(dsactl_vdev_get_uuid(vdev), uuid))
			return true;
	return false;
}

/* The vdevs that the next boot brings. */
static json_object *list_boot(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	json_object *rows = json_object_new_array(), *row;
	struct dsactl_kept *kept;

	if (line->opt[OPT_STATE].set || line->opt[OPT_NUMA].set || dsactl_kept_list(ctx))
		return rows;
	dsactl_kept_foreach(ctx, kept) {
		if (!is_on(ctx, line, dsactl_kept_get_device_name(kept)) ||
		    !is_type(line, "") || !is_owner(line, dsactl_kept_get_owner(kept)))
			continue;
		row = json_kept(kept);
		json_object_object_add(row, "here", json_object_new_boolean(
			is_here(ctx, dsactl_kept_get_uuid(kept))));
		json_object_array_add(rows, row);
	}
	return rows;
}

/* Quotas are of the host: what chooses devices leaves them out. */
static json_object *list_quotas(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	json_object *rows = json_object_new_array();
	struct dsactl_quota *quota;

	if (line->opt[OPT_STATE].set || line->opt[OPT_NUMA].set || line->opt[OPT_DEVICE].set ||
	    line->opt[OPT_TYPE].set || dsactl_quota_list(ctx))
		return rows;
	dsactl_quota_foreach(ctx, quota)
		if (is_owner(line, dsactl_quota_get_owner(quota)))
			json_object_array_add(rows, json_quota(quota));
	return rows;
}

typedef json_object *list_fn(struct dsactl_ctx *ctx, const struct cmd_line *line);

/* As the sections. */
static list_fn *const lists[NR(sections)] = {
	list_devices, list_wqs, list_slices, list_vdevs, list_boot, list_quotas,
};
#define FIRST_STORED BOOT	/* from here on what files say */

static json_object *build(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	json_object *document = json_document();

	json_object_object_add(document, "module",
			       json_object_new_boolean(dsactl_has_module(ctx)));
	for (size_t i = 0; i < FIRST_STORED; i++)
		if (is_wanted(line, &sections[i]))
			json_object_object_add(document, list_tables[i].name, lists[i](ctx, line));
	return document;
}

/* Last: if a file cannot be read, that is said once, and the rest is shown. */
static void add_stored(struct dsactl_ctx *ctx, const struct cmd_line *line, json_object *document)
{
	for (size_t i = FIRST_STORED; i < NR(sections); i++)
		if (is_wanted(line, &sections[i]))
			json_object_object_add(document, list_tables[i].name, lists[i](ctx, line));
	if (dsactl_get_error(ctx) && !line->opt[OPT_QUIET].set)
		out_note(dsactl_get_message(ctx));
}

/* The parts of all rows in one array, each with "of" to say whose it is. */
static json_object *gather_parts(json_object *document, const struct part *part)
{
	json_object *rows = json_object_object_get(document, list_tables[part->of].name);
	json_object *gathered = json_object_new_array();
	size_t nr = rows ? json_object_array_length(rows) : 0;

	for (size_t i = 0; i < nr; i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		json_object *name = json_object_object_get(row, part->name);
		json_object *list = json_object_object_get(row, list_tables[part->table].name);

		for (size_t j = 0; j < json_object_array_length(list); j++) {
			json_object *one = json_object_array_get_idx(list, j);

			json_object_object_add(one, "of", json_object_get(name));
			json_object_array_add(gathered, json_object_get(one));
		}
	}
	return gathered;
}

/* One of several, with an empty line between. */
static int print_next(const struct table *table, json_object *rows, const struct table_style *style,
		      bool *first)
{
	if (!table_is_shown(table, style))
		return EXIT_DONE;
	if (!*first)
		printf("\n");
	*first = false;
	return table_print(table, rows, style);
}

static int print_part(json_object *document, const struct part *part, const struct table_style *style,
		      bool *first)
{
	json_object *rows = gather_parts(document, part);
	int code = EXIT_DONE;

	if (json_object_array_length(rows))
		code = print_next(&list_tables[part->table], rows, style, first);
	json_object_put(rows);
	return code;
}

static int print_tables(const struct cmd_line *line, json_object *document)
{
	const struct table_style style = table_style(line);
	bool first = true;
	int code = EXIT_DONE;

	for (size_t i = 0; i < NR(sections) && !code; i++) {
		json_object *rows = json_object_object_get(document, list_tables[i].name);

		if (rows && (json_object_array_length(rows) || line->opt[sections[i].only].set))
			code = print_next(&list_tables[i], rows, &style, &first);
	}
	for (size_t i = 0; i < NR(parts) && style.wide && !code; i++)
		code = print_part(document, &parts[i], &style, &first);
	return code;
}

/* To free each value takes as long as to make it, so tables leave that to the end of the process. */
int cmd_list(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	static json_object *document;
	int err, code = table_check_columns(line, wanted_tables(line));

	if (code)
		return code;
	err = dsactl_refresh(ctx);
	if (!err && line->opt[OPT_DEVICE].set && !dsactl_device_find(ctx, line->opt[OPT_DEVICE].text))
		err = dsactl_get_error(ctx);
	if (err)
		return out_error(ctx, err);
	document = build(ctx, line);
	err = dsactl_get_error(ctx);
	if (err) {
		json_object_put(document);
		return out_error(ctx, err);
	}
	add_stored(ctx, line, document);
	if (line->output == OUT_JSON)
		out_json(document);
	else
		code = print_tables(line, document);
	out_note_module(ctx, line);
	return code;
}
