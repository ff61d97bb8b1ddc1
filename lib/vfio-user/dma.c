// SPDX-License-Identifier: GPL-2.0-only
/* The address space of the function without PASID: see dma.h. */
#include "dma.h"
#include "shmap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES	16
#define MAX_WINDOWS	65535	/* what the version message promises */
#define PAGE		4096u
/* The most that one copy does under the lock, so that an unmap never waits long. */
#define COPY_MAX	(1u << 20)

struct dma_file {
	struct shmap map;
	dev_t dev;
	ino_t ino;
	size_t nr_windows;
	bool used;
};

struct dma_window {
	uint64_t iova, size;
	struct dma_file *file;
	uint64_t offset;
	unsigned int access;
};

struct dma {
	pthread_rwlock_t lock;		/* all below; held for reading by copies */
	struct dma_file files[MAX_FILES];
	struct dma_window *windows;	/* by iova, never overlapping */
	size_t nr_windows, room;
};

struct dma *dma_new(void)
{
	struct dma *dma = calloc(1, sizeof(*dma));
	pthread_rwlockattr_t attr;

	if (!dma)
		return NULL;
	/* Engines copy without a pause: an unmap must not wait for a gap. */
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr,
		PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&dma->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	return dma;
}

static void file_close(struct dma_file *file)
{
	if (file->used)
		shmap_close(&file->map);
	file->used = false;
}

void dma_free(struct dma *dma)
{
	if (!dma)
		return;
	for (size_t i = 0; i < MAX_FILES; i++)
		file_close(&dma->files[i]);
	pthread_rwlock_destroy(&dma->lock);
	free(dma->windows);
	free(dma);
}

/* Files. They stay mapped when their last window goes: a vIOMMU brings it back. */

static struct dma_file *file_find(struct dma *dma, const struct stat *st,
				  bool writable)
{
	for (size_t i = 0; i < MAX_FILES; i++) {
		struct dma_file *file = &dma->files[i];

		if (file->used && file->dev == st->st_dev &&
		    file->ino == st->st_ino && file->map.writable >= writable &&
		    file->map.size == (uint64_t)st->st_size &&
		    !shmap_is_broken(&file->map))
			return file;
	}
	return NULL;
}

static struct dma_file *file_slot(struct dma *dma)
{
	struct dma_file *idle = NULL;

	for (size_t i = 0; i < MAX_FILES; i++) {
		if (!dma->files[i].used)
			return &dma->files[i];
		if (!dma->files[i].nr_windows)
			idle = &dma->files[i];
	}
	if (idle)
		file_close(idle);
	return idle;
}

static int file_get(struct dma *dma, int fd, bool writable,
		    struct dma_file **found)
{
	struct dma_file *file;
	struct stat st;
	int err;

	if (shmap_stat(fd, &st))
		return -errno;
	file = file_find(dma, &st, writable);
	if (!file) {
		file = file_slot(dma);
		if (!file)
			return -ENOSPC;
		err = shmap_open(&file->map, fd);
		if (err)
			return err;
		file->dev = st.st_dev;
		file->ino = st.st_ino;
		file->nr_windows = 0;
		file->used = true;
	}
	if (writable && !file->map.writable)
		return -EACCES;
	*found = file;
	return 0;
}

/* Windows. */

