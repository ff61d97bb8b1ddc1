/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The door to idxd and to the hardware it drives: which DSA functions are
 * there, what can they do, claim a work queue, command it, give it back, and
 * hear when the host takes something away. Nothing else in this module knows
 * idxd's structures or writes the function's command and configuration
 * registers (irq.c has the interrupt message storage).
 */
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
struct vdsa_irq_domain;
struct vdsa_parent;

/* Fixed properties of a function. */
struct vdsa_caps {
	u32 version, cmd_cap;
	u64 gen_cap, wq_cap, group_cap, engine_cap, op_cap[4];
	u32 nr_wqs, nr_groups, nr_engines;
	u32 ims_offset, nr_ims;		/* in BAR0; 0 entries: no storage */
	u32 wqcfg_offset, wqcfg_size;
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
	struct idxd_device *idxd;	/* lock [show]; bus.c only */
	struct vdsa_claim **claims;	/* lock; bus.c only; by work queue */
	struct vdsa_wq_errors *errors;	/* by work queue; bus_evl.c only */
	struct vdsa_config *config;	/* lock; bus_config.c only */
	struct vdsa_config *next_config; /* lock; bus_config.c only */

	/* of slice/: */
	struct list_head slices;	/* lock [show] */
	unsigned long *ims_used;	/* lock */
	struct vdsa_irq_domain *irqs;	/* NULL where there is no storage */
	struct vdsa_parent *parent;	/* of its vdevs; NULL where none is, or could be made */
	u32 nr_halts;			/* lock: polls since the device halted */
	u32 cure_at;			/* lock: nr_halts at which to try to end the halt */
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
 * Errors of a work queue since the function was added. Each may cost the host a line
 * in its log, so a budget limits them.
 */
struct vdsa_wq_errors {
	atomic_t told;			/* reported, not yet counted */
	u64 nr;				/* counted; the work dev->count only */
	u64 nr_logged;			/* of nr, those in the event log; dev->count only */
	u64 budget;			/* in errors times HZ; dev->count only */
};

/* How idxd has a work queue configured. */
struct vdsa_wq_conf {
	bool enabled, dedicated, user, ours;	/* ours: driver name dsa_vdev */
	int group;				/* -1: in none */
	u32 nr_group_engines;
	u32 size, priority, max_xfer_shift, max_batch_shift;
	bool block_on_fault;
	u64 op_cap[4];			/* the operations that it takes */
};

/* How the host takes a function or a work queue away. */
enum vdsa_loss {
	VDSA_LOSS_RELEASED,	/* unbound by the administrator */
	VDSA_LOSS_RESET,	/* the function was reset: it will be back */
	VDSA_LOSS_HALT,		/* the function stopped */
};

/*
 * What slice_host.c does for this room. bind, bound, unbind and unbound run with
 * dev->lock held.
 */
struct vdsa_bus_ops {
	/* A function was added. The device's own lock is held. */
	void (*add)(struct vdsa_dev *dev);
	/* From now on its work queues must not be bound again. */
	void (*stop)(struct vdsa_dev *dev);
	/* The function is being removed: work queues released, gone not yet set. */
	void (*remove)(struct vdsa_dev *dev);
	/* The PASID that the work queue is to be claimed with, or -errno.
	 * cookie goes to sw_error. */
	int (*bind)(struct vdsa_dev *dev, u32 wq, const struct vdsa_wq_conf *conf,
		    u32 *pasid, void **cookie);
	void (*bound)(struct vdsa_dev *dev, u32 wq);
	/* Before and after the work queue is released. */
	void (*unbind)(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss);
	void (*unbound)(struct vdsa_dev *dev, u32 wq, enum vdsa_loss loss);
	/* A software error of the work queue. In atomic context, without
	 * dev->lock. */
	void (*sw_error)(void *cookie, u32 wq, const u64 err[4]);
};

int vdsa_bus_init(const struct vdsa_bus_ops *ops);
void vdsa_bus_exit(void);

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

/* Is the silicon under INTEL-SA-01084? */
bool vdsa_bus_is_unsafe(const struct vdsa_dev *dev);

/* State. The caller holds dev->lock or vdsa_bus_show_lock(). */
bool vdsa_bus_enabled(struct vdsa_dev *dev);		/* idxd has it enabled */
bool vdsa_bus_user_interrupts(struct vdsa_dev *dev);
/* The record of a drain descriptor goes to the event log, which belongs to the host. */
bool vdsa_bus_logs_drains(struct vdsa_dev *dev);
/* State of the work queue in hardware. */
bool vdsa_bus_wq_live(struct vdsa_dev *dev, u32 wq);

/* The caller holds dev->lock in all that follows. */
bool vdsa_bus_configurable(struct vdsa_dev *dev);
/* The state in GENSTS; halt if the function is gone. */
u32 vdsa_bus_state(struct vdsa_dev *dev);
bool vdsa_bus_get_wq(struct vdsa_dev *dev, u32 wq, struct vdsa_wq_conf *conf);

/*
 * Take dev->lock, and count as a waiter, which shortens the time limit of a guest's
 * command. The module's own work can wait, so it takes the mutex directly.
 */
void vdsa_dev_lock(struct vdsa_dev *dev);
DEFINE_GUARD(vdsa_dev, struct vdsa_dev *, vdsa_dev_lock(_T), mutex_unlock(&_T->lock))

/*
 * Run a command: 0 with *result, a positive CMDSTS error, -ENXIO (gone or
 * halted) or -ETIMEDOUT; then the command register stays taken until the
 * function is done (vdsa_bus_poll). A command that waits for descriptors has
 * command_limit_ms while another user waits for the register, else 10 s.
 */
int vdsa_bus_command(struct vdsa_dev *dev, u32 code, u32 operand, u32 *result);
/* Wait briefly for a command that timed out: true if it has ended. */
bool vdsa_bus_settle(struct vdsa_dev *dev);
/* Descriptors that wait in the work queue; 0 if the function does not report it. */
u32 vdsa_bus_wq_occupancy(struct vdsa_dev *dev, u32 wq);
/* Check whether a command that timed out has ended. */
void vdsa_bus_poll(struct vdsa_dev *dev);
/* Wait for it to end, for at most the time limit of a command. */
void vdsa_bus_wait(struct vdsa_dev *dev);
/* Give the command register back to idxd, whether the command has ended or not. */
void vdsa_bus_unstick(struct vdsa_dev *dev);

/*
 * On a claimed work queue. enable first writes @pasid (see slice.h) and, if the
 * function can restrict operations, the set that the work queue accepts.
 */
int vdsa_bus_wq_enable(struct vdsa_dev *dev, u32 wq, u32 pasid, const u64 ops[4]);
int vdsa_bus_wq_command(struct vdsa_dev *dev, u32 wq, u32 code);
/* idxd shows this as "clients"; tools read it before they disable a work queue. */
void vdsa_bus_wq_set_clients(struct vdsa_dev *dev, u32 wq, u32 nr);
/* Remove all traces of its errors. The work queue must be stopped. */
void vdsa_bus_wq_forget_errors(struct vdsa_dev *dev, u32 wq);

/*
 * Charge the errors reported since the last call to the budget of their work queue,
 * which refills over time. Work queues over budget are set in @flooding. Returns
 * whether there were errors. Takes no lock; calls must not overlap, and the function
 * must not go away.
 */
bool vdsa_bus_count_errors(struct vdsa_dev *dev, unsigned long *flooding);
/* Errors counted for a work queue, from all its holders so far. */
u64 vdsa_bus_wq_nr_errors(const struct vdsa_dev *dev, u32 wq);
/* Those of them that are in the host's event log. */
u64 vdsa_bus_wq_nr_logged(const struct vdsa_dev *dev, u32 wq);

/* Keep a copy of how the function is configured, while it is enabled. */
void vdsa_bus_save(struct vdsa_dev *dev);

/*
 * Recovery, called without dev->lock; each may be repeated and does nothing where
 * it does not apply. cure resets a halted function where that ends the halt;
 * repair has idxd enable a function that was reset as it was configured before,
 * with all its work queues.
 */
void vdsa_bus_cure(struct vdsa_dev *dev);
void vdsa_bus_repair(struct vdsa_dev *dev);

/*
 * Have the driver core bind a work queue to this driver again; -EAGAIN while the
 * function is being reset or unbound. Without dev->lock.
 */
int vdsa_bus_rebind(struct vdsa_dev *dev, u32 wq);

phys_addr_t vdsa_bus_portal(const struct vdsa_dev *dev, u32 wq, u32 page);

#endif /* VDSA_BUS_H */
