/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The address space of one slice: an IOMMU domain on a PASID of the function. The domain is
 * its own, or one that slices of a function share while one holder has their vdevs.
 */
#ifndef VDSA_IOMMU_H
#define VDSA_IOMMU_H

#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/types.h>
#include "domain.h"

/* Map the page at @iova; 0 or -errno. May sleep. */
typedef int (*vdsa_iommu_fault_fn)(void *data, u64 iova, bool write);

struct vdsa_iommu {
	struct iommu_attach_handle handle;	/* finds this struct in a page request */
	struct pci_dev *pdev;
	struct vdsa_domain own;
	struct vdsa_domain *domain;	/* in use; vdsa_iommu_use() writes it under lock, its caller may read it without */
	u32 pasid;			/* fixed */
	u64 max;			/* fixed: last address that a domain of the function can map */
	bool page_requests;		/* fixed: the function's are delivered */
	struct mutex lock;		/* before groups_lock */
	bool ended;			/* lock */
	bool usable;			/* lock: the PASID is to be attached */
	bool attached;			/* lock: it is */
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
/* Likewise for good: the function may go. */
void vdsa_iommu_end(struct vdsa_iommu *iommu);
int vdsa_iommu_attach(struct vdsa_iommu *iommu);
/* An empty domain for others to use, too; -ENODEV: after vdsa_iommu_end(). */
int vdsa_iommu_make_domain(struct vdsa_iommu *iommu, struct vdsa_domain *domain);
/*
 * Have the PASID use that domain, made for the same function; NULL: its own. On an error it is attached
 * to none, and the next call tries again. After vdsa_iommu_detach() it is attached by vdsa_iommu_attach()
 * alone. What running descriptors access meanwhile faults, and unanswered page requests are refused.
 * The caller serialises calls, and has it use its own domain before the other or the slice ends.
 */
int vdsa_iommu_use(struct vdsa_iommu *iommu, struct vdsa_domain *domain);

/*
 * While @fault is set, it is called for the page requests of the PASID, without locks
 * and one at a time. After it is set to NULL no call runs any more.
 */
void vdsa_iommu_set_fault(struct vdsa_iommu *iommu, vdsa_iommu_fault_fn fault, void *data);

#endif /* VDSA_IOMMU_H */
