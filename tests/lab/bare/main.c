// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdev-bare: does a bare vdev keep its promises, also towards a process that makes
 * mistakes or means harm? Prints TAP; the vdev, with two work queues, is named by $VDEV, the
 * PCI function that it is on by $PCI.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/vfio.h>

#include "../client/bare.h"
#include "unit.h"

#define MIB		(1ul << 20)
#define PAGE		4096ul
#define IOVA		0x10000000ull
#define SHORT_MS	300	/* for what is not to come */
#define LONG_MS		20000	/* for what is */
#define WQS		2u

static struct dsa_dev dev;
static uint8_t *mem;		/* 4 MB */

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		die("$%s is not set", name);
	return value;
}

static void open_vdev(void)
{
	dsa_open(&dev, from_environment("VDEV"));
	if (!dev.vfio.bare || dev.nr_wqs != WQS)
		die("$VDEV is no bare vdev with two work queues");
	mem = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		die("no memory");
	memset(mem, 0x5a, 4 * MIB);
	vfio_map(&dev.vfio, mem, 4 * MIB, IOVA);
}

static void close_vdev(void)
{
	munmap(mem, 4 * MIB);
	dsa_close(&dev);
}

/* One page to the next, through work queue @wq. */
static void submit_copy(unsigned int wq, uint32_t flags)
{
	struct dsa_desc desc = {
		.flags_opcode = DSA_FLAG_CRAV | DSA_FLAG_RCR | flags | DSA_OP_MEMMOVE << 24,
		.completion = IOVA + 4 * MIB - PAGE, .src = IOVA, .dst = IOVA + PAGE, .size = 64,
		.handle = flags & DSA_FLAG_RCI ? dev.handle[wq] : 0,
	};

	memset(mem + 4 * MIB - PAGE, 0, sizeof(struct dsa_record));
	dsa_submit(&dev, wq, &desc);
}

/* Its completion status; 0: none comes. */
static uint8_t copy(unsigned int wq, uint32_t flags, int timeout_ms)
{
	submit_copy(wq, flags);
	return dsa_wait((void *)(mem + 4 * MIB - PAGE), lab_slow() * timeout_ms) & 0x3f;
}

static int act(struct vdsa_bare_act act)
{
	return bare_act(&dev, &act);
}

/* The status of an action that is carried out. */
static int32_t status_of(struct vdsa_bare_act act)
{
	CHECK_EQ(bare_act(&dev, &act), 0);
	return act.status;
}

static int set_irqs(uint32_t flags, uint32_t index, uint32_t start, uint32_t count)
{
	struct vfio_irq_set set = { .argsz = sizeof(set), .flags = flags | VFIO_IRQ_SET_DATA_NONE,
				    .index = index, .start = start, .count = count };

	return ioctl(dev.vfio.fd, VFIO_DEVICE_SET_IRQS, &set) ? errno : 0;
}

static void mask(uint32_t vector, bool masked)
{
	CHECK_EQ(set_irqs(masked ? VFIO_IRQ_SET_ACTION_MASK : VFIO_IRQ_SET_ACTION_UNMASK,
			  VDSA_BARE_IRQ_COMPLETION, vector, 1), 0);
}

static uint32_t pending(void)
{
	struct vdsa_bare_pending pending = { .argsz = sizeof(pending) };

	CHECK_EQ(ioctl(dev.vfio.fd, VDSA_BARE_GET_PENDING, &pending), 0);
	return pending.vectors;
}

TEST("it is no PCI device, has one region and three kinds of interrupts, and can be reset")
{
	static const uint32_t count[] = { WQS, 1, 1 };
	struct vfio_device_info info = { .argsz = sizeof(info) };

	open_vdev();
	CHECK_EQ(ioctl(dev.vfio.fd, VFIO_DEVICE_GET_INFO, &info), 0);
	CHECK_EQ(info.flags, VFIO_DEVICE_FLAGS_RESET);
	CHECK_EQ(info.num_regions, 1);
	CHECK_EQ(info.num_irqs, 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct vfio_irq_info irq = { .argsz = sizeof(irq), .index = i };

		CHECK_EQ(ioctl(dev.vfio.fd, VFIO_DEVICE_GET_IRQ_INFO, &irq), 0);
		CHECK_EQ(irq.count, count[i]);
		CHECK_EQ(irq.flags, VFIO_IRQ_INFO_EVENTFD | (i ? 0 : VFIO_IRQ_INFO_MASKABLE));
	}
	close_vdev();
}

