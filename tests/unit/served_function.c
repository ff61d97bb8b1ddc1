// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a client find the PCI device of a served vdev, and does the kernel hear what it has
 * to do, and nothing else? The client's and the server's steps alternate, in one thread.
 */
#include "served.h"
#include "vfio-user/vfu_irq.h"

enum { BAR0, BAR2 = 2, CFG = 7, MSIX = 2 };
#define COMMAND		0x04
#define MASTER		0x0006
#define NR_WQS		2u

static struct door door;
static struct function fn;
static int sock;

/* The server's turns, until it has answered or the client is gone. */
static int step(void)
{
	struct pollfd pfd = { .fd = sock, .events = POLLIN };
	int ret = 1;

	while (ret > 0 && !poll(&pfd, 1, 0))
		ret = function_step(&fn);
	return ret;
}

static int call_fds(uint16_t command, const void *payload, size_t len, const int *fds,
		    unsigned int nr_fds)
{
	put_message(sock, command, payload, len, fds, nr_fds);
	step();
	return get_reply(sock, command);
}

static int call(uint16_t command, const void *payload, size_t len)
{
	return call_fds(command, payload, len, NULL, 0);
}

static void connect_client(void)
{
	int socks[2];

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks));
	sock = socks[0];
	CHECK_EQ(function_begin(&fn, socks[1]), 0);
	put_version(sock);
	step();
	CHECK_EQ(get_reply(sock, VFU_VERSION), 0);
}

static void begin(void)
{
	door_init(&door, NR_WQS);
	function_init(&fn, &door_ops, &door);
	connect_client();
}

/* The client goes, and the server notices. */
static void leave(void)
{
	int ret = 1;

	close(sock);
	while (ret > 0)
		ret = function_step(&fn);
	CHECK_EQ(ret, 0);
	CHECK(!function_has_client(&fn));
	CHECK(!door.open);
	CHECK_EQ(door.nr_maps, 0);
}

static uint64_t rd(uint32_t region, uint64_t offset, uint32_t count)
{
	struct access at = { offset, region, count };
	uint64_t val = 0;

	CHECK_EQ(call(VFU_REGION_READ, &at, sizeof(at)), 0);
	CHECK_EQ(answer_len, sizeof(at) + count);
	memcpy(&val, answer + sizeof(at), count);
	return val;
}

static void wr(uint32_t region, uint64_t offset, uint32_t count, uint64_t val)
{
	struct { struct access at; uint64_t val; } message = { { offset, region, count }, val };

	CHECK_EQ(call(VFU_REGION_WRITE, &message, sizeof(message.at) + count), 0);
}

static int set_irqs(uint32_t flags, uint32_t start, uint32_t count, const int *fds,
		    unsigned int nr_fds)
{
	struct irq_set irqs = { sizeof(irqs), flags, MSIX, start, count };

	return call_fds(VFU_SET_IRQS, &irqs, sizeof(irqs), fds, nr_fds);
}

static uint64_t take(int fd)
{
	uint64_t count = 0;

	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

static void command(uint32_t code, uint32_t operand)
{
	wr(BAR0, DSA_CMD, 4, code << DSA_CMD_CODE_SHIFT | operand | DSA_CMD_INT);
}

static uint32_t cmdsts(void)
{
	return (uint32_t)rd(BAR0, DSA_CMDSTS, 4);
}

static void enable_device(void)
{
	wr(CFG, COMMAND, 2, MASTER);
	command(DSA_CMD_ENABLE_DEVICE, 0);
	CHECK_EQ(cmdsts(), 0);
}

static void tell(uint32_t events)
{
	door.events.events = events;
	door.events.ticket = door.ticket;
	function_events(&fn);
}

static const struct vdsa_bare_act *last_act(void)
{
	static const struct vdsa_bare_act none;

	return door.nr_acts ? &door.act[door.nr_acts - 1] : &none;
}

static void enable_wq(uint32_t wq)
{
	command(DSA_CMD_ENABLE_WQ, wq);
	tell(VDSA_BARE_EVENT_MAPPED);
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(last_act()->action, VDSA_BARE_ENABLE);
	CHECK_EQ(last_act()->wqs, 1u << wq);
}

static int memory(uint64_t pages)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	CHECK(fd >= 0 && !ftruncate(fd, (off_t)(pages * PAGE)));
	return fd;
}

