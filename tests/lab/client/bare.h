/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same driver's steps on a bare vdev, which has no registers: what a process that
 * serves it asks of the kernel. Failures end the program with a message, but those that are
 * returned.
 */
#ifndef CLIENT_BARE_H
#define CLIENT_BARE_H

#include <linux/dsa_vdev_bare.h>

#include "dsa.h"

/* 0 or an errno. */
int bare_get_info(struct dsa_dev *dev, struct vdsa_bare_info *info);
int bare_act(struct dsa_dev *dev, struct vdsa_bare_act *act);
int bare_get_events(struct dsa_dev *dev, struct vdsa_bare_events *events);

/* Begin to have the memory mapped, and wait for the event; its ticket. */
uint32_t bare_map(struct dsa_dev *dev);
void bare_map_ahead(struct dsa_dev *dev);

/* As a command of the device; its error code. */
uint8_t bare_command(struct dsa_dev *dev, uint32_t code, uint32_t operand, uint16_t *result);
/* It was revoked, and not enabled since. */
bool bare_is_halted(struct dsa_dev *dev);
/* Wait until it can be used; false: in vain. */
bool bare_wait_for_host(struct dsa_dev *dev, int timeout_ms);

#endif /* CLIENT_BARE_H */
