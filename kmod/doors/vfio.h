/* SPDX-License-Identifier: GPL-2.0 */
/* What VFIO calls for the holder of a vdev. */
#ifndef VDSA_VFIO_H
#define VDSA_VFIO_H

#include <linux/vfio.h>

extern const struct vfio_device_ops vdsa_vfio_ops;

#endif /* VDSA_VFIO_H */