static int map(uint64_t offset, uint64_t addr, uint64_t size, int fd)
{
	struct map_request request = { sizeof(request), 3, offset, addr, size };

	return call_fds(VFU_DMA_MAP, &request, sizeof(request), &fd, fd >= 0);
}

static int unmap(uint32_t flags, uint64_t addr, uint64_t size)
{
	struct unmap_request request = { sizeof(request), flags, addr, size };

	return call(VFU_DMA_UNMAP, &request, sizeof(request));
}

/* What is there */

static struct region_info region_info(uint32_t index)
{
	struct region_info info = { .argsz = sizeof(info), .index = index };

	CHECK_EQ(call(VFU_GET_REGION_INFO, &info, sizeof(info)), 0);
	memcpy(&info, answer, sizeof(info));
	return info;
}

TEST("the regions are those of the model, and the portals come as a file")
{
	struct stat ours, theirs;
	struct region_info info;

	begin();
	door.portals = memory(8);
	info = region_info(BAR0);
	CHECK_EQ(info.size, VDSA_BAR0_SIZE);
	CHECK_EQ(info.flags, 3);
	CHECK_EQ(answer_fd, -1);
	CHECK_EQ(region_info(CFG).size, VDSA_CFG_SIZE);
	CHECK_EQ(region_info(1).size, 0);
	info = region_info(BAR2);
	CHECK_EQ(info.size, NR_WQS * DSA_PORTAL_WQ);
	CHECK_EQ(info.flags, 7);
	CHECK_EQ(info.offset, 0);
	CHECK(answer_fd >= 0 && !fstat(answer_fd, &theirs) && !fstat(door.portals, &ours));
	CHECK_EQ(theirs.st_ino, ours.st_ino);
	close(answer_fd);
	leave();
	close(door.portals);
}

TEST("where portals must not be mapped, no file of them goes out")
{
	begin();
	CHECK_EQ(region_info(BAR2).flags, 3);
	CHECK_EQ(answer_fd, -1);
	CHECK_EQ(rd(BAR2, 0, 8), UINT64_MAX);
	wr(BAR2, 0, 8, 1);
	leave();
}

TEST("what the kernel says of the device is what the guest reads")
{
	begin();
	CHECK_EQ(rd(CFG, 0, 4), 0x8086 | (uint64_t)DSA_PCI_DEVICE_GNRD << 16);
	CHECK_EQ(rd(BAR0, DSA_VERSION, 4), DSA_VERSION_1);
	CHECK_EQ(rd(BAR0, DSA_CMDSTS, 4), 0);
	leave();
	CHECK_EQ(door.nr_acts, 0);
}

TEST("a kernel that describes what cannot be is not served")
{
	static const uint32_t wrong[] = { 0, VDSA_BARE_MAX_WQS + 1 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		door_init(&door, wrong[i]);
		function_init(&fn, &door_ops, &door);
		CHECK_EQ(function_try(&fn), -EPROTO);
		CHECK(!door.open);
	}
	door_init(&door, 1);
	door.open_err = -ENODEV;
	CHECK_EQ(function_try(&fn), -ENODEV);
	door.open_err = 0;
	CHECK_EQ(function_try(&fn), 0);
	CHECK(!door.open);
}

/* Commands */

