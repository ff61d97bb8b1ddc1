// SPDX-License-Identifier: GPL-2.0-only
/* How does a changing verb run, whatever it changes? */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "progress.h"
#include "stop.h"
#include "transaction.h"

bool targets_add(struct targets *targets, const char *name)
{
	char **names = reallocarray(targets->name, targets->nr + 1, sizeof(*names));

	if (!names)
		return false;
	targets->name = names;
	names[targets->nr] = strdup(name);
	return names[targets->nr] && ++targets->nr;
}

void targets_free(struct targets *targets)
{
	for (size_t i = 0; i < targets->nr; i++)
		free(targets->name[i]);
	free(targets->name);
}

int transaction_require_read(struct dsactl_ctx *ctx, const struct targets *targets)
{
	return targets->nr ? 0 : dsactl_get_error(ctx);
}

int transaction_nr_wqs(const struct cmd_line *line, unsigned int *nr_wqs)
{
	const struct value *shape = &line->arg[1], *wqs = &line->opt[OPT_WQS];

	*nr_wqs = shape->set ? shape->number : wqs->number;
	if (shape->set && wqs->set && shape->number != wqs->number)
		return out_usage(line->cmd, "%s and --wqs %s contradict each other",
				 shape->text, wqs->text);
	return 0;
}

/* A word with a slash or with the end of a profile's file is a file, "-" standard input. */
bool transaction_is_file(const char *word)
{
	size_t len = strlen(word);

	return !strcmp(word, "-") || strchr(word, '/') ||
	       (len > 5 && !strcmp(word + len - 5, ".json"));
}

int transaction_load_profile(struct dsactl_ctx *ctx, const char *word,
			     struct dsactl_profile **profile)
{
	return transaction_is_file(word) ? dsactl_profile_read(ctx, word, profile)
					 : dsactl_profile_load(ctx, word, profile);
}

static const char *plural(unsigned int nr)
{
	return nr == 1 ? "" : "s";
}

static void say_create(struct dsactl_step *step)
{
	const char *reason = dsactl_step_get_reason(step);
	char slice[32] = "a new slice";

	if (dsactl_step_get_slice_id(step) >= 0)
		snprintf(slice, sizeof(slice), "slice %d", dsactl_step_get_slice_id(step));
	printf("would create a vdev on %s of %s%s%s\n", slice, dsactl_step_get_device_name(step),
	       reason[0] ? ": " : "", reason);
}

static void say_step(struct dsactl_step *step)
{
	const char *device = dsactl_step_get_device_name(step);
	unsigned int slices = dsactl_step_get_nr_slices(step);
	unsigned int wqs = dsactl_step_get_nr_wqs(step);
	unsigned int engines = dsactl_step_get_nr_engines(step);

	switch (dsactl_step_get_kind(step)) {
	case DSACTL_STEP_SPLIT:
		if (!wqs) {
			printf("would split %s into %u slice%s\n", device, slices, plural(slices));
			break;
		}
		printf("would split %s into %u slice%s of %u work queue%s with %u entries and %u engine%s\n",
		       device, slices, plural(slices), wqs, plural(wqs),
		       dsactl_step_get_wq_size(step), engines, plural(engines));
		break;
	case DSACTL_STEP_UNSPLIT:
		printf("would unsplit %s\n", device);
		break;
	case DSACTL_STEP_CREATE:
		say_create(step);
		break;
	case DSACTL_STEP_DESTROY:
		printf("would destroy vdev %s on %s\n", dsactl_step_get_uuid(step), device);
		break;
	case DSACTL_STEP_CLEAR:
		printf("would disable %s and free its work queues\n", device);
		break;
	case DSACTL_STEP_CONFIGURE:
		printf("would configure %s with %u slice%s\n", device, slices, plural(slices));
		break;
	case DSACTL_STEP_KEEP:
		printf("would have vdev %s restored at boot\n", dsactl_step_get_uuid(step));
		break;
	case DSACTL_STEP_FORGET:
		printf("would no longer have vdev %s restored at boot\n", dsactl_step_get_uuid(step));
		break;
	case DSACTL_STEP_REPAIR:
		printf("would enable the work queues that slices of %s have lost\n", device);
	}
}

/*
 * What was done, or would be. The report of a single target is printed within its change, which is
 * undone if nobody can be told. The report of several is printed after the last one: if that fails,
 * the error names the vdevs that were created.
 */
struct report {
	const struct cmd_line *line;
	void (*print)(const struct cmd_line *line, struct dsactl_plan *plan);
	json_object *steps;
	bool alone;		/* the only target */
	bool lost;		/* what it printed was not written */
};

