/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one who changes things: begin, undo, end. */
#ifndef DSACTL_APPLY_WRITER_H
#define DSACTL_APPLY_WRITER_H

#include "../core/ctx.h"

/* Undo what a writer that died has left; the lock is held. */
int writer_recover(struct dsactl_ctx *ctx);
/* Undo this change. What cannot be undone now is left to the next one. */
void writer_undo(struct dsactl_ctx *ctx);
/* Be the one writer, unless that is so already: then *@mine is false. */
int writer_lock(struct dsactl_ctx *ctx, bool *mine);
void writer_unlock(struct dsactl_ctx *ctx, bool mine);

#endif /* DSACTL_APPLY_WRITER_H */
