/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_IOMMU_H
#define UNIT_LINUX_IOMMU_H

#define IOMMU_READ	1
#define IOMMU_WRITE	2

#endif /* UNIT_LINUX_IOMMU_H */
