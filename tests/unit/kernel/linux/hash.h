/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_HASH_H
#define UNIT_LINUX_HASH_H

#define hash_64(val, bits)	((val) * 0x61c8864680b583ebull)

#endif /* UNIT_LINUX_HASH_H */