TEST("a work queue is enabled once its memory is prepared, and not before")
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	begin();
	CHECK_EQ(set_irqs(EVENTFDS, 0, 1, &fd, 1), 0);
	enable_device();
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(door.nr_ahead, 1);
	command(DSA_CMD_ENABLE_WQ, 1);
	CHECK_EQ(cmdsts(), DSA_CMDSTS_ACTIVE);
	CHECK_EQ(door.nr_prepared, 1);
	CHECK_EQ(door.nr_acts, 0);
	tell(0);
	CHECK_EQ(cmdsts(), DSA_CMDSTS_ACTIVE);
	CHECK_EQ(take(fd), 0);
	tell(VDSA_BARE_EVENT_MAPPED);
	CHECK_EQ(cmdsts(), 0);
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(door.nr_acts, 1);
	CHECK_EQ(last_act()->action, VDSA_BARE_ENABLE);
	CHECK_EQ(last_act()->wqs, 2);
	CHECK_EQ(last_act()->vector, 0);
	/* The second one needs it anew. */
	command(DSA_CMD_ENABLE_WQ, 0);
	CHECK_EQ(door.nr_prepared, 2);
	CHECK_EQ(cmdsts(), DSA_CMDSTS_ACTIVE);
	leave();
	close(fd);
}

TEST("an earlier mapping of memory enables nothing, nor does one after a reset")
{
	begin();
	enable_device();
	command(DSA_CMD_ENABLE_WQ, 0);
	door.events = (struct vdsa_bare_events){ .events = VDSA_BARE_EVENT_MAPPED,
						 .ticket = door.ticket - 1 };
	function_events(&fn);
	CHECK_EQ(cmdsts(), DSA_CMDSTS_ACTIVE);
	CHECK_EQ(call(VFU_RESET, NULL, 0), 0);
	CHECK_EQ(last_act()->action, VDSA_BARE_QUIESCE);
	tell(VDSA_BARE_EVENT_MAPPED);
	CHECK_EQ(last_act()->action, VDSA_BARE_QUIESCE);
	CHECK_EQ(door.nr_acts, 1);
	leave();
}

TEST("memory that changed while it was prepared is prepared again")
{
	begin();
	enable_device();
	command(DSA_CMD_ENABLE_WQ, 0);
	door.act_err = -EAGAIN;
	tell(VDSA_BARE_EVENT_MAPPED);
	CHECK_EQ(cmdsts(), DSA_CMDSTS_ACTIVE);
	CHECK_EQ(door.nr_prepared, 2);
	door.act_err = 0;
	tell(VDSA_BARE_EVENT_MAPPED);
	CHECK_EQ(cmdsts(), 0);
	leave();
}

TEST("commands on work queues and handles reach the kernel, with its answers")
{
	static const struct { uint32_t code, operand, action, wqs, vector; } table[] = {
		{ DSA_CMD_DRAIN_WQ, 1, VDSA_BARE_DRAIN, 1, 0 },
		{ DSA_CMD_ABORT_WQ, 3, VDSA_BARE_ABORT, 3, 0 },
		{ DSA_CMD_DRAIN_ALL, 0, VDSA_BARE_DRAIN, 3, 0 },
		{ DSA_CMD_REQUEST_HANDLE, 2, VDSA_BARE_HANDLE_REQUEST, 0, 1 },
		{ DSA_CMD_RELEASE_HANDLE, 0x123, VDSA_BARE_HANDLE_RELEASE, 0, 1 },
		{ DSA_CMD_RESET_WQ, 1, VDSA_BARE_RESET, 1, 0 },
		{ DSA_CMD_DISABLE_WQ, 2, VDSA_BARE_DISABLE, 2, 0 },
		{ DSA_CMD_RESET_DEVICE, 0, VDSA_BARE_QUIESCE, 0, 0 },
	};

	begin();
	enable_device();
	enable_wq(0);
	enable_wq(1);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		unsigned int before = door.nr_acts;

		command(table[i].code, table[i].operand);
		CHECK_EQ(cmdsts(), table[i].code == DSA_CMD_REQUEST_HANDLE ? 0x12300 : 0);
		CHECK_EQ(door.nr_acts, before + 1);
		CHECK_EQ(last_act()->action, table[i].action);
		CHECK_EQ(last_act()->wqs, table[i].wqs);
		CHECK_EQ(last_act()->vector, table[i].vector);
	}
	leave();
}

