// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile-files: mounts a file system with one file, PATH, and answers no read of
 * it, until SIGTERM. Prints "running" once it is mounted, and "asked" when it was
 * asked for a byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/fuse.h>

#define FILE_BYTES	(2u << 20)
#define ROOM		(1u << 17)	/* for any request */

static const char *path;

static void fail(const char *what)
{
	fprintf(stderr, "hostile-files: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void on_term(int sig)
{
	(void)sig;
	umount2(path, MNT_DETACH);
	_exit(0);	/* with the last descriptor the kernel fails what was not answered */
}

static void mount_file(int fd)
{
	char options[128];
	int file = open(path, O_CREAT | O_CLOEXEC, 0600);

	if (file < 0)
		fail(path);
	close(file);
	snprintf(options, sizeof(options), "fd=%d,rootmode=%o,user_id=0,group_id=0", fd, S_IFREG);
	if (mount("hostile-files", path, "fuse", 0, options))
		fail("mount");
}

static void answer(int fd, const struct fuse_in_header *in, int err, void *body, size_t len)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + (err ? 0 : len), .error = err, .unique = in->unique,
	};
	struct iovec parts[] = { { &out, sizeof(out) }, { body, err ? 0 : len } };

	if (writev(fd, parts, 2) < 0 && errno != ENOENT)	/* it was interrupted */
		fail("answer");
}

static void answer_init(int fd, const struct fuse_in_header *in)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
		.max_write = 4096, .max_background = 16,
	};

	answer(fd, in, 0, &init, sizeof(init));
	puts("running");
	fflush(stdout);
}

static void answer_getattr(int fd, const struct fuse_in_header *in)
{
	struct fuse_attr_out attr = {
		.attr_valid = 3600,
		.attr = { .ino = 1, .size = FILE_BYTES, .mode = S_IFREG | 0600, .nlink = 1 },
	};

	answer(fd, in, 0, &attr, sizeof(attr));
}

static void serve(int fd, const struct fuse_in_header *in)
{
	struct fuse_open_out opened = {};

	switch (in->opcode) {
	case FUSE_INIT:
		answer_init(fd, in);
		break;
	case FUSE_GETATTR:
		answer_getattr(fd, in);
		break;
	case FUSE_OPEN:
		answer(fd, in, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		puts("asked");
		fflush(stdout);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;		/* these want no answer */
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		answer(fd, in, 0, NULL, 0);
		break;
	default:
		answer(fd, in, -ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	static char room[ROOM] __attribute__((aligned(8)));
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (argc != 2) {
		fputs("usage: hostile-files PATH\n", stderr);
		return 2;
	}
	path = argv[1];
	if (fd < 0)
		fail("/dev/fuse");
	mount_file(fd);
	signal(SIGTERM, on_term);
	for (;;) {
		ssize_t got = read(fd, room, sizeof(room));

		if (got < 0 && errno == ENODEV)
			return 0;	/* unmounted */
		if (got >= (ssize_t)sizeof(struct fuse_in_header))
			serve(fd, (const struct fuse_in_header *)room);
		else if (errno != EINTR && errno != EAGAIN && errno != ENOENT)
			fail("read");
	}
}
