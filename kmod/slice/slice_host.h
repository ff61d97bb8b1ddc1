/* SPDX-License-Identifier: GPL-2.0 */
/* Slices follow their functions. */
#ifndef VDSA_SLICE_HOST_H
#define VDSA_SLICE_HOST_H

#include "slice.h"

int vdsa_slices_init(const struct vdsa_parent_ops *parents);
void vdsa_slices_exit(void);

#endif /* VDSA_SLICE_HOST_H */
