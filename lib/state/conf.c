// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What does /etc/dsactl/dsactl.conf say?
 *
 * It has lines "key = value", blank lines, and comments from # on. Any other line is logged and
 * ignored: a typo must not keep a host from being restored. A change leaves all other lines and the
 * comments as they are.
 */
#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#include "conf.h"
#include "store.h"

#define KEY "enabled"

/* Read the file; "" where there is none. *@len is its length. */
static int read_conf(struct dsactl_ctx *ctx, char **text, size_t *len)
{
	if (!access(CONF_PATH, F_OK) || errno != ENOENT)
		return store_read(ctx, CONF_PATH, text, len);
	*len = 0;
	*text = strdup("");
	return *text ? 0 : ctx_nomem(ctx);
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

/* Skip the mark that an editor may have put before the first line. */
static const char *skip_mark(const char *text)
{
	return !strncmp(text, "\xef\xbb\xbf", 3) ? text + 3 : text;
}

/* Logged once: a restore of many devices reads the file for each. The rest of the file counts. */
static void tell(struct dsactl_ctx *ctx, unsigned int nr, const char *line, const char *why)
{
	if (!ctx->told_conf)
		ctx_log(ctx, LOG_WARNING, CONF_PATH ": line %u: \"%.*s\" %s: it is passed over", nr,
			(int)strcspn(line, "\r\n"), line, why);
}

/* The first line with the key, or the end. */
static const char *find_line(struct dsactl_ctx *ctx, const char *text)
{
	const char *found = NULL;
	unsigned int nr = 1;

	for (const char *line = text; *line; line = next_line(line), nr++)
		if (value_of(line) && found)
			tell(ctx, nr, line, "gives \"" KEY "\" again");
		else if (value_of(line))
			found = line;
		else if (!is_empty(line))
			tell(ctx, nr, line, "is neither the known key \"" KEY "\" with a value nor a comment");
	ctx->told_conf = true;
	return found ?: text + strlen(text);
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
	size_t len;
	int err = read_conf(ctx, &text, &len);

	if (err)
		return err;
	line = find_line(ctx, skip_mark(text));
	*names = malloc(2 * strlen(line) + 2);
	if (*names)
		copy_words(value_of(line) ?: "", *names);
	free(text);
	return *names ? 0 : ctx_nomem(ctx);
}

/* The comment of a line with the blanks before it, without the line's end. */
static const char *comment_of(const char *line, size_t *len)
{
	size_t all = strcspn(line, "\n"), at = strcspn(line, "#\n");

	while (at && strchr(" \t", line[at - 1]))
		at--;
	*len = line[strcspn(line, "#\n")] == '#' ? all - at : 0;
	return line + at;
}

int conf_set_enabled(struct dsactl_ctx *ctx, const char *names)
{
	const char *line, *before, *comment;
	size_t size, comment_len;
	char *text, *new;
	int len, err = read_conf(ctx, &text, &size);

	if (err)
		return err;
	if (strlen(text) != size) {
		err = ctx_fail(ctx, EINVAL, CONF_PATH, "save it as plain text", "it is no text: byte %zu is 0",
			       strlen(text));
		free(text);
		return err;
	}
	line = find_line(ctx, skip_mark(text));
	comment = comment_of(line, &comment_len);
	/* A last line without its end gets one. */
	before = line > skip_mark(text) && line[-1] != '\n' ? "\n" : "";
	len = asprintf(&new, "%.*s%s" KEY " = %s%.*s\n%s", (int)(line - text), text, before, names,
		       (int)comment_len, comment, next_line(line));
	free(text);
	if (len < 0)
		return ctx_nomem(ctx);
	err = store_write(ctx, CONF_DIR, CONF_NAME, new);
	free(new);
	return err;
}
