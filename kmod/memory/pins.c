// SPDX-License-Identifier: GPL-2.0
/*
 * The holder's memory that its vdev can reach. See pins.h.
 *
 * An administrator may give the addresses by hints. Otherwise they come from VFIO's
 * mappings (mappings.c) or, if these are not known, from probing from 0 to a limit in
 * steps that grow with the address. A mapping may contain pages that cannot be
 * pinned; they are skipped in the same steps. A probe that succeeds, and a page
 * request, pin the whole contiguous range around the page.
 *
 * If VFIO's mappings are known and VFIO does not pin them itself, pages are pinned for
 * all vdevs of the holder (memory.c), otherwise through VFIO.
 *
 * A run is a range of pages that were mapped at once: up to a GiB of one mapping, of
 * several small ones, or up to 512 that VFIO pinned at once, within a boundary of 2 MB,
 * so that large pages can be used. Where the vdev uses a space another one may have
 * mapped them. pins->runs records whether they may be written. The
 * lock is held for one run at a time, of which memory.c pins a part only, so that an
 * unmap does not wait for all the rest to be mapped.
 */
#include <linux/capability.h>
#include <linux/iommu.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sizes.h>
#include "core/extent.h"
#include "core/queue.h"
#include "pins.h"
#include "private/mappings.h"
#include "unmaps.h"

#define RUN_PAGES	(SZ_2M >> PAGE_SHIFT)
/* Of shared memory a run is longer, within this boundary, if its table suffices. */
#define SHARED_PAGES	((u32)(SZ_1G >> PAGE_SHIFT))
#define TABLE_ENTRIES	RUN_PAGES
/* Small mappings are mapped together within a boundary of so many, below a large page. */
#define JOINED_PAGES	(RUN_PAGES / 2)

static uint sweep_limit_gib = 1024;
module_param(sweep_limit_gib, uint, 0644);
MODULE_PARM_DESC(sweep_limit_gib,
		 "Where a holder's mappings are probed for, do it below this address, in GiB");

static bool probe_mappings;
module_param(probe_mappings, bool, 0644);
MODULE_PARM_DESC(probe_mappings,
		 "Probe for a holder's mappings, also where VFIO's list of them is known");

static uint max_pinned_mib;
module_param(max_pinned_mib, uint, 0644);
MODULE_PARM_DESC(max_pinned_mib,
		 "Most memory that a vdev may have pinned, in MiB (0: what its holder may lock)");

static uint look_ms = 50;
module_param(look_ms, uint, 0644);
MODULE_PARM_DESC(look_ms,
		 "How often to look for what the holder of an enabled vdev maps later, in ms (0: at each enable only)");

#define MAPPINGS_AT_ONCE 32
#define RETRY_MOST	((unsigned long)HZ)	/* between two attempts at memory that was missed, */
#define RETRY_PART	32			/* which take at most 1 / RETRY_PART of the time */
#define TELL_FIRST	(HZ / 4)	/* progress is told after that time, */
#define TELL_AGAIN	HZ		/* and then as often */

static u64 to_iova(unsigned long page)
{
	return (u64)page << PAGE_SHIFT;
}

/* Whether the device may write it, and whether the IOMMU may have mapped it as one large page. */
static void *make_run(bool writable, bool large)
{
	return xa_mk_value(writable | large << 1);
}

static bool run_is_writable(void *run)
{
	return xa_to_value(run) & 1;
}

static bool run_is_large(void *run)
{
	return xa_to_value(run) & 2;
}

/* To whom a worker's allocations are charged, and to whom they were before. */
struct charge {
	struct mem_cgroup *memcg, *before;
};

static struct charge charge_holder(struct vdsa_pins *pins)
{
	struct charge charge = {};

	scoped_guard(mutex, &pins->lock) {
		if (pins->open)
			charge.memcg = get_mem_cgroup_from_mm(pins->holder_mm);
	}
	charge.before = set_active_memcg(charge.memcg);
	return charge;
}

static void end_charge(struct charge charge)
{
	set_active_memcg(charge.before);
	mem_cgroup_put(charge.memcg);
}

/* What is allocated in the scope is charged to the holder, as if its own thread did it. */
DEFINE_CLASS(charge, struct charge, end_charge(_T), charge_holder(pins), struct vdsa_pins *pins)

/* The run that has @page, or NULL; and its range. */
static void *find_run(struct vdsa_pins *pins, unsigned long page, struct vdsa_pages *pages)
{
	MA_STATE(mas, &pins->runs, page, page);
	void *run;

	lockdep_assert_held(&pins->lock);
	mas_lock(&mas);
	run = mas_walk(&mas);
	*pages = (struct vdsa_pages) { mas.index, mas.last + 1 };
	mas_unlock(&mas);
	return run;
}

/* The first run that has a page of @within; false if none. */
static bool first_run(struct vdsa_pins *pins, struct vdsa_pages within, struct vdsa_pages *pages)
{
	MA_STATE(mas, &pins->runs, within.begin, within.begin);
	void *run;

	lockdep_assert_held(&pins->lock);
	mas_lock(&mas);
	run = mas_find(&mas, within.end - 1);
	*pages = (struct vdsa_pages) { mas.index, mas.last + 1 };
	mas_unlock(&mas);
	return run;
}

/* The page after the run that has @page; 0 if none has. */
static unsigned long run_end(struct vdsa_pins *pins, unsigned long page)
{
	struct vdsa_pages run;

	return find_run(pins, page, &run) ? run.end : 0;
}