TEST("its region is that of the portals, which are mapped, shared and not beyond the end, and not read")
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VDSA_BARE_REGION_PORTALS };
	const size_t size = WQS * 4 * PAGE;
	uint64_t word = 0;
	void *at;

	open_vdev();
	CHECK_EQ(ioctl(dev.vfio.fd, VFIO_DEVICE_GET_REGION_INFO, &info), 0);
	CHECK_EQ(info.size, size);
	CHECK_EQ(info.flags, VFIO_REGION_INFO_FLAG_MMAP);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, dev.vfio.fd, info.offset);
	CHECK(at != MAP_FAILED);
	for (size_t off = 0; off < size; off += PAGE)
		((volatile uint32_t *)at)[off / 4 + 7] = 1;	/* no store that the device takes */
	munmap(at, size);
	CHECK(mmap(NULL, size, PROT_READ, MAP_PRIVATE, dev.vfio.fd, info.offset) == MAP_FAILED);
	CHECK(mmap(NULL, size + PAGE, PROT_READ, MAP_SHARED, dev.vfio.fd, info.offset) == MAP_FAILED);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dev.vfio.fd, info.offset + size) == MAP_FAILED);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dev.vfio.fd, 2ull << 40) == MAP_FAILED);
	CHECK(pread(dev.vfio.fd, &word, 8, info.offset) < 0);
	CHECK(pwrite(dev.vfio.fd, &word, 8, info.offset) < 0);
	CHECK(pread(dev.vfio.fd, &word, 4, 7ull << 40) < 0);	/* config space of vfio-pci */
	info.index = 1;
	CHECK(ioctl(dev.vfio.fd, VFIO_DEVICE_GET_REGION_INFO, &info) && errno == EINVAL);
	close_vdev();
}

TEST("it says what the device is like")
{
	struct vdsa_bare_info info;

	open_vdev();
	CHECK_EQ(bare_get_info(&dev, &info), 0);
	CHECK_EQ(info.argsz, sizeof(info));
	CHECK_EQ(info.version, 1);
	CHECK_EQ(info.pci_device, 0x0b25);
	CHECK(info.dsa_version >= 0x100 && info.nr_engines >= 1 && info.gen_cap && info.wq_cap);
	CHECK(info.op_cap[0] & 1u << DSA_OP_MEMMOVE);
	CHECK_EQ(info.portal_allowed, 1);
	for (unsigned int i = 0; i < VDSA_BARE_MAX_WQS; i++) {
		CHECK_EQ(!!info.wq[i].size, i < WQS);
		CHECK_EQ(!!info.wq[i].max_xfer_shift, i < WQS);
		CHECK_EQ(info.wq[i].reserved, 0);
	}
	close_vdev();
}

/* All requests, each with what succeeds and changes nothing but its own events. */
static const struct {
	unsigned long number;
	uint32_t size, at, value;	/* a member besides argsz, by its offset */
} request[] = {
	{ VDSA_BARE_GET_INFO, sizeof(struct vdsa_bare_info), 8, 0 },
	{ VDSA_BARE_ACT, sizeof(struct vdsa_bare_act), 8, VDSA_BARE_QUIESCE },
	{ VDSA_BARE_MAP, sizeof(struct vdsa_bare_map), 8, 99 },
	{ VDSA_BARE_GET_EVENTS, sizeof(struct vdsa_bare_events), 8, 0 },
	{ VDSA_BARE_GET_PENDING, sizeof(struct vdsa_bare_pending), 8, 0 },
	{ VDSA_BARE_GET_PORTALS, sizeof(struct vdsa_bare_portals), 8, 0 },
};
#define NR_REQUESTS (sizeof(request) / sizeof(request[0]))

static uint32_t room[2 * PAGE / 4];

/* Request @i with this argsz and these flags. */
static int ask(size_t i, uint32_t argsz, uint32_t flags)
{
	room[0] = argsz;
	room[1] = flags;
	room[request[i].at / 4] = request[i].value;
	return ioctl(dev.vfio.fd, request[i].number, room) < 0 ? errno : 0;
}

TEST("a request that is too short, that has unknown flags or more than is known, is refused")
{
	open_vdev();
	for (size_t i = 0; i < NR_REQUESTS; i++) {
		uint32_t size = request[i].size;

		memset(room, 0, sizeof(room));
		CHECK_EQ(ask(i, size, 0), 0);
		memset(room, 0, sizeof(room));
		CHECK_EQ(ask(i, size + 8, 0), 0);
		CHECK_EQ(ask(i, PAGE + 4, 0), E2BIG);
		CHECK_EQ(ask(i, ~0u, 0), E2BIG);
		room[size / 4 + 1] = 1;
		CHECK_EQ(ask(i, size + 8, 0), E2BIG);
		for (uint32_t less = 0; less < size; less += 4)
			CHECK_EQ(ask(i, less, 0), EINVAL);
		CHECK_EQ(ask(i, size - 1, 0), EINVAL);
		for (unsigned int bit = 0; bit < 32; bit++)
			CHECK_EQ(ask(i, size, 1u << bit), EINVAL);	/* MAP_AHEAD, too: it has a ticket */
	}
	close_vdev();
}

