/* SPDX-License-Identifier: GPL-2.0 */
/* The functions that idxd drives: found and followed. */
#ifndef VDSA_IDXD_BUS_H
#define VDSA_IDXD_BUS_H

#include "bus_ops.h"

int vdsa_bus_init(const struct vdsa_bus_ops *ops);
void vdsa_bus_exit(void);

#endif /* VDSA_IDXD_BUS_H */
