// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the notes of a writer that died say the same when they are read again, and
 * does a file that is damaged or no journal at all do no harm? The input is either
 * the file itself or entries to note.
 *
 * fuzz: -max_len=512
 * fuzz-short: 20000
 */
#include "fuzz.h"

#include <sys/mman.h>

#include "../../lib/state/journal.c"

const char fuzz_counts[] = "journals";

#define MAX_NOTES	4

static struct journal notes = { .lock = -1, .notes = -1 };
static struct dsactl_ctx ctx = { .journal = &notes, .undoing = true };

/* What was noted, in order; read back from the last to the first. */
static struct profile_device noted[MAX_NOTES];
static unsigned int nr_noted, nr_undone;
static bool own_notes;		/* the library wrote them */

static bool same(const struct profile_device *a, const struct profile_device *b)
{
	json_object *x = profile_device_to_json(a), *y = profile_device_to_json(b);
	bool equal = json_object_equal(x, y);

	json_object_put(x);
	json_object_put(y);
	return equal;
}

/* What is given back was checked on its way. */
static int undo_entry(struct dsactl_ctx *of, const char *name, const char *pci,
		      const struct profile_device *entry)
{
	PROMISE(of == &ctx && strlen(name) < 1u << 20 && strlen(pci) < 1u << 20);
	if (own_notes) {
		PROMISE(nr_undone < nr_noted);
		PROMISE(same(entry, &noted[nr_noted - 1 - nr_undone]));
	}
	nr_undone++;
	return entry->groups.nr % 2 ? -EBUSY : 0;
}

static int undo_vdev(struct dsactl_ctx *of, const char *uuid)
{
	PROMISE(of == &ctx && uuid[0] && !own_notes);
	nr_undone++;
	return 0;
}

static int undo_file(struct dsactl_ctx *of, const char *path, const char *text)
{
	(void)text;
	PROMISE(of == &ctx && path[0]);
	nr_undone++;
	return 0;
}

static const struct journal_undo undo = {
	.device = undo_entry, .vdev = undo_vdev, .file = undo_file,
};

/* No control characters, and no blank first: idxd takes it off. */
static void some_text(struct tape *tape, char *to, size_t size)
{
	size_t len = tape_pick(tape, 16);

	for (size_t i = 0; i < len && i + 1 < size; i++)
		to[i] = (char)('!' + tape_pick(tape, '~' - '!'));
}

static void some_wq(struct tape *tape, struct profile_wq *wq)
{
	profile_wq_init(wq);
	wq->id = (int64_t)tape_take(tape, 1);
	wq->size = (int64_t)tape_take(tape, 2);
	wq->priority = (int64_t)tape_take(tape, 1) & 15;
	wq->max_batch = 1 + ((int64_t)tape_take(tape, 4) & INT32_MAX);
	wq->block_on_fault = tape_take(tape, 1) & 1;
	wq->disabled = tape_take(tape, 1) & 1;
	some_text(tape, wq->name, sizeof(wq->name));
}

static void note_some(struct tape *tape)
{
	struct dsactl_device device = { .name = "dsa0", .pci = "0000:6a:01.0" };
	struct profile_device *entry = &noted[nr_noted++];

	profile_device_init(entry);
	COPY_TEXT(entry->match.pci, device.pci);
	entry->disabled = tape_take(tape, 1) & 1;
	for (unsigned int i = tape_pick(tape, 5); i; i--) {
		struct profile_group *group = list_add(&entry->groups, sizeof(*group));
		struct profile_wq *wq;

		PROMISE(group);
		profile_group_init(group);
		group->id = i;
		wq = list_add(&group->wqs, sizeof(*wq));
		PROMISE(wq);
		some_wq(tape, wq);
	}
	PROMISE(!journal_note_device(&ctx, &device, entry));
}

static void note_all(struct tape *tape)
{
	while (tape->left && nr_noted < MAX_NOTES)
		note_some(tape);
}

static void undo_all(void)
{
	struct journal_result result;
	int nr = journal_undo(&ctx, &undo, &result);

	PROMISE(nr >= 0 && !result.err && result.nr_settled <= (unsigned int)nr);
	PROMISE(!own_notes || (nr_undone == nr_noted && nr == (int)nr_noted));
	PROMISE(lseek(notes.notes, 0, SEEK_END) == 0);
	while (nr_noted)
		profile_device_free(&noted[--nr_noted]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };

	if (notes.notes < 0)
		notes.notes = memfd_create("journal", MFD_CLOEXEC);
	lseek(notes.notes, 0, SEEK_SET);
	nr_undone = 0;
	own_notes = tape_take(&tape, 1) & 1;
	if (own_notes)
		note_all(&tape);
	else
		PROMISE(pwrite(notes.notes, tape.at, tape.left, 0) == (ssize_t)tape.left);
	undo_all();
	fuzz_count++;
	return 0;
}
