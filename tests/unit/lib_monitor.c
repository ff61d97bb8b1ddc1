// SPDX-License-Identifier: GPL-2.0-only
/* What does a monitor make of the kernel's uevents, whole or broken? */
#include "../../lib/watch/monitor.c"
#include "unit.h"

static struct dsactl_monitor monitor;

/* Hear a uevent, the strings of @text; the number of events that it makes. */
static int heard(const char *text, size_t len)
{
	int nr = 0;

	monitor = (struct dsactl_monitor){ .tail = &monitor.first };
	hear(&monitor, text, len);
	while (take(&monitor))
		nr++;
	return nr;
}
#define HEARD(text) heard(text, sizeof(text) - 1)

#define HEAD "add@/x\0ACTION=add\0SUBSYSTEM=dsa\0"

TEST("a device of idxd's bus is an event of its own")
{
	CHECK_EQ(HEARD(HEAD "DEVPATH=/devices/pci0000:00/0000:00:10.0/dsa0"), 1);
	CHECK(!strcmp(monitor.current.object, "device"));
	CHECK(!strcmp(monitor.current.action, "add"));
	CHECK(!strcmp(monitor.current.name, "dsa0"));
	CHECK(!strcmp(monitor.current.device, "dsa0"));
}

TEST("work queues, engines and groups are on their device")
{
	CHECK_EQ(HEARD(HEAD "DEVPATH=/devices/pci0000:00/0000:00:10.0/iax3/wq3.12"), 1);
	CHECK(!strcmp(monitor.current.object, "wq"));
	CHECK(!strcmp(monitor.current.name, "wq3.12"));
	CHECK(!strcmp(monitor.current.device, "iax3"));
	CHECK_EQ(HEARD(HEAD "DEVPATH=/a/dsa0/engine0.1"), 1);
	CHECK(!strcmp(monitor.current.object, "engine"));
	CHECK_EQ(HEARD(HEAD "DEVPATH=/a/dsa0/group0.1"), 1);
	CHECK(!strcmp(monitor.current.object, "group"));
}

TEST("modules are heard of only where they are ours or idxd")
{
	CHECK_EQ(HEARD("ACTION=remove\0SUBSYSTEM=module\0DEVPATH=/module/idxd"), 1);
	CHECK(!strcmp(monitor.current.object, "module"));
	CHECK(!strcmp(monitor.current.action, "remove"));
	CHECK_EQ(HEARD("ACTION=remove\0SUBSYSTEM=module\0DEVPATH=/module/loop"), 0);
}

TEST("what is not known or not whole is no event")
{
	CHECK_EQ(HEARD(""), 0);
	CHECK_EQ(HEARD("ACTION=add"), 0);
	CHECK_EQ(HEARD(HEAD), 0);
	CHECK_EQ(HEARD(HEAD "DEVPATH=/a/dsa"), 0);
	CHECK_EQ(HEARD(HEAD "DEVPATH=/a/other0"), 0);
	CHECK_EQ(HEARD("ACTION=explode\0SUBSYSTEM=dsa\0DEVPATH=/a/dsa0"), 0);
	CHECK_EQ(HEARD("ACTION=add\0SUBSYSTEM=net\0DEVPATH=/a/dsa0"), 0);
}

TEST("names and paths of any length are cut, not written beyond")
{
	char text[UEVENT_SIZE + 1] = "ACTION=add\0SUBSYSTEM=dsa\0DEVPATH=";
	size_t start = sizeof("ACTION=add\0SUBSYSTEM=dsa\0DEVPATH=") - 1;

	memset(text + start, 'a', UEVENT_SIZE - start);
	memcpy(text + UEVENT_SIZE - 5000, "/dsa0", 5);
	CHECK_EQ(heard(text, UEVENT_SIZE), 1);
	CHECK_EQ(strlen(monitor.current.name), UUID_SIZE - 1);
	CHECK_EQ(strlen(monitor.current.device), NAME_SIZE - 1);
}
