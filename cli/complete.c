// SPDX-License-Identifier: GPL-2.0-only
/* __complete: which words may come next? Asked by the files in completions/. */
#include <stdio.h>
#include <string.h>

#include "cmd_table.h"
#include "complete.h"
#include "opts.h"
#include "out.h"
#include "table.h"
#include "text.h"

/* The context is opened only if a word depends on this host. */
struct question {
	const struct cmd *cmd;
	char **words;
	int nr;			/* the last one is to be completed */
	const struct opt *opt;	/* whose value is wanted, or NULL */
};

/* Print a word and, after a tab, what it is. Each is one line, whatever a file or device says. */
static void offer(const char *word, const char *what)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s", word);
	printf("%s", text_clean(line));
	snprintf(line, sizeof(line), "%s", what);
	printf("%s%s\n", what[0] ? "\t" : "", text_clean(line));
}

/* ---- Words of this host ---- */

static void offer_devices(struct dsactl_ctx *ctx, const struct question *question)
{
	struct dsactl_device *device;

	(void)question;
	dsactl_device_foreach(ctx, device)
		offer(dsactl_device_get_name(device), dsactl_device_get_pci(device));
}

static void offer_vdevs(struct dsactl_ctx *ctx, const struct question *question)
{
	struct dsactl_vdev *vdev;

	(void)question;
	dsactl_vdev_foreach(ctx, vdev) {
		const char *uuid = dsactl_vdev_get_uuid(vdev);
		const char *name = dsactl_vdev_get_name(vdev);

		offer(uuid, name[0] ? name : dsactl_vdev_get_state_name(vdev));
		if (name[0])
			offer(name, uuid);
	}
}

static void offer_owners(struct dsactl_ctx *ctx, const struct question *question)
{
	struct dsactl_vdev *vdev;

	(void)question;
	dsactl_vdev_foreach(ctx, vdev)
		if (dsactl_vdev_get_owner(vdev)[0])
			offer(dsactl_vdev_get_owner(vdev), "");
}

/* ---- Words of the tables ---- */

static void offer_choices(struct dsactl_ctx *ctx, const struct question *question)
{
	const char *const *choices = question->opt->choices;
	bool formats = choices == output_names;

	(void)ctx;
	for (int i = 0; choices[i]; i++)
		if (!formats || !question->cmd || question->cmd->outputs >> i & 1)
			offer(choices[i], "");
}

/* Those of one table that no table before it has, each as the next in the word that stands there. */
static void offer_table(const struct table *tables, unsigned int nr, const char *word)
{
	const char *comma = strrchr(word, ',');
	int before = comma ? comma + 1 - word : word[0] == '+';
	char text[1024];

	for (size_t i = 0; i < tables[nr].nr_columns; i++) {
		const char *head = tables[nr].columns[i].head;

		if (table_find_column(tables, (1U << nr) - 1, head))
			continue;
		snprintf(text, sizeof(text), "%.*s%s", before, word, head);
		offer(text, "");
	}
}

static void offer_columns(struct dsactl_ctx *ctx, const struct question *question)
{
	const struct table *tables = question->cmd->tables;

	(void)ctx;
	for (unsigned int i = 0; tables[i].name; i++)
		offer_table(tables, i, question->words[question->nr - 1]);
}

static void offer_shapes(struct dsactl_ctx *ctx, const struct question *question)
{
	(void)ctx;
	(void)question;
	offer("1dwq-v1", "a slice of 1 work queue");
	offer("2dwq-v1", "a slice of 2 work queues");
	offer("4dwq-v1", "a slice of 4 work queues");
	offer("8dwq-v1", "a slice of 8 work queues");
}

static void offer_profiles(struct dsactl_ctx *ctx, const struct question *question)
{
	struct dsactl_profile *profile;

	(void)question;
	if (dsactl_profile_list(ctx))
		return;
	dsactl_profile_foreach(ctx, profile)
		offer(dsactl_profile_get_name(profile), dsactl_profile_get_description(profile));
}

