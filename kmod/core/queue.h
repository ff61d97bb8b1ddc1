/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's own workqueue. The system's are shared, and the module's work may wait
 * for a device or for a holder's memory.
 */
#ifndef VDSA_QUEUE_H
#define VDSA_QUEUE_H

#include <linux/workqueue.h>

extern struct workqueue_struct *vdsa_queue;

#endif /* VDSA_QUEUE_H */
