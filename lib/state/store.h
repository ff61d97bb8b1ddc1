/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files, read and replaced as a whole. */
#ifndef DSACTL_STATE_STORE_H
#define DSACTL_STATE_STORE_H

#include "../core/ctx.h"

#define STORE_SIZE_MAX (4U << 20)	/* bytes of a file that are read */

/* All of a file, with a NUL after it; *@text is to be freed. */
int store_read(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len);
/* The same of what a user names, "-" being standard input: a pipe is waited for until cancelled. */
int store_read_given(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len);
/*
 * Replace the file @dir/@name by @text, atomically. Makes the folder if it is missing. Where the
 * name is a link, the file that it points to is replaced.
 */
int store_write(struct dsactl_ctx *ctx, const char *dir, const char *name, const char *text);
int store_remove(struct dsactl_ctx *ctx, const char *dir, const char *name);
/* Note in the journal what the file holds, so that a change that fails gives it back. */
int store_note(struct dsactl_ctx *ctx, const char *path);
/* Give the file @text back; NULL: remove it. */
int store_undo(struct dsactl_ctx *ctx, const char *path, const char *text);

#endif /* DSACTL_STATE_STORE_H */
