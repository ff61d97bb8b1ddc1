// SPDX-License-Identifier: GPL-2.0
/*
 * The pinned memory of a holder, for all of its vdevs. See memory.h.
 *
 * VFIO notifies a driver of an unmap only if that driver has pinned a page of the
 * mapping through VFIO, and waits until none is pinned. So one page of each mapping
 * is pinned so: its anchor. While it is pinned the mapping does not change, so
 * VFIO's record of it stays valid: mm, address, and the task whose limit applies. All
 * other pages are pinned by that record with the kernel's functions, and counted as
 * VFIO counts. The anchor is the first page of the first block, counted by VFIO.
 *
 * A mapping is held by vdevs, each for itself, and by spaces for the vdevs that use
 * them. When the last one has dropped it its pages are unpinned, the anchor last, and
 * each unmaps before it drops. So when VFIO's unmap continues, no vdev reaches the pages.
 *
 * If VFIO pins all memory itself, for a device that is not mediated, the pages are
 * counted already, and counted again when that device is removed. Then nothing is
 * pinned here.
 */
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/rbtree.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "core/extent.h"
#include "memory.h"
#include "unmaps.h"

/*
 * The most pages of a block, which does not cross a multiple of it. Interrupts may be off while
 * they are pinned, and an array of them is allocated.
 */
#define BLOCK_PAGES	1024u
/* The most pages pinned while the locks are held, about: an unmap waits for them. */
#define PINNED_AT_ONCE	(16 * BLOCK_PAGES)

/* Consecutive pages of a mapping that were pinned at once. */
struct block {
	struct rb_node node;
	struct vdsa_pages pages;
	bool writable;
	u16 nr_bytes;
	u8 extents[] __counted_by(nr_bytes);	/* packed */
};

/* The bytes of a block's packed extents: a larger block would waste what kmalloc() rounds up. */
#define BLOCK_BYTES	(SZ_2K - sizeof(struct block))

/* The most vdevs and spaces that share. */
#define MAX_SHARES	128

struct vdsa_memory {
	struct list_head node;		/* memories_lock */
	const void *container;
	DECLARE_BITMAP(shares, MAX_SHARES);	/* memories_lock */
	struct list_head spaces;	/* memories_lock */
	struct mutex lock;		/* of the fields below; after a space's, before VFIO's */
	struct rb_root mappings;	/* with pinned pages, by their pages */
	struct page **pages;		/* of one pin; NULL: nothing has been pinned of late */
	u8 *bytes;			/* packed extents of one block, likewise */
};

/* A mapping with pinned pages. */
struct pinned {
	struct rb_node node;
	struct vdsa_mapping mapping;
	struct rb_root blocks;	/* by their pages */
	unsigned long anchor;
	struct page *anchor_page;
	u64 nr_counted;		/* pages counted by this file */
	DECLARE_BITMAP(shares, MAX_SHARES);	/* that hold it */
};

static LIST_HEAD(memories);
static DEFINE_MUTEX(memories_lock);

static struct pinned *find_mapping(struct vdsa_memory *memory, unsigned long page)
{
	struct rb_node *node = memory->mappings.rb_node;

	while (node) {
		struct pinned *pinned = rb_entry(node, struct pinned, node);

		if (page < pinned->mapping.pages.begin)
			node = node->rb_left;
		else if (page >= pinned->mapping.pages.end)
			node = node->rb_right;
		else
			return pinned;
	}
	return NULL;
}

/* The first mapping that begins at or after @page. */
static struct pinned *first_mapping(struct vdsa_memory *memory, unsigned long page)
{
	struct rb_node *node = memory->mappings.rb_node;
	struct pinned *found = NULL;

	while (node) {
		struct pinned *pinned = rb_entry(node, struct pinned, node);

		if (page <= pinned->mapping.pages.begin) {
			found = pinned;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static bool mapping_is_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct pinned, node)->mapping.pages.begin <
	       rb_entry(b, struct pinned, node)->mapping.pages.begin;
}

/* The first block that has a page at or after @page. */
static struct block *first_block(const struct pinned *pinned, unsigned long page)
{
	struct rb_node *node = pinned->blocks.rb_node;
	struct block *found = NULL;

