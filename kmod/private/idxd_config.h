/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration of a function, which idxd drops: kept, and given back. */
#ifndef VDSA_IDXD_CONFIG_H
#define VDSA_IDXD_CONFIG_H

#include "hw/bus.h"

struct idxd_wq;
struct vdsa_wq_config;

struct vdsa_config *vdsa_config_alloc(const struct vdsa_caps *caps);
void vdsa_config_free(struct vdsa_config *config);

/* A copy of what idxd drops of a work queue, which the caller frees; or NULL. */
struct vdsa_wq_config *vdsa_wq_config_copy(const struct idxd_wq *wq);
/* Restore what idxd drops when the work queue is disabled. The caller holds wq_lock. */
void vdsa_wq_config_restore(const struct vdsa_wq_config *config, struct idxd_wq *wq);

/* Whether idxd has it enabled. The caller holds dev->lock or vdsa_bus_show_lock(). */
bool vdsa_bus_enabled(struct vdsa_dev *dev);

/* The caller holds dev->lock. */
bool vdsa_bus_configurable(struct vdsa_dev *dev);
/* Keep a copy of how the function is configured, while it is enabled. */
void vdsa_bus_save(struct vdsa_dev *dev);

/*
 * Recovery, called without dev->lock; each may be repeated and does nothing where
 * it does not apply. recover resets a halted function where that ends the halt;
 * repair has idxd enable a function that was reset as it was configured before,
 * with all its work queues.
 */
void vdsa_bus_recover(struct vdsa_dev *dev);
void vdsa_bus_repair(struct vdsa_dev *dev);

#endif /* VDSA_IDXD_CONFIG_H */
