/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be told of a vdev beside the public getters. */
#ifndef DSACTL_MODEL_VDEV_H
#define DSACTL_MODEL_VDEV_H

#include "../core/objects.h"

/* -EBUSY and a message that names the holder, where someone has it open. */
int vdev_require_closed(struct dsactl_vdev *vdev);

#endif /* DSACTL_MODEL_VDEV_H */
