/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in a device register of the machine? vfio-user has no way to
 * ask; QEMU's monitor has. Each call connects, asks and leaves, because a
 * monitor socket serves one client at a time and several functions share it.
 */
#ifndef QMP_H
#define QMP_H

#include <stdint.h>

struct qmp_reg {
	uint64_t addr;
	unsigned int size;	/* 4 or 8 */
};

/*
 * Reads the @nr physical addresses @regs into @vals through the monitor at the
 * UNIX socket @path. 0, or -errno: -ETIMEDOUT after @timeout_ms in all, -EPROTO
 * if the answer is not what a monitor says.
 */
int qmp_read_regs(const char *path, const struct qmp_reg *regs, unsigned int nr,
		  uint64_t *vals, int timeout_ms);

#endif /* QMP_H */
