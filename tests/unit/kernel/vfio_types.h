/* SPDX-License-Identifier: GPL-2.0-only */
/* What module-btf.sh makes of VFIO, as far as it is used. */
#ifndef UNIT_VFIO_TYPES_H
#define UNIT_VFIO_TYPES_H

struct vfio_iommu_driver_ops {
	char *name;
};

struct vfio_iommu_driver {
	const struct vfio_iommu_driver_ops *ops;
};

struct vfio_container {
	struct vfio_iommu_driver *iommu_driver;
	void *iommu_data;
};

struct vfio_group {
	struct vfio_container *container;
};

#endif /* UNIT_VFIO_TYPES_H */
