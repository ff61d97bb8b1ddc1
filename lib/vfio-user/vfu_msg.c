// SPDX-License-Identifier: GPL-2.0-only
/* Incoming vfio-user messages: see vfu_msg.h. */
#include "vfu_msg.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(struct vfu_header) == 16, "as on the wire");

static void take_fds(struct vfu_msg *msg, struct msghdr *mh)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
		size_t nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fds[VFU_MAX_FDS];

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(fds, CMSG_DATA(c), nr * sizeof(int));
		for (size_t i = 0; i < nr; i++) {
			if (msg->nr_fds < VFU_MAX_FDS)
				msg->fds[msg->nr_fds] = fds[i];
			else
				close(fds[i]);
			msg->nr_fds++;
		}
	}
}

/* Some bytes, and the descriptors that came with them. */
static ssize_t recv_some(int sock, struct vfu_msg *msg, void *buf,
			 size_t len, const char **why)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(VFU_MAX_FDS * sizeof(int))];
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control) };
	ssize_t n;

	do
		n = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	/* Left, with something of ours unread. */
	if (n < 0 && errno == ECONNRESET)
		return 0;
	if (n < 0) {
		*why = strerror(errno);
		return -errno;
	}
	take_fds(msg, &mh);
	if (mh.msg_flags & MSG_CTRUNC || msg->nr_fds > VFU_MAX_FDS) {
		*why = "more than 16 file descriptors in one message";
		return -EMSGSIZE;
	}
	return n;
}

/* All of @len; 0 only if the peer left before the first byte. */
static int recv_all(int sock, struct vfu_msg *msg, void *buf,
		    size_t len, const char **why)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = recv_some(sock, msg, (uint8_t *)buf + done, len - done,
				      why);

		if (n < 0)
			return (int)n;
		if (!n && !done)
			return 0;
		if (!n) {
			*why = "the peer left in the middle of a message";
			return -EPIPE;
		}
		done += (size_t)n;
	}
	return 1;
}

static const char *header_fault(const struct vfu_header *hdr)
{
	uint32_t type = hdr->flags & VFU_TYPE_MASK;

	if (hdr->size < sizeof(*hdr))
		return "message size smaller than its header";
	if (hdr->size - sizeof(*hdr) > VFU_MAX_PAYLOAD)
		return "message size beyond 1 MiB of data";
	if (type != VFU_TYPE_COMMAND && type != VFU_TYPE_REPLY)
		return "message is neither command nor reply";
	return NULL;
}

static int recv_message(int sock, struct vfu_msg *msg,
			const char **why)
{
	int ret = recv_all(sock, msg, &msg->hdr, sizeof(msg->hdr), why);

	if (ret <= 0)
		return ret;
	*why = header_fault(&msg->hdr);
	if (*why)
		return -EPROTO;
	msg->len = msg->hdr.size - sizeof(msg->hdr);
	ret = recv_all(sock, msg, msg->payload, msg->len, why);
	if (ret == 0) {
		*why = "the peer left in the middle of a message";
		return -EPIPE;
	}
	return ret;
}

int vfu_recv(int sock, struct vfu_msg *msg, const char **why)
{
	int ret;

	msg->hdr = (struct vfu_header){ 0 };
	msg->nr_fds = 0;
	ret = recv_message(sock, msg, why);
	if (ret <= 0)
		vfu_msg_close_fds(msg);
	return ret;
}

void vfu_msg_close_fds(struct vfu_msg *msg)
{
	for (size_t i = 0; i < msg->nr_fds && i < VFU_MAX_FDS; i++) {
		if (msg->fds[i] >= 0)
			close(msg->fds[i]);
	}
	msg->nr_fds = 0;
}
