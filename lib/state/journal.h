/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One writer at a time, and a note of what to undo. Each step of a change writes
 * its note before it acts. If a step fails, the notes are worked off backwards;
 * if the writer dies, the next one does that.
 *
 * A note says what a thing shall be like again, not what was done to it. So
 * working it off is right whether its step had begun or not, and twice too.
 */
#ifndef DSACTL_STATE_JOURNAL_H
#define DSACTL_STATE_JOURNAL_H

#include "../core/ctx.h"
#include "../core/objects.h"
#include "../profile/profile.h"

/* What works a note off. Each returns 0 or -errno, with the reason logged. */
struct journal_undo {
	int (*device)(struct dsactl_ctx *ctx, const char *name, const char *pci,
		      const struct profile_device *entry);
	int (*vdev)(struct dsactl_ctx *ctx, const char *uuid);
	int (*file)(struct dsactl_ctx *ctx, const char *path, const char *text);
};

/* Take the lock, waiting as long as the context allows. -ETIMEDOUT, -EPERM. */
int journal_open(struct dsactl_ctx *ctx);
void journal_close(struct dsactl_ctx *ctx);

/* The device shall be as @entry again, vdevs too; there shall be no vdev @uuid. */
int journal_note_device(struct dsactl_ctx *ctx, const struct dsactl_device *device,
			const struct profile_device *entry);
int journal_note_vdev(struct dsactl_ctx *ctx, const char *uuid);
/* The file shall hold @text again; NULL: shall not be there. */
int journal_note_file(struct dsactl_ctx *ctx, const char *path, const char *text);

/* All is done: forget the notes. */
int journal_commit(struct dsactl_ctx *ctx);
/*
 * Work all notes off, last first, and forget them. Goes on after a failure and
 * returns the number of notes; or -errno, where they cannot be read. How it went is
 * in @result. What is about a thing that is gone, or that someone uses by now, is
 * settled: it is told and forgotten, since no later time is better. Where anything else
 * fails, all notes are kept, and no one may change anything until they are worked off:
 * undoing what was done since would be worse.
 */
struct journal_result {
	int pid;		/* the writer of the last note */
	unsigned int nr_settled;	/* that could not be worked off, and never will be */
	int err;		/* the last failure for which all notes are kept, or 0 */
};
int journal_undo(struct dsactl_ctx *ctx, const struct journal_undo *undo,
		 struct journal_result *result);

/* Whether notes of a dead writer wait. */
bool journal_is_left(void);

#endif /* DSACTL_STATE_JOURNAL_H */