/* The latest end of a new run of up to @most pages from @page, which is in no run. */
static unsigned long room_end(struct vdsa_pins *pins, unsigned long page, u32 most)
{
	struct vdsa_pages room = { page, (page / most + 1) * most }, next;

	return first_run(pins, room, &next) ? next.begin : room.end;
}

/*
 * How many more pages the holder may lock. VFIO's own check is the accurate one but
 * logs each failure, so this estimate applies only after VFIO has failed once.
 */
static u64 memlock_room(const struct vdsa_pins *pins)
{
	unsigned long limit, locked;

	lockdep_assert_held(&pins->lock);
	if (!pins->memlock_met)
		return U64_MAX;
	limit = task_rlimit(pins->holder_task, RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	locked = READ_ONCE(pins->holder_mm->locked_vm);
	return limit - min(limit, locked);
}

/*
 * VFIO has -ENOMEM both for the holder's limit and for memory of the kernel's own, which
 * is -ENOBUFS here. iommufd counts what is locked elsewhere: there it is the limit.
 */
static int limit_or_memory(struct vdsa_pins *pins, u32 nr)
{
	lockdep_assert_held(&pins->lock);
	if (pins->holder_unlimited)
		return -ENOBUFS;
	pins->memlock_met = true;
	return vdsa_mappings_are_known(pins->vfio) && nr <= memlock_room(pins) ? -ENOBUFS : -ENOMEM;
}

/* Pin all @nr pages from @page on: @nr, 0, -ENOMEM (the limit) or -ENOBUFS. */
static int pin(struct vdsa_pins *pins, unsigned long page, u32 nr, int prot,
	       struct page **pages)
{
	int ret;

	lockdep_assert_held(&pins->lock);
	if (vdsa_unmaps_bar(pins->vfio, (struct vdsa_pages) { page, page + nr }))
		return 0;
	if (nr > memlock_room(pins))
		return -ENOMEM;
	ret = vfio_pin_pages(pins->vfio, to_iova(page), nr, prot, pages);
	if (ret == -ENOMEM)
		return limit_or_memory(pins, nr);
	if (ret != (int)nr)
		return 0;
	if (vdsa_pages_of_memory(pages, nr) == nr)
		return ret;
	vfio_unpin_pages(pins->vfio, to_iova(page), nr);
	return 0;
}

/*
 * Pin as many of the @nr pages from @page on as are contiguous: try all, then
 * decreasing powers of two. Returns their number, which may be 0, or the error of pin().
 */
static int pin_prefix(struct vdsa_pins *pins, unsigned long page, u32 nr,
		      int prot)
{
	u32 ask = nr > 1 ? rounddown_pow_of_two(nr - 1) : 0;
	int got = pin(pins, page, nr, prot, pins->pages), more;

	if (got)
		return got;
	for (; ask; ask /= 2) {
		if (got + ask > nr)
			continue;
		more = pin(pins, page + got, ask, prot, pins->pages);
		if (more < 0)
			return more;
		if (more)
			vfio_unpin_pages(pins->vfio, to_iova(page + got), more);
		got += more;
	}
	/* iommufd requires pages to be unpinned in the ranges that were pinned. */
	return got ? pin(pins, page, got, prot, pins->pages) : 0;
}

/* The same, but for no more pages than the holder may lock. */
static int pin_lockable(struct vdsa_pins *pins, unsigned long page, u32 nr, int prot)
{
	int got = pin_prefix(pins, page, nr, prot);
	u64 room = memlock_room(pins);

	return got == -ENOMEM && room && room < nr ? pin_prefix(pins, page, room, prot) : got;
}

/* Pages that are all in runs. */
static void forget_runs(struct vdsa_pins *pins, struct vdsa_pages pages)
{
	pins->nr_pages -= pages.end - pages.begin;
	mtree_store_range(&pins->runs, pages.begin, pages.end - 1, NULL, GFP_KERNEL | __GFP_NOFAIL);
}

/* An empty run from @page on. */
static struct vdsa_run begin_run(struct vdsa_pins *pins, unsigned long page)
{
	lockdep_assert_held(&pins->lock);
	return (struct vdsa_run) {
		.pages = { page, page }, .most = TABLE_ENTRIES, .table = pins->table,
	};
}

/* Returns the number of pages. */
static int note_run(struct vdsa_pins *pins, struct vdsa_pages pages, void *run)
{
	int ret = mtree_insert_range(&pins->runs, pages.begin, pages.end - 1, run,
				     GFP_KERNEL_ACCOUNT);

	if (ret)
		return ret == -ENOMEM ? -ENOBUFS : ret;
	pins->nr_pages += pages.end - pages.begin;
	return pages.end - pages.begin;
}

/* Map the run, whose pages are pinned. -ENOMEM is reserved for the holder's limit. */
static int add_run(struct vdsa_pins *pins, const struct vdsa_run *run)
{
	const struct vdsa_pages pages = run->pages;
	struct vdsa_domain_range range;
	int nr, ret;

	nr = note_run(pins, pages, make_run(run->writable, run->table->length >= SZ_2M));
	if (nr < 0)
		return nr;
	range = (struct vdsa_domain_range) { pages.begin, pages.end, run->writable };
	ret = vdsa_domain_map(pins->iommu->domain, &range, run->table, run->nr);
	if (ret) {
		forget_runs(pins, pages);
		return ret == -ENOMEM ? -ENOBUFS : ret;
	}
	return nr;
}

/* Make a run of the pages that VFIO pinned; unpin them on failure. */
static int add_pinned(struct vdsa_pins *pins, unsigned long page, u32 nr, bool writable)
{
	struct vdsa_run run = begin_run(pins, page);
	u32 at, len;
	int ret;

	run.writable = writable;
	for (at = 0; at < nr; at += len) {
		len = vdsa_extent_of(pins->pages + at, nr - at);
		vdsa_run_append(&run, pins->pages[at], len);
	}
	ret = add_run(pins, &run);
	if (ret < 0)
		vfio_unpin_pages(pins->vfio, to_iova(page), nr);
	return ret;
}

/* How many of @nr pages the module's parameter lets this vdev pin. */
static u32 within_limit(struct vdsa_pins *pins, u32 nr)
{
	u64 max = (u64)READ_ONCE(max_pinned_mib) << (20 - PAGE_SHIFT);

	if (!max)
		return nr;
	return min_t(u64, nr, max - min(max, pins->nr_pages));
}

/*
 * Pin up to @nr pages from @page on through VFIO. Read-only memory is pinned page by
 * page, as it is rare and writable memory may follow it.
 */
static int take_by_vfio(struct vdsa_pins *pins, unsigned long page, u32 nr)
{
	int got = pin_lockable(pins, page, nr, IOMMU_READ | IOMMU_WRITE);

	if (got)
		return got < 0 ? got : add_pinned(pins, page, got, true);
	got = pin_prefix(pins, page, 1, IOMMU_READ);
	if (got)
		return got < 0 ? got : add_pinned(pins, page, got, false);
	return 0;
}

/* Have the run go on with memory that the holder's vdevs share, of one mapping; as take_run(). */
static int extend(struct vdsa_pins *pins, struct vdsa_run *run, unsigned long end)
{
	int got;

	if (!memlock_room(pins))
		return -ENOMEM;
	got = vdsa_share_take(&pins->share, run, end);
	if (got == -EAGAIN) {
		pins->missed = true;
		return 0;
	}
	return got == -ENOMEM ? limit_or_memory(pins, 1) : got;
}

/*
 * Make a run of up to @nr pages of the memory that the holder's vdevs share. Where a
 * mapping ends early the run goes on with the next ones. These are unmapped one by one:
 * so no large page may have them.
 */
static int take_shared(struct vdsa_pins *pins, unsigned long page, u32 nr)
{
	unsigned long end = page + nr, joined = round_down(page, JOINED_PAGES) + JOINED_PAGES;
	struct vdsa_run run = begin_run(pins, page);
	int got = extend(pins, &run, end);

	if (got <= 0)
		return got;
	joined = min(joined, end);
	while (got > 0 && run.pages.end < joined)
		got = extend(pins, &run, joined);
	return add_run(pins, &run);
}

/* Likewise, in a space: note a run that another vdev has mapped, or make one that ends where that begins. */
static int take_in_space(struct vdsa_pins *pins, unsigned long page, u32 nr)
{
	struct vdsa_space *space = pins->share.space;
	struct vdsa_domain_range next;
	bool writable;
	u32 joined;

	guard(mutex)(&space->lock);
	joined = vdsa_share_join(&pins->share, (struct vdsa_pages) { page, page + nr }, &writable);
	if (joined)	/* it is unmapped by mappings: so it need not be known where large pages are */
		return note_run(pins, (struct vdsa_pages) { page, page + joined },
				make_run(writable, false));
	if (!vdsa_domain_find(&space->domain, page, page + nr, &next))
		return take_shared(pins, page, nr);
	if (next.begin > page)
		return take_shared(pins, page, next.begin - page);
	pins->missed = true;	/* it is about to be unmapped */
	return 0;
}

static bool probes(const struct vdsa_pins *pins)
{
	return READ_ONCE(probe_mappings) || !vdsa_mappings_are_known(pins->vfio);
}

static bool sweeps(const struct vdsa_pins *pins)
{
	return pins->mapping == DSA_VDEV_MAPPING_AUTO || pins->mapping == DSA_VDEV_MAPPING_SWEEP;
}

/*
 * A vdev uses a space if it is to reach all that its holder maps, without a limit: in a space it reaches
 * what is mapped for others, too. An error: its PASID is not attached.
 */
static int choose_space(struct vdsa_pins *pins)
{
	bool wanted = pins->share.memory && sweeps(pins) && !READ_ONCE(max_pinned_mib);
	int err;

	if (!wanted || pins->alone)
		return vdsa_share_leave(&pins->share, pins->iommu);
	if (pins->share.space || vdsa_share_enter(&pins->share, pins->iommu))
		return 0;
	err = vdsa_share_leave(&pins->share, pins->iommu);
	pins->alone = !err;
	return err;
}

/*
 * While nothing is mapped, choose again: pages are pinned by memory.c or through VFIO, which do not
 * mix, and mapped in a space or not. An error: the vdev's PASID is not attached.
 */
static int choose(struct vdsa_pins *pins)
{
	int err;

	lockdep_assert_held(&pins->lock);
	if (!mtree_empty(&pins->runs))
		return 0;
	if (!pins->share.space)		/* what was pinned, and then not mapped */
		vdsa_share_drop(&pins->share, (struct vdsa_pages) { 0, ULONG_MAX });
	if (!probes(pins) && vdsa_share_can_open(&pins->share)) {
		if (!pins->share.memory)
			vdsa_share_open(&pins->share);
		err = choose_space(pins);
	} else {
		err = vdsa_share_leave(&pins->share, pins->iommu);
		vdsa_share_close(&pins->share);
	}
	return err == -ENOMEM ? -ENOBUFS : err;
}

/*
 * Make a run from @page on that ends by @end. Returns its number of pages, 0 if the
 * page cannot be pinned, or the error that ends a sweep.
 */
static int take_run(struct vdsa_pins *pins, unsigned long page,
		    unsigned long end)
{
	int err = choose(pins);
	u32 most = pins->share.memory ? SHARED_PAGES : RUN_PAGES;
	u32 nr = within_limit(pins, min(end, room_end(pins, page, most)) - page);

	if (err)
		return err;
	if (!nr)
		return -EDQUOT;
	if (pins->share.space)
		return take_in_space(pins, page, nr);
	return pins->share.memory ? take_shared(pins, page, nr) : take_by_vfio(pins, page, nr);
}

/*
 * The number of pages from @page on to the end of its run; a new run, which ends by
 * @end, is made if there is none. 0, an error of take_run() or -ESHUTDOWN.
 */
static long reach(struct vdsa_pins *pins, unsigned long page, unsigned long end)
{
	unsigned long known;

	guard(mutex)(&pins->lock);
	if (!pins->open)
		return -ESHUTDOWN;
	known = run_end(pins, page);
	return known ? known - page : take_run(pins, page, end);
}

/* Whether a page can be pinned: 1, 0 or an error. */
static int is_there(struct vdsa_pins *pins, unsigned long page)
{
	int ret;

	guard(mutex)(&pins->lock);
	if (!pins->open)
		return -ESHUTDOWN;
	if (run_end(pins, page))
		return 1;
	ret = pin(pins, page, 1, IOMMU_READ, pins->pages);
	if (ret > 0)
		vfio_unpin_pages(pins->vfio, to_iova(page), 1);
	else if (ret < 0)
		pins->missed = true;
	return ret;
}

/* Find the first page that can be pinned, between @miss, which cannot, and @hit, which can. */
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

/* The next page to probe after @page, which cannot be pinned. */
static unsigned long next_probe(unsigned long page)
{
	unsigned long step = RUN_PAGES;

	if (page < SZ_2M >> PAGE_SHIFT)
		step = 1;
	else if (page < SZ_4G >> PAGE_SHIFT)
		step = SZ_64K >> PAGE_SHIFT;
	return (page / step + 1) * step;
}

/* Only the worker tells, not an unmap that maps its neighbours again. */
static void tell_progress(struct vdsa_pins *pins)
{
	if (current_work() != &pins->look_work.work || time_before(jiffies, pins->tell_at))
		return;
	pins->told_progress = true;
	pins->tell_at = jiffies + TELL_AGAIN;
	pins->ops->progress(pins);
}

/* Make runs of all contiguous pages from @page on; returns the page after them. */
static long take_all(struct vdsa_pins *pins, unsigned long page,
		     unsigned long end)
{
	long got = 1;

	for (; page < end && got; page += got) {
		if (fatal_signal_pending(current))
			return -EINTR;
		got = reach(pins, page, end);
		if (got < 0)
			return got;
		tell_progress(pins);
		cond_resched();
	}
	return page;
}

/*
 * Whether to try to make a run of the page: 1, 0 or an error. An attempt that fails
 * costs VFIO ten times as much as a probe of one page.
 */
static int is_promising(struct vdsa_pins *pins, unsigned long page)
{
	int err;

	scoped_guard(mutex, &pins->lock) {
		if (!pins->open)
			return -ESHUTDOWN;
		err = choose(pins);
		if (err || pins->share.memory)
			return err ?: 1;
	}
	return is_there(pins, page);
}

/* Make runs of the contiguous pages around @page, which begin after @miss. */
static long take_around(struct vdsa_pins *pins, unsigned long miss, unsigned long page,
			unsigned long end)
{
	long next = take_all(pins, page, end);
	unsigned long begin;

	if (next <= (long)page || page <= miss + 1)
		return next;
	begin = find_begin(pins, miss, page);
	return begin < page ? take_all(pins, begin, end) : next;
}

/*
 * Find memory in @within and make runs of it, and of what follows it up to @end without
 * a gap; returns the page up to which all was tried, or the error that ended it.
 */
static long sweep(struct vdsa_pins *pins, struct vdsa_pages within, unsigned long end)
{
	unsigned long page = within.begin, miss = page - 1;
	long next = page;
	int promising;

	while (page < within.end) {
		promising = is_promising(pins, page);
		if (promising < 0)
			return promising;
		next = promising ? take_around(pins, miss, page, end) : page;
		if (next < 0)
			return next;
		miss = next;
		page = next_probe(next);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return next;
}

/* Only mappings of which some is in no run, or in several, are left; returns their number. */
static u32 skip_known(struct vdsa_pins *pins, struct vdsa_pages *mapping, u32 nr)
{
	u32 i, left = 0;

	guard(mutex)(&pins->lock);
	for (i = 0; i < nr; i++) {
		if (run_end(pins, mapping[i].begin) < mapping[i].end)
			mapping[left++] = mapping[i];
	}
	return left;
}

/* End the mappings at @end at the latest; returns the number of their pages. */
static u64 clip(struct vdsa_pages *mapping, u32 nr, unsigned long end)
{
	u64 nr_pages = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		mapping[i].end = min(mapping[i].end, end);
		mapping[i].begin = min(mapping[i].begin, mapping[i].end);
		nr_pages += mapping[i].end - mapping[i].begin;
	}
	return nr_pages;
}

/* The end of the mappings that follow the first one without a gap. */
static unsigned long row_end(const struct vdsa_pages *mapping, u32 nr)
{
	u32 i;

	for (i = 1; i < nr && mapping[i].begin == mapping[i - 1].end; i++)
		;
	return mapping[i - 1].end;
}

/* Whether some of the mapping is pinned, so that VFIO tells when it is unmapped. */
static bool is_held(struct vdsa_pins *pins, struct vdsa_pages mapping)
{
	struct vdsa_pages run;

	guard(mutex)(&pins->lock);
	return mapping.begin == mapping.end || first_run(pins, mapping, &run);
}

/*
 * Sweep all mappings; @wanted counts the pages of all, also after an error. They are
 * read many at a time, as an unmap waits for the locks meanwhile, and there may be
 * thousands of which none is new. The next poll compares with the hash of what was read here: a
 * mapping that was absent at that time is new to it.
 */
static int sweep_mappings(struct vdsa_pins *pins, unsigned long end, u64 *wanted)
{
	struct vdsa_pages mapping[MAPPINGS_AT_ONCE];
	unsigned long page = 0;
	bool missed = false;
	long reached = 0;
	u64 mark = 0;
	u32 i, nr;

	while (page <= PHYS_PFN(U64_MAX) &&
	       (nr = vdsa_mappings_from(pins->vfio, page, mapping, MAPPINGS_AT_ONCE))) {
		page = mapping[nr - 1].end;
		for (i = 0; i < nr; i++)
			mark = vdsa_mappings_hash(mark, mapping[i]);
		*wanted += clip(mapping, nr, end);
		nr = skip_known(pins, mapping, nr);
		for (i = 0; i < nr && reached >= 0; i++) {
			if ((unsigned long)reached < mapping[i].end)
				reached = sweep(pins, mapping[i], row_end(mapping + i, nr - i));
			missed |= !is_held(pins, mapping[i]);
		}
		cond_resched();
	}
	scoped_guard(mutex, &pins->lock) {
		pins->mark = mark;
		pins->missed |= missed;
	}
	return min(reached, 0);
}

/* Names the holder, not the current task, which may be a kernel worker. */
static void tell(struct vdsa_pins *pins, int err, u64 wanted)
{
	u64 mib = pins->nr_pages >> (20 - PAGE_SHIFT);

	wanted >>= 20 - PAGE_SHIFT;
	if (err == -ENOMEM)
		dev_warn(pins->vfio->dev,
			 "the device reaches only %llu of %llu MiB of the holder's memory: RLIMIT_MEMLOCK of %s[%d] is %llu MiB: raise it by %llu MiB, or give the holder CAP_IPC_LOCK\n",
			 mib, wanted, pins->holder, pins->holder_pid,
			 pins->holder_memlock_mib, wanted - mib);
	else if (err == -EDQUOT)
		dev_warn(pins->vfio->dev,
			 "the device reaches only %llu of %llu MiB of the holder's memory: the parameter max_pinned_mib of dsa_vdev is %u: raise it\n",
			 mib, wanted, max_pinned_mib);
	else
		dev_warn(pins->vfio->dev,
			 "the device reaches only %llu of %llu MiB of the holder's memory: mapping more failed (%d)\n",
			 mib, wanted, err);
}

/* The first page that the IOMMU cannot map. */
static u64 iova_end(struct vdsa_pins *pins)
{
	return PHYS_PFN(pins->iommu->max) + 1;
}

static u32 get_hints(struct vdsa_pins *pins, struct vdsa_pages *hint)
{
	u32 nr = 0;

	scoped_guard(spinlock, &pins->hint_lock) {
		nr = pins->nr_hints;
		memcpy(hint, pins->hint, sizeof(pins->hint));
	}
	return nr;
}

/* Map the memory that the hints name. */
static int map_hints(struct vdsa_pins *pins, u64 *wanted)
{
	struct vdsa_pages hint[DSA_VDEV_MAX_HINTS];
	u32 i, nr = get_hints(pins, hint);
	long ret = 0;

	for (i = 0; i < nr; i++) {
		*wanted += hint[i].end - hint[i].begin;
		if (ret >= 0)
			ret = sweep(pins, hint[i], hint[i].end);
	}
	return min(ret, 0);
}

/* Whether nothing is pinned of what some mapping has in @within. */
static bool misses(struct vdsa_pins *pins, struct vdsa_pages within)
{
	struct vdsa_pages mapping[MAPPINGS_AT_ONCE];
	unsigned long page = within.begin;
	u32 i, nr;

	while (page < within.end &&
	       (nr = vdsa_mappings_from(pins->vfio, page, mapping, MAPPINGS_AT_ONCE))) {
		clip(mapping, nr, within.end);
		for (i = 0; i < nr; i++) {
			mapping[i].begin = max(mapping[i].begin, page);
			if (!is_held(pins, mapping[i]))
				return true;
			page = mapping[i].end;
		}
		cond_resched();
	}
	return false;
}

/*
 * After map_hints(), note what sweep_mappings() does. A mapping may be removed while the hints are
 * mapped, and be added again: after this survey, the hash differs and the next poll maps it; before
 * it, the hash is the same, and misses() finds a mapping of which nothing is pinned.
 */
static void note_missed_hints(struct vdsa_pins *pins)
{
	struct vdsa_pages hint[DSA_VDEV_MAX_HINTS];
	u32 i, nr = get_hints(pins, hint);
	bool missed = false;

	scoped_guard(mutex, &pins->lock)
		pins->mark = vdsa_mappings_survey(pins->vfio).hash;
	for (i = 0; i < nr; i++)
		missed |= misses(pins, hint[i]);
	guard(mutex)(&pins->lock);
	pins->missed |= missed;
}

static bool serves_requests(const struct vdsa_pins *pins)
{
	return pins->iommu->page_requests &&
	       (pins->mapping == DSA_VDEV_MAPPING_AUTO || pins->mapping == DSA_VDEV_MAPPING_PRS);
}

static int sweep_all(struct vdsa_pins *pins, u64 *wanted)
{
	u64 limit = (u64)max(sweep_limit_gib, 1U) << (30 - PAGE_SHIFT);
	u64 end = iova_end(pins);

	*wanted = 0;
	WRITE_ONCE(pins->probed, probes(pins));
	if (pins->probed)
		return min(sweep(pins, (struct vdsa_pages) { 0, min(end, limit) }, min(end, limit)), 0);
	return sweep_mappings(pins, end, wanted);
}

static enum dsa_vdev_mapping_state state_after(int err)
{
	switch (err) {
	case 0:
		return DSA_VDEV_MAPPING_STATE_COMPLETE;
	case -ENOMEM:
		return DSA_VDEV_MAPPING_STATE_MEMLOCK;
	case -EDQUOT:
		return DSA_VDEV_MAPPING_STATE_MAX_PINNED;
	default:
		return DSA_VDEV_MAPPING_STATE_FAILED;
	}
}

static void note_end(struct vdsa_pins *pins, int err, u64 wanted)
{
	if (err == -EINTR || err == -ESHUTDOWN)
		return;
	guard(mutex)(&pins->lock);
	WRITE_ONCE(pins->state, state_after(err));
	WRITE_ONCE(pins->nr_wanted, wanted);
	if (err)	/* a limit lasts until somebody raises it; other failures may pass */
		pins->missed = pins->state == DSA_VDEV_MAPPING_STATE_FAILED;
	if (!err || pins->told)
		return;
	pins->told = true;
	tell(pins, err, max(wanted, pins->nr_pages));
}

static void map_all(struct vdsa_pins *pins)
{
	u64 wanted = 0;
	int err;

	scoped_guard(mutex, &pins->lock)
		pins->missed = false;
	err = map_hints(pins, &wanted);
	if (!sweeps(pins))
		note_missed_hints(pins);
	else if (!err)
		err = sweep_all(pins, &wanted);
	note_end(pins, err, wanted);
}

static void map_charged(struct vdsa_pins *pins)
{
	CLASS(charge, charge)(pins);

	map_all(pins);
	guard(mutex)(&pins->lock);
	vdsa_share_rest(&pins->share);
}

static void map_and_tell(struct vdsa_pins *pins)
{
	pins->tell_at = jiffies + TELL_FIRST;
	map_charged(pins);
	if (pins->told_progress)
		pins->ops->progress(pins);
	pins->told_progress = false;
}

static void map_new(struct vdsa_pins *pins, u64 nr_pages)
{
	scoped_guard(mutex, &pins->lock) {
		WRITE_ONCE(pins->state, DSA_VDEV_MAPPING_STATE_MAPPING);
		if (sweeps(pins) && nr_pages)
			WRITE_ONCE(pins->nr_wanted, nr_pages);
	}
	map_and_tell(pins);
	pins->retry_after = 0;
	pins->retry_at = jiffies;
}

/*
 * A mapping of which nothing is pinned may have been replaced since it was tried, by one of the
 * same range: the poll does not see that, and VFIO does not tell. Where the kernel had no memory to
 * map with, nothing tells when it has some. So both are tried again, soon at first, as they may
 * last for a moment, and ever more rarely, as a mapping may be no memory. Large ones of that kind,
 * such as another device's registers, take long to try.
 */
static void map_missed(struct vdsa_pins *pins)
{
	unsigned long begin = jiffies;

	if (!READ_ONCE(pins->missed) || time_before(begin, pins->retry_at))
		return;
	map_and_tell(pins);
	pins->retry_after = clamp(2 * pins->retry_after, 1UL, RETRY_MOST);
	pins->retry_at = jiffies + max(pins->retry_after, RETRY_PART * (jiffies - begin));
}

/* Queue the next poll. Each walks all mappings: the more there are, the fewer polls. */
static void queue_look(struct vdsa_pins *pins, u32 nr_mappings)
{
	u32 ms = READ_ONCE(look_ms), rest_ms = nr_mappings / 100;

	WRITE_ONCE(pins->rest_until, jiffies + msecs_to_jiffies(rest_ms));
	guard(mutex)(&pins->lock);
	if (pins->open && ms && !probes(pins))
		queue_delayed_work(vdsa_queue, &pins->look_work, msecs_to_jiffies(ms + rest_ms));
}

/*
 * Whether mappings have changed since the last call. While pages are barred for an
 * unmap, pages may be refused: then the next poll counts as changed, too.
 */
static bool have_changed(struct vdsa_pins *pins, const struct vdsa_survey *survey)
{
	bool changed = pins->dropped || survey->hash != pins->mark;

	lockdep_assert_held(&pins->lock);
	pins->dropped = vdsa_unmaps_bar(pins->vfio, (struct vdsa_pages) { 0, ULONG_MAX });
	pins->mark = survey->hash;
	return changed && !probes(pins);
}

static void look(struct work_struct *work)
{
	struct vdsa_pins *pins = container_of(to_delayed_work(work), struct vdsa_pins, look_work);
	u32 ticket = xchg(&pins->ticket, 0);	/* first: mappings are surveyed after it */
	struct vdsa_survey survey;
	bool changed;

	scoped_guard(mutex, &pins->lock) {
		if (!pins->open)
			return;
		survey = vdsa_mappings_survey(pins->vfio);
		changed = have_changed(pins, &survey);
	}
	if (changed || ticket)
		map_new(pins, survey.nr_pages);
	else
		map_missed(pins);
	if (ticket)
		pins->ops->mapped(pins, ticket);
	queue_look(pins, survey.nr);
}

/* If the worker runs it runs once more, since it may have passed what is new. */
void vdsa_pins_map(struct vdsa_pins *pins, u32 ticket)
{
	xchg(&pins->ticket, ticket);
	mod_delayed_work(vdsa_queue, &pins->look_work, 0);
}

/* Each look walks all mappings, so it keeps the pause of polls. One that a command waits for is not put off. */
void vdsa_pins_map_ahead(struct vdsa_pins *pins)
{
	unsigned long now = jiffies, rest_until = READ_ONCE(pins->rest_until);

	if (READ_ONCE(look_ms) && !READ_ONCE(pins->ticket))
		mod_delayed_work(vdsa_queue, &pins->look_work,
				 time_after(rest_until, now) ? rest_until - now : 0);
}

static void map_new_hints(struct work_struct *work)
{
	struct vdsa_pins *pins = container_of(work, struct vdsa_pins, hint_work);
	CLASS(charge, charge)(pins);
	u64 wanted = 0;
	int err = map_hints(pins, &wanted);

	if (err)
		note_end(pins, err, max(wanted, pins->nr_wanted));
}

int vdsa_pins_set_hints(struct vdsa_pins *pins, const struct vdsa_pages *hints, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (hints[i].end > iova_end(pins))
			return -ERANGE;
	}
	scoped_guard(spinlock, &pins->hint_lock) {
		memcpy(pins->hint, hints, nr * sizeof(*hints));
		pins->nr_hints = nr;
	}
	queue_work(vdsa_queue, &pins->hint_work);
	return 0;
}

