/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_MM_TYPES_H
#define UNIT_LINUX_MM_TYPES_H

typedef struct { unsigned long pgd; } pgd_t;

struct mm_struct {
	int nr_refs;
	pgd_t *pgd;
};

#endif /* UNIT_LINUX_MM_TYPES_H */