TEST("a request whose memory is not there is refused, whichever part of it")
{
	uint8_t *pages;

	open_vdev();
	pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(pages + PAGE, PAGE);
	for (size_t i = 0; i < NR_REQUESTS; i++) {
		uint32_t *at = (uint32_t *)(pages + PAGE - 8);

		CHECK(ioctl(dev.vfio.fd, request[i].number, NULL) && errno == EFAULT);
		CHECK(ioctl(dev.vfio.fd, request[i].number, pages + PAGE) && errno == EFAULT);
		at[0] = request[i].size;
		at[1] = 0;
		if (request[i].size > 8)
			CHECK(ioctl(dev.vfio.fd, request[i].number, at) && errno == EFAULT);
	}
	CHECK(ioctl(dev.vfio.fd, _IO(VDSA_BARE_TYPE, 6), room) && errno == ENOTTY);
	CHECK(ioctl(dev.vfio.fd, _IO(VDSA_BARE_TYPE, 255), room) && errno == ENOTTY);
	munmap(pages, PAGE);
	close_vdev();
}

TEST("an action with a member that it has not, or out of range, is refused and not counted as done")
{
	static const struct vdsa_bare_act bad[] = {
		{ .action = 0 },
		{ .action = 9 },
		{ .action = ~0u, .wqs = 1 },
		{ .action = VDSA_BARE_ENABLE, .ticket = 1 },
		{ .action = VDSA_BARE_ENABLE, .wqs = 1 },
		{ .action = VDSA_BARE_ENABLE, .wqs = 1u << WQS, .ticket = 1 },
		{ .action = VDSA_BARE_ENABLE, .wqs = ~0u, .ticket = 1 },
		{ .action = VDSA_BARE_ENABLE, .wqs = 1, .vector = 1, .ticket = 1 },
		{ .action = VDSA_BARE_DISABLE },
		{ .action = VDSA_BARE_DISABLE, .wqs = 1u << 31 },
		{ .action = VDSA_BARE_DISABLE, .wqs = 1, .ticket = 1 },
		{ .action = VDSA_BARE_DRAIN, .wqs = 1, .vector = ~0u },
		{ .action = VDSA_BARE_ABORT, .wqs = 1u << WQS | 1 },
		{ .action = VDSA_BARE_RESET, .wqs = 0 },
		{ .action = VDSA_BARE_RESET, .wqs = 1, .reserved = 1 },
		{ .action = VDSA_BARE_QUIESCE, .wqs = 1 },
		{ .action = VDSA_BARE_QUIESCE, .vector = 1 },
		{ .action = VDSA_BARE_QUIESCE, .ticket = 1 },
		{ .action = VDSA_BARE_HANDLE_REQUEST, .vector = WQS },
		{ .action = VDSA_BARE_HANDLE_REQUEST, .vector = ~0u },
		{ .action = VDSA_BARE_HANDLE_REQUEST, .wqs = 1 },
		{ .action = VDSA_BARE_HANDLE_RELEASE, .vector = 1u << 31 },
	};

	open_vdev();
	dsa_enable(&dev);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(act(bad[i]), EINVAL);
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	CHECK_EQ(copy(1, DSA_FLAG_RCI, LONG_MS), 1);
	close_vdev();
}

TEST("a mapping has a ticket or is ahead, and nothing else")
{
	static const struct vdsa_bare_map bad[] = {
		{ sizeof(bad[0]), 0, 0, 0 },
		{ sizeof(bad[0]), VDSA_BARE_MAP_AHEAD, 1, 0 },
		{ sizeof(bad[0]), 0, 1, 1 },
		{ sizeof(bad[0]), 2, 1, 0 },
	};

	open_vdev();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(ioctl(dev.vfio.fd, VDSA_BARE_MAP, &bad[i]) && errno == EINVAL);
	CHECK(!vfio_wait_irq(&dev.vfio, 0, SHORT_MS));
	bare_map_ahead(&dev);
	CHECK(!vfio_wait_irq(&dev.vfio, 0, SHORT_MS));
	close_vdev();
}

