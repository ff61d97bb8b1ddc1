/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A slice: the work queues, PASID domain and DEV-MSI vectors that one vdev
 * needs. vdev.c is its only user above; below it stand bus.c, irq.c, iommu.c.
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
 * vdsa_bus_show_lock(), idxd's spinlocks. Functions here take the function's lock;
 * those that search all functions, such as take and reserve, also vdsa_bus_lock().
 * Client callbacks run under the function's lock and call nothing of this file.
 */
#ifndef VDSA_SLICE_H
#define VDSA_SLICE_H

#include <linux/eventfd.h>
#include <linux/netlink.h>
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

/*
 * Take a slice of @dev with @nr_wqs work queues for vdev @uuid: the one that is
 * reserved for it, else any ready one. -ENOSPC: none is ready; -EEXIST: the
 * UUID has one already. The slice is then "used".
 */
struct vdsa_slice *vdsa_slice_take(struct vdsa_dev *dev, u32 nr_wqs,
				   const guid_t *uuid);
/* Name and owner in the reservation that take() consumed; "" if none was given. */
const char *vdsa_slice_client_name(const struct vdsa_slice *slice);
const char *vdsa_slice_client_owner(const struct vdsa_slice *slice);
/* Whether take() consumed a reservation. */
bool vdsa_slice_was_reserved(const struct vdsa_slice *slice);
void vdsa_slice_give_back(struct vdsa_slice *slice);
/* Slices of @dev that have @nr_wqs work queues and were ready when last shown. */
u32 vdsa_slice_nr_ready(struct vdsa_dev *dev, u32 nr_wqs);

void vdsa_slice_get_info(const struct vdsa_slice *slice,
			 struct vdsa_slice_info *info);

/*
 * Attach a client, whose callbacks run from now on. If the slice is revoked,
 * revoked() is called first. NULL ops detaches.
 */
void vdsa_slice_set_client(struct vdsa_slice *slice,
			   const struct vdsa_slice_client_ops *ops, void *client);

/* Whether the vdev has a holder, which idxd then counts as a client of each work queue. */
void vdsa_slice_set_open(struct vdsa_slice *slice, bool open);
/* Errors of its descriptors in the host's event log since the vdev was opened. For display. */
u64 vdsa_slice_nr_errors(const struct vdsa_slice *slice);

/*
 * Commands to host work queue @wq (index in the slice). They sleep. Return 0,
 * a positive host CMDSTS error code, or -errno (-ENXIO: revoked or halted,
 * -ETIMEDOUT: the device did not answer). enable always writes the slice's PASID
 * with PASID_EN first and reads it back.
 */
int vdsa_slice_wq_enable(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_disable(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_drain(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_abort(struct vdsa_slice *slice, u32 wq);
int vdsa_slice_wq_reset(struct vdsa_slice *slice, u32 wq);
/* Abort and disable all work queues and drop pending interrupts; for close and
 * reset. Always stops DMA: if the device does not answer, the PASID is detached. */
void vdsa_slice_quiesce(struct vdsa_slice *slice);

/* Page frame of a portal page of work queue @wq, of its IMS pair. */
unsigned long vdsa_slice_portal_pfn(const struct vdsa_slice *slice, u32 wq,
				    bool limited);

/*
 * Completion vectors 0..nr_wqs-1 (guest MSI-X index minus 1), each a DEV-MSI
 * interrupt in the device's IMS. trigger is an eventfd whose reference
 * the caller keeps until it has set another or NULL.
 */
int vdsa_slice_irq_set_trigger(struct vdsa_slice *slice, u32 vector,
			       struct eventfd_ctx *trigger);
void vdsa_slice_irq_mask(struct vdsa_slice *slice, u32 vector);
void vdsa_slice_irq_unmask(struct vdsa_slice *slice, u32 vector);
/* Drop an interrupt that is pending or in flight; no later holder receives it. */
void vdsa_slice_irq_forget(struct vdsa_slice *slice, u32 vector);
bool vdsa_slice_irq_pending(struct vdsa_slice *slice, u32 vector);
/* The host's interrupt handle of the vector; 0, positive CMDSTS or -errno. */
int vdsa_slice_irq_request_handle(struct vdsa_slice *slice, u32 vector, u32 *handle);
int vdsa_slice_irq_release_handle(struct vdsa_slice *slice, u32 vector);
/* For display: Linux irq, IMS entry, interrupts since the trigger was first set. */
void vdsa_slice_irq_info(struct vdsa_slice *slice, u32 vector,
			 u32 *irq, u32 *ims, u64 *count);

/* Its PASID and the address space of that. It stays while the caller has the slice. */
struct vdsa_iommu *vdsa_slice_iommu(struct vdsa_slice *slice);

/*
 * For netlink.c and main.c. The extended ack has the reason of a refusal.
 */
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

int vdsa_slice_new(const char *device, const u32 *wqs, u32 nr_wqs, u32 flags,
		   enum dsa_vdev_mapping mapping, struct vdsa_slice_snapshot *snap, struct netlink_ext_ack *extack);
int vdsa_slice_del(u32 id, struct netlink_ext_ack *extack);
/* @mapping is for the vdev; VDSA_MAPPING_OF_SLICE: as the slice says. */
#define VDSA_MAPPING_OF_SLICE	(-1)
int vdsa_slice_reserve(u32 id, const guid_t *uuid, const char *name, const char *owner,
		       int mapping, u32 portid, struct netlink_ext_ack *extack);
/* End the reservations of a netlink socket. */
void vdsa_slice_unreserve(u32 portid);
/* The slice with the lowest id from @id on, of @device where not NULL. */
bool vdsa_slice_next_snapshot(u32 id, const char *device, struct vdsa_slice_snapshot *snap);
/* The device at @index in order of discovery; by name. */
bool vdsa_device_snapshot_at(u32 index, struct vdsa_device_snapshot *snap);
bool vdsa_device_snapshot_of(const char *name, struct vdsa_device_snapshot *snap);

/*
 * What offers vdevs on a function; main.c hands it down. add is called when the
 * function is added; the device's own lock is held. remove removes idle vdevs and does
 * not wait for open ones.
 */
struct vdsa_parent_ops {
	struct vdsa_parent *(*add)(struct vdsa_dev *dev);	/* or ERR_PTR */
	void (*remove)(struct vdsa_parent *parent);
};

int vdsa_slices_init(const struct vdsa_parent_ops *parents);
void vdsa_slices_exit(void);

#endif /* VDSA_SLICE_H */
