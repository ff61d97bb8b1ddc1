// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: what does idxd keep of the batches whose records could not be
 * written? The parameter "batch_fail" has how many numbers of batches are marked,
 * of all functions together.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/version.h>
#include "private/idxd.h"

static u32 count_fails(struct idxd_evl *evl)
{
	u32 i, n = 0;

	if (!evl)
		return 0;
	guard(mutex)(&evl->lock);
	for (i = 0; i < ARRAY_SIZE(evl->batch_fail); i++)
		n += evl->batch_fail[i];
	return n;
}

static int add_device(struct device *dev, void *sum)
{
	struct idxd_dev *idxd_dev = vdsa_to_idxd_dev(dev);

	if (idxd_dev->type == IDXD_DEV_DSA)
		*(u32 *)sum += count_fails(container_of(idxd_dev, struct idxd_device, idxd_dev)->evl);
	return 0;
}

static int batch_fail_get(char *buffer, const struct kernel_param *kp)
{
	u32 sum = 0;

	bus_for_each_dev(&dsa_bus_type, NULL, &sum, add_device);
	return sysfs_emit(buffer, "%u\n", sum);
}

static const struct kernel_param_ops batch_fail_ops = { .get = batch_fail_get };
module_param_cb(batch_fail, &batch_fail_ops, NULL, 0444);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("IDXD");
#else
MODULE_IMPORT_NS(IDXD);
#endif
MODULE_DESCRIPTION("Test only: what idxd keeps of failed batches");
MODULE_LICENSE("GPL");
