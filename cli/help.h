/* SPDX-License-Identifier: GPL-2.0-only */
/* --help, from the tables. */
#ifndef HELP_H
#define HELP_H

#include "cmd.h"

/* @cmd NULL: of dsactl itself. */
void help_print(const struct cmd *cmd);

#endif /* HELP_H */
