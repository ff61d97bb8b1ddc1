// SPDX-License-Identifier: GPL-2.0-only
/* save-profile, apply-profile and their like: from profiles to devices and back. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats.h"
#include "out.h"
#include "restored.h"
#include "transaction.h"
#include "verbs.h"

static int print_text(struct dsactl_ctx *ctx, char *text)
{
	if (!text)
		return out_error(ctx, -ENOMEM);
	fputs(text, stdout);
	free(text);
	return EXIT_DONE;
}

/* What was done to which profile, or would be, for scripts; people are told nothing. */
static int say_done(const struct cmd_line *line, const char *action, const char *name)
{
	json_object *document;

	if (line->output != OUT_JSON)
		return EXIT_DONE;
	document = json_document();
	json_object_object_add(document, "action", json_object_new_string(action));
	json_object_object_add(document, "profile", json_object_new_string(name));
	if (line->opt[OPT_DRY_RUN].set)
		json_object_object_add(document, "dry_run", json_object_new_boolean(true));
	out_json(document);
	return EXIT_DONE;
}

/* ---- save, show, delete, enable, disable ---- */

/* Under the lock, so that no change is captured half-way. */
static int save(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *name)
{
	struct dsactl_profile *profile;
	int err = dsactl_begin(ctx);

	err = err ?: dsactl_profile_capture(ctx, &profile);
	if (!err) {
		err = dsactl_profile_save(profile, name);
		dsactl_profile_free(profile);
	}
	dsactl_end(ctx);
	return err ? out_error(ctx, err) : say_done(line, "save", name);
}

int cmd_profile_save(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct dsactl_profile *profile;
	int err, code;

	if (strcmp(line->arg[0].text, "-"))
		return save(ctx, line, line->arg[0].text);
	out_note_unfinished(ctx, line);
	err = dsactl_refresh(ctx) ?: dsactl_profile_capture(ctx, &profile);
	if (err)
		return out_error(ctx, err);
	code = print_text(ctx, dsactl_profile_get_text(profile));
	dsactl_profile_free(profile);
	return code;
}

int cmd_profile_show(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct dsactl_profile *profile;
	int code, err = transaction_load_profile(ctx, line->arg[0].text, &profile);

	if (err)
		return out_error(ctx, err);
	code = print_text(ctx, dsactl_profile_get_text(profile));
	dsactl_profile_free(profile);
	return code;
}

int cmd_profile_delete(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	const char *name = line->arg[0].text;
	int err = dsactl_profile_delete(ctx, name);

	return err ? out_error(ctx, err) : say_done(line, "delete", name);
}

static int set_enabled(struct dsactl_ctx *ctx, const struct cmd_line *line, bool enabled)
{
	const char *name = line->arg[0].text;
	int err = dsactl_profile_set_enabled(ctx, name, enabled);

	return err ? out_error(ctx, err) : say_done(line, enabled ? "enable" : "disable", name);
}

/* What is not saved yet can be asked about, too. */
static int would_enable(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *source)
{
	struct dsactl_profile *profile;
	int err = transaction_load_profile(ctx, source, &profile);

	if (err)
		return out_error(ctx, err);
	err = dsactl_profile_check_restorable(profile);
	dsactl_profile_free(profile);
	if (err)
		return out_error(ctx, err);
	if (line->output != OUT_JSON)
		printf("would enable profile %s\n", source);
	return say_done(line, "enable", source);
}

int cmd_profile_enable(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	const char *source = line->arg[0].text;

	if (line->opt[OPT_DRY_RUN].set)
		return would_enable(ctx, line, source);
	if (transaction_is_file(source))
		return out_refuse(source, "only a saved profile is enabled",
				  "save it with dsactl import-profile first, or ask with --dry-run", EXIT_USAGE);
	return set_enabled(ctx, line, true);
}

int cmd_profile_disable(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	return set_enabled(ctx, line, false);
}

/* ---- list ---- */

static const struct column profile_columns[] = {
	{ "PROFILE", "name", 0, 0 }, { "FROM", "from", 0, 0 }, { "ENABLED", "enabled", 0, 0 },
	{ "ENTRIES", "devices", 0, 0 }, { "RESTORES", "restores", 0, 0 }, { "DESCRIPTION", "description", 0, 0 },
	{ "ERROR", "error", 0, 0 }, { "FILE", "path", 1, 0 },
};

const struct table profile_tables[] = { TABLE("profiles", profile_columns), { 0 } };

int cmd_profile_list(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	const struct table_style style = table_style(line);
	json_object *rows, *document;
	struct dsactl_profile *profile;
	int code = table_check_columns(line, 1), err;

	if (code)
		return code;
	err = dsactl_profile_list(ctx);
	if (err)
		return out_error(ctx, err);
	rows = json_object_new_array();
	dsactl_profile_foreach(ctx, profile)
		json_object_array_add(rows, json_profile(ctx, profile));
	if (line->output != OUT_JSON) {
		code = table_print(profile_tables, rows, &style);
		json_object_put(rows);
		return code;
	}
	document = json_document();
	json_object_object_add(document, "profiles", rows);
	out_json(document);
	return EXIT_DONE;
}

/* ---- diff ---- */

static void print_difference(struct dsactl_difference *difference)
{
	const char *path = dsactl_difference_get_path(difference);
	const char *is = dsactl_difference_get_is(difference);
	const char *shall = dsactl_difference_get_shall(difference);

	if (!is[0])
		printf("+ %s: %s\n", path, shall);
	else if (!shall[0])
		printf("- %s: %s\n", path, is);
	else
		printf("~ %s: %s -> %s\n", path, is, shall);
}

