// SPDX-License-Identifier: GPL-2.0-only
/* What does a monitor make of the kernel's uevents? */
#include "../../lib/watch/monitor.c"
#include "unit.h"

static struct dsactl_monitor monitor;

/* Hear a uevent; the number of events that it makes. */
static int heard(const char *subsystem, const char *action, const char *path)
{
	int nr = 0;

	monitor = (struct dsactl_monitor){ .tail = &monitor.first };
	hear(&monitor, subsystem, action, path);
	while (take(&monitor))
		nr++;
	return nr;
}

TEST("a device of idxd's bus is an event of its own")
{
	CHECK_EQ(heard("dsa", "add", "/devices/pci0000:00/0000:00:10.0/dsa0"), 1);
	CHECK(!strcmp(monitor.current.object, "device"));
	CHECK(!strcmp(monitor.current.action, "add"));
	CHECK(!strcmp(monitor.current.name, "dsa0"));
	CHECK(!strcmp(monitor.current.device, "dsa0"));
}

TEST("work queues, engines and groups are on their device")
{
	CHECK_EQ(heard("dsa", "add", "/devices/pci0000:00/0000:00:10.0/iax3/wq3.12"), 1);
	CHECK(!strcmp(monitor.current.object, "wq"));
	CHECK(!strcmp(monitor.current.name, "wq3.12"));
	CHECK(!strcmp(monitor.current.device, "iax3"));
	CHECK_EQ(heard("dsa", "add", "/a/dsa0/engine0.1"), 1);
	CHECK(!strcmp(monitor.current.object, "engine"));
	CHECK_EQ(heard("dsa", "add", "/a/dsa0/group0.1"), 1);
	CHECK(!strcmp(monitor.current.object, "group"));
}

TEST("modules are heard of only where they are ours or idxd")
{
	CHECK_EQ(heard("module", "remove", "/module/idxd"), 1);
	CHECK(!strcmp(monitor.current.object, "module"));
	CHECK(!strcmp(monitor.current.action, "remove"));
	CHECK_EQ(heard("module", "remove", "/module/loop"), 0);
}

TEST("what is not known is no event")
{
	CHECK_EQ(heard("dsa", "add", ""), 0);
	CHECK_EQ(heard("dsa", "add", "/"), 0);
	CHECK_EQ(heard("dsa", "add", "/a/dsa"), 0);
	CHECK_EQ(heard("dsa", "add", "/a/other0"), 0);
	CHECK_EQ(heard("dsa", "explode", "/a/dsa0"), 0);
	CHECK_EQ(heard("module", "explode", "/module/idxd"), 0);
	CHECK_EQ(heard("net", "add", "/a/dsa0"), 0);
}

TEST("names and paths of any length are cut, not written beyond")
{
	char path[8192];

	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	memcpy(path + sizeof(path) - 5000, "/dsa0", 5);
	CHECK_EQ(heard("dsa", "add", path), 1);
	CHECK_EQ(strlen(monitor.current.name), UUID_SIZE - 1);
	CHECK_EQ(strlen(monitor.current.device), NAME_SIZE - 1);
}