	while (node) {
		struct block *block = rb_entry(node, struct block, node);

		if (page < block->pages.end) {
			found = block;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static bool block_is_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct block, node)->pages.begin <
	       rb_entry(b, struct block, node)->pages.begin;
}

/* Count up to @nr pages as locked, as many as the limit permits; -ENOMEM: none. */
static long count_pages(struct pinned *pinned, u32 nr)
{
	const struct vdsa_mapping *mapping = &pinned->mapping;
	unsigned long limit, locked;
	long room = nr;

	if (!nr)
		return 0;
	if (mmap_write_lock_killable(mapping->mm))
		return -EINTR;
	if (!mapping->unlimited) {
		limit = task_rlimit(mapping->task, RLIMIT_MEMLOCK) >> PAGE_SHIFT;
		locked = mapping->mm->locked_vm;
		room = min_t(unsigned long, nr, limit - min(limit, locked));
	}
	if (room && __account_locked_vm(mapping->mm, room, true, mapping->task, mapping->unlimited))
		room = 0;
	mmap_write_unlock(mapping->mm);
	pinned->nr_counted += room;
	return room ?: -ENOMEM;
}

/* The caller holds mm_users. A killed task does not wait for mmap_lock, as in VFIO. */
static void uncount_pages(struct pinned *pinned, u64 nr)
{
	const struct vdsa_mapping *mapping = &pinned->mapping;

	if (!nr || mmap_write_lock_killable(mapping->mm))
		return;
	__account_locked_vm(mapping->mm, nr, false, mapping->task, mapping->unlimited);
	mmap_write_unlock(mapping->mm);
	pinned->nr_counted -= nr;
}

/*
 * Where one page cannot be migrated or allocated now, the kernel pins none of the call. The fewer
 * are asked for, the fewer that page keeps out.
 */
static long pin_most(struct mm_struct *mm, unsigned long addr, u32 nr, unsigned int flags,
		     struct page **pages)
{
	long got;

	do {
		got = pin_user_pages_remote(mm, addr, nr, flags, pages, NULL);
		nr /= 2;
	} while (got == -ENOMEM && nr);
	return got;
}

/*
 * Pin the leading pages, as far as they are present, several times as quickly as pin_most(): most of
 * their entries are read without a lock. That can be done with the thread's own mm only, so a worker
 * borrows the holder's. It returns that at once: while it is held a killed holder's vdev is not closed.
 */
static long pin_present(struct mm_struct *mm, unsigned long addr, u32 nr, unsigned int flags,
			struct page **pages)
{
	bool borrows = !current->mm && current->flags & PF_KTHREAD;
	long got;

	if (!borrows && current->mm != mm)
		return 0;
	if (borrows)
		kthread_use_mm(mm);
	got = pin_user_pages_fast(addr, nr, flags | FOLL_NOFAULT, pages);
	if (borrows)
		kthread_unuse_mm(mm);
	return max(got, 0L);
}

/*
 * As pin_most(), to which all faults are left: those of pin_user_pages_fast() would wait for a process
 * that handles them by userfaultfd.
 */
static long pin_leading(struct mm_struct *mm, unsigned long addr, u32 nr, unsigned int flags,
			struct page **pages)
{
	long got = pin_present(mm, addr, nr, flags, pages), more;

