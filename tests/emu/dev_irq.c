// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does an interrupt leave the function? Cause bits with MSI-X vector 0, and
 * completions through an entry of the MSI-X table or of the interrupt message
 * storage (IMS), by index or by handle, after the check that keeps tenants
 * apart.
 */
#include "dev.h"

#include <string.h>

/* Handles look unlike indices, so that mixing them up does not work by luck. */
#define HANDLE_MSIX	0x4000
#define HANDLE_IMS	0x8000

#define IMS_CTRL_WRITABLE                                                     \
	(DSA_IMS_CTRL_MASK | DSA_PERM_IGNORE | DSA_PERM_PASID_EN | DSA_PERM_PASID)
#define IMS_ADDRESS_HIGH	0xfeeULL	/* bits 63:20 */

static bool has_handles(const struct emu_dev *dev)
{
	return dev->profile.cmdcap >> DSA_CMD_REQUEST_HANDLE & 1;
}

static unsigned int table_size(const struct emu_dev *dev, bool ims)
{
	return ims ? dev->profile.nr_ims : dev->nr_msix;
}

/* Messages are memory writes: without bus mastering there are none. */
static bool may_send(struct emu_dev *dev, const char *type, unsigned int index)
{
	const char *why = NULL;

	if (!cfg_busmaster(dev))
		why = "no bus mastering";
	else if (fault_hits(dev, FAULT_IRQ))
		why = "as was asked for";
	if (why)
		emu_trace("irq", "type=%s index=%u dropped: %s", type, index, why);
	return !why;
}

/* The host connects vectors when they are first used: until then they are pending. */
static void send_msix(struct emu_dev *dev, unsigned int vector)
{
	if (!may_send(dev, "msix", vector))
		return;
	emu_trace("irq", "type=msix vector=%u", vector);
	if (dev->ops->msix(dev->host, vector) || !cfg_msix(dev))
		return;
	emu_trace("irq", "type=msix-pending vector=%u", vector);
	dev->pba[vector / 64] |= 1ULL << vector % 64;
}

void irq_pending_locked(struct emu_dev *dev)
{
	if (!cfg_msix(dev))
		memset(dev->pba, 0, sizeof(dev->pba));
	for (unsigned int v = 0; v < dev->nr_msix && cfg_busmaster(dev); v++) {
		uint64_t bit = 1ULL << v % 64;

		if (!(dev->pba[v / 64] & bit) || !dev->ops->msix(dev->host, v))
			continue;
		emu_trace("irq", "type=msix vector=%u was pending", v);
		dev->pba[v / 64] &= ~bit;
	}
}

void emu_dev_msix_ready(struct emu_dev *dev)
{
	pthread_mutex_lock(&dev->lock);
	irq_pending_locked(dev);
	pthread_mutex_unlock(&dev->lock);
}

static void send_ims(struct emu_dev *dev, unsigned int entry)
{
	const struct ims *ims = &dev->ims[entry];

	if (!may_send(dev, "ims", entry))
		return;
	emu_trace("irq", "type=ims entry=%u addr=0x%llx data=0x%x", entry,
		  (unsigned long long)ims->addr, ims->data);
	dev->ops->msi_write(dev->host, ims->addr, ims->data);
}

void irq_event_locked(struct emu_dev *dev, uint32_t cause)
{
	dev->intcause |= cause;
	send_msix(dev, 0);
}

void irq_completion_locked(struct emu_dev *dev, bool ims, unsigned int index)
{
	uint32_t ctrl = ims ? dev->ims[index].ctrl : dev->msixperm[index];

	if (!(ctrl & DSA_PERM_IGNORE))
		irq_entry_locked(dev, ims, index);
}

void irq_entry_locked(struct emu_dev *dev, bool ims, unsigned int index)
{
	if (!ims) {
		send_msix(dev, index);
	} else if (dev->ims[index].ctrl & DSA_IMS_CTRL_MASK) {
		dev->ims[index].ctrl |= DSA_IMS_CTRL_PENDING;
		emu_trace("irq", "type=ims-pending entry=%u", index);
	} else {
		send_ims(dev, index);
	}
}

