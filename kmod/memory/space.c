// SPDX-License-Identifier: GPL-2.0
/* The domains that the vdevs of a container share. See space.h. */
#include <linux/pci.h>
#include <linux/slab.h>
#include "space.h"

struct vdsa_space *vdsa_space_make(struct vdsa_iommu *iommu)
{
	struct vdsa_space *space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);

	if (!space)
		return NULL;
	if (vdsa_iommu_make_domain(iommu, &space->domain)) {
		kfree(space);
		return NULL;
	}
	space->pdev = pci_dev_get(iommu->pdev);
	space->page_requests = iommu->page_requests;
	mutex_init(&space->lock);
	return space;
}

void vdsa_space_free(struct vdsa_space *space)
{
	vdsa_domain_exit(&space->domain);
	pci_dev_put(space->pdev);
	mutex_destroy(&space->lock);
	kfree(space);
}

bool vdsa_space_suits(const struct vdsa_space *space, const struct vdsa_iommu *iommu)
{
	return space->pdev == iommu->pdev && space->page_requests == iommu->page_requests;
}
