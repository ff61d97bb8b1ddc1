/* SPDX-License-Identifier: GPL-2.0 */
/* Commands to a function. The caller holds dev->lock. */
#ifndef VDSA_COMMAND_H
#define VDSA_COMMAND_H

#include "bus.h"

#define VDSA_DRAIN_TIMEOUT_US	(10 * USEC_PER_SEC)	/* of a command that waits for descriptors */

/*
 * Run a command: 0 with *result, a positive CMDSTS error, -ENXIO (gone or
 * halted) or -ETIMEDOUT; then the command register stays taken until the
 * function is done (vdsa_bus_poll). A command that waits for descriptors has
 * command_limit_ms while another user waits for the register, else 10 s.
 */
int vdsa_bus_command(struct vdsa_dev *dev, u32 code, u32 operand, u32 *result);
/* The same for a work queue, by its number. */
int vdsa_bus_wq_command(struct vdsa_dev *dev, u32 wq, u32 code);
/* Wait briefly for a command that timed out: true if it has ended. */
bool vdsa_bus_settle(struct vdsa_dev *dev);
/* Check whether a command that timed out has ended. */
void vdsa_bus_poll(struct vdsa_dev *dev);
/* Wait for it to end, for at most the time limit of a command. Without dev->lock. */
void vdsa_bus_wait(struct vdsa_dev *dev);
/* Give the command register back to its owner, whether the command has ended or not. */
void vdsa_bus_unstick(struct vdsa_dev *dev);

#endif /* VDSA_COMMAND_H */
