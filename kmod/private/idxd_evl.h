/* SPDX-License-Identifier: GPL-2.0 */
/* Errors of work queues, and their entries in the event log of idxd. */
#ifndef VDSA_IDXD_EVL_H
#define VDSA_IDXD_EVL_H

#include "hw/bus.h"

bool vdsa_evl_init(struct vdsa_dev *dev);
void vdsa_evl_exit(struct vdsa_dev *dev);
/*
 * Have idxd forget the errors of a stopped work queue, whose event log entries it
 * queues on @queue. The function must not go away.
 */
void vdsa_evl_forget(struct vdsa_dev *dev, u32 wq, struct workqueue_struct *queue);
/* idxd reported an error of the work queue. Any context. */
void vdsa_evl_note_error(struct vdsa_dev *dev, u32 wq);

/*
 * Charge the errors reported since the last call to the budget of their work queue,
 * which refills over time. Work queues over budget are set in @flooding. Returns
 * whether there were errors. Takes no lock; calls must not overlap, and the function
 * must not go away.
 */
bool vdsa_bus_count_errors(struct vdsa_dev *dev, unsigned long *flooding);
/* Errors counted for a work queue, from all its holders so far. */
u64 vdsa_bus_wq_nr_errors(const struct vdsa_dev *dev, u32 wq);
/* Those of them that are in the host's event log. */
u64 vdsa_bus_wq_nr_logged(const struct vdsa_dev *dev, u32 wq);

#endif /* VDSA_IDXD_EVL_H */
