// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of the holders that is being unmapped. See unmaps.h.
 *
 * A bar lasts from VFIO's first call until the unmap is over, which is when the
 * task returns to user space, since a task is in one system call at a time. A time
 * or a count would not do: the holder decides how long each round takes and how
 * many vdevs take part. After the first round all vdevs have dropped their pins,
 * and no vdev pins a barred page, even one opened meanwhile. So type 1 finds no
 * pins in the next round.
 *
 * When an unmap proceeds to another mapping it has removed the previous one, so
 * only the new one is barred. But type 1 identifies a mapping by the address of its
 * structure, which may be reused for a new mapping: then its count of rounds
 * continues. So after MAX_MOVES the whole container is barred.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include "unmaps.h"

#define MAX_MOVES	4	/* well below the ten of type 1 */

/* An unmap, which is a system call of a task. */
struct vdsa_unmap {
	struct callback_head work;
	struct list_head node;
	const void *container;
	const struct task_struct *task;	/* outlives this structure */
	struct vdsa_pages pages;
	u32 nr_moves;
};

static LIST_HEAD(unmaps);
static DEFINE_MUTEX(unmaps_lock);	/* protects the list and its items; innermost */

/* The task is about to return to user space, or to end. */
static void unmap_is_over(struct callback_head *work)
{
	struct vdsa_unmap *unmap = container_of(work, struct vdsa_unmap, work);

	scoped_guard(mutex, &unmaps_lock)
		list_del(&unmap->node);
	kfree(unmap);
	module_put(THIS_MODULE);
}

/* The current task's unmap in @container; a new one if there is none. */
static struct vdsa_unmap *get_unmap(const void *container, struct vdsa_pages pages)
{
	struct vdsa_unmap *unmap;

	scoped_guard(mutex, &unmaps_lock) {
		list_for_each_entry(unmap, &unmaps, node) {
			if (unmap->task == current && unmap->container == container)
				return unmap;
		}
	}
	unmap = kzalloc(sizeof(*unmap), GFP_KERNEL | __GFP_NOFAIL);
	unmap->container = container;
	unmap->task = current;
	unmap->pages = pages;
	init_task_work(&unmap->work, unmap_is_over);
	__module_get(THIS_MODULE);
	scoped_guard(mutex, &unmaps_lock)
		list_add(&unmap->node, &unmaps);
	if (WARN_ON_ONCE(task_work_add(current, &unmap->work, TWA_RESUME))) {
		unmap_is_over(&unmap->work);
		return NULL;	/* a task that has ended is in no system call */
	}
	return unmap;
}

/* A kernel thread runs no unmap of type 1, and other unmaps need no bar. */
void vdsa_unmaps_note(struct vfio_device *vfio, struct vdsa_pages pages)
{
	struct vdsa_unmap *unmap;

	if (current->flags & PF_KTHREAD)
		return;
	unmap = get_unmap(vdsa_mappings_container(vfio), pages);
	if (!unmap)
		return;
	guard(mutex)(&unmaps_lock);
	if (unmap->pages.begin == pages.begin && unmap->pages.end == pages.end)
		return;
	unmap->pages = pages;
	if (++unmap->nr_moves > MAX_MOVES)
		unmap->pages = (struct vdsa_pages) { 0, ULONG_MAX };
}

bool vdsa_unmaps_bar(struct vfio_device *vfio, struct vdsa_pages pages)
{
	const void *container = vdsa_mappings_container(vfio);
	struct vdsa_unmap *unmap;

	guard(mutex)(&unmaps_lock);
	list_for_each_entry(unmap, &unmaps, node) {
		if (unmap->container == container && unmap->pages.begin < pages.end &&
		    pages.begin < unmap->pages.end)
			return true;
	}
	return false;
}

/* The last of unmap_is_over() may still run: it does not sleep. */
void vdsa_unmaps_exit(void)
{
	synchronize_rcu_tasks();
}
