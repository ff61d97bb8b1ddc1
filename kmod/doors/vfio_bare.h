/* SPDX-License-Identifier: GPL-2.0 */
/* What VFIO calls for the holder of a bare vdev. */
#ifndef VDSA_VFIO_BARE_H
#define VDSA_VFIO_BARE_H

#include "door.h"

extern const struct vdsa_door vdsa_bare_door;

#endif /* VDSA_VFIO_BARE_H */
