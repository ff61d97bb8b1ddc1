// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: lets KVM of newer kernels work on QEMU's emulated SVM.
 *
 * QEMU notes each exception of a guest as an event that is being delivered, and
 * afterwards takes back the valid bit of EXITINTINFO alone. KVM looks at the type
 * only, so that an access to emulated memory soon after an exception looks as if
 * it came of delivering that, and the guest is stopped ("KVM internal error.
 * Suberror: 3"). No guest of the lab has its stack or its IDT in emulated memory,
 * so where KVM says no for that, this module has it say yes. Older kernels do not
 * ask. Load it after kvm_amd.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

/* Private to KVM: X86EMUL_CONTINUE, X86EMUL_UNHANDLEABLE_VECTORING. */
enum { GO_ON = 0, IS_VECTORING = 7 };

static int go_on(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (regs_return_value(regs) == IS_VECTORING)
		regs_set_return_value(regs, GO_ON);
	return 0;
}

static struct kretprobe check = {
	.kp.symbol_name = "svm_check_emulate_instruction",
	.handler = go_on,
};

static int __init lab_vectoring_init(void)
{
	return register_kretprobe(&check);
}
module_init(lab_vectoring_init);

static void __exit lab_vectoring_exit(void)
{
	unregister_kretprobe(&check);
}
module_exit(lab_vectoring_exit);

MODULE_DESCRIPTION("Test only: KVM on QEMU's emulated SVM");
MODULE_LICENSE("GPL");
