/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The door to the kernel: a bare vdev, linux/dsa_vdev_bare.h, and VFIO's memory and
 * interrupts of it. bare.c is the only file that makes these calls; what emulates the PCI
 * device knows the operations alone. They are called by one thread.
 */
#ifndef BARE_H
#define BARE_H

#include <linux/dsa_vdev_bare.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * All but those without a result return 0 or -errno. @bare is the argument of each; those
 * from act() on only between begin() and end().
 */
struct bare_ops {
	/*
	 * A new opening: nothing runs, no vector has a trigger. Memory that was mapped
	 * before stays so.
	 */
	int (*begin)(void *bare, struct vdsa_bare_info *info);
	/* Ends all of it, also the mappings of portal_fd(). */
	void (*end)(void *bare);

	/* Guest memory: @size bytes at @addr of this process, at @iova; readable or writable (dma.h). */
	int (*map)(void *bare, uint64_t iova, uint64_t size, void *addr, unsigned int access);
	/* What was mapped within; with size 0 all. */
	void (*unmap)(void *bare, uint64_t iova, uint64_t size);

	/* As VDSA_BARE_ACT: what the device says of it is in @act. */
	int (*act)(void *bare, struct vdsa_bare_act *act);
	/* As VDSA_BARE_MAP; with ticket 0 ahead. */
	int (*prepare)(void *bare, uint32_t ticket);
	int (*get_events)(void *bare, struct vdsa_bare_events *events);
	/* Bit n: vector n. */
	uint32_t (*get_pending)(void *bare);
	/* Completion vector @vector signals @fd, which stays the caller's; -1: none. */
	int (*set_trigger)(void *bare, unsigned int vector, int fd);
	void (*set_masked)(void *bare, unsigned int vector, bool masked);
	/* A file whose pages are the portals; -1: they must not be mapped. */
	int (*portal_fd)(void *bare);
};

struct bare;
extern const struct bare_ops bare_kernel_ops;	/* of a struct bare */

/* Whether sysfs shows a mediated device @uuid, of this driver or another; false for what is no UUID. */
bool bare_is_there(const char *uuid);

/*
 * The vdev @uuid, for this process alone until bare_free(). NULL, and @*what is what could
 * not be done, errno why.
 */
struct bare *bare_new(const char *uuid, const char **what);
void bare_free(struct bare *bare);

/* While it is open: readable when get_events() has something, and when the host wants it back. */
int bare_event_fd(const struct bare *bare);
int bare_request_fd(const struct bare *bare);

/* Readable when bare_is_gone() may have changed; that is true once the vdev is destroyed. */
int bare_gone_fd(const struct bare *bare);
bool bare_is_gone(void *bare);

#endif /* BARE_H */