int irq_handle_index_locked(const struct emu_dev *dev, bool ims, uint16_t handle)
{
	unsigned int base = ims ? HANDLE_IMS : HANDLE_MSIX;
	unsigned int index = handle;

	if (has_handles(dev)) {
		if (handle < base)
			return -1;
		index = handle - base;
	}
	if (index >= table_size(dev, ims))
		return -1;
	if (has_handles(dev) && !(ims ? dev->ims_handle : dev->msix_handle)[index])
		return -1;
	return index;
}

bool irq_handle_ok_locked(const struct emu_dev *dev, bool ims, uint16_t handle,
			  const struct emu_requester *who)
{
	int index = irq_handle_index_locked(dev, ims, handle);
	uint32_t perm;

	if (index < 0)
		return false;
	perm = ims ? dev->ims[index].ctrl : dev->msixperm[index];
	if (!!(perm & DSA_PERM_PASID_EN) != who->pasid_valid)
		return false;
	return !who->pasid_valid || GET(perm, DSA_PERM_PASID) == who->pasid;
}

uint8_t irq_request_handle_locked(struct emu_dev *dev, uint32_t operand,
				  uint16_t *handle)
{
	bool ims = operand & DSA_CMD_HANDLE_IMS;
	uint32_t index = operand & DSA_CMD_HANDLE_INDEX;

	if (index >= table_size(dev, ims))
		return DSA_CMDERR_HANDLE_INDEX;
	(ims ? dev->ims_handle : dev->msix_handle)[index] = true;
	*handle = (ims ? HANDLE_IMS : HANDLE_MSIX) + index;
	return DSA_CMDERR_NONE;
}

/*
 * By the specification (1.2 and later) the operand is a table index; Linux up
 * to 7.3 passes the handle. The two never coincide.
 */
uint8_t irq_release_handle_locked(struct emu_dev *dev, uint32_t operand)
{
	bool ims = operand & DSA_CMD_HANDLE_IMS;
	uint32_t val = operand & DSA_CMD_HANDLE_INDEX;
	int index = irq_handle_index_locked(dev, ims, val);

	if (index < 0)
		index = val;
	if ((uint32_t)index >= table_size(dev, ims))
		return DSA_CMDERR_HANDLE_INDEX;
	(ims ? dev->ims_handle : dev->msix_handle)[index] = false;
	return DSA_CMDERR_NONE;
}

void irq_reset_locked(struct emu_dev *dev)
{
	memset(dev->msixperm, 0, dev->nr_msix * sizeof(*dev->msixperm));
	memset(dev->msix_handle, 0, dev->nr_msix * sizeof(*dev->msix_handle));
	memset(dev->ims_handle, 0, dev->profile.nr_ims * sizeof(*dev->ims_handle));
	for (unsigned int i = 0; i < dev->profile.nr_ims; i++)
		dev->ims[i] = (struct ims){ .addr = DSA_IMS_ADDRESS_RESET,
					    .ctrl = DSA_IMS_CTRL_MASK };
}

uint64_t irq_ims_read_locked(const struct emu_dev *dev, unsigned int qword)
{
	const struct ims *ims = &dev->ims[qword / 2];

	if (qword % 2 == 0)
		return ims->addr;
	return ims->data | (uint64_t)ims->ctrl << 32;
}

/* Anything but FEExxxxx is dropped whole; bits 1:0 are fixed (SPEC 9.2.28). */
static void ims_write_address(struct ims *ims, uint64_t val, uint64_t mask)
{
	val = (ims->addr & ~mask) | (val & mask);
	if (val >> 20 == IMS_ADDRESS_HIGH)
		ims->addr = val & ~3ULL;
}

void irq_ims_write_locked(struct emu_dev *dev, unsigned int qword,
			  uint64_t val, uint64_t mask)
{
	unsigned int entry = qword / 2;
	struct ims *ims = &dev->ims[entry];
	uint32_t ctrl_mask = (mask >> 32) & IMS_CTRL_WRITABLE;

	if (qword % 2 == 0) {
		ims_write_address(ims, val, mask);
		return;
	}
	ims->data = (ims->data & ~(uint32_t)mask) | ((uint32_t)val & (uint32_t)mask);
	ims->ctrl = (ims->ctrl & ~ctrl_mask) | ((uint32_t)(val >> 32) & ctrl_mask);
	if (ims->ctrl & DSA_IMS_CTRL_PENDING && !(ims->ctrl & DSA_IMS_CTRL_MASK)) {
		ims->ctrl &= ~DSA_IMS_CTRL_PENDING;
		send_ims(dev, entry);
	}
}
