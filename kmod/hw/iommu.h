/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The address space of one slice: an IOMMU domain on a PASID of the function.
 */
#ifndef VDSA_IOMMU_H
#define VDSA_IOMMU_H

#include <linux/iommu.h>
#include <linux/maple_tree.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

/* Map the page at @iova; 0 or -errno. May sleep. */
typedef int (*vdsa_iommu_fault_fn)(void *data, u64 iova, bool write);

struct vdsa_iommu {
	struct iommu_attach_handle handle;	/* finds this struct in a page request */
	struct pci_dev *pdev;
	struct iommu_domain *domain;
	struct maple_tree ranges;	/* page frames of IOVA that are mapped */
	u32 pasid;
	bool attached;			/* the caller's lock */
	bool page_requests;		/* fixed: the function's are delivered */
	struct workqueue_struct *requests;	/* for page requests to be answered */
	struct work_struct serve;
	struct mutex groups_lock;	/* of the fields below; innermost */
	struct list_head groups;	/* of unanswered requests */
	struct iopf_group *serving;	/* the first of them; NULL: none, or it was answered */
	bool refusing;			/* new requests: the PASID is detached */
	struct mutex fault_lock;
	vdsa_iommu_fault_fn fault;	/* fault_lock; NULL: all are invalid */
	void *fault_data;		/* fault_lock */
};

/* Whether the function and its IOMMU support it. */
bool vdsa_iommu_is_supported(struct pci_dev *pdev);

/* An empty domain, attached to a PASID of its own. */
int vdsa_iommu_init(struct vdsa_iommu *iommu, struct pci_dev *pdev);
void vdsa_iommu_exit(struct vdsa_iommu *iommu);
/* Detach the PASID: running descriptors reach no memory any more. */
void vdsa_iommu_detach(struct vdsa_iommu *iommu);
int vdsa_iommu_attach(struct vdsa_iommu *iommu);

/*
 * While @fault is set, it is called for the page requests of the PASID, without locks
 * and one at a time. After it is set to NULL no call runs any more.
 */
void vdsa_iommu_set_fault(struct vdsa_iommu *iommu, vdsa_iommu_fault_fn fault, void *data);
/*
 * @iova and @len are page aligned. map maps the @nr entries of the table, whose length is
 * @len, all or none.
 * -EADDRINUSE: part of the range is mapped already. unmap returns when the device can
 * no longer reach the range (IOTLB flushed). They need no lock.
 */
int vdsa_iommu_map(struct vdsa_iommu *iommu, u64 iova, size_t len, struct scatterlist *table,
		   u32 nr, bool writable);
void vdsa_iommu_unmap(struct vdsa_iommu *iommu, u64 iova, size_t len);
/* Unmap all that is left. */
void vdsa_iommu_clear(struct vdsa_iommu *iommu);
/* Aperture end of the domain: IOVAs above cannot be mapped. */
u64 vdsa_iommu_max(const struct vdsa_iommu *iommu);

#endif /* VDSA_IOMMU_H */