/*
 * Make a run for a page that the device requested. After the limit of locked memory
 * was met nothing is tried, as VFIO logs each attempt.
 */
static int take_asked(struct vdsa_pins *pins, unsigned long page, bool write)
{
	struct vdsa_pages pages;
	void *run;
	int got;

	lockdep_assert_held(&pins->lock);
	if (!pins->open || !serves_requests(pins) || page >= iova_end(pins) ||
	    pins->state == DSA_VDEV_MAPPING_STATE_MEMLOCK)
		return -EACCES;
	if (!find_run(pins, page, &pages)) {
		got = take_run(pins, page, iova_end(pins));
		if (got < 0)
			return got;
	}
	run = find_run(pins, page, &pages);
	return run && (!write || run_is_writable(run)) ? 0 : -EFAULT;
}

static int fault(void *data, u64 iova, bool write)
{
	struct vdsa_pins *pins = data;
	CLASS(charge, charge)(pins);
	int err;

	scoped_guard(mutex, &pins->lock) {
		err = take_asked(pins, PHYS_PFN(iova), write);
		if (err)
			WRITE_ONCE(pins->nr_refused, pins->nr_refused + 1);
		else
			WRITE_ONCE(pins->nr_served, pins->nr_served + 1);
	}
	if (err == -ENOMEM || err == -EDQUOT)
		note_end(pins, err, pins->nr_wanted);
	return err;
}

