/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of all verbs and options. It drives parsing, dispatch, --help, completion, and the
 * tests that compare them with the manual pages. A new verb is a row in cmd_table.c, a line in
 * verbs.h, and a function in a file cmd_*.c.
 */
#ifndef CMD_TABLE_H
#define CMD_TABLE_H

#include "cmd.h"

extern const struct opt opts[NR_OPTS];
extern const uint64_t global_opts;
extern const struct cmd cmds[];
extern const size_t nr_cmds;
extern const char *const output_names[NR_OUTPUTS + 1];
extern const char *const exit_names[NR_EXITS];

const struct cmd *cmd_find(const char *name);

#endif /* CMD_TABLE_H */
