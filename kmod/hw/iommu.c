// SPDX-License-Identifier: GPL-2.0
/*
 * The memory that the work queues of a slice can reach: the ranges that are mapped
 * here, in a domain of their own on a PASID of their own, and nothing else. A page
 * request of the device is passed to the fault callback, which maps the page or
 * refuses, and is then answered.
 */
#include <linux/iommu.h>
#include <linux/scatterlist.h>
#include <linux/workqueue.h>
#include "core/compat.h"
#include "iommu.h"

bool vdsa_iommu_is_supported(struct pci_dev *pdev)
{
	return pdev->pasid_enabled && pdev->dev.iommu && pdev->dev.iommu->max_pasids;
}

static bool serve(struct vdsa_iommu *iommu, const struct iommu_fault_page_request *request)
{
	bool write = request->perm & IOMMU_FAULT_PERM_WRITE;

	guard(mutex)(&iommu->fault_lock);
	return iommu->fault && !iommu->fault(iommu->fault_data, request->addr, write);
}

static void answer_locked(struct iopf_group *group, enum iommu_page_response_code code)
{
	list_del(&group->node);
	iopf_group_response(group, code);
	iopf_free_group(group);
}

/* The next page of the group after @n served ones; false: the group is complete. */
static bool next_page(struct vdsa_iommu *iommu, u32 n, bool valid,
		      struct iommu_fault_page_request *request)
{
	struct iopf_fault *fault;

	guard(mutex)(&iommu->groups_lock);
	if (!iommu->serving)
		return false;
	list_for_each_entry(fault, &iommu->serving->faults, list) {
		if (n--)
			continue;
		*request = fault->fault.prm;
		return true;
	}
	answer_locked(iommu->serving, valid ? IOMMU_PAGE_RESP_SUCCESS : IOMMU_PAGE_RESP_INVALID);
	iommu->serving = NULL;
	return false;
}

static bool next_group(struct vdsa_iommu *iommu)
{
	guard(mutex)(&iommu->groups_lock);
	iommu->serving = list_first_entry_or_null(&iommu->groups, struct iopf_group, node);
	return iommu->serving;
}

/* One answer serves all pages of a group. */
static void serve_groups(struct work_struct *work)
{
	struct vdsa_iommu *iommu = container_of(work, struct vdsa_iommu, serve);
	struct iommu_fault_page_request request;
	bool valid;
	u32 n;

	while (next_group(iommu)) {
		valid = true;
		for (n = 0; next_page(iommu, n, valid, &request); n++)
			valid &= serve(iommu, &request);
	}
}

/*
 * On a queue of the slice: pinning a page may wait for its holder, and the IOMMU's
 * queue is shared.
 */
static int queue_request(struct iopf_group *group)
{
	struct vdsa_iommu *iommu = container_of(group->attach_handle, struct vdsa_iommu, handle);

	guard(mutex)(&iommu->groups_lock);
	if (iommu->refusing)
		return -ENODEV;
	list_add_tail(&group->node, &iommu->groups);
	queue_work(iommu->requests, &iommu->serve);
	return 0;
}

/*
 * The kernel frees all unanswered groups of the function when its last PASID with page
 * requests is detached or idxd turns them off. So all must be answered before, even
 * one that waits for the holder.
 */
static void refuse_requests(struct vdsa_iommu *iommu)
{
	struct iopf_group *group, *next;

	guard(mutex)(&iommu->groups_lock);
	iommu->refusing = true;
	iommu->serving = NULL;
	list_for_each_entry_safe(group, next, &iommu->groups, node)
		answer_locked(group, IOMMU_PAGE_RESP_INVALID);
}

void vdsa_iommu_set_fault(struct vdsa_iommu *iommu, vdsa_iommu_fault_fn fault, void *data)
{
	guard(mutex)(&iommu->fault_lock);
	iommu->fault = fault;
	iommu->fault_data = data;
}

int vdsa_iommu_attach(struct vdsa_iommu *iommu)
{
	int err;

	if (iommu->attached)
		return 0;
	scoped_guard(mutex, &iommu->groups_lock)
		iommu->refusing = false;
	err = iommu_attach_device_pasid(iommu->domain, &iommu->pdev->dev, iommu->pasid,
					&iommu->handle);
	iommu->attached = !err;
	return err;
}

