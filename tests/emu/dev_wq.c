// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a descriptor get from a portal into a work queue, which one is next,
 * and which are still there? Also the queue's configuration register.
 */
#include "dev.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { QWORDS_ALL = 0xff };

/* WQCFG: when may a field be written (SPEC table 9-7, configurable device)? */
enum when { ALWAYS, WQ_DISABLED, DEVICE_DISABLED };

static const struct {
	uint32_t mask;
	enum when when;
} wqcfg_rules[16] = {
	[DSA_WQCFG_SIZE / 4] = { DSA_WQCFG_SIZE_MASK, DEVICE_DISABLED },
	[DSA_WQCFG_THRESHOLD / 4] = { DSA_WQCFG_THRESHOLD_MASK, ALWAYS },
	[DSA_WQCFG_MODE / 4] = { 0x3fffffff, WQ_DISABLED },
	[DSA_WQCFG_LIMITS / 4] = { DSA_WQCFG_MAX_XFER | DSA_WQCFG_MAX_BATCH,
				   WQ_DISABLED },
	[DSA_WQCFG_OCC_HANDLE / 4] = { DSA_WQCFG_OCC_HANDLE_INDEX |
				       DSA_WQCFG_OCC_HANDLE_IMS, WQ_DISABLED },
	[DSA_WQCFG_OPCFG / 4 ... 15] = { UINT32_MAX, WQ_DISABLED },
};

static uint32_t wqcfg_mask(const struct emu_dev *dev, unsigned int dword)
{
	uint32_t mask = wqcfg_rules[dword].mask;

	if (dword == DSA_WQCFG_MODE / 4) {
		if (!(dev->profile.wqcap & DSA_WQCAP_ATS))
			mask &= ~DSA_WQCFG_ATS_DISABLE;
		if (!(dev->profile.wqcap & DSA_WQCAP_PRS))
			mask &= ~DSA_WQCFG_PRS_DISABLE;
	}
	if (dword == DSA_WQCFG_OCC_HANDLE / 4 &&
	    !(dev->profile.wqcap & DSA_WQCAP_OCCUPANCY_INT))
		return 0;
	if (dword >= DSA_WQCFG_OPCFG / 4 && !(dev->profile.wqcap & DSA_WQCAP_OPCFG))
		return 0;
	return mask;
}

void wq_write_locked(struct emu_dev *dev, unsigned int n, unsigned int dword,
		     uint32_t val, uint32_t mask)
{
	struct wq *wq = &dev->wq[n];
	uint32_t all = mask;

	mask &= wqcfg_mask(dev, dword);
	if (wqcfg_rules[dword].when == DEVICE_DISABLED &&
	    dev->state != DSA_GENSTS_DISABLED)
		return;
	if (wqcfg_rules[dword].when == WQ_DISABLED && wq->state != DSA_WQ_DISABLED)
		return;
	wq->cfg[dword] = (wq->cfg[dword] & ~mask) | (val & mask);
	occupancy_write_locked(dev, n, dword, val, all);
}

uint32_t wq_read_locked(const struct emu_dev *dev, unsigned int n, unsigned int dword)
{
	const struct wq *wq = &dev->wq[n];

	if (dword == DSA_WQCFG_STATUS / 4)
		return wq->count | wq->state << DSA_WQCFG_STATE_SHIFT |
		       (wq->occ_generated ? DSA_WQCFG_OCC_INT_GENERATED : 0);
	return wq->cfg[dword];
}

void wq_reset_config_locked(struct emu_dev *dev, unsigned int n, bool keep_size)
{
	struct wq *wq = &dev->wq[n];
	uint32_t size = keep_size ? wq->cfg[0] : 0;

	memset(wq->cfg, 0, sizeof(wq->cfg));
	wq->cfg[0] = size;
	if (dev->profile.wqcap & DSA_WQCAP_OPCFG)
		memcpy(&wq->cfg[DSA_WQCFG_OPCFG / 4], dev->profile.opcap,
		       sizeof(dev->profile.opcap));
	wq->state = DSA_WQ_DISABLED;
	wq->occ_generated = false;
	for (unsigned int i = 0; i < 4; i++)
		memset(wq->pages[i].have, 0, sizeof(wq->pages[i].have));
}

