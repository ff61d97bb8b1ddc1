/* SPDX-License-Identifier: GPL-2.0 */
/* What this room tells and asks the slices. */
#ifndef VDSA_BUS_OPS_H
#define VDSA_BUS_OPS_H

#include <linux/types.h>

struct vdsa_dev;

/* The driver_name of a work queue that idxd is to bind to this module. */
#define VDSA_DRIVER_NAME	"dsa_vdev"

/* How idxd has a work queue configured. */
struct vdsa_wq_conf {
	bool enabled, dedicated, user, ours;	/* ours: driver name dsa_vdev */
	int group;				/* -1: in none */
	u32 nr_group_engines;
	u32 size, priority, max_xfer_shift, max_batch_shift;
	bool block_on_fault;
	u64 op_cap[4];			/* the operations that it takes */
};

/* How the host takes a function or a work queue away. */
enum vdsa_loss {
	VDSA_LOSS_RELEASED,	/* unbound by the administrator */
	VDSA_LOSS_RESET,	/* the function was reset: it will be back */
	VDSA_LOSS_HALT,		/* the function stopped */
};

/*
 * What slice_host.c does for this room. bind, bound, unbind and unbound run with
 * dev->lock held.
 */
struct vdsa_bus_ops {
	/* A function is to be added; -errno: it is not. The device's own lock is held. */
	int (*add)(struct vdsa_dev *dev);
	/* From now on its work queues must not be bound again. */
	void (*stop)(struct vdsa_dev *dev);
	/* The function is being removed: work queues released, gone not yet set. */
	void (*remove)(struct vdsa_dev *dev);
	/* The PASID that the work queue is to be claimed with, or -errno.
	 * cookie goes to sw_error. */
	int (*bind)(struct vdsa_dev *dev, u32 wq, const struct vdsa_wq_conf *conf,
		    u32 *pasid, void **cookie);
	void (*bound)(struct vdsa_dev *dev, u32 wq);
	/* Before and after the work queue is released. */
	void (*unbind)(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss);
	void (*unbound)(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss);
	/* A software error of the work queue. In atomic context, without
	 * dev->lock. */
	void (*sw_error)(void *cookie, u32 wq, const u64 err[4]);
};

#endif /* VDSA_BUS_OPS_H */
