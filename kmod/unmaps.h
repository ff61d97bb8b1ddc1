/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of the clients' memory is being unmapped right now? It is not to be
 * pinned meanwhile.
 *
 * As long as an unmap of type 1 finds pins it calls all drivers to drop them,
 * and after ten times it ends in a BUG. So a client that unmaps and, in other threads,
 * enables work queues must not have the pages pinned again in between.
 */
#ifndef VDSA_UNMAPS_H
#define VDSA_UNMAPS_H

#include "mappings.h"

/*
 * VFIO asks to drop the pins of @pages. From now on they are barred, for all
 * vdevs of the container, until the current task is back in user space.
 */
void vdsa_unmaps_note(struct vfio_device *vfio, struct vdsa_pages pages);
/* Whether some of the pages are barred. */
bool vdsa_unmaps_bar(struct vfio_device *vfio, struct vdsa_pages pages);
/* The module goes. */
void vdsa_unmaps_exit(void);

#endif /* VDSA_UNMAPS_H */
