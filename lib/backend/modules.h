/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel modules. modules.c is the only file that knows libkmod. */
#ifndef DSACTL_BACKEND_MODULES_H
#define DSACTL_BACKEND_MODULES_H

#include "../core/ctx.h"

/* Load @name and what it needs, unless it is there. -EOPNOTSUPP where there is none. */
int modules_load(struct dsactl_ctx *ctx, const char *name);

enum module_state {
	MODULE_ABSENT,		/* neither loaded nor installed for this kernel */
	MODULE_INSTALLED,
	MODULE_LOADED,		/* or built in */
};

enum module_state modules_state(const char *name);
/* The newest kernel for which @name is installed as a file; false: none. */
bool modules_find_kernel(const char *name, char *release, size_t size);
#define MODULES_INSTALL                                                        \
	"install dsactl-dkms and the headers of this kernel (from the sources: make dkms-install)"

/* Why this kernel takes signed modules only, or NULL where it takes any. */
const char *modules_why_signed(void);
/* Who signed the module that would be loaded, or "". */
void modules_get_signer(const char *name, char *signer, size_t size);
#define MODULES_ENROLL                                                         \
	"have it signed and enroll the key: mokutil --import /var/lib/dkms/mok.pub for what dkms signs, reboot, and confirm it there"

#endif /* DSACTL_BACKEND_MODULES_H */
