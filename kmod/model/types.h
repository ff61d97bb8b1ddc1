/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The types of the model. Only this file depends on whether the model is built into
 * the kernel or into a test.
 */
#ifndef VDSA_MODEL_TYPES_H
#define VDSA_MODEL_TYPES_H

#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

#define VDSA_NR(array) (sizeof(array) / sizeof((array)[0]))

#endif /* VDSA_MODEL_TYPES_H */