int vdsa_pins_init(struct vdsa_pins *pins, struct vfio_device *vfio, struct vdsa_iommu *iommu,
		   enum dsa_vdev_mapping mapping, const struct vdsa_pins_ops *ops)
{
	BUILD_BUG_ON(RUN_PAGES > VFIO_PIN_PAGES_MAX_ENTRIES);
	pins->pages = kcalloc(RUN_PAGES, sizeof(*pins->pages),
			      GFP_KERNEL_ACCOUNT);
	pins->table = kvmalloc_array(TABLE_ENTRIES, sizeof(*pins->table), GFP_KERNEL_ACCOUNT);
	if (!pins->pages || !pins->table) {
		kfree(pins->pages);
		kvfree(pins->table);
		return -ENOMEM;
	}
	sg_init_table(pins->table, TABLE_ENTRIES);
	mutex_init(&pins->lock);
	spin_lock_init(&pins->hint_lock);
	INIT_WORK(&pins->hint_work, map_new_hints);
	INIT_DELAYED_WORK(&pins->look_work, look);
	mt_init(&pins->runs);
	vdsa_share_init(&pins->share, vfio);
	pins->vfio = vfio;
	pins->iommu = iommu;
	pins->mapping = mapping;
	pins->ops = ops;
	vdsa_iommu_set_fault(iommu, fault, pins);
	return 0;
}

