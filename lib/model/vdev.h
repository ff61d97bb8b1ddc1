/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about a vdev that the public getters do not have. */
#ifndef DSACTL_MODEL_VDEV_H
#define DSACTL_MODEL_VDEV_H

#include "../core/objects.h"

/* -EBUSY and a message that names the holder, where someone has it open. */
int vdev_require_closed(struct dsactl_vdev *vdev);

#endif /* DSACTL_MODEL_VDEV_H */
