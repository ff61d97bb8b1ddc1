// SPDX-License-Identifier: GPL-2.0-only
/* create-vdev, destroy-vdev, show-vdev. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "transaction.h"
#include "verbs.h"

/* The line that gives the vdev to a VM, or its UUID. */
static void print_uuid(const struct cmd_line *line, const char *uuid)
{
	switch (line->output) {
	case OUT_QEMU:
		printf("-device vfio-pci,sysfsdev=/sys/bus/mdev/devices/%s\n", uuid);
		break;
	case OUT_LIBVIRT:
		printf("<hostdev mode='subsystem' type='mdev' model='vfio-pci'>"
		       "<source><address uuid='%s'/></source></hostdev>\n", uuid);
		break;
	default:
		printf("%s\n", uuid);
	}
}

/* ---- create-vdev ---- */

static enum dsactl_placement placement_of(const struct cmd_line *line)
{
	if (line->opt[OPT_SPREAD].set)
		return DSACTL_PLACE_SPREAD;
	return line->opt[OPT_PACK].set ? DSACTL_PLACE_PACK : DSACTL_PLACE_SMALLEST;
}

static int plan_count(struct dsactl_ctx *ctx, const struct cmd_line *line, unsigned int count,
		      struct dsactl_plan **plan)
{
	struct dsactl_vdev_request request = DSACTL_VDEV_REQUEST_INIT;
	const struct value *opt = line->opt;

	request.device = line->arg[0].text;
	request.uuid = opt[OPT_UUID].text;
	request.name = opt[OPT_NAME].text;
	request.owner = opt[OPT_OWNER].text;
	request.count = count;
	request.numa_node = opt[OPT_NUMA].set ? (int)opt[OPT_NUMA].number : -1;
	request.numa_strict = opt[OPT_NUMA].set;
	request.type = opt[OPT_TYPE].text;
	request.placement = placement_of(line);
	transaction_nr_wqs(line, &request.nr_wqs);
	request.wq_size = opt[OPT_WQ_SIZE].number;
	request.nr_engines = opt[OPT_ENGINES].number;
	request.mapping = opt[OPT_MAPPING].text;
	request.served = opt[OPT_SERVED].set;
	request.persist = opt[OPT_PERSIST].set;
	request.for_user = line->served_for;
	return dsactl_plan_create(ctx, &request, plan);
}

/* A target is a count: of the vdevs that are created in one transaction. */
static int plan_create(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *target,
		       struct dsactl_profile *profile, struct dsactl_plan **plan)
{
	(void)profile;
	return plan_count(ctx, line, atoi(target), plan);
}

static int add_count(struct targets *targets, unsigned int count)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", count);
	return targets_add(targets, text) ? 0 : -ENOMEM;
}

/* For how many of @count vdevs there is room. Each takes the slice that it would take alone. */
static unsigned int count_room(struct dsactl_ctx *ctx, const struct cmd_line *line,
			       unsigned int count)
{
	unsigned int fits = 0, too_many = count + 1;

	while (too_many - fits > 1) {
		unsigned int middle = fits + (too_many - fits) / 2;
		struct dsactl_plan *plan = NULL;

		if (plan_count(ctx, line, middle, &plan))
			too_many = middle;
		else
			fits = middle;
		dsactl_plan_free(plan);
	}
	return fits;
}

/*
 * All in one transaction; with --continue, each in its own. A dry run takes no slices, so it plans
 * together those for which there is room, and the rest fails.
 */
static int find_counts(struct dsactl_ctx *ctx, const struct cmd_line *line,
		       struct targets *targets)
{
	unsigned int count = line->opt[OPT_COUNT].set ? line->opt[OPT_COUNT].number : 1, room;
	int err = 0;

