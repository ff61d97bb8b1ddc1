// SPDX-License-Identifier: GPL-2.0
/*
 * The list of all vdevs, and snapshots of them for netlink.
 */
#include <linux/vfio.h>
#include <linux/xarray.h>
#include "core/events.h"
#include "slice/slice_make.h"
#include "slice/slice_use.h"
#include "vdev_list.h"
#include "vdev_priv.h"

/* All vdevs, by ascending number; values are struct vdsa_vdev. */
static DEFINE_XARRAY_ALLOC1(vdevs);
static DEFINE_MUTEX(vdevs_lock);

static enum dsa_vdev_vdev_state state_of(const struct vdsa_vdev *vdev)
{
	return vdev->open ? vdev->kind->state(vdev) : DSA_VDEV_VDEV_STATE_CLOSED;
}

static void take_snapshot(const struct vdsa_vdev *vdev, struct vdsa_vdev_snapshot *snap)
{
	*snap = (struct vdsa_vdev_snapshot) {
		.uuid = vdev->uuid,
		.slice_id = vdev->info.id,
		.pasid = vdev->info.pasid,
		.pci_device = vdev->info.pci_device,
		.nr_vectors = vdsa_vdev_nr_vectors(vdev),
		.state = state_of(vdev),
		.reserved = vdsa_slice_was_reserved(vdev->slice),
	};
	strscpy(snap->device, vdev->device);
	strscpy(snap->type, vdev->type);
	strscpy(snap->name, vdsa_slice_client_name(vdev->slice));
	strscpy(snap->owner, vdsa_slice_client_owner(vdev->slice));
	vdev->kind->fill(vdev, snap);
}

void vdsa_vdev_show(struct vdsa_vdev *vdev)
{
	lockdep_assert_held(&vdev->lock);
	guard(mutex)(&vdev->show_lock);
	take_snapshot(vdev, &vdev->shown);
}

/* The last snapshot, with current values of what changes without vdev->lock. */
static void look(struct vdsa_vdev *vdev, struct vdsa_vdev_snapshot *snap)
{
	u32 v;

	lockdep_assert_held(&vdev->show_lock);
	*snap = vdev->shown;
	snap->errors += vdsa_slice_nr_logged_since_open(vdev->slice);
	vdsa_pins_get_snapshot(&vdev->pins, &snap->pins);
	for (v = 1; v < snap->nr_vectors; v++)
		vdsa_slice_irq_info(vdev->slice, v - 1, &snap->vector[v].irq,
				    &snap->vector[v].ims, &snap->vector[v].interrupts);
}

void vdsa_vdev_notify(struct vdsa_vdev *vdev, u8 cmd)
{
	struct vdsa_vdev_snapshot *snap = kmalloc(sizeof(*snap), GFP_KERNEL);

	vdsa_vdev_show(vdev);
	if (!snap) {
		vdsa_events_send(cmd, NULL);
		return;
	}
	scoped_guard(mutex, &vdev->show_lock)
		look(vdev, snap);
	vdsa_events_send(cmd, snap);
	kfree(snap);
}

void vdsa_vdev_changed(struct vdsa_vdev *vdev)
{
	vdsa_vdev_show(vdev);
	if (vdev->told == state_of(vdev))
		return;
	vdev->told = state_of(vdev);
	vdsa_vdev_notify(vdev, DSA_VDEV_CMD_VDEV_CHANGE_NTF);
}

/* With a VFIO reference, so that the vdev is not freed while it is in use. */
static struct vdsa_vdev *next_vdev(unsigned long *cookie)
{
	struct vdsa_vdev *vdev;

	guard(mutex)(&vdevs_lock);
	vdev = xa_find_after(&vdevs, cookie, ULONG_MAX, XA_PRESENT);
	if (vdev)
		get_device(&vdev->vfio.device);
	return vdev;
}

bool vdsa_vdev_next_snapshot(unsigned long *cookie, struct vdsa_vdev_snapshot *snap)
{
	struct vdsa_vdev *vdev;
	bool there = false;

	while (!there && (vdev = next_vdev(cookie))) {
		mutex_lock(&vdev->show_lock);
		there = !vdev->gone;
		if (there)
			look(vdev, snap);
		mutex_unlock(&vdev->show_lock);
		vfio_put_device(&vdev->vfio);
	}
	return there;
}

bool vdsa_vdev_any_open(const char *device)
{
	unsigned long cookie = 0;
	struct vdsa_vdev *vdev;
	bool open = false;

	while (!open && (vdev = next_vdev(&cookie))) {
		mutex_lock(&vdev->show_lock);
		open = vdev->open && !strcmp(vdev->device, device);
		mutex_unlock(&vdev->show_lock);
		vfio_put_device(&vdev->vfio);
	}
	return open;
}

int vdsa_vdev_get_snapshot(const guid_t *uuid, struct vdsa_vdev_snapshot *snap)
{
	unsigned long cookie = 0;

	while (vdsa_vdev_next_snapshot(&cookie, snap)) {
		if (guid_equal(&snap->uuid, uuid))
			return 0;
	}
	return -ENODEV;
}

int vdsa_vdev_set_hints(const guid_t *uuid, const struct vdsa_pages *hints, u32 nr)
{
	unsigned long cookie = 0;
	struct vdsa_vdev *vdev;
	int ret = -ENODEV;

	while (ret == -ENODEV && (vdev = next_vdev(&cookie))) {
		mutex_lock(&vdev->show_lock);
		if (!vdev->gone && guid_equal(&vdev->uuid, uuid))
			ret = vdsa_pins_set_hints(&vdev->pins, hints, nr);
		mutex_unlock(&vdev->show_lock);
		vfio_put_device(&vdev->vfio);
	}
	return ret;
}

int vdsa_vdev_publish(struct vdsa_vdev *vdev)
{
	static u32 next;
	u32 id;
	int ret;

	scoped_guard(mutex, &vdev->lock)
		vdsa_vdev_show(vdev);
	scoped_guard(mutex, &vdevs_lock)
		ret = xa_alloc_cyclic(&vdevs, &id, vdev,
				      XA_LIMIT(1, INT_MAX), &next, GFP_KERNEL);
	if (ret < 0)
		return ret;
	guard(mutex)(&vdev->lock);
	vdsa_vdev_notify(vdev, DSA_VDEV_CMD_VDEV_ADD_NTF);
	return 0;
}

void vdsa_vdev_unpublish(struct vdsa_vdev *vdev)
{
	struct vdsa_vdev *entry;
	unsigned long id;

	scoped_guard(mutex, &vdevs_lock) {
		xa_for_each(&vdevs, id, entry) {
			if (entry == vdev)
				xa_erase(&vdevs, id);
		}
	}
	guard(mutex)(&vdev->lock);
	vdsa_vdev_notify(vdev, DSA_VDEV_CMD_VDEV_DEL_NTF);
	guard(mutex)(&vdev->show_lock);
	vdev->gone = true;
}
