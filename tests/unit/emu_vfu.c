// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the server speak vfio-user, and survive those who do not? A client on a
 * socket pair against the whole model.
 */
#include "host.h"
#include "model/regs.h"
#include "unit.h"
#include "vfio-user/vfu_irq.h"
#include "vfio-user/vfu_msg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define NR_MSIX	9	/* eight work queues, and one for events */
#define PAGE	UINT64_C(4096)
#define CAPS	"{\"capabilities\":{\"max_msg_fds\":16,\"migration\":{\"pgsize\":4096}," \
		"\"max_data_xfer_size\":1048576,\"pgsizes\":4096,\"max_dma_maps\":65535," \
		"\"write_multiple\":true}}"

enum { BAR0, BAR2 = 2, CFG = 7 };

struct bench {
	int sock;		/* the client's end */
	pthread_t thread;
	struct emu_host host;
	struct emu_dev *dev;
	int ret;		/* of vfu_serve() */
	unsigned int nr_resets;
	uint16_t id;
};

static void *bench_serve(void *arg)
{
	struct bench *b = arg;

	b->ret = vfu_serve(b->host.vfu);
	return NULL;
}

static void count_reset(void *arg)
{
	((struct bench *)arg)->nr_resets++;
}

static void bench_start(struct bench *b)
{
	const struct timeval patience = { .tv_sec = 20 };
	struct emu_profile profile = { 0 };
	int socks[2];

	*b = (struct bench){ .host.dma = dma_new() };
	CHECK(!emu_profile_find("gnrd", &profile));
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks));
	b->sock = socks[0];
	setsockopt(b->sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	b->dev = emu_dev_new(&profile, &emu_host_ops, &b->host);
	CHECK(b->dev != NULL);
	emu_dev_cfg_write(b->dev, 0x04, 2, 0x0002);	/* memory space */
	b->host.vfu = vfu_new(socks[1], &emu_vfu_ops, b->dev, b->host.dma,
			      emu_dev_nr_msix(b->dev));
	CHECK(b->host.vfu != NULL);
	vfu_on_reset(b->host.vfu, count_reset, b);
	pthread_create(&b->thread, NULL, bench_serve, b);
}

/* What vfu_serve() returned, after the client has left. */
static int bench_stop(struct bench *b)
{
	if (b->sock >= 0)
		close(b->sock);
	pthread_join(b->thread, NULL);
	emu_dev_free(b->dev);
	vfu_free(b->host.vfu);
	dma_free(b->host.dma);
	return b->ret;
}

/* The client. */

/* False: the server has ended the connection. */
static bool try_put(struct bench *b, const void *data, size_t len, const int *fds,
		    unsigned int nr_fds)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(32 * sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nr_fds) {
		mh.msg_control = control;
		mh.msg_controllen = CMSG_SPACE(nr_fds * sizeof(int));
		*CMSG_FIRSTHDR(&mh) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(nr_fds * sizeof(int)) };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&mh)), fds, nr_fds * sizeof(int));
	}
	return sendmsg(b->sock, &mh, MSG_NOSIGNAL) == (ssize_t)len;
}

static void put_raw(struct bench *b, const void *data, size_t len, const int *fds,
		    unsigned int nr_fds)
{
	CHECK(try_put(b, data, len, fds, nr_fds));
}

static void put(struct bench *b, uint16_t command, uint32_t flags,
		const void *payload, size_t len, const int *fds,
		unsigned int nr_fds)
{
	struct vfu_header hdr = { .id = ++b->id, .command = command,
				  .flags = flags,
				  .size = (uint32_t)(sizeof(hdr) + len) };
	uint8_t *message = malloc(sizeof(hdr) + len);

	memcpy(message, &hdr, sizeof(hdr));
	if (len)
		memcpy(message + sizeof(hdr), payload, len);
	put_raw(b, message, sizeof(hdr) + len, fds, nr_fds);
	free(message);
}

/* The next message; false at the end of the connection. */
static bool get(struct bench *b, struct vfu_header *hdr, uint8_t *payload,
		size_t room)
{
	ssize_t n = recv(b->sock, hdr, sizeof(*hdr), MSG_WAITALL);

	if (n != sizeof(*hdr))
		return false;
	CHECK(hdr->size >= sizeof(*hdr) && hdr->size - sizeof(*hdr) <= room);
	if (hdr->size == sizeof(*hdr))
		return true;
	n = recv(b->sock, payload, hdr->size - sizeof(*hdr), MSG_WAITALL);
	return n == (ssize_t)(hdr->size - sizeof(*hdr));
}

static uint8_t answer[VFU_MAX_PAYLOAD];
static size_t answer_len;

/* The reply to what was put last: its error, 0, or -1 at the end. */
static int reply(struct bench *b, uint16_t command)
{
	struct vfu_header hdr;

	answer_len = 0;
	if (!get(b, &hdr, answer, sizeof(answer)))
		return -1;
	answer_len = hdr.size - sizeof(hdr);
	CHECK_EQ(hdr.id, b->id);
	CHECK_EQ(hdr.command, command);
	CHECK_EQ(hdr.flags & VFU_TYPE_MASK, VFU_TYPE_REPLY);
	CHECK_EQ(!!(hdr.flags & VFU_ERROR), hdr.err != 0);
	CHECK(!hdr.err || !answer_len);
	return (int)hdr.err;
}

static int call_fds(struct bench *b, uint16_t command, const void *payload,
		    size_t len, const int *fds, unsigned int nr_fds)
{
	put(b, command, 0, payload, len, fds, nr_fds);
	return reply(b, command);
}

static int call(struct bench *b, uint16_t command, const void *payload, size_t len)
{
	return call_fds(b, command, payload, len, NULL, 0);
}

static int version(struct bench *b, uint16_t major, uint16_t minor,
		   const char *json, size_t json_len)
{
	uint8_t payload[1024];

	memcpy(payload, &major, 2);
	memcpy(payload + 2, &minor, 2);
	memcpy(payload + 4, json, json_len);
	return call(b, VFU_VERSION, payload, 4 + json_len);
}

static void bench_greeted(struct bench *b)
{
	bench_start(b);
	CHECK_EQ(version(b, 0, 0, CAPS, sizeof(CAPS)), 0);
}

/* The connection has ended from the other side, with an error. */
static void check_ended(struct bench *b)
{
	struct vfu_header hdr;

	CHECK(!get(b, &hdr, answer, sizeof(answer)));
	CHECK(bench_stop(b) < 0);
}

struct access { uint64_t offset; uint32_t region, count; };

static int read_region(struct bench *b, uint32_t region, uint64_t offset,
		       uint32_t count)
{
	struct access at = { offset, region, count };

	return call(b, VFU_REGION_READ, &at, sizeof(at));
}

static int write_region(struct bench *b, uint32_t region, uint64_t offset,
			const void *data, uint32_t count)
{
	struct access at = { offset, region, count };
	uint8_t payload[sizeof(at) + 256];

	memcpy(payload, &at, sizeof(at));
	memcpy(payload + sizeof(at), data, count);
	return call(b, VFU_REGION_WRITE, payload, sizeof(at) + count);
}

/* What a read brought, behind its 16 bytes. */
static uint64_t answer_value(unsigned int size)
{
	uint64_t val = 0;

	memcpy(&val, answer + sizeof(struct access), size);
	return val;
}

