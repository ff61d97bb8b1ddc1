// SPDX-License-Identifier: GPL-2.0-only
/* What does the command line ask for, and is it within the tables? */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opts.h"
#include "out.h"

static bool is_taken(const struct cmd *cmd, enum opt_id id)
{
	return ((cmd ? cmd->opts : 0) | global_opts) >> id & 1;
}

/* The option of this name or letter that @cmd takes, or -1. */
static int find_opt(const struct cmd *cmd, const char *name, size_t len, char letter)
{
	for (int id = 0; id < NR_OPTS; id++) {
		if (!is_taken(cmd, id))
			continue;
		if (letter ? opts[id].letter == letter
			   : !strncmp(opts[id].name, name, len) && !opts[id].name[len])
			return id;
	}
	return -1;
}

static int suffix_shift(char suffix)
{
	static const char suffixes[] = "KMGT";
	const char *at = suffix ? strchr(suffixes, toupper((unsigned char)suffix)) : NULL;

	return at ? 10 * (at - suffixes + 1) : 0;
}

/* A number with an optional suffix, wholly used up and without overflow. */
static bool parse_number(const char *text, uint64_t *number)
{
	unsigned int shift;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*number = strtoull(text, &end, 0);
	shift = suffix_shift(*end);
	end += shift != 0;
	if (errno || *end || *number > UINT64_MAX >> shift)
		return false;
	*number <<= shift;
	return true;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(const char *text)
{
	for (int i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return !text[36];
}

static int parse_output(struct cmd_line *line, const char *text)
{
	for (int i = 0; i < NR_OUTPUTS; i++) {
		if (strcmp(output_names[i], text))
			continue;
		if (line->cmd && !(line->cmd->outputs >> i & 1))
			break;
		line->output = i;
		return 0;
	}
	return out_usage(line->cmd, "-o: \"%s\" is not a format of it", text);
}

static int set_opt(struct cmd_line *line, int id, const char *text)
{
	const struct opt *opt = &opts[id];
	struct value *value = &line->opt[id];

	if (value->set && opt->type != TYPE_FLAG)
		return out_usage(line->cmd, "--%s: it is given twice", opt->name);
	value->set = true;
	value->text = text;
	if (opt->type == TYPE_OUTPUT)
		return parse_output(line, text);
	if (opt->type == TYPE_TEXT && !text[0])
		return out_usage(line->cmd, "--%s: the value is empty", opt->name);
	if (opt->type == TYPE_UUID && !is_uuid(text))
		return out_usage(line->cmd, "--%s: \"%s\" is not a UUID", opt->name, text);
	if (opt->type != TYPE_NUMBER)
		return 0;
	if (!parse_number(text, &value->number))
		return out_usage(line->cmd, "--%s: \"%s\" is not a number", opt->name, text);
	if (value->number < opt->min || value->number > opt->max)
		return out_usage(line->cmd, "--%s: %s is out of range (%" PRIu64 " to %" PRIu64 ")",
				 opt->name, text, opt->min, opt->max);
	return 0;
}

/* The verb is the first word that is no option nor the value of a global one. */
static int find_verb(int argc, char **argv, struct cmd_line *line)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (word[0] == '-') {
			i += !strcmp(word, "-o") || !strcmp(word, "--output") ||
			     !strcmp(word, "--timeout");
			continue;
		}
		line->cmd = cmd_find(word);
		if (!line->cmd)
			return out_usage(NULL, "%s: there is no such verb", word);
		return i;
	}
	return 0;
}

