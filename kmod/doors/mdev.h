/* SPDX-License-Identifier: GPL-2.0 */
/* Vdevs as mediated devices: the mdev parents of functions and the driver of the mdevs. */
#ifndef VDSA_MDEV_H
#define VDSA_MDEV_H

#include "slice/slice.h"

extern const struct vdsa_parent_ops vdsa_mdev_parent_ops;

int vdsa_mdev_init(void);
void vdsa_mdev_exit(void);

#endif /* VDSA_MDEV_H */
