// SPDX-License-Identifier: GPL-2.0
/*
 * The address space of a slice: a domain on a PASID of its own. A page request of the
 * device is passed to the fault callback, which maps the page or refuses, and is then
 * answered.
 */
#include <linux/cleanup.h>
#include <linux/iommu.h>
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

static int attach(struct vdsa_iommu *iommu)
{
	int err;

	lockdep_assert_held(&iommu->lock);
	if (iommu->attached)
		return 0;
	scoped_guard(mutex, &iommu->groups_lock)
		iommu->refusing = false;
	iommu->domain->kernel->iopf_handler = iommu->page_requests ? queue_request : NULL;
	err = iommu_attach_device_pasid(iommu->domain->kernel, &iommu->pdev->dev, iommu->pasid,
					&iommu->handle);
	iommu->attached = !err;
	return err;
}

static void detach(struct vdsa_iommu *iommu)
{
	lockdep_assert_held(&iommu->lock);
	if (!iommu->attached)
		return;
	refuse_requests(iommu);
	iommu_detach_device_pasid(iommu->domain->kernel, &iommu->pdev->dev, iommu->pasid);
	iommu->attached = false;
}

int vdsa_iommu_attach(struct vdsa_iommu *iommu)
{
	guard(mutex)(&iommu->lock);
	iommu->usable = true;
	return attach(iommu);
}

void vdsa_iommu_detach(struct vdsa_iommu *iommu)
{
	guard(mutex)(&iommu->lock);
	iommu->usable = false;
	detach(iommu);
}

void vdsa_iommu_end(struct vdsa_iommu *iommu)
{
	guard(mutex)(&iommu->lock);
	iommu->ended = true;
	iommu->usable = false;
	detach(iommu);
}

int vdsa_iommu_use(struct vdsa_iommu *iommu, struct vdsa_domain *domain)
{
	guard(mutex)(&iommu->lock);
	if (!domain)
		domain = &iommu->own;
	if (domain != iommu->domain)
		detach(iommu);
	iommu->domain = domain;
	return iommu->usable ? attach(iommu) : 0;
}

/* Until the slice ends, the function and its IOMMU are there. */
int vdsa_iommu_make_domain(struct vdsa_iommu *iommu, struct vdsa_domain *domain)
{
	guard(mutex)(&iommu->lock);
	return iommu->ended ? -ENODEV : vdsa_domain_init(domain, iommu->pdev);
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
	if (iommu->page_requests)
		err = vdsa_iommu_attach(iommu);
	if (err == -ENODEV || err == -EINVAL) {
		iommu->page_requests = false;
		err = vdsa_iommu_attach(iommu);
	}
	return err;
}

int vdsa_iommu_init(struct vdsa_iommu *iommu, struct pci_dev *pdev)
{
	int err;

	iommu->pdev = pdev;
	mutex_init(&iommu->lock);
	mutex_init(&iommu->fault_lock);
	mutex_init(&iommu->groups_lock);
	INIT_LIST_HEAD(&iommu->groups);
	INIT_WORK(&iommu->serve, serve_groups);
	iommu->requests = alloc_workqueue("dsa_vdev-%s", WQ_UNBOUND, 1, pci_name(pdev));
	if (!iommu->requests)
		return -ENOMEM;
	err = vdsa_domain_init(&iommu->own, pdev);
	if (err)
		goto err_free_queue;
	iommu->domain = &iommu->own;
	iommu->max = iommu->own.kernel->geometry.aperture_end;
	iommu->pasid = iommu_alloc_global_pasid(&pdev->dev);
	if (iommu->pasid == IOMMU_PASID_INVALID) {
		err = -ENOSPC;
		goto err_exit_domain;
	}
	err = attach_first(iommu);
	if (err)
		goto err_free_pasid;
	return 0;

err_free_pasid:
	iommu_free_global_pasid(iommu->pasid);
err_exit_domain:
	vdsa_domain_exit(&iommu->own);
err_free_queue:
	destroy_workqueue(iommu->requests);
	return err;
}

void vdsa_iommu_exit(struct vdsa_iommu *iommu)
{
	WARN_ON_ONCE(iommu->domain != &iommu->own);
	vdsa_iommu_detach(iommu);
	destroy_workqueue(iommu->requests);	/* once all are answered */
	iommu_free_global_pasid(iommu->pasid);
	vdsa_domain_exit(&iommu->own);
	mutex_destroy(&iommu->lock);
}
