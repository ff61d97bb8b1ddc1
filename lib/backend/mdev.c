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
	/* Kernels 6.12 to 7.3 drop the file where someone writes to it while the mdev is made. */
	if (err == -ENOENT)
		return ctx_fail(ctx, EBUSY, uuid, "unbind idxd from the device's PCI function, and bind it again",
				"the kernel cannot remove this mdev any more: it was to be removed while it was made");
	return ctx_fail(ctx, err == -EACCES ? EPERM : -err, uuid,
			ctx_remedy(err == -EROFS || err == -EACCES ? -err : 0, "see the kernel log"),
			"the mdev cannot be removed: %s", strerror(-err));
}

/* The files by which a vdev is opened; empty where the kernel has none. */
struct vfio_files {
	char group[64], device[64];
};

/* The device is the only entry of that folder whose name begins so. */
static void device_file(const char *uuid, char *file, size_t size)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/vfio-dev", uuid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (!strncmp(entry->d_name, "vfio", 4))
			snprintf(file, size, "/dev/vfio/devices/%.32s", entry->d_name);
	}
	closedir(dir);
}

static struct vfio_files files_of(const char *uuid)
{
	struct vfio_files files = { "", "" };
	char link[PATH_MAX], group[32];

	snprintf(link, sizeof(link), "/sys/bus/mdev/devices/%s/iommu_group", uuid);
	link_read_name(link, group, sizeof(group));
	if (group[0])
		snprintf(files.group, sizeof(files.group), "/dev/vfio/%s", group);
	device_file(uuid, files.device, sizeof(files.device));
	return files;
}

/* Whether file descriptor @fd of @pid is one of them. */
static bool fd_is(const char *pid, const char *fd, const struct vfio_files *files)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%s/fd/%s", pid, fd);
	len = readlink(link, target, sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	return !strcmp(target, files->group) || !strcmp(target, files->device);
}

static bool process_has(const char *pid, const struct vfio_files *files)
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
		has = fd_is(pid, entry->d_name, files);
	closedir(fds);
	return has;
}

static void process_name(const char *pid, char *name, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file_read_line(path, name, size);
}

bool mdev_holder(const char *uuid, char *who, size_t size)
{
	struct vfio_files files = files_of(uuid);
	struct dirent *entry;
	bool found = false;
	char name[64];
	DIR *proc;

	proc = opendir("/proc");
	if (!proc)
		return false;
	while (!found && (entry = readdir(proc))) {
		if (!atoi(entry->d_name) || !process_has(entry->d_name, &files))
			continue;
		process_name(entry->d_name, name, sizeof(name));
		snprintf(who, size, "%s (pid %d)", name, atoi(entry->d_name));
		found = true;
	}
	closedir(proc);
	return found;
}
