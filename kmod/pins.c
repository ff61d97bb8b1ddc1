// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the client's memory can the slice reach? See pins.h.
 *
 * VFIO tells a mediated device of no mapping, it only lets it try to pin. So a
 * sweep probes IOVAs in steps that grow with the address, and where it hits,
 * takes all that hangs together.
 *
 * A run is up to 512 pages that were pinned together. It never crosses a
 * boundary of 2 MB, so that large pages are used where memory allows it and
 * the run of a page is found near it. pins->runs has, at the run's first page,
 * the number of its pages.
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include "pins.h"

#define RUN_PAGES	(SZ_2M >> PAGE_SHIFT)

static uint sweep_limit_gib = 1024;
module_param(sweep_limit_gib, uint, 0644);
MODULE_PARM_DESC(sweep_limit_gib,
		 "Look for a client's memory below this address, in GiB");

int vdsa_pins_init(struct vdsa_pins *pins, struct vfio_device *vfio,
		   struct vdsa_slice *slice)
{
	BUILD_BUG_ON(RUN_PAGES > VFIO_PIN_PAGES_MAX_ENTRIES);
	pins->pages = kcalloc(RUN_PAGES, sizeof(*pins->pages),
			      GFP_KERNEL_ACCOUNT);
	if (!pins->pages)
		return -ENOMEM;
	mutex_init(&pins->lock);
	xa_init(&pins->runs);
	pins->vfio = vfio;
	pins->slice = slice;
	return 0;
}

void vdsa_pins_exit(struct vdsa_pins *pins)
{
	WARN_ON_ONCE(!xa_empty(&pins->runs));
	xa_destroy(&pins->runs);
	kfree(pins->pages);
	mutex_destroy(&pins->lock);
}

static unsigned long run_group(unsigned long page)
{
	return page & ~(RUN_PAGES - 1UL);
}

static u64 to_iova(unsigned long page)
{
	return (u64)page << PAGE_SHIFT;
}

/* The page after the run that @page is in; 0: it is in none. */
static unsigned long run_end(struct vdsa_pins *pins, unsigned long page)
{
	unsigned long first;
	void *entry;

	lockdep_assert_held(&pins->lock);
	xa_for_each_range(&pins->runs, first, entry, run_group(page), page) {
		if (page - first < xa_to_value(entry))
			return first + xa_to_value(entry);
	}
	return 0;
}

/*
 * VFIO also grants pages of other devices that the client has mapped. These
 * stay reachable when that device revokes them, so they are not for us.
 */
static bool is_memory(struct page **pages, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (PageReserved(pages[i]) && !is_zero_pfn(page_to_pfn(pages[i])))
			return false;
	}
	return true;
}

/* All @nr pages from @page on: their number, 0 or -ENOMEM. */
static int pin(struct vdsa_pins *pins, unsigned long page, u32 nr, int prot,
	       struct page **pages)
{
	int ret = vfio_pin_pages(pins->vfio, to_iova(page), nr, prot, pages);

	if (ret == -ENOMEM)
		return ret;
	if (ret != (int)nr)
		return 0;
	if (is_memory(pages, nr))
		return ret;
	vfio_unpin_pages(pins->vfio, to_iova(page), nr);
	return 0;
}

/*
 * Pin as many of the @nr pages from @page on as go without a gap: all, or
 * ever smaller powers of two. Their number, 0 included, or -ENOMEM.
 */
static int pin_prefix(struct vdsa_pins *pins, unsigned long page, u32 nr,
		      int prot)
{
	u32 ask = nr > 1 ? rounddown_pow_of_two(nr - 1) : 0;
	int got = pin(pins, page, nr, prot, pins->pages), more;

	for (; ask && got >= 0 && got + ask <= nr; ask /= 2) {
		more = pin(pins, page + got, ask, prot, pins->pages + got);
		if (more < 0 && got)
			vfio_unpin_pages(pins->vfio, to_iova(page), got);
		got = more < 0 ? more : got + more;
	}
	return got;
}