static uint64_t read_value(struct bench *b, uint32_t region, uint64_t offset,
			   unsigned int size)
{
	CHECK_EQ(read_region(b, region, offset, size), 0);
	CHECK_EQ(answer_len, sizeof(struct access) + size);
	return answer_value(size);
}

static unsigned int nr_open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

TEST("the version answer has the client's minor and what both can do")
{
	struct bench b;
	char *json;

	bench_start(&b);
	CHECK_EQ(version(&b, 0, 0, CAPS, sizeof(CAPS)), 0);
	CHECK_EQ(answer[0] | answer[1] | answer[2] | answer[3], 0);
	CHECK_EQ(answer[answer_len - 1], 0);
	json = (char *)answer + 4;
	CHECK(strstr(json, "\"max_msg_fds\":16") && strstr(json, "\"write_multiple\":true"));
	CHECK(!strstr(json, "migration"));
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("a client that proposes nothing gets nothing, and a higher minor a lower one")
{
	struct bench b;

	bench_start(&b);
	CHECK_EQ(version(&b, 0, 9, "", 0), 0);
	CHECK(answer[2] <= 9 && !answer[3]);
	CHECK(!strcmp((char *)answer + 4, "{\"capabilities\":{}}"));
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("a version message that cannot be used is refused and ends the connection")
{
#define JSON(text) text, sizeof(text)
	static const struct { uint16_t major; const char *json; size_t len; } bad[] = {
		{ 1, JSON(CAPS) },
		{ 0, JSON("{") },
		{ 0, JSON("hello") },
		{ 0, JSON("[]") },
		{ 0, JSON("{\"capabilities\":3}") },
		{ 0, JSON("{\"capabilities\":{\"max_msg_fds\":\"many\"}}") },
		{ 0, JSON("{\"capabilities\":{\"write_multiple\":1}}") },
		{ 0, JSON("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}") },
		{ 0, CAPS, sizeof(CAPS) - 1 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct bench b;

		bench_start(&b);
		CHECK(version(&b, bad[i].major, 0, bad[i].json, bad[i].len) > 0);
		check_ended(&b);
	}
}

TEST("a version message too short for a version is refused")
{
	struct bench b;

	bench_start(&b);
	CHECK_EQ(call(&b, VFU_VERSION, "abc", 3), EINVAL);
	check_ended(&b);
}

TEST("nothing goes before the version, and it does not come twice")
{
	struct bench b;
	uint32_t info[4] = { 16 };

	bench_start(&b);
	put(&b, VFU_GET_INFO, 0, info, sizeof(info), NULL, 0);
	check_ended(&b);
	bench_greeted(&b);
	put(&b, VFU_VERSION, 0, "\0\0\0", 4, NULL, 0);
	check_ended(&b);
}

TEST("the function is described: nine regions, five kinds of interrupt")
{
	struct bench b;
	uint32_t info[4] = { 16 }, got[4];

	bench_greeted(&b);
	CHECK_EQ(call(&b, VFU_GET_INFO, info, sizeof(info)), 0);
	CHECK_EQ(answer_len, sizeof(got));
	memcpy(got, answer, sizeof(got));
	CHECK_EQ(got[1], 3);	/* resets, is PCI */
	CHECK_EQ(got[2], 9);
	CHECK_EQ(got[3], 5);
	for (uint32_t i = 0; i < 5; i++) {
		info[2] = i;
		CHECK_EQ(call(&b, VFU_GET_IRQ_INFO, info, sizeof(info)), 0);
		memcpy(got, answer, sizeof(got));
		CHECK_EQ(got[2], i);
		CHECK_EQ(got[3], i == 2 ? NR_MSIX : i == 3);
	}
	info[2] = 5;
	CHECK_EQ(call(&b, VFU_GET_IRQ_INFO, info, sizeof(info)), EINVAL);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("region sizes are the function's, others are empty")
{
	struct { uint32_t argsz, flags, index, cap; uint64_t size, offset; } info;
	struct bench b;

	bench_greeted(&b);
	for (uint32_t i = 0; i < 9; i++) {
		uint64_t want = i == BAR0 ? emu_dev_bar0_size(b.dev) :
				i == BAR2 ? emu_dev_bar2_size(b.dev) :
				i == CFG ? 4096 : 0;

		memset(&info, 0, sizeof(info));
		info.argsz = 32;
		info.index = i;
		CHECK_EQ(call(&b, VFU_GET_REGION_INFO, &info, sizeof(info)), 0);
		CHECK_EQ(answer_len, sizeof(info));
		memcpy(&info, answer, sizeof(info));
		CHECK_EQ(info.index, i);
		CHECK_EQ(info.size, want);
		CHECK_EQ(info.flags, want ? 3 : 0);
	}
	info.index = 9;
	CHECK_EQ(call(&b, VFU_GET_REGION_INFO, &info, sizeof(info)), EINVAL);
	info.index = UINT32_MAX;
	CHECK_EQ(call(&b, VFU_GET_REGION_INFO, &info, sizeof(info)), EINVAL);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("payloads that are too short, or that leave no room, get an error and no more")
{
	static const struct { uint16_t command; uint32_t size; } fixed[] = {
		{ VFU_GET_INFO, 16 }, { VFU_GET_REGION_INFO, 32 },
		{ VFU_GET_IRQ_INFO, 16 }, { VFU_DMA_MAP, 32 }, { VFU_DMA_UNMAP, 24 },
		{ VFU_SET_IRQS, 20 },
	};
	uint32_t payload[16] = { 0 };
	struct bench b;

	bench_greeted(&b);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		payload[0] = fixed[i].size;
		CHECK_EQ(call(&b, fixed[i].command, payload, 0), EINVAL);
		CHECK_EQ(call(&b, fixed[i].command, payload, 3), EINVAL);
		CHECK_EQ(call(&b, fixed[i].command, payload, fixed[i].size - 1), EINVAL);
		payload[0] = fixed[i].size - 1;
		CHECK_EQ(call(&b, fixed[i].command, payload, fixed[i].size), EINVAL);
		payload[0] = 0;
		CHECK_EQ(call(&b, fixed[i].command, payload, fixed[i].size), EINVAL);
	}
	CHECK_EQ(call(&b, VFU_REGION_READ, payload, 15), EINVAL);
	CHECK_EQ(call(&b, VFU_REGION_WRITE, payload, 15), EINVAL);
	CHECK_EQ(call(&b, VFU_REGION_WRITE_MULTI, payload, 7), EINVAL);
	CHECK_EQ(read_value(&b, CFG, 0, 2), 0x8086);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("payloads may be longer than what is known of them, as those of a newer client")
{
	uint32_t info[16] = { 64 };
	struct { struct access at; uint64_t more; } longer = { { 0, CFG, 2 }, 7 };
	uint32_t irqs[8] = { sizeof(irqs), VFU_DATA_NONE | VFU_ACTION_TRIGGER, 2, 0, 1 };
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(call(&b, VFU_GET_INFO, info, sizeof(info)), 0);
	CHECK_EQ(answer_len, 16);
	CHECK_EQ(call(&b, VFU_GET_REGION_INFO, info, sizeof(info)), 0);
	CHECK_EQ(answer_len, 32);
	CHECK_EQ(call(&b, VFU_GET_IRQ_INFO, info, sizeof(info)), 0);
	CHECK_EQ(call(&b, VFU_SET_IRQS, irqs, sizeof(irqs)), 0);
	CHECK_EQ(call(&b, VFU_REGION_READ, &longer, sizeof(longer)), 0);
	CHECK_EQ(answer_value(2), 0x8086);
	CHECK_EQ(call(&b, VFU_RESET, info, 4), 0);
	/* But for data that is counted. */
	CHECK_EQ(call(&b, VFU_REGION_WRITE, &longer, sizeof(longer)), EINVAL);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("commands that are not served are refused")
{
	static const uint16_t unknown[] = { 0, 6, 11, 12, 14, 16, 17, 18, 19, 255,
					    0x7fff, 0xffff };
	struct bench b;

	bench_greeted(&b);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		CHECK_EQ(call(&b, unknown[i], "01234567", 8), EOPNOTSUPP);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("a stream that is not framed right ends the connection")
{
	static const struct vfu_header bad[] = {
		{ .command = VFU_GET_INFO, .size = 0 },
		{ .command = VFU_GET_INFO, .size = 15 },
		{ .command = VFU_GET_INFO, .size = UINT32_MAX },
		{ .command = VFU_REGION_WRITE, .size = 16 + VFU_MAX_PAYLOAD + 1 },
		{ .command = VFU_GET_INFO, .size = 16, .flags = 2 },
		{ .command = VFU_GET_INFO, .size = 16, .flags = 15 },
		{ .command = VFU_GET_INFO, .size = 16, .flags = VFU_TYPE_REPLY },
		{ .command = VFU_DMA_WRITE, .size = 16, .flags = VFU_TYPE_REPLY },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct bench b;

		bench_greeted(&b);
		put_raw(&b, &bad[i], sizeof(bad[i]), NULL, 0);
		check_ended(&b);
	}
}

TEST("a client that leaves within a message is told apart from one that leaves after")
{
	const struct vfu_header hdr = { .command = VFU_GET_INFO, .size = 32 };

	for (size_t len = 1; len < 32; len += 5) {
		uint8_t message[32] = { 0 };
		struct bench b;

		memcpy(message, &hdr, sizeof(hdr));
		bench_greeted(&b);
		put_raw(&b, message, len, NULL, 0);
		CHECK_EQ(bench_stop(&b), -EPIPE);
	}
}

TEST("a message may arrive byte by byte")
{
	struct { struct vfu_header hdr; struct access at; } message = {
		.hdr = { .id = 77, .command = VFU_REGION_READ, .size = 32 },
		.at = { 0, CFG, 4 } };
	struct bench b;

	bench_greeted(&b);
	for (size_t i = 0; i < sizeof(message); i++)
		put_raw(&b, (uint8_t *)&message + i, 1, NULL, 0);
	b.id = 77;
	CHECK_EQ(reply(&b, VFU_REGION_READ), 0);
	CHECK_EQ(answer_value(2), 0x8086);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("many messages may arrive at once, and are answered in order")
{
	struct bench b;

	bench_greeted(&b);
	for (unsigned int i = 0; i < 100; i++) {
		struct access at = { 0, CFG, 2 };

		put(&b, VFU_REGION_READ, 0, &at, sizeof(at), NULL, 0);
	}
	b.id = (uint16_t)(b.id - 100);
	for (unsigned int i = 0; i < 100; i++) {
		b.id++;
		CHECK_EQ(reply(&b, VFU_REGION_READ), 0);
	}
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("a client may ask a lot before it reads, and gets all replies in order")
{
	struct access at = { 0, CFG, 1000 };
	struct bench b;

	bench_greeted(&b);
	for (unsigned int i = 0; i < 5000; i++)
		put(&b, VFU_REGION_READ, 0, &at, sizeof(at), NULL, 0);
	b.id = (uint16_t)(b.id - 5000);
	for (unsigned int i = 0; i < 5000; i++) {
		b.id++;
		CHECK_EQ(reply(&b, VFU_REGION_READ), 0);
		CHECK_EQ(answer_len, sizeof(at) + 1000);
		CHECK_EQ(answer_value(2), 0x8086);
	}
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("a client that never reads is given up, not waited for")
{
	const struct vfu_header hdr = { .command = VFU_REGION_READ, .size = 32 };
	struct { struct vfu_header hdr; struct access at; } message = {
		hdr, { 0, BAR2, 65536 } };
	unsigned int nr = 0;
	struct bench b;

	bench_greeted(&b);
	while (nr < 3000 && try_put(&b, &message, sizeof(message), NULL, 0))
		nr++;
	CHECK(nr > 900 && nr < 3000);
	CHECK_EQ(bench_stop(&b), -ENOBUFS);
}

TEST("descriptors that a command does not take are refused and closed")
{
	unsigned int before = nr_open_fds();
	uint32_t info[4] = { 16 };
	int pipes[2];
	struct bench b;
	char c;

	bench_greeted(&b);
	CHECK(!pipe(pipes));
	CHECK_EQ(call_fds(&b, VFU_GET_INFO, info, sizeof(info), &pipes[1], 1), EINVAL);
	close(pipes[1]);
	CHECK_EQ(read(pipes[0], &c, 1), 0);	/* nobody holds the other end */
	close(pipes[0]);
	CHECK_EQ(bench_stop(&b), 0);
	CHECK_EQ(nr_open_fds(), before);
}

TEST("more descriptors than agreed end the connection, and none is leaked")
{
	unsigned int before = nr_open_fds();
	int fds[20], count = 20;
	struct bench b;

	for (int i = 0; i < count; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	for (int nr = 17; nr <= count; nr++) {
		bench_greeted(&b);
		put(&b, VFU_SET_IRQS, 0, fds, 20, fds, (unsigned int)nr);
		check_ended(&b);
	}
	for (int i = 0; i < count; i++)
		close(fds[i]);
	CHECK_EQ(nr_open_fds(), before);
}

/* Interrupts. */

struct irq_set { uint32_t argsz, flags, index, start, count; };

static int set_irqs(struct bench *b, uint32_t flags, uint32_t index,
		    uint32_t start, uint32_t count, const int *fds,
		    unsigned int nr_fds)
{
	struct irq_set irqs = { sizeof(irqs), flags, index, start, count };

	return call_fds(b, VFU_SET_IRQS, &irqs, sizeof(irqs), fds, nr_fds);
}

static uint64_t take(int eventfd_)
{
	uint64_t count = 0;

	if (read(eventfd_, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}

#define EVENTFDS	(VFU_DATA_EVENTFD | VFU_ACTION_TRIGGER)

TEST("a vector signals the descriptor that it was given, until that is taken away")
{
	int fds[NR_MSIX];
	struct bench b;

	for (int i = 0; i < NR_MSIX; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bench_greeted(&b);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 0, NR_MSIX, fds, NR_MSIX), 0);
	for (unsigned int i = 0; i < NR_MSIX; i++) {
		vfu_msix(b.host.vfu, i);
		for (unsigned int j = 0; j < NR_MSIX; j++)
			CHECK_EQ(take(fds[j]), i == j);
	}
	/* One vector moves to another descriptor. */
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 3, 1, &fds[4], 1), 0);
	vfu_msix(b.host.vfu, 3);
	CHECK_EQ(take(fds[3]), 0);
	CHECK_EQ(take(fds[4]), 1);
	/* Two are disconnected, then all. */
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 0, 2, NULL, 0), 0);
	vfu_msix(b.host.vfu, 1);
	vfu_msix(b.host.vfu, 2);
	CHECK_EQ(take(fds[1]), 0);
	CHECK_EQ(take(fds[2]), 1);
	CHECK_EQ(set_irqs(&b, VFU_DATA_NONE | VFU_ACTION_TRIGGER, 2, 0, 0, NULL, 0), 0);
	for (unsigned int i = 0; i < NR_MSIX; i++)
		vfu_msix(b.host.vfu, i);
	for (unsigned int i = 0; i < NR_MSIX; i++)
		CHECK_EQ(take(fds[i]), 0);
	vfu_msix(b.host.vfu, NR_MSIX);
	vfu_msix(b.host.vfu, UINT32_MAX);
	CHECK_EQ(bench_stop(&b), 0);
	for (int i = 0; i < NR_MSIX; i++)
		close(fds[i]);
}

/* As a client does that connects vectors when its driver asks for them. */
TEST("an interrupt that comes before its descriptor is signalled with it, and no second time")
{
	int fds[2] = { eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		       eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	const uint32_t drain = DSA_CMD_INT | DSA_CMD_DRAIN_ALL << DSA_CMD_CODE_SHIFT;
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(write_region(&b, CFG, 0x04, "\x06", 1), 0);
	CHECK_EQ(write_region(&b, CFG, 0x82, "\x00\x80", 2), 0);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 0, 1, NULL, 0), 0);
	CHECK_EQ(write_region(&b, BAR0, DSA_CMD, &drain, 4), 0);
	for (unsigned int i = 0; i < 5000 && !read_value(&b, BAR0, 0xe00, 8); i++)
		usleep(1000);
	CHECK_EQ(read_value(&b, BAR0, 0xe00, 8), 1);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 1, 1, &fds[1], 1), 0);
	CHECK_EQ(take(fds[1]), 0);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 0, 1, fds, 1), 0);
	CHECK_EQ(take(fds[0]), 1);
	CHECK_EQ(read_value(&b, BAR0, 0xe00, 8), 0);
	/* All are taken away and given back, as when the number of vectors changes. */
	CHECK_EQ(set_irqs(&b, VFU_DATA_NONE | VFU_ACTION_TRIGGER, 2, 0, 0, NULL, 0), 0);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 0, 2, fds, 2), 0);
	CHECK_EQ(take(fds[0]) + take(fds[1]), 0);
	CHECK_EQ(bench_stop(&b), 0);
	close(fds[0]);
	close(fds[1]);
}

TEST("the client can trigger its own descriptors, all or chosen ones")
{
	struct { struct irq_set set; uint8_t bools[3]; } chosen = {
		{ sizeof(struct irq_set), VFU_DATA_BOOL | VFU_ACTION_TRIGGER, 2, 1, 3 },
		{ 1, 0, 1 } };
	const size_t chosen_len = sizeof(struct irq_set) + 3;
	int fds[4];
	struct bench b;

	for (int i = 0; i < 4; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bench_greeted(&b);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 0, 4, fds, 4), 0);
	CHECK_EQ(set_irqs(&b, VFU_DATA_NONE | VFU_ACTION_TRIGGER, 2, 0, 2, NULL, 0), 0);
	CHECK_EQ(take(fds[0]) + take(fds[1]), 2);
	CHECK_EQ(take(fds[2]) + take(fds[3]), 0);
	CHECK_EQ(call(&b, VFU_SET_IRQS, &chosen, chosen_len), 0);
	CHECK_EQ(take(fds[1]), 1);
	CHECK_EQ(take(fds[2]), 0);
	CHECK_EQ(take(fds[3]), 1);
	CHECK_EQ(call(&b, VFU_SET_IRQS, &chosen, chosen_len - 1), EINVAL);
	CHECK_EQ(bench_stop(&b), 0);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
}

