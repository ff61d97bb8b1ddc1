/* SPDX-License-Identifier: GPL-2.0-only */
/* On which version and capabilities do client and server agree? */
#ifndef VFU_VERSION_H
#define VFU_VERSION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Answers the payload @asked of a version message into @answer. Length of the
 * answer, or -errno: -EINVAL malformed, -ENOTSUP another major version.
 */
ssize_t vfu_version_answer(const uint8_t *asked, size_t len, uint8_t *answer,
			   size_t room);

/*
 * What the answer needs of the system is fetched now (json-c opens a file for its
 * hashes): for who may open none later.
 */
void vfu_version_prepare(void);

#endif /* VFU_VERSION_H */
