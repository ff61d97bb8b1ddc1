/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does a hostile client of vfio-user say? A script of messages, most of them nearly
 * right, over a socket pair; and what it checks of the replies, in a thread of its own.
 */
#ifndef VFU_SCRIPT_H
#define VFU_SCRIPT_H

#include "fuzz.h"
#include "vfio-user/vfu_irq.h"
#include "vfio-user/vfu_msg.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define MAX_MESSAGES	64
#define MAX_PAYLOAD	256
#define NR_FDS		20	/* more than a message may carry */
#define NR_PAGES	64u		/* of the file that is memory */
#define CAPS		"{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576," \
			"\"pgsizes\":4096,\"write_multiple\":true}}"

struct message {
	struct vfu_header hdr;
	uint8_t payload[MAX_PAYLOAD];
	size_t len;			/* of the payload, whatever hdr says */
	unsigned int nr_fds;
};

static int files[4];			/* what a client may hand over */
static int client;			/* its end of the socket pair */
static bool expected[MAX_MESSAGES + 2];	/* a reply to this id */
static uint64_t windows[MAX_MESSAGES];	/* where it asked for memory */
static unsigned int nr_windows;
static bool broken;			/* a size was wrong: what follows is lost */
static int last_id;			/* its reply ends the conversation; -1: none */
static uint8_t inbox[VFU_MAX_PAYLOAD];

/* ---- Payloads, nearly right ---- */

static void put(struct message *msg, uint64_t val, size_t bytes)
{
	memcpy(msg->payload + msg->len, &val, bytes);
	msg->len += bytes;
}

/* Anything, or one of the first @nr pages. */
static uint64_t some_page(struct tape *tape, unsigned int nr)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	return pick & 0x80 ? tape_take(tape, 8) : (uint64_t)(pick % nr) << 12;
}

static void put_tape(struct message *msg, struct tape *tape, size_t len)
{
	for (size_t i = 0; i < len && msg->len < MAX_PAYLOAD; i++)
		put(msg, tape_take(tape, 1), 1);
}

static void put_version(struct message *msg, struct tape *tape)
{
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	put(msg, pick & 1, 2);
	put(msg, pick >> 1 & 3, 2);
	if (pick & 0x80) {
		put_tape(msg, tape, pick & 0x3f);
		return;
	}
	memcpy(msg->payload + msg->len, CAPS, sizeof(CAPS));
	msg->len += sizeof(CAPS);
}

/* Small offsets and sizes together lie within the file. */
static void put_map(struct message *msg, struct tape *tape)
{
	put(msg, 32, 4);
	put(msg, tape_pick(tape, 5), 4);
	put(msg, some_page(tape, NR_PAGES / 2), 8);
	put(msg, some_page(tape, 128), 8);
	put(msg, some_page(tape, NR_PAGES / 2), 8);
}

static void put_unmap(struct message *msg, struct tape *tape)
{
	put(msg, 24, 4);
	put(msg, tape_pick(tape, 5), 4);
	put(msg, some_page(tape, 128), 8);
	put(msg, some_page(tape, 128), 8);
}

static void put_info(struct message *msg, struct tape *tape, size_t size)
{
	put(msg, size, 4);
	put(msg, 0, 4);
	put(msg, tape_take(tape, 1), 4);
	put(msg, 0, 4);
	msg->len = size;
}

static void put_irqs(struct message *msg, struct tape *tape)
{
	put(msg, 20, 4);
	put(msg, tape_take(tape, 1), 4);
	put(msg, tape_take(tape, 1) & 7, 4);
	put(msg, tape_take(tape, 1) & 0x1f, 4);
	put(msg, tape_take(tape, 1) & 0x1f, 4);
	put_tape(msg, tape, tape_pick(tape, 16));
}

/* BAR0, BAR2 and config space more often than what is not there. */
static void put_access(struct message *msg, struct tape *tape, uint32_t *count)
{
	static const uint8_t regions[] = { 0, 0, 2, 7, 0, 2, 1, 9 };
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	*count = pick & 8 ? 1u << (pick >> 4 & 7) : (uint32_t)tape_take(tape, 2);
	put(msg, tape_take(tape, pick & 0x80 ? 8 : 2), 8);
	put(msg, regions[pick & 7], 4);
	put(msg, *count, 4);
}