void vdsa_pins_exit(struct vdsa_pins *pins)
{
	vdsa_iommu_set_fault(pins->iommu, NULL, NULL);
	cancel_work_sync(&pins->hint_work);
	WARN_ON_ONCE(!mtree_empty(&pins->runs));
	mtree_destroy(&pins->runs);
	vdsa_share_exit(&pins->share);
	kvfree(pins->table);
	kfree(pins->pages);
	mutex_destroy(&pins->lock);
}

/*
 * Release the pages of the contiguous runs in @pages. Unmap first, so that the device
 * does not write to an unpinned page; vdsa_share_drop() does so in a space.
 */
static void release(struct vdsa_pins *pins, struct vdsa_pages pages)
{
	struct vdsa_pages left = pages, run;

	if (!pins->share.space)
		vdsa_domain_unmap(pins->iommu->domain, pages.begin, pages.end);
	while (!pins->share.memory && left.begin < left.end && first_run(pins, left, &run)) {
		run.end = min(run.end, left.end);
		vfio_unpin_pages(pins->vfio, to_iova(left.begin), run.end - left.begin);
		left.begin = run.end;
		cond_resched();
	}
	forget_runs(pins, pages);
}

/* The contiguous runs from the first in @within on; false if none. */
static bool first_row(struct vdsa_pins *pins, struct vdsa_pages within, struct vdsa_pages *row)
{
	unsigned long end;

	if (!first_run(pins, within, row))
		return false;
	while (row->end < within.end) {
		end = run_end(pins, row->end);
		if (!end)
			break;
		row->end = end;
	}
	return true;
}

