/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A slice: the work queues, PASID domain and DEV-MSI vectors that one vdev
 * needs. vdev/ is its only user above, besides the doors; below it stand private/ and hw/.
 *
 * A slice outlives the binding of its work queues: a reset of the device unbinds
 * them, and the slice is restored when they are bound again. If idxd loses the
 * function, a slice in use stays as an empty shell whose commands return -ENXIO,
 * until it is given back.
 *
 * The client of a slice is its vdev (struct vdsa_slice_client_ops).
 *
 * Lock order of the whole module: a device's lock (the driver core's),
 * vdsa_bus_lock(), the vdev's lock, the lock of a function (struct vdsa_dev),
 * idxd's wq_lock or the slice's irq_lock or locks taken by a client's callbacks,
 * vdsa_bus_show_lock(), idxd's spinlocks. The lock of the slice's PASID (hw/iommu.h) is
 * taken under that of the function. Functions here take the function's lock;
 * those that search all functions, such as take and reserve, also vdsa_bus_lock().
 * The registry of names and the subscribers of events (core/) take their own locks
 * under any of these but the last two. Client callbacks run under the function's lock
 * and call nothing of this room.
 */
#ifndef VDSA_SLICE_H
#define VDSA_SLICE_H

#include <linux/types.h>
#include <linux/uuid.h>
#include <uapi/linux/dsa_vdev.h>

struct vdsa_dev;
struct vdsa_iommu;
struct vdsa_parent;
struct vdsa_slice;

/* The properties of the hardware that a vdev shows to its guest; fixed while it has the slice. */
struct vdsa_slice_wq_info {
	u32 id;			/* on the host's device */
	u32 size;
	u32 priority;
	u32 max_xfer_shift;	/* log2 of bytes */
	u32 max_batch_shift;	/* log2 of descriptors */
	bool block_on_fault;
};

struct vdsa_slice_info {
	u32 id;
	u16 pci_device;		/* such as 0x0b25 */
	u32 version;
	u64 gen_cap, group_cap, wq_cap, op_cap[4];
	u32 nr_wqs, nr_engines;
	u32 pasid;
	bool portal_allowed;	/* see INTEL-SA-01084 */
	enum dsa_vdev_mapping mapping;
	struct vdsa_slice_wq_info wq[DSA_VDEV_MAX_WQS];
};

/*
 * Events that a slice reports to its vdev. Called in process context, also from
 * callbacks of idxd, so they must not wait for user space and take no lock that is
 * held across a command. revoked() must have zapped every portal mapping when it
 * returns.
 */
struct vdsa_slice_client_ops {
	void (*revoked)(void *client);		/* portals and handles are gone */
	void (*restored)(void *client);		/* they may be used again */
	void (*halted)(void *client);		/* the host device is halted */
	void (*sw_error)(void *client, u32 wq, const u64 err[4]); /* wq: slice's */
	void (*errors)(void *client);		/* more were counted: notify listeners */
};

/* The mapping of a vdev for which the slice decides. */
#define VDSA_MAPPING_OF_SLICE	(-1)

/* What a slice and its device show of themselves. */
struct vdsa_slice_snapshot {
	u32 id, group, nr_engines, nr_wqs, pasid, flags;
	enum dsa_vdev_mapping mapping;
	enum dsa_vdev_slice_state state;
	char device[16];
	bool has_vdev;			/* also while it is only reserved */
	guid_t vdev;
	struct {
		u32 id, size;
		bool bound;
	} wq[DSA_VDEV_MAX_WQS];
};

struct vdsa_device_snapshot {
	char name[16], pci[16];
	int numa_node;
	u32 flags;			/* enum dsa_vdev_device_flags */
	u32 nr_wqs, nr_groups, nr_engines, ims_size, ims_free, nr_slices;
};

/*
 * What offers vdevs on a function; main.c hands it down. add is called when the
 * function is added; the device's own lock is held. remove removes idle vdevs and does
 * not wait for open ones.
 */
struct vdsa_parent_ops {
	struct vdsa_parent *(*add)(struct vdsa_dev *dev);	/* or ERR_PTR */
	void (*remove)(struct vdsa_parent *parent);
};

#endif /* VDSA_SLICE_H */
