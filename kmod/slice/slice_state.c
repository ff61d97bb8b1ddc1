// SPDX-License-Identifier: GPL-2.0
/*
 * The states of a slice, and of the command register that all slices of a function
 * share. See slice.h for the words.
 *
 * A slice is made of configured work queues ("defined"), is "ready" when idxd
 * has bound all of them to this module, may be kept for one vdev
 * ("reserved"), and is "used" by one. When a work queue is lost, the whole slice
 * is revoked at once and it is "halted" until all are bound again; if it has no
 * vdev and no work queue is expected back, it is "defined".
 *
 * All slices of a function share its one command register, under dev->lock. It is
 *
 *  free: the next task that gets the lock has it. A drain or disable of a slice is sent
 *	only when no descriptors wait in its work queue, or their number has not fallen
 *	for a second; and not before the slice has paused for as long as its last one
 *	took. So a slice has the register for at most half of the time.
 *  running: until the command ends (free) or its time limit expires (refused): 10 s for a
 *	drain or disable, or command_limit_ms while idxd or another task waits for the
 *	register; 2 s for all others, none of which waits for descriptors.
 *  refused: the slice is revoked and halted, its page requests are refused, its PASID is
 *	detached. Its remaining accesses fault, so the command ends: all work queues of
 *	the slice are reset, it stays halted for its penalty (free). If the command
 *	does not end within 2 s, the device has failed (stuck).
 *  stuck: all commands fail at once. watch() of slice_host.c polls for the end (free);
 *	then each slice that is complete and revoked is reset, attached and its client
 *	notified (vdsa_slice_restore()). A reset of the function ends it, too. Nothing else
 *	is tried.
 *
 * So a slice blocks the register for at most command_limit_ms plus the time that the
 * device takes to end work that faults.
 */
#include "hw/command.h"
#include "hw/registers.h"
#include "model/regs.h"
#include "slice_priv.h"
#include "slice_show.h"
#include "slice_state.h"

struct vdsa_slice *vdsa_slice_find_wq(struct vdsa_dev *dev, u32 wq, u32 *index)
{
	struct vdsa_slice *slice;
	u32 i;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		for (i = 0; i < slice->nr_wqs; i++)
			if (slice->wq[i].id == wq) {
				*index = i;
				return slice;
			}
	return NULL;
}

struct vdsa_slice *vdsa_slice_find(struct vdsa_dev *dev, u32 id)
{
	struct vdsa_slice *slice;

	lockdep_assert_held(&dev->lock);
	list_for_each_entry(slice, &dev->slices, node)
		if (slice->id == id)
			return slice;
	return NULL;
}

void vdsa_slice_release_handle(struct vdsa_slice *slice, struct vdsa_slice_wq *wq)
{
	if (wq->handle == VDSA_NO_HANDLE)
		return;
	wq->handle = VDSA_NO_HANDLE;
	if (slice->dev->caps.cmd_cap & BIT(DSA_CMD_RELEASE_HANDLE))
		vdsa_bus_command(slice->dev, DSA_CMD_RELEASE_HANDLE,
				 wq->entry | DSA_CMD_HANDLE_IMS, NULL);
}

void vdsa_slice_release_handles(struct vdsa_slice *slice)
{
	u32 i;

	for (i = 0; i < slice->nr_wqs; i++)
		vdsa_slice_release_handle(slice, &slice->wq[i]);
}

/* Abort and disable the work queues; false if one is still enabled afterwards. */
static bool reset_wqs(struct vdsa_slice *slice)
{
	bool stopped = true;
	u32 i;

	lockdep_assert_held(&slice->dev->lock);
	for (i = 0; i < slice->nr_wqs; i++) {
		struct vdsa_slice_wq *wq = &slice->wq[i];

		if (!wq->bound || !vdsa_bus_wq_live(slice->dev, wq->id))
			continue;
		vdsa_bus_wq_command(slice->dev, wq->id, DSA_CMD_RESET_WQ);
		stopped &= !vdsa_bus_wq_live(slice->dev, wq->id);
	}
	return stopped;
}

/* Mark it unusable and tell its client. Its portals are unmapped on return. */
static void set_revoked(struct vdsa_slice *slice, enum vdsa_loss loss)
{
	if (slice->revoked)
		return;
	slice->revoked = true;
	if (slice->ops)
		slice->ops->revoked(slice->client);
	if (loss != VDSA_LOSS_RELEASED && slice->ops)
		slice->ops->halted(slice->client);
}

/* Refuse page requests first: the device may be waiting for their answers. */
void vdsa_slice_lose(struct vdsa_slice *slice)
{
	set_revoked(slice, VDSA_LOSS_HALT);
	vdsa_iommu_detach(&slice->iommu);
	if (vdsa_bus_settle(slice->dev))
		reset_wqs(slice);
	vdsa_slice_release_handles(slice);
	vdsa_slice_notify(slice, DSA_VDEV_CMD_SLICE_CHANGE_NTF);
}

void vdsa_slice_stop(struct vdsa_slice *slice)
{
	if (!reset_wqs(slice))
		vdsa_slice_lose(slice);
}

void vdsa_slice_revoke(struct vdsa_slice *slice, enum vdsa_loss loss)
{
	lockdep_assert_held(&slice->dev->lock);
	if (slice->revoked)
		return;
	set_revoked(slice, loss);
	vdsa_slice_show(slice);
	vdsa_slice_stop(slice);
	vdsa_slice_release_handles(slice);
}

u32 vdsa_slice_punish(struct vdsa_slice *slice)
{
	bool again = slice->penalty && time_before(jiffies, slice->punished_until + VDSA_PENALTY_MAX);

	lockdep_assert_held(&slice->dev->lock);
	slice->penalty = again ? min(2 * slice->penalty, VDSA_PENALTY_MAX) : VDSA_PENALTY_MIN;
	slice->punished = true;
	slice->punished_until = jiffies + slice->penalty;
	return slice->penalty / HZ;
}

void vdsa_slice_forgive(struct vdsa_slice *slice)
{
	unsigned long end = jiffies + VDSA_PENALTY_MIN;

	lockdep_assert_held(&slice->dev->lock);
	slice->penalty = 0;
	if (slice->punished && time_after(slice->punished_until, end))
		slice->punished_until = end;
}

static bool is_punished(struct vdsa_slice *slice)
{
	if (slice->punished && time_after_eq(jiffies, slice->punished_until))
		slice->punished = false;
	return slice->punished;
}

void vdsa_slice_restore(struct vdsa_slice *slice)
{
	u32 i;

	lockdep_assert_held(&slice->dev->lock);
	if (is_punished(slice) || !reset_wqs(slice) || vdsa_iommu_attach(&slice->iommu))
		return;
	scoped_guard(mutex, &slice->irq_lock)
		for (i = 0; i < slice->nr_wqs; i++)
			vdsa_vector_restore(slice->wq[i].vector);
	if (!slice->revoked)
		return;
	slice->revoked = false;
	if (slice->ops)
		slice->ops->restored(slice->client);
}