static void trace_enabled(const struct emu_dev *dev, unsigned int n)
{
	uint32_t mode = dev->wq[n].cfg[DSA_WQCFG_MODE / 4];

	emu_trace("state", "wq=%u enabled mode=%s pasid_en=%u pasid=%u size=%u", n,
		  mode & DSA_WQCFG_DEDICATED ? "dedicated" : "shared",
		  !!(mode & DSA_WQCFG_PASID_EN), GET(mode, DSA_WQCFG_PASID),
		  dev->wq[n].cfg[0]);
}

static unsigned int wq_priority(const struct wq *wq)
{
	unsigned int priority = GET(wq->cfg[DSA_WQCFG_MODE / 4], DSA_WQCFG_PRIORITY);

	return priority ? priority : 1;	/* 0 is legal without priority support */
}

int wq_enable_locked(struct emu_dev *dev, unsigned int n)
{
	struct wq *wq = &dev->wq[n];
	struct queued *ring = calloc(wq->cfg[0], sizeof(*ring));

	if (!ring)
		return -ENOMEM;
	free(wq->ring);
	wq->ring = ring;
	wq->size = wq->cfg[0];
	wq->head = wq->count = 0;
	wq->credit = wq_priority(wq);
	wq->state = DSA_WQ_ENABLED;
	trace_enabled(dev, n);
	occupancy_check_locked(dev, n);
	return 0;
}

void wq_disabled_locked(struct emu_dev *dev, unsigned int n)
{
	struct wq *wq = &dev->wq[n];

	if (wq->state != DSA_WQ_DISABLED)
		emu_trace("state", "wq=%u disabled", n);
	wq->state = DSA_WQ_DISABLED;
	wq->count = 0;
}

static bool portal_exists(const struct emu_dev *dev, unsigned int page)
{
	return page < DSA_PORTAL_UNLIMITED_IMS || dev->profile.nr_ims;
}

/*
 * The one rule that this project promises: see emu_trace(). A vdev's guest is given
 * the portals with IMS handles, which no other driver uses: the host's own work
 * queues may be without a PASID.
 */
static void watch_rules(const struct wq *wq, unsigned int n, unsigned int page)
{
	if (page >= DSA_PORTAL_UNLIMITED_IMS &&
	    !(wq->cfg[DSA_WQCFG_MODE / 4] & DSA_WQCFG_PASID_EN))
		emu_trace("VIOLATION", "wq=%u takes a guest's descriptor with WQCFG.PASID_EN clear",
			  n);
}

/* The checks of SPEC 5.3, in their order, for a posted write. */
static void wq_submit_locked(struct emu_dev *dev, unsigned int n, unsigned int page,
			     const uint8_t *raw)
{
	const struct error full = { .code = DSA_SWERR_WQ_FULL, .wq = n };
	struct wq *wq = &dev->wq[n];
	struct queued *slot;

	if (dev->state != DSA_GENSTS_ENABLED || wq->state != DSA_WQ_ENABLED ||
	    !(wq->cfg[DSA_WQCFG_MODE / 4] & DSA_WQCFG_DEDICATED) ||
	    !portal_exists(dev, page)) {
		emu_trace("desc", "wq=%u page=%u ignored", n, page);
		return;
	}
	if (wq->count == wq->size) {
		err_swerr_locked(dev, &full);
		return;
	}
	watch_rules(wq, n, page);
	slot = &wq->ring[(wq->head + wq->count) % wq->size];
	memcpy(slot->raw, raw, DSA_DESC_SIZE);
	slot->page = page;
	slot->seq = ++dev->seq;
	wq->count++;
	engine_kick_locked(dev, wq->group);
}

/*
 * Eight 8-byte stores to one slot are one descriptor: that is how a 64-byte store
 * arrives where nothing wider gets through. The first qword begins a new one,
 * whatever a former owner of the queue has left in the slot.
 */
