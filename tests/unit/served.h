/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What do the tests of a served vdev share? A double of the kernel's door, which keeps
 * what it was asked and answers what the test wants, and a client of vfio-user.
 */
#ifndef SERVED_H
#define SERVED_H

#include "served/function.h"
#include "unit.h"
#include "vfio-user/vfu_msg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE	UINT64_C(4096)

/* ---- The door ---- */

struct door_map { uint64_t iova, size; void *addr; unsigned int access; };

struct door {
	struct vdsa_bare_info info;
	struct vdsa_bare_act act[32];		/* those that were done */
	struct door_map map[8];			/* those that are there */
	unsigned int nr_opens, nr_acts, nr_maps, nr_prepared, nr_ahead;
	bool open, masked[VDSA_BARE_MAX_WQS];
	int trigger[VDSA_BARE_MAX_WQS];		/* -1: none */
	int portals;				/* -1: they must not be mapped */
	uint32_t ticket, ready;			/* the last that was asked for, and that ended */
	/* What it answers. */
	struct vdsa_bare_events events;
	uint32_t pending, handle;
	int32_t status;				/* of actions */
	int open_err, act_err, map_err, trigger_err, prepare_err;
	pthread_mutex_t *gate;			/* events wait while it is locked; or NULL */
};

static inline int door_begin(void *arg, struct vdsa_bare_info *info)
{
	struct door *door = arg;

	CHECK(!door->open);
	if (door->open_err)
		return door->open_err;
	door->open = true;
	door->nr_opens++;
	door->ready = 0;
	for (unsigned int v = 0; v < VDSA_BARE_MAX_WQS; v++) {
		door->trigger[v] = -1;
		door->masked[v] = true;
	}
	*info = door->info;
	return 0;
}

static inline void door_end(void *arg)
{
	struct door *door = arg;

	CHECK(door->open);
	door->open = false;
}

static inline int door_map(void *arg, uint64_t iova, uint64_t size, void *addr, unsigned int access)
{
	struct door *door = arg;

	if (door->map_err || door->nr_maps == 8)
		return door->map_err ?: -ENOSPC;
	door->map[door->nr_maps++] = (struct door_map){ iova, size, addr, access };
	return 0;
}

static inline void door_unmap(void *arg, uint64_t iova, uint64_t size)
{
	struct door *door = arg;

	for (unsigned int i = 0; i < door->nr_maps; i++) {
		if (size && (door->map[i].iova < iova || door->map[i].iova - iova >= size))
			continue;
		door->map[i] = door->map[--door->nr_maps];
		i--;
	}
}

static inline int door_act(void *arg, struct vdsa_bare_act *act)
{
	struct door *door = arg;

	CHECK(door->open);
	if (door->act_err)
		return door->act_err;
	if (act->action == VDSA_BARE_ENABLE && (!act->ticket || act->ticket != door->ready))
		return -EAGAIN;
	act->status = door->status;
	act->done = door->status ? 0 : act->wqs;
	act->handle = act->action == VDSA_BARE_HANDLE_REQUEST ? door->handle : 0;
	if (door->nr_acts < 32)
		door->act[door->nr_acts++] = *act;
	return 0;
}

static inline int door_prepare(void *arg, uint32_t ticket)
{
	struct door *door = arg;

	CHECK(door->open);
	if (door->prepare_err)
		return door->prepare_err;
	if (ticket)
		door->nr_prepared++;
	else
		door->nr_ahead++;
	door->ticket = ticket ? ticket : door->ticket;
	return 0;
}

static inline int door_get_events(void *arg, struct vdsa_bare_events *events)
{
	struct door *door = arg;

	CHECK(door->open);
	if (door->gate) {
		pthread_mutex_lock(door->gate);
		pthread_mutex_unlock(door->gate);
	}
	*events = door->events;
	if (events->events & VDSA_BARE_EVENT_MAPPED)
		door->ready = events->ticket;
	door->events = (struct vdsa_bare_events){ 0 };
	return 0;
}

static inline uint32_t door_get_pending(void *arg)
{
	return ((struct door *)arg)->pending;
}

static inline int door_set_trigger(void *arg, unsigned int vector, int fd)
{
	struct door *door = arg;

	CHECK(door->open && vector < door->info.nr_wqs);
	if (fd >= 0 && door->trigger_err)
		return door->trigger_err;
	if ((door->trigger[vector] >= 0) != (fd >= 0))
		door->masked[vector] = fd < 0;
	door->trigger[vector] = fd;
	return 0;
}

static inline void door_set_masked(void *arg, unsigned int vector, bool masked)
{
	((struct door *)arg)->masked[vector] = masked;
}

static inline int door_portal_fd(void *arg)
{
	return ((struct door *)arg)->portals;
}

