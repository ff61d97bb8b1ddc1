/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the parts of the interface to idxd: bus.c has the functions, bus_wq.c
 * their work queues and commands, bus_config.c the configuration that idxd drops,
 * bus_evl.c the errors that it keeps.
 */
#ifndef VDSA_BUS_PRIV_H
#define VDSA_BUS_PRIV_H

#include "bus.h"
#include "idxd.h"

#define VDSA_DRIVER_NAME	"dsa_vdev"

extern const struct vdsa_bus_ops *vdsa_bus_ops;

/* The caller holds a lock that keeps the function from being removed. */
void vdsa_bus_assert_stays(const struct vdsa_dev *dev);

/* The function of @idxd with a reference, or NULL. */
struct vdsa_dev *vdsa_bus_find_idxd(const struct idxd_device *idxd);

/* The configuration of a work queue that idxd drops, under idxd's names. */
struct vdsa_wq_config {
	char driver[32];		/* the bound driver, or "" */
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
/* Restore what idxd drops when the work queue is disabled. The caller holds wq_lock. */
void vdsa_wq_config_restore(const struct vdsa_wq_config *config, struct idxd_wq *wq);

struct vdsa_config *vdsa_config_alloc(const struct vdsa_caps *caps);
void vdsa_config_free(struct vdsa_config *config);

/*
 * Have idxd forget the errors of a stopped work queue, whose event log entries it
 * queues on @queue. The function must not go away.
 */
void vdsa_evl_forget(struct vdsa_dev *dev, u32 wq, struct workqueue_struct *queue);

/* idxd reported an error of the work queue. Any context. */
void vdsa_evl_note_error(struct vdsa_dev *dev, u32 wq);

/* Release a work queue that this driver holds, or wait for a release in progress. */
void vdsa_bus_wq_unclaim(struct idxd_device *idxd, u32 wq);

/* The driver on idxd's bus that claims work queues. */
int vdsa_bus_register_driver(void);
void vdsa_bus_unregister_driver(void);

#endif /* VDSA_BUS_PRIV_H */
