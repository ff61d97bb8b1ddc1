// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who may write now, and what must be undone if the change is not completed? */
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../profile/schema.h"
#include "journal.h"

#define STATE_DIR "/run/dsactl"
#define LOCK_FILE STATE_DIR "/lock"
#define NOTES_FILE STATE_DIR "/journal"

struct journal {
	int lock, notes;
};

/* ---- Lock ---- */

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int holder_pid(int lock)
{
	char text[16] = "";

	if (pread(lock, text, sizeof(text) - 1, 0) < 0)
		return 0;
	return atoi(text);
}

/* As long as any, so that nothing of the holder before is left. */
static void write_pid(int lock)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%-10d\n", getpid());

	/* If this fails, only a message that names us is the poorer for it. */
	if (pwrite(lock, text, len, 0) != len)
		return;
}

static int wait_for_lock(struct dsactl_ctx *ctx, int lock)
{
	uint64_t end = now_ms() + ctx->timeout_ms;
	struct timespec pause = { .tv_nsec = 2000000 };

	for (bool said = false; flock(lock, LOCK_EX | LOCK_NB); said = true) {
		if (!said)
			ctx_log(ctx, LOG_DEBUG, LOCK_FILE ": wait for process %d",
				holder_pid(lock));
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ctx_fail_file(ctx, errno, LOCK_FILE, "locked");
		if (ctx_is_cancelled(ctx))
			return ctx_fail(ctx, EINTR, LOCK_FILE, NULL, "interrupted");
		/*
		 * journal_is_left() holds the lock for a moment: try once more, even without any
		 * time to wait.
		 */
		if (said && now_ms() >= end)
			return ctx_fail(ctx, ETIMEDOUT, LOCK_FILE,
					"wait for it to end, or give a longer --timeout",
					"process %d has held the lock for %u s",
					holder_pid(lock), ctx->timeout_ms / 1000);
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 50000000)
			pause.tv_nsec *= 2;
	}
	write_pid(lock);
	return 0;
}