	if (got == nr)
		return got;
	if (mmap_read_lock_killable(mm))
		return got;
	more = pin_most(mm, addr + ((u64)got << PAGE_SHIFT), nr - got, flags, pages + got);
	mmap_read_unlock(mm);
	return more > 0 ? got + more : got ?: more;
}

/*
 * Pin up to @nr pages from @page on, as far as they can be pinned. 0: the first one is no memory;
 * -EAGAIN: it cannot be pinned now.
 */
static long pin_pages(const struct pinned *pinned, unsigned long page, u32 nr, struct page **pages)
{
	const struct vdsa_mapping *mapping = &pinned->mapping;
	unsigned long addr = mapping->vaddr + ((page - mapping->pages.begin) << PAGE_SHIFT);
	unsigned int flags = FOLL_LONGTERM | (mapping->writable ? FOLL_WRITE : 0);
	long got = pin_leading(mapping->mm, addr, nr, flags, pages);

	if (got <= 0)
		return got == -ENOMEM ? -EAGAIN : 0;
	if (page != pinned->anchor || pages[0] == pinned->anchor_page)
		return got;
	unpin_user_pages(pages, got);	/* remapped since, or not at the expected address */
	return 0;
}

/* Pack the extents of as many of the pages as fit and are memory; returns the bytes. */
static u32 pack(struct page **pages, u32 *nr, u8 *bytes)
{
	struct vdsa_extent extent;
	u32 len = 0, at = 0, nr_pages;
	u64 last = 0;

	while (at < *nr && len + VDSA_EXTENT_BYTES <= BLOCK_BYTES) {
		nr_pages = vdsa_extent_of_memory(pages[at], vdsa_extent_of(pages + at, *nr - at));
		if (!nr_pages)
			break;
		extent = (struct vdsa_extent) { .pfn = page_to_pfn(pages[at]), .nr = nr_pages };
		len += vdsa_extent_pack(bytes + len, extent, last);
		last = extent.pfn + extent.nr;
		at += nr_pages;
	}
	*nr = at;
	return len;
}

/* Append the block's pages that follow the run, up to @end. False: there is no room for more. */
static bool append_block(struct vdsa_run *run, const struct block *block, unsigned long end)
{
	unsigned long begin = block->pages.begin, next, skip;
	const u8 *at = block->extents;
	struct vdsa_extent extent = {};

	for (end = min(end, block->pages.end); run->pages.end < end; begin = next) {
		at = vdsa_extent_unpack(at, extent.pfn + extent.nr, &extent);
		next = begin + extent.nr;
		if (run->pages.end >= next)
			continue;
		skip = run->pages.end - begin;
		if (!vdsa_run_append(run, pfn_to_page(extent.pfn + skip),
				     min(next, end) - run->pages.end))
			return false;
	}
	return true;
}

static void unpin_block(struct block *block)
{
	const u8 *at = block->extents, *end = at + block->nr_bytes;
	struct vdsa_extent extent = {};

	while (at < end) {
		at = vdsa_extent_unpack(at, extent.pfn + extent.nr, &extent);
		unpin_user_page_range_dirty_lock(pfn_to_page(extent.pfn), extent.nr,
						 block->writable);
	}
	kfree(block);
}

/* Make a block of the first of @nr pinned pages; returns how many, 0 if it is no memory. */
static int add_block(struct pinned *pinned, unsigned long page, u32 nr, struct page **pages,
		     u8 *bytes)
{
	u32 len = pack(pages, &nr, bytes);
	struct block *block;

	if (!nr)
		return 0;
	block = kmalloc(struct_size(block, extents, len), GFP_KERNEL_ACCOUNT);
	if (!block)
		return -ENOBUFS;
	block->pages = (struct vdsa_pages) { page, page + nr };
	block->writable = pinned->mapping.writable;
	block->nr_bytes = len;
	memcpy(block->extents, bytes, len);
	rb_add(&block->node, &pinned->blocks, block_is_less);
	return nr;
}

/* Make blocks of the pinned pages, and unpin the others; returns how many, or an error. */
static int add_blocks(struct vdsa_memory *memory, struct pinned *pinned, unsigned long page, u32 nr)
{
	u32 done = 0;
	int part = 0;

	while (done < nr) {
		part = add_block(pinned, page + done, nr - done, memory->pages + done,
				 memory->bytes);
		if (part <= 0)
			break;
		done += part;
	}
	unpin_user_pages(memory->pages + done, nr - done);
	return done ?: part;
}

/* The caller holds mm_users of the mapping's mm. Returns the block that has @page. */
static struct block *pin_block_of(struct vdsa_memory *memory, struct pinned *pinned,
				       unsigned long page, u32 nr)
{
	bool has_anchor = page == pinned->anchor;	/* which VFIO has counted */
	long counted = count_pages(pinned, nr - has_anchor);
	long got, added;

	if (has_anchor && counted == -ENOMEM)
		counted = 0;	/* the anchor alone needs no room under the limit */
	if (counted < 0)
		return ERR_PTR(counted);
	got = pin_pages(pinned, page, counted + has_anchor, memory->pages);
	added = got > 0 ? add_blocks(memory, pinned, page, got) : got;
	got = max(added, 0L);
	uncount_pages(pinned, counted - (got - (got && has_anchor)));
	return added > 0 ? first_block(pinned, page) : ERR_PTR(added);
}

/* What a pin needs; kept for the next one, as it takes long to allocate and clear. */
static bool get_room(struct vdsa_memory *memory)
{
	lockdep_assert_held(&memory->lock);
	if (!memory->pages)
		memory->pages = kvmalloc_array(BLOCK_PAGES, sizeof(*memory->pages),
					       GFP_KERNEL_ACCOUNT);
	if (!memory->bytes)
		memory->bytes = kmalloc(BLOCK_BYTES, GFP_KERNEL_ACCOUNT);
	return memory->pages && memory->bytes;
}

static void put_room(struct vdsa_memory *memory)
{
	kvfree(memory->pages);
	kfree(memory->bytes);
	memory->pages = NULL;
	memory->bytes = NULL;
}

void vdsa_share_rest(struct vdsa_share *share)
{
	if (!share->memory)
		return;
	guard(mutex)(&share->memory->lock);
	put_room(share->memory);
}

/* Pin pages from @page on, up to @end at most; returns the first block of them. */
static struct block *pin_block(struct vdsa_memory *memory, struct pinned *pinned,
			       unsigned long page, unsigned long end)
{
	struct block *block;

	if (!get_room(memory))
		return ERR_PTR(-ENOBUFS);
	if (!mmget_not_zero(pinned->mapping.mm))
		return NULL;	/* its process has ended */
	end = min(end, round_down(page, BLOCK_PAGES) + BLOCK_PAGES);
	block = pin_block_of(memory, pinned, page, end - page);
	mmput(pinned->mapping.mm);
	return block;
}

/* The block that has @page; if there is none it is pinned, if it is before @end. */
static struct block *get_block(struct vdsa_memory *memory, struct pinned *pinned,
			       unsigned long page, unsigned long end)
{
	struct block *block = first_block(pinned, page);

	if (block && block->pages.begin <= page)
		return block;
	if (block)
		end = min(end, block->pages.begin);
	return page < end ? pin_block(memory, pinned, page, end) : NULL;
}

/* Pin the page through VFIO, which then notifies of an unmap. */
static int set_anchor(struct vfio_device *vfio, struct pinned *pinned, unsigned long page)
{
	int ret = vfio_pin_pages(vfio, PFN_PHYS(page), 1, IOMMU_READ, &pinned->anchor_page);

	if (ret != 1)
		return ret == -ENOMEM ? ret : -ENOENT;
	if (!vdsa_pages_of_memory(&pinned->anchor_page, 1) ||
	    !vdsa_mappings_get(vfio, page, &pinned->mapping)) {
		vfio_unpin_pages(vfio, PFN_PHYS(page), 1);
		return -ENOENT;
	}
	pinned->anchor = page;
	return 0;
}

static struct pinned *add_mapping(struct vdsa_memory *memory, struct vfio_device *vfio,
				  unsigned long page)
{
	struct pinned *pinned = kzalloc(sizeof(*pinned), GFP_KERNEL_ACCOUNT);
	int err;

	if (!pinned)
		return ERR_PTR(-ENOBUFS);
	err = set_anchor(vfio, pinned, page);
	if (err) {
		kfree(pinned);
		return err == -ENOENT ? NULL : ERR_PTR(err);
	}
	pinned->blocks = RB_ROOT;
	rb_add(&pinned->node, &memory->mappings, mapping_is_less);
	return pinned;
}

/* Nobody holds it. Unpin the anchor last: VFIO's unmap then continues. */
static void remove_mapping(struct vdsa_memory *memory, struct vfio_device *vfio,
			   struct pinned *pinned)
{
	struct block *block, *next;

