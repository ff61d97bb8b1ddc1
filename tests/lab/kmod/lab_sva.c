// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: lets idxd of Linux 6.12 have its system PASID on QEMU's IOMMU.
 *
 * That idxd asks for page requests and shared virtual addressing first, and
 * without them takes no PASID for itself either, nor sets GENCFG.user_int_en.
 * QEMU's IOMMU does not report scalable-mode page-walk coherency (ECAP.SMPWC), as
 * silicon does, and page requests only where it is told to. So where the IOMMU
 * layer says no, this module has it say yes; nothing comes of that but the PASID.
 * Newer kernels do not ask: there it does nothing. Load it before idxd; it stays,
 * for idxd gives back what it was granted.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static int say_yes(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	regs_set_return_value(regs, 0);
	return 0;
}

static struct kretprobe enable = {
	.kp.symbol_name = "iommu_dev_enable_feature",
	.handler = say_yes,
};

static struct kretprobe disable = {
	.kp.symbol_name = "iommu_dev_disable_feature",
	.handler = say_yes,
};

static int __init lab_sva_init(void)
{
	int err = register_kretprobe(&enable);

	if (err)
		return err == -ENOENT ? 0 : err;
	err = register_kretprobe(&disable);
	if (err)
		unregister_kretprobe(&enable);
	return err;
}
module_init(lab_sva_init);

MODULE_DESCRIPTION("Test only: grants idxd of Linux 6.12 its system PASID");
MODULE_LICENSE("GPL");
