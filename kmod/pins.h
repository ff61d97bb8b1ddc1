/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of the client's memory can the slice reach? What VFIO lets us pin is
 * found by probing, pinned, and mapped into the slice's address space.
 */
#ifndef VDSA_PINS_H
#define VDSA_PINS_H

#include <linux/mutex.h>
#include <linux/vfio.h>
#include <linux/xarray.h>
#include "slice.h"

struct vdsa_pins {
	struct mutex lock;
	struct vfio_device *vfio;
	struct vdsa_slice *slice;
	struct xarray runs;		/* lock: by page of IOVA, see pins.c */
	struct page **pages;		/* lock: of one call to VFIO */
	u64 nr_pages;			/* lock */
};

int vdsa_pins_init(struct vdsa_pins *pins, struct vfio_device *vfio,
		   struct vdsa_slice *slice);
void vdsa_pins_exit(struct vdsa_pins *pins);

/*
 * Pin and map all of the client's memory that is not yet. Mappings of less
 * than the steps of the sweep may be missed, see pins.c; a device that touches
 * what is not mapped gets a page fault in its completion record.
 */
void vdsa_pins_sweep(struct vdsa_pins *pins);
/* Nothing of the range is reachable or pinned when it returns. */
void vdsa_pins_drop(struct vdsa_pins *pins, u64 iova, u64 len);
void vdsa_pins_drop_all(struct vdsa_pins *pins);
u64 vdsa_pins_count(struct vdsa_pins *pins);

#endif /* VDSA_PINS_H */