/* Clip contiguous runs to @pages, except large pages, which the IOMMU unmaps as a whole. */
static struct vdsa_pages within_or_large(struct vdsa_pins *pins, struct vdsa_pages row,
					 struct vdsa_pages pages)
{
	struct vdsa_pages run;

	if (!run_is_large(find_run(pins, row.begin, &run)))
		row.begin = max(row.begin, pages.begin);
	if (!run_is_large(find_run(pins, row.end - 1, &run)))
		row.end = min(row.end, pages.end);
	return row;
}

/*
 * Release all pages of runs in @pages. Returns the released range, which may exceed
 * @pages.
 */
static struct vdsa_pages drop(struct vdsa_pins *pins, struct vdsa_pages pages)
{
	struct vdsa_pages dropped = { pages.end, pages.begin }, left = pages, row;

	lockdep_assert_held(&pins->lock);
	while (left.begin < left.end && first_row(pins, left, &row)) {
		row = within_or_large(pins, row, pages);
		release(pins, row);
		dropped.begin = min(dropped.begin, row.begin);
		dropped.end = max(dropped.end, row.end);
		left.begin = row.end;
		cond_resched();
	}
	return dropped;
}

/*
 * VFIO unmaps whole mappings, but a run that was found by probing may also have pages
 * of neighbouring mappings. They stay mapped, or are mapped again if a large page had them.
 */
