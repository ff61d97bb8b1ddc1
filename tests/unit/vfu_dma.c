// SPDX-License-Identifier: GPL-2.0-only
/* Do untagged addresses reach what the client mapped, and nothing else? */
#include "unit.h"
#include "vfio-user/dma.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	UINT64_C(4096)
#define RW	(DMA_READABLE | DMA_WRITABLE)

static int guest_file(uint64_t size)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	CHECK(fd >= 0 && !ftruncate(fd, (off_t)size));
	return fd;
}

static void put(int fd, uint64_t off, const char *text)
{
	CHECK_EQ(pwrite(fd, text, strlen(text), (off_t)off), strlen(text));
}

/* Whether the file has @text at @off. */
static bool has(int fd, uint64_t off, const char *text)
{
	char got[64] = "";

	return pread(fd, got, strlen(text), (off_t)off) == (ssize_t)strlen(text) &&
	       !strcmp(got, text);
}

/* How often this program has such a file mapped. */
static unsigned int nr_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned int nr = 0;
	char line[512];

	CHECK(maps != NULL);
	while (maps && fgets(line, sizeof(line), maps))
		nr += strstr(line, "/memfd:guest") != NULL;
	if (maps)
		fclose(maps);
	return nr;
}

TEST("a window is read and written at its offset in the file")
{
	struct dma *dma = dma_new();
	int fd = guest_file(4 * PAGE);
	char got[6] = "";

	CHECK_EQ(dma_map(dma, 0x100000, PAGE, 2 * PAGE, RW, fd), 0);
	put(fd, 2 * PAGE + 8, "hello");
	CHECK_EQ(dma_read(dma, 0x100008, got, 5), 5);
	CHECK(!strcmp(got, "hello"));
	CHECK_EQ(dma_write(dma, 0x100010, "bye", 3), 3);
	CHECK(has(fd, 2 * PAGE + 16, "bye"));
	close(fd);
	dma_free(dma);
}

TEST("an access spans windows that lie side by side, wherever their memory is")
{
	struct dma *dma = dma_new();
	int fd = guest_file(4 * PAGE);
	char got[8] = "";

	CHECK_EQ(dma_map(dma, PAGE, PAGE, 3 * PAGE, RW, fd), 0);
	CHECK_EQ(dma_map(dma, 2 * PAGE, PAGE, 0, RW, fd), 0);
	CHECK_EQ(dma_write(dma, 2 * PAGE - 3, "abcdef", 6), 6);
	CHECK(has(fd, 4 * PAGE - 3, "abc") && has(fd, 0, "def"));
	CHECK_EQ(dma_read(dma, 2 * PAGE - 3, got, 6), 6);
	CHECK(!strcmp(got, "abcdef"));
	close(fd);
	dma_free(dma);
}

TEST("an access that leaves the mapped windows stops at the edge")
{
	struct dma *dma = dma_new();
	int fd = guest_file(4 * PAGE);
	char buf[16] = "0123456789abcde";

	CHECK_EQ(dma_map(dma, PAGE, PAGE, PAGE, RW, fd), 0);
	CHECK_EQ(dma_write(dma, 2 * PAGE - 4, buf, 16), 4);
	CHECK(has(fd, 2 * PAGE - 4, "0123"));
	CHECK(!has(fd, 2 * PAGE, "4"));
	CHECK_EQ(dma_write(dma, PAGE - 1, buf, 4), 0);
	CHECK_EQ(dma_read(dma, 2 * PAGE, buf, 1), 0);
	CHECK_EQ(dma_read(dma, 0, buf, 1), 0);
	close(fd);
	dma_free(dma);
}

