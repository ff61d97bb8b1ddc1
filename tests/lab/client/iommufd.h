/* SPDX-License-Identifier: GPL-2.0-only */
/* A VFIO device by its character device, and memory by an IOAS of an iommufd. */
#ifndef CLIENT_IOMMUFD_H
#define CLIENT_IOMMUFD_H

#include "vfio.h"

/* Sets fd, container and ioas; all three are those of @other where it is not NULL. */
void iommufd_open(struct vfio_dev *dev, const char *name, const struct vfio_dev *other);
void iommufd_map(struct vfio_dev *dev, void *mem, size_t len, uint64_t iova);
void iommufd_unmap(struct vfio_dev *dev, uint64_t iova, size_t len);

#endif /* CLIENT_IOMMUFD_H */
