/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables on standard output. table.c is the only file that knows libsmartcols. */
#ifndef TABLE_H
#define TABLE_H

#include <json-c/json.h>

#include "cmd.h"

/* A column of a table and the key of its value in each row. */
struct column {
	const char *head, *key;
	bool wide;		/* by default only with -o wide */
	bool bytes;		/* with a unit where asked for */
};

struct table {
	const char *name;	/* as the array of a document is called; NULL ends a list of tables */
	const struct column *columns;
	size_t nr_columns;
};
#define TABLE(name, columns) { name, columns, sizeof(columns) / sizeof((columns)[0]) }

struct table_style {
	bool wide, units;
	const char *columns;	/* as --columns has them; NULL: the default ones */
};

/* What the command line says of tables. */
struct table_style table_style(const struct cmd_line *line);

/* Whether one of @tables, those that are bits of @which, has a column of that name. */
bool table_find_column(const struct table *tables, unsigned int which, const char *name);
/*
 * Check --columns against those tables of line->cmd that are shown: bits by their place. Each
 * name must be a column of one of them. Returns 0 or, after a message, EXIT_USAGE.
 */
int table_check_columns(const struct cmd_line *line, unsigned int shown);
/* Whether @style leaves any column of @table. */
bool table_is_shown(const struct table *table, const struct table_style *style);

/* @rows is an array of objects; it stays the caller's. Returns EXIT_DONE or, after a message, EXIT_FAILED. */
int table_print(const struct table *table, json_object *rows, const struct table_style *style);
/* All columns as lines "HEAD  value" of one object. */
void table_print_record(const struct table *table, json_object *row, const struct table_style *style);

#endif /* TABLE_H */
