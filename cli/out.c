// SPDX-License-Identifier: GPL-2.0-only
/* How do a document, an error and a word look? */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "progress.h"
#include "text.h"

#define LINE_SIZE 1600

static bool json_errors, colored_out, colored_err;

/* How many bytes the character of UTF-8 at @text has; 0: there is none. */
static size_t utf8_len(const char *text)
{
	static const struct { unsigned char mask, lead; unsigned int least; } forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};
	unsigned char first = text[0];
	size_t len = 0;
	unsigned int code;

	while (len < 4 && (first & forms[len].mask) != forms[len].lead)
		len++;
	if (len == 4)
		return 0;
	code = first & ~forms[len].mask;
	for (size_t i = 1; i <= len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	return code >= forms[len].least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? len + 1 : 0;
}

/*
 * Other tools may name work queues and files in any bytes; a document is UTF-8. The caller frees
 * the result.
 */
char *out_utf8(const char *text)
{
	char *clean, *to;

	if (text_is_ascii(text))
		return strdup(text);
	to = clean = malloc(3 * strlen(text) + 1);
	while (clean && *text) {
		size_t len = utf8_len(text);

		to = mempcpy(to, len ? text : "\ufffd", len ?: 3);
		text += len ?: 1;
	}
	if (clean)
		*to = '\0';
	return clean;
}

void out_set_json_errors(bool on)
{
	json_errors = on;
}

/* ---- Colours ---- */

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

static bool is_colored(enum color color, int fd)
{
	const char *no_color = getenv("NO_COLOR");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return isatty(fd) && !(no_color && no_color[0]);
}

void out_set_color(enum color color)
{
	colored_out = is_colored(color, STDOUT_FILENO);
	colored_err = is_colored(color, STDERR_FILENO);
}

/* Colours of states and verdicts. Other words are plain. */
const char *out_color_of(const char *text)
{
	static const struct { const char *text, *color; } colors[] = {
		{ "ok", GREEN }, { "enabled", GREEN }, { "ready", GREEN }, { "used", GREEN },
		{ "warning", YELLOW }, { "defined", YELLOW }, { "reserved", YELLOW },
		{ "fail", RED }, { "halted", RED },
	};

	for (size_t i = 0; colored_out && i < sizeof(colors) / sizeof(colors[0]); i++)
		if (!strcmp(colors[i].text, text))
			return colors[i].color;
	return NULL;
}

const char *out_color_of_heads(void)
{
	return colored_out ? BOLD : NULL;
}

void out_word(const char *text)
{
	const char *color = out_color_of(text);

	printf("%s%s%s", color ?: "", text, color ? PLAIN : "");
}

/* ---- Errors ---- */

static void print_error(const char *object, const char *cause, const char *remedy, int code)
{
	json_object *error;
	char line[LINE_SIZE], *text;

	progress_hide();
	if (!json_errors) {
		snprintf(line, sizeof(line), "%s: %s%s%s", object, cause, remedy[0] ? ": " : "", remedy);
		fprintf(stderr, "%sdsactl:%s %s\n", colored_err ? RED : "", colored_err ? PLAIN : "",
			text_clean(line));
		return;
	}
	error = json_object_new_object();
	json_object_object_add(error, "object", json_object_new_string(object));
	json_object_object_add(error, "cause", json_object_new_string(cause));
	json_object_object_add(error, "remedy", json_object_new_string(remedy));
	json_object_object_add(error, "exit", json_object_new_int(code));
	text = out_utf8(json_object_to_json_string_ext(error, JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE));
	fprintf(stderr, "{\"version\":1,\"error\":%s}\n", text ?: "{}");
	free(text);
	json_object_put(error);
}

int out_usage(const struct cmd *cmd, const char *text, ...)
{
	char cause[512], remedy[64];
	va_list args;

	va_start(args, text);
	vsnprintf(cause, sizeof(cause), text, args);
	va_end(args);
	snprintf(remedy, sizeof(remedy), "see dsactl %s%s--help", cmd ? cmd->name : "",
		 cmd ? " " : "");
	print_error(cmd ? cmd->name : "usage", cause, remedy, EXIT_USAGE);
	return EXIT_USAGE;
}

static enum exit_code exit_of(int err)
{
	switch (-err) {
	case 0:
		return EXIT_DONE;
	case EINVAL:
		return EXIT_USAGE;
	case ENOENT:
	case ENODEV:
		return EXIT_NOT_FOUND;
	case EBUSY:
	case EEXIST:
	case ENOSPC:
	case ETIMEDOUT:
		return EXIT_BUSY;
	case EOPNOTSUPP:
		return EXIT_UNSUPPORTED;
	case EPERM:
	case EACCES:
	case EROFS:
	case EDQUOT:
		return EXIT_PERMISSION;
	default:
		return EXIT_FAILED;
	}
}

int out_error(struct dsactl_ctx *ctx, int err)
{
	print_error(dsactl_get_error_object(ctx), dsactl_get_error_cause(ctx),
		    dsactl_get_error_remedy(ctx), exit_of(err));
	return exit_of(err);
}

int out_failed(const char *object, const char *cause)
{
	print_error(object, cause, "", EXIT_FAILED);
	return EXIT_FAILED;
}

int out_refuse(const char *object, const char *cause, const char *remedy, enum exit_code code)
{
	print_error(object, cause, remedy, code);
	return code;
}

bool out_flush(void)
{
	bool written = !fflush(stdout) && !ferror(stdout);

	if (!written) {
		__fpurge(stdout);
		clearerr(stdout);
	}
	return written;
}

int out_lost(const char *what)
{
	char cause[128];

	snprintf(cause, sizeof(cause), "it cannot be written%s", what);
	return out_failed("standard output", cause);
}

void out_note(const char *text)
{
	char line[LINE_SIZE];

	progress_hide();
	snprintf(line, sizeof(line), "%s", text);
	fprintf(stderr, "dsactl: %s\n", text_clean(line));
}

void out_note_unfinished(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	if (!line->opt[OPT_QUIET].set && dsactl_is_unfinished(ctx))
		out_note("a dsactl that was killed left its change unfinished: "
			 "the next one that changes something undoes it");
}

void out_note_module(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	if (line->output != OUT_JSON && !line->opt[OPT_QUIET].set && !dsactl_has_module(ctx))
		out_note("dsa_vdev: the module is not loaded, so there are no slices: "
			 "split-device loads it");
}

/* ---- JSON ---- */

static void print_json(json_object *document, int flags)
{
	char *text = out_utf8(json_object_to_json_string_ext(document,
							    flags | JSON_C_TO_STRING_NOSLASHESCAPE));

	printf("%s\n", text ?: "");
	free(text);
	json_object_put(document);
}

void out_json(json_object *document)
{
	print_json(document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);
}

void out_json_line(json_object *document)
{
	print_json(document, JSON_C_TO_STRING_PLAIN);
}

const char *out_time(char text[OUT_TIME_SIZE])
{
	struct timespec now;
	struct tm utc;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	len = strftime(text, OUT_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
	snprintf(text + len, OUT_TIME_SIZE - len, ".%03ldZ", now.tv_nsec / 1000000);
	return text;
}