static void put_read(struct message *msg, struct tape *tape)
{
	uint32_t count;

	put_access(msg, tape, &count);
}

static void put_write(struct message *msg, struct tape *tape)
{
	uint32_t count;

	put_access(msg, tape, &count);
	put_tape(msg, tape, count);
}

static void put_multi(struct message *msg, struct tape *tape)
{
	unsigned int nr = tape_pick(tape, 4);
	uint32_t count;

	put(msg, nr, 8);
	for (; nr; nr--) {
		put_access(msg, tape, &count);
		put(msg, tape_take(tape, 8), 8);
	}
}

/* A command as drivers bring the device up: one write to BAR0. */
static void put_command(struct message *msg, struct tape *tape)
{
	put(msg, 0xa0, 8);
	put(msg, 0, 4);
	put(msg, 4, 4);
	put(msg, tape_pick(tape, 16) << 20 | tape_take(tape, 1), 4);
}

static void put_payload(struct message *msg, struct tape *tape)
{
	switch (msg->hdr.command) {
	case VFU_VERSION:
		put_version(msg, tape);
		break;
	case VFU_DMA_MAP:
		put_map(msg, tape);
		break;
	case VFU_DMA_UNMAP:
		put_unmap(msg, tape);
		break;
	case VFU_GET_REGION_INFO:
		put_info(msg, tape, 32);
		break;
	case VFU_GET_INFO:
	case VFU_GET_IRQ_INFO:
		put_info(msg, tape, 16);
		break;
	case VFU_SET_IRQS:
		put_irqs(msg, tape);
		break;
	case VFU_REGION_READ:
		put_read(msg, tape);
		break;
	case VFU_REGION_WRITE:
		(tape_take(tape, 1) & 1 ? put_command : put_write)(msg, tape);
		break;
	case VFU_REGION_WRITE_MULTI:
		put_multi(msg, tape);
		break;
	}
}

/* ---- Sending ---- */

static void send_message(struct message *msg)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(NR_FDS * sizeof(int))] = { 0 };
	struct iovec iov[2] = {
		{ .iov_base = &msg->hdr, .iov_len = sizeof(msg->hdr) },
		{ .iov_base = msg->payload, .iov_len = msg->len },
	};
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t len = msg->nr_fds * sizeof(int);

	if (msg->nr_fds) {
		mh.msg_control = control;
		mh.msg_controllen = CMSG_SPACE(len);
		*CMSG_FIRSTHDR(&mh) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(len) };
		for (unsigned int i = 0; i < msg->nr_fds; i++)
			memcpy(CMSG_DATA(CMSG_FIRSTHDR(&mh)) + i * sizeof(int),
			       &files[(i + msg->payload[0]) % NR(files)], sizeof(int));
	}
	/* Fails where the server ended the conversation: which it may. */
	if (sendmsg(client, &mh, MSG_NOSIGNAL) > 0)
		fuzz_count++;
}

static void send_greeting(void)
{
	struct message msg = { .hdr = { .id = 0, .command = VFU_VERSION } };

	put(&msg, 0, 4);
	memcpy(msg.payload + msg.len, CAPS, sizeof(CAPS));
	msg.len += sizeof(CAPS);
	msg.hdr.size = (uint32_t)(sizeof(msg.hdr) + msg.len);
	expected[0] = true;
	send_message(&msg);
}

/* Always a good one: its reply says that all before it was served. */
static void send_farewell(int id)
{
	struct message msg = { .hdr = { .id = (uint16_t)id, .command = VFU_GET_INFO } };

	put_info(&msg, &(struct tape){ (const uint8_t *)"", 0 }, 16);
	msg.hdr.size = (uint32_t)(sizeof(msg.hdr) + msg.len);
	expected[id] = true;
	send_message(&msg);
}

/* Whatever becomes of it. The address follows argsz, flags and the offset. */
static void note_window(const struct message *msg)
{
	if (msg->hdr.command == VFU_DMA_MAP && msg->len >= 24)
		memcpy(&windows[nr_windows++], msg->payload + 16, sizeof(*windows));
}

