// SPDX-License-Identifier: LGPL-2.1-or-later
/* What can the CPU and the PCI functions of this host do? */
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../core/files.h"
#include "host.h"

bool cpu_has(const char *flag)
{
	char text[16384], want[32], *line, *end;

	if (!file_read("/proc/cpuinfo", text, sizeof(text)))
		return false;
	line = strstr(text, "\nflags");
	if (!line)
		return false;
	end = strchr(line + 1, '\n');
	if (end)
		*end = '\0';
	snprintf(want, sizeof(want), " %s", flag);
	for (line = strstr(line, want); line; line = strstr(line + 1, want))
		if (line[strlen(want)] == ' ' || !line[strlen(want)])
			return true;
	return false;
}

/* ---- Extended capabilities in config space ---- */

#define ENABLE 1	/* of the control registers of both */

static const struct {
	uint16_t id;
	unsigned int control;
} features[] = {
	[PCI_PAGE_REQUESTS] = { 0x13, 4 },
	[PCI_PASID] = { 0x1b, 6 },
};

/* Read single words: each is a message where the function is emulated. */
static bool read_config(int fd, unsigned int at, void *to, size_t size)
{
	return pread(fd, to, size, at) == (ssize_t)size;
}

/* Offset of extended capability @id; 0: it has none, -1: that cannot be seen. */
static int find_capability(int fd, uint16_t id)
{
	unsigned int at = 0x100;

	for (int hops = 0; hops < 64 && at >= 0x100; hops++) {
		uint32_t head;

		if (!read_config(fd, at, &head, sizeof(head)))
			return -1;
		if (head == 0 || head == UINT32_MAX)
			return 0;
		if ((head & 0xffff) == id)
			return at;
		at = head >> 20;
	}
	return 0;
}

int pci_has_enabled(const char *pci, enum pci_feature feature)
{
	char path[PATH_MAX];
	uint16_t control;
	int fd, at;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", pci);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	at = fd < 0 ? -1 : find_capability(fd, features[feature].id);
	if (at > 0)
		at = read_config(fd, at + features[feature].control, &control, sizeof(control)) ?
		     control & ENABLE : -1;
	if (fd >= 0)
		close(fd);
	return at;
}
