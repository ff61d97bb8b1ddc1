// SPDX-License-Identifier: GPL-2.0
/*
 * Where has the client of a mediated device mapped memory? VFIO tells it to no
 * driver, and to ask page by page takes a second for a TiB. But it is all in
 * the tree of type 1, the back end of all containers, under its lock; so that
 * is read. Nothing of VFIO is written.
 */
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/string.h>
#include "mappings.h"
#include "vfio_types.h"
#include "vfio_iommu_type1_types.h"

#ifdef VDSA_MAPPINGS_UNKNOWN
bool vdsa_mappings_are_known(struct vfio_device *vfio)
{
	return false;
}

bool vdsa_mappings_next(struct vfio_device *vfio, unsigned long page, struct vdsa_pages *mapping)
{
	return false;
}

const void *vdsa_mappings_container(struct vfio_device *vfio)
{
	return vfio;
}
#else
/*
 * The client's type 1 state, or NULL: it may use iommufd. A group cannot change
 * its container, nor that its back end, while a device of it is open.
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

bool vdsa_mappings_next(struct vfio_device *vfio, unsigned long page, struct vdsa_pages *mapping)
{
	struct vfio_iommu *iommu = type1_of(vfio);
	struct vfio_dma *dma;

	if (!iommu)
		return false;
	guard(mutex)(&iommu->lock);
	dma = first_from(iommu, PFN_PHYS(page));
	if (!dma)
		return false;
	mapping->begin = PHYS_PFN(dma->iova);
	mapping->end = PHYS_PFN(dma->iova + dma->size - 1) + 1;
	return true;
}

const void *vdsa_mappings_container(struct vfio_device *vfio)
{
	return type1_of(vfio) ?: (const void *)vfio;
}
#endif
