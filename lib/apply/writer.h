/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one writer of this host: it begins, undoes and ends a change. */
#ifndef DSACTL_APPLY_WRITER_H
#define DSACTL_APPLY_WRITER_H

#include "../core/ctx.h"

/* Undo what a writer left that died. The lock is held. */
int writer_recover(struct dsactl_ctx *ctx);
/* Undo this change. What cannot be undone now is left to the next one. */
void writer_undo(struct dsactl_ctx *ctx);
/* Take the lock, and recover. *@mine is false where this context held the lock already. */
int writer_lock(struct dsactl_ctx *ctx, bool *mine);
void writer_unlock(struct dsactl_ctx *ctx, bool mine);

#endif /* DSACTL_APPLY_WRITER_H */
