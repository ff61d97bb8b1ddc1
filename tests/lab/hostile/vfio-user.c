// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile-vfio-user: a client of a vfio-user server, such as "dsactl serve-vdev", that does
 * nearly everything wrong. It connects again and again, agrees on a version, mostly, and sends
 * messages of every command. Most have the form that they should; the others have a wrong size, type,
 * flag, offset or count, are cut, or bring descriptors that are no memory and no eventfd, or memory that
 * is cut later. It leaves with messages and replies on their way.
 *
 *   hostile-vfio-user SOCKET SECONDS [SEED]
 *
 * Prints what it did as KEY=VALUE words. It fails if the server takes no connection any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <linux/vfio.h>

#include "../client/vfio.h"
#include "dice.h"
#include "vfio-user/vfu_msg.h"

#define PAGE		4096ul
#define ROOM		8192u		/* of a payload */
#define MAX_FDS		20u		/* more than a message may have */
#define MAX_MESSAGES	300u		/* of a connection */
#define CONNECT_S	20
#define NR_KEPT		16u

struct message {
	struct vfu_header hdr;
	uint8_t payload[ROOM];
	size_t len;			/* of the payload that is sent */
	int fds[MAX_FDS];
	unsigned int nr_fds;
};

static struct dice dice;
static struct { unsigned long connections, messages, replies, refusals, ends; } did;

static uint64_t roll(uint64_t sides)
{
	return dice_roll(&dice, sides);
}

static bool one_in(unsigned int n)
{
	return !roll(n);
}

/* ---- Descriptors ---- */

/* Memory that the server may still have, to be cut under it. */
static int kept[NR_KEPT];

static void keep(int fd)
{
	unsigned int i = roll(NR_KEPT);

	if (kept[i] > 0)
		close(kept[i]);
	kept[i] = dup(fd);
}

static void cut_something(void)
{
	unsigned int i = roll(NR_KEPT);

	if (kept[i] > 0 && ftruncate(kept[i], roll(3) * PAGE))
		die("memory cannot be cut: %s", strerror(errno));
}

static int open_memory(void)
{
	int fd = memfd_create("hostile", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, roll(8) ? 64 * PAGE : roll(3) * PAGE))
		die("no memory: %s", strerror(errno));
	keep(fd);
	return fd;
}

static int one_of_a_pair(bool sockets)
{
	int fds[2];

	if (sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds))
		die("no descriptors: %s", strerror(errno));
	close(fds[0]);
	return fds[1];
}

static int open_anything(void)
{
	switch (roll(7)) {
	case 0:
		return one_of_a_pair(false);
	case 1:
		return one_of_a_pair(true);
	case 2:
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	case 3:
		return open("/", O_PATH | O_CLOEXEC);
	case 4:
		return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	case 5:
		return eventfd(0, EFD_CLOEXEC | (one_in(2) ? EFD_NONBLOCK : 0));
	default:
		return open_memory();
	}
}

static void add_fd(struct message *msg, int fd)
{
	if (fd < 0)
		die("no descriptor: %s", strerror(errno));
	if (msg->nr_fds == MAX_FDS)
		close(fd);
	else
		msg->fds[msg->nr_fds++] = fd;
}

static void close_fds(struct message *msg)
{
	while (msg->nr_fds)
		close(msg->fds[--msg->nr_fds]);
}

/* ---- Messages of the right form, or nearly ---- */

static void put(struct message *msg, const void *bytes, size_t len)
{
	memcpy(msg->payload + msg->len, bytes, len);
	msg->len += len;
}

#define PUT(msg, ...)                                                          \
	do {                                                                   \
		const uint32_t words_[] = { __VA_ARGS__ };                     \
		put(msg, words_, sizeof(words_));                              \
	} while (0)

static void put_u64(struct message *msg, uint64_t value)
{
	put(msg, &value, sizeof(value));
}

/* Mostly a small number of pages, also none. */
static uint64_t any_bytes(void)
{
	return one_in(8) ? dice_next(&dice) : roll(80) * PAGE;
}

static uint64_t any_iova(void)
{
	return one_in(8) ? dice_next(&dice) : 0x10000000 + roll(256) * PAGE;
}

static uint32_t any_of(uint32_t sides)
{
	return one_in(8) ? dice_next(&dice) : roll(sides);
}

static void make_version(struct message *msg)
{
	static const char *const texts[] = {
		"{\"capabilities\":{\"max_msg_fds\":16}}", "{\"capabilities\":{\"max_data_xfer_size\":1048576}}",
		"{}", "", "{\"capabilities\":[]}", "{\"capabilities\":{\"max_msg_fds\":-1}}", "{\"capabilities\":",
		"{\"capabilities\":{\"max_data_xfer_size\":18446744073709551616}}",
	};
	const char *text = texts[one_in(8) ? roll(sizeof(texts) / sizeof(texts[0])) : 0];

	PUT(msg, one_in(32) ? (uint32_t)dice_next(&dice) : 0);
	put(msg, text, strlen(text) + !one_in(32));
}