TEST("what a write would reach is found out without writing")
{
	struct dma *dma = dma_new();
	int fd = guest_file(4 * PAGE);

	CHECK_EQ(dma_map(dma, PAGE, PAGE, PAGE, RW, fd), 0);
	CHECK_EQ(dma_map(dma, 2 * PAGE, PAGE, 2 * PAGE, RW, fd), 0);
	CHECK_EQ(dma_map(dma, 3 * PAGE, PAGE, 3 * PAGE, DMA_READABLE, fd), 0);
	put(fd, PAGE + 8, "here");
	CHECK_EQ(dma_reach(dma, PAGE + 8, 4 * PAGE), 2 * PAGE - 8);
	CHECK_EQ(dma_reach(dma, 3 * PAGE, 1), 0);
	CHECK(has(fd, PAGE + 8, "here"));
	close(fd);
	dma_free(dma);
}

TEST("an access at the end of the address space does not wrap")
{
	struct dma *dma = dma_new();
	int fd = guest_file(2 * PAGE);
	char buf[16] = "";

	CHECK_EQ(dma_map(dma, -PAGE, PAGE, PAGE, RW, fd), 0);
	CHECK_EQ(dma_map(dma, 0, PAGE, 0, RW, fd), 0);
	CHECK_EQ(dma_read(dma, -UINT64_C(8), buf, 16), 8);
	close(fd);
	dma_free(dma);
}

TEST("a window gives only the accesses that it was mapped for")
{
	struct dma *dma = dma_new();
	int fd = guest_file(4 * PAGE);
	char c = 'x';

	CHECK_EQ(dma_map(dma, 0, PAGE, 0, DMA_READABLE, fd), 0);
	CHECK_EQ(dma_map(dma, PAGE, PAGE, PAGE, DMA_WRITABLE, fd), 0);
	CHECK_EQ(dma_map(dma, 2 * PAGE, PAGE, 0, 0, fd), 0);
	CHECK_EQ(dma_read(dma, 0, &c, 1), 1);
	CHECK_EQ(dma_write(dma, 0, &c, 1), 0);
	CHECK_EQ(dma_read(dma, PAGE, &c, 1), 0);
	CHECK_EQ(dma_write(dma, PAGE, &c, 1), 1);
	CHECK_EQ(dma_read(dma, 2 * PAGE, &c, 1), 0);
	CHECK_EQ(dma_write(dma, 2 * PAGE, &c, 1), 0);
	close(fd);
	dma_free(dma);
}

TEST("bad windows are refused")
{
	static const struct { uint64_t iova, size, offset; int err; } bad[] = {
		{ 0, 0, 0, EINVAL },
		{ 1, PAGE, 0, EINVAL },
		{ 0, PAGE + 1, 0, EINVAL },
		{ 0, PAGE, 1, EINVAL },
		{ 0, PAGE, 4 * PAGE, EINVAL },
		{ 0, 5 * PAGE, 0, EINVAL },
		{ 0, 2 * PAGE, 3 * PAGE, EINVAL },
		{ 0, PAGE, -PAGE, EINVAL },
		{ -PAGE, 2 * PAGE, 0, EINVAL },
		{ 32 * PAGE, -64 * PAGE, PAGE, EINVAL },
		{ 16 * PAGE, PAGE, 0, EEXIST },
		{ 15 * PAGE, 2 * PAGE, 0, EEXIST },
		{ 17 * PAGE, 2 * PAGE, 0, EEXIST },
		{ 15 * PAGE, 4 * PAGE, 0, EEXIST },
	};
	struct dma *dma = dma_new();
	int fd = guest_file(4 * PAGE);

	CHECK_EQ(dma_map(dma, 16 * PAGE, 2 * PAGE, 0, RW, fd), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_EQ(dma_map(dma, bad[i].iova, bad[i].size, bad[i].offset,
				 RW, fd), -bad[i].err);
	CHECK_EQ(dma_reach(dma, 16 * PAGE, 16 * PAGE), 2 * PAGE);
	CHECK_EQ(dma_reach(dma, 0, 1), 0);
	CHECK_EQ(dma_reach(dma, 15 * PAGE, 1), 0);
	CHECK_EQ(dma_reach(dma, 32 * PAGE, 1), 0);
	CHECK_EQ(dma_reach(dma, -PAGE, 1), 0);
	close(fd);
	dma_free(dma);
}

TEST("what is not a file of memory cannot be a window")
{
	struct dma *dma = dma_new();
	int pipes[2], empty = guest_file(0);

	CHECK(!pipe(pipes));
	CHECK_EQ(dma_map(dma, 0, PAGE, 0, RW, pipes[0]), -EINVAL);
	CHECK_EQ(dma_map(dma, 0, PAGE, 0, RW, empty), -EINVAL);
	CHECK_EQ(dma_map(dma, 0, PAGE, 0, RW, -1), -EBADF);
	close(pipes[0]);
	close(pipes[1]);
	close(empty);
	dma_free(dma);
}

TEST("a file opened for reading gives no writable window")
{
	struct dma *dma = dma_new();
	int fd = guest_file(PAGE), ro;
	char path[64], c = 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY | O_CLOEXEC);
	CHECK_EQ(dma_map(dma, 0, PAGE, 0, RW, ro), -EACCES);
	CHECK_EQ(dma_map(dma, 0, PAGE, 0, DMA_READABLE, ro), 0);
	CHECK_EQ(dma_read(dma, 0, &c, 1), 1);
	/* The same file may also come writable. */
	CHECK_EQ(dma_map(dma, PAGE, PAGE, 0, RW, fd), 0);
	CHECK_EQ(dma_write(dma, PAGE, "w", 1), 1);
	CHECK_EQ(dma_read(dma, 0, &c, 1), 1);
	CHECK_EQ(c, 'w');
	close(ro);
	close(fd);
	dma_free(dma);
}

