// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of a slice's client: commands, portals, vectors, memory. Commands
 * are refused while the slice is revoked.
 */
#include <linux/delay.h>
#include <linux/sched/signal.h>
#include "hw/command.h"
#include "hw/registers.h"
#include "model/state.h"
#include "private/idxd_claim.h"
#include "private/idxd_evl.h"
#include "slice_errors.h"
#include "slice_priv.h"
#include "slice_state.h"
#include "slice_use.h"

#define WORK_PATIENCE	HZ	/* longest wait while the occupancy does not fall */

/*
 * A guest's idxd does not know ids newer than its kernel, and it treats all DSA
 * devices alike. So a vdev has the oldest id. INTEL-SA-01084 is judged by the host's
 * own id (vdsa_bus_is_unsafe()).
 */
static u16 shown_pci_device(const struct vdsa_slice *slice)
{
	if (slice->flags & DSA_VDEV_SLICE_FLAGS_HOST_PCI_ID)
		return slice->dev->pdev->device;
	return DSA_PCI_DEVICE_SPR;
}

/*
 * The operations of its vdev: those that all work queues accept, since the guest has
 * no field for each. Not drain if its record would go to the host's event log.
 */
static void get_ops(const struct vdsa_slice *slice, u64 ops[4])
{
	u32 i, n;

	lockdep_assert_held(&slice->dev->lock);
	memcpy(ops, slice->dev->caps.op_cap, sizeof(slice->dev->caps.op_cap));
	for (i = 0; i < slice->nr_wqs; i++)
		for (n = 0; n < 4; n++)
			ops[n] &= slice->wq[i].conf.op_cap[n];
	ops[0] &= ~VDSA_OPS_HIDDEN;
	if (vdsa_bus_logs_drains(slice->dev))
		ops[0] &= ~BIT_ULL(DSA_OP_DRAIN);
}

void vdsa_slice_get_info(const struct vdsa_slice *slice, struct vdsa_slice_info *info)
{
	const struct vdsa_caps *caps = &slice->dev->caps;
	u32 i;

	guard(vdsa_dev)(slice->dev);
	*info = (struct vdsa_slice_info) {
		.id = slice->id,
		.pci_device = shown_pci_device(slice),
		.version = caps->version,
		.gen_cap = caps->gen_cap,
		.group_cap = caps->group_cap,
		.wq_cap = caps->wq_cap,
		.nr_wqs = slice->nr_wqs,
		.nr_engines = slice->nr_engines,
		.pasid = slice->iommu.pasid,
		.mapping = slice->vdev_mapping == VDSA_MAPPING_OF_SLICE ? slice->mapping :
									  slice->vdev_mapping,
		.portal_allowed = !vdsa_bus_is_unsafe(slice->dev) ||
				  slice->flags & DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL,
	};
	get_ops(slice, info->op_cap);
	for (i = 0; i < slice->nr_wqs; i++)
		info->wq[i] = (struct vdsa_slice_wq_info) {
			.id = slice->wq[i].id,
			.size = slice->wq[i].conf.size,
			.priority = slice->wq[i].conf.priority,
			.max_xfer_shift = slice->wq[i].conf.max_xfer_shift,
			.max_batch_shift = slice->wq[i].conf.max_batch_shift,
			.block_on_fault = slice->wq[i].conf.block_on_fault,
		};
}

void vdsa_slice_set_client(struct vdsa_slice *slice, const struct vdsa_slice_client_ops *ops,
			   void *client)
{
	guard(vdsa_dev)(slice->dev);
	slice->ops = ops;
	slice->client = client;
	if (ops && slice->revoked)
		ops->revoked(client);
}

static u64 nr_errors(const struct vdsa_slice *slice)
{
	u64 nr = 0;
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		nr += vdsa_bus_wq_nr_logged(slice->dev, slice->wq[i].id);
	return nr;
}

void vdsa_slice_set_open(struct vdsa_slice *slice, bool open)
{
	u32 i;

	guard(vdsa_dev)(slice->dev);
	slice->open = open;
	slice->nr_errors_before = nr_errors(slice);
	for (i = 0; i < slice->nr_wqs; i++)
		vdsa_bus_wq_set_clients(slice->dev, slice->wq[i].id, open);
	WRITE_ONCE(slice->dev->nr_open, slice->dev->nr_open + (open ? 1 : -1));
	vdsa_slice_errors_watch(slice);
}

