/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole files, read and written safely. */
#ifndef DSACTL_STATE_STORE_H
#define DSACTL_STATE_STORE_H

#include "../core/ctx.h"

#define STORE_SIZE_MAX (4U << 20)	/* bytes of a file that are read */

/* All of a file, with a NUL after it; *@text is to be freed. */
int store_read(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len);
/* The same of what a user names, "-" being standard input: a pipe is waited for until cancelled. */
int store_read_given(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len);
/*
 * Make the file @dir/@name hold @text: it has all of the old or all of the new
 * text at any time, whatever happens. Makes the folder, too. Where the name is a link, the file
 * that it links to is replaced.
 */
int store_write(struct dsactl_ctx *ctx, const char *dir, const char *name, const char *text);
int store_remove(struct dsactl_ctx *ctx, const char *dir, const char *name);
/* Have the journal note what the file is like, so that a change that fails gives it back. */
int store_note(struct dsactl_ctx *ctx, const char *path);
/* The file shall hold @text again; NULL: shall not be there. */
int store_undo(struct dsactl_ctx *ctx, const char *path, const char *text);

#endif /* DSACTL_STATE_STORE_H */