TEST("a file is mapped once for any number of windows")
{
	enum { NR = 2000 };
	struct dma *dma = dma_new();
	int fd = guest_file(NR * PAGE);
	uint32_t val;

	/* Pages in reverse, with holes between them, as a vIOMMU would send them. */
	for (uint32_t i = 0; i < NR; i++)
		CHECK_EQ(dma_map(dma, 2 * i * PAGE, PAGE, (NR - 1 - i) * PAGE, RW,
				 fd), 0);
	CHECK_EQ(nr_mappings(), 1);
	for (uint32_t i = 0; i < NR; i++)
		CHECK_EQ(dma_write(dma, 2 * i * PAGE, &i, sizeof(i)), sizeof(i));
	for (uint32_t i = 0; i < NR; i++) {
		CHECK_EQ(pread(fd, &val, sizeof(val), (off_t)((NR - 1 - i) * PAGE)),
			 sizeof(val));
		CHECK_EQ(val, i);
	}
	close(fd);
	dma_free(dma);
}

TEST("unmap takes all windows inside the range, and refuses to cut one")
{
	struct dma *dma = dma_new();
	int fd = guest_file(8 * PAGE);

	for (uint64_t i = 0; i < 4; i++)
		CHECK_EQ(dma_map(dma, 2 * i * PAGE, 2 * PAGE, 0, RW, fd), 0);
	CHECK_EQ(dma_unmap(dma, PAGE, 2 * PAGE), -EINVAL);
	CHECK_EQ(dma_unmap(dma, 2 * PAGE, PAGE), -EINVAL);
	CHECK_EQ(dma_reach(dma, 0, 16 * PAGE), 8 * PAGE);
	CHECK_EQ(dma_unmap(dma, 2 * PAGE, 4 * PAGE), 0);
	CHECK_EQ(dma_reach(dma, 0, 16 * PAGE), 2 * PAGE);
	CHECK_EQ(dma_reach(dma, 4 * PAGE, 1), 0);
	CHECK_EQ(dma_reach(dma, 6 * PAGE, 16 * PAGE), 2 * PAGE);
	/* Nothing there: fine, as for regions that came without a descriptor. */
	CHECK_EQ(dma_unmap(dma, 1000 * PAGE, PAGE), 0);
	CHECK_EQ(dma_unmap(dma, 0, 0), -EINVAL);
	CHECK_EQ(dma_unmap(dma, -PAGE, 2 * PAGE), -EINVAL);
	dma_unmap_all(dma);
	dma_unmap_all(dma);
	CHECK_EQ(dma_reach(dma, 0, 1), 0);
	CHECK_EQ(dma_reach(dma, 6 * PAGE, 1), 0);
	CHECK_EQ(dma_map(dma, PAGE, PAGE, 0, RW, fd), 0);
	close(fd);
	dma_free(dma);
}

