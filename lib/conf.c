// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What does /etc/dsactl/dsactl.conf say? Lines "key = value", blank ones, and comments
 * from # on. A change leaves all other lines as they are.
 */
#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#include "profile_obj.h"

#define KEY "enabled"

/* The file, or "" where there is none. */
static int read_conf(struct dsactl_ctx *ctx, char **text)
{
	size_t len;

	if (access(CONF_PATH, F_OK)) {
		*text = strdup("");
		return *text ? 0 : ctx_nomem(ctx);
	}
	return store_read(ctx, CONF_PATH, text, &len);
}

static const char *skip_blanks(const char *text)
{
	while (*text == ' ' || *text == '\t' || *text == '\r')
		text++;
	return text;
}

static bool is_empty(const char *line)
{
	line = skip_blanks(line);
	return *line == '\0' || *line == '\n' || *line == '#';
}

/* The value of a line "enabled = ...", or NULL. */
static const char *value_of(const char *line)
{
	line = skip_blanks(line);
	if (strncmp(line, KEY, strlen(KEY)))
		return NULL;
	line = skip_blanks(line + strlen(KEY));
	return *line == '=' ? line + 1 : NULL;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* The line with the key, or the end. A line that is nothing known is an error. */
static int find_line(struct dsactl_ctx *ctx, const char *text, const char **found)
{
	unsigned int nr = 1;

	*found = NULL;
	for (const char *line = text; *line; line = next_line(line), nr++) {
		if (value_of(line) && *found)
			return ctx_fail(ctx, EINVAL, CONF_PATH, "keep one of them",
					"line %u: \"" KEY "\" is given twice", nr);
		if (value_of(line))
			*found = line;
		else if (!is_empty(line))
			return ctx_fail(ctx, EINVAL, CONF_PATH, "the known key is " KEY,
					"line %u: this is neither a known key with a value nor a comment", nr);
	}
	*found = *found ?: text + strlen(text);
	return 0;
}

/* Words of @value, each with a blank after it, into @names. */
static void copy_words(const char *value, char *names)
{
	size_t len = strcspn(value, "\n#");

	for (size_t i = 0; i < len; i++)
		if (!isspace((unsigned char)value[i])) {
			*names++ = value[i];
			if (i + 1 == len || isspace((unsigned char)value[i + 1]))
				*names++ = ' ';
		}
	*names = '\0';
}

int conf_get_enabled(struct dsactl_ctx *ctx, char **names)
{
	const char *line;
	char *text;
	int err = read_conf(ctx, &text);

	if (err)
		return err;
	err = find_line(ctx, text, &line);
	if (!err) {
		*names = malloc(2 * strlen(line) + 2);
		if (*names)
			copy_words(value_of(line) ?: "", *names);
		else
			err = ctx_nomem(ctx);
	}
	free(text);
	return err;
}

int conf_set_enabled(struct dsactl_ctx *ctx, const char *names)
{
	const char *line, *before;
	char *text, *new;
	int len, err = read_conf(ctx, &text);

	if (err)
		return err;
	err = find_line(ctx, text, &line);
	if (err) {
		free(text);
		return err;
	}
	/* A last line without its end gets one. */
	before = line > text && line[-1] != '\n' ? "\n" : "";
	len = asprintf(&new, "%.*s%s" KEY " = %s\n%s", (int)(line - text), text, before, names,
		       next_line(line));
	free(text);
	if (len < 0)
		return ctx_nomem(ctx);
	err = store_write(ctx, CONF_DIR, CONF_NAME, new);
	free(new);
	return err;
}
