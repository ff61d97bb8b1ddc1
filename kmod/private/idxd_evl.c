// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the errors of each work queue and removes their traces from idxd's event
 * log.
 *
 * idxd copies a completion record that the device could not write to the process
 * that opened the work queue through idxd. The holder of a vdev did not, so its
 * entries are not delivered. idxd's state for them is shared by all work queues of
 * the function: batch_fail[] says that a record of a batch is missing, under a
 * number that a later batch of any sender may reuse. An aborted batch leaves its
 * mark there, so the mark is removed.
 *
 * Each undelivered record is also a line in the host's log. There is no
 * notification for an entry, so the event log is polled and counted entries are marked.
 */
#include <linux/bitmap.h>
#include <linux/io.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include "idxd.h"
#include "idxd_evl.h"
#include "model/regs.h"

#define EVL_BATCH_ID		0xff000000ULL	/* of an entry's first qword */
#define EVL_BATCH_ID_SHIFT	24
#define EVL_COUNTED		0x1ULL	/* reserved, 0 in what the device writes */

static uint error_limit = 100;
module_param(error_limit, uint, 0644);
MODULE_PARM_DESC(error_limit,
		 "Most errors a second that a work queue may cause before its vdev is halted (0: no limit)");

/*
 * Errors of a work queue since the function was added. Each may cost the host a line
 * in its log, so a budget limits them.
 */
struct vdsa_wq_errors {
	atomic_t told;			/* reported, not yet counted */
	u64 nr;				/* counted; the work dev->count only */
	u64 nr_logged;			/* of nr, those in the event log; dev->count only */
	u64 budget;			/* in errors times HZ; dev->count only */
};

static u32 entry_size(const struct vdsa_dev *dev)
{
	return 32 << ((dev->caps.gen_cap & DSA_GENCAP_EVL) >> DSA_GENCAP_EVL_SHIFT);
}

/* The first qword of an entry; the caller has the log's lock. */
static u64 *entry_at(struct vdsa_dev *dev, u32 index)
{
	const struct idxd_evl *evl = dev->idxd->evl;

	lockdep_assert_held(&evl->lock);
	return evl->log + index * entry_size(dev);
}

static u64 entry_head(struct vdsa_dev *dev, u32 index)
{
	return READ_ONCE(*entry_at(dev, index));
}

static bool is_of(u64 head, u32 wq)
{
	return head & DSA_SWERR_WQ_VALID && (head & DSA_SWERR_WQ) >> DSA_SWERR_WQ_SHIFT == wq;
}

static bool is_of_batch(u64 head)
{
	return head & DSA_SWERR_BATCH ||
	       (head & DSA_SWERR_OPCODE) >> DSA_SWERR_OPCODE_SHIFT == DSA_OP_BATCH;
}

static u32 log_tail(struct vdsa_dev *dev)
{
	return readl(dev->regs + DSA_EVLSTS + 4) & 0xffff;
}

/* Have idxd skip the entries it has not read, as for a client of its own that closed. */
static void skip_unread(struct vdsa_dev *dev, u32 wq)
{
	struct idxd_evl *evl = dev->idxd->evl;
	u32 tail = log_tail(dev), i = readl(dev->regs + DSA_EVLSTS) & DSA_EVLSTS_HEAD;

	for (; i != tail && i < evl->size; i = (i + 1) % evl->size)
		if (is_of(entry_head(dev, i), wq))
			set_bit(i, evl->bmap);
}

/* Clear the mark of each batch number whose last entry is of @wq. */
static void clear_batch_fail(struct vdsa_dev *dev, u32 wq)
{
	struct idxd_evl *evl = dev->idxd->evl;
	DECLARE_BITMAP(seen, 256) = {};
	u32 tail = log_tail(dev), n, id;
	u64 head;

	for (n = 1; n <= evl->size; n++) {
		head = entry_head(dev, (tail + evl->size - n) % evl->size);
		id = (head & EVL_BATCH_ID) >> EVL_BATCH_ID_SHIFT;
		if (!is_of_batch(head) || __test_and_set_bit(id, seen))
			continue;
		if (is_of(head, wq))
			evl->batch_fail[id] = false;
	}
}