TEST("many files: idle ones make room, busy ones do not")
{
	struct dma *dma = dma_new();
	int fds[17];

	for (unsigned int i = 0; i < 17; i++)
		fds[i] = guest_file(PAGE);
	for (unsigned int i = 0; i < 16; i++)
		CHECK_EQ(dma_map(dma, i * PAGE, PAGE, 0, RW, fds[i]), 0);
	CHECK_EQ(dma_map(dma, 16 * PAGE, PAGE, 0, RW, fds[16]), -ENOSPC);
	CHECK_EQ(dma_unmap(dma, 3 * PAGE, PAGE), 0);
	CHECK_EQ(dma_map(dma, 16 * PAGE, PAGE, 0, RW, fds[16]), 0);
	CHECK_EQ(nr_mappings(), 16);
	for (unsigned int i = 0; i < 17; i++)
		close(fds[i]);
	dma_free(dma);
}

TEST("a file that shrinks under its window is a miss, not a crash")
{
	struct dma *dma = dma_new();
	int fd = guest_file(2 * PAGE);
	char c = 1;

	CHECK_EQ(dma_map(dma, 0, 2 * PAGE, 0, RW, fd), 0);
	CHECK(!ftruncate(fd, (off_t)PAGE));
	CHECK_EQ(dma_write(dma, PAGE, &c, 1), 0);
	CHECK_EQ(dma_read(dma, PAGE, &c, 1), 0);
	close(fd);
	dma_free(dma);
}

TEST("a file of huge pages that shrinks under its window is a miss, not a crash")
{
	const uint64_t huge = 2 << 20;
	struct dma *dma = dma_new();
	int fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);
	char c = 1;

	if (fd < 0)
		SKIP("this kernel has no huge pages of 2 MiB");
	CHECK(!ftruncate(fd, (off_t)(2 * huge)));
	CHECK_EQ(dma_map(dma, 0, 2 * huge, 0, RW, fd), 0);
	CHECK(!ftruncate(fd, (off_t)huge));
	CHECK_EQ(dma_write(dma, huge + 3 * PAGE, &c, 1), 0);
	CHECK_EQ(dma_read(dma, huge, &c, 1), 0);
	close(fd);
	dma_free(dma);
}

/* A thread that copies until it is told, and counts copies after the unmap. */
struct copier {
	struct dma *dma;
	int stop;
};

static void *copy_on(void *arg)
{
	struct copier *copier = arg;
	char page[4096];

	memset(page, 0x63, sizeof(page));
	while (!__atomic_load_n(&copier->stop, __ATOMIC_RELAXED))
		dma_write(copier->dma, 0, page, sizeof(page));
	return NULL;
}

TEST("no byte moves once unmap has returned, however busy the engines are")
{
	struct copier copier = { .dma = dma_new() };
	int fd = guest_file(PAGE);
	char zero[4096] = "", got[4096];
	pthread_t threads[4];

	for (unsigned int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, copy_on, &copier);
	for (unsigned int round = 0; round < 100; round++) {
		CHECK_EQ(dma_map(copier.dma, 0, PAGE, 0, RW, fd), 0);
		usleep(100);
		CHECK_EQ(dma_unmap(copier.dma, 0, PAGE), 0);
		CHECK_EQ(pwrite(fd, zero, sizeof(zero), 0), sizeof(zero));
		usleep(100);
		CHECK_EQ(pread(fd, got, sizeof(got), 0), sizeof(got));
		CHECK(!memcmp(got, zero, sizeof(got)));
	}
	__atomic_store_n(&copier.stop, 1, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	close(fd);
	dma_free(copier.dma);
}
