/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the CPU and the PCI functions of this host can do, as far as it can be seen. */
#ifndef DSACTL_BACKEND_HOST_H
#define DSACTL_BACKEND_HOST_H

#include <stdbool.h>

bool cpu_has(const char *flag);

enum pci_feature {
	PCI_PAGE_REQUESTS,
	PCI_PASID,
};

/* Whether the function at @pci has it enabled; -1: that cannot be seen (config space needs root). */
int pci_has_enabled(const char *pci, enum pci_feature feature);

#endif /* DSACTL_BACKEND_HOST_H */
