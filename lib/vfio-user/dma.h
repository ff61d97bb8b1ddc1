/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in guest memory does a bus address without PASID point to? The table of
 * what the client mapped with DMA_MAP, and the copies through it. With a
 * vIOMMU one window arrives per page-table leaf, all in one file: each file is
 * mapped once and a window is an offset in it.
 *
 * Any thread may copy; a window that is removed is out of use, by every thread,
 * when dma_unmap() returns.
 */
#ifndef DMA_H
#define DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dma;

struct dma *dma_new(void);
void dma_free(struct dma *dma);

enum { DMA_READABLE = 1, DMA_WRITABLE = 2 };

/*
 * Makes @size bytes at @offset of the file @fd appear at @iova. The caller keeps
 * @fd. -EEXIST: overlaps a window; -EINVAL: not page aligned, empty, wraps, beyond
 * the end of the file, not a file; -EACCES: writable, but @fd is not; -ENOSPC.
 */
int dma_map(struct dma *dma, uint64_t iova, uint64_t size, uint64_t offset,
	    unsigned int access, int fd);
/*
 * Removes the windows that lie in @iova, @size; none is fine (windows without a
 * descriptor were never entered). -EINVAL: a window lies only partly in it.
 */
int dma_unmap(struct dma *dma, uint64_t iova, uint64_t size);
void dma_unmap_all(struct dma *dma);

/* How many windows lie in @iova, @size, or -EINVAL as dma_unmap(). */
int dma_count(struct dma *dma, uint64_t iova, uint64_t size);
/*
 * Where the window that begins at @iova is in this process, or NULL. Until it is
 * unmapped.
 */
void *dma_address(struct dma *dma, uint64_t iova);

/* Return the bytes copied, fewer than @len at the first that is not mapped. */
size_t dma_read(struct dma *dma, uint64_t iova, void *buf, size_t len);
size_t dma_write(struct dma *dma, uint64_t iova, const void *buf, size_t len);
size_t dma_reach(struct dma *dma, uint64_t iova, size_t len);

#endif /* DMA_H */
