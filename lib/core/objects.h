/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What there is on a host: plain structures, which backend/ fills and model/ hands out. A list
 * of them is freed by FREE_LIST().
 */
#ifndef DSACTL_CORE_OBJECTS_H
#define DSACTL_CORE_OBJECTS_H

#include <dsactl/libdsactl.h>
#include <linux/dsa_vdev.h>
#include <stdlib.h>

#include "config.h"
#include "names.h"

/* Objects of libaccel-config, set only once something is written: see backend/accel.c. */
struct accfg_ctx;
struct accfg_device;
struct accfg_engine;
struct accfg_group;
struct accfg_wq;

struct dsactl_group {
	struct dsactl_group *next;
	struct accfg_group *accfg;
	char name[NAME_SIZE];
	int id;
	struct group_config config;
};

struct dsactl_engine {
	struct dsactl_engine *next;
	struct accfg_engine *accfg;
	char name[NAME_SIZE];
	int id, group;
};

struct dsactl_wq {
	struct dsactl_wq *next;
	struct accfg_wq *accfg;
	char name[NAME_SIZE];
	int id, group;
	unsigned int size, priority, threshold, max_batch;
	uint64_t max_transfer;
	int ats_disable, prs_disable;	/* -1: it has no such switch */
	bool dedicated, enabled, block_on_fault;
	char type[16], label[LABEL_SIZE], driver[128];
	char bound[NAME_SIZE];	/* the driver that has it now, or "" */
};

struct dsactl_device {
	struct dsactl_ctx *ctx;
	struct dsactl_device *next;
	struct accfg_device *accfg;
	char name[NAME_SIZE], type[8], pci[PCI_SIZE];
	unsigned int id, pci_id;
	int numa;
	bool enabled, configurable;
	unsigned int nr_groups, nr_engines, nr_wqs, wq_entries;
	uint64_t gen_cap;
	bool has_settings;	/* both of the following, and groups' config: by accel_read_settings() */
	bool has_limits;	/* by accel_read_limits(): */
	unsigned int max_batch;
	uint64_t max_transfer;
	unsigned int max_read_buffers, read_buffer_limit, version;
	int event_log_size;	/* -1: it has none */
	bool lacks_user_pasid;	/* idxd says that its driver "user" takes no work queue of this device */
	bool has_parts;		/* by accel_read_parts(): */
	struct dsactl_group *groups;
	struct dsactl_engine *engines;
	struct dsactl_wq *wqs;
};

/* A device as the module knows it. */
struct mod_device {
	struct dsactl_ctx *ctx;
	struct mod_device *next;
	char name[NAME_SIZE], pci[PCI_SIZE];
	int numa;
	uint32_t flags;		/* enum dsa_vdev_device_flags */
	uint32_t nr_wqs, nr_groups, nr_engines, ims_size, ims_free, nr_slices;
};

struct dsactl_slice {
	struct dsactl_ctx *ctx;
	struct dsactl_slice *next;
	char device[NAME_SIZE], type[NAME_SIZE], vdev[UUID_SIZE];
	uint32_t id, group, nr_engines, nr_vectors, pasid, state, flags, mapping, nr_wqs;
	struct {
		uint32_t id, size;
		bool bound;
	} wq[DSA_VDEV_MAX_WQS];
};

struct dsactl_vector {
	struct dsactl_vector *next;
	uint32_t index;
	int irq, ims, handle;	/* -1: none */
	bool masked;
	uint64_t interrupts;
};

struct dsactl_vdev {
	struct dsactl_ctx *ctx;
	struct dsactl_vdev *next;
	char uuid[UUID_SIZE], device[NAME_SIZE], type[NAME_SIZE];
	char name[DSA_VDEV_NAME_MAX + 1], owner[DSA_VDEV_NAME_MAX + 1];
	uint32_t slice, state, pasid;
	bool foreign;		/* created without a reservation, so not by dsactl */
	uint64_t mapped_bytes, pinned_pages, commands, resets, errors;
	uint64_t wanted_bytes, requests_served, requests_refused;
	char pci_id[12];		/* the PCI id that the guest sees; "": the module does not say */
	uint32_t mapping, mapping_state, nr_hints;
	char mapping_sources[64];
	struct dsactl_hint hint[DSA_VDEV_MAX_HINTS];
	uint32_t nr_vectors;
	struct dsactl_vector vector[DSA_VDEV_MAX_WQS + 1];
};

/* Something that happened, as the kernel or the module said. */
struct dsactl_event {
	struct dsactl_event *next;
	const char *object, *action, *state;
	char name[UUID_SIZE], device[NAME_SIZE], vdev[UUID_SIZE];
	char vdev_name[DSA_VDEV_NAME_MAX + 1];
	const char *mapping_state;	/* NULL: of no vdev */
	uint64_t errors, mapped_bytes, wanted_bytes;
};

/* All of it, read when first asked for. */
struct inventory {
	bool accel_read, module_read, has_module;
	bool near_read;		/* all slices, and one of the module's devices */
	int accel_error;
	struct accfg_ctx *accfg;
	struct dsactl_device *devices;
	struct mod_device *mod_devices;
	struct dsactl_slice *slices;
	struct dsactl_vdev *vdevs;
};

#define FREE_LIST(head)                                                        \
	do {                                                                   \
		while (head) {                                                 \
			void *first_ = (head);                                 \
			(head) = (head)->next;                                 \
			free(first_);                                          \
		}                                                              \
	} while (0)

/* The groups, engines and work queues of a device. */
void device_drop_parts(struct dsactl_device *device);

#endif /* DSACTL_CORE_OBJECTS_H */