static void print_differences(const struct cmd_line *line, struct dsactl_profile *profile)
{
	json_object *document, *differences;
	struct dsactl_difference *difference;

	if (line->output != OUT_JSON) {
		dsactl_difference_foreach(profile, difference)
			print_difference(difference);
		return;
	}
	document = json_document();
	differences = json_object_new_array();
	dsactl_difference_foreach(profile, difference)
		json_object_array_add(differences, json_difference(difference));
	json_object_object_add(document, "differences", differences);
	out_json(document);
}

int cmd_profile_diff(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct dsactl_profile *profile;
	int err = transaction_load_profile(ctx, line->arg[0].text, &profile);

	if (err)
		return out_error(ctx, err);
	err = dsactl_refresh(ctx) ?: dsactl_profile_diff(profile, line->opt[OPT_DEVICE].text);
	if (!err)
		print_differences(line, profile);
	dsactl_profile_free(profile);
	return err ? out_error(ctx, err) : EXIT_DONE;
}

/* ---- apply ---- */

static int find_profile(struct dsactl_ctx *ctx, const struct cmd_line *line,
			struct targets *targets)
{
	(void)ctx;
	return targets_add(targets, line->arg[0].text) ? 0 : -ENOMEM;
}

/* The whole is planned first, so that only a difference is shown that can be applied. */
static int plan_apply(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *target,
		      struct dsactl_profile *profile, struct dsactl_plan **plan)
{
	struct dsactl_profile_request request = DSACTL_PROFILE_REQUEST_INIT;
	int err;

	(void)ctx;
	(void)target;
	request.device = line->opt[OPT_DEVICE].text;
	request.owner = line->opt[OPT_OWNER].text;
	request.replace = line->opt[OPT_REPLACE].set;
	err = dsactl_plan_profile(profile, &request, plan);
	if (!err && line->output != OUT_JSON && !line->opt[OPT_QUIET].set) {
		err = dsactl_profile_diff(profile, request.device);
		if (!err)
			print_differences(line, profile);
		fflush(stdout);
	}
	return err;
}

int cmd_profile_apply(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	return transaction_run(ctx, line, line->arg[0].text, find_profile, plan_apply, NULL);
}

/* ---- restore ---- */

/* The device that is to be restored, or all; each is a transaction of its own. */
static int find_restored(struct dsactl_ctx *ctx, const struct cmd_line *line,
			 struct targets *targets)
{
	struct dsactl_device *device;

	if (line->opt[OPT_DEVICE].set)
		return targets_add(targets, line->opt[OPT_DEVICE].text) ? 0 : -ENOMEM;
	dsactl_device_foreach(ctx, device)
		if (!targets_add(targets, dsactl_device_get_name(device)))
			return -ENOMEM;
	return transaction_require_read(ctx, targets);
}

static int plan_restore(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *target,
			struct dsactl_profile *profile, struct dsactl_plan **plan)
{
	(void)line;
	(void)profile;
	return dsactl_plan_restore(ctx, target, plan);
}

int cmd_profile_restore(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	int code = transaction_run(ctx, line, NULL, find_restored, plan_restore, NULL);

	if (line->opt[OPT_DEVICE].set && !line->opt[OPT_DRY_RUN].set)
		restored_note(ctx, line->opt[OPT_DEVICE].text, code);
	return code;
}

/* ---- import, export ---- */

static enum dsactl_format format_of(const struct value *value)
{
	return value->set ? format_values[value->number] : DSACTL_FORMAT_ANY;
}

/* The name of the file without its end. */
static const char *name_of(char *file)
{
	char *name = basename(file), *dot = strrchr(name, '.');

	if (dot && dot > name)
		*dot = '\0';
	return name;
}

/* A name that comes from the file replaces no profile. */
static int save_imported(struct dsactl_ctx *ctx, const struct cmd_line *line,
			 struct dsactl_profile *profile, const char *name)
{
	int err = line->opt[OPT_NAME].set ? dsactl_profile_save(profile, name)
					  : dsactl_profile_save_new(profile, name);

	return err ? out_error(ctx, err) : say_done(line, "import", name);
}

int cmd_profile_import(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	char *file = strdup(line->arg[0].text);
	struct dsactl_profile *profile;
	int err, code;

	if (!file)
		return EXIT_FAILED;
	err = dsactl_profile_import(ctx, file, format_of(&line->opt[OPT_FROM]), &profile);
	if (err) {
		code = out_error(ctx, err);
	} else {
		code = save_imported(ctx, line, profile, line->opt[OPT_NAME].set ?
				     line->opt[OPT_NAME].text : name_of(file));
		dsactl_profile_free(profile);
	}
	free(file);
	return code;
}

int cmd_profile_export(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	enum dsactl_format format = format_of(&line->opt[OPT_TO]);
	struct dsactl_profile *profile = NULL;
	char *text;
	int err = line->arg[0].set ? transaction_load_profile(ctx, line->arg[0].text, &profile) : 0;

	err = err ?: dsactl_refresh(ctx);
	err = err || profile ? err : dsactl_profile_capture(ctx, &profile);
	err = err ?: dsactl_profile_export(profile, format, &text);
	dsactl_profile_free(profile);
	return err ? out_error(ctx, err) : print_text(ctx, text);
}