static void portal_store_locked(struct emu_dev *dev, unsigned int n,
				unsigned int page, unsigned int off,
				const uint8_t *qword)
{
	struct portal_page *portal = &dev->wq[n].pages[page];
	unsigned int slot = off / DSA_DESC_SIZE;
	uint8_t bit = 1u << off % DSA_DESC_SIZE / 8;

	if (bit == 1)
		portal->have[slot] = 0;
	memcpy(portal->data + off, qword, 8);
	portal->have[slot] |= bit;
	if (portal->have[slot] != QWORDS_ALL)
		return;
	portal->have[slot] = 0;
	wq_submit_locked(dev, n, page, portal->data + slot * DSA_DESC_SIZE);
}

void emu_dev_portal_write(struct emu_dev *dev, uint64_t off, const void *buf,
			  size_t len)
{
	unsigned int n = off / DSA_PORTAL_WQ;
	unsigned int page = off % DSA_PORTAL_WQ / DSA_PORTAL_PAGE;

	if (off / DSA_PORTAL_WQ >= dev->profile.nr_wqs || off % 8 || len % 8)
		return;
	pthread_mutex_lock(&dev->lock);
	for (size_t done = 0; done < len && cfg_memory(dev); done += 8) {
		if (off + done >= (uint64_t)(n * 4 + page + 1) * DSA_PORTAL_PAGE)
			break;	/* no write crosses a page */
		portal_store_locked(dev, n, page, (off + done) % DSA_PORTAL_PAGE,
				    (const uint8_t *)buf + done);
	}
	pthread_mutex_unlock(&dev->lock);
}

/* Who a descriptor of this queue speaks for. */
static struct emu_requester wq_requester(const struct wq *wq, const uint8_t *raw)
{
	uint32_t mode = wq->cfg[DSA_WQCFG_MODE / 4], own = get32(raw + DSA_DESC_PASID);

	if (!(mode & DSA_WQCFG_PASID_EN))
		return (struct emu_requester){ 0 };
	if (mode & DSA_WQCFG_DEDICATED)
		return (struct emu_requester){
			.pasid_valid = true,
			.pasid = GET(mode, DSA_WQCFG_PASID),
			.priv = mode & DSA_WQCFG_PRIV,
		};
	return (struct emu_requester){ .pasid_valid = true,
				       .pasid = own & DSA_DESC_PASID_MASK,
				       .priv = own & DSA_DESC_PRIV };
}

/*
 * Arbitration of SPEC 4.1: round robin over the group's queues that have work
 * and credit; where none has credit left, all are given their priority again.
 */
static struct wq *arbitrate(struct emu_dev *dev, struct engine *engine)
{
	unsigned int nr = dev->profile.nr_wqs;
	bool waiting = false;

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int n = (engine->next_wq + i) % nr;
		struct wq *wq = &dev->wq[n];

		if (wq->group != engine->group || !wq->count)
			continue;
		waiting = true;
		if (!wq->credit)
			continue;
		engine->next_wq = n + 1;
		return wq;
	}
	if (!waiting)
		return NULL;
	for (unsigned int i = 0; i < nr; i++)
		if (dev->wq[i].group == engine->group)
			dev->wq[i].credit = wq_priority(&dev->wq[i]);
	return arbitrate(dev, engine);
}

static void fill_work(struct emu_dev *dev, struct engine *engine, struct wq *wq,
		      struct work *work)
{
	const struct queued *slot = &wq->ring[wq->head];

