// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the notes of a writer that died say the same when they are read again, and
 * does a file that is damaged or no journal at all do no harm? The input is either
 * the file itself or configurations to note.
 *
 * fuzz: -max_len=512
 * fuzz-short: 20000
 */
#include "fuzz.h"

#include <sys/mman.h>

#include "../../lib/journal.c"

const char fuzz_counts[] = "journals";

#define MAX_NOTES	4

static struct journal notes = { .lock = -1, .notes = -1 };
static struct dsactl_ctx ctx = { .journal = &notes, .undoing = true };

/* What was noted, in order; read back from the last to the first. */
static struct device_config noted[MAX_NOTES];
static unsigned int nr_noted, nr_undone;
static bool own_notes;		/* the library wrote them */

static bool same_wq(const struct wq_config *a, const struct wq_config *b)
{
	return a->group == b->group && a->size == b->size && a->priority == b->priority &&
	       a->threshold == b->threshold && a->max_batch == b->max_batch &&
	       a->max_transfer == b->max_transfer && a->dedicated == b->dedicated &&
	       a->block_on_fault == b->block_on_fault && !strcmp(a->type, b->type) &&
	       !strcmp(a->label, b->label) && !strcmp(a->driver, b->driver);
}

static void check_same(const struct device_config *a, const struct device_config *b)
{
	PROMISE(a->enabled == b->enabled && a->nr_wqs == b->nr_wqs &&
		a->nr_engines == b->nr_engines);
	PROMISE(!memcmp(a->engine_group, b->engine_group,
			a->nr_engines * sizeof(*a->engine_group)));
	for (unsigned int i = 0; i < a->nr_wqs; i++)
		PROMISE(same_wq(&a->wq[i], &b->wq[i]));
}

/* All of it can be read, and every text ends. */
static int undo_config(struct dsactl_ctx *of, const char *name, const char *pci,
		       const struct device_config *config)
{
	PROMISE(of == &ctx && strlen(name) < 1u << 20 && strlen(pci) < 1u << 20);
	for (unsigned int i = 0; i < config->nr_wqs; i++)
		PROMISE(memchr(config->wq[i].type, 0, sizeof(config->wq[i].type)) &&
			memchr(config->wq[i].label, 0, sizeof(config->wq[i].label)) &&
			memchr(config->wq[i].driver, 0, sizeof(config->wq[i].driver)));
	if (own_notes) {
		PROMISE(nr_undone < nr_noted);
		check_same(config, &noted[nr_noted - 1 - nr_undone]);
	}
	nr_undone++;
	return config->nr_wqs % 2 ? -EBUSY : 0;
}

static int undo_vdev(struct dsactl_ctx *of, const char *uuid)
{
	PROMISE(of == &ctx && uuid[0] && !own_notes);
	nr_undone++;
	return 0;
}

static const struct journal_undo undo = { .device = undo_config, .vdev = undo_vdev };

/* JSON is UTF-8: other bytes are none of a name's. */
static void some_text(struct tape *tape, char *to, size_t size)
{
	size_t len = tape_pick(tape, 16);

	for (size_t i = 0; i < len && i + 1 < size; i++)
		to[i] = (char)(tape_take(tape, 1) & 0x7f);
}

static void some_wq(struct tape *tape, struct wq_config *wq)
{
	*wq = (struct wq_config){
		.group = (int)tape_take(tape, 1) - 1,
		.size = (unsigned int)tape_take(tape, 2),
		.priority = (unsigned int)tape_take(tape, 1),
		.threshold = (unsigned int)tape_take(tape, 1),
		.max_batch = (unsigned int)tape_take(tape, 4) & INT32_MAX,
		.max_transfer = tape_take(tape, 8) & INT64_MAX,
		.dedicated = tape_take(tape, 1) & 1,
	};
	some_text(tape, wq->type, sizeof(wq->type));
	some_text(tape, wq->label, sizeof(wq->label));
	some_text(tape, wq->driver, sizeof(wq->driver));
}

static void note_some(struct tape *tape)
{
	struct dsactl_device device = { .name = "dsa0", .pci = "0000:6a:01.0" };
	struct device_config *config = &noted[nr_noted++];

	PROMISE(device_config_init(config, tape_pick(tape, 5), tape_pick(tape, 5)));
	config->enabled = tape_take(tape, 1) & 1;
	for (unsigned int i = 0; i < config->nr_engines; i++)
		config->engine_group[i] = (int)tape_take(tape, 1) - 1;
	for (unsigned int i = 0; i < config->nr_wqs; i++)
		some_wq(tape, &config->wq[i]);
	PROMISE(!journal_note_device(&ctx, &device, config));
}

static void note_all(struct tape *tape)
{
	while (tape->left && nr_noted < MAX_NOTES)
		note_some(tape);
}

static void undo_all(void)
{
	int failed, pid, nr = journal_undo(&ctx, &undo, &failed, &pid);

	PROMISE(nr >= 0 && failed >= 0 && failed <= nr);
	PROMISE(!own_notes || (nr_undone == nr_noted && nr == (int)nr_noted));
	PROMISE(lseek(notes.notes, 0, SEEK_END) == 0);
	while (nr_noted)
		device_config_free(&noted[--nr_noted]);
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
