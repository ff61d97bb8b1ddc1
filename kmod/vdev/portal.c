// SPDX-License-Identifier: GPL-2.0
/* The mapping of portals into the holder's address space. See portal.h. */
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/string.h>
#include "core/compat.h"
#include "model/state.h"
#include "portal.h"

#define PAGES_PER_WQ	(DSA_PORTAL_WQ / DSA_PORTAL_PAGE)

int vdsa_portals_init(struct vdsa_portals *portals,
		      const unsigned long (*pfn)[VDSA_PORTAL_KINDS], u32 nr_wqs,
		      struct address_space *mapping, loff_t offset)
{
	mutex_init(&portals->lock);
	portals->mapping = mapping;
	portals->offset = offset;
	portals->nr_wqs = nr_wqs;
	portals->nr_pages = vdsa_portals_size(nr_wqs) >> PAGE_SHIFT;
	memcpy(portals->pfn, pfn, nr_wqs * sizeof(*pfn));
	return vdsa_portal_view_init(&portals->own, portals);
}

/* The lock stays: other views may be there, see portal_file.c. */
void vdsa_portals_exit(struct vdsa_portals *portals)
{
	vdsa_portal_view_exit(&portals->own);
}

int vdsa_portal_view_init(struct vdsa_portal_view *view, struct vdsa_portals *portals)
{
	view->dummy = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!view->dummy)
		return -ENOMEM;
	view->portals = portals;
	scoped_guard(mutex, &portals->lock)
		view->holder = portals->holder;
	return 0;
}

void vdsa_portal_view_exit(struct vdsa_portal_view *view)
{
	__free_page(view->dummy);
}

/*
 * The guest knows of no IMS, so its MSI-X pair of pages is the host's IMS pair; the
 * positions of the IMS pair show the same pages again.
 */
static unsigned long portal_pfn(const struct vdsa_portal_view *view, pgoff_t page)
{
	const struct vdsa_portals *portals = view->portals;

	lockdep_assert_held(&portals->lock);
	if (portals->revoked || view->holder != portals->holder ||
	    page / PAGES_PER_WQ >= portals->nr_wqs)
		return page_to_pfn(view->dummy);
	return portals->pfn[page / PAGES_PER_WQ][page & 1];
}

static vm_fault_t portal_fault(struct vm_fault *vmf)
{
	struct vdsa_portal_view *view = vmf->vma->vm_private_data;
	struct vdsa_portals *portals = view->portals;
	pgoff_t page = vmf->pgoff - (portals->offset >> PAGE_SHIFT);
	vm_fault_t ret = VM_FAULT_SIGBUS;

	mutex_lock(&portals->lock);
	if (page < portals->nr_pages)
		ret = vdsa_insert_mixed(vmf->vma, vmf->address, portal_pfn(view, page));
	mutex_unlock(&portals->lock);
	return ret;
}

static const struct vm_operations_struct portal_vm_ops = {
	.fault = portal_fault,
};

int vdsa_portals_mmap(struct vdsa_portal_view *view, struct vm_area_struct *vma)
{
	struct vdsa_portals *portals = view->portals;
	pgoff_t page = vma->vm_pgoff - (portals->offset >> PAGE_SHIFT);

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (page >= portals->nr_pages ||
	    vma_pages(vma) > portals->nr_pages - page)
		return -EINVAL;
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	/*
	 * Type 1 maps VM_PFNMAP areas for the other functions of a container, where
	 * they cannot be revoked: those could write to the portal of a later holder.
	 */
	vm_flags_set(vma, VM_IO | VM_MIXEDMAP | VM_DONTEXPAND | VM_DONTDUMP |
		     VM_DONTCOPY);
	vma->vm_private_data = view;
	vma->vm_ops = &portal_vm_ops;
	return 0;
}

/* Each page faults again and is mapped by the new state. */
static void zap(struct vdsa_portals *portals)
{
	unmap_mapping_range(portals->mapping, portals->offset,
			    (loff_t)portals->nr_pages << PAGE_SHIFT, true);
}

static void set_revoked(struct vdsa_portals *portals, bool revoked)
{
	mutex_lock(&portals->lock);
	portals->revoked = revoked;
	mutex_unlock(&portals->lock);
	zap(portals);
}

void vdsa_portals_revoke(struct vdsa_portals *portals)
{
	set_revoked(portals, true);
}

void vdsa_portals_restore(struct vdsa_portals *portals)
{
	set_revoked(portals, false);
}

bool vdsa_portals_are_revoked(struct vdsa_portals *portals)
{
	guard(mutex)(&portals->lock);
	return portals->revoked;
}

/* The device's own file is not mapped when it is closed. */
void vdsa_portals_renew(struct vdsa_portals *portals)
{
	mutex_lock(&portals->lock);
	portals->own.holder = ++portals->holder;
	mutex_unlock(&portals->lock);
	zap(portals);
	clear_highpage(portals->own.dummy);
}