TEST("interrupt requests that name what is not there are refused, whole")
{
	static const struct { uint32_t flags, index, start, count; unsigned int fds; } bad[] = {
		{ EVENTFDS, 2, 0, NR_MSIX + 1, 0 },
		{ EVENTFDS, 2, NR_MSIX, 1, 1 },
		{ EVENTFDS, 2, UINT32_MAX, 2, 2 },
		{ EVENTFDS, 2, 2, UINT32_MAX, 2 },
		{ VFU_DATA_NONE | VFU_ACTION_TRIGGER, 2, 2, UINT32_MAX, 0 },
		{ EVENTFDS, 0, 0, 1, 1 },
		{ EVENTFDS, 1, 0, 1, 1 },
		{ EVENTFDS, 3, 0, 2, 2 },
		{ EVENTFDS, 4, 0, 1, 1 },
		{ EVENTFDS, 5, 0, 1, 1 },
		{ EVENTFDS, UINT32_MAX, 0, 1, 1 },
		{ EVENTFDS, 2, 0, 2, 1 },
		{ EVENTFDS, 2, 0, 1, 2 },
		{ EVENTFDS, 2, 0, 0, 0 },
		{ VFU_DATA_NONE | VFU_ACTION_TRIGGER, 2, 0, 1, 1 },
		{ VFU_DATA_NONE | VFU_ACTION_TRIGGER, 2, 1, 0, 0 },
		{ VFU_DATA_NONE | VFU_ACTION_MASK, 2, 0, 1, 0 },
		{ VFU_DATA_NONE | VFU_ACTION_UNMASK, 2, 0, 1, 0 },
		{ VFU_DATA_NONE | VFU_ACTION_MASK | VFU_ACTION_TRIGGER, 2, 0, 1, 0 },
		{ VFU_ACTION_TRIGGER, 2, 0, 1, 0 },
		{ VFU_DATA_NONE | VFU_DATA_BOOL | VFU_ACTION_TRIGGER, 2, 0, 1, 0 },
		{ VFU_DATA_BOOL | VFU_ACTION_TRIGGER, 2, 0, 1, 0 },
		{ EVENTFDS | 0x40, 2, 0, 1, 1 },
		{ 0, 2, 0, 1, 0 },
	};
	unsigned int before = nr_open_fds();
	int fds[2] = { eventfd(0, EFD_CLOEXEC), eventfd(0, EFD_CLOEXEC) };
	struct bench b;

	bench_greeted(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_EQ(set_irqs(&b, bad[i].flags, bad[i].index, bad[i].start,
				  bad[i].count, fds, bad[i].fds), EINVAL);
	CHECK_EQ(bench_stop(&b), 0);
	close(fds[0]);
	close(fds[1]);
	CHECK_EQ(nr_open_fds(), before);
}

TEST("a descriptor that is full, closed or no eventfd does not hold the function up")
{
	int full = eventfd(0, EFD_CLOEXEC), pipes[2], broken[2], fds[3];
	const uint64_t most = UINT64_MAX - 1;
	struct bench b;

	CHECK(!pipe(pipes) && !pipe(broken));
	CHECK_EQ(write(full, &most, sizeof(most)), sizeof(most));
	fcntl(pipes[1], F_SETFL, O_NONBLOCK);
	while (write(pipes[1], &most, sizeof(most)) > 0)
		;
	fcntl(pipes[1], F_SETFL, 0);
	memcpy(fds, (int[]){ full, pipes[1], broken[0] }, sizeof(fds));
	bench_greeted(&b);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 2, 0, 3, fds, 3), 0);
	for (unsigned int i = 0; i < 3; i++)
		vfu_msix(b.host.vfu, i);
	CHECK_EQ(bench_stop(&b), 0);
	close(full);
	for (unsigned int i = 0; i < 2; i++) {
		close(pipes[i]);
		close(broken[i]);
	}
}

