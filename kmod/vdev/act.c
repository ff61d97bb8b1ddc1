// SPDX-License-Identifier: GPL-2.0
/* What a vdev of either kind has done on its slice. See act.h. */
#include "act.h"
#include "slice/slice_use.h"

/* Operations on a work queue, by action. */
static int (*const wq_ops[])(struct vdsa_slice *slice, u32 wq) = {
	[VDSA_DO_WQ_ENABLE] = vdsa_slice_wq_enable,
	[VDSA_DO_WQ_DISABLE] = vdsa_slice_wq_disable,
	[VDSA_DO_WQ_DRAIN] = vdsa_slice_wq_drain,
	[VDSA_DO_WQ_ABORT] = vdsa_slice_wq_abort,
	[VDSA_DO_WQ_RESET] = vdsa_slice_wq_reset,
};

/* Perform the action on each work queue, also after a failure; the first error is kept. */
static void do_wqs(struct vdsa_vdev *vdev, const struct vdsa_action *action,
		   struct vdsa_outcome *outcome)
{
	unsigned long wqs = action->wqs;
	u32 wq;
	int ret;

	for_each_set_bit(wq, &wqs, DSA_VDEV_MAX_WQS) {
		ret = wq_ops[action->code](vdev->slice, wq);
		if (!ret)
			outcome->wqs |= BIT(wq);
		else if (!outcome->status)
			outcome->status = ret;
	}
}

static void do_quiesce(struct vdsa_vdev *vdev, u32 handles)
{
	unsigned long vectors = handles;
	u32 v;

	vdsa_slice_quiesce(vdev->slice);
	for_each_set_bit(v, &vectors, DSA_VDEV_MAX_WQS + 1)
		vdsa_slice_irq_release_handle(vdev->slice, v - 1);
}

void vdsa_vdev_act(struct vdsa_vdev *vdev, const struct vdsa_action *action,
		   struct vdsa_outcome *outcome)
{
	lockdep_assert_held(&vdev->lock);
	*outcome = (struct vdsa_outcome) {};
	switch (action->code) {
	case VDSA_DO_NOTHING:
	case VDSA_DO_LOG:
		break;
	case VDSA_DO_WQ_ENABLE:
	case VDSA_DO_WQ_DISABLE:
	case VDSA_DO_WQ_DRAIN:
	case VDSA_DO_WQ_ABORT:
	case VDSA_DO_WQ_RESET:
		do_wqs(vdev, action, outcome);
		break;
	case VDSA_DO_QUIESCE:
		do_quiesce(vdev, action->handles);
		break;
	case VDSA_DO_HANDLE_REQUEST:
		outcome->status = vdsa_slice_irq_request_handle(vdev->slice, action->vector - 1,
								&outcome->handle);
		break;
	case VDSA_DO_HANDLE_RELEASE:
		outcome->status = vdsa_slice_irq_release_handle(vdev->slice, action->vector - 1);
		break;
	}
}

void vdsa_vdev_mask(struct vdsa_vdev *vdev, u32 v, bool masked)
{
	lockdep_assert_held(&vdev->lock);
	if (masked == !!(vdev->masked & BIT(v)))
		return;
	vdev->masked ^= BIT(v);
	if (masked)
		vdsa_slice_irq_mask(vdev->slice, v - 1);
	else
		vdsa_slice_irq_unmask(vdev->slice, v - 1);
}
