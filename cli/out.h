/* SPDX-License-Identifier: GPL-2.0-only */
/* What dsactl prints: words and JSON on standard output, errors on the other. Tables: table.h. */
#ifndef OUT_H
#define OUT_H

#include <json-c/json.h>

#include "cmd.h"

/* @text as UTF-8: what is none becomes U+FFFD. The caller frees it; NULL without memory. */
char *out_utf8(const char *text);

/* Errors are JSON from here on. */
void out_set_json_errors(bool on);

/* Whether texts are coloured; COLOR_AUTO: on a terminal, unless NO_COLOR is set. */
void out_set_color(enum color color);
/* @text in the colour of what it says, such as "halted", to standard output. */
void out_word(const char *text);
/* The sequence that begins that colour, and the one of heads; NULL where there is none. */
const char *out_color_of(const char *text);
const char *out_color_of_heads(void);

/* Say that the command line is wrong. Returns EXIT_USAGE. */
int out_usage(const struct cmd *cmd, const char *text, ...)
	__attribute__((format(printf, 2, 3)));
/* Say what the library failed with (-errno). Returns the exit code for it. */
int out_error(struct dsactl_ctx *ctx, int err);
/* Say what failed outside the library. Returns EXIT_FAILED. */
int out_failed(const char *object, const char *cause);
/* The same with what helps. Returns @code. */
int out_refuse(const char *object, const char *cause, const char *remedy, enum exit_code code);
/*
 * Whether all that was printed until now has been written. What could not be is
 * dropped, so that it does not come later, in the middle of something else.
 */
bool out_flush(void);
/* Say that it could not, and @what that means. Returns EXIT_FAILED. */
int out_lost(const char *what);
/* A warning or note of the library; "dsactl: " is put before it. */
void out_note(const char *text);

/* The document, ended with a newline; it is freed. */
void out_json(json_object *document);

/* The same in one line, for a stream of documents. */
void out_json_line(json_object *document);

/* The time now, such as 2026-01-31T12:00:00.000Z, into @text, which is returned. */
#define OUT_TIME_SIZE 32
const char *out_time(char text[OUT_TIME_SIZE]);

/* Say that a writer died, so that what is read may be half of a change; not with --quiet. */
void out_note_unfinished(struct dsactl_ctx *ctx, const struct cmd_line *line);

/* Say that the module is not loaded, and how to load it; neither with --quiet nor as JSON. */
void out_note_module(struct dsactl_ctx *ctx, const struct cmd_line *line);

#endif /* OUT_H */
