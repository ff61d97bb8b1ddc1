/* SPDX-License-Identifier: GPL-2.0 */
/* How the command register is shared with idxd. */
#ifndef VDSA_IDXD_COMMAND_H
#define VDSA_IDXD_COMMAND_H

#include "hw/bus.h"

extern const struct vdsa_shared_ops vdsa_idxd_shared_ops;

#endif /* VDSA_IDXD_COMMAND_H */
