// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of the interrupt message storage as Linux interrupts that signal eventfds.
 *
 * The kernel has no IMS domain that a module may use, so this file has its own
 * interrupt domain on top of the PCI function's (the vector or the remapping
 * domain), allocated as that function's MSI-X would be. An entry fires only for a
 * work queue with the same PASID: it has the PASID from before its interrupt is
 * requested until after it is freed.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/irq.h>
#include <linux/irqbypass.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/hw_irq.h>
#include "core/compat.h"
#include "irq.h"
#include "model/regs.h"

struct vdsa_irq_domain {
	struct pci_dev *pdev;
	void __iomem *ims;
	struct fwnode_handle *fwnode;
	struct irq_domain *domain;
};

struct vdsa_vector {
	struct vdsa_irq_domain *irqs;
	u32 entry;
	u32 pasid;
	unsigned int virq;
	bool requested;			/* the caller's lock */
	bool quiet;			/* requested, disabled, no trigger; the caller's lock */
	bool used;			/* requested since it was forgotten; the caller's lock */
	bool stale;			/* an earlier holder's may arrive; the caller's lock */
	char name[48];
	struct eventfd_ctx *trigger;	/* read by the handler */
	struct irq_bypass_producer producer;
	u64 count;			/* written by the handler only */

	raw_spinlock_t lock;		/* of the entry and the fields below */
	struct msi_msg msg;
	bool core_masked;		/* by the interrupt core */
	bool owner_masked;		/* by the vdev */
};

static void __iomem *entry_base(const struct vdsa_vector *vector)
{
	return vector->irqs->ims + vector->entry * DSA_IMS_STRIDE;
}

static u32 entry_ctrl(const struct vdsa_vector *vector)
{
	u32 ctrl = DSA_PERM_PASID_EN | vector->pasid << DSA_PERM_PASID_SHIFT;

	if (vector->core_masked || vector->owner_masked)
		ctrl |= DSA_IMS_CTRL_MASK;
	return ctrl;
}

/* Read back, so that the write has reached the device. */
static void entry_write_ctrl(struct vdsa_vector *vector, u32 ctrl)
{
	writel(ctrl, entry_base(vector) + DSA_IMS_CTRL);
	readl(entry_base(vector) + DSA_IMS_CTRL);
}

static void entry_write_msg(struct vdsa_vector *vector, const struct msi_msg *msg)
{
	void __iomem *base = entry_base(vector);

	writel(msg->address_lo, base + DSA_IMS_ADDRESS);
	writel(msg->address_hi, base + DSA_IMS_ADDRESS + 4);
	writel(msg->data, base + DSA_IMS_DATA);
}

static const struct msi_msg no_msg = { .address_lo = DSA_IMS_ADDRESS_RESET };

/* A message has several parts: mask while they are inconsistent. */
static void entry_write(struct vdsa_vector *vector)
{
	lockdep_assert_held(&vector->lock);
	entry_write_ctrl(vector, entry_ctrl(vector) | DSA_IMS_CTRL_MASK);
	entry_write_msg(vector, &vector->msg);
	entry_write_ctrl(vector, entry_ctrl(vector));
}

static void entry_clear(struct vdsa_vector *vector)
{
	entry_write_ctrl(vector, DSA_IMS_CTRL_MASK);
	entry_write_msg(vector, &no_msg);
	entry_write_ctrl(vector, DSA_IMS_CTRL_MASK);
}

static void chip_set_mask(struct irq_data *data, bool mask)
{
	struct vdsa_vector *vector = irq_data_get_irq_chip_data(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&vector->lock, flags);
	vector->core_masked = mask;
	entry_write_ctrl(vector, entry_ctrl(vector));
	raw_spin_unlock_irqrestore(&vector->lock, flags);
}

static void chip_mask(struct irq_data *data)
{
	chip_set_mask(data, true);
}

static void chip_unmask(struct irq_data *data)
{
	chip_set_mask(data, false);
}

/* The nearest domain below that composes messages; the kernel's own walk is
 * not exported. */
static void compose(struct irq_data *data, struct msi_msg *msg)
{
	for (data = data->parent_data; data; data = data->parent_data)
		if (data->chip && data->chip->irq_compose_msi_msg) {
			data->chip->irq_compose_msi_msg(data, msg);
			return;
		}
}