TEST("a work queue is enabled with the ticket of the mapping that ended last, and with no other")
{
	struct vdsa_bare_act enable = { .action = VDSA_BARE_ENABLE, .wqs = 3 };
	uint32_t first, second;

	open_vdev();
	enable.ticket = 1;
	CHECK_EQ(act(enable), EAGAIN);
	first = bare_map(&dev);
	enable.ticket = first + 1;
	CHECK_EQ(act(enable), EAGAIN);
	second = bare_map(&dev);
	enable.ticket = first;
	CHECK_EQ(act(enable), EAGAIN);
	enable.ticket = second;
	CHECK_EQ(bare_act(&dev, &enable), 0);
	CHECK_EQ(enable.status, 0);
	CHECK_EQ(enable.done, 3);
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	CHECK_EQ(copy(1, 0, LONG_MS), 1);
	close_vdev();
	open_vdev();
	CHECK_EQ(act(enable), EAGAIN);	/* which was the one before's */
	close_vdev();
}

TEST("of several mappings that overlap at least the last one's end is told")
{
	open_vdev();
	for (uint32_t i = 0; i < 100; i++) {
		struct vdsa_bare_map map = { .argsz = sizeof(map), .ticket = 1000 + i };

		CHECK_EQ(ioctl(dev.vfio.fd, VDSA_BARE_MAP, &map), 0);
	}
	dev.last_ticket = 2000;
	bare_map(&dev);
	close_vdev();
}

TEST("an action on several work queues is carried out on each, and says where it succeeded")
{
	struct vdsa_bare_act it = { .action = VDSA_BARE_ENABLE, .wqs = 1 };

	open_vdev();
	it.ticket = bare_map(&dev);
	CHECK_EQ(status_of(it), 0);
	it.wqs = 3;
	CHECK_EQ(bare_act(&dev, &it), 0);
	CHECK(it.status > 0);		/* the first is enabled already */
	CHECK_EQ(it.done, 2);
	CHECK_EQ(copy(1, 0, LONG_MS), 1);
	it = (struct vdsa_bare_act) { .action = VDSA_BARE_DISABLE, .wqs = 1 };
	CHECK_EQ(status_of(it), 0);
	it.wqs = 3;
	CHECK_EQ(bare_act(&dev, &it), 0);
	CHECK(it.status > 0);
	CHECK_EQ(it.done, 2);
	close_vdev();
}

TEST("drain, abort, reset and disable do what they do on the host's device")
{
	open_vdev();
	dsa_enable(&dev);
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_DRAIN, .wqs = 3 }), 0);
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_ABORT, .wqs = 3 }), 0);
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_RESET, .wqs = 1 }), 0);
	CHECK_EQ(copy(0, 0, SHORT_MS), 0);
	CHECK_EQ(copy(1, 0, LONG_MS), 1);
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_DISABLE, .wqs = 2 }), 0);
	CHECK_EQ(copy(1, 0, SHORT_MS), 0);
	close_vdev();
}

TEST("a completion interrupts by its handle, and not once that is released")
{
	open_vdev();
	dsa_enable(&dev);
	for (unsigned int wq = 0; wq < WQS; wq++) {
		CHECK_EQ(copy(wq, DSA_FLAG_RCI, LONG_MS), 1);
		CHECK(vfio_wait_irq(&dev.vfio, wq + 1, LONG_MS));
		CHECK(!vfio_wait_irq(&dev.vfio, 2 - wq, SHORT_MS));
	}
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_HANDLE_RELEASE }), 0);
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_HANDLE_RELEASE }), 0);
	CHECK_EQ(copy(0, DSA_FLAG_RCI, LONG_MS), 0x19);
	CHECK_EQ(copy(1, DSA_FLAG_RCI, LONG_MS), 1);
	CHECK(vfio_wait_irq(&dev.vfio, 2, LONG_MS));
	CHECK(!vfio_wait_irq(&dev.vfio, 1, SHORT_MS));
	close_vdev();
}

TEST("a completion interrupt that is masked is pending, and comes when it is unmasked")
{
	open_vdev();
	dsa_enable(&dev);
	mask(1, true);
	CHECK_EQ(copy(1, DSA_FLAG_RCI, LONG_MS), 1);
	CHECK(!vfio_wait_irq(&dev.vfio, 2, SHORT_MS));
	CHECK_EQ(pending(), 2);
	mask(1, false);
	CHECK(vfio_wait_irq(&dev.vfio, 2, LONG_MS));
	CHECK_EQ(pending(), 0);
	close_vdev();
}

