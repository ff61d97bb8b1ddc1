/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to slices and vdevs, for whoever subscribes: a slice or vdev knows no
 * listener.
 */
#ifndef VDSA_EVENTS_H
#define VDSA_EVENTS_H

#include <linux/notifier.h>
#include <linux/types.h>

/*
 * @cmd is one of DSA_VDEV_CMD_*_NTF; @snapshot, valid during the call alone, is a
 * struct vdsa_slice_snapshot or vdsa_vdev_snapshot, as @cmd is about a slice or a vdev;
 * NULL where there was no memory for one: the event is lost, and subscribers say so.
 * The lock of the slice's function, or of the vdev, is held: subscribers may sleep, but
 * take no lock of slices or vdevs.
 */
void vdsa_events_send(u8 cmd, const void *snapshot);

/* The notifier gets cmd and snapshot as its action and data. */
int vdsa_events_subscribe(struct notifier_block *subscriber);
/* On return no call of the notifier runs any more. */
void vdsa_events_unsubscribe(struct notifier_block *subscriber);

#endif /* VDSA_EVENTS_H */
