/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How do messages leave without anyone waiting for the client? What the socket
 * does not take at once is queued for a thread of its own: so the socket thread
 * always goes on reading, and a client that answers before it reads cannot
 * lock up. Who polls the socket does without that thread, and calls vfu_tx_flush().
 */
#ifndef VFU_TX_H
#define VFU_TX_H

#include "vfu_msg.h"

#include <pthread.h>

/* A client that leaves so much unread is lost. */
#define VFU_TX_MAX	(64u << 20)

struct vfu_tx {
	int sock;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;		/* all below */
	pthread_cond_t wake;
	struct vfu_tx_rest *head, **tail;
	size_t queued;			/* bytes */
	bool ended;
};

int vfu_tx_init(struct vfu_tx *tx, int sock, bool threaded);
/* Ends the connection, for reading as well, and the thread. */
void vfu_tx_exit(struct vfu_tx *tx);

/*
 * Sends header (its size is filled in) and payload in one piece and in order,
 * from any thread. -EPIPE once the connection has ended, -ENOBUFS if the client
 * does not read: then it ends here.
 */
int vfu_tx_send(struct vfu_tx *tx, struct vfu_header *hdr, const void *payload,
		size_t len);
/* The same with a descriptor, which stays the caller's; -1: none. */
int vfu_tx_send_fd(struct vfu_tx *tx, struct vfu_header *hdr, const void *payload,
		   size_t len, int fd);

/* Whether the peer has its socket open and has not read all that was sent on @sock. */
bool vfu_socket_is_unread(int sock);
/* That, or something is queued. */
bool vfu_tx_is_unread(struct vfu_tx *tx);

/* Without a thread: whether something is queued, and send of it what the socket takes. */
bool vfu_tx_is_queued(struct vfu_tx *tx);
int vfu_tx_flush(struct vfu_tx *tx);

#endif /* VFU_TX_H */
