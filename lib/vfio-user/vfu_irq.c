// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts by event file descriptor: see vfu_irq.h. */
#include "vfu_irq.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define DATA_MASK	(VFU_DATA_NONE | VFU_DATA_BOOL | VFU_DATA_EVENTFD)

int vfu_irqs_init(struct vfu_irqs *irqs, unsigned int nr_msix, unsigned int nr_requests)
{
	*irqs = (struct vfu_irqs){ .nr = { [VFU_IRQ_MSIX] = nr_msix,
					   [VFU_IRQ_ERR] = 1,
					   [VFU_IRQ_REQ] = nr_requests } };
	pthread_mutex_init(&irqs->lock, NULL);
	for (unsigned int i = 0; i < VFU_NR_IRQS; i++) {
		irqs->fds[i] = malloc((irqs->nr[i] + 1) * sizeof(int));
		if (!irqs->fds[i]) {
			vfu_irqs_destroy(irqs);
			return -ENOMEM;
		}
		for (unsigned int v = 0; v < irqs->nr[i]; v++)
			irqs->fds[i][v] = -1;
	}
	return 0;
}

/* Takes over @fd; -1: none. */
static int connect_one(struct vfu_irqs *irqs, unsigned int index, unsigned int vector,
		       int fd)
{
	int err = 0, old;

	if (irqs->ops && irqs->ops->connect)
		err = irqs->ops->connect(irqs->arg, index, vector, fd);
	if (err && fd >= 0) {
		close(fd);
		fd = -1;
	}
	pthread_mutex_lock(&irqs->lock);
	old = irqs->fds[index][vector];
	irqs->fds[index][vector] = fd;
	pthread_mutex_unlock(&irqs->lock);
	if (old >= 0)
		close(old);
	return err;
}

bool vfu_irqs_are_maskable(const struct vfu_irqs *irqs, unsigned int index)
{
	return index == VFU_IRQ_MSIX && irqs->ops && irqs->ops->mask;
}

void vfu_irqs_destroy(struct vfu_irqs *irqs)
{
	for (unsigned int i = 0; i < VFU_NR_IRQS; i++) {
		for (unsigned int v = 0; irqs->fds[i] && v < irqs->nr[i]; v++)
			if (irqs->fds[i][v] >= 0)
				close(irqs->fds[i][v]);
		free(irqs->fds[i]);
	}
	pthread_mutex_destroy(&irqs->lock);
}

static bool action_ok(const struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	switch (set->flags & ~DATA_MASK) {
	case VFU_ACTION_TRIGGER:
		return true;
	case VFU_ACTION_MASK:
	case VFU_ACTION_UNMASK:
		return vfu_irqs_are_maskable(irqs, set->index) && set->count &&
		       !(set->flags & VFU_DATA_EVENTFD);
	default:
		return false;
	}
}

static int set_check(const struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	uint32_t data = set->flags & DATA_MASK;

	if (!action_ok(irqs, set))
		return -EINVAL;
	if (data != VFU_DATA_NONE && data != VFU_DATA_BOOL &&
	    data != VFU_DATA_EVENTFD)
		return -EINVAL;
	if (set->index >= VFU_NR_IRQS || set->start > irqs->nr[set->index] ||
	    set->count > irqs->nr[set->index] - set->start)
		return -EINVAL;
	/* Count 0 means all, and only of "none": disconnect. */
	if (!set->count && (data != VFU_DATA_NONE || set->start))
		return -EINVAL;
	if (set->nr_bools < (data == VFU_DATA_BOOL ? set->count : 0))
		return -EINVAL;
	if (set->nr_fds && (data != VFU_DATA_EVENTFD || set->nr_fds != set->count))
		return -EINVAL;
	return 0;
}

static void signal_fd(const struct vfu_irqs *irqs, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	const uint64_t one = 1;

	/* A counter that is full is signalled already; never block on it. */
	if (fd < 0 || poll(&pfd, 1, 0) != 1 || !(pfd.revents & POLLOUT))
		return;
	if (write(fd, &one, sizeof(one)) != sizeof(one) && irqs->trace)
		irqs->trace("bus", "irq-lost fd=%d", fd);
}

/* All or none: a vector that cannot be connected disconnects the others. */
static int connect_fds(struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	int err = 0;
	uint32_t i;

	for (i = 0; i < set->count && !err; i++) {
		err = connect_one(irqs, set->index, set->start + i,
				  set->nr_fds ? set->fds[i] : -1);
		if (set->nr_fds)
			set->fds[i] = -1;
	}
	while (err && i--)
		connect_one(irqs, set->index, set->start + i, -1);
	return err;
}

/* The vectors that @set means: all in its range, or those whose byte is set. */
static bool is_meant(const struct vfu_irq_set *set, uint32_t i)
{
	return set->flags & VFU_DATA_NONE || set->bools[i];
}

static void trigger_or_mask(struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (!is_meant(set, i))
			continue;
		if (set->flags & VFU_ACTION_TRIGGER)
			vfu_irqs_fire(irqs, set->index, set->start + i);
		else
			irqs->ops->mask(irqs->arg, set->index, set->start + i,
					set->flags & VFU_ACTION_MASK);
	}
}

int vfu_irqs_set(struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	int err = set_check(irqs, set);

	if (err)
		return err;
	if (set->flags & VFU_DATA_EVENTFD)
		return connect_fds(irqs, set);
	if (set->count)
		trigger_or_mask(irqs, set);
	else
		for (unsigned int v = 0; v < irqs->nr[set->index]; v++)
			connect_one(irqs, set->index, v, -1);
	return 0;
}

bool vfu_irqs_fire(struct vfu_irqs *irqs, unsigned int index, unsigned int vector)
{
	int fd = -1;

	pthread_mutex_lock(&irqs->lock);
	if (vector < irqs->nr[index])
		fd = irqs->fds[index][vector];
	signal_fd(irqs, fd);
	pthread_mutex_unlock(&irqs->lock);
	return fd >= 0;
}
