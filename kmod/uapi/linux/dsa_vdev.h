/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	kmod/netlink/dsa-vdev.yaml */
/* YNL-GEN uapi header */
/* To regenerate run: kmod/netlink/regen.sh */

#ifndef _UAPI_LINUX_DSA_VDEV_H
#define _UAPI_LINUX_DSA_VDEV_H

#define DSA_VDEV_FAMILY_NAME	"dsa-vdev"
#define DSA_VDEV_FAMILY_VERSION	1

#define DSA_VDEV_MAX_WQS	8
#define DSA_VDEV_NAME_MAX	63
#define DSA_VDEV_MAX_HINTS	32

/**
 * enum dsa_vdev_device_flags - What a DSA function can do for slices, and what
 *   stands in the way.
 * @DSA_VDEV_DEVICE_FLAGS_ENABLED: idxd has the device enabled.
 * @DSA_VDEV_DEVICE_FLAGS_PASID: The function has PASID enabled and the IOMMU
 *   attaches domains to PASIDs.
 * @DSA_VDEV_DEVICE_FLAGS_IMS: The function has interrupt message storage for
 *   DEV-MSI vectors.
 * @DSA_VDEV_DEVICE_FLAGS_USER_INTERRUPTS: GENCFG.user_int_en is set, so
 *   completions of unprivileged descriptors may interrupt.
 * @DSA_VDEV_DEVICE_FLAGS_HANDLES: The function reports the command that
 *   requests interrupt handles.
 * @DSA_VDEV_DEVICE_FLAGS_INTR_REMAP: Interrupts of the function are remapped
 *   by the IOMMU.
 * @DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS: Page requests are enabled on the
 *   function.
 * @DSA_VDEV_DEVICE_FLAGS_UNSAFE_PORTAL: The silicon is under INTEL-SA-01084: a
 *   portal is given to user space only where its slice says
 *   allow-unsafe-portal.
 */
enum dsa_vdev_device_flags {
	DSA_VDEV_DEVICE_FLAGS_ENABLED = 1,
	DSA_VDEV_DEVICE_FLAGS_PASID = 2,
	DSA_VDEV_DEVICE_FLAGS_IMS = 4,
	DSA_VDEV_DEVICE_FLAGS_USER_INTERRUPTS = 8,
	DSA_VDEV_DEVICE_FLAGS_HANDLES = 16,
	DSA_VDEV_DEVICE_FLAGS_INTR_REMAP = 32,
	DSA_VDEV_DEVICE_FLAGS_PAGE_REQUESTS = 64,
	DSA_VDEV_DEVICE_FLAGS_UNSAFE_PORTAL = 128,
};

/**
 * enum dsa_vdev_slice_state - Where a slice stands in its life.
 * @DSA_VDEV_SLICE_STATE_DEFINED: Made, but not all of its work queues are
 *   bound to dsa_vdev.
 * @DSA_VDEV_SLICE_STATE_READY: Complete and free.
 * @DSA_VDEV_SLICE_STATE_RESERVED: Kept for one vdev that is about to be
 *   created.
 * @DSA_VDEV_SLICE_STATE_USED: A vdev is on it.
 * @DSA_VDEV_SLICE_STATE_HALTED: The device halted or was reset; the slice
 *   waits to be restored.
 */
enum dsa_vdev_slice_state {
	DSA_VDEV_SLICE_STATE_DEFINED,
	DSA_VDEV_SLICE_STATE_READY,
	DSA_VDEV_SLICE_STATE_RESERVED,
	DSA_VDEV_SLICE_STATE_USED,
	DSA_VDEV_SLICE_STATE_HALTED,
};

/**
 * enum dsa_vdev_slice_flags
 * @DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL: The administrator accepts that
 *   the owner of a portal can misuse silicon that is under INTEL-SA-01084.
 * @DSA_VDEV_SLICE_FLAGS_HOST_PCI_ID: Its vdevs show the PCI device id of the
 *   host's function. Else they show that of the first DSA, which every idxd
 *   knows.
 */
enum dsa_vdev_slice_flags {
	DSA_VDEV_SLICE_FLAGS_ALLOW_UNSAFE_PORTAL = 1,
	DSA_VDEV_SLICE_FLAGS_HOST_PCI_ID = 2,
};

/**
 * enum dsa_vdev_mapping - How a vdev finds the memory that its holder has
 *   mapped. Hints are followed in each of them.
 * @DSA_VDEV_MAPPING_AUTO: By sweep, and by page requests where the function
 *   has them.
 * @DSA_VDEV_MAPPING_SWEEP: All of it, when a work queue is enabled and what
 *   comes later.
 * @DSA_VDEV_MAPPING_HINTS: By hints alone.
 * @DSA_VDEV_MAPPING_PRS: By page requests alone. A descriptor that does not
 *   block on a fault fails where it is the first to touch a page.
 */
