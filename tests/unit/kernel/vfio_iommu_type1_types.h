/* SPDX-License-Identifier: GPL-2.0-only */
/* What module-btf.sh makes of type 1, in its order. */
#ifndef UNIT_VFIO_IOMMU_TYPE1_TYPES_H
#define UNIT_VFIO_IOMMU_TYPE1_TYPES_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>

struct vfio_dma {
	struct rb_node node;
	dma_addr_t iova;
	unsigned long vaddr;
	size_t size;
	int prot;
	bool iommu_mapped, lock_cap, vaddr_invalid;
	struct task_struct *task;
	struct rb_root pfn_list;
	unsigned long *bitmap;
	struct mm_struct *mm;
	size_t locked_vm;
};

struct vfio_iommu {
	struct list_head domain_list, iova_list;
	struct mutex lock;
	struct rb_root dma_list;
	struct list_head device_list;
};

#endif /* UNIT_VFIO_IOMMU_TYPE1_TYPES_H */
