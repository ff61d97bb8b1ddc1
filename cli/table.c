// SPDX-License-Identifier: GPL-2.0-only
/* How does a table look? */
#include <dlfcn.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "out.h"
#include "table.h"
#include "text.h"

#define CELL_SIZE 256
#define NAME_SIZE 32
#define USUAL_WIDTH 80

/*
 * libsmartcols is opened when the first table is printed: to load it takes as long as a short verb
 * (docs/architecture.md, "Libraries, or own code"). scols.new_table() is scols_new_table().
 */
#define SCOLS_FUNCTIONS(f)                                                     \
	f(new_table) f(unref_table) f(print_table) f(table_enable_noencoding)  \
	f(table_enable_noheadings) f(table_enable_colors)                      \
	f(table_set_termforce) f(table_set_termwidth)                          \
	f(table_set_column_separator)                                          \
	f(table_new_column) f(table_new_line) f(line_refer_data)               \
	f(line_get_cell) f(cell_set_color)

static struct {
#define DECLARE(name) __typeof__(scols_##name) *name;
	SCOLS_FUNCTIONS(DECLARE)
} scols;

static bool open_scols(void)
{
	static void *library;
	bool ok;

	if (library)
		return true;
	library = dlopen("libsmartcols.so.1", RTLD_LAZY | RTLD_LOCAL);
	ok = library;
#define RESOLVE(name) ok = ok && (scols.name = dlsym(library, "scols_" #name));
	SCOLS_FUNCTIONS(RESOLVE)
	if (!ok && library) {
		dlclose(library);
		library = NULL;
	}
	return ok;
}

/* ---- Cells ---- */

static void format_bytes(uint64_t bytes, char *text, size_t size)
{
	static const char units[] = "\0KMGTPE";
	double value = bytes;
	int unit = 0;

	while (value >= 1024) {
		value /= 1024;
		unit++;
	}
	if (unit)
		snprintf(text, size, "%.*f%c", value < 10 ? 1 : 0, value, units[unit]);
	else
		snprintf(text, size, "%" PRIu64, bytes);
}

static void copy_text(const char *from, char *text, size_t size)
{
	if (!memccpy(text, from, '\0', size))
		text[size - 1] = '\0';
}

/*
 * A text or a number; null is an empty text. json_object_get_string() keeps a copy in the object, so
 * it is called for numbers only where they are beyond int64_t (INT64_MAX here).
 */
static void format_scalar(json_object *value, char *text, size_t size)
{
	int64_t number = json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : INT64_MAX;

	if (number < INT64_MAX)
		snprintf(text, size, "%" PRId64, number);
	else
		copy_text(value ? json_object_get_string(value) : "", text, size);
}

static void format_list(json_object *list, char *text, size_t size)
{
	size_t used = 0, nr = json_object_array_length(list);

	text[0] = '\0';
	for (size_t i = 0; i < nr && used + 1 < size; i++) {
		if (i)
			text[used++] = ',';
		format_scalar(json_object_array_get_idx(list, i), text + used, size - used);
		used += strlen(text + used);
	}
}

static void format_value(json_object *value, bool bytes, char *text, size_t size)
{
	json_type type = json_object_get_type(value);

	if (type == json_type_boolean)
		copy_text(json_object_get_boolean(value) ? "yes" : "no", text, size);
	else if (type == json_type_array)
		format_list(value, text, size);
	else if (type == json_type_int && bytes)
		format_bytes(json_object_get_int64(value), text, size);
	else
		format_scalar(value, text, size);
	if (!text[0])
		copy_text("-", text, size);
}

static void format_cell(const struct column *column, json_object *row,
			const struct table_style *style, char *text)
{
	format_value(json_object_object_get(row, column->key), column->bytes && style->units,
		     text, CELL_SIZE);
	text_clean(text);
}

/* ---- Columns ---- */

static const struct column *find_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->nr_columns; i++)
		if (!strcasecmp(table->columns[i].head, name))
			return &table->columns[i];
	return NULL;
}

/* The next of the names "A,B,C" at *@names into @name; false: there is none. */
static bool next_name(const char **names, char *name, size_t size)
{
	size_t len;

	if (!*names)
		return false;
	len = strcspn(*names, ",");
	snprintf(name, size, "%.*s", (int)len, *names);
	*names = (*names)[len] ? *names + len + 1 : NULL;
	return true;
}

/* "+A,B" adds to the default columns. */
static bool has_default_columns(const struct table_style *style)
{
	return !style->columns || style->columns[0] == '+';
}

static const char *named_columns(const struct table_style *style)
{
	return style->columns ? style->columns + has_default_columns(style) : NULL;
}

struct table_style table_style(const struct cmd_line *line)
{
	return (struct table_style){
		.wide = line->output == OUT_WIDE, .units = line->opt[OPT_UNITS].set,
		.columns = line->opt[OPT_COLUMNS].text,
	};
}

bool table_find_column(const struct table *tables, unsigned int which, const char *name)
{
	for (unsigned int i = 0; tables[i].name; i++)
		if (which >> i & 1 && find_column(&tables[i], name))
			return true;
	return false;
}

/* Each once, though several tables may have it. */
static void list_columns(const struct table *tables, unsigned int shown, char *text, size_t size)
{
	unsigned int before = 0;
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; tables[i].name; i++) {
		if (!(shown >> i & 1))
			continue;
		for (size_t j = 0; j < tables[i].nr_columns && used < size; j++)
			if (!table_find_column(tables, before, tables[i].columns[j].head))
				used += snprintf(text + used, size - used, "%s%s", used ? ", " : "",
						 tables[i].columns[j].head);
		before |= 1U << i;
	}
}

