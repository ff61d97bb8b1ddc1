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
			 size_t len, int flags, const char **why)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(VFU_MAX_FDS * sizeof(int))];
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control) };
	ssize_t n;

	do
		n = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC | flags);
	while (n < 0 && errno == EINTR);
	/* Left, with something of ours unread. */
	if (n < 0 && errno == ECONNRESET)
		return 0;
	if (n < 0) {
		*why = strerror(errno);
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	}
	take_fds(msg, &mh);
	if (mh.msg_flags & MSG_CTRUNC || msg->nr_fds > VFU_MAX_FDS) {
		*why = "more than 16 file descriptors in one message";
		return -EMSGSIZE;
	}
	return n;
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

/* The next piece, of the header or of the payload behind it: 1, 0 or -errno. */
static int recv_piece(int sock, struct vfu_msg *msg, int flags, const char **why)
{
	size_t of_hdr = sizeof(msg->hdr), n;
	ssize_t ret;

	if (msg->got < of_hdr)
		ret = recv_some(sock, msg, (uint8_t *)&msg->hdr + msg->got,
				of_hdr - msg->got, flags, why);
	else
		ret = recv_some(sock, msg, msg->payload + (msg->got - of_hdr),
				msg->hdr.size - msg->got, flags, why);
	n = ret > 0 ? (size_t)ret : 0;
	if (!ret && msg->got) {
		*why = "the peer left in the middle of a message";
		return -EPIPE;
	}
	msg->got += n;
	return n ? 1 : (int)ret;
}

static int recv_message(int sock, struct vfu_msg *msg, int flags, const char **why)
{
	int ret;

	do {
		ret = recv_piece(sock, msg, flags, why);
		if (ret <= 0)
			return ret;
		if (msg->got < sizeof(msg->hdr))
			continue;
		*why = header_fault(&msg->hdr);
		if (*why)
			return -EPROTO;
	} while (msg->got < sizeof(msg->hdr) || msg->got < msg->hdr.size);
	msg->len = msg->hdr.size - sizeof(msg->hdr);
	return 1;
}

void vfu_recv_begin(struct vfu_msg *msg)
{
	msg->hdr = (struct vfu_header){ 0 };
	msg->got = 0;
	msg->nr_fds = 0;
}

static int recv_on(int sock, struct vfu_msg *msg, int flags, const char **why)
{
	int ret = recv_message(sock, msg, flags, why);

	if (ret <= 0 && ret != -EAGAIN)
		vfu_msg_close_fds(msg);
	return ret;
}

int vfu_recv_more(int sock, struct vfu_msg *msg, const char **why)
{
	return recv_on(sock, msg, MSG_DONTWAIT, why);
}

int vfu_recv(int sock, struct vfu_msg *msg, const char **why)
{
	vfu_recv_begin(msg);
	return recv_on(sock, msg, 0, why);
}

void vfu_msg_close_fds(struct vfu_msg *msg)
{
	for (size_t i = 0; i < msg->nr_fds && i < VFU_MAX_FDS; i++) {
		if (msg->fds[i] >= 0)
			close(msg->fds[i]);
	}
	msg->nr_fds = 0;
}