u64 vdsa_slice_nr_logged_since_open(const struct vdsa_slice *slice)
{
	return slice->open ? nr_errors(slice) - slice->nr_errors_before : 0;
}

int vdsa_slice_wq_enable(struct vdsa_slice *slice, u32 wq)
{
	u64 ops[4];

	guard(vdsa_dev)(slice->dev);
	if (slice->revoked)
		return -ENXIO;
	get_ops(slice, ops);
	return vdsa_bus_wq_enable(slice->dev, slice->wq[wq].id, slice->iommu.pasid, ops);
}

/* Its command exceeded the limit for the register ("refused" in slice_state.c). */
static void make_way(struct vdsa_slice *slice, u32 wq)
{
	u32 penalty_s;

	vdsa_slice_lose(slice);
	if (slice->dev->stuck)
		return;
	penalty_s = vdsa_slice_punish(slice);
	dev_notice(&slice->dev->pdev->dev,
		   "dsa_vdev: wq %u has commands that take longer than command_limit_ms: vdev %pUl is halted for %u s\n",
		   slice->wq[wq].id, &slice->vdev.uuid, penalty_s);
}

static int wq_command(struct vdsa_slice *slice, u32 wq, u32 code)
{
	bool was_stuck = slice->dev->stuck;
	int err;

	lockdep_assert_held(&slice->dev->lock);
	if (slice->revoked)
		return -ENXIO;
	err = vdsa_bus_wq_command(slice->dev, slice->wq[wq].id, code);
	if (slice->dev->stuck && !was_stuck)
		make_way(slice, wq);
	return err;
}

static u32 occupancy(struct vdsa_slice *slice, u32 wq)
{
	guard(mutex)(&slice->dev->lock);
	return slice->revoked ? 0 : vdsa_bus_wq_occupancy(slice->dev, slice->wq[wq].id);
}

/* Before a command that waits for descriptors: let the work queue empty without the lock. */
static void wait_for_work(struct vdsa_slice *slice, u32 wq)
{
	unsigned long end = jiffies + WORK_PATIENCE;
	u32 left, least = U32_MAX;

	while (time_before(jiffies, READ_ONCE(slice->rest_until)) && !fatal_signal_pending(current))
		usleep_range(500, 1000);
	while ((left = occupancy(slice, wq)) && time_before(jiffies, end) &&
	       !fatal_signal_pending(current)) {
		if (left < least) {
			least = left;
			end = jiffies + WORK_PATIENCE;
		}
		usleep_range(200, 500);
	}
}

/* A command that waits for descriptors. */
static int wq_work_command(struct vdsa_slice *slice, u32 wq, u32 code)
{
	unsigned long begin = jiffies;
	int err = wq_command(slice, wq, code);

	WRITE_ONCE(slice->rest_until, jiffies + min(jiffies - begin, HZ));
	return err;
}

/*
 * A disable does not wait for outstanding address translations, and memory may be
 * unmapped next, so a reset follows, which does. The configuration that it clears
 * is written again before the work queue is enabled.
 */
int vdsa_slice_wq_disable(struct vdsa_slice *slice, u32 wq)
{
	int err;

	wait_for_work(slice, wq);
	guard(vdsa_dev)(slice->dev);
	err = wq_work_command(slice, wq, DSA_CMD_DISABLE_WQ);
	return err ?: wq_command(slice, wq, DSA_CMD_RESET_WQ);
}

int vdsa_slice_wq_drain(struct vdsa_slice *slice, u32 wq)
{
	wait_for_work(slice, wq);
	guard(vdsa_dev)(slice->dev);
	return wq_work_command(slice, wq, DSA_CMD_DRAIN_WQ);
}

int vdsa_slice_wq_abort(struct vdsa_slice *slice, u32 wq)
{
	guard(vdsa_dev)(slice->dev);
	return wq_command(slice, wq, DSA_CMD_ABORT_WQ);
}