static void send_scripted(struct tape *tape, int id)
{
	static const uint8_t often[] = {
		VFU_REGION_WRITE, VFU_REGION_READ, VFU_DMA_MAP, VFU_SET_IRQS, VFU_DMA_UNMAP,
		VFU_REGION_WRITE_MULTI, VFU_GET_INFO, VFU_GET_REGION_INFO, VFU_GET_IRQ_INFO,
		VFU_RESET, VFU_VERSION, VFU_DMA_WRITE,
	};
	uint8_t pick = (uint8_t)tape_take(tape, 1), how = (uint8_t)tape_take(tape, 1);
	struct message msg = { .hdr.id = (uint16_t)id };

	msg.hdr.command = pick & 0x80 ? pick & 0x7f : often[pick % NR(often)];
	if (how & 0x80)
		put_tape(&msg, tape, tape_pick(tape, MAX_PAYLOAD));
	else
		put_payload(&msg, tape);
	if (how & 1)
		msg.nr_fds = how & 2 ? 1 : tape_pick(tape, NR_FDS + 1);
	if ((how & 0x0c) == 0x0c)
		msg.hdr.flags = (uint32_t)tape_take(tape, 1);
	msg.hdr.size = (uint32_t)(sizeof(msg.hdr) + msg.len);
	if ((how & 0x70) == 0x70) {
		msg.hdr.size = (uint32_t)tape_take(tape, 3);
		broken = true;
	}
	expected[id] = !(msg.hdr.flags & (VFU_NO_REPLY | VFU_TYPE_MASK));
	note_window(&msg);
	send_message(&msg);
}

/* ---- Receiving ---- */

static bool receive(void *buf, size_t len)
{
	return !len || recv(client, buf, len, MSG_WAITALL) == (ssize_t)len;
}

static void answer_interrupt(const struct vfu_header *asked)
{
	struct vfu_header hdr = { .id = asked->id, .command = asked->command,
				  .flags = VFU_TYPE_REPLY, .size = sizeof(hdr) };

	PROMISE(asked->command == VFU_DMA_WRITE);
	PROMISE(asked->size == sizeof(*asked) + 20 && !asked->flags);
	send(client, &hdr, sizeof(hdr), MSG_NOSIGNAL);
}

static void check_reply(const struct vfu_header *hdr)
{
	bool error = hdr->flags & VFU_ERROR;

	PROMISE(hdr->id < NR(expected) && expected[hdr->id]);
	expected[hdr->id] = false;
	PROMISE((hdr->flags & ~(uint32_t)VFU_ERROR) == VFU_TYPE_REPLY);
	PROMISE(error == (hdr->err != 0));
	PROMISE(!error || hdr->size == sizeof(*hdr));
}

static void *read_replies(void *arg)
{
	struct vfu_header hdr;

	(void)arg;
	while (receive(&hdr, sizeof(hdr))) {
		PROMISE(hdr.size >= sizeof(hdr) && hdr.size - sizeof(hdr) <= sizeof(inbox));
		if (!receive(inbox, hdr.size - sizeof(hdr)))
			break;
		if ((hdr.flags & VFU_TYPE_MASK) == VFU_TYPE_COMMAND)
			answer_interrupt(&hdr);
		else
			check_reply(&hdr);
		if (hdr.flags & VFU_TYPE_REPLY && hdr.id == last_id)
			shutdown(client, SHUT_WR);
	}
	return NULL;
}

/* ---- One conversation ---- */

/* Everything is sent before it is served, so that a run repeats itself. */
static void send_all(struct tape *tape)
{
	int id = 1;

	memset(expected, 0, sizeof(expected));
	nr_windows = 0;
	broken = false;
	last_id = -1;
	if (!(tape_take(tape, 1) & 1))
		send_greeting();
	while (tape->left && id <= MAX_MESSAGES && !broken)
		send_scripted(tape, id++);
	if (broken) {
		shutdown(client, SHUT_WR);
		return;
	}
	last_id = id;
	send_farewell(id);
}

/* What a client may hand over: memory, an eventfd, and a file that is neither. */
static void make_files(void)
{
	files[0] = files[1] = memfd_create("memory", MFD_CLOEXEC);
	files[2] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	files[3] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	PROMISE(!ftruncate(files[0], NR_PAGES << 12));
}

/* The lowest number that is free; a descriptor that was kept takes it. */
static int lowest_fd(void)
{
	int fd = dup(STDOUT_FILENO);

	close(fd);
	return fd;
}

#endif /* VFU_SCRIPT_H */
