// SPDX-License-Identifier: GPL-2.0-only
/* --help: what do the tables say of a verb, and of dsactl? */
#include <stdio.h>

#include "cmd_table.h"
#include "help.h"
#include "table.h"

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

static const char *help_args(const struct cmd *cmd, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < MAX_ARGS && cmd->arg[i].word && used < size; i++)
		used += snprintf(text + used, size - used, " %s%s%s",
				 cmd->arg[i].optional ? "[" : "", cmd->arg[i].word,
				 cmd->arg[i].optional ? "]" : "");
	return text;
}

static void help_formats(const struct cmd *cmd)
{
	const char *sep = " ";

	printf("\nFormats:");
	for (int i = 0; i < NR_OUTPUTS; i++) {
		if (!(cmd->outputs >> i & 1))
			continue;
		printf("%s%s", sep, output_names[i]);
		sep = ", ";
	}
	printf("\n");
}

static void help_columns(const struct table *table)
{
	printf("Columns of %s:", table->name);
	for (size_t i = 0; i < table->nr_columns; i++)
		printf("%s %s", i ? "," : "", table->columns[i].head);
	printf("\n");
}

static void help_exits(unsigned int exits)
{
	const char *sep = " ";

	printf("Exit status:");
	for (int code = 0; code < NR_EXITS; code++) {
		if (!(exits >> code & 1))
			continue;
		printf("%s%d %s", sep, code, exit_names[code]);
		sep = ", ";
	}
	printf("\n");
}

static void help_verb(const struct cmd *cmd)
{
	char args[64];

	printf("usage: dsactl %s%s [OPTION]...\n%s\n\n", cmd->name,
	       help_args(cmd, args, sizeof(args)), cmd->summary);
	help_opts(cmd->opts);
	printf("%sOf every verb:\n", cmd->opts ? "\n" : "");
	help_opts(global_opts);
	help_formats(cmd);
	for (const struct table *table = cmd->tables; table && table->name; table++)
		help_columns(table);
	help_exits(cmd->exits);
	printf("More: man %s\n", cmd->page);
}

static void help_all(void)
{
	printf("usage: dsactl VERB [OPTION]...\n"
	       "Virtual devices from Intel DSA accelerators.\n\n");
	for (size_t i = 0; i < nr_cmds; i++)
		printf("  %-16s %s\n", cmds[i].name, cmds[i].summary);
	printf("\n");
	help_opts(global_opts);
	printf("\n");
	help_exits((1U << NR_EXITS) - 1);
	printf("More: dsactl VERB --help, man dsactl\n");
}

void help_print(const struct cmd *cmd)
{
	if (cmd)
		help_verb(cmd);
	else
		help_all();
}
