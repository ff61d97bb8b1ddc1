// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the clients' memory is being unmapped right now? See unmaps.h.
 *
 * A bar is there from the first call of VFIO until its unmap is over: that is
 * when the task returns to user space, for a task is in one system call at a
 * time. Neither time nor a count would do, as the client decides how long each
 * round takes and how many vdevs take part. After the first round all vdevs
 * have dropped their pins, and none takes a page under the bar, also not one
 * that is opened meanwhile. So type 1 finds none in the next, whoever else
 * runs and for how long.
 *
 * An unmap that goes on to another mapping has removed the last one, and only
 * the new one is barred. But type 1 knows mappings by their address in memory, and
 * may take one for the last that was made anew in its place: its count goes on.
 * So after MAX_MOVES all of the container is barred.
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
	const struct task_struct *task;	/* is there as long as this is */
	struct vdsa_pages pages;
	u32 nr_moves;
};

static LIST_HEAD(unmaps);
static DEFINE_MUTEX(unmaps_lock);	/* of it and all on it; the innermost */

/* The task is about to return to user space, or to end. */
static void unmap_is_over(struct callback_head *work)
{
	struct vdsa_unmap *unmap = container_of(work, struct vdsa_unmap, work);

	scoped_guard(mutex, &unmaps_lock)
		list_del(&unmap->node);
	kfree(unmap);
	module_put(THIS_MODULE);
}

/* What the current task unmaps already in @container; else it begins now. */
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

/* A worker of the kernel has no unmap of type 1, the others need no bar. */
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