/* The first window that ends behind @iova; nr_windows if there is none. */
static size_t window_index(const struct dma *dma, uint64_t iova)
{
	size_t low = 0, high = dma->nr_windows;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct dma_window *w = &dma->windows[mid];

		if (iova > w->iova && iova - w->iova >= w->size)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int windows_reserve(struct dma *dma)
{
	size_t room = dma->room ? 2 * dma->room : 64;
	struct dma_window *windows;

	if (dma->nr_windows >= MAX_WINDOWS)
		return -ENOSPC;
	if (dma->nr_windows < dma->room)
		return 0;
	windows = realloc(dma->windows, room * sizeof(*windows));
	if (!windows)
		return -ENOMEM;
	dma->windows = windows;
	dma->room = room;
	return 0;
}

static void window_insert(struct dma *dma, size_t at, const struct dma_window *w)
{
	memmove(&dma->windows[at + 1], &dma->windows[at],
		(dma->nr_windows - at) * sizeof(*w));
	dma->windows[at] = *w;
	dma->nr_windows++;
	w->file->nr_windows++;
}

static void windows_remove(struct dma *dma, size_t from, size_t to)
{
	if (from == to)
		return;
	for (size_t i = from; i < to; i++)
		dma->windows[i].file->nr_windows--;
	memmove(&dma->windows[from], &dma->windows[to],
		(dma->nr_windows - to) * sizeof(*dma->windows));
	dma->nr_windows -= to - from;
}

static bool range_is_valid(uint64_t start, uint64_t size)
{
	return size && !(start % PAGE) && !(size % PAGE) &&
	       size - 1 <= UINT64_MAX - start;
}

static int window_map(struct dma *dma, struct dma_window *w, int fd)
{
	size_t at = window_index(dma, w->iova);
	int err;

	if (at < dma->nr_windows &&
	    dma->windows[at].iova <= w->iova + (w->size - 1))
		return -EEXIST;
	err = windows_reserve(dma);
	if (!err)
		err = file_get(dma, fd, w->access & DMA_WRITABLE, &w->file);
	if (err)
		return err;
	if (w->offset > w->file->map.size ||
	    w->size > w->file->map.size - w->offset)
		return -EINVAL;
	window_insert(dma, at, w);
	return 0;
}

int dma_map(struct dma *dma, uint64_t iova, uint64_t size, uint64_t offset,
	    unsigned int access, int fd)
{
	struct dma_window w = { .iova = iova, .size = size, .offset = offset,
				.access = access };
	int err;

	if (!range_is_valid(iova, size) || offset % PAGE)
		return -EINVAL;
	pthread_rwlock_wrlock(&dma->lock);
	err = window_map(dma, &w, fd);
	pthread_rwlock_unlock(&dma->lock);
	return err;
}

/* The windows in the range: from @from up to what is returned, or -EINVAL. */
static ssize_t windows_in(const struct dma *dma, uint64_t iova, uint64_t last,
			  size_t *from)
{
	size_t to = *from = window_index(dma, iova);

	while (to < dma->nr_windows && dma->windows[to].iova <= last) {
		const struct dma_window *w = &dma->windows[to++];

		if (w->iova < iova || w->iova + (w->size - 1) > last)
			return -EINVAL;
	}
	return (ssize_t)to;
}

static int windows_unmap(struct dma *dma, uint64_t iova, uint64_t last)
{
	size_t from;
	ssize_t to = windows_in(dma, iova, last, &from);

	if (to < 0)
		return (int)to;
	windows_remove(dma, from, (size_t)to);
	return 0;
}

int dma_count(struct dma *dma, uint64_t iova, uint64_t size)
{
	size_t from;
	ssize_t to;

	if (!range_is_valid(iova, size))
		return -EINVAL;
	pthread_rwlock_rdlock(&dma->lock);
	to = windows_in(dma, iova, iova + (size - 1), &from);
	pthread_rwlock_unlock(&dma->lock);
	return to < 0 ? (int)to : (int)((size_t)to - from);
}

void *dma_address(struct dma *dma, uint64_t iova)
{
	void *addr = NULL;
	size_t at;

	pthread_rwlock_rdlock(&dma->lock);
	at = window_index(dma, iova);
	if (at < dma->nr_windows && dma->windows[at].iova == iova)
		addr = dma->windows[at].file->map.base + dma->windows[at].offset;
	pthread_rwlock_unlock(&dma->lock);
	return addr;
}

int dma_unmap(struct dma *dma, uint64_t iova, uint64_t size)
{
	int err;

	if (!range_is_valid(iova, size))
		return -EINVAL;
	pthread_rwlock_wrlock(&dma->lock);
	err = windows_unmap(dma, iova, iova + (size - 1));
	pthread_rwlock_unlock(&dma->lock);
	return err;
}

void dma_unmap_all(struct dma *dma)
{
	pthread_rwlock_wrlock(&dma->lock);
	windows_remove(dma, 0, dma->nr_windows);
	pthread_rwlock_unlock(&dma->lock);
}

/* Copies. */

static const struct dma_window *window_for(const struct dma *dma, uint64_t iova,
					   unsigned int access)
{
	size_t at = window_index(dma, iova);
	const struct dma_window *w;

	if (at == dma->nr_windows)
		return NULL;
	w = &dma->windows[at];
	if (iova < w->iova || !(w->access & access) ||
	    shmap_is_broken(&w->file->map))
		return NULL;
	return w;
}

/* One piece, within one window; without @buf only its size. */
static size_t copy_piece(struct dma *dma, uint64_t iova, uint8_t *buf,
			 size_t len, unsigned int access)
{
	const struct dma_window *w = window_for(dma, iova, access);
	uint8_t *guest;

	if (!w)
		return 0;
	if (len > w->size - (iova - w->iova))
		len = w->size - (iova - w->iova);
	if (len > COPY_MAX)
		len = COPY_MAX;
	guest = w->file->map.base + w->offset + (iova - w->iova);
	if (!buf)
		return len;
	if (access == DMA_WRITABLE)
		memcpy(guest, buf, len);
	else
		memcpy(buf, guest, len);
	return shmap_is_broken(&w->file->map) ? 0 : len;
}

static size_t dma_copy(struct dma *dma, uint64_t iova, uint8_t *buf, size_t len,
		       unsigned int access)
{
	size_t done = 0;

	while (done < len && iova + done >= iova) {
		size_t n;

		pthread_rwlock_rdlock(&dma->lock);
		n = copy_piece(dma, iova + done, buf ? buf + done : NULL, len - done,
			       access);
		pthread_rwlock_unlock(&dma->lock);
		if (!n)
			break;
		done += n;
	}
	return done;
}

size_t dma_read(struct dma *dma, uint64_t iova, void *buf, size_t len)
{
	return dma_copy(dma, iova, buf, len, DMA_READABLE);
}

size_t dma_write(struct dma *dma, uint64_t iova, const void *buf, size_t len)
{
	return dma_copy(dma, iova, (uint8_t *)buf, len, DMA_WRITABLE);
}

size_t dma_reach(struct dma *dma, uint64_t iova, size_t len)
{
	return dma_copy(dma, iova, NULL, len, DMA_WRITABLE);
}
