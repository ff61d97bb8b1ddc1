/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where does the module's own work run? Not on the system's queues, which are
 * everybody's: it may wait for a device, or for a client's memory.
 */
#ifndef VDSA_QUEUE_H
#define VDSA_QUEUE_H

#include <linux/workqueue.h>

extern struct workqueue_struct *vdsa_queue;

#endif /* VDSA_QUEUE_H */
