// SPDX-License-Identifier: GPL-2.0
/*
 * The memory mappings of a mediated device's holder. VFIO does not report them to
 * drivers, and probing takes about a second for a TiB. So this reads the tree of
 * type 1, the usual back end of a container, under its lock. Nothing of VFIO
 * is written.
 *
 * The layouts are those of the VFIO that this module was built for. If the running
 * one has others, its mappings are not known: pointers are read without a fault, and
 * what they lead to is compared with what is expected, before its lock is taken.
 */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/hash.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "mappings.h"
#include "vfio_types.h"
#include "vfio_iommu_type1_types.h"

#ifdef VDSA_MAPPINGS_UNKNOWN
bool vdsa_mappings_are_known(struct vfio_device *vfio)
{
	return false;
}

u32 vdsa_mappings_from(struct vfio_device *vfio, unsigned long page, struct vdsa_pages *mapping,
		       u32 most)
{
	return 0;
}

bool vdsa_mappings_get(struct vfio_device *vfio, unsigned long page, struct vdsa_mapping *mapping)
{
	return false;
}

bool vdsa_mappings_are_pinned(struct vfio_device *vfio)
{
	return false;
}

struct vdsa_survey vdsa_mappings_survey(struct vfio_device *vfio)
{
	return (struct vdsa_survey) {};
}

const void *vdsa_mappings_container(struct vfio_device *vfio)
{
	return vfio;
}
#else
#define TYPE1	"vfio-iommu-type1"

/* The pointer at @from, which may be any address; NULL if it cannot be read. */
static void *peek(const void *from)
{
	void *value;

	return copy_from_kernel_nofault(&value, from, sizeof(value)) ? NULL : value;
}

#define PEEK(of, member)	((of) ? (typeof((of)->member))peek(&(of)->member) : NULL)

static bool is_type1(const struct vfio_container *container)
{
	const struct vfio_iommu_driver *driver = PEEK(container, iommu_driver);
	const struct vfio_iommu_driver_ops *ops = PEEK(driver, ops);
	const char *name = PEEK(ops, name);
	char text[sizeof(TYPE1)];

	return !copy_from_kernel_nofault(text, name, sizeof(text)) &&
	       !memcmp(text, TYPE1, sizeof(text));
}

/*
 * The holder's type 1 state, or NULL, for example with iommufd. While a device of a
 * group is open, neither its container nor the container's back end changes.
 */
static struct vfio_iommu *type1_of(struct vfio_device *vfio)
{
	const struct vfio_container *container = PEEK(vfio->group, container);

	return is_type1(container) ? PEEK(container, iommu_data) : NULL;
}

static bool is_kernel_pointer(const void *pointer)
{
	return (unsigned long)pointer >= TASK_SIZE_MAX && IS_ALIGNED((unsigned long)pointer, sizeof(long));
}

/* Whether a list begins there, whose lock may be held by others. */
static bool is_list(const struct list_head *list)
{
	return is_kernel_pointer(PEEK(list, next)) && is_kernel_pointer(PEEK(list, prev));
}

/* The lock and the tree are between the last two lists. */
static bool is_iommu(const struct vfio_iommu *iommu)
{
	return is_kernel_pointer(iommu) && is_list(&iommu->domain_list) &&
	       is_list(&iommu->iova_list) && is_list(&iommu->device_list);
}

static bool is_task(const struct task_struct *task)
{
	return is_kernel_pointer(task) && is_kernel_pointer(PEEK(task, group_leader));
}

static bool is_mm(const struct mm_struct *mm)
{
	const pgd_t *pgd;

	if (!is_kernel_pointer(mm))
		return false;
	pgd = PEEK(mm, pgd);	/* stays when the last process has left, as the lists of mm do not */
	return is_kernel_pointer(pgd) && PAGE_ALIGNED(pgd);
}

static bool is_dma(const struct vfio_dma *dma)
{
	return dma->size && !((dma->iova | dma->vaddr | dma->size) & ~PAGE_MASK) &&
	       dma->size - 1 <= ~dma->iova && !(dma->prot & ~(IOMMU_READ | IOMMU_WRITE)) &&
	       is_task(dma->task) && is_mm(dma->mm);
}

static bool is_child(struct rb_node *child, const struct rb_node *parent)
{
	struct rb_node node;

	return !child || (!copy_from_kernel_nofault(&node, child, sizeof(node)) &&
			  rb_parent(&node) == parent);
}

