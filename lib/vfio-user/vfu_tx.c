// SPDX-License-Identifier: GPL-2.0-only
/* Outgoing vfio-user messages: see vfu_tx.h. */
#include "vfu_tx.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* The part of a message that the socket has not taken yet. */
struct vfu_tx_rest {
	struct vfu_tx_rest *next;
	size_t len, done;
	int fd;			/* goes with the first byte; -1: none */
	uint8_t data[];
};

static void end_locked(struct vfu_tx *tx)
{
	tx->ended = true;
	shutdown(tx->sock, SHUT_RDWR);
	pthread_cond_signal(&tx->wake);
}

/* Some of it, with @fd; 0 if the socket takes nothing now, or -EPIPE. */
static ssize_t send_some(int sock, struct iovec *iov, size_t nr, int fd, int flags)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = nr };
	ssize_t n;

	if (fd >= 0) {
		mh.msg_control = control;
		mh.msg_controllen = sizeof(control);
		*CMSG_FIRSTHDR(&mh) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&mh)), &fd, sizeof(fd));
	}
	do
		n = sendmsg(sock, &mh, MSG_NOSIGNAL | flags);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == ETOOMANYREFS)
		warnx("vfio-user: no descriptor can be sent: those that are on their way from this user's processes are too many");
	if (n < 0)
		return errno == EAGAIN ? 0 : -EPIPE;
	return n;
}

static void sent_fd(struct vfu_tx_rest *rest)
{
	if (rest->fd >= 0)
		close(rest->fd);
	rest->fd = -1;
}

/* 1: all of it is sent; 0: the socket takes no more now. */
static int send_rest(int sock, struct vfu_tx_rest *rest, int flags)
{
	while (rest->done < rest->len) {
		struct iovec iov = { .iov_base = rest->data + rest->done,
				     .iov_len = rest->len - rest->done };
		ssize_t n = send_some(sock, &iov, 1, rest->fd, flags);

		if (n <= 0)
			return (int)n;
		sent_fd(rest);
		rest->done += (size_t)n;
	}
	return 1;
}

static void pop_locked(struct vfu_tx *tx)
{
	struct vfu_tx_rest *rest = tx->head;

	tx->head = rest->next;
	if (!tx->head)
		tx->tail = &tx->head;
	tx->queued -= rest->len;
	sent_fd(rest);
	free(rest);
}

/* The head stays queued while it is being sent, so that none overtakes it. */
static void *tx_run(void *arg)
{
	struct vfu_tx *tx = arg;

	pthread_mutex_lock(&tx->lock);
	while (!tx->ended) {
		int sent;

		if (!tx->head) {
			pthread_cond_wait(&tx->wake, &tx->lock);
			continue;
		}
		pthread_mutex_unlock(&tx->lock);
		sent = send_rest(tx->sock, tx->head, 0);
		pthread_mutex_lock(&tx->lock);
		if (sent > 0)
			pop_locked(tx);
		else
			end_locked(tx);
	}
	pthread_mutex_unlock(&tx->lock);
	return NULL;
}

int vfu_tx_init(struct vfu_tx *tx, int sock, bool threaded)
{
	*tx = (struct vfu_tx){ .sock = sock, .threaded = threaded };
	tx->tail = &tx->head;
	pthread_mutex_init(&tx->lock, NULL);
	pthread_cond_init(&tx->wake, NULL);
	return threaded ? -pthread_create(&tx->thread, NULL, tx_run, tx) : 0;
}

void vfu_tx_exit(struct vfu_tx *tx)
{
	pthread_mutex_lock(&tx->lock);
	end_locked(tx);
	pthread_mutex_unlock(&tx->lock);
	if (tx->threaded)
		pthread_join(tx->thread, NULL);
	while (tx->head)
		pop_locked(tx);
	pthread_mutex_destroy(&tx->lock);
	pthread_cond_destroy(&tx->wake);
}

