/* SPDX-License-Identifier: GPL-2.0 */
/* What a function's registers say. */
#ifndef VDSA_REGISTERS_H
#define VDSA_REGISTERS_H

#include "bus.h"

/* Fill in the properties of the function. */
void vdsa_bus_read_caps(struct vdsa_dev *dev);
/* Is the silicon under INTEL-SA-01084? */
bool vdsa_bus_is_unsafe(const struct vdsa_dev *dev);
phys_addr_t vdsa_bus_portal(const struct vdsa_dev *dev, u32 wq, u32 page);
/* The offset in BAR0 of a dword of the configuration of a work queue. */
u32 vdsa_wqcfg_offset(const struct vdsa_dev *dev, u32 wq, u32 dword);

/* The caller holds dev->lock or vdsa_bus_show_lock(). */
bool vdsa_bus_user_interrupts(struct vdsa_dev *dev);
/* The record of a drain descriptor goes to the event log, which belongs to the host. */
bool vdsa_bus_logs_drains(struct vdsa_dev *dev);
/* Whether the function is there, and the work queue not disabled in hardware. */
bool vdsa_bus_wq_live(struct vdsa_dev *dev, u32 wq);

/* The caller holds dev->lock. */
/* The state in GENSTS; halt if the function is gone. */
u32 vdsa_bus_state(struct vdsa_dev *dev);
/* The state of a work queue; the function is not gone. */
u32 vdsa_bus_wq_state(struct vdsa_dev *dev, u32 wq);
/* Descriptors that wait in the work queue; 0 if the function does not report it. */
u32 vdsa_bus_wq_occupancy(struct vdsa_dev *dev, u32 wq);

#endif /* VDSA_REGISTERS_H */
