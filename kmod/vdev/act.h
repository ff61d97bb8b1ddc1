/* SPDX-License-Identifier: GPL-2.0 */
/* What a vdev of either kind has done on its slice. With vdev->lock. */
#ifndef VDSA_ACT_H
#define VDSA_ACT_H

#include "vdev_priv.h"

/*
 * Perform @action, whose wqs, handles and vector the slice has. It sleeps, up to as
 * long as the host's device takes. Not VDSA_DO_LOG, and nothing is mapped for
 * VDSA_DO_WQ_ENABLE.
 */
void vdsa_vdev_act(struct vdsa_vdev *vdev, const struct vdsa_action *action,
		   struct vdsa_outcome *outcome);
/* Tell the slice whether vector @v (1 and up) is masked, if that has changed. */
void vdsa_vdev_mask(struct vdsa_vdev *vdev, u32 v, bool masked);

#endif /* VDSA_ACT_H */
