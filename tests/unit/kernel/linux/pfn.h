/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_PFN_H
#define UNIT_LINUX_PFN_H

#define PFN_PHYS(pfn)	((u64)(pfn) << 12)
#define PHYS_PFN(addr)	((unsigned long)((addr) >> 12))

#endif /* UNIT_LINUX_PFN_H */