	if (!line->opt[OPT_CONTINUE].set)
		return add_count(targets, count);
	if (line->opt[OPT_DRY_RUN].set) {
		room = count_room(ctx, line, count);
		err = room ? add_count(targets, room) : 0;
		return err || room == count ? err : add_count(targets, count);
	}
	while (count-- && !err)
		err = add_count(targets, 1);
	return err;
}

/* Say that a device was split for it, which nobody asked for by name. */
static void note_split(const struct cmd_line *line, struct dsactl_step *step)
{
	unsigned int nr = dsactl_step_get_nr_slices(step);
	char text[128];

	if (line->opt[OPT_QUIET].set)
		return;
	snprintf(text, sizeof(text), "%s: it was split into %u slice%s of %u work queue%s for this",
		 dsactl_step_get_device_name(step), nr, nr == 1 ? "" : "s", dsactl_step_get_nr_wqs(step),
		 dsactl_step_get_nr_wqs(step) == 1 ? "" : "s");
	out_note(text);
}

static void print_created(const struct cmd_line *line, struct dsactl_plan *plan)
{
	struct dsactl_step *step;

	dsactl_step_foreach(plan, step)
		if (dsactl_step_get_kind(step) == DSACTL_STEP_SPLIT)
			note_split(line, step);
	dsactl_step_foreach(plan, step)
		if (dsactl_step_get_kind(step) == DSACTL_STEP_CREATE)
			print_uuid(line, dsactl_step_get_uuid(step));
}

/* What contradicts each other on the line, whatever the host is like. */
static int check_placement(const struct cmd_line *line)
{
	const struct value *opt = line->opt;

	if (opt[OPT_SPREAD].set && opt[OPT_PACK].set)
		return out_usage(line->cmd, "--spread and --pack contradict each other");
	if (line->arg[0].set && placement_of(line) != DSACTL_PLACE_SMALLEST)
		return out_usage(line->cmd, "%s: --%s is for any device: leave out one of them",
				 line->arg[0].text, opt[OPT_SPREAD].set ? "spread" : "pack");
	return 0;
}

/* What a VMM is told of a vdev that it opens itself. */
static int check_served(const struct cmd_line *line)
{
	const char *type = line->opt[OPT_TYPE].text;

	if (line->output != OUT_QEMU && line->output != OUT_LIBVIRT)
		return 0;
	if (line->opt[OPT_SERVED].set || (type && strstr(type, "-bare-")))
		return out_usage(line->cmd, "a VMM does not open a vdev that is served: choose another output");
	return 0;
}

int cmd_vdev_create(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	const struct value *opt = line->opt;
	unsigned int nr_wqs;

	/* The library gets them one at a time. */
	if (opt[OPT_CONTINUE].set && opt[OPT_COUNT].number > 1 &&
	    (opt[OPT_UUID].set || opt[OPT_NAME].set))
		return out_usage(line->cmd, "%s vdevs cannot share a UUID or name", opt[OPT_COUNT].text);
	return transaction_nr_wqs(line, &nr_wqs) ?: check_placement(line) ?: check_served(line) ?:
	       transaction_run(ctx, line, NULL, find_counts, plan_create, print_created);
}

/* ---- destroy-vdev ---- */

/* A user changes only what is that user's: to root a vdev without an owner is anybody's. */
static int require_own(const struct cmd_line *line, struct dsactl_vdev *vdev)
{
	return line->served_for ? dsactl_vdev_require_owner(vdev, line->served_for) : 0;
}

/* With --owner, only if the vdev is that owner's. */
static int add_vdev(const struct cmd_line *line, const char *uuid, const char *owner,
		    struct targets *targets)
{
	const struct value *only = &line->opt[OPT_OWNER];

	if (only->set && strcmp(owner, only->text))
		return 0;
	return targets_add(targets, uuid) ? 0 : -ENOMEM;
}

/* Vdevs that do not exist now, but would at the next boot. */
static int add_absent(struct dsactl_ctx *ctx, const struct cmd_line *line,
		      struct targets *targets)
{
	struct dsactl_kept *kept;
	int err = dsactl_kept_list(ctx);

