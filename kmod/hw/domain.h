/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What work queues can reach: an IOMMU domain with the ranges that are mapped here, and
 * nothing else.
 */
#ifndef VDSA_DOMAIN_H
#define VDSA_DOMAIN_H

#include <linux/iommu.h>
#include <linux/maple_tree.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct vdsa_domain {
	struct iommu_domain *kernel;
	struct maple_tree ranges;	/* page frames of IOVA that are mapped */
};

/* Pages of IOVA that one call of map has mapped: the first one, and the one after the last. */
struct vdsa_domain_range {
	unsigned long begin, end;
	bool writable;			/* by the device */
};

/* An empty domain for @pdev; exit unmaps all. */
int vdsa_domain_init(struct vdsa_domain *domain, struct pci_dev *pdev);
void vdsa_domain_exit(struct vdsa_domain *domain);

/*
 * Ranges are of pages of IOVA, the end excluded. map maps the @nr entries of the table, which has
 * as many pages, all or none; -EADDRINUSE: part of the range is mapped already. unmap is for a range
 * without a gap, and returns when the device can no longer reach it (IOTLB flushed). Calls for
 * different ranges need no lock.
 */
int vdsa_domain_map(struct vdsa_domain *domain, const struct vdsa_domain_range *range,
		    struct scatterlist *table, u32 nr);
void vdsa_domain_unmap(struct vdsa_domain *domain, unsigned long begin, unsigned long end);
/* Unmap what is mapped of a range. No large page of the IOMMU may be partly outside of it. */
void vdsa_domain_unmap_within(struct vdsa_domain *domain, unsigned long begin, unsigned long end);
/* The first mapped range that has a page of this one, also while map has not ended; false if none. */
bool vdsa_domain_find(struct vdsa_domain *domain, unsigned long begin, unsigned long end,
		      struct vdsa_domain_range *range);
/* Unmap all that is left. */
void vdsa_domain_clear(struct vdsa_domain *domain);

#endif /* VDSA_DOMAIN_H */
