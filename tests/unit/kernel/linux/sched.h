/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_SCHED_H
#define UNIT_LINUX_SCHED_H

struct task_struct {
	int nr_refs;
	struct task_struct *group_leader;
};

#endif /* UNIT_LINUX_SCHED_H */
