/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the supported kernels (6.12 and later). Every test of a
 * kernel's version is here; Kbuild looks into headers.
 */
#ifndef VDSA_COMPAT_H
#define VDSA_COMPAT_H

#include <linux/eventfd.h>
#include <linux/irq.h>
#include <linux/irqbypass.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#include <linux/pfn_t.h>
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define VDSA_IMPORT_NS(ns)	MODULE_IMPORT_NS(#ns)
#else
#define VDSA_IMPORT_NS(ns)	MODULE_IMPORT_NS(ns)
#endif

/*
 * Newer kernels move an interrupt in process context unless its chip says that
 * the move is to wait for the next interrupt; older ones wait unless the
 * parent says otherwise.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define VDSA_IRQCHIP_MOVE_DEFERRED	IRQCHIP_MOVE_DEFERRED
#else
#define VDSA_IRQCHIP_MOVE_DEFERRED	0
#endif

/* Whether attaching a domain that takes page requests makes the fault queue. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define VDSA_IOPF_AT_ATTACH	1
#else
#define VDSA_IOPF_AT_ATTACH	0
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define vdsa_insert_mixed	vmf_insert_mixed
#else
static inline vm_fault_t vdsa_insert_mixed(struct vm_area_struct *vma, unsigned long addr,
					   unsigned long pfn)
{
	return vmf_insert_mixed(vma, addr, __pfn_to_pfn_t(pfn, PFN_DEV));
}
#endif

static inline int vdsa_irq_bypass_register(struct irq_bypass_producer *producer,
					   struct eventfd_ctx *trigger, unsigned int irq)
{
#ifdef VDSA_IRQ_BYPASS_BY_EVENTFD
	return irq_bypass_register_producer(producer, trigger, irq);
#else
	int err;

	producer->token = trigger;
	producer->irq = irq;
	err = irq_bypass_register_producer(producer);
	if (err)
		producer->token = NULL;
	return err;
#endif
}

/* Also called for one that is not registered. */
static inline void vdsa_irq_bypass_unregister(struct irq_bypass_producer *producer)
{
	irq_bypass_unregister_producer(producer);
#ifndef VDSA_IRQ_BYPASS_BY_EVENTFD
	producer->token = NULL;
#endif
}

#endif /* VDSA_COMPAT_H */
