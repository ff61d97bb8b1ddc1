/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in guest memory does an address of a PASID point to? vfio-user has no
 * PASIDs, so the function walks the vIOMMU's tables itself, as the hardware
 * does, in all of guest RAM: root, scalable context, PASID directory, PASID
 * entry, first- or second-stage page table (VT-d specification, chapters 3
 * and 9). Nothing is cached but the root pointer, so that an invalidation, of
 * which the model does not hear, has nothing to invalidate. For the same reason
 * it cannot make an invalidation wait for the access at hand, as hardware does.
 * An access is short in its place: a walk and a copy within one page, some
 * microseconds, which begins again if its thread was stopped within it
 * (restart.h). Software takes longer than that from its invalidation to the next
 * use of the page.
 */
#ifndef IOMMU_H
#define IOMMU_H

#include "emu.h"

/* Where the root table is. @root is RTADDR_REG, @status is GSTS_REG. */
struct iommu_root {
	uint64_t root;
	uint32_t status;
};

struct iommu_ops {
	/* Asks the vIOMMU; 0 or -errno. May block for a moment. */
	int (*read_root)(void *arg, struct iommu_root *root);
	void *arg;
};

/* The vIOMMU's registers by QEMU's monitor; arg is the socket's path. */
int iommu_qmp_root(void *path, struct iommu_root *root);

struct iommu;

/*
 * @ram_fd is the file behind all of guest RAM, as q35 lays it out (the caller
 * keeps it); @rid is bus << 8 | device << 3 | function. NULL with errno set on
 * failure. @ops is copied.
 */
struct iommu *iommu_new(int ram_fd, uint16_t rid, const struct iommu_ops *ops);
void iommu_free(struct iommu *iommu);

/* Forget the root pointer: the machine may be starting again. */
void iommu_reset(struct iommu *iommu);

/* As emu_host_ops, for requests with a PASID; any thread. */
size_t iommu_read(struct iommu *iommu, const struct emu_requester *who,
		  uint64_t iova, void *buf, size_t len);
size_t iommu_write(struct iommu *iommu, const struct emu_requester *who,
		   uint64_t iova, const void *buf, size_t len);
size_t iommu_reach(struct iommu *iommu, const struct emu_requester *who,
		   uint64_t iova, size_t len);

#endif /* IOMMU_H */
