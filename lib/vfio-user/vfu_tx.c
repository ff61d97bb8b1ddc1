// SPDX-License-Identifier: GPL-2.0-only
/* Outgoing vfio-user messages: see vfu_tx.h. */
#include "vfu_tx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The part of a message that the socket has not taken yet. */
struct vfu_tx_rest {
	struct vfu_tx_rest *next;
	size_t len;
	uint8_t data[];
};

static void end_locked(struct vfu_tx *tx)
{
	tx->ended = true;
	shutdown(tx->sock, SHUT_RDWR);
	pthread_cond_signal(&tx->wake);
}

static bool send_rest(int sock, const struct vfu_tx_rest *rest)
{
	size_t done = 0;

	while (done < rest->len) {
		ssize_t n = send(sock, rest->data + done, rest->len - done,
				 MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			done += (size_t)n;
	}
	return true;
}

static void pop_locked(struct vfu_tx *tx)
{
	struct vfu_tx_rest *rest = tx->head;

	tx->head = rest->next;
	if (!tx->head)
		tx->tail = &tx->head;
	tx->queued -= rest->len;
	free(rest);
}

/* The head stays queued while it is being sent, so that none overtakes it. */
static void *tx_run(void *arg)
{
	struct vfu_tx *tx = arg;

	pthread_mutex_lock(&tx->lock);
	while (!tx->ended) {
		bool sent;

		if (!tx->head) {
			pthread_cond_wait(&tx->wake, &tx->lock);
			continue;
		}
		pthread_mutex_unlock(&tx->lock);
		sent = send_rest(tx->sock, tx->head);
		pthread_mutex_lock(&tx->lock);
		if (sent)
			pop_locked(tx);
		else
			end_locked(tx);
	}
	pthread_mutex_unlock(&tx->lock);
	return NULL;
}

int vfu_tx_init(struct vfu_tx *tx, int sock)
{
	*tx = (struct vfu_tx){ .sock = sock };
	tx->tail = &tx->head;
	pthread_mutex_init(&tx->lock, NULL);
	pthread_cond_init(&tx->wake, NULL);
	return -pthread_create(&tx->thread, NULL, tx_run, tx);
}

void vfu_tx_exit(struct vfu_tx *tx)
{
	pthread_mutex_lock(&tx->lock);
	end_locked(tx);
	pthread_mutex_unlock(&tx->lock);
	pthread_join(tx->thread, NULL);
	while (tx->head)
		pop_locked(tx);
	pthread_mutex_destroy(&tx->lock);
	pthread_cond_destroy(&tx->wake);
}

/* How much of the message the socket takes now; it may be nothing. */
static ssize_t send_now(struct vfu_tx *tx, const struct vfu_header *hdr,
			const void *payload, size_t len)
{
	struct iovec iov[2] = {
		{ .iov_base = (void *)hdr, .iov_len = sizeof(*hdr) },
		{ .iov_base = (void *)payload, .iov_len = len },
	};
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	if (tx->head)
		return 0;
	do
		n = sendmsg(tx->sock, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -EPIPE;
	return n;
}

static int queue_rest(struct vfu_tx *tx, const struct vfu_header *hdr,
		      const void *payload, size_t len, size_t done)
{
	struct vfu_tx_rest *rest;
	size_t of_hdr = done < sizeof(*hdr) ? sizeof(*hdr) - done : 0;
	size_t of_payload = done + of_hdr - sizeof(*hdr);

	if (sizeof(*hdr) + len - done > VFU_TX_MAX - tx->queued)
		return -ENOBUFS;
	rest = malloc(sizeof(*rest) + sizeof(*hdr) + len);
	if (!rest)
		return -ENOMEM;
	rest->next = NULL;
	rest->len = of_hdr + len - of_payload;
	memcpy(rest->data, (const uint8_t *)hdr + (sizeof(*hdr) - of_hdr), of_hdr);
	if (len > of_payload)
		memcpy(rest->data + of_hdr, (const uint8_t *)payload + of_payload,
		       len - of_payload);
	*tx->tail = rest;
	tx->tail = &rest->next;
	tx->queued += rest->len;
	pthread_cond_signal(&tx->wake);
	return 0;
}

static int send_locked(struct vfu_tx *tx, const struct vfu_header *hdr,
		       const void *payload, size_t len)
{
	ssize_t done;

	if (tx->ended)
		return -EPIPE;
	done = send_now(tx, hdr, payload, len);
	if (done < 0)
		return (int)done;
	if ((size_t)done == sizeof(*hdr) + len)
		return 0;
	return queue_rest(tx, hdr, payload, len, (size_t)done);
}

int vfu_tx_send(struct vfu_tx *tx, struct vfu_header *hdr, const void *payload,
		size_t len)
{
	int err;

	hdr->size = (uint32_t)(sizeof(*hdr) + len);
	pthread_mutex_lock(&tx->lock);
	err = send_locked(tx, hdr, payload, len);
	if (err)
		end_locked(tx);
	pthread_mutex_unlock(&tx->lock);
	return err;
}
