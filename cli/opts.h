/* SPDX-License-Identifier: GPL-2.0-only */
/* From argv to a struct cmd_line, by the tables. */
#ifndef OPTS_H
#define OPTS_H

#include "cmd.h"

/* 0, or EXIT_USAGE after saying what is wrong. */
int opts_parse(int argc, char **argv, struct cmd_line *line);
/* Whether -o json is among the words, whatever is wrong with the others. */
bool opts_want_json(int argc, char **argv);
/* Whether @cmd takes the option; @cmd NULL: dsactl itself, without a verb. */
bool opts_is_taken(const struct cmd *cmd, enum opt_id id);

#endif /* OPTS_H */
