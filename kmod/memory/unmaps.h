/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of the holders that is being unmapped, which must not be pinned meanwhile.
 *
 * While an unmap of type 1 finds pins it calls all drivers to drop them, and after
 * ten rounds it ends in a BUG. So while a holder unmaps pages, work queues enabled
 * in its other threads must not cause the pages to be pinned again.
 */
#ifndef VDSA_UNMAPS_H
#define VDSA_UNMAPS_H

#include "private/mappings.h"

/*
 * VFIO asks to drop the pins of @pages. Bar them for all vdevs of the container
 * until the current task returns to user space.
 */
void vdsa_unmaps_note(struct vfio_device *vfio, struct vdsa_pages pages);
/* Whether some of the pages are barred. */
bool vdsa_unmaps_bar(struct vfio_device *vfio, struct vdsa_pages pages);
/* Called when the module is unloaded. */
void vdsa_unmaps_exit(void);

#endif /* VDSA_UNMAPS_H */
