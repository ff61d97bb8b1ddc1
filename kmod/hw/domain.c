// SPDX-License-Identifier: GPL-2.0
/* An IOMMU domain and what is mapped in it. See domain.h. */
#include <linux/iommu.h>
#include <linux/pfn.h>
#include <linux/scatterlist.h>
#include <linux/xarray.h>
#include "domain.h"

int vdsa_domain_init(struct vdsa_domain *domain, struct pci_dev *pdev)
{
	domain->kernel = iommu_paging_domain_alloc(&pdev->dev);
	if (IS_ERR(domain->kernel))
		return PTR_ERR(domain->kernel);
	mt_init(&domain->ranges);
	return 0;
}

void vdsa_domain_exit(struct vdsa_domain *domain)
{
	vdsa_domain_clear(domain);
	iommu_domain_free(domain->kernel);
	mtree_destroy(&domain->ranges);
}

static bool can_map(const struct vdsa_domain *domain, unsigned long begin, unsigned long end)
{
	return begin < end && end - 1 <= PHYS_PFN(domain->kernel->geometry.aperture_end);
}

/* Must succeed without memory, or the range would be cleared again and again. */
static void forget_range(struct vdsa_domain *domain, unsigned long begin, unsigned long end)
{
	mtree_store_range(&domain->ranges, begin, end - 1, NULL, GFP_KERNEL | __GFP_NOFAIL);
}

int vdsa_domain_map(struct vdsa_domain *domain, const struct vdsa_domain_range *range,
		    struct scatterlist *table, u32 nr)
{
	int prot = IOMMU_READ | IOMMU_CACHE | (range->writable ? IOMMU_WRITE : 0);
	ssize_t ret;
	int err;

	if (!can_map(domain, range->begin, range->end))
		return -ERANGE;
	/* Some kernels warn about a mapping over another. */
	err = mtree_insert_range(&domain->ranges, range->begin, range->end - 1,
				 xa_mk_value(range->writable), GFP_KERNEL_ACCOUNT);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	/* At once: a virtual IOMMU, which is told of mappings, is told once. */
	ret = iommu_map_sg(domain->kernel, PFN_PHYS(range->begin), table, nr, prot,
			   GFP_KERNEL_ACCOUNT);
	if (ret >= 0)
		return 0;
	forget_range(domain, range->begin, range->end);
	return ret;
}

void vdsa_domain_unmap(struct vdsa_domain *domain, unsigned long begin, unsigned long end)
{
	if (!can_map(domain, begin, end))
		return;
	iommu_unmap(domain->kernel, PFN_PHYS(begin), (end - begin) << PAGE_SHIFT);
	forget_range(domain, begin, end);
}

bool vdsa_domain_find(struct vdsa_domain *domain, unsigned long begin, unsigned long end,
		      struct vdsa_domain_range *range)
{
	MA_STATE(mas, &domain->ranges, begin, begin);
	void *found;

	mas_lock(&mas);
	found = mas_find(&mas, end - 1);
	*range = (struct vdsa_domain_range) {
		.begin = mas.index,
		.end = mas.last + 1,
		.writable = found && xa_to_value(found),
	};
	mas_unlock(&mas);
	return found;
}

void vdsa_domain_unmap_within(struct vdsa_domain *domain, unsigned long begin, unsigned long end)
{
	struct vdsa_domain_range range;
	unsigned long next;

	while (begin < end && vdsa_domain_find(domain, begin, end, &range)) {
		begin = max(begin, range.begin);
		do	/* those that follow, at once: each call flushes the IOTLB */
			next = min(end, range.end);
		while (next < end && vdsa_domain_find(domain, next, next + 1, &range));
		vdsa_domain_unmap(domain, begin, next);
		begin = next;
		cond_resched();
	}
}

void vdsa_domain_clear(struct vdsa_domain *domain)
{
	vdsa_domain_unmap_within(domain, 0, ULONG_MAX);
}