static int open_file(struct dsactl_ctx *ctx, const char *path, int flags)
{
	int fd = open(path, flags | O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		return fd;
	return ctx_fail_file(ctx, errno, path, "opened");
}

int journal_open(struct dsactl_ctx *ctx)
{
	struct journal *journal;
	int err;

	if (mkdir(STATE_DIR, 0755) && errno != EEXIST)
		return ctx_fail_file(ctx, errno, STATE_DIR, "made");
	journal = malloc(sizeof(*journal));
	if (!journal)
		return ctx_nomem(ctx);
	*journal = (struct journal){ .lock = -1, .notes = -1 };
	ctx->journal = journal;
	ctx_free_with(ctx, journal_close);
	err = journal->lock = open_file(ctx, LOCK_FILE, 0);
	if (err >= 0)
		err = wait_for_lock(ctx, journal->lock);
	if (err >= 0)
		err = journal->notes = open_file(ctx, NOTES_FILE, O_APPEND);
	if (err < 0)
		journal_close(ctx);
	return err < 0 ? err : 0;
}

void journal_close(struct dsactl_ctx *ctx)
{
	if (!ctx->journal)
		return;
	if (ctx->journal->notes >= 0)
		close(ctx->journal->notes);
	if (ctx->journal->lock >= 0)
		close(ctx->journal->lock);
	free(ctx->journal);
	ctx->journal = NULL;
}

bool journal_is_left(void)
{
	struct stat notes;
	int lock = open(LOCK_FILE, O_RDONLY | O_CLOEXEC);
	bool left = false;

	if (lock < 0)
		return false;
	/* The notes of a writer that lives are not left over. */
	if (!flock(lock, LOCK_SH | LOCK_NB))
		left = !stat(NOTES_FILE, &notes) && notes.st_size;
	close(lock);
	return left;
}

/* ---- Notes: one JSON object a line; a line that was cut was not acted on ---- */

static int append(struct dsactl_ctx *ctx, json_object *note)
{
	const char *text;
	char *line;
	ssize_t done;
	int len, err = 0;

	json_object_object_add(note, "pid", json_object_new_int(getpid()));
	text = json_object_to_json_string_ext(note, JSON_C_TO_STRING_PLAIN);
	len = asprintf(&line, "%s\n", text);
	json_object_put(note);
	if (len < 0)
		return ctx_nomem(ctx);
	done = write(ctx->journal->notes, line, len);
	if (done != len)
		err = ctx_fail_file(ctx, done < 0 ? errno : ENOSPC, NOTES_FILE, "written");
	free(line);
	return err;
}

int journal_note_device(struct dsactl_ctx *ctx, const struct dsactl_device *device,
			const struct profile_device *entry)
{
	json_object *note = json_object_new_object();

	json_object_object_add(note, "device", json_object_new_string(device->name));
	json_object_object_add(note, "pci", json_object_new_string(device->pci));
	json_object_object_add(note, "entry", profile_device_to_json(entry));
	return append(ctx, note);
}

int journal_note_vdev(struct dsactl_ctx *ctx, const char *uuid)
{
	json_object *note = json_object_new_object();

	json_object_object_add(note, "vdev", json_object_new_string(uuid));
	return append(ctx, note);
}

int journal_note_file(struct dsactl_ctx *ctx, const char *path, const char *text)
{
	json_object *note = json_object_new_object();

	json_object_object_add(note, "file", json_object_new_string(path));
	json_object_object_add(note, "text", text ? json_object_new_string(text) : NULL);
	return append(ctx, note);
}

int journal_commit(struct dsactl_ctx *ctx)
{
	if (!ftruncate(ctx->journal->notes, 0))
		return 0;
	return ctx_fail_file(ctx, errno, NOTES_FILE, "emptied");
}

/* ---- Undo ---- */

static const char *get_text(json_object *from, const char *key)
{
	return json_object_get_string(json_object_object_get(from, key)) ?: "";
}

static int undo_device(struct dsactl_ctx *ctx, const struct journal_undo *undo,
		       json_object *note)
{
	struct profile_device entry;
	struct problem problem;
	int err = profile_device_from_json(json_object_object_get(note, "entry"), &entry, &problem);

	if (err)
		return ctx_fail(ctx, ENOENT, NOTES_FILE, NULL, "%s", problem.cause);
	err = undo->device(ctx, get_text(note, "device"), get_text(note, "pci"), &entry);
	profile_device_free(&entry);
	return err;
}

static int undo_note(struct dsactl_ctx *ctx, const struct journal_undo *undo,
		     json_object *note)
{
	if (get_text(note, "device")[0])
		return undo_device(ctx, undo, note);
	if (get_text(note, "vdev")[0])
		return undo->vdev(ctx, get_text(note, "vdev"));
	if (get_text(note, "file")[0])
		return undo->file(ctx, get_text(note, "file"),
				  json_object_get_string(json_object_object_get(note, "text")));
	return 0;
}

/* The thing is gone, or in use. Trying again later would not help. */
static bool is_settled(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -EBUSY || err == -EEXIST;
}

static void work_off(struct dsactl_ctx *ctx, const struct journal_undo *undo, json_object *note,
		     struct journal_result *result)
{
	int err = undo_note(ctx, undo, note);

	result->pid = result->pid ?: json_object_get_int(json_object_object_get(note, "pid"));
	if (is_settled(err))
		result->nr_settled++;
	else if (err)
		result->err = err;
}

/* All notes, which the caller frees, and how many bytes they are. */
static int read_notes(struct dsactl_ctx *ctx, char **text)
{
	int fd = ctx->journal->notes;
	struct stat notes;
	ssize_t len;

	*text = NULL;
	if (fstat(fd, &notes))
		return ctx_fail_file(ctx, errno, NOTES_FILE, "read");
	if (!notes.st_size)
		return 0;
	*text = malloc(notes.st_size + 1);
	if (!*text)
		return ctx_nomem(ctx);
	len = pread(fd, *text, notes.st_size, 0);
	if (len < 0)
		return ctx_fail_file(ctx, errno, NOTES_FILE, "read");
	(*text)[len] = '\0';
	return len;
}

int journal_undo(struct dsactl_ctx *ctx, const struct journal_undo *undo,
		 struct journal_result *result)
{
	char *text, *line;
	int nr = 0, len = read_notes(ctx, &text), err;

	*result = (struct journal_result){ 0 };
	while (len > 0 && text[0]) {
		json_object *note;

		text[strlen(text) - 1] = '\0';	/* its newline; of a line that was cut a byte, and it does not parse */
		line = strrchr(text, '\n');
		note = json_tokener_parse(line ? line + 1 : text);
		if (json_object_is_type(note, json_type_object)) {
			nr++;
			work_off(ctx, undo, note, result);
		}
		json_object_put(note);
		*(line ? line + 1 : text) = '\0';
	}
	free(text);
	if (len <= 0 || result->err)
		return len < 0 ? len : nr;
	err = journal_commit(ctx);
	return err ?: nr;
}
