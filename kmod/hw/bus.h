/* SPDX-License-Identifier: GPL-2.0 */
/* The DSA functions that idxd drives, and the list of them. */
#ifndef VDSA_BUS_H
#define VDSA_BUS_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct idxd_device;
struct vdsa_claim;
struct vdsa_config;
struct vdsa_dev;
struct vdsa_irq_domain;
struct vdsa_parent;
struct vdsa_wq_errors;

/* Fixed properties of a function. */
struct vdsa_caps {
	u32 version, cmd_cap;
	u64 gen_cap, wq_cap, group_cap, engine_cap, op_cap[4];
	u32 nr_wqs, nr_groups, nr_engines;
	u32 ims_offset, nr_ims;		/* in BAR0; 0 entries: no storage */
	u32 wqcfg_offset, wqcfg_size;
};

/* The owner of the function's command register, from whom it is borrowed for a command. */
struct vdsa_shared_ops {
	int (*take)(struct vdsa_dev *dev);	/* 0 or -ETIMEDOUT */
	void (*give)(struct vdsa_dev *dev);
	bool (*is_wanted)(struct vdsa_dev *dev);	/* the owner waits for it */
};

/*
 * A DSA function that idxd drives. It exists while a reference is held, even after
 * idxd has released the function: then gone is set and every command returns
 * -ENXIO.
 *
 * Lock order: see slice.h. Two of these locks are never held at once. A field marked
 * [show] is written with vdsa_bus_show_lock() held as well, and read under either lock.
 */
struct vdsa_dev {
	struct kref ref;
	struct list_head node;		/* vdsa_bus_lock() [show] */
	struct pci_dev *pdev;
	char name[16];			/* idxd's: dsa0 */
	bool iax;			/* no slices, and no mdev types */
	struct vdsa_caps caps;
	void __iomem *regs;		/* idxd's mapping of BAR0; valid until gone */

	struct mutex lock;
	atomic_t nr_waiting;		/* for the lock; see vdsa_dev_lock() */
	bool gone;			/* lock [show] */
	bool leaving;			/* lock: nothing more is claimed of it */
	bool stuck;			/* lock: a command did not end in time */
	const struct vdsa_shared_ops *shared;	/* with whom it shares the command register */

	/* of private/: */
	struct idxd_device *idxd;	/* lock [show] */
	struct vdsa_claim **claims;	/* lock; by work queue */
	DECLARE_BITMAP(undisabled, 256);	/* lock: work queues of which that was logged */
	struct vdsa_wq_errors *errors;	/* by work queue */
	struct vdsa_config *config;	/* lock */
	struct vdsa_config *next_config; /* lock */
	void (*release)(struct vdsa_dev *dev);	/* of these, when the last reference is put */

	/* of slice/: */
	struct list_head slices;	/* lock [show] */
	unsigned long *ims_used;	/* lock */
	struct vdsa_irq_domain *irqs;	/* NULL where there is no storage */
	struct vdsa_parent *parent;	/* of its vdevs; NULL for an IAX function */
	u32 nr_halts;			/* lock: polls since the device halted */
	u32 recover_at;			/* lock: nr_halts at which to try to end the halt */
	struct delayed_work watch;
	struct delayed_work restore;
	u32 nr_open;			/* lock: slices whose vdev is open */
	struct delayed_work count;	/* counts errors while a slice is open */
	unsigned long counted_at;	/* the work count only */
	u32 next_entry;			/* the work count only: next event log entry to read */
	DECLARE_BITMAP(flooding, 256);	/* work queues that cause too many errors */
	struct work_struct stop_floods;
	unsigned long untold;		/* bit 0: listeners have not been told of all errors */
	struct work_struct tell_errors;
};

/*
 * Functions, in the order of their discovery. A function's lock is held while a
 * command runs, and vdsa_bus_lock() may be held while waiting for that lock. A
 * reader takes vdsa_bus_show_lock() instead, which is never held for long.
 */
void vdsa_bus_lock(void);
void vdsa_bus_unlock(void);
void vdsa_bus_show_lock(void);
void vdsa_bus_show_unlock(void);
/* With one of these locks: */
struct vdsa_dev *vdsa_bus_next(struct vdsa_dev *dev);	/* NULL: first or no more */
struct vdsa_dev *vdsa_bus_find(const char *name);
#define vdsa_bus_for_each(dev) \
	for ((dev) = vdsa_bus_next(NULL); (dev); (dev) = vdsa_bus_next(dev))
void vdsa_dev_get(struct vdsa_dev *dev);
void vdsa_dev_put(struct vdsa_dev *dev);

/* The function of @idxd with a reference, or NULL. Takes vdsa_bus_lock(). */
struct vdsa_dev *vdsa_bus_find_idxd(const struct idxd_device *idxd);
/* The first one for which @is holds (any if @is is NULL), with a reference; or NULL. Likewise. */
struct vdsa_dev *vdsa_bus_get_that(bool (*is)(struct vdsa_dev *dev));
/* Put it on the list. Takes vdsa_bus_lock(). */
void vdsa_bus_add(struct vdsa_dev *dev);
/* Take it off the list: it is gone. The caller holds vdsa_bus_lock() and its lock. */
void vdsa_bus_remove(struct vdsa_dev *dev);

/*
 * Take dev->lock, and count as a waiter, which shortens the time limit of a guest's
 * command. The module's own work can wait, so it takes the mutex directly.
 */
void vdsa_dev_lock(struct vdsa_dev *dev);
DEFINE_GUARD(vdsa_dev, struct vdsa_dev *, vdsa_dev_lock(_T), mutex_unlock(&_T->lock))
/* The caller holds a lock that keeps the function from being removed. */
void vdsa_bus_assert_stays(const struct vdsa_dev *dev);

#endif /* VDSA_BUS_H */