TEST("an error of the host's device is the guest's, and any other is an error of hardware")
{
	begin();
	enable_device();
	enable_wq(0);
	door.status = 0x23;
	command(DSA_CMD_DRAIN_WQ, 1);
	CHECK_EQ(cmdsts(), 0x23);
	door.status = -ETIMEDOUT;
	command(DSA_CMD_DRAIN_WQ, 1);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	door.status = 0;
	door.act_err = -EFAULT;
	command(DSA_CMD_DRAIN_WQ, 1);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	door.act_err = 0;
	door.prepare_err = -ENOMEM;
	command(DSA_CMD_ENABLE_WQ, 1);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HARDWARE);
	leave();
}

TEST("what the model refuses, the kernel never hears of")
{
	begin();
	command(DSA_CMD_ENABLE_WQ, 0);
	CHECK(cmdsts() != 0);
	enable_device();
	command(DSA_CMD_ENABLE_WQ, NR_WQS);
	CHECK(cmdsts() != 0);
	command(DSA_CMD_RELEASE_HANDLE, 1);
	CHECK(cmdsts() != 0);
	command(31, 0);
	CHECK(cmdsts() != 0);
	CHECK_EQ(door.nr_acts + door.nr_prepared, 0);
	leave();
}

/* Interrupts */

TEST("vectors of work queues go to the kernel, and the other one stays here")
{
	int fds[3], other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	for (int i = 0; i < 3; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	begin();
	CHECK(door.masked[0] && door.masked[1]);
	CHECK_EQ(set_irqs(EVENTFDS, 0, 3, fds, 3), 0);
	CHECK(door.trigger[0] >= 0 && door.trigger[1] >= 0);
	CHECK(!door.masked[0] && !door.masked[1]);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(write(door.trigger[i], &(uint64_t){ 1 }, 8), 8);
		CHECK_EQ(take(fds[i + 1]), 1);
	}
	/* One moves to another descriptor, one is taken away, then all. */
	CHECK_EQ(set_irqs(EVENTFDS, 2, 1, &other, 1), 0);
	CHECK_EQ(write(door.trigger[1], &(uint64_t){ 1 }, 8), 8);
	CHECK_EQ(take(other), 1);
	CHECK_EQ(set_irqs(EVENTFDS, 1, 1, NULL, 0), 0);
	CHECK_EQ(door.trigger[0], -1);
	CHECK(door.masked[0] && !door.masked[1]);
	CHECK_EQ(set_irqs(VFU_DATA_NONE | VFU_ACTION_TRIGGER, 0, 0, NULL, 0), 0);
	CHECK_EQ(door.trigger[1], -1);
	CHECK(door.masked[1]);
	leave();
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	close(other);
}

