/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does a vfio-user message look like, and how does one get in? Framing only:
 * sizes, file descriptors, types. What a command means stands in vfu.c.
 */
#ifndef VFU_MSG_H
#define VFU_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFU_MAX_FDS	16
#define VFU_MAX_XFER	(1u << 20)
/* The largest payload: a write of VFU_MAX_XFER bytes and its 16-byte header. */
#define VFU_MAX_PAYLOAD	(VFU_MAX_XFER + 16)

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP = 2,
	VFU_DMA_UNMAP = 3,
	VFU_GET_INFO = 4,
	VFU_GET_REGION_INFO = 5,
	VFU_GET_IRQ_INFO = 7,
	VFU_SET_IRQS = 8,
	VFU_REGION_READ = 9,
	VFU_REGION_WRITE = 10,
	VFU_DMA_WRITE = 12,
	VFU_RESET = 13,
	VFU_REGION_WRITE_MULTI = 15,
};

enum vfu_flag {
	VFU_TYPE_MASK = 0xf,
	VFU_TYPE_COMMAND = 0,
	VFU_TYPE_REPLY = 1,
	VFU_NO_REPLY = 0x10,
	VFU_ERROR = 0x20,
};

struct vfu_header {
	uint16_t id, command;
	uint32_t size;		/* header included */
	uint32_t flags;
	uint32_t err;
};

struct vfu_msg {
	struct vfu_header hdr;
	size_t got;			/* of header and payload, while it comes in */
	size_t len;			/* of the payload */
	uint8_t *payload;		/* VFU_MAX_PAYLOAD of room */
	int fds[VFU_MAX_FDS];		/* taken ones are -1 */
	size_t nr_fds;
};

/*
 * The next whole message; its descriptors are the caller's to close by
 * vfu_msg_close_fds(). 1, 0 if the peer has left between two messages, or
 * -errno with *@why in words: then the stream cannot be trusted any more.
 */
int vfu_recv(int sock, struct vfu_msg *msg, const char **why);

/*
 * The same without waiting: -EAGAIN while the message is not whole, and the next call
 * goes on with it. The first one follows vfu_recv_begin().
 */
void vfu_recv_begin(struct vfu_msg *msg);
int vfu_recv_more(int sock, struct vfu_msg *msg, const char **why);
void vfu_msg_close_fds(struct vfu_msg *msg);

#endif /* VFU_MSG_H */
