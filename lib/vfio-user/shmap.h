/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How is a file of guest memory mapped so that nobody who shrinks the file can
 * kill the process? A store beyond the end of a mapped file raises SIGBUS; the
 * handler puts an empty page there and marks the map as broken.
 */
#ifndef SHMAP_H
#define SHMAP_H

#include <stdbool.h>
#include <stdint.h>

struct shmap {
	uint8_t *base;
	uint64_t size;
	bool writable;
	bool broken;	/* atomic: the file has shrunk, the content is lost */
};

/*
 * Maps all of the regular file @fd, shared, writable if it was opened so. The
 * caller keeps @fd. 0, or -errno: -EINVAL not a file or empty, -ENOSPC too
 * many maps.
 */
int shmap_open(struct shmap *map, int fd);
void shmap_close(struct shmap *map);
bool shmap_is_broken(const struct shmap *map);

#endif /* SHMAP_H */
