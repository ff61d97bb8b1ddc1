// SPDX-License-Identifier: GPL-2.0
/*
 * The memory mappings of a mediated device's holder. VFIO does not report them to
 * drivers, and probing takes about a second for a TiB. So this reads the tree of
 * type 1, the usual back end of a container, under its lock. Nothing of VFIO
 * is written.
 */
#include <linux/hash.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/string.h>
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
/*
 * The holder's type 1 state, or NULL, for example with iommufd. While a device of a
 * group is open, neither its container nor the container's back end changes.
 */
static struct vfio_iommu *type1_of(struct vfio_device *vfio)
{
	struct vfio_container *container = vfio->group ? vfio->group->container : NULL;

	if (!container || !container->iommu_driver ||
	    strcmp(container->iommu_driver->ops->name, "vfio-iommu-type1"))
		return NULL;
	return container->iommu_data;
}

bool vdsa_mappings_are_known(struct vfio_device *vfio)
{
	return type1_of(vfio);
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
	struct vfio_iommu *iommu = type1_of(vfio);
	struct vfio_dma *first;
	struct rb_node *node;
	u32 nr = 0;

	if (!iommu)
		return 0;
	guard(mutex)(&iommu->lock);
	first = first_from(iommu, PFN_PHYS(page));
	for (node = first ? &first->node : NULL; node && nr < most; node = rb_next(node))
		mapping[nr++] = pages_of(rb_entry(node, struct vfio_dma, node));
	return nr;
}

/* A mapping whose vaddr is invalid is not returned: its memory cannot be pinned. */
bool vdsa_mappings_get(struct vfio_device *vfio, unsigned long page, struct vdsa_mapping *mapping)
{
	struct vfio_iommu *iommu = type1_of(vfio);
	struct vfio_dma *dma;

	if (!iommu)
		return false;
	guard(mutex)(&iommu->lock);
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
	struct vfio_iommu *iommu = type1_of(vfio);

	if (!iommu)
		return false;
	guard(mutex)(&iommu->lock);
	return !list_empty(&iommu->domain_list);
}

struct vdsa_survey vdsa_mappings_survey(struct vfio_device *vfio)
{
	struct vfio_iommu *iommu = type1_of(vfio);
	struct vdsa_survey survey = {};
	struct rb_node *node;

	if (!iommu)
		return survey;
	guard(mutex)(&iommu->lock);
	for (node = rb_first(&iommu->dma_list); node; node = rb_next(node)) {
		const struct vfio_dma *dma = rb_entry(node, struct vfio_dma, node);

		survey.hash = hash_64(survey.hash ^ dma->iova, 64);
		survey.hash = hash_64(survey.hash ^ dma->size, 64);
		survey.nr_pages += PHYS_PFN(dma->size);
		survey.nr++;
	}
	return survey;
}

const void *vdsa_mappings_container(struct vfio_device *vfio)
{
	return type1_of(vfio) ?: (const void *)vfio;
}
#endif

void vdsa_mapping_put(struct vdsa_mapping *mapping)
{
	put_task_struct(mapping->task);
	mmdrop(mapping->mm);
}
