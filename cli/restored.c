// SPDX-License-Identifier: GPL-2.0-only
/*
 * How did the restores of a device end since the host was booted? Each device has a file,
 * under its PCI address, since names pass from one device to another: one line of runs,
 * failures, the last exit status and its time. Everybody may read it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "restored.h"

#define FOLDER "/run/dsactl/restored"

static bool read_file(int folder, const char *pci, struct restored *restored)
{
	int fd = openat(folder, pci, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[128];
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	return sscanf(text, "%" SCNu64 " %" SCNu64 " %d %" SCNd64, &restored->runs, &restored->failures,
		      &restored->last_exit, &restored->last_time) == 4;
}

/* The new text comes by a rename, so that who reads finds one or the other. */
static bool write_file(int folder, const char *pci, const struct restored *restored)
{
	char name[64];
	int fd;
	bool written;

	snprintf(name, sizeof(name), ".%s", pci);
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return false;
	written = !fchmod(fd, 0644) &&
		  dprintf(fd, "%" PRIu64 " %" PRIu64 " %d %" PRId64 "\n", restored->runs, restored->failures,
			  restored->last_exit, restored->last_time) > 0;
	close(fd);
	return written && !renameat(folder, name, folder, pci);
}

/* Locked, as the units of several devices run at once; -1 where it cannot be. */
static int open_folder(void)
{
	int folder;

	mkdir("/run/dsactl", 0755);
	mkdir(FOLDER, 0755);
	folder = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (folder >= 0 && (fchmod(folder, 0755) || flock(folder, LOCK_EX))) {
		close(folder);
		folder = -1;
	}
	return folder;
}

void restored_note(struct dsactl_ctx *ctx, const char *name, int code)
{
	struct dsactl_device *device = dsactl_device_find(ctx, name);
	struct restored restored = { 0 };
	const char *pci;
	int folder;

	/* One that is not here has no one who asks for it, and who may not restore has not tried. */
	if (!device || (code == EXIT_PERMISSION && geteuid()))
		return;
	pci = dsactl_device_get_pci(device);
	folder = open_folder();
	if (folder >= 0)
		read_file(folder, pci, &restored);
	restored.runs++;
	restored.failures += code != EXIT_DONE;
	restored.last_exit = code;
	restored.last_time = time(NULL);
	if (folder < 0 || !write_file(folder, pci, &restored))
		out_note(FOLDER ": it cannot be noted how this restore ended");
	if (folder >= 0)
		close(folder);
}

bool restored_read(const struct dsactl_device *device, struct restored *restored)
{
	int folder = open(FOLDER, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	bool read = folder >= 0 && read_file(folder, dsactl_device_get_pci(device), restored);

	if (folder >= 0)
		close(folder);
	return read;
}