static void print_document(struct report *report)
{
	json_object *document = json_document();

	json_object_object_add(document, "dry_run",
			       json_object_new_boolean(report->line->opt[OPT_DRY_RUN].set));
	json_object_object_add(document, "steps", json_object_get(report->steps));
	out_json(document);
}

static void report_plan(struct report *report, struct dsactl_plan *plan)
{
	struct dsactl_step *step;
	bool dry = report->line->opt[OPT_DRY_RUN].set;

	progress_hide();
	if (report->line->output == OUT_JSON) {
		dsactl_step_foreach(plan, step)
			json_object_array_add(report->steps, json_step(step));
		if (report->alone)
			print_document(report);
	} else if (dry) {
		dsactl_step_foreach(plan, step)
			say_step(step);
	} else if (report->print) {
		report->print(report->line, plan);
	}
}

static int tell_plan(void *data, struct dsactl_plan *plan)
{
	struct report *report = data;

	report_plan(report, plan);
	report->lost = !out_flush();
	return report->lost ? -EIO : 0;
}

static int run_target(struct dsactl_ctx *ctx, const char *target, make_plan_fn *make_plan,
		      struct dsactl_profile *profile, struct report *report)
{
	struct dsactl_plan *plan = NULL;
	int err = make_plan(ctx, report->line, target, profile, &plan);

	/* Flush what planning has printed, such as differences. */
	if (!err && !out_flush()) {
		dsactl_plan_free(plan);
		return out_lost(", so nothing was changed");
	}
	if (!err && !report->line->opt[OPT_DRY_RUN].set)
		err = dsactl_plan_apply_and_tell(plan, tell_plan, report);
	else if (!err)
		report_plan(report, plan);
	dsactl_plan_free(plan);
	if (err && report->lost)
		return out_lost(", so the change was undone");
	return err ? out_error(ctx, err) : EXIT_DONE;
}

static int run_targets(struct dsactl_ctx *ctx, const struct targets *targets,
		       make_plan_fn *make_plan, struct dsactl_profile *profile,
		       struct report *report)
{
	size_t nr_failed = 0;
	int first = EXIT_DONE;

	for (size_t i = 0; i < targets->nr; i++) {
		int code = run_target(ctx, targets->name[i], make_plan, profile, report);

		nr_failed += code != EXIT_DONE;
		first = first ?: code;
	}
	return nr_failed && nr_failed < targets->nr ? EXIT_PARTLY : first;
}

static int begin(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	return line->opt[OPT_DRY_RUN].set ? dsactl_refresh(ctx) : dsactl_begin(ctx);
}

/* Name the new vdevs on standard error: nobody knows them otherwise. */
static void name_created(json_object *steps)
{
	char text[128];

	for (size_t i = 0; i < json_object_array_length(steps); i++) {
		json_object *step = json_object_array_get_idx(steps, i);
		const char *what = json_object_get_string(json_object_object_get(step, "step"));

		if (strcmp(what, "create"))
			continue;
		snprintf(text, sizeof(text), "vdev %s was created",
			 json_object_get_string(json_object_object_get(step, "uuid")));
		out_note(text);
	}
}

/* The document of several targets, or of none. */
static int end_document(struct report *report, int code)
{
	if (report->line->output != OUT_JSON || report->alone ||
	    (code != EXIT_DONE && code != EXIT_PARTLY))
		return code;
	print_document(report);
	if (out_flush())
		return code;
	if (report->line->opt[OPT_DRY_RUN].set)
		return out_lost("");
	name_created(report->steps);
	return out_lost(", and what was done stays");
}

int transaction_run(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *source,
		    find_targets_fn *find, make_plan_fn *make_plan,
		    void (*print)(const struct cmd_line *line, struct dsactl_plan *plan))
{
	struct report report = { .line = line, .print = print };
	struct dsactl_profile *profile = NULL;
	struct targets targets = { 0 };
	int code, err = source ? transaction_load_profile(ctx, source, &profile) : 0;

	if (err)
		return out_error(ctx, err);
	/*
	 * Have a write to a closed pipe fail instead of a signal, so that the change can be undone.
	 */
	signal(SIGPIPE, SIG_IGN);
	progress_begin();
	err = begin(ctx, line);
	if (stop_came())
		dsactl_cancel(ctx);
	err = err ?: find(ctx, line, &targets);
	if (err) {
		code = out_error(ctx, err);
	} else {
		report.steps = json_object_new_array();
		report.alone = targets.nr == 1;
		code = run_targets(ctx, &targets, make_plan, profile, &report);
	}
	dsactl_end(ctx);
	progress_end();
	if (report.steps)
		code = end_document(&report, code);
	json_object_put(report.steps);
	targets_free(&targets);
	dsactl_profile_free(profile);
	return code;
}