TEST("the error interrupt can be registered")
{
	int fd = eventfd(0, EFD_CLOEXEC);
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 3, 0, 1, &fd, 1), 0);
	CHECK_EQ(set_irqs(&b, EVENTFDS, 3, 0, 1, NULL, 0), 0);
	CHECK_EQ(bench_stop(&b), 0);
	close(fd);
}

/* Memory. */

struct map { uint32_t argsz, flags; uint64_t offset, addr, size; };
struct unmap { uint32_t argsz, flags; uint64_t addr, size; };

static int map(struct bench *b, uint32_t flags, uint64_t offset, uint64_t addr,
	       uint64_t size, const int *fds, unsigned int nr_fds)
{
	struct map request = { sizeof(request), flags, offset, addr, size };

	return call_fds(b, VFU_DMA_MAP, &request, sizeof(request), fds, nr_fds);
}

static int unmap(struct bench *b, uint32_t flags, uint64_t addr, uint64_t size)
{
	struct unmap request = { sizeof(request), flags, addr, size };

	return call(b, VFU_DMA_UNMAP, &request, sizeof(request));
}

TEST("memory that the client maps is the function's until it is unmapped")
{
	static const struct emu_requester untagged;
	unsigned int before = nr_open_fds();
	int fd = memfd_create("guest", MFD_CLOEXEC);
	struct unmap *echo = (struct unmap *)answer;
	struct bench b;
	char got[5] = "";

	CHECK(!ftruncate(fd, (off_t)(16 * PAGE)));
	CHECK_EQ(pwrite(fd, "four", 4, (off_t)(3 * PAGE)), 4);
	bench_greeted(&b);
	for (uint64_t i = 0; i < 8; i++)
		CHECK_EQ(map(&b, 3, i * PAGE, 0x100000 + i * PAGE, PAGE, &fd, 1), 0);
	CHECK_EQ(emu_host_ops.dma_read(&b.host, &untagged, 0x103000, got, 4), 4);
	CHECK(!strcmp(got, "four"));
	CHECK_EQ(emu_host_ops.dma_write(&b.host, &untagged, 0x102ffe, "abcd", 4), 4);
	CHECK_EQ(pread(fd, got, 4, (off_t)(3 * PAGE - 2)), 4);
	CHECK(!strcmp(got, "abcd"));
	CHECK_EQ(unmap(&b, 0, 0x103000, PAGE), 0);
	CHECK_EQ(answer_len, sizeof(*echo));
	CHECK_EQ(echo->addr, 0x103000);
	CHECK_EQ(echo->size, PAGE);
	CHECK_EQ(emu_host_ops.dma_read(&b.host, &untagged, 0x102ffe, got, 4), 2);
	CHECK_EQ(unmap(&b, 2, 0, 0), 0);
	for (uint64_t i = 0; i < 8; i++)
		CHECK_EQ(dma_reach(b.host.dma, 0x100000 + i * PAGE, 1), 0);
	CHECK_EQ(bench_stop(&b), 0);
	close(fd);
	CHECK_EQ(nr_open_fds(), before);
}