static void make_map(struct message *msg)
{
	PUT(msg, 32, one_in(8) ? (uint32_t)dice_next(&dice) : 1 + (uint32_t)roll(3));
	put_u64(msg, one_in(4) ? any_bytes() : 0);
	put_u64(msg, any_iova());
	put_u64(msg, any_bytes());
	if (!one_in(8))
		add_fd(msg, one_in(8) ? open_anything() : open_memory());
}

static void make_unmap(struct message *msg)
{
	PUT(msg, 24, one_in(4) ? any_of(8) : 0);
	put_u64(msg, any_iova());
	put_u64(msg, any_bytes());
}

static void make_info(struct message *msg)
{
	PUT(msg, any_of(64), any_of(8), any_of(16), any_of(16), 0, 0, 0, 0);
}

static void make_irqs(struct message *msg)
{
	static const uint32_t right = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	uint32_t count = any_of(12);

	PUT(msg, 20, one_in(4) ? any_of(64) : right, one_in(4) ? any_of(8) : VFIO_PCI_MSIX_IRQ_INDEX,
	    any_of(12), count);
	for (uint32_t i = 0; i < count && i < VFU_MAX_FDS; i++)
		if (!one_in(16))
			add_fd(msg, one_in(8) ? open_anything() : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/* Registers, config space, portals; one, two, four or eight bytes, or as many as they are. */
static void make_access(struct message *msg)
{
	static const uint32_t regions[] = { 0, 2, VFIO_PCI_CONFIG_REGION_INDEX };
	uint32_t len = one_in(8) ? any_of(4096) : 1u << roll(4);
	uint64_t at = one_in(8) ? dice_next(&dice) : roll(0x1000) / 8 * 8;
	uint8_t data[64];

	put_u64(msg, at);
	PUT(msg, one_in(8) ? any_of(10) : regions[roll(3)], len);
	dice_fill(&dice, data, sizeof(data));
	if (msg->hdr.command == VFU_REGION_WRITE)
		put(msg, data, len < sizeof(data) ? len : sizeof(data));
}

static void make_many_accesses(struct message *msg)
{
	uint32_t count = any_of(4);

	put_u64(msg, count);
	for (uint32_t i = 0; i < count && i < 8; i++)
		make_access(msg);
}

static void make_noise(struct message *msg)
{
	msg->len = roll(256);
	dice_fill(&dice, msg->payload, msg->len);
}

static void make_payload(struct message *msg)
{
	switch (msg->hdr.command) {
	case VFU_VERSION:
		return make_version(msg);
	case VFU_DMA_MAP:
		return make_map(msg);
	case VFU_DMA_UNMAP:
		return make_unmap(msg);
	case VFU_GET_INFO:
	case VFU_GET_REGION_INFO:
	case VFU_GET_IRQ_INFO:
		return make_info(msg);
	case VFU_SET_IRQS:
		return make_irqs(msg);
	case VFU_REGION_READ:
	case VFU_REGION_WRITE:
		return make_access(msg);
	case VFU_REGION_WRITE_MULTI:
		return make_many_accesses(msg);
	case VFU_RESET:
		return;
	default:
		return make_noise(msg);
	}
}

/* What most servers look at first. */
static void spoil(struct message *msg)
{
	switch (roll(6)) {
	case 0:
		msg->hdr.size = dice_next(&dice) >> roll(64);
		break;
	case 1:
		msg->hdr.flags = dice_next(&dice);
		break;
	case 2:
		msg->hdr.command = dice_next(&dice);
		break;
	case 3:
		msg->len = roll(msg->len + 1);
		break;
	case 4:
		if (msg->len)
			msg->payload[roll(msg->len)] ^= 1u << roll(8);
		break;
	default:
		for (unsigned int n = roll(MAX_FDS); n; n--)
			add_fd(msg, open_anything());
	}
}

static void make_message(struct message *msg, uint16_t command)
{
	static uint16_t id;

	*msg = (struct message){ .hdr = { .id = ++id, .command = command } };
	make_payload(msg);
	msg->hdr.size = sizeof(msg->hdr) + msg->len;
	if (one_in(16))
		msg->hdr.flags = one_in(16) ? VFU_TYPE_REPLY : VFU_NO_REPLY;
	if (one_in(100))	/* most of these end the connection */
		spoil(msg);
}

/* ---- A connection ---- */

static int try_to_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (sock < 0 || strlen(path) >= sizeof(addr.sun_path))
		die("%s: no socket", path);
	strcpy(addr.sun_path, path);
	if (!connect(sock, (const struct sockaddr *)&addr, sizeof(addr)))
		return sock;
	close(sock);
	return -1;
}

static int connect_to(const char *path)
{
	time_t end = time(NULL) + CONNECT_S * lab_slow();
	int sock;

	while ((sock = try_to_connect(path)) < 0) {
		if (time(NULL) > end)
			die("%s: the server takes no connection: %s", path, strerror(errno));
		usleep(1000);
	}
	did.connections++;
	return sock;
}

/* Counts replies; false: the server has ended it. */
static bool take_replies(int sock)
{
	static uint8_t payload[VFU_MAX_PAYLOAD];
	struct vfu_msg msg = { .payload = payload };
	const char *why;
	int ret;

	for (;;) {
		vfu_recv_begin(&msg);
		ret = vfu_recv_more(sock, &msg, &why);
		vfu_msg_close_fds(&msg);
		if (ret == -EAGAIN && !msg.got)
			return true;
		if (ret != 1)
			return false;	/* also one that has not come in whole, whose rest is lost */
		did.replies++;
		did.refusals += !!(msg.hdr.flags & VFU_ERROR);
	}
}

/* Sends what the socket takes at once; false: the server has ended it. */
static bool send_message(int sock, struct message *msg)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(msg->fds))] = { 0 };
	struct iovec iov[2] = { { &msg->hdr, sizeof(msg->hdr) }, { msg->payload, msg->len } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t len = msg->nr_fds * sizeof(int);
	ssize_t sent;

	if (len) {
		mh.msg_control = control;
		mh.msg_controllen = CMSG_SPACE(len);
		*CMSG_FIRSTHDR(&mh) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(len) };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&mh)), msg->fds, len);
	}
	sent = sendmsg(sock, &mh, MSG_NOSIGNAL);
	close_fds(msg);
	did.messages++;
	return sent == (ssize_t)(sizeof(msg->hdr) + msg->len) || (sent < 0 && errno == EAGAIN);
}

