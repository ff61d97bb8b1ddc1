/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_TYPES_H
#define UNIT_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;
typedef u64 dma_addr_t;

#define PAGE_MASK		(~4095UL)
#define PAGE_ALIGNED(x)		IS_ALIGNED((unsigned long)(x), 4096)
#define IS_ALIGNED(x, to)	(!((x) & ((to) - 1)))
#define lockdep_assert_held(lock)	((void)(lock))

#endif /* UNIT_LINUX_TYPES_H */