/* Map the pages of pins->pages, those that lie in a row at once. */
static int map_pages(struct vdsa_pins *pins, unsigned long page, u32 nr,
		     bool writable)
{
	u32 from, to;
	int ret;

	for (from = 0; from < nr; from = to) {
		phys_addr_t phys = page_to_phys(pins->pages[from]);

		for (to = from + 1; to < nr; to++) {
			if (page_to_phys(pins->pages[to]) !=
			    phys + to_iova(to - from))
				break;
		}
		ret = vdsa_slice_iommu_map(pins->slice, to_iova(page + from),
					   phys, to_iova(to - from), writable);
		if (ret) {
			if (from)
				vdsa_slice_iommu_unmap(pins->slice,
						       to_iova(page),
						       to_iova(from));
			return ret;
		}
	}
	return 0;
}

/* What is pinned becomes a run, or is given back. */
static int add_run(struct vdsa_pins *pins, unsigned long page, u32 nr,
		   bool writable)
{
	int ret;

	ret = xa_insert(&pins->runs, page, xa_mk_value(nr), GFP_KERNEL_ACCOUNT);
	if (ret)
		goto err_unpin;
	ret = map_pages(pins, page, nr, writable);
	if (ret)
		goto err_erase;
	pins->nr_pages += nr;
	return nr;

err_erase:
	xa_erase(&pins->runs, page);
err_unpin:
	vfio_unpin_pages(pins->vfio, to_iova(page), nr);
	return ret;
}

/*
 * A run from @page on that ends before @end: its number of pages, 0 where the
 * page cannot be had, or the error that ends a sweep. Memory that is mapped
 * read-only is taken page by page, as it is rare and may end in writable.
 */
static int take_run(struct vdsa_pins *pins, unsigned long page,
		    unsigned long end)
{
	u32 nr = min(end, run_group(page) + RUN_PAGES) - page;
	int got;

	lockdep_assert_held(&pins->lock);
	got = pin_prefix(pins, page, nr, IOMMU_READ | IOMMU_WRITE);
	if (got)
		return got < 0 ? got : add_run(pins, page, got, true);
	got = pin_prefix(pins, page, 1, IOMMU_READ);
	if (got)
		return got < 0 ? got : add_run(pins, page, got, false);
	return 0;
}

/* Whether a page can be had: 1, 0 or -ENOMEM. */
static int is_there(struct vdsa_pins *pins, unsigned long page)
{
	int ret = pin(pins, page, 1, IOMMU_READ, pins->pages);

	if (ret > 0)
		vfio_unpin_pages(pins->vfio, to_iova(page), 1);
	return ret;
}

/* @miss is not there, @hit is: where, between them, does it begin? */
static unsigned long find_begin(struct vdsa_pins *pins, unsigned long miss,
				unsigned long hit)
{
	while (hit - miss > 1) {
		unsigned long mid = miss + (hit - miss) / 2;

		if (is_there(pins, mid) > 0)
			hit = mid;
		else
			miss = mid;
	}
	return hit;
}

/* Where to probe next after @page, which is not there. */
static unsigned long next_probe(unsigned long page)
{
	unsigned long step = RUN_PAGES;

	if (page < SZ_2M >> PAGE_SHIFT)
		step = 1;
	else if (page < SZ_4G >> PAGE_SHIFT)
		step = SZ_64K >> PAGE_SHIFT;
	return (page / step + 1) * step;
}

/* Take all from @page on that hangs together; the first page that is not. */
static long take_all(struct vdsa_pins *pins, unsigned long page,
		     unsigned long end)
{
	while (page < end && !fatal_signal_pending(current)) {
		unsigned long known = run_end(pins, page);
		int got;

		if (known) {
			page = known;
			continue;
		}
		got = take_run(pins, page, end);
		if (got < 0)
			return got;
		if (!got)
			break;
		page += got;
		cond_resched();
	}
	return page;
}

