// SPDX-License-Identifier: GPL-2.0
/*
 * What may the work queues of a slice reach? The ranges that are mapped here,
 * through a domain of their own on a PASID of their own, and nothing else.
 */
#include <linux/iommu.h>
#include "iommu.h"

bool vdsa_iommu_is_supported(struct pci_dev *pdev)
{
	return pdev->pasid_enabled && pdev->dev.iommu && pdev->dev.iommu->max_pasids;
}

int vdsa_iommu_attach(struct vdsa_iommu *iommu)
{
	int err;

	if (iommu->attached)
		return 0;
	err = iommu_attach_device_pasid(iommu->domain, &iommu->pdev->dev, iommu->pasid, NULL);
	iommu->attached = !err;
	return err;
}

void vdsa_iommu_detach(struct vdsa_iommu *iommu)
{
	if (!iommu->attached)
		return;
	iommu_detach_device_pasid(iommu->domain, &iommu->pdev->dev, iommu->pasid);
	iommu->attached = false;
}

int vdsa_iommu_init(struct vdsa_iommu *iommu, struct pci_dev *pdev)
{
	int err;

	iommu->pdev = pdev;
	mt_init(&iommu->ranges);
	iommu->domain = iommu_paging_domain_alloc(&pdev->dev);
	if (IS_ERR(iommu->domain))
		return PTR_ERR(iommu->domain);
	iommu->pasid = iommu_alloc_global_pasid(&pdev->dev);
	if (iommu->pasid == IOMMU_PASID_INVALID) {
		err = -ENOSPC;
		goto err_free_domain;
	}
	err = vdsa_iommu_attach(iommu);
	if (err)
		goto err_free_pasid;
	return 0;

err_free_pasid:
	iommu_free_global_pasid(iommu->pasid);
err_free_domain:
	iommu_domain_free(iommu->domain);
	return err;
}

void vdsa_iommu_exit(struct vdsa_iommu *iommu)
{
	vdsa_iommu_detach(iommu);
	vdsa_iommu_clear(iommu);
	iommu_free_global_pasid(iommu->pasid);
	iommu_domain_free(iommu->domain);
	mtree_destroy(&iommu->ranges);
}

u64 vdsa_iommu_max(const struct vdsa_iommu *iommu)
{
	return iommu->domain->geometry.aperture_end;
}

static unsigned long last_frame(u64 iova, size_t len)
{
	return (iova + len - 1) >> PAGE_SHIFT;
}

int vdsa_iommu_map(struct vdsa_iommu *iommu, u64 iova, phys_addr_t phys, size_t len, bool writable)
{
	int prot = IOMMU_READ | IOMMU_CACHE | (writable ? IOMMU_WRITE : 0);
	u64 max = vdsa_iommu_max(iommu);
	int err;

	if (!len || iova > max || len - 1 > max - iova)
		return -ERANGE;
	/* Kernels answer a mapping over another with a warning. */
	err = mtree_insert_range(&iommu->ranges, iova >> PAGE_SHIFT, last_frame(iova, len),
				 iommu, GFP_KERNEL);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = iommu_map(iommu->domain, iova, phys, len, prot, GFP_KERNEL);
	if (err)
		mtree_store_range(&iommu->ranges, iova >> PAGE_SHIFT, last_frame(iova, len),
				  NULL, GFP_KERNEL);
	return err;
}

void vdsa_iommu_unmap(struct vdsa_iommu *iommu, u64 iova, size_t len)
{
	u64 max = vdsa_iommu_max(iommu);

	if (!len || iova > max || len - 1 > max - iova)
		return;
	iommu_unmap(iommu->domain, iova, len);
	mtree_store_range(&iommu->ranges, iova >> PAGE_SHIFT, last_frame(iova, len), NULL, GFP_KERNEL);
}

/* The first range that is mapped; false where nothing is. */
static bool first_range(struct vdsa_iommu *iommu, u64 *iova, size_t *len)
{
	MA_STATE(mas, &iommu->ranges, 0, 0);
	bool found;

	mas_lock(&mas);
	found = mas_find(&mas, ULONG_MAX);
	*iova = (u64)mas.index << PAGE_SHIFT;
	*len = (size_t)(mas.last - mas.index + 1) << PAGE_SHIFT;
	mas_unlock(&mas);
	return found;
}

void vdsa_iommu_clear(struct vdsa_iommu *iommu)
{
	size_t len;
	u64 iova;

	while (first_range(iommu, &iova, &len))
		vdsa_iommu_unmap(iommu, iova, len);
}