typedef void (*with_log_fn)(struct vdsa_dev *dev, u32 wq);

static void with_log(struct vdsa_dev *dev, u32 wq, with_log_fn fn)
{
	struct idxd_evl *evl = dev->gone ? NULL : dev->idxd->evl;

	if (!evl)
		return;
	guard(mutex)(&evl->lock);
	if (evl->log && evl->size)
		fn(dev, wq);
}

void vdsa_evl_forget(struct vdsa_dev *dev, u32 wq, struct workqueue_struct *queue)
{
	with_log(dev, wq, skip_unread);
	flush_workqueue(queue);
	with_log(dev, wq, clear_batch_fail);
}

void vdsa_evl_note_error(struct vdsa_dev *dev, u32 wq)
{
	atomic_inc(&dev->errors[wq].told);
}

static bool is_new(u64 head)
{
	return head && !(head & EVL_COUNTED);
}

/* False if it is not new. If the device overwrites it meanwhile, it is counted next time. */
static bool count_entry(struct vdsa_dev *dev, u32 index)
{
	u64 *entry = entry_at(dev, index), head = READ_ONCE(*entry);
	u32 wq = (head & DSA_SWERR_WQ) >> DSA_SWERR_WQ_SHIFT;

	if (!is_new(head) || cmpxchg(entry, head, head | EVL_COUNTED) != head)
		return false;
	if (!(head & DSA_SWERR_WQ_VALID) || wq >= dev->caps.nr_wqs)
		return true;
	vdsa_evl_note_error(dev, wq);
	WRITE_ONCE(dev->errors[wq].nr_logged, dev->errors[wq].nr_logged + 1);
	return true;
}

/* Continue where the last call ended; a newly allocated log begins at 0. */
static void count_entries(struct vdsa_dev *dev, u32 unused)
{
	u32 size = dev->idxd->evl->size, n;

	if (dev->next_entry >= size || !is_new(entry_head(dev, dev->next_entry)))
		if (is_new(entry_head(dev, 0)))
			dev->next_entry = 0;
	for (n = 0; n < size && dev->next_entry < size && count_entry(dev, dev->next_entry); n++)
		dev->next_entry = (dev->next_entry + 1) % size;
}

/* False if @nr exceeds the budget. */
static bool spend(struct vdsa_wq_errors *errors, u32 nr, u32 limit, unsigned long elapsed)
{
	u64 spent = (u64)nr * HZ;

	errors->budget = min(errors->budget + (u64)limit * elapsed, (u64)limit * HZ);
	if (limit && spent > errors->budget) {
		errors->budget = 0;
		return false;
	}
	errors->budget -= limit ? spent : 0;
	return true;
}

bool vdsa_evl_init(struct vdsa_dev *dev)
{
	dev->errors = kcalloc(dev->caps.nr_wqs, sizeof(*dev->errors), GFP_KERNEL);
	dev->counted_at = jiffies - HZ;
	return dev->errors;
}

void vdsa_evl_exit(struct vdsa_dev *dev)
{
	kfree(dev->errors);
}

bool vdsa_bus_count_errors(struct vdsa_dev *dev, unsigned long *flooding)
{
	unsigned long now = jiffies, elapsed = min(now - dev->counted_at, HZ);
	u32 limit = READ_ONCE(error_limit), nr, wq;
	bool any = false;

	dev->counted_at = now;
	with_log(dev, 0, count_entries);
	for (wq = 0; wq < dev->caps.nr_wqs; wq++) {
		struct vdsa_wq_errors *errors = &dev->errors[wq];

		nr = atomic_xchg(&errors->told, 0);
		WRITE_ONCE(errors->nr, errors->nr + nr);
		any |= nr;
		if (!spend(errors, nr, limit, elapsed))
			set_bit(wq, flooding);
	}
	return any;
}

u64 vdsa_bus_wq_nr_errors(const struct vdsa_dev *dev, u32 wq)
{
	return READ_ONCE(dev->errors[wq].nr);
}

u64 vdsa_bus_wq_nr_logged(const struct vdsa_dev *dev, u32 wq)
{
	return READ_ONCE(dev->errors[wq].nr_logged);
}
