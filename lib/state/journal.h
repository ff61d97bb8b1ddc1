/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One writer at a time, and notes of what to undo. Each step of a change writes its note before it
 * acts. If a step fails, the notes are worked off, the last one first. If the writer dies, the next
 * writer does that.
 *
 * A note says what a thing shall be like again, not what was done to it. So a note may be worked
 * off whether its step has begun or not, and twice.
 */
#ifndef DSACTL_STATE_JOURNAL_H
#define DSACTL_STATE_JOURNAL_H

#include "../core/ctx.h"
#include "../core/objects.h"
#include "../profile/profile.h"

/* The functions that work a note off. Each returns 0 or -errno, and logs the reason. */
struct journal_undo {
	int (*device)(struct dsactl_ctx *ctx, const char *name, const char *pci,
		      const struct profile_device *entry);
	int (*vdev)(struct dsactl_ctx *ctx, const char *uuid);
	int (*file)(struct dsactl_ctx *ctx, const char *path, const char *text);
};

/* Take the lock, waiting as long as the context allows. -ETIMEDOUT, -EPERM. */
int journal_open(struct dsactl_ctx *ctx);
void journal_close(struct dsactl_ctx *ctx);

/*
 * Note that the device shall be as @entry again, with its vdevs; that there shall be no vdev @uuid.
 */
int journal_note_device(struct dsactl_ctx *ctx, const struct dsactl_device *device,
			const struct profile_device *entry);
int journal_note_vdev(struct dsactl_ctx *ctx, const char *uuid);
/* Note that the file shall hold @text again; NULL: that it shall not exist. */
int journal_note_file(struct dsactl_ctx *ctx, const char *path, const char *text);

/* The change is complete: delete the notes. */
int journal_commit(struct dsactl_ctx *ctx);
/*
 * Work all notes off, the last one first, and delete them. Goes on after a failure. Returns the
 * number of notes, or -errno where they cannot be read; @result says how it went.
 *
 * A note about a thing that is gone, or that someone uses by now, is settled: it is logged and
 * deleted, since later would be no better. After any other failure all notes are kept, and nothing
 * may be changed until they are worked off: undoing them later would undo what was done since.
 */
struct journal_result {
	int pid;		/* the writer of the last note */
	unsigned int nr_settled;	/* notes that can never be worked off */
	int err;		/* the last failure for which all notes are kept, or 0 */
};
int journal_undo(struct dsactl_ctx *ctx, const struct journal_undo *undo,
		 struct journal_result *result);

/* Whether notes of a dead writer wait. */
bool journal_is_left(void);

#endif /* DSACTL_STATE_JOURNAL_H */
