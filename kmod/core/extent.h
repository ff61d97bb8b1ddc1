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

#define VDSA_PAGES_COMPARED	8u

/* Whether so many pages are @page and those that follow it; without a branch for each. */
static inline bool vdsa_pages_follow(struct page *const *pages, const struct page *page)
{
	unsigned long differs = 0;
	u32 i;

#pragma GCC unroll 8
	for (i = 0; i < VDSA_PAGES_COMPARED; i++)
		differs |= (unsigned long)pages[i] ^ (unsigned long)(page + i);
	return !differs;
}

/* The number of leading pages that form one extent; x86 has one array of all pages. */
static inline u32 vdsa_extent_of(struct page *const *pages, u32 nr)
{
	u32 n = 1;

	if (nr == 1 || pages[1] != pages[0] + 1)
		return 1;
	while (nr - n >= VDSA_PAGES_COMPARED && vdsa_pages_follow(pages + n, pages[0] + n))
		n += VDSA_PAGES_COMPARED;
	while (n < nr && pages[n] == pages[0] + n)
		n++;
	return n;
}

/*
 * Packed extents, for those that are kept: a scattered page takes 1 byte if it lies
 * within 16 pages after the one before, 3 within 1 GiB, 4 within 128 GiB. For each
 * extent a number has bit 0: whether it has several pages; bit 1: whether it lies before
 * the end of the last one; and the distance from that. The number of pages may follow.
 * Numbers have 7 bits a byte, and bit 7 where more follow.
 */
#define VDSA_EXTENT_BYTES	10u	/* the most of one */

static inline u32 vdsa_pack_number(u8 *to, u64 number)
{
	u32 len = 0;

	for (; number >= 0x80; number >>= 7)
		to[len++] = number | 0x80;
	to[len++] = number;
	return len;
}

static inline const u8 *vdsa_unpack_number(const u8 *at, u64 *number)
{
	u32 shift = 0;

	for (*number = 0; *at & 0x80; shift += 7)
		*number |= (u64)(*at++ & 0x7f) << shift;
	*number |= (u64)*at++ << shift;
	return at;
}

/* Pack an extent after one that ends at @last; returns its bytes. */
static inline u32 vdsa_extent_pack(u8 *to, struct vdsa_extent extent, u64 last)
{
	bool before = extent.pfn < last;
	u64 distance = before ? last - extent.pfn : extent.pfn - last;
	u32 len = vdsa_pack_number(to, distance << 2 | before << 1 | (extent.nr > 1));

	return extent.nr > 1 ? len + vdsa_pack_number(to + len, extent.nr) : len;
}

/* The extent at @at, after one that ends at @last; returns where the next one is. */
static inline const u8 *vdsa_extent_unpack(const u8 *at, u64 last, struct vdsa_extent *extent)
{
	u64 number, nr = 1;

	at = vdsa_unpack_number(at, &number);
	if (number & 1)
		at = vdsa_unpack_number(at, &nr);
	extent->pfn = number & 2 ? last - (number >> 2) : last + (number >> 2);
	extent->nr = nr;
	return at;
}

/* Zeroes are memory, too. */
static inline bool vdsa_page_is_of_device(const struct page *page)
{
	return is_zone_device_page(page) ||
	       (PageReserved(page) && !is_zero_pfn(page_to_pfn(page)));
}

/*
 * The number of leading pages of an extent that are the host's memory. VFIO and the kernel also
 * pin what other devices have that the holder has mapped: registers, and memory of device-dax.
 * This would stay reachable after that device has revoked it, or its memory has another use, so
 * it is not used. The pages of a folio are all alike.
 */
static inline u32 vdsa_extent_of_memory(struct page *page, u32 nr)
{
	u32 i = 0;

	while (i < nr) {
		struct folio *folio;

		if (vdsa_page_is_of_device(page + i))
			break;
		if (!PageCompound(page + i)) {	/* most small pages, and quicker */
			i++;
			continue;
		}
		folio = page_folio(page + i);
		i += folio_nr_pages(folio) - folio_page_idx(folio, page + i);
	}
	return min(i, nr);
}

/* The number of leading pages that are the host's memory. */
static inline u32 vdsa_pages_of_memory(struct page *const *pages, u32 nr)
{
	u32 at, len, good;

	for (at = 0; at < nr; at += len) {
		len = vdsa_extent_of(pages + at, nr - at);
		good = vdsa_extent_of_memory(pages[at], len);
		if (good < len)
			return at + good;
	}
	return nr;
}

#endif /* VDSA_EXTENT_H */
