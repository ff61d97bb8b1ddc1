/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where has the client of a mediated device mapped memory?
 */
#ifndef VDSA_MAPPINGS_H
#define VDSA_MAPPINGS_H

#include <linux/vfio.h>

/* Pages of IOVA: the first one, and the one after the last. */
struct vdsa_pages {
	unsigned long begin, end;
};

/* Whether that can be told for this client. The device is open. */
bool vdsa_mappings_are_known(struct vfio_device *vfio);
/* The lowest mapping that has a page from @page on; false where none is known. */
bool vdsa_mappings_next(struct vfio_device *vfio, unsigned long page, struct vdsa_pages *mapping);
/* The same for all devices of one container; the device itself where that cannot be told. */
const void *vdsa_mappings_container(struct vfio_device *vfio);

#endif /* VDSA_MAPPINGS_H */