static void vector_set_msg(struct vdsa_vector *vector, const struct msi_msg *msg)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vector->lock, flags);
	vector->msg = *msg;
	entry_write(vector);
	raw_spin_unlock_irqrestore(&vector->lock, flags);
}

static void compose_and_write(struct irq_data *data)
{
	struct vdsa_vector *vector = irq_data_get_irq_chip_data(data);
	struct msi_msg msg = {};

	compose(data, &msg);
	vector_set_msg(vector, &msg);
}

static int chip_set_affinity(struct irq_data *data, const struct cpumask *mask, bool force)
{
	int ret = irq_chip_set_affinity_parent(data, mask, force);

	if (ret >= 0 && ret != IRQ_SET_MASK_OK_DONE)
		compose_and_write(data);
	return ret;
}

#define IMS_CHIP(more_flags) {					\
	.name = "DSA-IMS",					\
	.irq_mask = chip_mask,					\
	.irq_unmask = chip_unmask,				\
	.irq_ack = irq_chip_ack_parent,				\
	.irq_retrigger = irq_chip_retrigger_hierarchy,		\
	.irq_set_affinity = chip_set_affinity,			\
	.flags = IRQCHIP_SKIP_SET_WAKE |			\
		 IRQCHIP_AFFINITY_PRE_STARTUP | (more_flags),	\
}

static struct irq_chip remapped_chip = IMS_CHIP(0);

/* Without remapping a message changes with the affinity, so it may only be
 * changed on the CPU that takes the interrupt. */
static struct irq_chip plain_chip = IMS_CHIP(VDSA_IRQCHIP_MOVE_DEFERRED);

bool vdsa_irq_is_remapped(struct pci_dev *pdev)
{
	struct irq_domain *domain = dev_get_msi_domain(&pdev->dev);

	for (; domain; domain = domain->parent)
		if (domain->flags & IRQ_DOMAIN_FLAG_ISOLATED_MSI)
			return true;
	return false;
}

struct alloc_arg {
	struct irq_alloc_info info;	/* first: the parents' argument */
	struct vdsa_vector *vector;
};

static int domain_alloc(struct irq_domain *domain, unsigned int virq, unsigned int nr, void *arg)
{
	struct alloc_arg *alloc = arg;
	struct vdsa_vector *vector = alloc->vector;
	struct irq_chip *chip = vdsa_irq_is_remapped(vector->irqs->pdev) ?
				&remapped_chip : &plain_chip;
	int err;

	err = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (err)
		return err;
	irq_domain_set_info(domain, virq, vector->entry, chip, vector, handle_edge_irq, NULL, "edge");
	return 0;
}

static int domain_activate(struct irq_domain *domain, struct irq_data *data, bool reserve)
{
	compose_and_write(data);
	return 0;
}

static void domain_deactivate(struct irq_domain *domain, struct irq_data *data)
{
	vector_set_msg(irq_data_get_irq_chip_data(data), &no_msg);
}

static const struct irq_domain_ops domain_ops = {
	.alloc = domain_alloc,
	.free = irq_domain_free_irqs_common,
	.activate = domain_activate,
	.deactivate = domain_deactivate,
};

struct vdsa_irq_domain *vdsa_irq_domain_create(struct pci_dev *pdev, void __iomem *ims, u32 nr)
{
	struct irq_domain *parent = dev_get_msi_domain(&pdev->dev);
	struct vdsa_irq_domain *irqs;

	if (!parent || !nr)
		return NULL;
	irqs = kzalloc(sizeof(*irqs), GFP_KERNEL);
	if (!irqs)
		return ERR_PTR(-ENOMEM);
	irqs->pdev = pdev;
	irqs->ims = ims;
	irqs->fwnode = irq_domain_alloc_named_fwnode(pci_name(pdev));
	if (!irqs->fwnode)
		goto err_free;
	irqs->domain = irq_domain_create_hierarchy(parent, 0, nr, irqs->fwnode, &domain_ops, irqs);
	if (!irqs->domain)
		goto err_free_fwnode;
	return irqs;

err_free_fwnode:
	irq_domain_free_fwnode(irqs->fwnode);
err_free:
	kfree(irqs);
	return ERR_PTR(-ENOMEM);
}

