// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a file read as a whole, and replaced so that a crash leaves the old or the new text? */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "store.h"

#define UNFINISHED ".tmp"	/* ends the names of files that are being written */

/* ---- Reading ---- */

/*
 * Wait until there is text, or the end of it. The timeout is for a signal that comes just before
 * poll().
 */
static int wait_for_text(struct dsactl_ctx *ctx, int fd)
{
	struct pollfd in = { .fd = fd, .events = POLLIN };
	int ready;

	do {
		if (ctx->cancelled)
			return EINTR;
		ready = poll(&in, 1, 200);
	} while (!ready || (ready < 0 && errno == EINTR));
	return ready < 0 ? errno : 0;
}

/* Read up to @size bytes. Returns a positive errno. */
static int read_fd(struct dsactl_ctx *ctx, int fd, bool wait, char *text, size_t size, size_t *len)
{
	*len = 0;
	while (*len < size) {
		int err = wait ? wait_for_text(ctx, fd) : 0;
		ssize_t got;

		if (err)
			return err;
		got = read(fd, text + *len, size - *len);
		if (got < 0 && (errno == EINTR || (wait && errno == EAGAIN)))
			continue;
		if (got <= 0)
			return got ? errno : 0;
		*len += got;
	}
	return EFBIG;
}

static int read_whole(struct dsactl_ctx *ctx, const char *path, int fd, bool wait, char **text,
		      size_t *len)
{
	int err;

	if (fd < 0)
		return ctx_fail_file(ctx, errno, path, "opened");
	*text = malloc(STORE_SIZE_MAX + 1);
	err = *text ? read_fd(ctx, fd, wait, *text, STORE_SIZE_MAX, len) : ENOMEM;
	close(fd);
	if (!err) {
		(*text)[*len] = '\0';
		return 0;
	}
	free(*text);
	if (err == EINTR)
		return ctx_fail(ctx, EINTR, path, NULL, "interrupted");
	return ctx_fail_file(ctx, err, path, "read");
}

/* Opened without blocking: a pipe among the profiles must not stop a restore at boot. */
static int open_to_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

int store_read(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len)
{
	return read_whole(ctx, path, open_to_read(path), false, text, len);
}

int store_read_given(struct dsactl_ctx *ctx, const char *path, char **text, size_t *len)
{
	bool is_stdin = !strcmp(path, "-"), begun = ctx_begin_work(ctx);
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open_to_read(path);
	int err = read_whole(ctx, is_stdin ? "standard input" : path, fd, true, text, len);

	ctx_end_work(ctx, begun);
	return err;
}

/* ---- Writing ---- */

/*
 * Flush a folder, so that what was made, renamed or removed in it survives a power loss. Returns a
 * positive errno.
 */
static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = fd < 0 || fsync(fd) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static int make_dir(const char *path)
{
	char parent[PATH_MAX];

	if (mkdir(path, 0755))
		return errno == EEXIST ? 0 : errno;
	/* The umask does not count: profiles are for everyone to read. */
	if (chmod(path, 0755))
		return errno;
	COPY_TEXT(parent, path);
	return sync_dir(dirname(parent));
}

static int make_dirs(struct dsactl_ctx *ctx, const char *dir)
{
	char path[PATH_MAX];
	int err;

	COPY_TEXT(path, dir);
	for (char *slash = strchr(path + 1, '/'); ; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		err = make_dir(path);
		if (err)
			return ctx_fail_file(ctx, err, path, "made");
		if (!slash)
			return 0;
		*slash = '/';
	}
}

/* ".NAME.PID.tmp"; @name NULL: of whatever name. */
static bool is_unfinished(const char *file, const char *name)
{
	size_t end = strlen(file), tail = strlen(UNFINISHED), pid;

	if (file[0] != '.' || end < tail || strcmp(file + end - tail, UNFINISHED))
		return false;
	for (pid = end -= tail; pid && isdigit((unsigned char)file[pid - 1]); pid--)
		;
	if (pid == end || pid < 3 || file[pid - 1] != '.')
		return false;
	return !name || (strlen(name) == pid - 2 && !strncmp(file + 1, name, pid - 2));
}

/* Remove temporary files of writers that died. The lock is held, so nobody writes them now. */
static void sweep(const char *dir, const char *name)
{
	DIR *entries = opendir(dir);
	struct dirent *entry;

	while (entries && (entry = readdir(entries)))
		if (is_unfinished(entry->d_name, name))
			unlinkat(dirfd(entries), entry->d_name, 0);
	if (entries)
		closedir(entries);
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t done = write(fd, text, left);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return errno ?: ENOSPC;
		text += done;
		left -= done;
	}
	return fchmod(fd, 0644) || fsync(fd) ? errno : 0;
}

/* An error that close() reports is one of writing. */
static int write_unfinished(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int err = fd < 0 ? errno : write_all(fd, text);

	if (fd >= 0 && close(fd) && !err)
		err = errno;
	return err;
}

/* Where the file really is: a link, such as into a repository of configuration, stays a link. */
static int follow(struct dsactl_ctx *ctx, const char *dir, const char *name, char path[PATH_MAX],
		  char folder[PATH_MAX])
{
	char link[PATH_MAX];
	struct stat is;

	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	copy_text(folder, PATH_MAX, dir);
	sweep(dir, NULL);
	if (lstat(path, &is) || !S_ISLNK(is.st_mode))
		return 0;
	copy_text(link, sizeof(link), path);
	if (!realpath(link, path))
		return ctx_fail_file(ctx, errno, link, "followed to what it links to");
	copy_text(folder, PATH_MAX, path);
	*strrchr(folder, '/') = '\0';
	sweep(folder[0] ? folder : "/", strrchr(path, '/') + 1);
	return 0;
}

static int replace(const char *dir, const char *from, const char *to)
{
	return rename(from, to) ? errno : sync_dir(dir);
}

int store_write(struct dsactl_ctx *ctx, const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX], folder[PATH_MAX], unfinished[PATH_MAX + 32];
	int err = make_dirs(ctx, dir) ?: follow(ctx, dir, name, path, folder);

	if (err)
		return err;
	snprintf(unfinished, sizeof(unfinished), "%s/.%s.%d" UNFINISHED, folder,
		 strrchr(path, '/') + 1, getpid());
	ctx_log(ctx, LOG_INFO, "%s: write %zu bytes", path, strlen(text));
	err = write_unfinished(unfinished, text) ?: replace(folder, unfinished, path);
	if (err)
		unlink(unfinished);
	return err ? ctx_fail_file(ctx, err, path, "written") : 0;
}

int store_remove(struct dsactl_ctx *ctx, const char *dir, const char *name)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ctx_log(ctx, LOG_INFO, "%s: remove", path);
	err = unlink(path) ? errno : sync_dir(dir);
	return err ? ctx_fail_file(ctx, err, path, "removed") : 0;
}

/* ---- In case that a change is undone ---- */

int store_note(struct dsactl_ctx *ctx, const char *path)
{
	char *text = NULL;
	size_t len;
	int err = access(path, F_OK) ? 0 : store_read(ctx, path, &text, &len);

	err = err ?: journal_note_file(ctx, path, text);
	free(text);
	return err;
}

int store_undo(struct dsactl_ctx *ctx, const char *path, const char *text)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];

	if (!slash)
		return ctx_fail(ctx, EINVAL, path, NULL, "this is no path");
	copy_text(dir, slash - path + 1 < PATH_MAX ? slash - path + 1 : PATH_MAX, path);
	if (text)
		return store_write(ctx, dir, slash + 1, text);
	return access(path, F_OK) ? 0 : store_remove(ctx, dir, slash + 1);
}
