/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may talk to a served vdev, and when? A socket, on which one client after the other
 * is served; who comes while there is one is sent away, and while one that went has its
 * connection open and descriptors unread in it.
 */
#ifndef SERVER_H
#define SERVER_H

#include "function.h"

#include <sys/types.h>

/*
 * Listens at @path; one that nobody listens at any more is taken over. The socket is
 * for @uid and @gid, with mode 0660. A descriptor, or -errno: -EADDRINUSE somebody
 * listens there, -EEXIST it is no socket, -ENAMETOOLONG.
 */
int server_listen(const char *path, uid_t uid, gid_t gid);

/* The descriptors that the server waits for; all stay the caller's. */
struct server {
	struct function *fn;
	int listener;
	int stop;	/* readable: end */
	int event;	/* readable: function_events() */
	int request;	/* readable: the vdev is wanted back: end when the client has left */
	int gone;	/* readable: ask is_gone(bare); end where it is */
	bool (*is_gone)(void *bare);
	void *bare;
};

/*
 * Serves until @stop is readable, the client has left that was asked to, or the vdev is
 * gone: 0. -ENODEV if it went as a client came.
 */
int server_run(const struct server *server);

#endif /* SERVER_H */