void vdsa_irq_domain_destroy(struct vdsa_irq_domain *irqs)
{
	if (!irqs)
		return;
	irq_domain_remove(irqs->domain);
	irq_domain_free_fwnode(irqs->fwnode);
	kfree(irqs);
}

/*
 * Runs for every completion interrupt, on one CPU at a time, so it needs no lock or
 * atomic operation. The trigger is changed only while the interrupt is disabled; it is
 * NULL while a vector is being forgotten.
 */
static irqreturn_t vector_handler(int irq, void *data)
{
	struct vdsa_vector *vector = data;

	WRITE_ONCE(vector->count, vector->count + 1);
	if (likely(vector->trigger))
		eventfd_signal(vector->trigger);
	return IRQ_HANDLED;
}

static int alloc_virq(struct vdsa_vector *vector)
{
	struct pci_dev *pdev = vector->irqs->pdev;
	struct msi_desc desc = { .dev = &pdev->dev };
	struct alloc_arg arg = {
		.info = {
			.type = X86_IRQ_ALLOC_TYPE_PCI_MSIX,
			.devid = pci_dev_id(pdev),
			.hwirq = vector->entry,
			.desc = &desc,
		},
		.vector = vector,
	};

	return irq_domain_alloc_irqs(vector->irqs->domain, 1, dev_to_node(&pdev->dev), &arg);
}

struct vdsa_vector *vdsa_vector_alloc(struct vdsa_irq_domain *irqs, u32 entry, u32 pasid,
				      const char *name)
{
	struct vdsa_vector *vector = kzalloc(sizeof(*vector), GFP_KERNEL);
	int virq;

	if (!vector)
		return ERR_PTR(-ENOMEM);
	vector->irqs = irqs;
	vector->entry = entry;
	vector->pasid = pasid;
	vector->core_masked = true;
	vector->owner_masked = true;
	vector->msg = no_msg;
	raw_spin_lock_init(&vector->lock);
	strscpy(vector->name, name, sizeof(vector->name));
	virq = alloc_virq(vector);
	if (virq < 0) {
		kfree(vector);
		return ERR_PTR(virq);
	}
	vector->virq = virq;
	vdsa_vector_restore(vector);
	return vector;
}

/*
 * If KVM consumes the trigger's events and the host can post interrupts, they go
 * directly to the guest's processor and bypass the handler. Otherwise, or on failure,
 * the handler delivers them.
 */
static void offer_bypass(struct vdsa_vector *vector)
{
	if (vdsa_irq_bypass_register(&vector->producer, vector->trigger, vector->virq))
		dev_dbg(&vector->irqs->pdev->dev, "%s cannot bypass its eventfd\n", vector->name);
}

static void vector_release(struct vdsa_vector *vector)
{
	if (!vector->requested)
		return;
	vdsa_irq_bypass_unregister(&vector->producer);
	free_irq(vector->virq, vector);
	vector->requested = false;
	vector->quiet = false;
	vector->trigger = NULL;
}

void vdsa_vector_free(struct vdsa_vector *vector)
{
	if (!vector)
		return;
	vector_release(vector);
	irq_dispose_mapping(vector->virq);
	entry_clear(vector);
	kfree(vector);
}

static void set_quiet(struct vdsa_vector *vector, bool quiet)
{
	if (quiet == vector->quiet)
		return;
	vector->quiet = quiet;
	if (quiet)
		disable_irq(vector->virq);
	else
		enable_irq(vector->virq);
}

static void exchange_trigger(struct vdsa_vector *vector, struct eventfd_ctx *trigger)
{
	vdsa_irq_bypass_unregister(&vector->producer);
	set_quiet(vector, true);
	vector->trigger = trigger;
	set_quiet(vector, false);
	if (trigger)
		offer_bypass(vector);
}

/* With a trigger, or without one to consume stale interrupts. */
static int vector_request(struct vdsa_vector *vector, struct eventfd_ctx *trigger)
{
	int err;

	if (vector->requested) {
		exchange_trigger(vector, trigger);
		return 0;
	}
	vector->trigger = trigger;
	err = request_irq(vector->virq, vector_handler, 0, vector->name, vector);
	if (err) {
		vector->trigger = NULL;
		return err;
	}
	vector->requested = true;
	vector->used = true;
	if (trigger)
		offer_bypass(vector);
	return 0;
}