static const struct bare_ops door_ops = {
	.begin = door_begin, .end = door_end, .map = door_map, .unmap = door_unmap,
	.act = door_act, .prepare = door_prepare, .get_events = door_get_events,
	.get_pending = door_get_pending, .set_trigger = door_set_trigger,
	.set_masked = door_set_masked, .portal_fd = door_portal_fd,
};

static inline void door_init(struct door *door, uint32_t nr_wqs)
{
	*door = (struct door){
		.info = {
			.version = VDSA_BARE_VERSION, .pci_device = DSA_PCI_DEVICE_GNRD,
			.dsa_version = DSA_VERSION_1, .nr_wqs = nr_wqs, .nr_engines = 2,
			.portal_allowed = 1, .gen_cap = 0x40915f0107 | DSA_GENCAP_EVL,
			.wq_cap = ~0ull, .group_cap = 4 | 96 << 8, .op_cap = { 0x1003f03ff, 1 },
		},
		.portals = -1,
		.handle = 0x123,
	};
	for (uint32_t i = 0; i < nr_wqs && i < VDSA_BARE_MAX_WQS; i++)
		door->info.wq[i] = (struct vdsa_bare_wq){ 16, 10, 21, 5, 0, 0 };
}

/* ---- The client ---- */

struct access { uint64_t offset; uint32_t region, count; };
struct region_info { uint32_t argsz, flags, index, cap; uint64_t size, offset; };
struct irq_set { uint32_t argsz, flags, index, start, count; };
struct map_request { uint32_t argsz, flags; uint64_t offset, addr, size; };
struct unmap_request { uint32_t argsz, flags; uint64_t addr, size; };

#define EVENTFDS	(VFU_DATA_EVENTFD | VFU_ACTION_TRIGGER)

static uint8_t answer[VFU_MAX_PAYLOAD];
static size_t answer_len;
static int answer_fd = -1;	/* that came with it; the test's to close */

static inline void put_raw(int sock, const void *data, size_t len, const int *fds, unsigned int nr_fds)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(16 * sizeof(int))] = { 0 };
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
	CHECK_EQ(sendmsg(sock, &mh, MSG_NOSIGNAL), (ssize_t)len);
}

static inline void put_message(int sock, uint16_t command, const void *payload, size_t len,
			       const int *fds, unsigned int nr_fds)
{
	struct vfu_header hdr = { .id = 7, .command = command,
				  .size = (uint32_t)(sizeof(hdr) + len) };
	uint8_t message[sizeof(hdr) + 512];

	CHECK(len <= 512);
	memcpy(message, &hdr, sizeof(hdr));
	if (len)
		memcpy(message + sizeof(hdr), payload, len);
	put_raw(sock, message, sizeof(hdr) + len, fds, nr_fds);
}

/* Some bytes of a reply, and the descriptor that is with it. */
static inline ssize_t receive(int sock, void *buf, size_t len)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			     .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(sock, &mh, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&mh) : NULL;

	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&answer_fd, CMSG_DATA(c), sizeof(answer_fd));
	return n;
}

/* The error of the next reply, 0, or -1 at the end of the connection. */
static inline int get_reply(int sock, uint16_t command)
{
	struct vfu_header hdr;

	answer_fd = -1;
	if (receive(sock, &hdr, sizeof(hdr)) != sizeof(hdr))
		return -1;
	CHECK_EQ(hdr.command, command);
	answer_len = hdr.size - sizeof(hdr);
	CHECK(!answer_len || receive(sock, answer, answer_len) == (ssize_t)answer_len);
	return (int)hdr.err;
}

/* Write @nr times to the register of the interrupt line, each time another value. */
struct many {
	struct vfu_header hdr;
	uint64_t nr;
	struct { struct access at; uint8_t data[8]; } write[1000];
};

static inline void many_writes(struct many *many, unsigned int nr)
{
	*many = (struct many){ .hdr = { .id = 7, .command = VFU_REGION_WRITE_MULTI }, .nr = nr };
	many->hdr.size = (uint32_t)(offsetof(struct many, write) + nr * sizeof(many->write[0]));
	for (unsigned int i = 0; i < nr; i++) {
		many->write[i].at = (struct access){ 0x3c, VFU_CFG, 1 };
		many->write[i].data[0] = (uint8_t)i;
	}
}

#define CAPS	"{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576}}"

static inline void put_version(int sock)
{
	uint8_t payload[4 + sizeof(CAPS)] = { 0 };

	memcpy(payload + 4, CAPS, sizeof(CAPS));
	put_message(sock, VFU_VERSION, payload, sizeof(payload), NULL, 0);
}

static inline unsigned int nr_open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

#endif /* SERVED_H */
