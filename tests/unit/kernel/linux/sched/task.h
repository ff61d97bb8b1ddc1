/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_SCHED_TASK_H
#define UNIT_LINUX_SCHED_TASK_H

#include <linux/sched.h>

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	task->nr_refs++;
	return task;
}

#define put_task_struct(task)	((void)(task)->nr_refs--)

#endif /* UNIT_LINUX_SCHED_TASK_H */
