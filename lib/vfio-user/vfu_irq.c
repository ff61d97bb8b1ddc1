// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts by event file descriptor: see vfu_irq.h. */
#include "vfu_irq.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define DATA_MASK	(VFU_DATA_NONE | VFU_DATA_BOOL | VFU_DATA_EVENTFD)

int vfu_irqs_init(struct vfu_irqs *irqs, unsigned int nr_msix)
{
	*irqs = (struct vfu_irqs){ .nr = { [VFU_IRQ_MSIX] = nr_msix,
					   [VFU_IRQ_ERR] = 1 } };
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

static void disconnect(struct vfu_irqs *irqs, unsigned int index,
		       unsigned int vector)
{
	int *fd = &irqs->fds[index][vector];

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void vfu_irqs_destroy(struct vfu_irqs *irqs)
{
	for (unsigned int i = 0; i < VFU_NR_IRQS; i++) {
		for (unsigned int v = 0; irqs->fds[i] && v < irqs->nr[i]; v++)
			disconnect(irqs, i, v);
		free(irqs->fds[i]);
	}
	pthread_mutex_destroy(&irqs->lock);
}

static int set_check(const struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	uint32_t data = set->flags & DATA_MASK;

	/* MSI-X vectors are masked in their table, not by this message. */
	if ((set->flags & ~DATA_MASK) != VFU_ACTION_TRIGGER)
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
	if (set->nr_bools != (data == VFU_DATA_BOOL ? set->count : 0))
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

static void connect_fds(struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	for (uint32_t i = 0; i < set->count; i++) {
		disconnect(irqs, set->index, set->start + i);
		if (set->nr_fds) {
			irqs->fds[set->index][set->start + i] = set->fds[i];
			set->fds[i] = -1;
		}
	}
}

int vfu_irqs_set(struct vfu_irqs *irqs, const struct vfu_irq_set *set)
{
	unsigned int nr;
	int err = set_check(irqs, set);

	if (err)
		return err;
	nr = irqs->nr[set->index];
	pthread_mutex_lock(&irqs->lock);
	if (!set->count) {
		for (unsigned int v = 0; v < nr; v++)
			disconnect(irqs, set->index, v);
	} else if (set->flags & VFU_DATA_EVENTFD) {
		connect_fds(irqs, set);
	} else {
		for (uint32_t i = 0; i < set->count; i++) {
			if (!set->bools || set->bools[i])
				signal_fd(irqs, irqs->fds[set->index][set->start + i]);
		}
	}
	pthread_mutex_unlock(&irqs->lock);
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