TEST("an interrupt that was pending does not come after a reset, nor to the next holder")
{
	open_vdev();
	dsa_enable(&dev);
	mask(0, true);
	CHECK_EQ(copy(0, DSA_FLAG_RCI, LONG_MS), 1);
	vfio_reset(&dev.vfio);
	CHECK_EQ(pending(), 0);
	mask(0, false);
	CHECK(!vfio_wait_irq(&dev.vfio, 1, SHORT_MS));
	dsa_enable(&dev);
	mask(0, true);
	CHECK_EQ(copy(0, DSA_FLAG_RCI, LONG_MS), 1);
	close_vdev();
	open_vdev();
	CHECK_EQ(pending(), 0);
	CHECK(!vfio_wait_irq(&dev.vfio, 1, SHORT_MS));
	close_vdev();
}

TEST("interrupts are refused that there are not, and only those of completions can be masked")
{
	const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER, masked = VFIO_IRQ_SET_ACTION_MASK;

	open_vdev();
	CHECK_EQ(set_irqs(trigger, 3, 0, 1), EINVAL);
	CHECK_EQ(set_irqs(trigger, ~0u, 0, 1), EINVAL);
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_COMPLETION, WQS, 1), EINVAL);
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_COMPLETION, 0, WQS + 1), EINVAL);
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_COMPLETION, ~0u, 2), EINVAL);
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_EVENT, 1, 1), EINVAL);
	CHECK_EQ(set_irqs(masked, VDSA_BARE_IRQ_COMPLETION, WQS, 1), EINVAL);
	CHECK_EQ(set_irqs(masked, VDSA_BARE_IRQ_EVENT, 0, 1), ENOTTY);
	CHECK_EQ(set_irqs(masked, VDSA_BARE_IRQ_REQUEST, 0, 1), ENOTTY);
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_COMPLETION, 1, 1), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 2, LONG_MS), 1);
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_EVENT, 0, 1), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, LONG_MS), 1);
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_EVENT, 0, 0), 0);	/* removes the trigger */
	CHECK_EQ(set_irqs(trigger, VDSA_BARE_IRQ_EVENT, 0, 1), 0);
	CHECK(!vfio_wait_irq(&dev.vfio, 0, SHORT_MS));
	close_vdev();
}

TEST("an event that was there before its interrupt was set is signalled when that is set")
{
	struct { struct vfio_irq_set set; int32_t fd; } arg = { .set = {
		.argsz = sizeof(arg), .count = 1, .index = VDSA_BARE_IRQ_EVENT,
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER | VFIO_IRQ_SET_DATA_EVENTFD } };

	open_vdev();
	arg.fd = dev.vfio.eventfd[0];
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_ACTION_TRIGGER, VDSA_BARE_IRQ_EVENT, 0, 0), 0);
	CHECK(!ioctl(dev.vfio.fd, VDSA_BARE_MAP,
		     &(struct vdsa_bare_map) { .argsz = sizeof(struct vdsa_bare_map), .ticket = 7 }));
	CHECK(!vfio_wait_irq(&dev.vfio, 0, SHORT_MS));
	CHECK_EQ(ioctl(dev.vfio.fd, VFIO_DEVICE_SET_IRQS, &arg), 0);
	CHECK(vfio_wait_irq(&dev.vfio, 0, LONG_MS));
	close_vdev();
}

TEST("events are told once")
{
	struct vdsa_bare_events events;

	open_vdev();
	CHECK(!ioctl(dev.vfio.fd, VDSA_BARE_MAP,
		     &(struct vdsa_bare_map) { .argsz = sizeof(struct vdsa_bare_map), .ticket = 7 }));
	CHECK(vfio_wait_irq(&dev.vfio, 0, LONG_MS));
	CHECK_EQ(bare_get_events(&dev, &events), 0);
	CHECK_EQ(events.events, VDSA_BARE_EVENT_MAPPED);
	CHECK_EQ(events.ticket, 7);
	CHECK_EQ(bare_get_events(&dev, &events), 0);
	CHECK_EQ(events.events | events.ticket | events.nr_errors, 0);
	close_vdev();
}

static void reset_function(void)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset", from_environment("PCI"));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && write(fd, "1", 1) == 1);
	close(fd);
}

static int get_portals(void)
{
	struct vdsa_bare_portals portals = { .argsz = sizeof(portals) };

	return ioctl(dev.vfio.fd, VDSA_BARE_GET_PORTALS, &portals);
}

/* The completion status of a copy that is submitted through the mapping @at; 0: none. */
static uint8_t copy_through(void *at, int timeout_ms)
{
	void *own = dev.portal[0];
	uint8_t status;

	dev.portal[0] = at;
	status = copy(0, 0, timeout_ms);
	dev.portal[0] = own;
	return status;
}

