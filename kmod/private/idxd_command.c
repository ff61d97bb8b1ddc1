// SPDX-License-Identifier: GPL-2.0
/*
 * The command register belongs to idxd and is taken by a flag under cmd_lock.
 * idxd's commands end with an interrupt that signals a completion on a stack; this
 * driver polls, so that a command which ends late has nothing to complete.
 */
#include <linux/wait.h>
#include "hw/command.h"
#include "idxd.h"
#include "idxd_command.h"

static int take(struct vdsa_dev *dev)
{
	struct idxd_device *idxd = dev->idxd;
	long left;

	spin_lock_irq(&idxd->cmd_lock);
	left = wait_event_lock_irq_timeout(idxd->cmd_waitq,
					   !test_bit(IDXD_FLAG_CMD_RUNNING, &idxd->flags),
					   idxd->cmd_lock, usecs_to_jiffies(VDSA_DRAIN_TIMEOUT_US));
	if (left)
		__set_bit(IDXD_FLAG_CMD_RUNNING, &idxd->flags);
	spin_unlock_irq(&idxd->cmd_lock);
	return left ? 0 : -ETIMEDOUT;
}

static void give(struct vdsa_dev *dev)
{
	struct idxd_device *idxd = dev->idxd;

	spin_lock_irq(&idxd->cmd_lock);
	__clear_bit(IDXD_FLAG_CMD_RUNNING, &idxd->flags);
	wake_up(&idxd->cmd_waitq);
	spin_unlock_irq(&idxd->cmd_lock);
}

/* idxd waits in cmd_waitq; to release a handle it instead holds cmd_lock until the register is free. */
static bool is_wanted(struct vdsa_dev *dev)
{
	return waitqueue_active(&dev->idxd->cmd_waitq) || spin_is_locked(&dev->idxd->cmd_lock);
}

const struct vdsa_shared_ops vdsa_idxd_shared_ops = {
	.take = take,
	.give = give,
	.is_wanted = is_wanted,
};
