// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is what the option parser lets through within its tables, whatever the command
 * line? Words are the input's own, or verbs and options that there are.
 *
 * fuzz: -max_len=256
 * fuzz-short: 50000
 */
#include <errno.h>

#include "../../cli/cmd_table.h"
#include "../../cli/opts.h"
#include "fuzz.h"

const char fuzz_counts[] = "command lines";

#define MAX_WORDS	16
#define WORD_SIZE	64
#define WORD_END	0x7f	/* beside NUL, which the input has too seldom */

static char words[MAX_WORDS][WORD_SIZE];
static char *argv[MAX_WORDS + 1];

static void append(char *word, const char *text)
{
	size_t len = strlen(word);

	snprintf(word + len, WORD_SIZE - len, "%s", text);
}

/* Where parsers of numbers and of formats go wrong. */
static const char *const traps[] = {
	"18446744073709551615", "18446744073709551616", "0x1000000000000001T", "077", "08",
	"0x", "1K", "T", "-1", "=", "json", "qemu", "--",
	"00000000-0000-4000-8000-000000000000", "idxd-2dwq-v1", "3dwq-v1", "always",
};

/* A byte above 0x7f stands for a whole word of the tables. */
static void append_byte(char *word, uint8_t byte)
{
	unsigned int nr = byte & 0x7f;

	if (byte < 0x80) {
		append(word, (char[]){ (char)byte, '\0' });
	} else if (nr < nr_cmds) {
		append(word, cmds[nr].name);
	} else if (nr - nr_cmds < NR_OPTS) {
		append(word, "--");
		append(word, opts[nr - nr_cmds].name);
	} else {
		append(word, traps[nr % NR(traps)]);
	}
}

static int read_words(struct tape *tape)
{
	int nr = 1;

	memset(words, 0, sizeof(words));
	strcpy(words[0], "dsactl");
	for (; tape->left && nr < MAX_WORDS; nr++) {
		uint8_t byte;

		while (tape->left && (byte = (uint8_t)tape_take(tape, 1)) &&
		       byte != WORD_END)
			append_byte(words[nr], byte);
	}
	for (int i = 0; i < nr; i++)
		argv[i] = words[i];
	argv[nr] = NULL;
	return nr;
}

/* What a size says, worked out in another way: never more than 128 bits. */
static uint64_t size_of_text(const char *text)
{
	static const char suffixes[] = "kmgt";
	unsigned int base = text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10;
	unsigned __int128 val = 0;

	for (text += base == 16 ? 2 : 0; *text; text++) {
		const char *suffix = strchr(suffixes, *text | 0x20);
		unsigned int digit = *text <= '9' ? *text - '0' : (*text | 0x20) - 'a' + 10;

		if (digit >= base) {
			PROMISE(suffix && !text[1]);
			val <<= 10 * (suffix - suffixes + 1);
			break;
		}
		val = val * base + digit;
		PROMISE(!(val >> 64));
	}
	PROMISE(!(val >> 64));
	return (uint64_t)val;
}

static unsigned int nr_choices(const struct opt *opt)
{
	unsigned int nr = 0;

	while (opt->choices[nr])
		nr++;
	return nr;
}

static void check_opt(const struct opt *opt, const struct value *value)
{
	PROMISE(!value->text == (opt->kind == KIND_FLAG));
	PROMISE(!value->text || value->text[0]);
	if (opt->kind == KIND_NUMBER) {
		PROMISE(value->number >= opt->min && value->number <= opt->max);
		PROMISE(value->number == size_of_text(value->text));
	} else if (opt->kind == KIND_CHOICE) {
		PROMISE(value->number < nr_choices(opt));
		PROMISE(!strcmp(opt->choices[value->number], value->text));
	} else if (opt->kind == KIND_UUID) {
		PROMISE(strlen(value->text) == 36);
	}
}

static bool is_a_word(const char *text, int argc)
{
	for (int i = 1; i < argc; i++)
		if (text == argv[i])
			return true;
	return false;
}

static void check_arg(const struct arg *arg, const struct value *value, int argc)
{
	PROMISE(is_a_word(value->text, argc) && value->text[0]);
	if (arg->kinds & KIND(NUMBER))
		PROMISE(value->number == size_of_text(value->text));
	else if (arg->kinds & KIND(SHAPE))
		PROMISE(value->number && value->number <= 8);
}

static void check_args(const struct cmd_line *line, int argc)
{
	bool asks = line->opt[OPT_HELP].set || line->opt[OPT_VERSION].set;

	for (int i = 0; i < MAX_ARGS; i++) {
		if (!line->cmd || !line->cmd->arg[i].word)
			PROMISE(!line->arg[i].set);
		else if (line->arg[i].set)
			check_arg(&line->cmd->arg[i], &line->arg[i], argc);
		else
			PROMISE(asks || line->cmd->arg[i].optional);
	}
}

static void check_line(const struct cmd_line *line, int argc)
{
	for (int id = 0; id < NR_OPTS; id++) {
		if (!line->opt[id].set)
			continue;
		PROMISE(opts_is_taken(line->cmd, id));
		check_opt(&opts[id], &line->opt[id]);
	}
	PROMISE(line->output < NR_OUTPUTS);
	PROMISE(!line->cmd || line->cmd->outputs >> line->output & 1);
	check_args(line, argc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };
	int argc = read_words(&tape), status;
	struct cmd_line line;

	status = opts_parse(argc, argv, &line);
	PROMISE(status == EXIT_DONE || status == EXIT_USAGE);
	if (status == EXIT_DONE)
		check_line(&line, argc);
	fuzz_count++;
	return 0;
}
