/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that can do no more than have the portals of a vdev mapped, for another process
 * than its holder. It does not keep the vdev open, nor from being destroyed.
 */
#ifndef VDSA_PORTAL_FILE_H
#define VDSA_PORTAL_FILE_H

struct vdsa_vdev;

/* A new descriptor of one, for the present holder, or -errno. The vdev is open. */
int vdsa_portal_file_get(struct vdsa_vdev *vdev);

#endif /* VDSA_PORTAL_FILE_H */
