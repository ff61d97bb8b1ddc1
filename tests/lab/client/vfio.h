/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VFIO device, opened as QEMU does it: through its group and a container of type 1,
 * or, where VDEV_IOMMU=iommufd is in the environment, through its character device and
 * an IOAS; or by the vfio-user server whose socket is VDEV_SOCKET in the environment.
 * Failures end the program with a message: it is a test client.
 */
#ifndef CLIENT_VFIO_H
#define CLIENT_VFIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfio_dev {
	int container, group, fd;	/* with iommufd that is the container; no group, -1 */
	uint32_t ioas;			/* of the iommufd; 0 with a container */
	int socket;			/* of a vfio-user server, and fd is its portals'; -1: none */
	bool bare;			/* a vdev without registers: its portals are bar2 */
	uint64_t bar0, bar2, config;	/* offsets of the regions in fd */
	uint64_t bar2_size;
	unsigned int nr_vectors;
	int *eventfd;			/* one of each MSI-X vector; if bare, the first is of events */
};

/* Prints "client: ..." and exits 1. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* How many times longer than on others all limits of time are on this machine (LAB_SLOW). */
int lab_slow(void);

/* What VDEV_IOMMU says. */
bool vfio_is_by_iommufd(void);
/* Memory of whole pages for vfio_map(), with 0 in it; to be given back by munmap(). */
void *vfio_memory(size_t len);
/* By the UUID of a mediated device, or the address of a PCI function. */
void vfio_open(struct vfio_dev *dev, const char *name);
/* In the container of @other, whose memory is this device's, too. */
void vfio_open_beside(struct vfio_dev *dev, const char *name, const struct vfio_dev *other);
void vfio_close(struct vfio_dev *dev);
/* Make @len bytes at @mem reachable for the device at @iova. */
void vfio_map(struct vfio_dev *dev, void *mem, size_t len, uint64_t iova);
void vfio_unmap(struct vfio_dev *dev, uint64_t iova, size_t len);
/* An eventfd on every MSI-X vector, or on the first @nr. */
void vfio_set_irqs(struct vfio_dev *dev);
void vfio_set_first_irqs(struct vfio_dev *dev, unsigned int nr);
/* An eventfd that the host signals when it wants the device back. */
int vfio_unplug_fd(struct vfio_dev *dev);
void vfio_reset(struct vfio_dev *dev);

/* Up to 8 bytes, at an offset from bar0 or config on. */
void vfio_read(struct vfio_dev *dev, uint64_t off, void *val, size_t len);
void vfio_write(struct vfio_dev *dev, uint64_t off, const void *val, size_t len);
uint64_t bar0_read64(struct vfio_dev *dev, uint32_t off);
uint32_t bar0_read32(struct vfio_dev *dev, uint32_t off);
void bar0_write32(struct vfio_dev *dev, uint32_t off, uint32_t val);
uint32_t config_read32(struct vfio_dev *dev, uint32_t off);
/* Set the bits @bits of the 16-bit PCI COMMAND register. */
void config_enable(struct vfio_dev *dev, uint16_t bits);

/* Wait until @vector is signalled; 0 at the time limit, else the count. */
uint64_t vfio_wait_irq(struct vfio_dev *dev, unsigned int vector, int timeout_ms);

#endif /* CLIENT_VFIO_H */
