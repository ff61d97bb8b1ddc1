/* SPDX-License-Identifier: GPL-2.0 */
/* Writes of the guest to config space. */
#ifndef VDSA_MODEL_PCI_CFG_H
#define VDSA_MODEL_PCI_CFG_H

#include "state.h"

/* The effects of a write. */
#define VDSA_CFG_BUSMASTER_OFF	0x1u
#define VDSA_CFG_FLR		0x2u	/* function-level reset */

void vdsa_pci_cfg_init(struct vdsa_model *m);
u32 vdsa_pci_cfg_write(struct vdsa_model *m, u32 off, u32 len, u32 val);
bool vdsa_pci_cfg_busmaster(const struct vdsa_model *m);
/* The function mask of the MSI-X capability. */
bool vdsa_pci_cfg_msix_masked(const struct vdsa_model *m);

#endif /* VDSA_MODEL_PCI_CFG_H */
