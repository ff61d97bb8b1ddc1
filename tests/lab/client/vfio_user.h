/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device by a vfio-user server, such as "dsactl serve-vdev": registers by messages, and
 * portals, interrupts and memory by descriptors that go over its socket.
 */
#ifndef CLIENT_VFIO_USER_H
#define CLIENT_VFIO_USER_H

#include <linux/vfio.h>

#include "vfio.h"

/* Sets socket, fd, and what the device has; its offsets are for the two functions below. */
void vfio_user_open(struct vfio_dev *dev, const char *path);
/* Up to 8 bytes. If the server is gone all ones are read, and nothing is written. */
void vfio_user_read(struct vfio_dev *dev, uint64_t off, void *val, size_t len);
void vfio_user_write(struct vfio_dev *dev, uint64_t off, const void *val, size_t len);
/* Memory in a file of its own: what is mapped must lie in such. */
void *vfio_user_memory(size_t len);
void vfio_user_map(struct vfio_dev *dev, void *mem, size_t len, uint64_t iova);
void vfio_user_unmap(struct vfio_dev *dev, uint64_t iova, size_t len);
/* @set without its data, which are @fds. */
void vfio_user_set_irqs(struct vfio_dev *dev, const struct vfio_irq_set *set, const int *fds);
void vfio_user_reset(struct vfio_dev *dev);

#endif /* CLIENT_VFIO_USER_H */