static int sweep(struct vdsa_pins *pins, unsigned long end)
{
	unsigned long page = 0, miss = 0;
	long next = 0;
	int there;

	while (page < end && !fatal_signal_pending(current)) {
		there = run_end(pins, page) ? 1 : is_there(pins, page);
		if (there < 0)
			return there;
		next = page;
		if (there)
			next = take_all(pins, page > miss + 1 ?
					find_begin(pins, miss, page) : page,
					end);
		if (next < 0)
			return next;
		miss = next;
		page = next_probe(next);
		if (!(page % (SZ_1G >> PAGE_SHIFT)))
			cond_resched();
	}
	return 0;
}

static void tell(struct vdsa_pins *pins, int err)
{
	u64 mib = pins->nr_pages >> (20 - PAGE_SHIFT);

	if (err == -ENOMEM)
		dev_warn_ratelimited(pins->vfio->dev,
				     "the device reaches only %llu MiB of the client's memory: no more may be pinned; raise the limit of locked memory (RLIMIT_MEMLOCK)\n",
				     mib);
	else
		dev_warn_ratelimited(pins->vfio->dev,
				     "the device reaches only %llu MiB of the client's memory: mapping more failed (%d)\n",
				     mib, err);
}

void vdsa_pins_sweep(struct vdsa_pins *pins)
{
	u64 limit = min_t(u64, vdsa_slice_iommu_max(pins->slice),
			  (u64)max(sweep_limit_gib, 1U) * SZ_1G - 1);
	int ret;

	mutex_lock(&pins->lock);
	ret = sweep(pins, (unsigned long)((limit + 1) >> PAGE_SHIFT));
	if (ret)
		tell(pins, ret);
	mutex_unlock(&pins->lock);
}

/*
 * Give back the runs in the @nr pages from @page on. Unmap first: then nobody
 * writes to a page that is no longer ours.
 */
static void release(struct vdsa_pins *pins, unsigned long page,
		    unsigned long nr)
{
	unsigned long first;
	void *entry;

	vdsa_slice_iommu_unmap(pins->slice, to_iova(page), to_iova(nr));
	xa_for_each_range(&pins->runs, first, entry, page, page + nr - 1) {
		vfio_unpin_pages(pins->vfio, to_iova(first),
				 xa_to_value(entry));
		xa_erase(&pins->runs, first);
		cond_resched();
	}
	pins->nr_pages -= nr;
}

/* The runs that hang together from the one at @first to @last: their end. */
static unsigned long row_end(struct vdsa_pins *pins, unsigned long first,
			     unsigned long last)
{
	unsigned long end = run_end(pins, first), next;

	while (end <= last) {
		next = run_end(pins, end);
		if (!next)
			break;
		end = next;
	}
	return end;
}

/*
 * VFIO unmaps what was mapped as a whole, but a run may also have pages of
 * the neighbours: these are taken again.
 */
static void drop(struct vdsa_pins *pins, unsigned long begin,
		 unsigned long last)
{
	unsigned long first, end, lowest = begin, highest = last;
	void *entry;

	first = run_group(begin);
	while ((entry = xa_find(&pins->runs, &first, last, XA_PRESENT))) {
		if (first + xa_to_value(entry) <= begin) {
			first++;
			continue;
		}
		end = row_end(pins, first, last);
		release(pins, first, end - first);
		lowest = min(lowest, first);
		highest = max(highest, end - 1);
		first = end;
		cond_resched();
	}
	if (lowest < begin && take_all(pins, lowest, begin) < 0)
		tell(pins, -ENOMEM);
	if (highest > last && take_all(pins, last + 1, highest + 1) < 0)
		tell(pins, -ENOMEM);
}

void vdsa_pins_drop(struct vdsa_pins *pins, u64 iova, u64 len)
{
	if (!len)
		return;
	mutex_lock(&pins->lock);
	drop(pins, iova >> PAGE_SHIFT, (iova + len - 1) >> PAGE_SHIFT);
	mutex_unlock(&pins->lock);
}

void vdsa_pins_drop_all(struct vdsa_pins *pins)
{
	mutex_lock(&pins->lock);
	drop(pins, 0, U64_MAX >> PAGE_SHIFT);
	mutex_unlock(&pins->lock);
}

u64 vdsa_pins_count(struct vdsa_pins *pins)
{
	return READ_ONCE(pins->nr_pages);
}
