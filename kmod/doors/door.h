/* SPDX-License-Identifier: GPL-2.0 */
/* What VFIO's doors to both kinds of vdevs have in common: regions, interrupts, portals. */
#ifndef VDSA_DOOR_H
#define VDSA_DOOR_H

#include <linux/vfio.h>
#include "vdev/vdev.h"

/* Interrupts of one of VFIO's indices. */
struct vdsa_door_irqs {
	u32 first, count;	/* vectors of the vdev; or 1 that asks the holder to close */
	bool maskable, asks;
};

struct vdsa_door {
	struct vfio_device_ops ops;
	u32 flags;		/* VFIO_DEVICE_FLAGS_* */
	u32 nr_regions, nr_irqs;
	u32 region_flags;	/* VFIO_REGION_INFO_FLAG_* of each; MMAP is that of the portals alone */
	/* Bytes; 0: there is none. */
	u32 (*region_size)(const struct vdsa_vdev *vdev, u32 index);
	/* -EINVAL: there is no such index. */
	int (*irqs)(const struct vdsa_vdev *vdev, u32 index, struct vdsa_door_irqs *irqs);
};

/* The size of the region with the portals. */
u32 vdsa_door_portals_size(const struct vdsa_vdev *vdev);

/* Operations of VFIO. ops.ioctl calls this one for what the door does not know. */
long vdsa_door_ioctl(struct vfio_device *vfio, unsigned int cmd, unsigned long arg);
int vdsa_door_mmap(struct vfio_device *vfio, struct vm_area_struct *vma);
int vdsa_door_open(struct vfio_device *vfio);
void vdsa_door_close(struct vfio_device *vfio);
void vdsa_door_request(struct vfio_device *vfio, unsigned int count);
void vdsa_door_dma_unmap(struct vfio_device *vfio, u64 iova, u64 length);

#ifdef VDSA_VFIO_HAS_REGION_INFO_CAPS
int vdsa_door_region_info(struct vfio_device *vfio, struct vfio_region_info *info,
			  struct vfio_info_cap *caps);
#define VDSA_DOOR_REGION_INFO	.get_region_info_caps = vdsa_door_region_info,
#else
#define VDSA_DOOR_REGION_INFO
#endif

/* All operations but ioctl, read and write. */
#define VDSA_DOOR_OPS						\
	.name = "dsa_vdev",					\
	.bind_iommufd = vfio_iommufd_emulated_bind,		\
	.unbind_iommufd = vfio_iommufd_emulated_unbind,		\
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,	\
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,	\
	.open_device = vdsa_door_open,				\
	.close_device = vdsa_door_close,			\
	.mmap = vdsa_door_mmap,					\
	.request = vdsa_door_request,				\
	.dma_unmap = vdsa_door_dma_unmap,			\
	VDSA_DOOR_REGION_INFO

#endif /* VDSA_DOOR_H */