/* How much of the message the socket takes now; it may be nothing. */
static ssize_t send_now(struct vfu_tx *tx, const struct vfu_header *hdr,
			const void *payload, size_t len, int fd)
{
	struct iovec iov[2] = {
		{ .iov_base = (void *)hdr, .iov_len = sizeof(*hdr) },
		{ .iov_base = (void *)payload, .iov_len = len },
	};

	return tx->head ? 0 : send_some(tx->sock, iov, 2, fd, MSG_DONTWAIT);
}

static struct vfu_tx_rest *rest_new(const struct vfu_header *hdr, const void *payload,
				    size_t len, size_t done, int fd)
{
	struct vfu_tx_rest *rest = malloc(sizeof(*rest) + sizeof(*hdr) + len);

	if (!rest)
		return NULL;
	*rest = (struct vfu_tx_rest){ .len = sizeof(*hdr) + len, .done = done, .fd = -1 };
	memcpy(rest->data, hdr, sizeof(*hdr));
	if (len)
		memcpy(rest->data + sizeof(*hdr), payload, len);
	if (fd < 0 || done)
		return rest;
	rest->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (rest->fd >= 0)
		return rest;
	free(rest);
	return NULL;
}

static int queue_rest(struct vfu_tx *tx, const struct vfu_header *hdr,
		      const void *payload, size_t len, size_t done, int fd)
{
	struct vfu_tx_rest *rest;

	if (sizeof(*hdr) + len > VFU_TX_MAX - tx->queued)
		return -ENOBUFS;
	rest = rest_new(hdr, payload, len, done, fd);
	if (!rest)
		return -ENOMEM;
	*tx->tail = rest;
	tx->tail = &rest->next;
	tx->queued += rest->len;
	pthread_cond_signal(&tx->wake);
	return 0;
}

static int send_locked(struct vfu_tx *tx, const struct vfu_header *hdr,
		       const void *payload, size_t len, int fd)
{
	ssize_t done;

	if (tx->ended)
		return -EPIPE;
	done = send_now(tx, hdr, payload, len, fd);
	if (done < 0)
		return (int)done;
	if ((size_t)done == sizeof(*hdr) + len)
		return 0;
	return queue_rest(tx, hdr, payload, len, (size_t)done, fd);
}

int vfu_tx_send_fd(struct vfu_tx *tx, struct vfu_header *hdr, const void *payload,
		   size_t len, int fd)
{
	int err;

	hdr->size = (uint32_t)(sizeof(*hdr) + len);
	pthread_mutex_lock(&tx->lock);
	err = send_locked(tx, hdr, payload, len, fd);
	if (err)
		end_locked(tx);
	pthread_mutex_unlock(&tx->lock);
	return err;
}

int vfu_tx_send(struct vfu_tx *tx, struct vfu_header *hdr, const void *payload,
		size_t len)
{
	return vfu_tx_send_fd(tx, hdr, payload, len, -1);
}

bool vfu_socket_is_unread(int sock)
{
	int unread;

	return !ioctl(sock, SIOCOUTQ, &unread) && unread;
}

bool vfu_tx_is_unread(struct vfu_tx *tx)
{
	return vfu_socket_is_unread(tx->sock) || vfu_tx_is_queued(tx);
}

bool vfu_tx_is_queued(struct vfu_tx *tx)
{
	bool queued;

	pthread_mutex_lock(&tx->lock);
	queued = tx->head && !tx->ended;
	pthread_mutex_unlock(&tx->lock);
	return queued;
}

int vfu_tx_flush(struct vfu_tx *tx)
{
	int sent = 1;

	pthread_mutex_lock(&tx->lock);
	while (sent > 0 && tx->head && !tx->ended) {
		sent = send_rest(tx->sock, tx->head, MSG_DONTWAIT);
		if (sent > 0)
			pop_locked(tx);
	}
	if (sent < 0)
		end_locked(tx);
	pthread_mutex_unlock(&tx->lock);
	return sent < 0 ? sent : 0;
}
