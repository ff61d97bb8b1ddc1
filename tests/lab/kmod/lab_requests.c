// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: page requests that no device made.
 *
 * QEMU's queue of page requests is out of reach of the device model, so they are
 * reported to the kernel's IOMMU layer here, and the answers are watched on
 * their way back. With /sys/module/lab_requests/parameters/
 *
 *   inject   "PCI PASID IOVA r|w [COUNT]": so many requests, for pages in a row
 *   stall    "PID MS": whoever needs a page of that process waits for so long
 *   valid    how many were answered with success so far
 *   invalid  and how many with anything else
 */
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#define NR_GROUPS	512	/* a group's index has nine bits */

static uint valid, invalid;
module_param(valid, uint, 0444);
module_param(invalid, uint, 0444);
static atomic_t nr_valid, nr_invalid, nr_reported;

static int watch(struct kprobe *probe, struct pt_regs *regs)
{
	if (regs_get_kernel_argument(regs, 1) == IOMMU_PAGE_RESP_SUCCESS)
		WRITE_ONCE(valid, atomic_inc_return(&nr_valid));
	else
		WRITE_ONCE(invalid, atomic_inc_return(&nr_invalid));
	return 0;
}

static struct kprobe answer = {
	.symbol_name = "iopf_group_response",
	.pre_handler = watch,
};

static int report(struct device *dev, u32 pasid, u64 iova, u32 perm)
{
	struct iopf_fault fault = {
		.fault = {
			.type = IOMMU_FAULT_PAGE_REQ,
			.prm = {
				.flags = IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
					 IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE |
					 IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID,
				.pasid = pasid,
				.grpid = atomic_inc_return(&nr_reported) % NR_GROUPS,
				.perm = perm,
				.addr = iova,
			},
		},
	};

	return iommu_report_device_fault(dev, &fault);
}

static int inject(const char *text, const struct kernel_param *param)
{
	unsigned int domain, bus, slot, function, pasid, count = 1, i;
	struct pci_dev *pdev;
	char access;
	int err = 0;
	u64 iova;

	if (sscanf(text, "%x:%x:%x.%x %u %lli %c %u", &domain, &bus, &slot, &function, &pasid,
		   &iova, &access, &count) < 7)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, function));
	if (!pdev)
		return -ENODEV;
	for (i = 0; i < count && !err; i++)
		err = report(&pdev->dev, pasid, iova + (u64)i * PAGE_SIZE,
			     access == 'w' ? IOMMU_FAULT_PERM_WRITE : IOMMU_FAULT_PERM_READ);
	pci_dev_put(pdev);
	return err;
}

static const struct kernel_param_ops inject_ops = { .set = inject };
module_param_cb(inject, &inject_ops, NULL, 0200);

struct stalled {
	struct mm_struct *mm;
	unsigned int ms;
};

static int hold(void *data)
{
	struct stalled *stalled = data;

	mmap_write_lock(stalled->mm);
	msleep(stalled->ms);
	mmap_write_unlock(stalled->mm);
	mmput(stalled->mm);
	kfree(stalled);
	module_put_and_kthread_exit(0);
}

/* In the background: to set a parameter locks all of them. */
static int start_hold(struct mm_struct *mm, unsigned int ms)
{
	struct stalled *stalled = kmalloc(sizeof(*stalled), GFP_KERNEL);
	struct task_struct *thread;

	if (!stalled)
		return -ENOMEM;
	*stalled = (struct stalled) { .mm = mm, .ms = ms };
	__module_get(THIS_MODULE);
	thread = kthread_run(hold, stalled, "lab_stall");
	if (!IS_ERR(thread))
		return 0;
	module_put(THIS_MODULE);
	kfree(stalled);
	return PTR_ERR(thread);
}

static int stall(const char *text, const struct kernel_param *param)
{
	struct task_struct *task;
	struct mm_struct *mm;
	unsigned int ms;
	struct pid *pid;
	int nr, err;

	if (sscanf(text, "%d %u", &nr, &ms) != 2)
		return -EINVAL;
	pid = find_get_pid(nr);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!task)
		return -ESRCH;
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return -ESRCH;
	err = start_hold(mm, ms);
	if (err)
		mmput(mm);
	return err;
}

static const struct kernel_param_ops stall_ops = { .set = stall };
module_param_cb(stall, &stall_ops, NULL, 0200);

static int __init lab_requests_init(void)
{
	return register_kprobe(&answer);
}
module_init(lab_requests_init);

static void __exit lab_requests_exit(void)
{
	unregister_kprobe(&answer);
}
module_exit(lab_requests_exit);

MODULE_DESCRIPTION("Test only: reports page requests to the IOMMU layer");
MODULE_LICENSE("GPL");