/* One option in argv[*@i]; advances *@i over its value. */
static int parse_opt(int argc, char **argv, int *i, struct cmd_line *line)
{
	const char *word = argv[*i], *value = NULL;
	bool is_long = word[1] == '-';
	size_t len = is_long ? strcspn(word + 2, "=") : 1;
	int id = find_opt(line->cmd, word + 2, len, is_long ? 0 : word[1]);

	if (id < 0)
		return out_usage(line->cmd, "%.*s: there is no such option",
				 (int)(is_long ? len + 2 : 2), word);
	if (is_long && word[2 + len])
		value = word + 2 + len + 1;
	else if (!is_long && word[2])
		value = word + 2;
	if (opts[id].type == TYPE_FLAG)
		return value ? out_usage(line->cmd, "--%s: it takes no value", opts[id].name)
			     : set_opt(line, id, NULL);
	if (!value && *i + 1 < argc)
		value = argv[++*i];
	if (!value)
		return out_usage(line->cmd, "--%s: its value %s is missing", opts[id].name,
				 opts[id].arg);
	return set_opt(line, id, value);
}

static int check_args(const struct cmd_line *line)
{
	if (!line->cmd || line->opt[OPT_HELP].set || line->opt[OPT_VERSION].set)
		return 0;
	if (line->nr_args < line->cmd->min_args)
		return out_usage(line->cmd, "%s is missing", line->cmd->args);
	if (line->nr_args > line->cmd->max_args)
		return out_usage(line->cmd, "%s: one word too many",
				 line->args[line->cmd->max_args]);
	return 0;
}

int opts_parse(int argc, char **argv, struct cmd_line *line)
{
	bool words_only = false;
	int verb, err = 0;

	*line = (struct cmd_line){ .args = calloc(argc + 1, sizeof(*line->args)) };
	if (!line->args)
		return EXIT_FAILED;
	verb = find_verb(argc, argv, line);
	if (verb == EXIT_USAGE && !line->cmd)
		return EXIT_USAGE;
	for (int i = 1; i < argc && !err; i++) {
		if (i == verb)
			continue;
		if (!words_only && !strcmp(argv[i], "--"))
			words_only = true;
		else if (!words_only && argv[i][0] == '-' && argv[i][1])
			err = parse_opt(argc, argv, &i, line);
		else
			line->args[line->nr_args++] = argv[i];
	}
	return err ?: check_args(line);
}

/* ---- Help ---- */

static void help_opt(int id)
{
	const struct opt *opt = &opts[id];
	char left[48];

	snprintf(left, sizeof(left), "%s%c%s--%s%s%s", opt->letter ? "-" : " ",
		 opt->letter ?: ' ', opt->letter ? ", " : "  ", opt->name,
		 opt->arg ? " " : "", opt->arg ?: "");
	printf("  %-32s %s\n", left, opt->help);
}

static void help_opts(uint64_t which)
{
	for (int id = 0; id < NR_OPTS; id++)
		if (which >> id & 1)
			help_opt(id);
}

static void help_formats(const struct cmd *cmd)
{
	const char *sep = "";

	printf("\nFormats: ");
	for (int i = 0; i < NR_OUTPUTS; i++) {
		if (!(cmd->outputs >> i & 1))
			continue;
		printf("%s%s", sep, output_names[i]);
		sep = ", ";
	}
	printf("\n");
}

void opts_help(const struct cmd *cmd)
{
	if (cmd) {
		printf("usage: dsactl %s%s%s [OPTION]...\n%s\n\n", cmd->name,
		       cmd->args[0] ? " " : "", cmd->args, cmd->summary);
		help_opts(cmd->opts | global_opts);
		help_formats(cmd);
		return;
	}
	printf("usage: dsactl VERB [OPTION]...\n"
	       "Virtual devices from Intel DSA accelerators.\n\n");
	for (size_t i = 0; i < nr_cmds; i++)
		printf("  %-15s%-16s %s\n", cmds[i].name, cmds[i].args, cmds[i].summary);
	printf("\n");
	help_opts(global_opts);
	printf("\nExit status: 0 done, 1 failed, 2 usage, 3 partly done, 4 not found, 5 busy,\n"
	       "6 not supported here, 7 permission. More: dsactl VERB --help.\n");
}