void vdsa_pins_drop(struct vdsa_pins *pins, u64 iova, u64 len)
{
	struct vdsa_pages pages = { PHYS_PFN(iova), PHYS_PFN(iova + len - 1) + 1 }, dropped;

	vdsa_unmaps_note(pins->vfio, pages);	/* first: earlier pins are dropped below */
	scoped_guard(mutex, &pins->lock) {
		dropped = drop(pins, pages);
		vdsa_share_drop(&pins->share, pages);
		pins->dropped = true;
	}
	if (dropped.begin < pages.begin)
		take_all(pins, dropped.begin, pages.begin);
	if (dropped.end > pages.end)
		take_all(pins, pages.end, dropped.end);
}

void vdsa_pins_open(struct vdsa_pins *pins)
{
	guard(mutex)(&pins->lock);
	pins->alone = false;
	choose(pins);	/* on an error the first run tries again */
	pins->state = DSA_VDEV_MAPPING_STATE_NONE;
	pins->nr_wanted = pins->nr_served = pins->nr_refused = 0;
	get_task_comm(pins->holder, current->group_leader);
	pins->holder_pid = task_tgid_nr(current);
	pins->holder_memlock_mib = rlimit(RLIMIT_MEMLOCK) >> 20;
	pins->holder_task = get_task_struct(current->group_leader);
	pins->holder_mm = current->mm;
	mmgrab(pins->holder_mm);
	pins->holder_unlimited = capable(CAP_IPC_LOCK);
	pins->memlock_met = false;
	pins->dropped = false;
	pins->mark = 0;
	pins->missed = false;
	pins->ticket = 0;
	pins->rest_until = jiffies;
	pins->open = true;
}