	memset(work, 0, sizeof(*work));
	work->dev = dev;
	work->engine = engine;
	work->wq = wq - dev->wq;
	work->page = slot->page;
	work->seq = slot->seq;
	work->who = wq_requester(wq, slot->raw);
	work->wq_mode = wq->cfg[DSA_WQCFG_MODE / 4];
	work->wq_limits = wq->cfg[DSA_WQCFG_LIMITS / 4];
	work->user_int = dev->gencfg & DSA_GENCFG_USER_INT;
	work->evl = dev->gencfg & DSA_GENCFG_EVL;
	work->priv_ok = cfg_pasid_priv(dev);
	work->ats = cfg_ats(dev) && !(work->wq_mode & DSA_WQCFG_ATS_DISABLE);
	work->pri = work->ats && cfg_pri(dev) &&
		    !(work->wq_mode & DSA_WQCFG_PRS_DISABLE);
	memcpy(work->opcap, dev->profile.opcap, sizeof(work->opcap));
	if (GET(dev->profile.gencap, DSA_GENCAP_MAX_BATCH))
		work->opcap[0] |= 1ULL << DSA_OP_BATCH;	/* though OPCAP may not say so */
	if (dev->profile.wqcap & DSA_WQCAP_OPCFG)
		memcpy(work->opcap, &wq->cfg[DSA_WQCFG_OPCFG / 4], sizeof(work->opcap));
	desc_parse(&work->desc, slot->raw);
}

bool wq_take_locked(struct emu_dev *dev, struct engine *engine, struct work *work)
{
	struct wq *wq;

	if (dev->state != DSA_GENSTS_ENABLED && dev->state != DSA_GENSTS_DRAIN)
		return false;
	if (engine->group == DEV_NO_GROUP)
		return false;
	wq = arbitrate(dev, engine);
	if (!wq)
		return false;
	fill_work(dev, engine, wq, work);
	wq->head = (wq->head + 1) % wq->size;
	wq->count--;
	wq->credit--;
	occupancy_check_locked(dev, work->wq);
	engine->active = true;
	__atomic_store_n(&engine->abort, false, __ATOMIC_RELAXED);
	engine->wq = work->wq;
	engine->who = work->who;
	engine->seq = work->seq;
	return true;
}

static bool is_selected(const struct selection *sel, unsigned int wq,
			const struct emu_requester *who, uint64_t seq)
{
	if (seq > sel->until_seq)
		return false;
	if (sel->what == SELECT_WQS)
		return sel->wqs[wq / 64] >> wq % 64 & 1;
	if (sel->what == SELECT_PASID)
		return who->pasid_valid && who->pasid == sel->pasid;
	return true;
}

static bool slot_selected(const struct emu_dev *dev, const struct selection *sel,
			  unsigned int n, unsigned int i)
{
	const struct wq *wq = &dev->wq[n];
	const struct queued *slot = &wq->ring[(wq->head + i) % wq->size];
	struct emu_requester who = wq_requester(wq, slot->raw);

	return is_selected(sel, n, &who, slot->seq);
}

/* Keeps what is not selected, in its order. */
static void wq_drop_locked(struct emu_dev *dev, const struct selection *sel,
			   unsigned int n)
{
	struct wq *wq = &dev->wq[n];
	unsigned int kept = 0;

	for (unsigned int i = 0; i < wq->count; i++) {
		if (slot_selected(dev, sel, n, i))
			continue;
		wq->ring[(wq->head + kept++) % wq->size] =
			wq->ring[(wq->head + i) % wq->size];
	}
	wq->count = kept;
	occupancy_check_locked(dev, n);
}

void wq_abort_locked(struct emu_dev *dev, const struct selection *sel)
{
	for (unsigned int n = 0; n < dev->profile.nr_wqs; n++)
		wq_drop_locked(dev, sel, n);
	for (unsigned int i = 0; i < dev->profile.nr_engines; i++) {
		struct engine *engine = &dev->engine[i];

		if (engine->active &&
		    is_selected(sel, engine->wq, &engine->who, engine->seq))
			__atomic_store_n(&engine->abort, true, __ATOMIC_RELAXED);
	}
	pthread_cond_broadcast(&dev->settled);
}

bool wq_quiet_locked(const struct emu_dev *dev, const struct selection *sel)
{
	for (unsigned int i = 0; i < dev->profile.nr_engines; i++) {
		const struct engine *engine = &dev->engine[i];

		if (engine->active &&
		    is_selected(sel, engine->wq, &engine->who, engine->seq))
			return false;
	}
	for (unsigned int n = 0; n < dev->profile.nr_wqs; n++)
		for (unsigned int i = 0; i < dev->wq[n].count; i++)
			if (slot_selected(dev, sel, n, i))
				return false;
	return true;
}
