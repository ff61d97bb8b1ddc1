// SPDX-License-Identifier: GPL-2.0-only
/* Guest memory files, mapped: see shmap.h. */
#include "shmap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAX_MAPS 64
#define PAGE 4096

/* What the signal handler looks at: written before a map is used, cleared
 * after its last use. */
static struct shmap *maps[MAX_MAPS];
static pthread_once_t handler_once = PTHREAD_ONCE_INIT;

static struct shmap *map_of(const uint8_t *addr)
{
	for (size_t i = 0; i < MAX_MAPS; i++) {
		struct shmap *map = __atomic_load_n(&maps[i], __ATOMIC_ACQUIRE);

		if (map && addr >= map->base &&
		    (uint64_t)(addr - map->base) < map->size)
			return map;
	}
	return NULL;
}

/* An empty page in place of the one that the address is in. */
static bool replace_page(const struct shmap *map, uint8_t *addr)
{
	uint8_t *page = addr - (uint64_t)(addr - map->base) % map->page;

	return mmap(page, map->page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page;
}

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	struct shmap *map = map_of(info->si_addr);

	(void)context;
	if (map && replace_page(map, info->si_addr)) {
		__atomic_store_n(&map->broken, true, __ATOMIC_RELEASE);
		return;
	}
	signal(sig, SIG_DFL);	/* not ours: the instruction faults again */
}

static void install_handler(void)
{
	struct sigaction action = { .sa_sigaction = on_sigbus,
				    .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
}

static int register_map(struct shmap *map)
{
	pthread_once(&handler_once, install_handler);
	for (size_t i = 0; i < MAX_MAPS; i++) {
		struct shmap *free_slot = NULL;

		if (__atomic_compare_exchange_n(&maps[i], &free_slot, map, false,
						__ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return 0;
	}
	return -ENOSPC;
}

static void unregister_map(struct shmap *map)
{
	for (size_t i = 0; i < MAX_MAPS; i++) {
		if (__atomic_load_n(&maps[i], __ATOMIC_RELAXED) == map)
			__atomic_store_n(&maps[i], NULL, __ATOMIC_RELEASE);
	}
}

int shmap_stat(int fd, struct stat *st)
{
	return (int)syscall(SYS_fstat, fd, st);
}

/* A part of a huge page cannot be mapped anew. */
static uint64_t page_size(const struct statfs *fs)
{
	return fs->f_type == HUGETLBFS_MAGIC ? (uint64_t)fs->f_bsize : PAGE;
}

int shmap_open(struct shmap *map, int fd)
{
	int mode = fcntl(fd, F_GETFL);
	struct statfs fs;
	struct stat st;
	void *base;
	int err;

	if (mode < 0 || shmap_stat(fd, &st) || fstatfs(fd, &fs))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return -EINVAL;
	mode &= O_ACCMODE;
	base = mmap(NULL, (size_t)st.st_size,
		    mode == O_RDWR ? PROT_READ | PROT_WRITE : PROT_READ,
		    MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	*map = (struct shmap){ .base = base, .size = (uint64_t)st.st_size,
			       .page = page_size(&fs), .writable = mode == O_RDWR };
	err = register_map(map);
	if (err)
		munmap(base, map->size);
	return err;
}

void shmap_close(struct shmap *map)
{
	unregister_map(map);
	munmap(map->base, map->size);
	map->base = NULL;
}

bool shmap_is_broken(const struct shmap *map)
{
	return __atomic_load_n(&map->broken, __ATOMIC_ACQUIRE);
}
