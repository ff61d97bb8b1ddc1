// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: lets lockdep go on where VFIO's type 1 is used.
 *
 * Type 1 calls dma_unmap with its device_list_lock held, and the driver then unpins,
 * which takes iommu->lock; when a device is registered type 1 takes them the other way
 * round. No driver that unpins can avoid that, and after its first report lockdep is off.
 * So the order of that one lock is not looked at. Load it after vfio_iommu_type1.
 */
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/vfio.h>
#include "vfio_iommu_type1_types.h"

/* A container has its back end, which nobody uses yet. */
static int leave_out(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct vfio_iommu *iommu = (void *)regs_return_value(regs);

	if (!IS_ERR_OR_NULL(iommu))
		lockdep_set_novalidate_class(&iommu->device_list_lock);
	return 0;
}

static struct kretprobe open = {
	.kp.symbol_name = "vfio_iommu_type1_open",
	.handler = leave_out,
};

static int __init lab_lockdep_init(void)
{
	return register_kretprobe(&open);
}
module_init(lab_lockdep_init);

static void __exit lab_lockdep_exit(void)
{
	unregister_kretprobe(&open);
}
module_exit(lab_lockdep_exit);

MODULE_DESCRIPTION("Test only: lockdep beside VFIO's type 1");
MODULE_LICENSE("GPL");
