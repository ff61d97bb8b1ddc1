/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extents: where consecutive pages of the holder's address space lie in the host's
 * memory. The pages of an extent are physically contiguous.
 */
#ifndef VDSA_EXTENT_H
#define VDSA_EXTENT_H

#include <linux/mm.h>
#include <linux/types.h>

/* The physical addresses of x86 have up to 52 bits. */
struct vdsa_extent {
	u64 pfn : 40, nr : 24;
};

/* The number of extents that the pages form, which are stored in @extent if not NULL. */
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
 * The number of leading pages that are memory. VFIO also pins pages of other devices
 * that the holder has mapped. These would stay reachable after that device revokes
 * them, so they are not used.
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
