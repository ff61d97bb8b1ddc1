/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the door to idxd share: bus.c has the functions, bus_wq.c
 * their work queues and commands, bus_config.c what idxd forgets of them, bus_evl.c
 * what it remembers of their errors.
 */
#ifndef VDSA_BUS_PRIV_H
#define VDSA_BUS_PRIV_H

#include "bus.h"
#include "idxd.h"

#define VDSA_DRIVER_NAME	"dsa_vdev"

extern const struct vdsa_bus_ops *vdsa_bus_ops;

/* The caller holds a lock with which the function does not go. */
void vdsa_bus_assert_stays(const struct vdsa_dev *dev);

/* The function of @idxd with a reference, or NULL. */
struct vdsa_dev *vdsa_bus_find_idxd(const struct idxd_device *idxd);

/* What idxd forgets of a work queue's configuration, by the names it has there. */
struct vdsa_wq_config {
	char driver[32];		/* that has it, or "" */
	enum idxd_wq_type type;
	struct idxd_group *group;
	unsigned long flags;
	u32 size, threshold, priority, max_batch_size;
	unsigned int enqcmds_retries;
	u64 max_xfer_bytes;
	DECLARE_BITMAP(opcap, 256);
	typeof_member(struct idxd_wq, name) name;
};

void vdsa_wq_config_save(struct vdsa_wq_config *config, const struct idxd_wq *wq);
/* What it forgets when the work queue is disabled. The caller has wq_lock. */
void vdsa_wq_config_restore(const struct vdsa_wq_config *config, struct idxd_wq *wq);

struct vdsa_config *vdsa_config_alloc(const struct vdsa_caps *caps);
void vdsa_config_free(struct vdsa_config *config);

/*
 * Have idxd forget the errors of a work queue that is stopped, whose entries of the
 * event log it puts on @queue. The function stays.
 */
void vdsa_evl_forget(struct vdsa_dev *dev, u32 wq, struct workqueue_struct *queue);

/* idxd told of an error of the work queue; in any context. */
void vdsa_evl_note_error(struct vdsa_dev *dev, u32 wq);

/* Have a work queue that is ours released, or wait for who does that just now. */
void vdsa_bus_wq_unclaim(struct idxd_device *idxd, u32 wq);

/* The driver on idxd's bus that claims work queues. */
int vdsa_bus_register_driver(void);
void vdsa_bus_unregister_driver(void);

#endif /* VDSA_BUS_PRIV_H */