/*
 * Page requests are enabled before the device is, or never: it halts if its PRI
 * capability changes later. The IOMMU driver enables them, on older kernels idxd;
 * there a device without a fault queue gets no answers.
 */
static bool has_page_requests(struct pci_dev *pdev)
{
	return pdev->pri_enabled && (VDSA_IOPF_AT_ATTACH ||
				     rcu_access_pointer(pdev->dev.iommu->fault_param));
}

static int attach_first(struct vdsa_iommu *iommu)
{
	int err = -ENODEV;

	iommu->page_requests = has_page_requests(iommu->pdev);
	if (iommu->page_requests) {
		iommu->domain->iopf_handler = queue_request;
		err = vdsa_iommu_attach(iommu);
	}
	if (err == -ENODEV || err == -EINVAL) {
		iommu->page_requests = false;
		iommu->domain->iopf_handler = NULL;
		err = vdsa_iommu_attach(iommu);
	}
	return err;
}

void vdsa_iommu_detach(struct vdsa_iommu *iommu)
{
	if (!iommu->attached)
		return;
	refuse_requests(iommu);
	iommu_detach_device_pasid(iommu->domain, &iommu->pdev->dev, iommu->pasid);
	iommu->attached = false;
}

int vdsa_iommu_init(struct vdsa_iommu *iommu, struct pci_dev *pdev)
{
	int err;

	iommu->pdev = pdev;
	mt_init(&iommu->ranges);
	mutex_init(&iommu->fault_lock);
	mutex_init(&iommu->groups_lock);
	INIT_LIST_HEAD(&iommu->groups);
	INIT_WORK(&iommu->serve, serve_groups);
	iommu->requests = alloc_workqueue("dsa_vdev-%s", WQ_UNBOUND, 1, pci_name(pdev));
	if (!iommu->requests)
		return -ENOMEM;
	iommu->domain = iommu_paging_domain_alloc(&pdev->dev);
	if (IS_ERR(iommu->domain)) {
		err = PTR_ERR(iommu->domain);
		goto err_free_queue;
	}
	iommu->pasid = iommu_alloc_global_pasid(&pdev->dev);
	if (iommu->pasid == IOMMU_PASID_INVALID) {
		err = -ENOSPC;
		goto err_free_domain;
	}
	err = attach_first(iommu);
	if (err)
		goto err_free_pasid;
	return 0;

err_free_pasid:
	iommu_free_global_pasid(iommu->pasid);
err_free_domain:
	iommu_domain_free(iommu->domain);
err_free_queue:
	destroy_workqueue(iommu->requests);
	return err;
}

void vdsa_iommu_exit(struct vdsa_iommu *iommu)
{
	vdsa_iommu_detach(iommu);
	destroy_workqueue(iommu->requests);	/* once all are answered */
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

/* Must succeed without memory, or the range would be cleared again and again. */
static void forget_range(struct vdsa_iommu *iommu, u64 iova, size_t len)
{
	mtree_store_range(&iommu->ranges, iova >> PAGE_SHIFT, last_frame(iova, len), NULL,
			  GFP_KERNEL | __GFP_NOFAIL);
}

int vdsa_iommu_map(struct vdsa_iommu *iommu, u64 iova, size_t len, struct scatterlist *table,
		   u32 nr, bool writable)
{
	int prot = IOMMU_READ | IOMMU_CACHE | (writable ? IOMMU_WRITE : 0);
	u64 max = vdsa_iommu_max(iommu);
	ssize_t ret;
	int err;

	if (!len || iova > max || len - 1 > max - iova)
		return -ERANGE;
	/* Some kernels warn about a mapping over another. */
	err = mtree_insert_range(&iommu->ranges, iova >> PAGE_SHIFT, last_frame(iova, len),
				 iommu, GFP_KERNEL_ACCOUNT);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	/* At once: a virtual IOMMU, which is told of mappings, is told once. */
	ret = iommu_map_sg(iommu->domain, iova, table, nr, prot, GFP_KERNEL_ACCOUNT);
	if (ret >= 0)
		return 0;
	forget_range(iommu, iova, len);
	return ret;
}

void vdsa_iommu_unmap(struct vdsa_iommu *iommu, u64 iova, size_t len)
{
	u64 max = vdsa_iommu_max(iommu);

	if (!len || iova > max || len - 1 > max - iova)
		return;
	iommu_unmap(iommu->domain, iova, len);
	forget_range(iommu, iova, len);
}

/* The first mapped range; false if none. */
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
