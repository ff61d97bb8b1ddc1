/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs: consecutive pages of the holder's address space that are mapped at once, as a
 * table for the IOMMU.
 */
#ifndef VDSA_RUN_H
#define VDSA_RUN_H

#include <linux/mm.h>
#include <linux/scatterlist.h>
#include "private/mappings.h"

/* While it is filled it grows at its end. Its length fits in what the table's entries can have. */
struct vdsa_run {
	struct vdsa_pages pages;
	bool writable;
	u32 nr, most;			/* used entries of the table; all */
	struct scatterlist *table;	/* the caller's */
};

/* Append pages of an extent, in the last entry if they follow it. False: the table is full. */
static inline bool vdsa_run_append(struct vdsa_run *run, struct page *page, u32 nr)
{
	struct scatterlist *last = run->table + run->nr - 1;

	if (run->nr && sg_page(last) + (last->length >> PAGE_SHIFT) == page)
		last->length += nr << PAGE_SHIFT;
	else if (run->nr < run->most)
		sg_set_page(&run->table[run->nr++], page, nr << PAGE_SHIFT, 0);
	else
		return false;
	run->pages.end += nr;
	return true;
}

#endif /* VDSA_RUN_H */