	rbtree_postorder_for_each_entry_safe(block, next, &pinned->blocks, node) {
		unpin_block(block);
		cond_resched();
	}
	if (mmget_not_zero(pinned->mapping.mm)) {
		uncount_pages(pinned, pinned->nr_counted);
		mmput(pinned->mapping.mm);
	}
	rb_erase(&pinned->node, &memory->mappings);
	vfio_unpin_pages(vfio, PFN_PHYS(pinned->anchor), 1);
	vdsa_mapping_put(&pinned->mapping);
	kfree(pinned);
}

static u32 index_of(const struct vdsa_share *share)
{
	return share->space ? share->space->index : share->index;
}

/* Have the vdev or its space hold the mapping. */
static void hold(struct vdsa_share *share, struct pinned *pinned)
{
	if (!__test_and_set_bit(index_of(share), pinned->shares) && !share->space)
		share->nr_held++;
}

static void let_go(struct vdsa_share *share, struct pinned *pinned)
{
	if (__test_and_clear_bit(index_of(share), pinned->shares) && !share->space)
		share->nr_held--;
}

static bool is_held(const struct pinned *pinned)
{
	return !bitmap_empty(pinned->shares, MAX_SHARES);
}

/* Append the mapping's pages that follow the run; as vdsa_share_take(). */
static int take_of(struct vdsa_share *share, struct pinned *pinned, struct vdsa_run *run,
		   unsigned long end)
{
	unsigned long begin = run->pages.end, pin_end;
	struct block *block;

	if (run->nr && run->writable != pinned->mapping.writable)
		return 0;
	end = min(end, pinned->mapping.pages.end);
	pin_end = min(end, round_down(begin, BLOCK_PAGES) + PINNED_AT_ONCE);
	block = get_block(share->memory, pinned, begin, pin_end);
	if (IS_ERR_OR_NULL(block))
		return PTR_ERR(block);
	hold(share, pinned);
	run->writable = pinned->mapping.writable;
	while (!IS_ERR_OR_NULL(block) && append_block(run, block, end) && run->pages.end < end)
		block = get_block(share->memory, pinned, run->pages.end, pin_end);
	return run->pages.end - begin;
}

int vdsa_share_take(struct vdsa_share *share, struct vdsa_run *run, unsigned long end)
{
	struct vdsa_memory *memory = share->memory;
	unsigned long page = run->pages.end;
	struct pinned *pinned;
	int got;

	guard(mutex)(&memory->lock);
	if (vdsa_unmaps_bar(share->vfio, (struct vdsa_pages) { page, page + 1 }))
		return 0;	/* with its mapping */
	pinned = find_mapping(memory, page) ?: add_mapping(memory, share->vfio, page);
	if (IS_ERR_OR_NULL(pinned))
		return PTR_ERR(pinned);
	got = take_of(share, pinned, run, end);
	if (!is_held(pinned))
		remove_mapping(memory, share->vfio, pinned);
	return got;
}

/* The space holds all that is mapped in it: so the vdev need not. */
u32 vdsa_share_join(struct vdsa_share *share, struct vdsa_pages pages, bool *writable)
{
	struct vdsa_domain_range range;
	struct pinned *pinned;
	unsigned long page;

	guard(mutex)(&share->memory->lock);
	if (!vdsa_domain_find(&share->space->domain, pages.begin, pages.begin + 1, &range))
		return 0;
	*writable = range.writable;
	range.end = min(range.end, pages.end);
	for (page = pages.begin; page < range.end; page = pinned->mapping.pages.end) {
		pinned = find_mapping(share->memory, page);
		if (!pinned || vdsa_unmaps_bar(share->vfio, (struct vdsa_pages) { page, page + 1 }))
			break;
	}
	return min(page, range.end) - pages.begin;
}

/* The mapping that follows, if it begins before @end. */
static struct pinned *next_mapping(struct pinned *pinned, unsigned long end)
{
	struct pinned *next = rb_entry_safe(rb_next(&pinned->node), struct pinned, node);

