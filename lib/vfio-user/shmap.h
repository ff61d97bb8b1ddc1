/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How is a file of guest memory mapped so that nobody who shrinks the file can
 * kill the process? A store beyond the end of a mapped file raises SIGBUS, and so
 * does one to a huge page that the host does not have. The handler puts an empty
 * page of that size there and marks the map as broken.
 */
#ifndef SHMAP_H
#define SHMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct shmap {
	uint8_t *base;
	uint64_t size, page;	/* page: the smallest piece that can be mapped anew */
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
/*
 * fstat() by a system call that takes no path. The C library's takes an empty one,
 * which a filter of system calls cannot tell from another.
 */
int shmap_stat(int fd, struct stat *st);
bool shmap_is_broken(const struct shmap *map);

#endif /* SHMAP_H */
