// SPDX-License-Identifier: GPL-2.0
/* Commands to a function. See command.h. */
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/moduleparam.h>
#include "command.h"
#include "core/trace.h"
#include "model/regs.h"
#include "registers.h"

#define COMMAND_TIMEOUT_US	(2 * USEC_PER_SEC)

static uint command_limit_ms = 100;
module_param(command_limit_ms, uint, 0644);
MODULE_PARM_DESC(command_limit_ms,
		 "Longest time in ms that a guest's command keeps those of others waiting before its vdev is halted");

void vdsa_bus_unstick(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->stuck)
		return;
	dev->stuck = false;
	dev->shared->give(dev);
}

void vdsa_bus_poll(struct vdsa_dev *dev)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->gone && dev->stuck && !(readl(dev->regs + DSA_CMDSTS) & DSA_CMDSTS_ACTIVE))
		vdsa_bus_unstick(dev);
}

/* Without dev->lock, so that other users of the function's slices do not wait. */
void vdsa_bus_wait(struct vdsa_dev *dev)
{
	u32 status;

	if (READ_ONCE(dev->stuck))
		read_poll_timeout(readl, status, !(status & DSA_CMDSTS_ACTIVE), 1000,
				  VDSA_DRAIN_TIMEOUT_US, false, dev->regs + DSA_CMDSTS);
}

/* A command that waits for descriptors to complete, and so for their holder. */
static bool waits_for_work(u32 code)
{
	return code == DSA_CMD_DISABLE_WQ || code == DSA_CMD_DRAIN_WQ;
}

/* Whether another user waits for the register. */
static bool is_wanted(struct vdsa_dev *dev)
{
	return atomic_read(&dev->nr_waiting) || dev->shared->is_wanted(dev);
}

static bool is_over(struct vdsa_dev *dev, u32 code, s64 us)
{
	if (!waits_for_work(code))
		return us > COMMAND_TIMEOUT_US;
	return us > VDSA_DRAIN_TIMEOUT_US ||
	       (us > (s64)READ_ONCE(command_limit_ms) * USEC_PER_MSEC && is_wanted(dev));
}

static int command_wait(struct vdsa_dev *dev, u32 code, u32 *status)
{
	ktime_t begin = ktime_get();
	bool over = false;

	for (;;) {
		*status = readl(dev->regs + DSA_CMDSTS);
		if (!(*status & DSA_CMDSTS_ACTIVE))
			return 0;
		if (over)	/* the register was read after the limit */
			return -ETIMEDOUT;
		usleep_range(5, 20);
		over = is_over(dev, code, ktime_us_delta(ktime_get(), begin));
	}
}

bool vdsa_bus_settle(struct vdsa_dev *dev)
{
	u32 status;

	lockdep_assert_held(&dev->lock);
	if (dev->gone || !dev->stuck)
		return !dev->gone;
	read_poll_timeout(readl, status, !(status & DSA_CMDSTS_ACTIVE), 20, COMMAND_TIMEOUT_US,
			  false, dev->regs + DSA_CMDSTS);
	vdsa_bus_poll(dev);
	return !dev->stuck;
}

int vdsa_bus_command(struct vdsa_dev *dev, u32 code, u32 operand, u32 *result)
{
	u32 status;
	int err;

	/* A device reset may end a halt, see idxd_config.c. */
	if (dev->gone || (code != DSA_CMD_RESET_DEVICE && vdsa_bus_state(dev) == DSA_GENSTS_HALT))
		return -ENXIO;
	vdsa_bus_poll(dev);
	if (dev->stuck)
		return -ETIMEDOUT;
	err = dev->shared->take(dev);
	if (err)
		return err;
	writel(code << DSA_CMD_CODE_SHIFT | operand, dev->regs + DSA_CMD);
	err = command_wait(dev, code, &status);
	trace_vdsa_command(dev->name, code, operand, err, status);
	if (err) {
		dev->stuck = true;
		return err;
	}
	dev->shared->give(dev);
	if (result)
		*result = (status & DSA_CMDSTS_RESULT) >> DSA_CMDSTS_RESULT_SHIFT;
	return status & DSA_CMDSTS_ERROR;
}

int vdsa_bus_wq_command(struct vdsa_dev *dev, u32 wq, u32 code)
{
	u32 operand = BIT(wq % 16) | (wq / 16) << DSA_CMD_BITMAP_GROUP_SHIFT;
	int err;

	err = vdsa_bus_command(dev, code, operand, NULL);
	/* idxd releases handles without claiming the register: the status read
	 * may be that of its command. Both commands may be repeated. */
	if (!err && (code == DSA_CMD_RESET_WQ || code == DSA_CMD_DISABLE_WQ) &&
	    vdsa_bus_wq_live(dev, wq))
		err = vdsa_bus_command(dev, code, operand, NULL);
	return err;
}