TEST("portals for another process can be mapped and nothing else, and do nothing once the device is closed")
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vdsa_bare_act quiesce = { .argsz = sizeof(quiesce), .action = VDSA_BARE_QUIESCE };
	const size_t size = WQS * 4 * PAGE;
	volatile uint32_t *at;
	int fd;

	open_vdev();
	dsa_enable(&dev);
	fd = get_portals();
	CHECK(fd >= 0);
	CHECK_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	CHECK(ioctl(fd, VDSA_BARE_ACT, &quiesce) && errno == ENOTTY);
	CHECK(ioctl(fd, VFIO_DEVICE_GET_INFO, &info) && errno == ENOTTY);
	CHECK(ioctl(fd, VFIO_DEVICE_RESET) && errno == ENOTTY);
	CHECK(read(fd, &info, 4) < 0 && write(fd, &info, 4) < 0);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	CHECK(mmap(NULL, size + PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, size) == MAP_FAILED);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 2ll << 40) == MAP_FAILED);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(at != MAP_FAILED);
	CHECK_EQ(copy_through((void *)at, LONG_MS), 1);
	close(fd);			/* the mapping needs it no more */
	CHECK_EQ(copy_through((void *)at, LONG_MS), 1);
	close_vdev();
	open_vdev();			/* it was closed, or this would fail */
	dsa_enable(&dev);
	CHECK_EQ(copy_through((void *)at, SHORT_MS), 0);
	at[100] = 0x12345678;		/* which goes nowhere */
	CHECK_EQ(at[100], 0x12345678);
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	reset_function();
	for (unsigned int i = 0; i < 100; i++, usleep(20000))
		at[i * 8] = i;		/* while portals come and go */
	CHECK_EQ(copy_through((void *)at, SHORT_MS), 0);
	munmap((void *)at, size);
	CHECK(bare_wait_for_host(&dev, LONG_MS * lab_slow()));
	close_vdev();
}

/* One descriptor over a socket. */
static void send_fd(int socket, int fd)
{
	union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int))]; } control = {
		.head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec byte = { "", 1 };
	struct msghdr msg = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	if (sendmsg(socket, &msg, 0) != 1)
		_exit(1);
}

static int receive_fd(int socket)
{
	union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int))]; } control;
	struct iovec byte = { (char[1]){ 0 }, 1 };
	struct msghdr msg = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	int fd = -1;

	if (recvmsg(socket, &msg, 0) == 1 && msg.msg_controllen == sizeof(control))
		memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}

TEST("who is killed while another process has its portals leaves a closed device, and dead portals")
{
	int ends[2], status, fd;
	void *at;
	pid_t pid;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	if (!pid) {
		open_vdev();
		dsa_enable(&dev);
		send_fd(ends[1], get_portals());
		pause();
		_exit(0);
	}
	fd = receive_fd(ends[0]);
	CHECK(fd >= 0);
	at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(at != MAP_FAILED);
	*(volatile uint32_t *)at = 1;
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	open_vdev();
	dsa_enable(&dev);
	CHECK_EQ(copy_through(at, SHORT_MS), 0);
	CHECK_EQ(copy(0, DSA_FLAG_RCI, LONG_MS), 1);
	munmap(at, PAGE);
	at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);	/* anew, but of then */
	CHECK_EQ(copy_through(at, SHORT_MS), 0);
	munmap(at, PAGE);
	close(fd);
	close(ends[0]);
	close(ends[1]);
	close_vdev();
}

TEST("portals outlive the vdev that they were of, and do nothing")
{
	volatile uint32_t *at;
	int fd;

	open_vdev();
	dsa_enable(&dev);
	fd = get_portals();
	at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(at != MAP_FAILED);
	at[7] = 1;
	close_vdev();
	CHECK_EQ(system("dsactl -q destroy-vdev \"$VDEV\""), 0);
	at[100] = 0x12345678;
	CHECK_EQ(at[100], 0x12345678);
	CHECK_EQ(system("dsactl -q create-vdev --served --uuid \"$VDEV\" >/dev/null"), 0);
	open_vdev();
	dsa_enable(&dev);
	CHECK_EQ(copy_through((void *)at, SHORT_MS), 0);
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	munmap((void *)at, PAGE);
	close(fd);
	close_vdev();
}

