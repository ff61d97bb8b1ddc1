/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DEV-MSI: Linux interrupts with their message in a function's interrupt message
 * storage (IMS), each for one PASID, each signalling an eventfd.
 */
#ifndef VDSA_IRQ_H
#define VDSA_IRQ_H

#include <linux/eventfd.h>
#include <linux/pci.h>
#include <linux/types.h>

struct vdsa_irq_domain;
struct vdsa_vector;

/* The interrupt domain of a function, with its storage; NULL: it cannot have one; or -ENOMEM. */
struct vdsa_irq_domain *vdsa_irq_domain_create(struct pci_dev *pdev, void __iomem *ims, u32 nr);
void vdsa_irq_domain_destroy(struct vdsa_irq_domain *irqs);
bool vdsa_irq_is_remapped(struct pci_dev *pdev);

/* A vector in entry @entry, masked, for @pasid. @name is its interrupt's name. */
struct vdsa_vector *vdsa_vector_alloc(struct vdsa_irq_domain *irqs, u32 entry, u32 pasid,
				      const char *name);
/* Also removes its trigger. */
void vdsa_vector_free(struct vdsa_vector *vector);

/* These sleep, and the caller serialises them. */
int vdsa_vector_set_trigger(struct vdsa_vector *vector, struct eventfd_ctx *trigger);
void vdsa_vector_mask(struct vdsa_vector *vector, bool mask);
bool vdsa_vector_pending(struct vdsa_vector *vector);
/* Write the entry again: a reset of the function cleared the storage. */
void vdsa_vector_restore(struct vdsa_vector *vector);
/* Remove the trigger, mask, and drop what is pending or in flight. The work queue
 * must be stopped. */
void vdsa_vector_forget(struct vdsa_vector *vector);
/* Drop pending interrupts but keep the trigger for later ones. The work queue must
 * be stopped. */
void vdsa_vector_drop(struct vdsa_vector *vector);
/* Forget the vector and set its count to 0, for the next holder. */
void vdsa_vector_reset(struct vdsa_vector *vector);

u32 vdsa_vector_entry(const struct vdsa_vector *vector);
u32 vdsa_vector_irq(const struct vdsa_vector *vector);
u64 vdsa_vector_count(const struct vdsa_vector *vector);

#endif /* VDSA_IRQ_H */