enum dsa_vdev_mapping {
	DSA_VDEV_MAPPING_AUTO,
	DSA_VDEV_MAPPING_SWEEP,
	DSA_VDEV_MAPPING_HINTS,
	DSA_VDEV_MAPPING_PRS,
};

/**
 * enum dsa_vdev_mapping_sources - What a vdev learns of its holder's memory
 *   from.
 * @DSA_VDEV_MAPPING_SOURCES_MAPPINGS: VFIO's list of what is mapped.
 * @DSA_VDEV_MAPPING_SOURCES_PROBING: Probes, as that list cannot be read.
 */
enum dsa_vdev_mapping_sources {
	DSA_VDEV_MAPPING_SOURCES_HINTS = 1,
	DSA_VDEV_MAPPING_SOURCES_MAPPINGS = 2,
	DSA_VDEV_MAPPING_SOURCES_PROBING = 4,
	DSA_VDEV_MAPPING_SOURCES_PAGE_REQUESTS = 8,
};

/**
 * enum dsa_vdev_mapping_state - How much of its holder's memory a vdev
 *   reaches.
 * @DSA_VDEV_MAPPING_STATE_NONE: Memory has not been looked for since the vdev
 *   was last opened.
 * @DSA_VDEV_MAPPING_STATE_COMPLETE: All that was found when it was last looked
 *   for.
 * @DSA_VDEV_MAPPING_STATE_MEMLOCK: Less, as the holder's RLIMIT_MEMLOCK is too
 *   low.
 * @DSA_VDEV_MAPPING_STATE_MAX_PINNED: Less, as the module's parameter
 *   max_pinned_mib is too low.
 * @DSA_VDEV_MAPPING_STATE_FAILED: Less, for another reason, which is in the
 *   kernel's log.
 * @DSA_VDEV_MAPPING_STATE_MAPPING: Memory is being mapped.
 */
enum dsa_vdev_mapping_state {
	DSA_VDEV_MAPPING_STATE_NONE,
	DSA_VDEV_MAPPING_STATE_COMPLETE,
	DSA_VDEV_MAPPING_STATE_MEMLOCK,
	DSA_VDEV_MAPPING_STATE_MAX_PINNED,
	DSA_VDEV_MAPPING_STATE_FAILED,
	DSA_VDEV_MAPPING_STATE_MAPPING,
};

/**
 * enum dsa_vdev_vdev_state
 * @DSA_VDEV_VDEV_STATE_CLOSED: No one has the vdev open.
 * @DSA_VDEV_VDEV_STATE_DISABLED: Open; its device is disabled.
 * @DSA_VDEV_VDEV_STATE_ENABLED: Open; its device is enabled.
 * @DSA_VDEV_VDEV_STATE_HALTED: Open; its device is halted and waits for a
 *   reset.
 */
enum dsa_vdev_vdev_state {
	DSA_VDEV_VDEV_STATE_CLOSED,
	DSA_VDEV_VDEV_STATE_DISABLED,
	DSA_VDEV_VDEV_STATE_ENABLED,
	DSA_VDEV_VDEV_STATE_HALTED,
};

enum {
	DSA_VDEV_A_DEVICE_NAME = 1,
	DSA_VDEV_A_DEVICE_PCI,
	DSA_VDEV_A_DEVICE_NUMA_NODE,
	DSA_VDEV_A_DEVICE_FLAGS,
	DSA_VDEV_A_DEVICE_NR_WQS,
	DSA_VDEV_A_DEVICE_NR_GROUPS,
	DSA_VDEV_A_DEVICE_NR_ENGINES,
	DSA_VDEV_A_DEVICE_IMS_SIZE,
	DSA_VDEV_A_DEVICE_IMS_FREE,
	DSA_VDEV_A_DEVICE_NR_SLICES,

	__DSA_VDEV_A_DEVICE_MAX,
	DSA_VDEV_A_DEVICE_MAX = (__DSA_VDEV_A_DEVICE_MAX - 1)
};

enum {
	DSA_VDEV_A_WQ_ID = 1,
	DSA_VDEV_A_WQ_SIZE,
	DSA_VDEV_A_WQ_BOUND,

	__DSA_VDEV_A_WQ_MAX,
	DSA_VDEV_A_WQ_MAX = (__DSA_VDEV_A_WQ_MAX - 1)
};

