/* SPDX-License-Identifier: GPL-2.0-only */
/* The test's own memory stands for the kernel's. */
#ifndef UNIT_LINUX_UACCESS_H
#define UNIT_LINUX_UACCESS_H

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

#define TASK_SIZE_MAX	4096ul

static inline long copy_from_kernel_nofault(void *to, const void *from, size_t size)
{
	struct iovec local = { to, size }, remote = { (void *)from, size };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size ? 0 : -EFAULT;
}

#endif /* UNIT_LINUX_UACCESS_H */