TEST("an error of the host's device is an event, with the vdev's own number of the queue")
{
	struct dsa_desc desc = { .flags_opcode = DSA_OP_MEMMOVE << 24, .src = IOVA,
				 .dst = IOVA + 2 * MIB, .size = MIB };
	struct vdsa_bare_events events = {};
	bool told = false;

	open_vdev();
	dsa_enable(&dev);
	for (unsigned int i = 0; i < 4096 && !told; i++) {
		dsa_submit(&dev, 1, &desc);
		told = i % 64 == 63 && vfio_wait_irq(&dev.vfio, 0, 0);
	}
	CHECK(told || vfio_wait_irq(&dev.vfio, 0, LONG_MS));
	CHECK_EQ(bare_get_events(&dev, &events), 0);
	CHECK_EQ(events.events & ~VDSA_BARE_EVENT_ERRORS_LOST, 0);
	CHECK(events.nr_errors >= 1 && events.nr_errors <= VDSA_BARE_MAX_ERRORS);
	for (unsigned int i = 0; i < events.nr_errors && i < VDSA_BARE_MAX_ERRORS; i++) {
		CHECK_EQ(events.error[i].wq, 1);
		CHECK_EQ(events.error[i].err[0] >> 8 & 0xff, 0x53);	/* it is full */
	}
	close_vdev();
}

TEST("a reset and quiesce stop the work queues until they are enabled again")
{
	open_vdev();
	for (unsigned int i = 0; i < 2; i++) {
		dsa_enable(&dev);
		CHECK_EQ(copy(0, 0, LONG_MS), 1);
		if (i)
			vfio_reset(&dev.vfio);
		else
			CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_QUIESCE }), 0);
		CHECK_EQ(copy(0, 0, SHORT_MS), 0);
		CHECK_EQ(copy(1, 0, SHORT_MS), 0);
	}
	dsa_enable(&dev);
	CHECK_EQ(copy(1, DSA_FLAG_RCI, LONG_MS), 1);
	close_vdev();
}

static atomic_bool enough;
static atomic_ulong calls;

/* Whatever an action answers, it ends. */
static void *act_over_and_over(void *arg)
{
	unsigned int n = (uintptr_t)arg;

	for (; !enough; n = n * 5 + 1, calls++) {
		struct vdsa_bare_act it = { .action = n % 10, .wqs = n % 7 < 5 ? n % 5 : 0,
					    .vector = n % 11 < 8 ? 0 : n % 3, .ticket = n % 3 ? 0 : 5 };
		struct vdsa_bare_events events;
		struct vdsa_bare_map map = { .argsz = sizeof(map), .ticket = 5 };

		bare_act(&dev, &it);
		if (n % 4 == 0)
			bare_get_events(&dev, &events);
		if (n % 13 == 0)
			ioctl(dev.vfio.fd, VDSA_BARE_MAP, &map);
		if (n % 17 == 0)
			vfio_reset(&dev.vfio);
		if (n % 5 == 0)
			set_irqs(n & 1 ? VFIO_IRQ_SET_ACTION_MASK : VFIO_IRQ_SET_ACTION_UNMASK,
				 VDSA_BARE_IRQ_COMPLETION, 0, 1 + n % 2);
		submit_copy(n % WQS, n & 64 ? DSA_FLAG_RCI : 0);
	}
	return NULL;
}

TEST("actions of four threads at once, on portals that are in use, leave a device that works")
{
	pthread_t thread[4];

	open_vdev();
	dsa_enable(&dev);
	enough = false;
	calls = 0;
	for (uintptr_t i = 0; i < 4; i++)
		CHECK(!pthread_create(&thread[i], NULL, act_over_and_over, (void *)(i + 3)));
	sleep(5);
	enough = true;
	for (unsigned int i = 0; i < 4; i++)
		CHECK(!pthread_join(thread[i], NULL));
	CHECK(calls > 100);
	vfio_reset(&dev.vfio);
	while (vfio_wait_irq(&dev.vfio, 0, SHORT_MS))
		bare_is_halted(&dev);
	dsa_enable(&dev);
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	CHECK_EQ(copy(1, 0, LONG_MS), 1);
	close_vdev();
}

/* The device model of the host's device does so; see tests/lab/inject. */
static void inject(const char *what)
{
	char command[64];

	snprintf(command, sizeof(command), "tests/lab/inject 0 %s", what);
	CHECK_EQ(system(command), 0);
}

static atomic_bool drained;

static void *drain(void *arg)
{
	struct vdsa_bare_act it = { .action = VDSA_BARE_DRAIN, .wqs = 1 };

	(void)arg;
	bare_act(&dev, &it);
	drained = true;
	return NULL;
}

TEST("while an action does not end, events, what is pending and what the device is like are told")
{
	struct vdsa_bare_events events;
	struct vdsa_bare_info info;
	pthread_t thread;

	open_vdev();
	dsa_enable(&dev);
	drained = false;
	inject("hang drain-wq");
	CHECK(!pthread_create(&thread, NULL, drain, NULL));
	usleep(500000);
	CHECK_EQ(bare_get_events(&dev, &events), 0);
	CHECK_EQ(events.events, 0);
	CHECK_EQ(pending(), 0);
	CHECK_EQ(bare_get_info(&dev, &info), 0);
	bare_map_ahead(&dev);
	CHECK(!drained);
	inject("release");
	CHECK(!pthread_join(thread, NULL));
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	close_vdev();
}