static uint16_t any_command(void)
{
	static const uint16_t commands[] = {
		VFU_DMA_MAP, VFU_DMA_MAP, VFU_DMA_MAP, VFU_DMA_UNMAP, VFU_DMA_UNMAP, VFU_GET_INFO,
		VFU_GET_REGION_INFO, VFU_GET_IRQ_INFO, VFU_SET_IRQS, VFU_SET_IRQS, VFU_REGION_READ,
		VFU_REGION_READ, VFU_REGION_WRITE, VFU_REGION_WRITE, VFU_REGION_WRITE, VFU_DMA_WRITE,
		VFU_RESET, VFU_REGION_WRITE_MULTI,
	};

	if (one_in(500))
		return VFU_VERSION;	/* a second one ends the connection */
	return one_in(64) ? dice_next(&dice) : commands[roll(sizeof(commands) / sizeof(commands[0]))];
}

static void wait_for_reply(int sock)
{
	struct pollfd poll_for = { .fd = sock, .events = POLLIN };

	poll(&poll_for, 1, 50);
}

/* For some connections replies are not read, so that the server has nowhere to put them. */
static void talk(int sock)
{
	unsigned int n = 1 + roll(MAX_MESSAGES);
	bool deaf = one_in(4), patient = one_in(2);
	struct message msg;
	bool goes_on;

	make_message(&msg, one_in(16) ? any_command() : VFU_VERSION);
	goes_on = send_message(sock, &msg);
	while (goes_on && n--) {
		make_message(&msg, any_command());
		goes_on = send_message(sock, &msg);
		if (patient && !deaf)
			wait_for_reply(sock);
		goes_on = goes_on && (deaf || take_replies(sock));
		if (one_in(32))
			cut_something();
	}
	did.ends += !goes_on;
	usleep(roll(2) * 1000);
}

int main(int argc, char **argv)
{
	time_t end;

	if (argc != 3 && argc != 4)
		die("usage: hostile-vfio-user SOCKET SECONDS [SEED]");
	dice.state = argc == 4 ? strtoull(argv[3], NULL, 0) : 1;
	end = time(NULL) + strtoul(argv[2], NULL, 0);
	while (time(NULL) < end) {
		int sock = connect_to(argv[1]), second = one_in(16) ? try_to_connect(argv[1]) : -1;

		talk(sock);
		close(sock);
		if (second >= 0)
			close(second);
	}
	printf("connections=%lu messages=%lu replies=%lu refusals=%lu ends=%lu\n", did.connections,
	       did.messages, did.replies, did.refusals, did.ends);
	return 0;
}
