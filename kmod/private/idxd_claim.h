/* SPDX-License-Identifier: GPL-2.0 */
/* Work queues that idxd lets this module have. */
#ifndef VDSA_IDXD_CLAIM_H
#define VDSA_IDXD_CLAIM_H

#include "bus_ops.h"
#include "hw/bus.h"

/* The driver on idxd's bus that claims work queues. */
int vdsa_claim_register(const struct vdsa_bus_ops *ops);
void vdsa_claim_unregister(void);
/* Release a work queue that this driver holds, or wait for a release in progress. */
void vdsa_claim_end(struct idxd_device *idxd, u32 wq);

/* The caller holds dev->lock. */
bool vdsa_bus_get_wq(struct vdsa_dev *dev, u32 wq, struct vdsa_wq_conf *conf);
/*
 * On a claimed work queue. enable first writes @pasid and, if the function can restrict
 * operations, the set that the work queue accepts. 0, a CMDSTS error or -errno.
 */
int vdsa_bus_wq_enable(struct vdsa_dev *dev, u32 wq, u32 pasid, const u64 ops[4]);
/* idxd shows this as "clients"; tools read it before they disable a work queue. */
void vdsa_bus_wq_set_clients(struct vdsa_dev *dev, u32 wq, u32 nr);
/* Remove all traces of its errors. The work queue must be stopped. */
void vdsa_bus_wq_forget_errors(struct vdsa_dev *dev, u32 wq);

/*
 * Have the driver core bind a work queue to this driver again; -EAGAIN while the
 * function is being reset or unbound. Without dev->lock.
 */
int vdsa_bus_rebind(struct vdsa_dev *dev, u32 wq);

#endif /* VDSA_IDXD_CLAIM_H */
