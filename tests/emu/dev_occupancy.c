// SPDX-License-Identifier: GPL-2.0-only
/*
 * When is software told that a queue has become short enough? By the occupancy
 * interrupt of WQCFG (SPEC 9.2.24): while it is enabled, the queue too, and not
 * more than the limit are waiting, once until software acknowledges it.
 */
#include "dev.h"

static bool is_supported(const struct emu_dev *dev)
{
	return dev->profile.wqcap & DSA_WQCAP_OCCUPANCY_INT;
}

/* The entry that the queue's handle names, or -1. */
static int occupancy_entry(const struct emu_dev *dev, unsigned int n, bool *ims)
{
	uint32_t handle = dev->wq[n].cfg[DSA_WQCFG_OCC_HANDLE / 4];

	*ims = handle & DSA_WQCFG_OCC_HANDLE_IMS;
	return irq_handle_index_locked(dev, *ims, handle & DSA_WQCFG_OCC_HANDLE_INDEX);
}

bool occupancy_handle_ok_locked(const struct emu_dev *dev, unsigned int wq)
{
	bool ims;

	return occupancy_entry(dev, wq, &ims) >= 0;
}

void occupancy_check_locked(struct emu_dev *dev, unsigned int n)
{
	struct wq *wq = &dev->wq[n];
	uint32_t limit = wq->cfg[DSA_WQCFG_OCC_LIMIT / 4];
	bool ims;
	int entry;

	if (wq->state != DSA_WQ_ENABLED || wq->occ_generated ||
	    !(limit & DSA_WQCFG_OCC_INT_EN) ||
	    wq->count > (limit & DSA_WQCFG_OCC_LIMIT_MASK))
		return;
	entry = occupancy_entry(dev, n, &ims);
	if (entry < 0)
		return;
	wq->occ_generated = true;
	/* Entry 0 is shared by several causes: only there the cause is told. */
	if (!ims && entry == 0)
		irq_event_locked(dev, DSA_INTCAUSE_OCCUPANCY);
	else
		irq_entry_locked(dev, ims, entry);
}

/* The limit is locked while the interrupt is enabled, and not by enabling it. */
static void limit_write(struct wq *wq, uint32_t val, uint32_t mask)
{
	uint32_t *reg = &wq->cfg[DSA_WQCFG_OCC_LIMIT / 4];
	uint32_t wmask = DSA_WQCFG_OCC_INT_EN;

	if (!(*reg & DSA_WQCFG_OCC_INT_EN))
		wmask |= DSA_WQCFG_OCC_LIMIT_MASK;
	mask &= wmask;
	*reg = (*reg & ~mask) | (val & mask);
}

void occupancy_write_locked(struct emu_dev *dev, unsigned int n, unsigned int dword,
			    uint32_t val, uint32_t mask)
{
	struct wq *wq = &dev->wq[n];

	if (!is_supported(dev))
		return;
	if (dword == DSA_WQCFG_OCC_LIMIT / 4)
		limit_write(wq, val, mask);
	else if (dword == DSA_WQCFG_STATUS / 4 && val & mask & DSA_WQCFG_OCC_INT_GENERATED)
		wq->occ_generated = false;
	else
		return;
	occupancy_check_locked(dev, n);
}