/* A child that does so and that is killed in the middle of it. */
static void kill_in_the_middle(unsigned int after_ms)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		pthread_t thread;

		open_vdev();
		dsa_enable(&dev);
		enough = false;
		if (pthread_create(&thread, NULL, act_over_and_over, (void *)77ul))
			_exit(1);
		act_over_and_over((void *)5ul);
		_exit(0);
	}
	usleep(after_ms * 1000u * (unsigned int)lab_slow());
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

TEST("who is killed in the middle leaves a clean device to the next")
{
	for (unsigned int i = 0; i < 8; i++)
		kill_in_the_middle(100 + 70 * i);
	open_vdev();
	CHECK_EQ(pending(), 0);
	CHECK_EQ(copy(0, 0, SHORT_MS), 0);
	dsa_enable(&dev);
	CHECK_EQ(copy(0, DSA_FLAG_RCI, LONG_MS), 1);
	CHECK(vfio_wait_irq(&dev.vfio, 1, LONG_MS));
	close_vdev();
}

TEST("a loss is an event; until it is told all actions but quiesce fail, and a reset mends it")
{
	struct vdsa_bare_act handle = { .action = VDSA_BARE_HANDLE_REQUEST };
	struct vdsa_bare_act enable = { .action = VDSA_BARE_ENABLE, .wqs = 1 };
	struct vdsa_bare_events events;

	open_vdev();
	dsa_enable(&dev);
	enable.ticket = dev.last_ticket;
	reset_function();
	CHECK(vfio_wait_irq(&dev.vfio, 0, LONG_MS));
	sleep(3 * (unsigned int)lab_slow());	/* the host is back by then, perhaps */
	CHECK_EQ(status_of(handle), -ENXIO);
	CHECK_EQ(status_of(enable), -ENXIO);
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_DRAIN, .wqs = 1 }), -ENXIO);
	CHECK_EQ(status_of((struct vdsa_bare_act) { .action = VDSA_BARE_QUIESCE }), 0);
	CHECK_EQ(copy(0, 0, SHORT_MS), 0);
	CHECK_EQ(bare_get_events(&dev, &events), 0);
	CHECK_EQ(events.events & ~VDSA_BARE_EVENT_RESTORED, VDSA_BARE_EVENT_REVOKED | VDSA_BARE_EVENT_HALTED);
	dev.away = !(events.events & VDSA_BARE_EVENT_RESTORED);
	CHECK(bare_wait_for_host(&dev, LONG_MS * lab_slow()));
	CHECK_EQ(copy(0, 0, SHORT_MS), 0);
	dsa_enable(&dev);
	CHECK_EQ(copy(0, DSA_FLAG_RCI, LONG_MS), 1);
	CHECK(vfio_wait_irq(&dev.vfio, 1, LONG_MS));
	close_vdev();
}

TEST("who opens a device while it is away is told at once, and can use it when it is back")
{
	struct vdsa_bare_events events;

	reset_function();
	open_vdev();
	for (int ms = 0; ms < LONG_MS && !vfio_wait_irq(&dev.vfio, 0, 0); ms += 20)
		usleep(20000);
	CHECK_EQ(bare_get_events(&dev, &events), 0);
	CHECK(events.events & VDSA_BARE_EVENT_REVOKED);
	dev.away = !(events.events & VDSA_BARE_EVENT_RESTORED);
	CHECK(bare_wait_for_host(&dev, LONG_MS * lab_slow()));
	dsa_enable(&dev);
	CHECK_EQ(copy(1, DSA_FLAG_RCI, LONG_MS), 1);
	close_vdev();
}

TEST("a host that comes and goes below four threads leaves a device that works")
{
	pthread_t thread[4];

	open_vdev();
	dsa_enable(&dev);
	enough = false;
	for (uintptr_t i = 0; i < 4; i++)
		CHECK(!pthread_create(&thread[i], NULL, act_over_and_over, (void *)(i + 31)));
	for (unsigned int i = 0; i < 3; i++) {
		sleep(2);
		reset_function();
	}
	enough = true;
	for (unsigned int i = 0; i < 4; i++)
		CHECK(!pthread_join(thread[i], NULL));
	sleep(2);
	CHECK(bare_wait_for_host(&dev, LONG_MS * lab_slow()));
	vfio_reset(&dev.vfio);
	vfio_wait_irq(&dev.vfio, 0, 0);
	dsa_enable(&dev);
	CHECK_EQ(copy(0, 0, LONG_MS), 1);
	close_vdev();
}