/* Judged by its root, which is black: the others are like it. */
static bool is_tree(const struct rb_root *tree)
{
	const struct rb_node *root = tree->rb_node;
	struct vfio_dma dma;

	if (!root)
		return true;
	return !copy_from_kernel_nofault(&dma, rb_entry(root, struct vfio_dma, node), sizeof(dma)) &&
	       dma.node.__rb_parent_color == RB_BLACK && is_child(dma.node.rb_left, root) &&
	       is_child(dma.node.rb_right, root) && is_dma(&dma);
}

/* The holder's type 1 state, whose lock is held; or NULL. */
static struct vfio_iommu *lock_type1(struct vfio_device *vfio)
{
	struct vfio_iommu *iommu = type1_of(vfio);

	if (!iommu)
		return NULL;
	if (is_iommu(iommu)) {
		mutex_lock(&iommu->lock);
		if (is_tree(&iommu->dma_list))
			return iommu;
		mutex_unlock(&iommu->lock);
	}
	dev_warn_once(vfio->dev,
		      "VFIO's structures are not as expected: memory of holders is probed for\n");
	return NULL;
}

DEFINE_CLASS(type1, struct vfio_iommu *, if (_T) mutex_unlock(&_T->lock), lock_type1(vfio),
	     struct vfio_device *vfio)

bool vdsa_mappings_are_known(struct vfio_device *vfio)
{
	CLASS(type1, iommu)(vfio);

	return iommu;
}

static struct vfio_dma *first_from(struct vfio_iommu *iommu, dma_addr_t iova)
{
	struct rb_node *node = iommu->dma_list.rb_node;
	struct vfio_dma *found = NULL;

	lockdep_assert_held(&iommu->lock);
	while (node) {
		struct vfio_dma *dma = rb_entry(node, struct vfio_dma, node);

		if (iova <= dma->iova + dma->size - 1) {
			found = dma;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static struct vdsa_pages pages_of(const struct vfio_dma *dma)
{
	return (struct vdsa_pages) {
		PHYS_PFN(dma->iova), PHYS_PFN(dma->iova + dma->size - 1) + 1
	};
}

u32 vdsa_mappings_from(struct vfio_device *vfio, unsigned long page, struct vdsa_pages *mapping,
		       u32 most)
{
	CLASS(type1, iommu)(vfio);
	struct vfio_dma *first;
	struct rb_node *node;
	u32 nr = 0;

	if (!iommu)
		return 0;
	first = first_from(iommu, PFN_PHYS(page));
	for (node = first ? &first->node : NULL; node && nr < most; node = rb_next(node))
		mapping[nr++] = pages_of(rb_entry(node, struct vfio_dma, node));
	return nr;
}

/* A mapping whose vaddr is invalid is not returned: its memory cannot be pinned. */
bool vdsa_mappings_get(struct vfio_device *vfio, unsigned long page, struct vdsa_mapping *mapping)
{
	CLASS(type1, iommu)(vfio);
	struct vfio_dma *dma;

	if (!iommu)
		return false;
	dma = first_from(iommu, PFN_PHYS(page));
	if (!dma || dma->iova > PFN_PHYS(page) || dma->vaddr_invalid)
		return false;
	*mapping = (struct vdsa_mapping) {
		.pages = pages_of(dma),
		.vaddr = dma->vaddr,
		.mm = dma->mm,
		.task = get_task_struct(dma->task),
		.unlimited = dma->lock_cap,
		.writable = dma->prot & IOMMU_WRITE,
	};
	mmgrab(mapping->mm);
	return true;
}

bool vdsa_mappings_are_pinned(struct vfio_device *vfio)
{
	CLASS(type1, iommu)(vfio);

	return iommu && !list_empty(&iommu->domain_list);
}

struct vdsa_survey vdsa_mappings_survey(struct vfio_device *vfio)
{
	CLASS(type1, iommu)(vfio);
	struct vdsa_survey survey = {};
	struct rb_node *node;

	if (!iommu)
		return survey;
	for (node = rb_first(&iommu->dma_list); node; node = rb_next(node)) {
		const struct vdsa_pages pages = pages_of(rb_entry(node, struct vfio_dma, node));

		survey.hash = vdsa_mappings_hash(survey.hash, pages);
		survey.nr_pages += pages.end - pages.begin;
		survey.nr++;
	}
	return survey;
}

const void *vdsa_mappings_container(struct vfio_device *vfio)
{
	return type1_of(vfio) ?: (const void *)vfio;
}
#endif

u64 vdsa_mappings_hash(u64 hash, struct vdsa_pages next)
{
	return hash_64(hash_64(hash ^ next.begin, 64) ^ (next.end - next.begin), 64);
}

void vdsa_mapping_put(struct vdsa_mapping *mapping)
{
	put_task_struct(mapping->task);
	mmdrop(mapping->mm);
}
