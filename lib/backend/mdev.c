// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a mediated device made and removed, and who has it open? */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "../core/files.h"
#include "mdev.h"

static int write_file(struct dsactl_ctx *ctx, const char *path, const char *text)
{
	ssize_t len = strlen(text), done;
	int fd, err = 0;

	ctx_log(ctx, LOG_INFO, "%s: write %s", path, text);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write(fd, text, len);
	if (done != len)
		err = done < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

static int create_failed(struct dsactl_ctx *ctx, const char *pci, const char *type,
			 const char *uuid, int err)
{
	switch (err) {
	case -ENOENT:
		return ctx_fail(ctx, EOPNOTSUPP, pci, "see the kernel log",
				"it offers no mdev type %s", type);
	case -EEXIST:
		return ctx_fail(ctx, EEXIST, uuid, "choose another UUID",
				"an mdev of this UUID exists");
	case -EACCES:
		return ctx_fail(ctx, EPERM, uuid, ctx_remedy(EACCES, NULL),
				"no permission to create the mdev");
	default:
		return ctx_fail(ctx, -err, uuid, ctx_remedy(err == -EROFS ? EROFS : 0, "see the kernel log"),
				"the mdev cannot be created on %s: %s", pci,
				strerror(-err));
	}
}

int mdev_create(struct dsactl_ctx *ctx, const char *pci, const char *type,
		const char *uuid)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path),
		 "/sys/class/mdev_bus/%s/mdev_supported_types/%s/create", pci, type);
	err = write_file(ctx, path, uuid);
	return err ? create_failed(ctx, pci, type, uuid, err) : 0;
}

void mdev_announce(struct dsactl_ctx *ctx, const char *pci)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/uevent", pci);
	err = write_file(ctx, path, "add");
	if (err)
		ctx_log(ctx, LOG_WARNING, "%s: its free slices could not be announced: %s", pci,
			strerror(-err));
}

bool mdev_exists(const char *uuid)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s", uuid);
	return !access(path, F_OK);
}

int mdev_remove(struct dsactl_ctx *ctx, const char *uuid)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/remove", uuid);
	err = write_file(ctx, path, "1");
	/* Another process may have removed it meanwhile. */
	if (!err || !mdev_exists(uuid))
		return 0;
	return ctx_fail(ctx, err == -EACCES ? EPERM : -err, uuid,
			ctx_remedy(err == -EROFS || err == -EACCES ? -err : 0, "see the kernel log"),
			"the mdev cannot be removed: %s", strerror(-err));
}

/* Whether file descriptor @fd of @pid is @path. */
static bool fd_is(const char *pid, const char *fd, const char *path)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%s/fd/%s", pid, fd);
	len = readlink(link, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = '\0';
	return !strcmp(target, path);
}

static bool process_has(const char *pid, const char *path)
{
	char dir[PATH_MAX];
	struct dirent *entry;
	bool has = false;
	DIR *fds;

	snprintf(dir, sizeof(dir), "/proc/%s/fd", pid);
	fds = opendir(dir);
	if (!fds)
		return false;
	while (!has && (entry = readdir(fds)))
		has = fd_is(pid, entry->d_name, path);
	closedir(fds);
	return has;
}

static void process_name(const char *pid, char *name, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file_read_line(path, name, size);
}

/* An open vdev is an open file /dev/vfio/GROUP. */
static bool group_file(const char *uuid, char *file, size_t size)
{
	char link[PATH_MAX], group[32];

	snprintf(link, sizeof(link), "/sys/bus/mdev/devices/%s/iommu_group", uuid);
	link_read_name(link, group, sizeof(group));
	snprintf(file, size, "/dev/vfio/%s", group);
	return group[0];
}

bool mdev_holder(const char *uuid, char *who, size_t size)
{
	char file[64], name[64];
	struct dirent *entry;
	bool found = false;
	DIR *proc;

	if (!group_file(uuid, file, sizeof(file)))
		return false;
	proc = opendir("/proc");
	if (!proc)
		return false;
	while (!found && (entry = readdir(proc))) {
		if (!atoi(entry->d_name) || !process_has(entry->d_name, file))
			continue;
		process_name(entry->d_name, name, sizeof(name));
		snprintf(who, size, "%s (pid %d)", name, atoi(entry->d_name));
		found = true;
	}
	closedir(proc);
	return found;
}