int vdsa_slice_wq_reset(struct vdsa_slice *slice, u32 wq)
{
	guard(vdsa_dev)(slice->dev);
	return wq_command(slice, wq, DSA_CMD_RESET_WQ);
}

void vdsa_slice_quiesce(struct vdsa_slice *slice)
{
	u32 i;

	guard(vdsa_dev)(slice->dev);
	vdsa_slice_stop(slice);
	if (slice->revoked)
		return;
	for (i = 0; i < slice->nr_wqs; i++)
		vdsa_bus_wq_forget_errors(slice->dev, slice->wq[i].id);
	guard(mutex)(&slice->irq_lock);
	for (i = 0; i < slice->nr_wqs; i++)
		if (slice->wq[i].vector)
			vdsa_vector_drop(slice->wq[i].vector);
}

unsigned long vdsa_slice_portal_pfn(const struct vdsa_slice *slice, u32 wq, bool limited)
{
	u32 page = limited ? DSA_PORTAL_LIMITED_IMS : DSA_PORTAL_UNLIMITED_IMS;

	return PHYS_PFN(vdsa_bus_portal(slice->dev, slice->wq[wq].id, page));
}

int vdsa_slice_irq_set_trigger(struct vdsa_slice *slice, u32 vector, struct eventfd_ctx *trigger)
{
	struct vdsa_vector *v;

	guard(mutex)(&slice->irq_lock);
	v = slice->wq[vector].vector;
	if (!v)
		return trigger ? -ENXIO : 0;
	return vdsa_vector_set_trigger(v, trigger);
}

static void irq_set_mask(struct vdsa_slice *slice, u32 vector, bool mask)
{
	guard(mutex)(&slice->irq_lock);
	if (slice->wq[vector].vector)
		vdsa_vector_mask(slice->wq[vector].vector, mask);
}

void vdsa_slice_irq_mask(struct vdsa_slice *slice, u32 vector)
{
	irq_set_mask(slice, vector, true);
}

void vdsa_slice_irq_unmask(struct vdsa_slice *slice, u32 vector)
{
	irq_set_mask(slice, vector, false);
}

void vdsa_slice_irq_forget(struct vdsa_slice *slice, u32 vector)
{
	guard(mutex)(&slice->irq_lock);
	if (slice->wq[vector].vector)
		vdsa_vector_forget(slice->wq[vector].vector);
}

bool vdsa_slice_irq_pending(struct vdsa_slice *slice, u32 vector)
{
	guard(mutex)(&slice->irq_lock);
	return slice->wq[vector].vector && vdsa_vector_pending(slice->wq[vector].vector);
}

/* If the function lacks the command, the handle is the entry. */
int vdsa_slice_irq_request_handle(struct vdsa_slice *slice, u32 vector, u32 *handle)
{
	struct vdsa_slice_wq *wq = &slice->wq[vector];
	int err;

	guard(vdsa_dev)(slice->dev);
	if (slice->revoked)
		return -ENXIO;
	*handle = wq->entry;
	if (slice->dev->caps.cmd_cap & BIT(DSA_CMD_REQUEST_HANDLE)) {
		err = vdsa_bus_command(slice->dev, DSA_CMD_REQUEST_HANDLE,
				       wq->entry | DSA_CMD_HANDLE_IMS, handle);
		if (err)
			return err;
	}
	wq->handle = *handle;
	return 0;
}

int vdsa_slice_irq_release_handle(struct vdsa_slice *slice, u32 vector)
{
	guard(vdsa_dev)(slice->dev);
	if (slice->revoked)
		return -ENXIO;
	vdsa_slice_release_handle(slice, &slice->wq[vector]);
	return 0;
}

void vdsa_slice_irq_info(struct vdsa_slice *slice, u32 vector, u32 *irq, u32 *ims, u64 *count)
{
	struct vdsa_vector *v;

	guard(mutex)(&slice->irq_lock);
	v = slice->wq[vector].vector;
	*irq = v ? vdsa_vector_irq(v) : 0;
	*ims = slice->wq[vector].entry;
	*count = v ? vdsa_vector_count(v) : 0;
}

struct vdsa_iommu *vdsa_slice_iommu(struct vdsa_slice *slice)
{
	return &slice->iommu;
}
