// SPDX-License-Identifier: LGPL-2.1-or-later
/* What does a small file or link of /sys or /proc say? */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "text.h"

static bool read_at(int dir, const char *path, char *text, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t len = 0;

	if (fd >= 0) {
		len = read(fd, text, size - 1);
		close(fd);
	}
	text[len > 0 ? len : 0] = '\0';
	return len > 0;
}

bool file_read(const char *path, char *text, size_t size)
{
	return read_at(AT_FDCWD, path, text, size);
}

void file_read_line_at(int dir, const char *path, char *text, size_t size)
{
	read_at(dir, path, text, size);
	text[strcspn(text, "\n")] = '\0';
}

void file_read_line(const char *path, char *text, size_t size)
{
	file_read_line_at(AT_FDCWD, path, text, size);
}

/* The last part of the path that a link has, or, with @up 1, the part before it; or "". */
static void read_link_at(int dir, const char *path, int up, char *name, size_t size)
{
	char target[PATH_MAX], *slash;
	ssize_t len = readlinkat(dir, path, target, sizeof(target) - 1);

	target[len > 0 ? len : 0] = '\0';
	slash = strrchr(target, '/');
	for (; up && slash; up--) {
		*slash = '\0';
		slash = strrchr(target, '/');
	}
	copy_text(name, size, slash ? slash + 1 : up ? "" : target);
}

void link_read_name(const char *path, char *name, size_t size)
{
	link_read_name_at(AT_FDCWD, path, name, size);
}

void link_read_name_at(int dir, const char *path, char *name, size_t size)
{
	read_link_at(dir, path, 0, name, size);
}

void link_read_parent(const char *path, char *name, size_t size)
{
	read_link_at(AT_FDCWD, path, 1, name, size);
}
