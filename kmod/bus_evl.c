// SPDX-License-Identifier: GPL-2.0
/*
 * What do a work queue's errors leave in idxd's event log, and how is it taken
 * out again?
 *
 * idxd copies a completion record that the device could not write to whoever
 * opened the work queue through idxd, and a vdev's client did not: its entries
 * reach nobody. What idxd keeps of them is shared by all work queues of the
 * function: batch_fail[] says that a record of a batch is missing, by a number
 * that the next batch may have, whoever sends it. A batch that is aborted leaves
 * its mark there, so it is removed.
 */
#include <linux/bitmap.h>
#include <linux/io.h>
#include "bus_priv.h"
#include "model/regs.h"

#define EVL_BATCH_ID		0xff000000ULL	/* of an entry's first qword */
#define EVL_BATCH_ID_SHIFT	24

static u32 entry_size(const struct vdsa_dev *dev)
{
	return 32 << ((dev->caps.gen_cap & DSA_GENCAP_EVL) >> DSA_GENCAP_EVL_SHIFT);
}

/* The first qword of an entry; the caller has the log's lock. */
static u64 entry_head(struct vdsa_dev *dev, u32 index)
{
	const struct idxd_evl *evl = dev->idxd->evl;

	lockdep_assert_held(&evl->lock);
	return READ_ONCE(*(u64 *)(evl->log + index * entry_size(dev)));
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

/* What idxd has not looked at yet it skips, as for a client of its own that left. */
static void skip_unread(struct vdsa_dev *dev, u32 wq)
{
	struct idxd_evl *evl = dev->idxd->evl;
	u32 tail = log_tail(dev), i = readl(dev->regs + DSA_EVLSTS) & DSA_EVLSTS_HEAD;

	for (; i != tail && i < evl->size; i = (i + 1) % evl->size)
		if (is_of(entry_head(dev, i), wq))
			set_bit(i, evl->bmap);
}

/* Of each batch number the last entry counts: is it of @wq? */
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
