// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What does /etc/dsactl/dsactl.conf say?
 *
 * It has lines "key = value", blank lines, and comments from # on. Any other line is logged and
 * ignored: a typo must not keep a host from being restored. A change leaves all other lines and the
 * comments as they are.
 *
 * The keys are "enabled", and "quota.OWNER" for each owner that has a quota. A quota without a
 * number is 0: that typo keeps the owner from creating more, and no one else from anything.
 */
#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#include "conf.h"
#include "store.h"

#define KEY "enabled"
#define QUOTA "quota."

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

/* ---- Quotas ---- */

/* Cut the blanks at the end of @text. */
static void trim(char *text)
{
	size_t len = strlen(text);

	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
}

bool conf_is_owner(const char *text)
{
	if (!text[0] || strlen(text) > DSA_VDEV_NAME_MAX)
		return false;
	while (isgraph((unsigned char)*text))
		text++;
	return !*text;
}

static bool parse_limit(const char *text, unsigned int *limit)
{
	size_t len = strspn(text, "0123456789");

	*limit = 0;
	if (!len || len > 6 || text[len])
		return false;
	*limit = strtoul(text, NULL, 10);
	return true;
}

/*
 * "OWNER = N" of a line "quota.OWNER = N". An owner may have "=" in its name, so the last one counts;
 * none that has "#" can stand here.
 */
static bool parse_quota(const char *line, struct conf_quota *quota, bool *is_number)
{
	char text[2 * DSA_VDEV_NAME_MAX], *equals;

	line = skip_blanks(line);
	if (strncmp(line, QUOTA, strlen(QUOTA)))
		return false;
	line += strlen(QUOTA);
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "#\r\n"), line);
	equals = strrchr(text, '=');
	if (!equals)
		return false;
	*equals = '\0';
	trim(text);
	trim(equals + 1);
	COPY_TEXT(quota->owner, text);
	*is_number = parse_limit(skip_blanks(equals + 1), &quota->limit);
	return conf_is_owner(text);
}

const struct conf_quota *conf_find_quota(const struct list *quotas, const char *owner)
{
	const struct conf_quota *quota;

	LIST_FOREACH(quotas, quota)
		if (!strcmp(quota->owner, owner))
			return quota;
	return NULL;
}

/* ---- All lines ---- */

struct conf {
	struct dsactl_ctx *ctx;
	const char *enabled;	/* the first line with that key, or NULL */
	struct list quotas;	/* of struct conf_quota */
};

/* Logged once: a restore of many devices reads the file for each. The rest of the file counts. */
static void tell(struct dsactl_ctx *ctx, unsigned int nr, const char *line, const char *why)
{
	if (!ctx->told_conf)
		ctx_log(ctx, LOG_WARNING, CONF_PATH ": line %u: \"%.*s\" %s", nr,
			(int)strcspn(line, "\r\n"), line, why);
}

static int take_quota(struct conf *conf, unsigned int nr, const char *line,
		      const struct conf_quota *quota, bool is_number)
{
	struct conf_quota *new;

	if (conf_find_quota(&conf->quotas, quota->owner)) {
		tell(conf->ctx, nr, line, "gives a quota again: it is passed over");
		return 0;
	}
	if (!is_number)
		tell(conf->ctx, nr, line, "gives no number up to 999999: it counts as 0");
	new = list_add(&conf->quotas, sizeof(*new));
	if (!new)
		return ctx_nomem(conf->ctx);
	*new = *quota;
	return 0;
}

static int take_line(struct conf *conf, unsigned int nr, const char *line)
{
	struct conf_quota quota;
	bool is_number;

	if (parse_quota(line, &quota, &is_number))
		return take_quota(conf, nr, line, &quota, is_number);
	if (value_of(line) && conf->enabled)
		tell(conf->ctx, nr, line, "gives \"" KEY "\" again: it is passed over");
	else if (value_of(line))
		conf->enabled = line;
	else if (!is_empty(line))
		tell(conf->ctx, nr, line, "is neither a known key, \"" KEY "\" or \"" QUOTA
		     "OWNER\", with a value nor a comment: it is passed over");
	return 0;
}

static int parse(struct conf *conf, const char *text)
{
	unsigned int nr = 1;
	int err = 0;

	for (const char *line = text; *line && !err; line = next_line(line))
		err = take_line(conf, nr++, line);
	conf->ctx->told_conf = true;
	return err;
}

/* The first line with the key "enabled", or the end. */
static const char *find_line(struct dsactl_ctx *ctx, const char *text)
{
	struct conf conf = { .ctx = ctx };
	int err = parse(&conf, text);

	free(conf.quotas.item);
	return !err && conf.enabled ? conf.enabled : text + strlen(text);
}

int conf_get_quotas(struct dsactl_ctx *ctx, struct list *quotas)
{
	struct conf conf = { .ctx = ctx };
	char *text;
	size_t len;
	int err = read_conf(ctx, &text, &len);

	*quotas = (struct list){ 0 };
	if (err)
		return err;
	err = parse(&conf, skip_mark(text));
	free(text);
	*quotas = conf.quotas;
	return err;
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
