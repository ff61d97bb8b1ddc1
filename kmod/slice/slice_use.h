/* SPDX-License-Identifier: GPL-2.0 */
/* What the client of a slice, its vdev, does with it. */
#ifndef VDSA_SLICE_USE_H
#define VDSA_SLICE_USE_H

#include <linux/eventfd.h>
#include "slice.h"

void vdsa_slice_get_info(const struct vdsa_slice *slice,
			 struct vdsa_slice_info *info);

/*
 * Attach a client, whose callbacks run from now on. If the slice is revoked,
 * revoked() is called first. NULL ops detaches.
 */
void vdsa_slice_set_client(struct vdsa_slice *slice,
			   const struct vdsa_slice_client_ops *ops, void *client);

/* Whether the vdev has a holder, which idxd then counts as a client of each work queue. */
void vdsa_slice_set_open(struct vdsa_slice *slice, bool open);
/* Errors of its descriptors in the host's event log since the vdev was opened. For display. */
u64 vdsa_slice_nr_logged_since_open(const struct vdsa_slice *slice);

/*
 * Commands to host work queue @wq (index in the slice). They sleep. Return 0,
 * a positive host CMDSTS error code, or -errno (-ENXIO: revoked or halted,
 * -ETIMEDOUT: the device did not answer). enable always writes the slice's PASID
 * with PASID_EN first and reads it back.
 */
int vdsa_slice_wq_enable(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_disable(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_drain(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_abort(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_reset(struct vdsa_slice *slice, u32 wq);
/* Abort and disable all work queues and drop pending interrupts; for close and
 * reset. Always stops DMA: if the device does not answer, the PASID is detached. */
void vdsa_slice_quiesce(struct vdsa_slice *slice);

/* Page frame of a portal page of work queue @wq, of its IMS pair. */
unsigned long vdsa_slice_portal_pfn(const struct vdsa_slice *slice, u32 wq,
				    bool limited);

/*
 * Completion vectors 0..nr_wqs-1 (guest MSI-X index minus 1), each a DEV-MSI
 * interrupt in the device's IMS. trigger is an eventfd whose reference
 * the caller keeps until it has set another or NULL.
 */
int vdsa_slice_irq_set_trigger(struct vdsa_slice *slice, u32 vector,
			       struct eventfd_ctx *trigger);
void vdsa_slice_irq_mask(struct vdsa_slice *slice, u32 vector);
void vdsa_slice_irq_unmask(struct vdsa_slice *slice, u32 vector);
/* Drop an interrupt that is pending or in flight; no later holder receives it. */
void vdsa_slice_irq_forget(struct vdsa_slice *slice, u32 vector);
bool vdsa_slice_irq_pending(struct vdsa_slice *slice, u32 vector);
/* The host's interrupt handle of the vector; 0, positive CMDSTS or -errno. */
int vdsa_slice_irq_request_handle(struct vdsa_slice *slice, u32 vector, u32 *handle);
int vdsa_slice_irq_release_handle(struct vdsa_slice *slice, u32 vector);
/* For display: Linux irq, IMS entry, interrupts since the trigger was first set. */
void vdsa_slice_irq_info(struct vdsa_slice *slice, u32 vector,
			 u32 *irq, u32 *ims, u64 *count);

/* Its PASID and the address space of that. It stays while the caller has the slice. */
struct vdsa_iommu *vdsa_slice_iommu(struct vdsa_slice *slice);

#endif /* VDSA_SLICE_USE_H */
