/* SPDX-License-Identifier: GPL-2.0 */
/* What VFIO calls for the holder of a vdev whose PCI device the module emulates. */
#ifndef VDSA_VFIO_H
#define VDSA_VFIO_H

#include "door.h"

extern const struct vdsa_door vdsa_vfio_door;

#endif /* VDSA_VFIO_H */
