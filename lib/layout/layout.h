/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device as one complete entry of a profile: taken from it, and given to it.
 * Split, unsplit, apply and every undo are made of these.
 */
#ifndef DSACTL_LAYOUT_H
#define DSACTL_LAYOUT_H

#include "../model/inventory.h"
#include "../profile/profile.h"

/* What @device is like; profile_device_free() it. -ENOMEM. */
int layout_capture(struct dsactl_device *device, struct profile_device *entry);
/* What profile_fit() needs to know of @device; it belongs to @device. */
void layout_target(struct dsactl_device *device, struct profile_target *target);

/* Whatever vdevs they have. */
bool layout_is_same_base(const struct profile_device *a, const struct profile_device *b);
/*
 * Whether a slice lost a work queue of its, given by its place in it. accel-config
 * disable-wq does that, and no entry tells: idxd's configuration of it stays. What went
 * with a device that is down now comes back by itself.
 */
bool layout_has_lost(const struct dsactl_slice *slice, unsigned int wq);
/* A slice of @device that lost one; NULL where there is none. */
struct dsactl_slice *layout_broken_slice(const struct dsactl_device *device);
/* Whether a slice is without the word for silicon under INTEL-SA-01084. */
bool layout_bars_portal(const struct profile_device *entry);
/* Enable what its slices lost; those that lost nothing, and their vdevs, do not notice. */
int layout_repair(struct dsactl_device *device);
unsigned int layout_nr_slices(const struct profile_device *entry);

/* Load the module if @want has slices, and see that the device can have them. */
int layout_prepare(struct dsactl_ctx *ctx, const char *device,
		   const struct profile_device *want);
/*
 * Nothing shall be on the device: no slice, no work queue, and it is disabled.
 * Its vdevs must be gone. -EBUSY where the host uses one of its work queues.
 */
int layout_clear(struct dsactl_ctx *ctx, const char *device);
/*
 * Give a device that nothing is on all of @want but vdevs. The slices, in the order of
 * @want, in *@slices, to be freed.
 */
int layout_build(struct dsactl_ctx *ctx, const char *device, const struct profile_device *want,
		 struct dsactl_slice **slices);
/* All three; vdevs must be gone, and none is made. */
int layout_rebuild(struct dsactl_ctx *ctx, const char *device, const struct profile_device *want);
/* Make the device like @want, vdevs too, whatever it is like: the way back. */
int layout_restore(struct dsactl_ctx *ctx, const char *name, const char *pci,
		   const struct profile_device *want);
/*
 * Whether slices such as those of @want can be made, as the module says, or, while it is not
 * loaded, as far as it can be seen without it.
 */
int layout_require_able(struct dsactl_device *device, const struct profile_device *want);
/* What host and device lack, of enum plan_lack; of the device's parts as far as they were read. */
unsigned int layout_lacks(const struct dsactl_device *device);
/* For messages: "wq0.0 (user), wq0.1 (dmaengine)"; false where no driver has any. */
bool layout_list_bound(struct dsactl_device *device, char *text, size_t size);

#endif /* DSACTL_LAYOUT_H */