TEST("regions without a descriptor are ignored, and their unmapping too")
{
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(map(&b, 3, 0, 0xfe000000, PAGE, NULL, 0), 0);
	CHECK_EQ(map(&b, 3, 0, 0xfe000000, PAGE, NULL, 0), 0);
	CHECK_EQ(dma_reach(b.host.dma, 0xfe000000, 1), 0);
	CHECK_EQ(unmap(&b, 0, 0xfe000000, PAGE), 0);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("map and unmap requests that make no sense are refused, and nothing is leaked")
{
	unsigned int before = nr_open_fds();
	int fds[2] = { memfd_create("guest", MFD_CLOEXEC), eventfd(0, EFD_CLOEXEC) };
	struct bench b;

	CHECK(!ftruncate(fds[0], (off_t)(4 * PAGE)));
	bench_greeted(&b);
	CHECK_EQ(map(&b, 3, 0, 0, PAGE, fds, 1), 0);
	CHECK_EQ(map(&b, 3, 0, 0, PAGE, fds, 1), EEXIST);
	CHECK_EQ(map(&b, 3, 4 * PAGE, PAGE, PAGE, fds, 1), EINVAL);
	CHECK_EQ(map(&b, 3, 0, -PAGE, 2 * PAGE, fds, 1), EINVAL);
	CHECK_EQ(map(&b, 3, 0, PAGE, 0, fds, 1), EINVAL);
	CHECK_EQ(map(&b, 4 | 3, 0, PAGE, PAGE, fds, 1), EINVAL);
	CHECK_EQ(map(&b, 3, 0, PAGE, PAGE, fds, 2), EINVAL);
	CHECK_EQ(map(&b, 3, 0, PAGE, PAGE, &fds[1], 1), EINVAL);
	CHECK_EQ(unmap(&b, 1, 0, PAGE), EOPNOTSUPP);
	CHECK_EQ(unmap(&b, 3, 0, 0), EOPNOTSUPP);
	CHECK_EQ(unmap(&b, 4, 0, PAGE), EINVAL);
	CHECK_EQ(unmap(&b, 2, 0, PAGE), EINVAL);
	CHECK_EQ(unmap(&b, 0, 0, 0), EINVAL);
	CHECK_EQ(unmap(&b, 0, 2 * PAGE, -PAGE), EINVAL);
	CHECK_EQ(dma_reach(b.host.dma, 0, 8 * PAGE), PAGE);
	CHECK_EQ(dma_reach(b.host.dma, 4 * PAGE, 1), 0);
	CHECK_EQ(dma_reach(b.host.dma, -PAGE, 1), 0);
	CHECK_EQ(bench_stop(&b), 0);
	close(fds[0]);
	close(fds[1]);
	CHECK_EQ(nr_open_fds(), before);
}

/* Regions. */

TEST("registers are read in the size that was asked, and config space at once")
{
	struct bench b;
	uint64_t low, high;

	bench_greeted(&b);
	CHECK_EQ(read_value(&b, CFG, 0, 2), 0x8086);
	CHECK_EQ(read_value(&b, CFG, 0, 1), 0x86);
	CHECK_EQ(read_value(&b, CFG, 1, 1), 0x80);
	CHECK_EQ(read_region(&b, CFG, 0, 4096), 0);
	CHECK_EQ(answer_len, sizeof(struct access) + 4096);
	CHECK_EQ(answer_value(2), 0x8086);
	CHECK_EQ(read_value(&b, BAR0, 0, 4), emu_dev_bar0_read(b.dev, 0, 4));
	/* GENCAP, whole, in halves, and across its middle. */
	low = read_value(&b, BAR0, 0x10, 8);
	CHECK(low != 0);
	high = read_value(&b, BAR0, 0x14, 4);
	CHECK_EQ(low >> 32, high);
	CHECK_EQ(read_value(&b, BAR0, 0x12, 4), low >> 16 & UINT32_MAX);
	CHECK_EQ(read_value(&b, BAR0, 0x13, 3), low >> 24 & 0xffffff);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("portals read as ones")
{
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(read_value(&b, BAR2, 0x4000, 8), UINT64_MAX);
	CHECK_EQ(read_value(&b, BAR2, 0x3ff, 1), 0xff);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("config writes arrive, each in its own bytes")
{
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(write_region(&b, CFG, 0x3c, "\x5a", 1), 0);
	CHECK_EQ(answer_len, sizeof(struct access));
	CHECK_EQ(read_value(&b, CFG, 0x3c, 1), 0x5a);
	CHECK_EQ(write_region(&b, CFG, 0x0c, "\x10", 1), 0);
	CHECK_EQ(read_value(&b, CFG, 0x0c, 1), 0x10);
	CHECK_EQ(read_value(&b, CFG, 0x3c, 1), 0x5a);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("accesses beyond a region are refused")
{
	struct bench b;
	uint64_t bar0, bar2;

	bench_greeted(&b);
	bar0 = emu_dev_bar0_size(b.dev);
	bar2 = emu_dev_bar2_size(b.dev);
	const struct access bad[] = {
		{ bar0, BAR0, 1 }, { bar0 - 1, BAR0, 2 }, { 0, BAR0, UINT32_MAX },
		{ UINT64_MAX, BAR0, 1 }, { UINT64_MAX - 3, BAR0, 8 },
		{ bar2, BAR2, 8 }, { bar2 - 4, BAR2, 8 }, { 4096, CFG, 1 },
		{ 4095, CFG, 2 }, { 0, CFG, 4097 }, { 0, 1, 1 }, { 0, 8, 1 },
		{ 0, 9, 1 }, { 0, UINT32_MAX, 1 },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct { struct access at; uint64_t data; } wr = { bad[i], 0 };

		CHECK_EQ(call(&b, VFU_REGION_READ, &bad[i], sizeof(bad[i])), EINVAL);
		wr.at.count = bad[i].count < 8 ? bad[i].count : 8;
		if (bad[i].count <= 8)
			CHECK_EQ(call(&b, VFU_REGION_WRITE, &wr,
				      sizeof(wr.at) + wr.at.count), EINVAL);
	}
	CHECK_EQ(read_region(&b, BAR0, bar0, 0), 0);
	CHECK_EQ(answer_len, sizeof(struct access));
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("a write whose count is not its data's size is refused")
{
	struct { struct access at; uint64_t data; } wr = { { 0x3c, CFG, 4 }, 0xff };
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(call(&b, VFU_REGION_WRITE, &wr, sizeof(wr)), EINVAL);
	wr.at.count = 0x10000;
	CHECK_EQ(call(&b, VFU_REGION_WRITE, &wr, sizeof(wr)), EINVAL);
	CHECK_EQ(read_value(&b, CFG, 0x3c, 1), 0);
	CHECK_EQ(bench_stop(&b), 0);
}

struct one_write { struct access at; uint8_t data[8]; };

TEST("several writes come in one message, in order")
{
	struct { uint64_t nr; struct one_write one[3]; } multi = {
		3, { { { 0x3c, CFG, 1 }, { 1 } }, { { 0x0c, CFG, 1 }, { 2 } },
		     { { 0x3c, CFG, 1 }, { 3 } } } };
	struct bench b;

	bench_greeted(&b);
	put(&b, VFU_REGION_WRITE_MULTI, VFU_NO_REPLY, &multi, sizeof(multi), NULL, 0);
	CHECK_EQ(read_value(&b, CFG, 0x3c, 1), 3);
	CHECK_EQ(read_value(&b, CFG, 0x0c, 1), 2);
	CHECK_EQ(call(&b, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi)), 0);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("several writes whose number or sizes do not fit are refused")
{
	struct { uint64_t nr; struct one_write one[2]; } multi = { 0 };
	static const uint64_t numbers[] = { 0, 1, 3, UINT64_MAX,
					    UINT64_MAX / 24 + 2, UINT64_C(1) << 61 };
	struct bench b;

	bench_greeted(&b);
	multi.one[0].at.region = multi.one[1].at.region = CFG;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		multi.nr = numbers[i];
		CHECK_EQ(call(&b, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi)), EINVAL);
	}
	multi.nr = 2;
	CHECK_EQ(call(&b, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi) - 1), EINVAL);
	multi.one[1].at.count = 9;
	CHECK_EQ(call(&b, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi)), EINVAL);
	multi.one[1].at = (struct access){ 4094, CFG, 4 };
	CHECK_EQ(call(&b, VFU_REGION_WRITE_MULTI, &multi, sizeof(multi)), EINVAL);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("what asks for no reply gets none, refused or not")
{
	struct { struct access at; uint8_t data[4]; } wr = { { 0x3c, CFG, 1 }, { 0x21 } };
	struct bench b;

	bench_greeted(&b);
	put(&b, VFU_REGION_WRITE, VFU_NO_REPLY, &wr, sizeof(wr.at) + 1, NULL, 0);
	put(&b, VFU_REGION_WRITE, VFU_NO_REPLY, &wr, sizeof(wr.at) + 2, NULL, 0);
	put(&b, 99, VFU_NO_REPLY, NULL, 0, NULL, 0);
	/* The reply that comes is this one's. */
	CHECK_EQ(read_value(&b, CFG, 0x3c, 1), 0x21);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("a reset reaches the function and whoever caches for it")
{
	struct bench b;

	bench_greeted(&b);
	CHECK_EQ(write_region(&b, CFG, 0x3c, "\x5a", 1), 0);
	CHECK_EQ(call(&b, VFU_RESET, NULL, 0), 0);
	CHECK_EQ(b.nr_resets, 1);
	CHECK_EQ(bench_stop(&b), 0);
}

/* Messages of the function. */

struct msi { struct { uint64_t addr, count; } at; uint32_t data; };

/* The next message is an interrupt of the function: its id. */
static uint16_t get_msi(struct bench *b, uint64_t addr, uint32_t data)
{
	struct vfu_header hdr = { 0 };
	struct msi msi = { 0 };

	CHECK(get(b, &hdr, answer, sizeof(answer)));
	CHECK_EQ(hdr.command, VFU_DMA_WRITE);
	CHECK_EQ(hdr.flags, 0);
	CHECK_EQ(hdr.size, sizeof(hdr) + 20);
	memcpy(&msi, answer, 20);
	CHECK_EQ(msi.at.addr, addr);
	CHECK_EQ(msi.at.count, 4);
	CHECK_EQ(msi.data, data);
	return hdr.id;
}

static void answer_msi(struct bench *b, uint16_t id, uint32_t err)
{
	struct vfu_header hdr = { .id = id, .command = VFU_DMA_WRITE,
				  .size = sizeof(hdr), .err = err,
				  .flags = VFU_TYPE_REPLY | (err ? VFU_ERROR : 0) };

	put_raw(b, &hdr, sizeof(hdr), NULL, 0);
}

TEST("an interrupt message goes out as a write, its reply is taken between requests")
{
	struct bench b;
	uint16_t first, second;

	bench_greeted(&b);
	emu_host_ops.msi_write(&b.host, 0xfee01000, 0x4055);
	emu_host_ops.msi_write(&b.host, 0xfee02000, 0x4056);
	first = get_msi(&b, 0xfee01000, 0x4055);
	second = get_msi(&b, 0xfee02000, 0x4056);
	CHECK(first != second);
	CHECK_EQ(read_value(&b, CFG, 0, 2), 0x8086);
	answer_msi(&b, second, 0);
	CHECK_EQ(read_value(&b, CFG, 0, 2), 0x8086);
	answer_msi(&b, first, EINVAL);
	CHECK_EQ(read_value(&b, CFG, 0, 2), 0x8086);
	/* Answered once already. */
	answer_msi(&b, first, 0);
	check_ended(&b);
}

struct flusher {
	struct bench *b;
	atomic_bool done;
};

static void *flush_host(void *arg)
{
	struct flusher *flusher = arg;

	emu_host_ops.flush(&flusher->b->host);
	atomic_store(&flusher->done, true);
	return NULL;
}

TEST("a flush waits for the answers to what was sent before, not after")
{
	struct bench b;
	struct flusher flusher = { .b = &b };
	pthread_t thread;
	uint16_t id;

	bench_greeted(&b);
	emu_host_ops.flush(&b.host);
	emu_host_ops.msi_write(&b.host, 0xfee01000, 1);
	id = get_msi(&b, 0xfee01000, 1);
	pthread_create(&thread, NULL, flush_host, &flusher);
	usleep(100000);
	CHECK(!atomic_load(&flusher.done));
	emu_host_ops.msi_write(&b.host, 0xfee01000, 2);
	answer_msi(&b, id, 0);
	pthread_join(thread, NULL);
	CHECK(atomic_load(&flusher.done));
	answer_msi(&b, get_msi(&b, 0xfee01000, 2), 0);
	CHECK_EQ(bench_stop(&b), 0);
}

TEST("an interrupt message to a client that has left is lost, no more")
{
	struct bench b;

	bench_greeted(&b);
	close(b.sock);
	b.sock = -1;
	pthread_join(b.thread, NULL);
	emu_host_ops.msi_write(&b.host, 0xfee00000, 1);
	emu_host_ops.msix(&b.host, 0);
	CHECK_EQ(b.ret, 0);
	pthread_create(&b.thread, NULL, bench_serve, &b);
	bench_stop(&b);
}

static void *interrupt_on(void *arg)
{
	struct bench *b = arg;

	for (uint32_t i = 0; i < 500; i++)
		emu_host_ops.msi_write(&b->host, 0xfee00000, i);
	return NULL;
}

TEST("interrupt messages of many threads and replies to requests stay whole")
{
	pthread_t threads[3];
	unsigned int nr_msi = 0, nr_replies = 0;
	struct access at = { 0, CFG, 64 };
	struct vfu_header hdr;
	struct bench b;

	bench_greeted(&b);
	for (unsigned int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, interrupt_on, &b);
	put(&b, VFU_REGION_READ, 0, &at, sizeof(at), NULL, 0);
	while ((nr_msi < 1500 || nr_replies < 500) &&
	       get(&b, &hdr, answer, sizeof(answer))) {
		if (hdr.command == VFU_DMA_WRITE) {
			nr_msi++;
			CHECK_EQ(hdr.size, 36);
			answer_msi(&b, hdr.id, 0);
		} else {
			CHECK_EQ(hdr.size, 16 + sizeof(at) + 64);
			if (++nr_replies < 500)
				put(&b, VFU_REGION_READ, 0, &at, sizeof(at), NULL, 0);
		}
	}
	CHECK_EQ(nr_msi, 1500);
	CHECK_EQ(nr_replies, 500);
	for (unsigned int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	CHECK_EQ(bench_stop(&b), 0);
}

/* The whole road: a driver on the socket, and a guest with one PASID. */

#define PASID	0x123u
#define RAM	(UINT64_C(4) << 20)

struct guest {
	int fd;
	uint8_t *ram;
	uint64_t root;
};

static int give_root(void *arg, struct iommu_root *root)
{
	const struct guest *g = arg;

	*root = (struct iommu_root){ .root = g->root | 1 << 10, .status = 1u << 31 };
	return 0;
}

static void guest_put(struct guest *g, uint64_t at, uint64_t val)
{
	memcpy(g->ram + at, &val, sizeof(val));
}

/* The PASID's entry, of function 00:10.0, passes through to RAM. */
static void guest_start(struct guest *g, struct bench *b)
{
	const struct iommu_ops ops = { give_root, g };
	const uint64_t contexts = g->root + PAGE, dir = contexts + PAGE,
		       pasids = dir + PAGE;

	g->fd = memfd_create("ram", MFD_CLOEXEC);
	CHECK(!ftruncate(g->fd, (off_t)RAM));
	g->ram = mmap(NULL, RAM, PROT_READ | PROT_WRITE, MAP_SHARED, g->fd, 0);
	guest_put(g, g->root + 8, contexts | 1);
	guest_put(g, contexts, dir | 1 | 1 << 3);
	guest_put(g, dir + 8 * (PASID >> 6), pasids | 1);
	guest_put(g, pasids + 64 * (PASID & 63), 1 | 4 << 6);
	b->host.iommu = iommu_new(g->fd, 0x10 << 3, &ops);
	CHECK(b->host.iommu != NULL);
}

static void guest_stop(struct guest *g, struct bench *b)
{
	iommu_free(b->host.iommu);
	munmap(g->ram, RAM);
	close(g->fd);
}

static void write_value(struct bench *b, uint32_t region, uint64_t offset,
			unsigned int size, uint64_t val)
{
	CHECK_EQ(write_region(b, region, offset, &val, size), 0);
}

/* Runs a command of the function and waits for its interrupt on @event. */
static void dsa_command(struct bench *b, int event, uint32_t code, uint32_t operand)
{
	uint64_t count;

	write_value(b, BAR0, DSA_CMD, 4,
		    DSA_CMD_INT | code << DSA_CMD_CODE_SHIFT | operand);
	CHECK_EQ(read(event, &count, sizeof(count)), sizeof(count));
	CHECK_EQ(read_value(b, BAR0, DSA_INTCAUSE, 4), DSA_INTCAUSE_CMD);
	CHECK_EQ(read_value(b, BAR0, DSA_CMDSTS, 4), 0);
	write_value(b, BAR0, DSA_INTCAUSE, 4, DSA_INTCAUSE_CMD);
}

static uint64_t table(struct bench *b, unsigned int shift)
{
	return (read_value(b, BAR0, DSA_OFFSETS, 8) >> shift & 0xffff) *
	       DSA_OFFSETS_UNIT;
}

/* The offset of extended capability @id in config space. */
static uint64_t ext_cap(struct bench *b, uint16_t id)
{
	uint64_t at = 0x100;

	while (at) {
		uint64_t header = read_value(b, CFG, at, 4);

		if ((header & 0xffff) == id)
			return at;
		at = header >> 20;
	}
	return 0;
}

/* Bus master, PASIDs, work queue 0 with the PASID, IMS entry 5 for it: all on. */
static void dsa_start(struct bench *b, int event)
{
	uint64_t wqcfg = table(b, DSA_OFFSETS_WQCFG_SHIFT);
	uint64_t grpcfg = table(b, DSA_OFFSETS_GRPCFG_SHIFT);
	uint64_t ims = table(b, DSA_OFFSETS_IMS_SHIFT) + 5 * DSA_IMS_STRIDE;

	CHECK_EQ(set_irqs(b, EVENTFDS, 2, 0, 1, &event, 1), 0);
	write_value(b, CFG, 4, 2, 0x6);
	write_value(b, CFG, ext_cap(b, 0x1b) + 6, 2, 1);	/* PASID */
	write_value(b, CFG, ext_cap(b, 0x0f) + 6, 2, 0x8000);	/* ATS */
	write_value(b, BAR0, DSA_GENCFG, 4, DSA_GENCFG_USER_INT);
	write_value(b, BAR0, wqcfg + DSA_WQCFG_SIZE, 4, 16);
	write_value(b, BAR0, wqcfg + DSA_WQCFG_MODE, 4,
		    DSA_WQCFG_DEDICATED | 10 << DSA_WQCFG_PRIORITY_SHIFT |
		    PASID << DSA_WQCFG_PASID_SHIFT | DSA_WQCFG_PASID_EN);
	write_value(b, BAR0, wqcfg + DSA_WQCFG_LIMITS, 4,
		    20 | 5 << DSA_WQCFG_MAX_BATCH_SHIFT);
	write_value(b, BAR0, grpcfg + DSA_GRPCFG_WQS, 8, 1);
	write_value(b, BAR0, grpcfg + DSA_GRPCFG_ENGINES, 8, 1);
	dsa_command(b, event, DSA_CMD_ENABLE_DEVICE, 0);
	dsa_command(b, event, DSA_CMD_ENABLE_WQ, 0);
	write_value(b, BAR0, ims + DSA_IMS_ADDRESS, 8, 0xfee01000);
	write_value(b, BAR0, ims + DSA_IMS_DATA, 4, 0x4055);
	write_value(b, BAR0, ims + DSA_IMS_CTRL, 4,
		    PASID << DSA_PERM_PASID_SHIFT | DSA_PERM_PASID_EN);
}

/* A 1,000-byte memmove, as a processor without MOVDIR64B stores it. */
static void dsa_memmove(struct bench *b, uint64_t src, uint64_t dst,
			uint64_t record)
{
	struct { uint64_t nr; struct one_write one[8]; } multi = { .nr = 8 };
	uint64_t desc[8] = { 0 };

	desc[0] = (uint64_t)DSA_OP_MEMMOVE << 56 |
		  (uint64_t)(DSA_FLAG_COMP_VALID | DSA_FLAG_COMP_REQ |
			     DSA_FLAG_INT_REQ) << 32;
	desc[1] = record;
	desc[2] = src;
	desc[3] = dst;
	desc[4] = 1000 | UINT64_C(5) << 32;	/* size, interrupt handle */
	for (unsigned int i = 0; i < 8; i++) {
		multi.one[i].at = (struct access){
			DSA_PORTAL_UNLIMITED_IMS * DSA_PORTAL_PAGE + 64 + 8 * i,
			BAR2, 8 };
		memcpy(multi.one[i].data, &desc[i], 8);
	}
	put(b, VFU_REGION_WRITE_MULTI, VFU_NO_REPLY, &multi, sizeof(multi), NULL, 0);
}

TEST("a descriptor goes from the portal to its PASID's memory, its interrupt comes back")
{
	struct guest g = { .root = 0x300000 };
	int event = eventfd(0, EFD_CLOEXEC);
	struct bench b;

	bench_greeted(&b);
	guest_start(&g, &b);
	dsa_start(&b, event);
	for (unsigned int i = 0; i < 1000; i++)
		g.ram[0x10f80 + i] = (uint8_t)(i * 7);
	dsa_memmove(&b, 0x10f80, 0x20123, 0x30000);
	answer_msi(&b, get_msi(&b, 0xfee01000, 0x4055), 0);
	CHECK_EQ(g.ram[0x30000], DSA_STATUS_SUCCESS);
	CHECK(!memcmp(g.ram + 0x10f80, g.ram + 0x20123, 1000));
	/* Beyond RAM: a page fault in the record. */
	dsa_memmove(&b, 0x10f80, RAM - 500, 0x30020);
	answer_msi(&b, get_msi(&b, 0xfee01000, 0x4055), 0);
	CHECK_EQ(g.ram[0x30020], DSA_STATUS_PAGE_FAULT | DSA_STATUS_FAULT_WRITE);
	dsa_command(&b, event, DSA_CMD_DISABLE_DEVICE, 0);
	CHECK_EQ(bench_stop(&b), 0);
	guest_stop(&g, &b);
	close(event);
}

/* Hostile streams: messages that are nearly right, from a fixed seed. */

static uint32_t noise_state;

static uint32_t noise(uint32_t below)
{
	noise_state = noise_state * 1664525 + 1013904223;
	return (noise_state >> 8) % below;
}

static bool put_noise(struct bench *b, const int *fds)
{
	static const uint16_t sizes[] = { 0, 8, 16, 17, 20, 24, 32, 56, 64 };
	uint8_t message[16 + 64];
	struct vfu_header hdr = { .id = (uint16_t)noise(65536),
				  .command = (uint16_t)(2 + noise(18)),
				  .flags = noise(50) ? 0 : noise(64) };
	uint32_t len = sizes[noise(9)];

	hdr.size = 16 + len + (noise(100) ? 0 : noise(100));
	for (uint32_t i = 0; i < len; i++)
		message[16 + i] = noise(3) ? 0 : (uint8_t)noise(256);
	/* argsz, flags and index are small numbers, mostly. */
	for (uint32_t i = 0; i < len / 4 && noise(4); i++)
		memcpy(message + 16 + 4 * i, (uint32_t[]){ noise(48) }, 4);
	memcpy(message, &hdr, sizeof(hdr));
	return try_put(b, message, 16 + len, fds, noise(4) ? 0 : 1 + noise(2));
}

static void *drain(void *arg)
{
	char buf[4096];

	while (recv(*(int *)arg, buf, sizeof(buf), 0) > 0)
		;
	return NULL;
}

TEST("no stream of noise crashes, hangs or leaks")
{
	unsigned int before = nr_open_fds();
	int fds[2] = { memfd_create("guest", MFD_CLOEXEC), eventfd(0, EFD_CLOEXEC) };

	CHECK(!ftruncate(fds[0], (off_t)(16 * PAGE)));
	for (uint32_t seed = 0; seed < 60; seed++) {
		pthread_t reader;
		struct bench b;
		unsigned int i = 0;

		noise_state = seed;
		bench_greeted(&b);
		pthread_create(&reader, NULL, drain, &b.sock);
		while (i < 200 && put_noise(&b, fds))
			i++;
		shutdown(b.sock, SHUT_WR);
		pthread_join(reader, NULL);
		bench_stop(&b);
	}
	close(fds[0]);
	close(fds[1]);
	CHECK_EQ(nr_open_fds(), before);
}
