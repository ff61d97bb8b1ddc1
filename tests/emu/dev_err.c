// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where is software told of what it did wrong? In SWERR, which holds one
 * error, or in the event log in memory (SPEC 5.9); and by halting.
 */
#include "dev.h"

#include <string.h>

#define EVL_ENTRY_RECORD	32	/* offset of the record in an entry */
#define EVL_ENTRY_BATCH_ID_SHIFT	24	/* of the first qword */
#define EVL_ENTRY_MAX		256
#define ERR_INFO_VALID		0x80ULL
#define ERR_COMPLETION_SHIFT	48	/* of the second qword */

static bool is_fault(uint8_t code)
{
	return code == DSA_STATUS_PAGE_FAULT || code == DSA_STATUS_PRS_INVALID ||
	       code == DSA_STATUS_LIST_FAULT || code == DSA_STATUS_RECORD_FAULT ||
	       code == DSA_STATUS_READBACK;
}

/* The four qwords that SWERR and an event log entry have in common. */
static void err_format(const struct error *err, uint64_t q[4])
{
	const struct work *work = err->work;
	int wq = work ? (int)work->wq : err->wq;

	memset(q, 0, 4 * sizeof(*q));
	q[0] = (uint64_t)err->code << DSA_SWERR_CODE_SHIFT;
	if (wq >= 0)
		q[0] |= DSA_SWERR_WQ_VALID | (uint64_t)wq << DSA_SWERR_WQ_SHIFT;
	if (is_fault(err->code) && err->write)
		q[0] |= DSA_SWERR_WRITE;
	if (err->info_valid)
		q[0] |= ERR_INFO_VALID;
	q[1] = (uint64_t)err->info << DSA_SWERR_INFO_SHIFT;
	q[2] = err->addr;
	if (!work)
		return;
	q[0] |= DSA_SWERR_DESC_VALID |
		(uint64_t)work->desc.opcode << DSA_SWERR_OPCODE_SHIFT |
		(uint64_t)work->who.pasid << DSA_SWERR_PASID_SHIFT;
	if (work->who.priv)
		q[0] |= DSA_SWERR_PRIV;
	if (work->in_batch) {
		q[0] |= DSA_SWERR_BATCH;
		q[1] |= work->batch_index;
	}
}

static void err_trace(const struct error *err, const char *where)
{
	emu_trace("err", "to=%s code=0x%02x wq=%d opcode=0x%02x addr=0x%llx", where,
		  err->code, err->work ? (int)err->work->wq : err->wq,
		  err->work ? err->work->desc.opcode : 0,
		  (unsigned long long)err->addr);
}

/* Overflow is software's to clear: it stays when the next error comes (SPEC 9.2.15). */
void err_swerr_locked(struct emu_dev *dev, const struct error *err)
{
	uint64_t overflow = dev->swerr[0] & DSA_SWERR_OVERFLOW;

	err_trace(err, "swerr");
	if (dev->swerr[0] & DSA_SWERR_VALID) {
		dev->swerr[0] |= DSA_SWERR_OVERFLOW;
		return;
	}
	err_format(err, dev->swerr);
	if (err->record)	/* what follows is about a completion in the log */
		dev->swerr[1] &= ~(0xffffULL << ERR_COMPLETION_SHIFT);
	dev->swerr[0] |= DSA_SWERR_VALID | overflow;
	if (dev->genctrl & DSA_GENCTRL_SWERR_INT)
		irq_event_locked(dev, DSA_INTCAUSE_SWERR);
}

void err_halt_locked(struct emu_dev *dev, uint32_t reset_type)
{
	const struct selection all = { .what = SELECT_ALL, .until_seq = UINT64_MAX };

	dev->state = DSA_GENSTS_HALT;
	dev->reset_type = reset_type;
	wq_abort_locked(dev, &all);
	pthread_cond_broadcast(&dev->settled);
	emu_trace("state", "device=halt reset_type=%u", reset_type);
	if (dev->genctrl & DSA_GENCTRL_HALT_INT)
		irq_event_locked(dev, DSA_INTCAUSE_HALT);
}