TEST("a descriptor that the kernel does not take is connected nowhere, nor are those with it")
{
	int fds[3];

	for (int i = 0; i < 3; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	begin();
	door.trigger_err = -EINVAL;
	CHECK_EQ(set_irqs(EVENTFDS, 0, 3, fds, 3), EINVAL);
	CHECK_EQ(door.trigger[0], -1);
	CHECK(!vfu_msix(fn.vfu, 0));
	door.trigger_err = 0;
	CHECK_EQ(set_irqs(EVENTFDS, 0, 3, fds, 3), 0);
	CHECK(vfu_msix(fn.vfu, 0));
	CHECK_EQ(take(fds[0]), 1);
	leave();
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

TEST("vectors are masked by message and in the table, and the pending ones are read")
{
	int fds[3];

	for (int i = 0; i < 3; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	begin();
	CHECK_EQ(set_irqs(EVENTFDS, 0, 3, fds, 3), 0);
	CHECK_EQ(set_irqs(VFU_DATA_NONE | VFU_ACTION_MASK, 1, 1, NULL, 0), 0);
	CHECK(door.masked[0] && !door.masked[1]);
	CHECK_EQ(set_irqs(VFU_DATA_NONE | VFU_ACTION_MASK, 0, 1, NULL, 0), 0);
	enable_device();
	CHECK_EQ(take(fds[0]), 0);
	door.pending = 1;
	CHECK_EQ(rd(BAR0, 0x900, 8), 3);
	CHECK_EQ(set_irqs(VFU_DATA_NONE | VFU_ACTION_UNMASK, 0, 2, NULL, 0), 0);
	CHECK_EQ(take(fds[0]), 1);
	CHECK(!door.masked[0]);
	wr(BAR0, 0x800 + 2 * 16 + 12, 4, 1);
	CHECK(door.masked[1]);
	leave();
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

/* Memory */

TEST("memory goes to the kernel at the guest's addresses, and comes back")
{
	unsigned int before = nr_open_fds();
	int fd = memory(16);

	begin();
	CHECK_EQ(pwrite(fd, "four", 4, (off_t)(3 * PAGE)), 4);
	CHECK_EQ(map(2 * PAGE, 0x100000, 4 * PAGE, fd), 0);
	CHECK_EQ(map(8 * PAGE, 0x200000, PAGE, fd), 0);
	CHECK_EQ(door.nr_maps, 2);
	CHECK_EQ(door.map[0].iova, 0x100000);
	CHECK_EQ(door.map[0].size, 4 * PAGE);
	CHECK_EQ(door.map[0].access, DMA_READABLE | DMA_WRITABLE);
	CHECK(!memcmp((uint8_t *)door.map[0].addr + PAGE, "four", 4));
	CHECK_EQ(unmap(0, 0x100000, PAGE), EINVAL);
	CHECK_EQ(door.nr_maps, 2);
	CHECK_EQ(unmap(0, 0x100000, 4 * PAGE), 0);
	CHECK_EQ(door.nr_maps, 1);
	CHECK_EQ(door.map[0].iova, 0x200000);
	CHECK_EQ(map(0, 0x100000, PAGE, fd), 0);
	CHECK_EQ(unmap(2, 0, 0), 0);
	CHECK_EQ(door.nr_maps, 0);
	CHECK_EQ(map(0, 0x100000, PAGE, fd), 0);
	leave();
	close(fd);
	CHECK_EQ(nr_open_fds(), before);
}

TEST("memory that comes once the guest uses the device is prepared at once")
{
	int fd = memory(4);

	begin();
	CHECK_EQ(map(0, 0x100000, PAGE, fd), 0);
	CHECK_EQ(door.nr_ahead, 0);
	enable_device();
	CHECK_EQ(door.nr_ahead, 1);
	CHECK_EQ(map(PAGE, 0x200000, PAGE, fd), 0);
	CHECK_EQ(door.nr_ahead, 2);
	CHECK_EQ(map(PAGE, 0x200000, PAGE, fd), EEXIST);
	CHECK_EQ(door.nr_ahead, 2);
	leave();
	close(fd);
}

TEST("memory that the kernel does not take, or that is none, is refused and nowhere")
{
	int fd = memory(4), file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC),
	    event = eventfd(0, EFD_CLOEXEC);

	begin();
	door.map_err = -ENOMEM;
	CHECK_EQ(map(0, 0, PAGE, fd), ENOMEM);
	door.map_err = 0;
	CHECK_EQ(map(0, 0, PAGE, file), EINVAL);
	CHECK_EQ(map(0, 0, PAGE, event), EINVAL);
	CHECK_EQ(map(4 * PAGE, 0, PAGE, fd), EINVAL);
	CHECK_EQ(map(0, 1, PAGE, fd), EINVAL);
	CHECK_EQ(door.nr_maps, 0);
	/* The memory of another device's registers: not mapped, and no error. */
	CHECK_EQ(map(0, 0xfe000000, PAGE, -1), 0);
	CHECK_EQ(unmap(0, 0xfe000000, PAGE), 0);
	CHECK_EQ(door.nr_maps, 0);
	CHECK_EQ(map(0, 0, PAGE, fd), 0);
	CHECK_EQ(map(0, 0, PAGE, fd), EEXIST);
	CHECK_EQ(door.nr_maps, 1);
	leave();
	close(fd);
	close(file);
	close(event);
}

TEST("an error goes to the guest's log, which is in its memory")
{
	const struct vdsa_bare_error error = {
		.wq = 1, .err = { DSA_SWERR_VALID | DSA_SWERR_DESC_VALID | DSA_STATUS_OPCODE << 8, 1, 2, 3 } };
	int fd = memory(4);
	uint64_t entry[8];

	begin();
	CHECK_EQ(map(0, 0x100000, 4 * PAGE, fd), 0);
	wr(BAR0, DSA_EVLCFG, 8, 0x101000);
	wr(BAR0, DSA_EVLCFG + 8, 8, 64);
	wr(BAR0, DSA_GENCFG, 4, DSA_GENCFG_EVL);
	enable_device();
	for (unsigned int i = 0; i < 2; i++) {
		door.events.nr_errors = 1;
		door.events.error[0] = error;
		function_events(&fn);
		CHECK_EQ(pread(fd, entry, sizeof(entry), (off_t)(PAGE + i * 64)), sizeof(entry));
		CHECK_EQ(entry[1], 1);
		CHECK_EQ(entry[0] >> DSA_SWERR_WQ_SHIFT & 0xff, 1);
		CHECK_EQ(rd(BAR0, DSA_EVLSTS + 4, 2), i + 1);
	}
	/* Without the memory, it is no entry. */
	CHECK_EQ(unmap(2, 0, 0), 0);
	door.events.nr_errors = 1;
	door.events.error[0] = error;
	function_events(&fn);
	CHECK_EQ(rd(BAR0, DSA_EVLSTS + 4, 2), 2);
	leave();
	close(fd);
}

/* The host */

TEST("a host that is lost halts the device, and one that is back lets a reset end it")
{
	begin();
	enable_device();
	enable_wq(0);
	tell(VDSA_BARE_EVENT_REVOKED | VDSA_BARE_EVENT_HALTED);
	CHECK_EQ(rd(BAR0, DSA_GENSTS, 4) & DSA_GENSTS_STATE, DSA_GENSTS_HALT);
	command(DSA_CMD_ENABLE_WQ, 1);
	CHECK_EQ(cmdsts(), DSA_CMDERR_HALTED);
	tell(VDSA_BARE_EVENT_RESTORED);
	CHECK_EQ(function_tick(&fn, INT64_MAX / 2), -1);
	command(DSA_CMD_RESET_DEVICE, 0);
	CHECK_EQ(cmdsts(), 0);
	enable_device();
	enable_wq(0);
	leave();
}

TEST("a guest whose host stays away is told after some seconds, and once")
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), wait;

	begin();
	CHECK_EQ(set_irqs(EVENTFDS, 0, 1, &fd, 1), 0);
	wr(BAR0, DSA_GENCTRL, 4, DSA_GENCTRL_HALT_INT);
	enable_device();
	take(fd);
	CHECK_EQ(function_tick(&fn, 0), -1);
	tell(VDSA_BARE_EVENT_REVOKED);
	wait = function_tick(&fn, fn.missed_ms - 4000);
	CHECK_EQ(wait, 4000);
	CHECK_EQ(take(fd), 0);
	CHECK_EQ(function_tick(&fn, fn.missed_ms), -1);
	CHECK_EQ(take(fd), 1);
	CHECK_EQ(function_tick(&fn, INT64_MAX / 2), -1);
	CHECK_EQ(take(fd), 0);
	leave();
	close(fd);
}

TEST("a device that is opened while its host is away says so to the guest")
{
	door_init(&door, NR_WQS);
	function_init(&fn, &door_ops, &door);
	door.events.events = VDSA_BARE_EVENT_REVOKED;
	connect_client();
	CHECK(fn.missed_ms > 0);
	tell(VDSA_BARE_EVENT_RESTORED);
	enable_device();
	leave();
}

TEST("a host that wants the vdev back has the client asked")
{
	struct irq_set irqs = { sizeof(irqs), EVENTFDS, VFU_IRQ_REQ, 0, 1 };
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	begin();
	function_request(&fn);
	CHECK_EQ(call_fds(VFU_SET_IRQS, &irqs, sizeof(irqs), &fd, 1), 0);
	function_request(&fn);
	CHECK_EQ(take(fd), 1);
	leave();
	close(fd);
}

/* Clients */

TEST("a client that went has left nothing for the next one")
{
	unsigned int before = nr_open_fds();
	int fd = memory(4), event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint32_t ticket;

	begin();
	CHECK_EQ(map(0, 0, 4 * PAGE, fd), 0);
	CHECK_EQ(set_irqs(EVENTFDS, 1, 1, &event, 1), 0);
	wr(CFG, 0x3c, 1, 0x5a);
	enable_device();
	command(DSA_CMD_ENABLE_WQ, 0);
	ticket = door.ticket;
	leave();
	connect_client();
	CHECK_EQ(door.nr_opens, 2);
	CHECK(!vfu_msix(fn.vfu, 1));
	CHECK(door.masked[0]);
	CHECK_EQ(rd(BAR0, DSA_GENSTS, 4) & DSA_GENSTS_STATE, DSA_GENSTS_DISABLED);
	CHECK_EQ(rd(CFG, 0x3c, 1), 0);
	enable_device();
	command(DSA_CMD_ENABLE_WQ, 0);
	CHECK(door.ticket != ticket);
	leave();
	close(fd);
	close(event);
	CHECK_EQ(nr_open_fds(), before);
}

TEST("a client that is sent away is gone as one that left")
{
	int fd = memory(4);

	begin();
	CHECK_EQ(map(0, 0, 4 * PAGE, fd), 0);
	function_end(&fn);
	CHECK(!function_has_client(&fn) && !door.open);
	CHECK_EQ(door.nr_maps, 0);
	CHECK_EQ(recv(sock, answer, 1, 0), 0);
	close(sock);
	close(fd);
}

TEST("a message that comes in pieces holds nothing up")
{
	struct { struct vfu_header hdr; struct access at; } message = {
		{ .id = 7, .command = VFU_REGION_READ, .size = sizeof(message) }, { 0, CFG, 2 } };

	begin();
	for (size_t i = 0; i < sizeof(message); i++) {
		CHECK_EQ(function_step(&fn), 1);
		put_raw(sock, (uint8_t *)&message + i, 1, NULL, 0);
	}
	step();
	CHECK_EQ(get_reply(sock, VFU_REGION_READ), 0);
	CHECK_EQ(answer[sizeof(struct access)], 0x86);
	leave();
}

TEST("a client that does not read holds nothing up, and gets all once it reads")
{
	struct access at = { 0, CFG, 4000 };
	unsigned int nr = 500;

	begin();
	for (unsigned int i = 0; i < nr; i++) {
		put_message(sock, VFU_REGION_READ, &at, sizeof(at), NULL, 0);
		CHECK_EQ(function_step(&fn), 1);
	}
	CHECK(vfu_wants_out(fn.vfu));
	for (unsigned int i = 0; i < nr; i++) {
		CHECK_EQ(function_step(&fn), 1);
		CHECK_EQ(get_reply(sock, VFU_REGION_READ), 0);
		CHECK_EQ(answer_len, sizeof(at) + 4000);
	}
	CHECK(!vfu_wants_out(fn.vfu));
	leave();
}

TEST("a file of portals that has to wait behind other replies arrives, too")
{
	struct access at = { 0, CFG, 4000 };
	struct region_info info = { .argsz = sizeof(info), .index = BAR2 };
	unsigned int nr = 200, before = nr_open_fds();

	begin();
	door.portals = memory(8);
	for (unsigned int i = 0; i < nr; i++)
		put_message(sock, VFU_REGION_READ, &at, sizeof(at), NULL, 0);
	put_message(sock, VFU_GET_REGION_INFO, &info, sizeof(info), NULL, 0);
	for (unsigned int i = 0; i < nr / 10; i++)
		CHECK_EQ(function_step(&fn), 1);
	CHECK(vfu_wants_out(fn.vfu));
	for (unsigned int i = 0; i < nr; i++) {
		CHECK_EQ(get_reply(sock, VFU_REGION_READ), 0);
		CHECK_EQ(function_step(&fn), 1);
	}
	CHECK_EQ(get_reply(sock, VFU_GET_REGION_INFO), 0);
	CHECK(answer_fd >= 0);
	close(answer_fd);
	leave();
	close(door.portals);
	CHECK_EQ(nr_open_fds(), before);
}

TEST("a client that leaves files of portals unread gets no more of them until it reads")
{
	struct region_info info = { .argsz = sizeof(info), .index = BAR2 };
	unsigned int nr = 10, passed = 0, refused = 0, before = nr_open_fds();

	begin();
	door.portals = memory(8);
	for (unsigned int i = 0; i < nr; i++)
		put_message(sock, VFU_GET_REGION_INFO, &info, sizeof(info), NULL, 0);
	step();
	for (unsigned int i = 0; i < nr; i++) {
		int err = get_reply(sock, VFU_GET_REGION_INFO);

		CHECK(err == 0 || err == EBUSY);
		CHECK_EQ(answer_fd >= 0, !err);
		passed += !err;
		refused += err == EBUSY;
		if (answer_fd >= 0)
			close(answer_fd);
	}
	CHECK_EQ(passed, 4);
	CHECK_EQ(refused, 6);
	/* One that reads has as many as it likes. */
	for (unsigned int i = 0; i < nr; i++) {
		CHECK_EQ(call(VFU_GET_REGION_INFO, &info, sizeof(info)), 0);
		CHECK(answer_fd >= 0);
		close(answer_fd);
	}
	leave();
	close(door.portals);
	CHECK_EQ(nr_open_fds(), before);
}

TEST("many writes in one message are done in parts, in order, and before what follows")
{
	const unsigned int nr = 1000;
	struct many many;
	unsigned int parts = 0;
	char c;

	begin();
	many_writes(&many, nr);
	put_raw(sock, &many, many.hdr.size, NULL, 0);
	put_message(sock, VFU_RESET, NULL, 0, NULL, 0);
	do {
		CHECK_EQ(function_step(&fn), 1);
		parts++;
		CHECK(!function_is_busy(&fn) || recv(sock, &c, 1, MSG_DONTWAIT) < 0);
	} while (function_is_busy(&fn));
	CHECK_EQ(parts, 1 + nr / 64);
	step();
	CHECK_EQ(get_reply(sock, VFU_REGION_WRITE_MULTI), 0);
	CHECK_EQ(get_reply(sock, VFU_RESET), 0);
	CHECK_EQ(rd(CFG, 0x3c, 1), (uint8_t)(nr - 1));
	/* The client is gone before the last part; a write that is refused ends the others. */
	put_raw(sock, &many, many.hdr.size, NULL, 0);
	CHECK_EQ(function_step(&fn), 1);
	CHECK(function_is_busy(&fn));
	leave();
	connect_client();
	many.write[100].at.count = 9;
	put_raw(sock, &many, many.hdr.size, NULL, 0);
	while (function_step(&fn) == 1 && function_is_busy(&fn))
		;
	CHECK_EQ(get_reply(sock, VFU_REGION_WRITE_MULTI), EINVAL);
	CHECK_EQ(rd(CFG, 0x3c, 1), 99);
	many_writes(&many, 3);
	put_raw(sock, &many, many.hdr.size, NULL, 0);
	step();
	CHECK_EQ(get_reply(sock, VFU_REGION_WRITE_MULTI), 0);
	CHECK_EQ(rd(CFG, 0x3c, 1), 2);
	leave();
}

TEST("a client that breaks the protocol is gone, and the next one is served")
{
	static const struct vfu_header bad[] = {
		{ .command = VFU_GET_INFO, .size = 3 },
		{ .command = VFU_GET_INFO, .size = UINT32_MAX },
		{ .command = VFU_GET_INFO, .size = 16, .flags = 2 },
		{ .command = VFU_DMA_WRITE, .size = 16, .flags = VFU_TYPE_REPLY },
		{ .command = VFU_VERSION, .size = 16 },
	};
	int fd = memory(4);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		begin();
		CHECK_EQ(map(0, 0, 4 * PAGE, fd), 0);
		put_raw(sock, &bad[i], sizeof(bad[i]), NULL, 0);
		CHECK(step() < 0);
		CHECK(!function_has_client(&fn) && !door.open);
		CHECK_EQ(door.nr_maps, 0);
		close(sock);
		connect_client();
		CHECK_EQ(rd(CFG, 0, 2), 0x8086);
		leave();
	}
	close(fd);
}
