/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A space: the domain that the vdevs of one container and one function share. What is mapped for
 * one of them the others reach, too, and it stays until VFIO unmaps it or the last of them leaves.
 * memory.c has the spaces of a container.
 */
#ifndef VDSA_SPACE_H
#define VDSA_SPACE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include "hw/iommu.h"

struct vdsa_space {
	struct list_head node;		/* memory.c: of the container, as the next ones */
	u32 index;			/* among those that hold memory */
	u32 nr_users;
	struct pci_dev *pdev;		/* fixed */
	bool page_requests;		/* fixed */
	struct vdsa_domain domain;
	struct mutex lock;		/* held while mappings are pinned and mapped, or dropped */
};

/* A space for vdevs as the one with @iommu; NULL on an error, also if its slice has ended. */
struct vdsa_space *vdsa_space_make(struct vdsa_iommu *iommu);
/* Nobody uses it. */
void vdsa_space_free(struct vdsa_space *space);
bool vdsa_space_suits(const struct vdsa_space *space, const struct vdsa_iommu *iommu);

#endif /* VDSA_SPACE_H */