/* A halted function, or one that is no bus master, does not write to memory. */
static bool evl_is_on_locked(const struct emu_dev *dev)
{
	return dev->gencfg & DSA_GENCFG_EVL && cfg_busmaster(dev) &&
	       dev->state != DSA_GENSTS_DISABLED && dev->state != DSA_GENSTS_HALT;
}

/* The next place in the log; false: there is none, or no log. */
static bool evl_reserve_locked(const struct emu_dev *dev, unsigned int entry_size,
			       uint64_t *addr)
{
	uint32_t size = GET(dev->evlcfg[1], DSA_EVLCFG_SIZE);
	uint32_t head = GET(dev->evlsts, DSA_EVLSTS_HEAD);
	uint32_t tail = GET(dev->evlsts, DSA_EVLSTS_TAIL);

	if (!evl_is_on_locked(dev) || !size || (tail + 1) % size == head)
		return false;
	*addr = (dev->evlcfg[0] & DSA_EVLCFG_BASE) + (uint64_t)tail * entry_size;
	return true;
}

static void evl_advance_locked(struct emu_dev *dev)
{
	uint32_t size = GET(dev->evlcfg[1], DSA_EVLCFG_SIZE);
	uint64_t tail = GET(dev->evlsts, DSA_EVLSTS_TAIL) + 1;

	if (tail >= size)
		tail = 0;
	dev->evlsts = (dev->evlsts & ~DSA_EVLSTS_TAIL) | tail << DSA_EVLSTS_TAIL_SHIFT;
	if (!(dev->genctrl & DSA_GENCTRL_EVL_INT) ||
	    dev->evlsts & DSA_EVLSTS_INT_PENDING)
		return;
	dev->evlsts |= DSA_EVLSTS_INT_PENDING;
	irq_event_locked(dev, DSA_INTCAUSE_EVL);
}

static struct emu_requester evl_requester(const struct emu_dev *dev)
{
	return (struct emu_requester){
		.pasid_valid = dev->evlcfg[0] & DSA_EVLCFG_PASID_EN,
		.pasid = GET(dev->evlcfg[1], DSA_EVLCFG_PASID),
		.priv = dev->evlcfg[0] & DSA_EVLCFG_PRIV,
	};
}

/* One at a time, by evl_lock; EVLCFG does not change while there is work. */
static void evl_append(struct emu_dev *dev, const struct error *err)
{
	unsigned int size = 32u << GET(dev->profile.gencap, DSA_GENCAP_EVL);
	const struct error full = { .code = DSA_SWERR_EVL, .wq = -1 };
	uint8_t entry[EVL_ENTRY_MAX] = { 0 };
	struct emu_requester who;
	uint64_t q[4], addr;
	bool ok;

	err_format(err, q);
	if (err->work && (err->work->in_batch || err->work->desc.opcode == DSA_OP_BATCH))
		q[0] |= (uint64_t)err->work->batch_id << EVL_ENTRY_BATCH_ID_SHIFT;
	memcpy(entry, q, sizeof(q));
	if (err->record)
		memcpy(entry + EVL_ENTRY_RECORD, err->record, DSA_RECORD_SIZE);
	pthread_mutex_lock(&dev->lock);
	ok = evl_reserve_locked(dev, size, &addr);
	who = evl_requester(dev);
	pthread_mutex_unlock(&dev->lock);
	if (ok)
		ok = dev->ops->dma_write(dev->host, &who, addr, entry, size) == size;
	pthread_mutex_lock(&dev->lock);
	if (ok)
		evl_advance_locked(dev);
	else
		err_swerr_locked(dev, &full);
	pthread_mutex_unlock(&dev->lock);
}

static bool evl_is_on(struct emu_dev *dev)
{
	bool on;

	pthread_mutex_lock(&dev->lock);
	on = evl_is_on_locked(dev);
	pthread_mutex_unlock(&dev->lock);
	return on;
}

void err_report(struct emu_dev *dev, const struct error *err)
{
	if (evl_is_on(dev)) {
		err_trace(err, "evl");
		pthread_mutex_lock(&dev->evl_lock);
		evl_append(dev, err);
		pthread_mutex_unlock(&dev->evl_lock);
		return;
	}
	pthread_mutex_lock(&dev->lock);
	err_swerr_locked(dev, err);
	pthread_mutex_unlock(&dev->lock);
}
