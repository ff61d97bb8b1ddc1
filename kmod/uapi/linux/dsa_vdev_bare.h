/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * A bare vdev: the VFIO device of a vdev whose PCI device is emulated by a process.
 * The kernel gives it portals, completion interrupts, memory, and the requests below;
 * it has neither config space nor registers. Version 1.
 *
 * Its mdev type ends with "dwq-bare-v1". VFIO_DEVICE_GET_INFO has
 * VFIO_DEVICE_FLAGS_RESET and not VFIO_DEVICE_FLAGS_PCI, one region, three interrupts.
 *
 * Memory is given with VFIO_IOMMU_MAP_DMA of type 1, or with an IOAS of iommufd, at the
 * addresses that descriptors use.
 *
 * Each structure begins with argsz, its size, and flags. A size below that of version 1
 * is refused (EINVAL), and so are flags that are not known. What lies beyond the
 * structure must be 0 (E2BIG). Reserved members must be 0 and are 0. A request that fails
 * has done nothing. Requests may come from several threads: VDSA_BARE_ACT waits
 * for that of another thread, VDSA_BARE_GET_EVENTS for none.
 */
#ifndef _UAPI_LINUX_DSA_VDEV_BARE_H
#define _UAPI_LINUX_DSA_VDEV_BARE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VDSA_BARE_VERSION	1
#define VDSA_BARE_MAX_WQS	8
#define VDSA_BARE_MAX_ERRORS	4

/*
 * The portals, laid out and as large as BAR2 of the PCI device (four pages for each
 * work queue, the size a power of two). It is mapped, with MAP_SHARED, and neither read
 * nor written. Without VFIO_REGION_INFO_FLAG_MMAP (see portal_allowed) it cannot be.
 */
#define VDSA_BARE_REGION_PORTALS	0
#define VDSA_BARE_NR_REGIONS		1

/*
 * Interrupts. COMPLETION: vector n is that of work queue n; EVENTFD and MASKABLE. It is
 * masked after open, the first trigger of a vector unmasks it, its removal masks
 * it. What fires while it is masked is pending and is signalled when it is unmasked.
 * EVENT: VDSA_BARE_GET_EVENTS has something; also when its trigger is set and it has.
 * REQUEST: please close, as that of vfio-pci.
 */
#define VDSA_BARE_IRQ_COMPLETION	0
#define VDSA_BARE_IRQ_EVENT		1
#define VDSA_BARE_IRQ_REQUEST		2
#define VDSA_BARE_NR_IRQS		3

#define VDSA_BARE_TYPE	0xda

/* What the device is like. It does not change while it is open. */
struct vdsa_bare_wq {
	__u32 size;		/* entries */
	__u32 priority;
	__u32 max_xfer_shift;	/* log2 of bytes */
	__u32 max_batch_shift;	/* log2 of descriptors */
	__u32 block_on_fault;	/* 0 or 1 */
	__u32 reserved;
};

struct vdsa_bare_info {
	__u32 argsz;
	__u32 flags;		/* must be 0 */
	__u32 version;		/* VDSA_BARE_VERSION */
	__u32 pci_device;	/* id that the PCI device should have */
	__u32 dsa_version;	/* register VERSION of the host's device, and the same of the next four */
	__u32 nr_wqs;
	__u32 nr_engines;
	__u32 portal_allowed;	/* 0 or 1; see INTEL-SA-01084 */
	__u64 gen_cap;
	__u64 wq_cap;
	__u64 group_cap;
	__u64 op_cap[4];	/* operations that the work queues accept */
	struct vdsa_bare_wq wq[VDSA_BARE_MAX_WQS];
};

#define VDSA_BARE_GET_INFO	_IO(VDSA_BARE_TYPE, 0)

/*
 * VDSA_BARE_ACT: do it on the host's device, and wait for the end. The request succeeds
 * also where the action does not: then status says why. That is 0, an error code
 * of CMDSTS of the host's device, or a negative errno: -ENXIO while the device is revoked
 * or halted, and until VDSA_BARE_GET_EVENTS has told of that; -ETIMEDOUT.
 *
 * ENABLE to RESET: each work queue in wqs, also after one that failed; done has those
 * on which it succeeded. ENABLE wants the ticket of the mapping that ended last
 * (VDSA_BARE_MAP), else the request fails with EAGAIN. DISABLE and DRAIN wait for
 * descriptors.
 * QUIESCE: stop all work queues, drop pending interrupts and release all handles. Never
 * fails. So do VFIO_DEVICE_RESET and closing the device.
 * HANDLE_REQUEST, HANDLE_RELEASE: of vector, counted as in VDSA_BARE_IRQ_COMPLETION. To
 * release what it has not does nothing.
 */