int table_check_columns(const struct cmd_line *line, unsigned int shown)
{
	const struct table_style style = table_style(line);
	const char *names = named_columns(&style);
	char name[NAME_SIZE], all[400];

	while (next_name(&names, name, sizeof(name))) {
		if (table_find_column(line->cmd->tables, shown, name))
			continue;
		list_columns(line->cmd->tables, shown, all, sizeof(all));
		return out_usage(line->cmd, "--columns: \"%s\" is none of %s", name, all);
	}
	return 0;
}

bool table_is_shown(const struct table *table, const struct table_style *style)
{
	const char *names = named_columns(style);
	char name[NAME_SIZE];

	if (has_default_columns(style))
		return true;
	while (next_name(&names, name, sizeof(name)))
		if (find_column(table, name))
			return true;
	return false;
}

/* The columns of a table that are shown, in their order. */
struct chosen {
	const struct column **column;
	size_t nr;
};

static void choose_default(struct chosen *chosen, const struct table *table, bool wide)
{
	for (size_t i = 0; i < table->nr_columns; i++)
		if (wide || !table->columns[i].wide)
			chosen->column[chosen->nr++] = &table->columns[i];
}

/* Returns false without memory; the caller frees chosen->column. */
static bool choose(struct chosen *chosen, const struct table *table, const struct table_style *style)
{
	const char *names = named_columns(style);
	size_t most = table->nr_columns + (names ? strlen(names) + 1 : 0);
	char name[NAME_SIZE];

	*chosen = (struct chosen){ .column = calloc(most, sizeof(*chosen->column)) };
	if (!chosen->column)
		return false;
	if (has_default_columns(style))
		choose_default(chosen, table, style->wide);
	while (next_name(&names, name, sizeof(name))) {
		const struct column *column = find_column(table, name);

		if (column)
			chosen->column[chosen->nr++] = column;
	}
	return true;
}

/* ---- Tables ---- */

/*
 * The width of a text is that of its locale's characters. It is UTF-8 whatever the user's locale;
 * to load one takes time, so only what is not ASCII has it loaded.
 */
static void load_locale_for(const char *text)
{
	if (!text_is_ascii(text))
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* Takes @text, also where it fails. */
static bool set_cell(struct libscols_line *line, size_t nr, char *text, const char *color)
{
	if (text)
		load_locale_for(text);
	if (!text || scols.line_refer_data(line, nr, text)) {
		free(text);
		return false;
	}
	return !color || !scols.cell_set_color(scols.line_get_cell(line, nr), color);
}

/* libsmartcols prints no heads of a table that has no lines, so they are a line themselves. */
static bool add_heads(struct libscols_table *to, const struct chosen *chosen)
{
	struct libscols_line *line;
	bool ok = true;

	for (size_t i = 0; ok && i < chosen->nr; i++)
		ok = scols.table_new_column(to, chosen->column[i]->head, 0, 0);
	line = ok ? scols.table_new_line(to, NULL) : NULL;
	ok = line;
	for (size_t i = 0; ok && i < chosen->nr; i++)
		ok = set_cell(line, i, strdup(chosen->column[i]->head), out_color_of_heads());
	return ok;
}

static bool add_row(struct libscols_table *to, const struct chosen *chosen, json_object *row,
		    const struct table_style *style)
{
	struct libscols_line *line = scols.table_new_line(to, NULL);
	char text[CELL_SIZE];
	bool ok = line;

	for (size_t i = 0; ok && i < chosen->nr; i++) {
		format_cell(chosen->column[i], row, style, text);
		ok = set_cell(line, i, out_utf8(text), out_color_of(text));
	}
	return ok;
}

static bool fill(struct libscols_table *to, const struct chosen *chosen, json_object *rows,
		 const struct table_style *style)
{
	size_t nr = json_object_array_length(rows);
	bool ok = add_heads(to, chosen);

	for (size_t i = 0; ok && i < nr; i++)
		ok = add_row(to, chosen, json_object_array_get_idx(rows, i), style);
	return ok;
}

/*
 * A table is the same on a terminal and in a file: none of its columns may be cut to a width. Its
 * texts are clean already. For each cell libsmartcols clears a buffer, of 8 KiB where the output is
 * no terminal, and otherwise of the terminal's width, or of the longest line's length if that is more.
 */
static struct libscols_table *new_table(void)
{
	struct libscols_table *table = scols.new_table();

	if (!table)
		return NULL;
	scols.table_enable_noencoding(table, 1);
	scols.table_enable_noheadings(table, 1);
	scols.table_enable_colors(table, 1);
	scols.table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	scols.table_set_termwidth(table, USUAL_WIDTH);
	if (!scols.table_set_column_separator(table, "  "))
		return table;
	scols.unref_table(table);
	return NULL;
}

int table_print(const struct table *table, json_object *rows, const struct table_style *style)
{
	struct libscols_table *to;
	struct chosen chosen = { 0 };
	bool ok;

	if (!open_scols())
		return out_refuse("libsmartcols.so.1", "this library is not installed, or is too old",
				  "install it (Debian: libsmartcols1), or use -o json", EXIT_UNSUPPORTED);
	to = new_table();
	ok = to && choose(&chosen, table, style) && fill(to, &chosen, rows, style) &&
	     !scols.print_table(to);
	free(chosen.column);
	scols.unref_table(to);
	return ok ? EXIT_DONE : out_failed("memory", "there is not enough");
}

void table_print_record(const struct table *table, json_object *row, const struct table_style *style)
{
	char text[CELL_SIZE];

	for (size_t i = 0; i < table->nr_columns; i++) {
		format_cell(&table->columns[i], row, style, text);
		printf("%-13s ", table->columns[i].head);
		out_word(text);
		printf("\n");
	}
}
