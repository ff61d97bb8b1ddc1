/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The UUIDs and names of all vdevs, and of those that a slice is kept for: no two are
 * the same.
 */
#ifndef VDSA_NAMES_H
#define VDSA_NAMES_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uuid.h>
#include <uapi/linux/dsa_vdev.h>

struct vdsa_name {
	struct list_head node;		/* names.c; empty: not registered */
	bool used;			/* names.c: the vdev exists */
	guid_t uuid;
	char text[DSA_VDEV_NAME_MAX + 1];	/* "": it has none */
};

void vdsa_name_init(struct vdsa_name *name);

/*
 * -EEXIST: the UUID is that of a vdev; -EBUSY: it is kept for one; -ENOTUNIQ: the text,
 * if not "", is the name of another. Who registers holds vdsa_bus_lock() from the check
 * on. The functions take a lock of their own, within which no other is taken.
 */
int vdsa_names_check(const guid_t *uuid, const char *text);
/* Keep them for a vdev that is to be created. */
void vdsa_names_add(struct vdsa_name *name, const guid_t *uuid, const char *text);
/* The vdev is created. */
void vdsa_names_use(struct vdsa_name *name);
/* Also of a name that is not registered. */
void vdsa_names_remove(struct vdsa_name *name);

#endif /* VDSA_NAMES_H */