enum {
	DSA_VDEV_A_SLICE_ID = 1,
	DSA_VDEV_A_SLICE_DEVICE,
	DSA_VDEV_A_SLICE_GROUP,
	DSA_VDEV_A_SLICE_WQ_ID,
	DSA_VDEV_A_SLICE_WQ,
	DSA_VDEV_A_SLICE_NR_ENGINES,
	DSA_VDEV_A_SLICE_NR_VECTORS,
	DSA_VDEV_A_SLICE_PASID,
	DSA_VDEV_A_SLICE_STATE,
	DSA_VDEV_A_SLICE_FLAGS,
	DSA_VDEV_A_SLICE_TYPE,
	DSA_VDEV_A_SLICE_VDEV,
	DSA_VDEV_A_SLICE_MAPPING,

	__DSA_VDEV_A_SLICE_MAX,
	DSA_VDEV_A_SLICE_MAX = (__DSA_VDEV_A_SLICE_MAX - 1)
};

enum {
	DSA_VDEV_A_HINT_IOVA = 1,
	DSA_VDEV_A_HINT_LENGTH,

	__DSA_VDEV_A_HINT_MAX,
	DSA_VDEV_A_HINT_MAX = (__DSA_VDEV_A_HINT_MAX - 1)
};

enum {
	DSA_VDEV_A_VECTOR_INDEX = 1,
	DSA_VDEV_A_VECTOR_IRQ,
	DSA_VDEV_A_VECTOR_IMS,
	DSA_VDEV_A_VECTOR_HANDLE,
	DSA_VDEV_A_VECTOR_MASKED,
	DSA_VDEV_A_VECTOR_INTERRUPTS,

	__DSA_VDEV_A_VECTOR_MAX,
	DSA_VDEV_A_VECTOR_MAX = (__DSA_VDEV_A_VECTOR_MAX - 1)
};

enum {
	DSA_VDEV_A_VDEV_UUID = 1,
	DSA_VDEV_A_VDEV_SLICE_ID,
	DSA_VDEV_A_VDEV_DEVICE,
	DSA_VDEV_A_VDEV_NAME,
	DSA_VDEV_A_VDEV_OWNER,
	DSA_VDEV_A_VDEV_STATE,
	DSA_VDEV_A_VDEV_PASID,
	DSA_VDEV_A_VDEV_TYPE,
	DSA_VDEV_A_VDEV_MAPPED_BYTES,
	DSA_VDEV_A_VDEV_PINNED_PAGES,
	DSA_VDEV_A_VDEV_COMMANDS,
	DSA_VDEV_A_VDEV_RESETS,
	DSA_VDEV_A_VDEV_ERRORS,
	DSA_VDEV_A_VDEV_VECTOR,
	DSA_VDEV_A_VDEV_MAPPING,
	DSA_VDEV_A_VDEV_MAPPING_SOURCES,
	DSA_VDEV_A_VDEV_MAPPING_STATE,
	DSA_VDEV_A_VDEV_WANTED_BYTES,
	DSA_VDEV_A_VDEV_HINT,
	DSA_VDEV_A_VDEV_REQUESTS_SERVED,
	DSA_VDEV_A_VDEV_REQUESTS_REFUSED,
	DSA_VDEV_A_VDEV_RESERVED,
	DSA_VDEV_A_VDEV_PCI_DEVICE,

	__DSA_VDEV_A_VDEV_MAX,
	DSA_VDEV_A_VDEV_MAX = (__DSA_VDEV_A_VDEV_MAX - 1)
};

enum {
	DSA_VDEV_CMD_DEVICE_GET = 1,
	DSA_VDEV_CMD_SLICE_NEW,
	DSA_VDEV_CMD_SLICE_DEL,
	DSA_VDEV_CMD_SLICE_GET,
	DSA_VDEV_CMD_SLICE_RESERVE,
	DSA_VDEV_CMD_VDEV_GET,
	DSA_VDEV_CMD_SLICE_ADD_NTF,
	DSA_VDEV_CMD_SLICE_CHANGE_NTF,
	DSA_VDEV_CMD_SLICE_DEL_NTF,
	DSA_VDEV_CMD_VDEV_ADD_NTF,
	DSA_VDEV_CMD_VDEV_CHANGE_NTF,
	DSA_VDEV_CMD_VDEV_DEL_NTF,
	DSA_VDEV_CMD_VDEV_SET_HINTS,

	__DSA_VDEV_CMD_MAX,
	DSA_VDEV_CMD_MAX = (__DSA_VDEV_CMD_MAX - 1)
};

#define DSA_VDEV_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_DSA_VDEV_H */
