/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where do pages lie that follow each other in a client's address space? As
 * extents, whose pages are in a row in the host's memory.
 */
#ifndef VDSA_EXTENT_H
#define VDSA_EXTENT_H

#include <linux/mm.h>
#include <linux/types.h>

/* The physical addresses of x86 have up to 52 bits. */
struct vdsa_extent {
	u64 pfn : 40, nr : 24;
};

/* How many extents the pages have; with @extent, these. */
static inline u32 vdsa_extents_of(struct page *const *pages, u32 nr, struct vdsa_extent *extent)
{
	u32 n = 0, from, to;

	for (from = 0; from < nr; from = to, n++) {
		unsigned long pfn = page_to_pfn(pages[from]);

		for (to = from + 1; to < nr && page_to_pfn(pages[to]) == pfn + (to - from); to++)
			;
		if (extent)
			extent[n] = (struct vdsa_extent) { .pfn = pfn, .nr = to - from };
	}
	return n;
}

/*
 * How many of the pages, from the first on, are memory. VFIO also grants pages of other
 * devices that the client has mapped. These stay reachable when that device revokes
 * them, so they are not for us.
 */
static inline u32 vdsa_pages_of_memory(struct page *const *pages, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (PageReserved(pages[i]) && !is_zero_pfn(page_to_pfn(pages[i])))
			break;
	}
	return i;
}

#endif /* VDSA_EXTENT_H */