void vdsa_pins_close(struct vdsa_pins *pins)
{
	scoped_guard(mutex, &pins->lock)
		pins->open = false;
	cancel_delayed_work_sync(&pins->look_work);
	guard(mutex)(&pins->lock);
	if (pins->state == DSA_VDEV_MAPPING_STATE_MAPPING)
		WRITE_ONCE(pins->state, DSA_VDEV_MAPPING_STATE_NONE);
	drop(pins, (struct vdsa_pages) { 0, PHYS_PFN(U64_MAX) });
	/* What a space holds stays for the others. An error: the next open tries again. */
	vdsa_share_leave(&pins->share, pins->iommu);
	vdsa_share_close(&pins->share);
	mmdrop(pins->holder_mm);
	put_task_struct(pins->holder_task);
}

static u32 get_sources(struct vdsa_pins *pins)
{
	u32 sources = pins->nr_hints ? DSA_VDEV_MAPPING_SOURCES_HINTS : 0;

	if (serves_requests(pins))
		sources |= DSA_VDEV_MAPPING_SOURCES_PAGE_REQUESTS;
	if (sweeps(pins))
		sources |= READ_ONCE(pins->probed) ? DSA_VDEV_MAPPING_SOURCES_PROBING :
						     DSA_VDEV_MAPPING_SOURCES_MAPPINGS;
	return sources;
}

/* Without the lock, which is held while VFIO faults in a page of the holder. */
void vdsa_pins_get_snapshot(struct vdsa_pins *pins, struct vdsa_pins_snapshot *snap)
{
	*snap = (struct vdsa_pins_snapshot) {
		.mapping = pins->mapping,
		.sources = get_sources(pins),
		.state = READ_ONCE(pins->state),
		.nr_pages = READ_ONCE(pins->nr_pages),
		.nr_wanted = READ_ONCE(pins->nr_wanted),
		.nr_served = READ_ONCE(pins->nr_served),
		.nr_refused = READ_ONCE(pins->nr_refused),
	};
	scoped_guard(spinlock, &pins->hint_lock) {
		snap->nr_hints = pins->nr_hints;
		memcpy(snap->hint, pins->hint, sizeof(snap->hint));
	}
}