	if (err)
		return err;
	dsactl_kept_foreach(ctx, kept) {
		const char *uuid = dsactl_kept_get_uuid(kept);

		if (!dsactl_vdev_find(ctx, uuid))
			err = err ?: add_vdev(line, uuid, dsactl_kept_get_owner(kept), targets);
	}
	return err;
}

/* Vdevs that others made are not taken unasked. */
static bool is_left_alone(const struct cmd_line *line, struct dsactl_vdev *vdev)
{
	return dsactl_vdev_is_foreign(vdev) && !line->opt[OPT_FORCE].set;
}

static void note_left_alone(const struct cmd_line *line, unsigned int nr)
{
	char text[128];

	if (!nr || line->opt[OPT_OWNER].set || line->opt[OPT_QUIET].set)
		return;
	snprintf(text, sizeof(text), "all: left alone: %u vdev%s that others made: destroy-vdev --force takes %s, too",
		 nr, nr == 1 ? "" : "s", nr == 1 ? "it" : "them");
	out_note(text);
}

/*
 * "all" is every vdev that dsactl made, with --force every one; with --owner those of
 * that owner.
 */
static int find_vdevs(struct dsactl_ctx *ctx, const struct cmd_line *line,
		      struct targets *targets)
{
	struct dsactl_vdev *vdev;
	unsigned int nr_left = 0;
	int err = 0;

	if (strcmp(line->arg[0].text, "all"))
		return targets_add(targets, line->arg[0].text) ? 0 : -ENOMEM;
	dsactl_vdev_foreach(ctx, vdev) {
		if (is_left_alone(line, vdev))
			nr_left++;
		else
			err = err ?: add_vdev(line, dsactl_vdev_get_uuid(vdev),
					      dsactl_vdev_get_owner(vdev), targets);
	}
	note_left_alone(line, nr_left);
	err = err ?: transaction_require_read(ctx, targets);
	if (!err && line->opt[OPT_PERSIST].set)
		err = add_absent(ctx, line, targets);
	return err;
}

static int plan_destroy(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *target,
			struct dsactl_profile *profile, struct dsactl_plan **plan)
{
	struct dsactl_vdev *vdev;

	(void)profile;
	if (line->opt[OPT_PERSIST].set)
		return dsactl_plan_forget(ctx, target, line->opt[OPT_OWNER].text,
					  line->opt[OPT_FORCE].set, plan);
	vdev = dsactl_vdev_find(ctx, target);
	if (!vdev)
		return dsactl_get_error(ctx);
	return require_own(line, vdev) ?:
	       dsactl_plan_destroy(vdev, line->opt[OPT_OWNER].text, line->opt[OPT_FORCE].set, plan);
}

int cmd_vdev_destroy(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	return transaction_run(ctx, line, NULL, find_vdevs, plan_destroy, NULL);
}

/* The vdev that the line names, as it is now. */
static int find_vdev(struct dsactl_ctx *ctx, const struct cmd_line *line,
		     struct dsactl_vdev **vdev)
{
	int err = dsactl_refresh(ctx);

	*vdev = err ? NULL : dsactl_vdev_find(ctx, line->arg[0].text);
	return err || *vdev ? err : dsactl_get_error(ctx);
}

static void print_document(json_object *vdev)
{
	json_object *document = json_document();

	json_object_object_add(document, "vdev", vdev);
	out_json(document);
}

/* ---- hint-vdev ---- */

int cmd_vdev_hint(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct dsactl_hint hints[MAX_RANGES];
	struct dsactl_vdev *vdev;
	int err = find_vdev(ctx, line, &vdev) ?: require_own(line, vdev);

	if (err)
		return out_error(ctx, err);
	for (unsigned int i = 0; i < line->nr_ranges; i++)
		hints[i] = (struct dsactl_hint){ line->range[i].begin, line->range[i].length };
	err = dsactl_vdev_set_hints(vdev, hints, line->nr_ranges);
	if (!err && line->output == OUT_JSON)
		err = find_vdev(ctx, line, &vdev);
	if (err)
		return out_error(ctx, err);
	if (line->output == OUT_JSON)
		print_document(json_vdev(vdev));
	return EXIT_DONE;
}

