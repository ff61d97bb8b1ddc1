/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which event file descriptor does an interrupt of the function signal? MSI-X, and
 * the request to give the function back, where the function makes it; the error
 * interrupt can be registered, because clients warn if it cannot, and never fires:
 * no function here has uncorrectable errors.
 */
#ifndef VFU_IRQ_H
#define VFU_IRQ_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { VFU_IRQ_INTX, VFU_IRQ_MSI, VFU_IRQ_MSIX, VFU_IRQ_ERR, VFU_IRQ_REQ,
       VFU_NR_IRQS };

/* The bits of SET_IRQS flags, as VFIO has them. */
enum {
	VFU_DATA_NONE = 0x1, VFU_DATA_BOOL = 0x2, VFU_DATA_EVENTFD = 0x4,
	VFU_ACTION_MASK = 0x8, VFU_ACTION_UNMASK = 0x10, VFU_ACTION_TRIGGER = 0x20,
};

/* What a function may want to know of them; none of these is called with the lock. */
struct vfu_irq_ops {
	/* @fd is signalled from now on, and stays the caller's; -1: none. 0 or -errno. */
	int (*connect)(void *arg, unsigned int index, unsigned int vector, int fd);
	/* NULL: vectors are masked in their table alone. */
	void (*mask)(void *arg, unsigned int index, unsigned int vector, bool masked);
};

struct vfu_irqs {
	const struct vfu_irq_ops *ops;	/* or NULL */
	void *arg;
	pthread_mutex_t lock;		/* fds */
	unsigned int nr[VFU_NR_IRQS];
	int *fds[VFU_NR_IRQS];		/* -1: not connected */
	void (*trace)(const char *kind, const char *fmt, ...)
		__attribute__((format(printf, 2, 3)));	/* or NULL */
};

/* One SET_IRQS request: @fds (EVENTFD) or @bools (BOOL) go with it. */
struct vfu_irq_set {
	uint32_t flags, index, start, count;
	const uint8_t *bools;
	uint64_t nr_bools;
	int *fds;
	uint64_t nr_fds;
};

int vfu_irqs_init(struct vfu_irqs *irqs, unsigned int nr_msix, unsigned int nr_requests);
void vfu_irqs_destroy(struct vfu_irqs *irqs);

/* Whether messages mask vectors of this index. */
bool vfu_irqs_are_maskable(const struct vfu_irqs *irqs, unsigned int index);

/* 0, -EINVAL or what connecting ended with: then none of them is connected. Descriptors that are kept are set to -1 in @set->fds. */
int vfu_irqs_set(struct vfu_irqs *irqs, const struct vfu_irq_set *set);

/* Signals; false, and nothing happens, if nothing is connected. Any thread. */
bool vfu_irqs_fire(struct vfu_irqs *irqs, unsigned int index, unsigned int vector);

#endif /* VFU_IRQ_H */
