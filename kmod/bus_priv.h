/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two halves of the door to idxd share: bus.c has the functions,
 * bus_wq.c their work queues and commands.
 */
#ifndef VDSA_BUS_PRIV_H
#define VDSA_BUS_PRIV_H

#include "bus.h"
#include "idxd.h"

extern const struct vdsa_bus_ops *vdsa_bus_ops;

/* The function of @idxd with a reference, or NULL. */
struct vdsa_dev *vdsa_bus_find_idxd(const struct idxd_device *idxd);

/* The driver on idxd's bus that claims work queues. */
int vdsa_bus_register_driver(void);
void vdsa_bus_unregister_driver(void);

#endif /* VDSA_BUS_PRIV_H */
