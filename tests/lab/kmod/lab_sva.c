// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: lets idxd of Linux 6.12 have its system PASID on QEMU's IOMMU.
 *
 * That idxd asks for page requests and shared virtual addressing first, and
 * without them takes no PASID for itself either, nor sets GENCFG.user_int_en.
 * QEMU's IOMMU does not report scalable-mode page-walk coherency (ECAP.SMPWC),
 * as silicon does, so the answer to the second is no. This module makes it yes;
 * nothing of it is used but the PASID. Newer kernels do not ask: there it does nothing.
 * Load it before idxd; it stays, for idxd gives back what it was granted.
 */
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#define FEATURE_SVA	0	/* of an enum that newer kernels do not have */

static int say_yes(struct device *dev, int feature)
{
	return 0;
}

/* Goes on in say_yes() instead, with the same arguments and return address. */
static int divert(struct kprobe *probe, struct pt_regs *regs)
{
	if (regs_get_kernel_argument(regs, 1) != FEATURE_SVA)
		return 0;
	instruction_pointer_set(regs, (unsigned long)say_yes);
	return 1;
}

/* Being there makes the diversion possible: it keeps kprobes from optimizing. */
static void no_optimization(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe enable = {
	.symbol_name = "iommu_dev_enable_feature",
	.pre_handler = divert,
	.post_handler = no_optimization,
};

static struct kprobe disable = {
	.symbol_name = "iommu_dev_disable_feature",
	.pre_handler = divert,
	.post_handler = no_optimization,
};

static int __init lab_sva_init(void)
{
	int err = register_kprobe(&enable);

	if (err)
		return err == -ENOENT ? 0 : err;
	err = register_kprobe(&disable);
	if (err)
		unregister_kprobe(&enable);
	return err;
}
module_init(lab_sva_init);

MODULE_DESCRIPTION("Test only: grants idxd of Linux 6.12 its system PASID");
MODULE_LICENSE("GPL");
