// SPDX-License-Identifier: GPL-2.0-only
/* What does the command line ask for, and is it within the tables? */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd_table.h"
#include "opts.h"
#include "out.h"

bool opts_is_taken(const struct cmd *cmd, enum opt_id id)
{
	return ((cmd ? cmd->opts : 0) | global_opts) >> id & 1;
}

/* The option of this name or letter that @cmd takes, or -1. */
static int find_opt(const struct cmd *cmd, const char *name, size_t len, char letter)
{
	for (int id = 0; id < NR_OPTS; id++) {
		if (!opts_is_taken(cmd, id))
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

/* A number with an optional suffix, wholly used up and without overflow; 020 is twenty. */
static bool parse_number(const char *text, uint64_t *number)
{
	bool hex = text[0] == '0' && toupper((unsigned char)text[1]) == 'X';
	unsigned int shift;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*number = strtoull(text, &end, hex ? 16 : 10);
	shift = suffix_shift(*end);
	end += shift != 0;
	if (errno || *end || *number > UINT64_MAX >> shift)
		return false;
	*number <<= shift;
	return true;
}

/* "0x100000000+4G" into the next range of @line. */
static bool add_range(struct cmd_line *line, char *text)
{
	char *length = strchr(text, '+');

	if (!length || line->nr_ranges == MAX_RANGES)
		return false;
	*length++ = '\0';
	return parse_number(text, &line->range[line->nr_ranges].begin) &&
	       parse_number(length, &line->range[line->nr_ranges++].length);
}

/* Ranges with commas between, or "none". */
static bool parse_ranges(struct cmd_line *line, const char *text)
{
	char *copy = strdup(text), *left = copy, *range;
	bool fine = copy;

	if (!strcmp(text, "none"))
		left = NULL;
	while (fine && (range = strsep(&left, ",")))
		fine = add_range(line, range);
	free(copy);
	return fine;
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

/* "2dwq-v1", "2dwq" as accel-config took it, or the mdev type "idxd-2dwq-v1"; @kind: dwq or swq. */
static bool is_shape(const char *text, const char *kind)
{
	if (!strncmp(text, "idxd-", 5))
		text += 5;
	return text[0] && strchr("1248", text[0]) && !strncmp(text + 1, kind, 3) &&
	       (!text[4] || !strcmp(text + 4, "-v1"));
}

static bool parse_shape(const char *text, uint64_t *wqs)
{
	*wqs = text[strcspn(text, "0123456789")] - '0';
	return is_shape(text, "dwq");
}

/* ---- Values ---- */

static int set_number(struct cmd_line *line, const struct opt *opt, struct value *value)
{
	if (!parse_number(value->text, &value->number))
		return out_usage(line->cmd, "--%s: \"%s\" is not a number", opt->name,
				 value->text);
	if (value->number < opt->min || value->number > opt->max)
		return out_usage(line->cmd, "--%s: %s is out of range (%" PRIu64 " to %" PRIu64 ")",
				 opt->name, value->text, opt->min, opt->max);
	return 0;
}

static int set_choice(struct cmd_line *line, const struct opt *opt, struct value *value)
{
	for (value->number = 0; opt->choices[value->number]; value->number++)
		if (!strcmp(opt->choices[value->number], value->text))
			return 0;
	return out_usage(line->cmd, "--%s: \"%s\" is none of its values", opt->name, value->text);
}

static int set_uuid(struct cmd_line *line, const struct opt *opt, struct value *value)
{
	return is_uuid(value->text) ? 0 :
	       out_usage(line->cmd, "--%s: \"%s\" is not a UUID", opt->name, value->text);
}

static int set_opt(struct cmd_line *line, int id, const char *text)
{
	static int (*const setters[NR_KINDS])(struct cmd_line *, const struct opt *,
					      struct value *) = {
		[KIND_NUMBER] = set_number, [KIND_CHOICE] = set_choice, [KIND_UUID] = set_uuid,
	};
	const struct opt *opt = &opts[id];
	struct value *value = &line->opt[id];

	if (value->set && opt->kind != KIND_FLAG)
		return out_usage(line->cmd, "--%s: it is given twice", opt->name);
	*value = (struct value){ .set = true, .text = text };
	if (opt->kind != KIND_FLAG && !text[0])
		return out_usage(line->cmd, "--%s: the value is empty", opt->name);
	return setters[opt->kind] ? setters[opt->kind](line, opt, value) : 0;
}

/* ---- Options ---- */

static bool is_opt(const char *word)
{
	return word[0] == '-' && word[1];
}

/*
 * The global option in @word that takes a value: --NAME[=VALUE], or the first such letter; -1: none.
 * *@value is that value, or NULL where it is the next word.
 */
static int global_in(const char *word, const char **value)
{
	size_t len = strcspn(word + 2, "=");
	int id = word[1] == '-' ? find_opt(NULL, word + 2, len, 0) : -1;

	*value = word[2 + len] ? word + 2 + len + 1 : NULL;
	if (word[1] == '-')
		return id >= 0 && opts[id].kind != KIND_FLAG ? id : -1;
	for (const char *letter = word + 1; *letter; letter++) {
		id = find_opt(NULL, "", 0, *letter);
		*value = letter[1] ? letter + 1 : NULL;
		if (id >= 0 && opts[id].kind != KIND_FLAG)
			return id;
	}
	return -1;
}

static bool takes_next(const char *word)
{
	const char *value;

	return global_in(word, &value) >= 0 && !value;
}

bool opts_want_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const char *value;

		if (!is_opt(argv[i]) || global_in(argv[i], &value) != OPT_OUTPUT)
			continue;
		value = value ?: argv[i + 1];
		if (value && !strcmp(value, "json"))
			return true;
	}
	return false;
}

/* The verb is the first word that is no option nor the value of a global one. */
static int find_verb(int argc, char **argv, struct cmd_line *line)
{
	for (int i = 1; i < argc; i++) {
		if (is_opt(argv[i])) {
			i += takes_next(argv[i]);
			continue;
		}
		line->cmd = cmd_find(argv[i]);
		if (!line->cmd)
			return out_usage(NULL, "%s: there is no such verb", argv[i]);
		return i;
	}
	return 0;
}

/* The value of option @id: @inline_value, or the word after argv[*@i]. */
static int parse_value(int argc, char **argv, int *i, struct cmd_line *line, int id,
		       const char *inline_value)
{
	if (inline_value)
		return set_opt(line, id, inline_value);
	if (*i + 1 >= argc)
		return out_usage(line->cmd, "--%s: its value %s is missing", opts[id].name,
				 opts[id].arg);
	return set_opt(line, id, argv[++*i]);
}

static int parse_long(int argc, char **argv, int *i, struct cmd_line *line)
{
	const char *word = argv[*i], *value;
	size_t len = strcspn(word + 2, "=");
	int id = find_opt(line->cmd, word + 2, len, 0);

	if (id < 0)
		return out_usage(line->cmd, "%.*s: there is no such option", (int)len + 2, word);
	value = word[2 + len] ? word + 2 + len + 1 : NULL;
	if (opts[id].kind != KIND_FLAG)
		return parse_value(argc, argv, i, line, id, value);
	return value ? out_usage(line->cmd, "--%s: it takes no value", opts[id].name)
		     : set_opt(line, id, NULL);
}

/* "-n", "-nv", "-o json" or "-ojson". */
static int parse_letters(int argc, char **argv, int *i, struct cmd_line *line)
{
	int err = 0;

	for (const char *letter = argv[*i] + 1; *letter && !err; letter++) {
		int id = find_opt(line->cmd, "", 0, *letter);

		if (id < 0)
			return out_usage(line->cmd, "-%c: there is no such option", *letter);
		if (opts[id].kind != KIND_FLAG)
			return parse_value(argc, argv, i, line, id, letter[1] ? letter + 1 : NULL);
		err = set_opt(line, id, NULL);
	}
	return err;
}

/* ---- Words after the verb ---- */

/* Whether @text has the syntax of its kind. */
static bool is_special(const struct arg *arg, const char *text, uint64_t *number)
{
	if (arg->kinds & KIND(NUMBER))
		return parse_number(text, number);
	return arg->kinds & KIND(SHAPE) && parse_shape(text, number);
}

/* An optional word may be missing where the word in its place is clearly a later one. */
static bool is_later(const struct arg *arg, int i, const char *text)
{
	uint64_t number;

	if (!arg[i].optional || is_special(&arg[i], text, &number))
		return false;
	while (++i < MAX_ARGS && arg[i].word)
		if (is_special(&arg[i], text, &number))
			return true;
	return false;
}

/* The word that accel-config had for a shared work queue, where a shape may stand. */
static bool is_shared_shape(const struct arg *arg, const char *text)
{
	for (int i = 0; i < MAX_ARGS && arg[i].word; i++)
		if (arg[i].kinds & KIND(SHAPE))
			return is_shape(text, "swq");
	return false;
}

static int set_arg(struct cmd_line *line, int *next, const char *text)
{
	const struct arg *arg = line->cmd ? line->cmd->arg : NULL;
	struct value value = { .set = true, .text = text };
	int i = *next;

	if (arg && is_shared_shape(arg, text))
		return out_usage(line->cmd, "%s: a slice has dedicated work queues only: 1dwq, 2dwq, 4dwq or 8dwq", text);
	while (arg && i < MAX_ARGS && arg[i].word && is_later(arg, i, text))
		i++;
	if (!arg || i == MAX_ARGS || !arg[i].word)
		return out_usage(line->cmd, "%s: one word too many", text);
	if (!text[0])
		return out_usage(line->cmd, "%s: the word for it is empty", arg[i].word);
	if (arg[i].kinds & (KIND(NUMBER) | KIND(SHAPE)) &&
	    !is_special(&arg[i], text, &value.number))
		return out_usage(line->cmd, arg[i].kinds & KIND(NUMBER) ?
				 "%s: \"%s\" is not a number" :
				 "%s: \"%s\" is none of 1dwq-v1, 2dwq-v1, 4dwq-v1 and 8dwq-v1",
				 arg[i].word, text);
	if (arg[i].kinds & KIND(RANGES) && !parse_ranges(line, text))
		return out_usage(line->cmd, "%s: \"%s\" is not \"none\", nor up to %d ranges such as 0+2G,4G+6G",
				 arg[i].word, text, MAX_RANGES);
	line->arg[i] = value;
	*next = i + 1;
	return 0;
}

static int check_args(const struct cmd_line *line)
{
	if (!line->cmd || line->opt[OPT_HELP].set || line->opt[OPT_VERSION].set)
		return 0;
	for (int i = 0; i < MAX_ARGS && line->cmd->arg[i].word; i++)
		if (!line->cmd->arg[i].optional && !line->arg[i].set)
			return out_usage(line->cmd, "%s is missing", line->cmd->arg[i].word);
	return 0;
}

/* The format that was asked for, or the verb's default. */
static int set_output(struct cmd_line *line)
{
	const struct value *value = &line->opt[OPT_OUTPUT];

	if (value->set && line->cmd && !(line->cmd->outputs >> value->number & 1))
		return out_usage(line->cmd, "--output: \"%s\" is not a format of it", value->text);
	if (value->set)
		line->output = value->number;
	else if (line->cmd)
		line->output = __builtin_ctz(line->cmd->outputs);
	if (line->opt[OPT_COLUMNS].set && line->output != OUT_TABLE && line->output != OUT_WIDE)
		return out_usage(line->cmd, "--columns: --output %s has no columns", output_names[line->output]);
	return 0;
}

int opts_parse(int argc, char **argv, struct cmd_line *line)
{
	bool words_only = false;
	int verb, next = 0, err = 0;

	*line = (struct cmd_line){ 0 };
	verb = find_verb(argc, argv, line);
	if (verb == EXIT_USAGE && !line->cmd)
		return EXIT_USAGE;
	for (int i = 1; i < argc && !err; i++) {
		if (i == verb)
			continue;
		if (words_only || !is_opt(argv[i]))
			err = set_arg(line, &next, argv[i]);
		else if (!strcmp(argv[i], "--"))
			words_only = true;
		else
			err = argv[i][1] == '-' ? parse_long(argc, argv, &i, line)
						: parse_letters(argc, argv, &i, line);
	}
	return err ?: set_output(line) ?: check_args(line);
}