static void offer_all(struct dsactl_ctx *ctx, const struct question *question)
{
	(void)ctx;
	(void)question;
	offer("all", "");
}

/* The scripts of the shells know this word: file names may stand here. */
static void offer_files(struct dsactl_ctx *ctx, const struct question *question)
{
	(void)ctx;
	(void)question;
	offer(":files", "");
}

/* A kind that is missing here cannot be guessed. */
static void (*const offers[NR_KINDS])(struct dsactl_ctx *, const struct question *) = {
	[KIND_CHOICE] = offer_choices,
	[KIND_COLUMNS] = offer_columns,
	[KIND_SHAPE] = offer_shapes,
	[KIND_DEVICE] = offer_devices,
	[KIND_VDEV] = offer_vdevs,
	[KIND_OWNER] = offer_owners,
	[KIND_ALL] = offer_all,
	[KIND_PROFILE] = offer_profiles,
	[KIND_FILE] = offer_files,
};

static void offer_kinds(const struct question *question, unsigned int kinds)
{
	struct dsactl_ctx *ctx;

	if (dsactl_new(&ctx))
		return;
	for (int kind = 0; kind < NR_KINDS; kind++)
		if (kinds >> kind & 1 && offers[kind])
			offers[kind](ctx, question);
	dsactl_unref(ctx);
}

static void offer_verbs(void)
{
	for (size_t i = 0; i < nr_cmds; i++)
		offer(cmds[i].name, cmds[i].summary);
}

/* ---- What is asked? ---- */

static bool is_given(const struct question *question, const char *option)
{
	for (int i = 0; i < question->nr - 1; i++)
		if (!strcmp(question->words[i], option))
			return true;
	return false;
}

static void offer_options(const struct question *question)
{
	char option[40];

	for (int id = 0; id < NR_OPTS; id++) {
		snprintf(option, sizeof(option), "--%s", opts[id].name);
		if (opts_is_taken(question->cmd, id) && !is_given(question, option))
			offer(option, opts[id].help);
	}
}

/* The option that stands in @word and whose value comes next, or NULL. */
static const struct opt *wants_value(const struct cmd *cmd, const char *word)
{
	for (int id = 0; id < NR_OPTS; id++) {
		bool is_it = word[0] == '-' && (word[1] == '-' ? !strcmp(word + 2, opts[id].name)
					       : word[1] && word[1] == opts[id].letter && !word[2]);

		if (is_it && opts_is_taken(cmd, id) && opts[id].kind != KIND_FLAG)
			return &opts[id];
	}
	return NULL;
}

/* The verb, how many words follow it, and the option whose value is wanted. */
static int read_words(struct question *question)
{
	int nr_args = 0;

	for (int i = 0; i < question->nr - 1; i++) {
		const char *word = question->words[i];
		const struct opt *opt = wants_value(question->cmd, word);

		if (opt && i == question->nr - 2)
			question->opt = opt;
		i += opt != NULL;
		if (opt || word[0] == '-')
			continue;
		if (question->cmd)
			nr_args++;
		else
			question->cmd = cmd_find(word);
	}
	return nr_args;
}

/* The word at this place, or a later one where this one may be left out. */
static void offer_arguments(const struct question *question, int place)
{
	unsigned int kinds = 0;

	for (int i = place; i < MAX_ARGS && question->cmd->arg[i].word; i++) {
		kinds |= question->cmd->arg[i].kinds;
		if (!question->cmd->arg[i].optional)
			break;
	}
	offer_kinds(question, kinds);
}

void complete(int nr, char **words)
{
	struct question question = { .words = words, .nr = nr };
	int nr_args = read_words(&question);

	if (question.opt)
		offer_kinds(&question, 1U << question.opt->kind);
	else if (nr && words[nr - 1][0] == '-')
		offer_options(&question);
	else if (question.cmd)
		offer_arguments(&question, nr_args);
	else
		offer_verbs();
}
