/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI device of a served vdev: the register model of kmod/model, whose actions are
 * performed on a bare vdev, for one client after the other. One thread. It is to a
 * bare vdev what kmod/vdev/vdev.c is to a slice.
 */
#ifndef FUNCTION_H
#define FUNCTION_H

#include "bare.h"
#include "model/model.h"
#include "vfio-user/vfu.h"

struct function {
	const struct bare_ops *ops;
	void *bare;
	struct vdsa_bare_info info;
	struct vdsa_model model;
	struct dma *dma;		/* NULL: there is no client */
	struct vfu *vfu;
	u32 masked;			/* vectors, as the bare vdev was told */
	u32 connected;			/* vectors that have a descriptor */
	bool ahead;			/* the guest was bus master: memory is prepared */
	struct vdsa_action enable;	/* the last that waited for memory */
	u32 ticket;			/* of the last mapping of memory, for all clients */
	u32 prepared;			/* that of the one that ended last; 0: none */
	int last;			/* connection whose client went and left descriptors unread; -1: none */
	int64_t missed_ms;		/* when the guest is told that the host is gone; 0: never */
};

/* Without a client. @ops and @bare stay the caller's. */
void function_init(struct function *fn, const struct bare_ops *ops, void *bare);

/* Ends what there is. */
void function_exit(struct function *fn);

/* Whether the bare vdev is there, and one that can be emulated: 0 or -errno. */
int function_try(struct function *fn);

/*
 * A client on the socket @sock, which is taken over; only while function_is_taken() is false.
 * 0, -ENODEV if the vdev is gone, or another -errno.
 */
int function_begin(struct function *fn, int sock);
bool function_has_client(const struct function *fn);
/* Whether there is a client, or the last one has its connection open and descriptors unread in it. */
bool function_is_taken(struct function *fn);

/* Serves what the client has sent, as vfu_step(). After 0 or an error it is gone. */
int function_step(struct function *fn);
/* Whether a part of its message is left: the next step is due at once. */
bool function_is_busy(const struct function *fn);
/* The client is sent away. */
void function_end(struct function *fn);

/* The bare vdev has events. */
void function_events(struct function *fn);
/* The host wants the vdev back: tell the client. */
void function_request(struct function *fn);

/*
 * What is due at the time @now_ms, of CLOCK_MONOTONIC: returns in how many milliseconds
 * to call again, -1: need not be.
 */
int function_tick(struct function *fn, int64_t now_ms);

#endif /* FUNCTION_H */
