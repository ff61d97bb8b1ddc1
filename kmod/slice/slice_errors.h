/* SPDX-License-Identifier: GPL-2.0 */
/* Errors of slices on their way to the client, and what they cost it. */
#ifndef VDSA_SLICE_ERRORS_H
#define VDSA_SLICE_ERRORS_H

#include <linux/types.h>

struct vdsa_dev;
struct vdsa_slice;

void vdsa_slice_errors_init(struct vdsa_slice *slice);
/* Without the function's lock: no error of it is noted any more. */
void vdsa_slice_errors_exit(struct vdsa_slice *slice);
/* A software error of work queue @wq of the device; in atomic context, in idxd's interrupt thread. */
void vdsa_slice_note_error(struct vdsa_slice *slice, u32 wq, const u64 err[4]);

/* With the function's lock. Errors of its work queues, from all holders so far. */
u64 vdsa_slice_nr_errors(const struct vdsa_slice *slice);
/*
 * With the function's lock: the vdev is opened or closed; later errors are told anew.
 * They are counted also on close, or the last ones would count for the next holder.
 */
void vdsa_slice_errors_watch(struct vdsa_slice *slice);

/* The works of a function that count errors while one of its vdevs is open. */
void vdsa_dev_errors_init(struct vdsa_dev *dev);
void vdsa_dev_errors_stop(struct vdsa_dev *dev);

#endif /* VDSA_SLICE_ERRORS_H */