enum vdsa_bare_action {
	VDSA_BARE_ENABLE = 1,
	VDSA_BARE_DISABLE = 2,
	VDSA_BARE_DRAIN = 3,
	VDSA_BARE_ABORT = 4,
	VDSA_BARE_RESET = 5,
	VDSA_BARE_QUIESCE = 6,
	VDSA_BARE_HANDLE_REQUEST = 7,
	VDSA_BARE_HANDLE_RELEASE = 8,
};

struct vdsa_bare_act {
	__u32 argsz;
	__u32 flags;		/* must be 0 */
	__u32 action;		/* enum vdsa_bare_action */
	__u32 wqs;		/* bit n: work queue n, at least one; for all others 0 */
	__u32 vector;		/* of the handle; for all others 0 */
	__u32 ticket;		/* of ENABLE; for all others 0 */
	__s32 status;		/* out, here and below */
	__u32 done;		/* bit n: work queue n */
	__u32 handle;		/* of HANDLE_REQUEST */
	__u32 reserved;
};

#define VDSA_BARE_ACT		_IO(VDSA_BARE_TYPE, 1)

/*
 * VDSA_BARE_MAP: begin to map the memory that the device was given, and do not wait. The
 * end is an event with ticket, which is not 0; of several that overlap, with the last
 * one. With AHEAD it only begins early what a later one will need: ticket is 0, and
 * there is no event.
 */
#define VDSA_BARE_MAP_AHEAD	(1 << 0)

struct vdsa_bare_map {
	__u32 argsz;
	__u32 flags;
	__u32 ticket;
	__u32 reserved;
};

#define VDSA_BARE_MAP		_IO(VDSA_BARE_TYPE, 2)

/*
 * VDSA_BARE_GET_EVENTS: what happened since the last call; never waits. Take them in this
 * order: the errors, MAPPED, HALTED or REVOKED, RESTORED.
 *
 * REVOKED: handles are gone and no work queue is enabled; stores to portals have no
 * effect. HALTED, only with REVOKED: since the host's device halted or was reset.
 * RESTORED: all may be used again. A device that is opened while it is revoked has REVOKED at
 * once.
 */
#define VDSA_BARE_EVENT_REVOKED		(1 << 0)
#define VDSA_BARE_EVENT_HALTED		(1 << 1)
#define VDSA_BARE_EVENT_RESTORED	(1 << 2)
#define VDSA_BARE_EVENT_MAPPED		(1 << 3)	/* ticket */
#define VDSA_BARE_EVENT_ERRORS_LOST	(1 << 4)	/* more software errors than fit */

/* A software error: SWERR of the host's device. */
struct vdsa_bare_error {
	__u32 wq;
	__u32 reserved;
	__u64 err[4];
};

struct vdsa_bare_events {
	__u32 argsz;
	__u32 flags;		/* must be 0 */
	__u32 events;		/* out, here and below */
	__u32 ticket;
	__u32 nr_errors;
	__u32 reserved;
	struct vdsa_bare_error error[VDSA_BARE_MAX_ERRORS];
};

#define VDSA_BARE_GET_EVENTS	_IO(VDSA_BARE_TYPE, 3)

/* VDSA_BARE_GET_PENDING: the completion vectors that are pending, as they are masked. */
struct vdsa_bare_pending {
	__u32 argsz;
	__u32 flags;		/* must be 0 */
	__u32 vectors;		/* out: bit n: vector n */
	__u32 reserved;
};

#define VDSA_BARE_GET_PENDING	_IO(VDSA_BARE_TYPE, 4)

/*
 * VDSA_BARE_GET_PORTALS: returns a new descriptor, closed at exec, that can do no more than
 * be mapped, with MAP_SHARED: its offset 0 is that of the region of the portals, which is as
 * large. It is for another process, such as a VMM. It does not keep the device open: once
 * that is closed, stores through it have no effect for ever, and raise no signal. EPERM:
 * see portal_allowed.
 */
struct vdsa_bare_portals {
	__u32 argsz;
	__u32 flags;		/* must be 0 */
};

#define VDSA_BARE_GET_PORTALS	_IO(VDSA_BARE_TYPE, 5)

#endif /* _UAPI_LINUX_DSA_VDEV_BARE_H */