	return next && next->mapping.pages.begin < end ? next : NULL;
}

/* Unmap the mappings from @first on that begin before @end. */
static void unmap_from_space(struct vdsa_space *space, struct pinned *first, unsigned long end)
{
	struct vdsa_pages pages = first->mapping.pages;
	struct pinned *pinned;

	for (pinned = first; pinned; pinned = next_mapping(pinned, end))
		pages.end = pinned->mapping.pages.end;
	vdsa_domain_unmap_within(&space->domain, pages.begin, pages.end);
}

static void drop(struct vdsa_share *share, struct vdsa_pages pages)
{
	struct pinned *pinned, *next;

	guard(mutex)(&share->memory->lock);
	pinned = first_mapping(share->memory, pages.begin);
	if (!pinned || pinned->mapping.pages.begin >= pages.end)
		return;
	if (share->space)
		unmap_from_space(share->space, pinned, pages.end);
	for (; pinned; pinned = next) {
		next = next_mapping(pinned, pages.end);
		let_go(share, pinned);
		if (!is_held(pinned))
			remove_mapping(share->memory, share->vfio, pinned);
		cond_resched();
	}
}

/* In a space another vdev may be between pinning and mapping. */
void vdsa_share_drop(struct vdsa_share *share, struct vdsa_pages pages)
{
	if (share->space) {
		guard(mutex)(&share->space->lock);
		drop(share, pages);
	} else if (share->nr_held) {
		drop(share, pages);
	}
}

static struct vdsa_memory *find_memory(const void *container)
{
	struct vdsa_memory *memory;