/* ---- show-vdev ---- */

static const struct column vdev_lines[] = {
	{ "uuid", "uuid", 0, 0 }, { "name", "name", 0, 0 }, { "owner", "owner", 0, 0 },
	{ "foreign", "foreign", 0, 0 },
	{ "state", "state", 0, 0 }, { "device", "device", 0, 0 }, { "slice", "slice", 0, 0 },
	{ "type", "type", 0, 0 }, { "pasid", "pasid", 0, 0 }, { "pci id", "pci_id", 0, 0 },
	{ "mapped", "mapped_bytes", 0, 1 }, { "pinned pages", "pinned_pages", 0, 0 },
	{ "mapping", "mapping", 0, 0 }, { "found by", "mapping_sources", 0, 0 },
	{ "mapping state", "mapping_state", 0, 0 }, { "wanted", "wanted_bytes", 0, 1 },
	{ "requests served", "requests_served", 0, 0 },
	{ "requests refused", "requests_refused", 0, 0 },
	{ "commands", "commands", 0, 0 }, { "resets", "resets", 0, 0 },
	{ "errors", "errors", 0, 0 },
};

static const struct column hint_columns[] = {
	{ "HINT", "iova", 0, 0 }, { "LENGTH", "length", 0, 1 },
};

static const struct column vector_columns[] = {
	{ "VECTOR", "index", 0, 0 }, { "IRQ", "irq", 0, 0 }, { "IMS", "ims", 0, 0 },
	{ "HANDLE", "handle", 0, 0 }, { "MASKED", "masked", 0, 0 },
	{ "INTERRUPTS", "interrupts", 0, 0 },
};

static const struct table vdev_table = TABLE("vdev", vdev_lines);
static const struct table hint_table = TABLE("hints", hint_columns);
static const struct table vector_table = TABLE("vectors", vector_columns);

static int print_vdev(const struct cmd_line *line, json_object *vdev)
{
	const struct table_style style = table_style(line);
	json_object *hints = json_object_object_get(vdev, hint_table.name);
	json_object *vectors = json_object_object_get(vdev, vector_table.name);
	int code = EXIT_DONE;

	table_print_record(&vdev_table, vdev, &style);
	printf("\n");
	if (json_object_array_length(hints)) {
		code = table_print(&hint_table, hints, &style);
		printf("\n");
	}
	return code ?: table_print(&vector_table, vectors, &style);
}

/* Of a vdev that a VMM opens by itself, which one that is served is not. */
static int print_for_vmm(const struct cmd_line *line, struct dsactl_vdev *vdev)
{
	if (strstr(dsactl_vdev_get_type(vdev), "-bare-"))
		return out_refuse(line->arg[0].text, "a process serves it, at a socket of its own",
				  "man dsactl-vdev tells what a VMM is given: serve-vdev", EXIT_UNSUPPORTED);
	print_uuid(line, dsactl_vdev_get_uuid(vdev));
	return EXIT_DONE;
}

int cmd_vdev_show(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct dsactl_vdev *vdev;
	json_object *object;
	int code, err = find_vdev(ctx, line, &vdev);

	if (err)
		return out_error(ctx, err);
	if (line->output == OUT_QEMU || line->output == OUT_LIBVIRT)
		return print_for_vmm(line, vdev);
	object = json_vdev(vdev);
	if (line->output == OUT_TABLE) {
		code = print_vdev(line, object);
		json_object_put(object);
		return code;
	}
	print_document(object);
	return EXIT_DONE;
}
