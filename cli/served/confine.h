/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may the process do once it serves? Only what this file allows it, for ever: a
 * client that takes it over has one vdev, which it had already.
 */
#ifndef CONFINE_H
#define CONFINE_H

#include <stdint.h>
#include <sys/types.h>

struct confine_user {
	uid_t uid;
	gid_t gid;
};

/*
 * The user @name; NULL: dsactl-serve, or nobody where there is none. 0, or -ENOENT with
 * @*name the one that was looked for.
 */
int confine_find_user(const char **name, struct confine_user *user);

/*
 * Be that user where this is root, without groups, capabilities, new privileges and dumps;
 * lock at most @memory bytes of a client's memory; make only the system calls of confine.c's
 * table, and with them only the requests of a bare vdev. Any other call kills the process. 0,
 * or -errno with @*what what could not be done.
 */
int confine(const struct confine_user *user, uint64_t memory, const char **what);

#endif /* CONFINE_H */