	lockdep_assert_held(&memories_lock);
	list_for_each_entry(memory, &memories, node) {
		if (memory->container == container)
			return memory;
	}
	return NULL;
}

static struct vdsa_memory *make_memory(const void *container)
{
	struct vdsa_memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL_ACCOUNT);

	lockdep_assert_held(&memories_lock);
	if (!memory)
		return NULL;
	memory->container = container;
	mutex_init(&memory->lock);
	memory->mappings = RB_ROOT;
	INIT_LIST_HEAD(&memory->spaces);
	list_add(&memory->node, &memories);
	return memory;
}

static bool take_index(struct vdsa_memory *memory, u32 *index)
{
	lockdep_assert_held(&memories_lock);
	*index = find_first_zero_bit(memory->shares, MAX_SHARES);
	if (*index == MAX_SHARES)
		return false;
	__set_bit(*index, memory->shares);
	return true;
}

bool vdsa_share_can_open(const struct vdsa_share *share)
{
	return vdsa_mappings_are_known(share->vfio) && !vdsa_mappings_are_pinned(share->vfio);
}

bool vdsa_share_open(struct vdsa_share *share)
{
	const void *container = vdsa_mappings_container(share->vfio);
	struct vdsa_memory *memory;

	guard(mutex)(&memories_lock);
	memory = find_memory(container) ?: make_memory(container);
	if (!memory)
		return false;
	if (!take_index(memory, &share->index))
		return false;
	share->memory = memory;
	return true;
}

void vdsa_share_close(struct vdsa_share *share)
{
	struct vdsa_memory *memory = share->memory;

	if (!memory)
		return;
	WARN_ON_ONCE(share->space);
	vdsa_share_drop(share, (struct vdsa_pages) { 0, ULONG_MAX });
	share->memory = NULL;
	guard(mutex)(&memories_lock);
	__clear_bit(share->index, memory->shares);
	if (!bitmap_empty(memory->shares, MAX_SHARES))
		return;
	list_del(&memory->node);
	put_room(memory);
	mutex_destroy(&memory->lock);
	kfree(memory);
}

/* The container's space that suits, or @made, if it is not NULL and there is room for it. */
static struct vdsa_space *find_space(struct vdsa_memory *memory, const struct vdsa_iommu *iommu,
				     struct vdsa_space *made)
{
	struct vdsa_space *space;

	guard(mutex)(&memories_lock);
	list_for_each_entry(space, &memory->spaces, node) {
		if (vdsa_space_suits(space, iommu)) {
			space->nr_users++;
			return space;
		}
	}
	if (!made || !take_index(memory, &made->index))
		return NULL;
	made->nr_users = 1;
	list_add(&made->node, &memory->spaces);
	return made;
}

/* A new one is made without memories_lock, since the slice's IOMMU may keep that waiting. */
static struct vdsa_space *get_space(struct vdsa_memory *memory, struct vdsa_iommu *iommu)
{
	struct vdsa_space *found = find_space(memory, iommu, NULL), *made;

	if (found)
		return found;
	made = vdsa_space_make(iommu);
	found = find_space(memory, iommu, made);
	if (made && found != made)
		vdsa_space_free(made);
	return found;
}

/* False: others use it. After true nobody finds it. */
static bool leave_last(struct vdsa_space *space)
{
	guard(mutex)(&memories_lock);
	if (--space->nr_users)
		return false;
	list_del(&space->node);
	return true;
}

static void put_space(struct vdsa_share *share)
{
	struct vdsa_space *space = share->space;

	if (leave_last(space)) {
		vdsa_share_drop(share, (struct vdsa_pages) { 0, ULONG_MAX });
		scoped_guard(mutex, &memories_lock)
			__clear_bit(space->index, share->memory->shares);
		vdsa_space_free(space);
	}
	share->space = NULL;
}

bool vdsa_share_enter(struct vdsa_share *share, struct vdsa_iommu *iommu)
{
	share->space = get_space(share->memory, iommu);
	return share->space && !vdsa_iommu_use(iommu, &share->space->domain);
}

int vdsa_share_leave(struct vdsa_share *share, struct vdsa_iommu *iommu)
{
	int err = vdsa_iommu_use(iommu, NULL);

	if (share->space)
		put_space(share);
	return err;
}

void vdsa_share_init(struct vdsa_share *share, struct vfio_device *vfio)
{
	*share = (struct vdsa_share) { .vfio = vfio };
}

void vdsa_share_exit(struct vdsa_share *share)
{
	WARN_ON_ONCE(share->memory);
}