static int nothing(void *unused)
{
	return 0;
}

/*
 * Unmask and, if the entry has an interrupt pending, wait for it. Silicon needs
 * microseconds, an emulator on a busy machine much more.
 */
static void take_pending(struct vdsa_vector *vector)
{
	bool pending = vdsa_vector_pending(vector);
	u64 count, before = READ_ONCE(vector->count);

	vdsa_vector_mask(vector, false);
	if (pending)
		read_poll_timeout(READ_ONCE, count, count != before, 100, 500 * USEC_PER_MSEC,
				  false, vector->count);
}

/*
 * An interrupt may still be pending in the entry or in flight to a processor; the
 * kernel would deliver the latter to the next request_irq(). So consume all of them
 * first without a trigger: work that is queued on that processor afterwards runs after them.
 * One may also be pending if there never was a trigger. If the interrupt cannot be
 * requested, the vector stays stale, and is drained before its next trigger is set.
 */
static int take_all(struct vdsa_vector *vector)
{
	struct irq_data *data = irq_get_irq_data(vector->virq);
	bool masked = vector->owner_masked;
	int err;

	vector->stale = vector->stale || vector->used || vdsa_vector_pending(vector);
	if (!vector->stale)
		return 0;
	err = vector_request(vector, NULL);
	if (err)
		return err;
	take_pending(vector);
	smp_call_on_cpu(cpumask_first(irq_data_get_effective_affinity_mask(data)), nothing, NULL,
			false);
	vdsa_vector_mask(vector, masked);
	vector->stale = false;
	return 0;
}

/*
 * Without a trigger the interrupt stays requested but disabled: one that arrives
 * meanwhile is kept for the next trigger, and one in flight still has a handler. It is
 * freed when the vector is forgotten.
 */
static int listen(struct vdsa_vector *vector, struct eventfd_ctx *trigger)
{
	if (trigger)
		return vector_request(vector, trigger);
	if (!vector->requested)
		return 0;
	vdsa_irq_bypass_unregister(&vector->producer);
	set_quiet(vector, true);
	vector->trigger = NULL;
	return 0;
}

int vdsa_vector_set_trigger(struct vdsa_vector *vector, struct eventfd_ctx *trigger)
{
	int err = trigger && vector->stale ? take_all(vector) : 0;

	return err ?: listen(vector, trigger);
}

void vdsa_vector_forget(struct vdsa_vector *vector)
{
	take_all(vector);
	vector_release(vector);
	vdsa_vector_mask(vector, true);
	vector->used = false;
}

void vdsa_vector_drop(struct vdsa_vector *vector)
{
	struct eventfd_ctx *trigger = vector->trigger;

	if (!vector->quiet && !vdsa_vector_pending(vector))
		return;
	if (!take_all(vector))
		listen(vector, trigger);
}

void vdsa_vector_mask(struct vdsa_vector *vector, bool mask)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vector->lock, flags);
	vector->owner_masked = mask;
	entry_write_ctrl(vector, entry_ctrl(vector));
	raw_spin_unlock_irqrestore(&vector->lock, flags);
}

bool vdsa_vector_pending(struct vdsa_vector *vector)
{
	return readl(entry_base(vector) + DSA_IMS_CTRL) & DSA_IMS_CTRL_PENDING;
}

void vdsa_vector_restore(struct vdsa_vector *vector)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vector->lock, flags);
	entry_write(vector);
	raw_spin_unlock_irqrestore(&vector->lock, flags);
}

void vdsa_vector_reset(struct vdsa_vector *vector)
{
	vdsa_vector_forget(vector);
	vector->count = 0;
}

u32 vdsa_vector_entry(const struct vdsa_vector *vector)
{
	return vector->entry;
}

u32 vdsa_vector_irq(const struct vdsa_vector *vector)
{
	return vector->virq;
}

u64 vdsa_vector_count(const struct vdsa_vector *vector)
{
	return READ_ONCE(vector->count);
}
