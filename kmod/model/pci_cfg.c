// SPDX-License-Identifier: GPL-2.0
/*
 * The vdev's PCI config space: a standard header, PCIe (root
 * complex integrated endpoint, function-level reset) and MSI-X. No PASID, ATS
 * or PRI: the guest's descriptors run in the slice's address space.
 */
#include "bar0.h"
#include "pci_cfg.h"

/* Standard header */
#define CFG_VENDOR		0x00
#define CFG_COMMAND		0x04
#define  COMMAND_MEMORY		0x2u
#define  COMMAND_BUSMASTER	0x4u
#define  COMMAND_WRITABLE	(COMMAND_MEMORY | COMMAND_BUSMASTER | \
				 0x40u /* parity */ | 0x100u /* SERR */ | \
				 0x400u /* no INTx */)
#define CFG_STATUS		0x06
#define  STATUS_CAP_LIST	0x10u
#define  STATUS_W1C		0xf900u
#define CFG_REVISION		0x08
#define  CLASS_DSA		0x08800000u
#define CFG_CACHE_LINE		0x0c
#define CFG_BAR(n)		(0x10 + 4 * (n))
#define  BAR_FLAGS		0xcu	/* 64 bits, prefetchable */
#define CFG_SUBSYSTEM		0x2c
#define CFG_CAP_POINTER		0x34
#define CFG_INTERRUPT_LINE	0x3c

/* PCIe capability */
#define CFG_PCIE		0x40
#define  PCIE_ID		0x10u
#define  PCIE_V2_RCIEP		0x92u
#define  DEVCAP_ROLE_ERRORS	0x8000u
#define  DEVCAP_FLR		0x10000000u
#define CFG_DEVCTL		(CFG_PCIE + 0x08)
#define  DEVCTL_WRITABLE	0x7fffu
#define  DEVCTL_RESET		0x2810u	/* relaxed order, no snoop, 512 B reads */
#define  DEVCTL_FLR		0x8000u
#define CFG_DEVSTA		(CFG_PCIE + 0x0a)

/* MSI-X capability */
#define CFG_MSIX		0x80
#define  MSIX_ID		0x11u
#define CFG_MSIX_CTRL		(CFG_MSIX + 2)
#define  MSIX_ENABLE		0x8000u
#define  MSIX_FUNCTION_MASK	0x4000u
#define CFG_MSIX_TABLE		(CFG_MSIX + 4)	/* offset | BAR */
#define CFG_MSIX_PBA		(CFG_MSIX + 8)

#define FIXED(off, bytes) \
	{ .offset = (off), .width = (bytes), .reset_by = VDSA_RESET_NEVER }

/* A VFIO holder expects its resets to keep config space: RESET_OPEN. */
static const struct vdsa_reg cfg_regs[] = {
	FIXED(CFG_VENDOR, 4),
	{ .offset = CFG_COMMAND, .width = 2, .writable = COMMAND_WRITABLE,
	  .reset_by = VDSA_RESET_OPEN },
	{ .offset = CFG_STATUS, .width = 2, .reset = STATUS_CAP_LIST,
	  .w1c = STATUS_W1C, .reset_by = VDSA_RESET_OPEN },
	FIXED(CFG_REVISION, 4),
	{ .offset = CFG_CACHE_LINE, .width = 1, .writable = 0xff,
	  .reset_by = VDSA_RESET_OPEN },
	{ .offset = CFG_BAR(0), .width = 8, .reset = BAR_FLAGS,
	  .writable = ~(u64)(VDSA_BAR0_SIZE - 1), .reset_by = VDSA_RESET_OPEN },
	/* the minimum; a larger BAR2 has more low address bits read-only */
	{ .offset = CFG_BAR(2), .width = 8, .reset = BAR_FLAGS,
	  .writable = ~(u64)(DSA_PORTAL_WQ - 1), .reset_by = VDSA_RESET_OPEN },
	FIXED(CFG_SUBSYSTEM, 4),
	FIXED(CFG_CAP_POINTER, 1),
	{ .offset = CFG_INTERRUPT_LINE, .width = 1, .writable = 0xff,
	  .reset_by = VDSA_RESET_OPEN },
	FIXED(CFG_PCIE, 4),
	FIXED(CFG_PCIE + 4, 4),
	{ .offset = CFG_DEVCTL, .width = 2, .reset = DEVCTL_RESET,
	  .writable = DEVCTL_WRITABLE, .reset_by = VDSA_RESET_OPEN },
	{ .offset = CFG_DEVSTA, .width = 2, .w1c = 0xf,
	  .reset_by = VDSA_RESET_OPEN },
	FIXED(CFG_MSIX, 2),
	{ .offset = CFG_MSIX_CTRL, .width = 2,
	  .writable = MSIX_ENABLE | MSIX_FUNCTION_MASK,
	  .reset_by = VDSA_RESET_OPEN },
	FIXED(CFG_MSIX_TABLE, 4),
	FIXED(CFG_MSIX_PBA, 4),
};

static void set(struct vdsa_model *m, u32 off, u32 width, u64 val)
{
	vdsa_regfile_set(&m->cfg, off, width, val);
}

static u32 get16(const struct vdsa_model *m, u32 off)
{
	return (u32)vdsa_regfile_get(&m->cfg, off, 2);
}

bool vdsa_pci_cfg_busmaster(const struct vdsa_model *m)
{
	return get16(m, CFG_COMMAND) & COMMAND_BUSMASTER;
}

bool vdsa_pci_cfg_msix_masked(const struct vdsa_model *m)
{
	return get16(m, CFG_MSIX_CTRL) & MSIX_FUNCTION_MASK;
}

/* Set the values after power-on; the size of the MSI-X table is read-only. */
static void cfg_reset(struct vdsa_model *m)
{
	vdsa_regfile_reset(&m->cfg, VDSA_RESET_OPEN);
	set(m, CFG_MSIX_CTRL, 2, m->info.nr_wqs);
}

void vdsa_pci_cfg_init(struct vdsa_model *m)
{
	m->cfg = (struct vdsa_regfile) {
		.regs = cfg_regs,
		.nr_regs = VDSA_NR(cfg_regs),
		.nr = { 1 },
		.size = sizeof(m->cfg_bytes),
		.bytes = m->cfg_bytes,
	};
	set(m, CFG_VENDOR, 4, DSA_PCI_VENDOR | (u32)m->info.pci_device << 16);
	set(m, CFG_REVISION, 4, CLASS_DSA);
	set(m, CFG_SUBSYSTEM, 4, DSA_PCI_VENDOR);
	set(m, CFG_CAP_POINTER, 1, CFG_PCIE);
	set(m, CFG_PCIE, 4, PCIE_ID | CFG_MSIX << 8 | PCIE_V2_RCIEP << 16);
	set(m, CFG_PCIE + 4, 4, DEVCAP_ROLE_ERRORS | DEVCAP_FLR);
	set(m, CFG_MSIX, 2, MSIX_ID);
	set(m, CFG_MSIX_TABLE, 4, VDSA_MSIX_TABLE);
	set(m, CFG_MSIX_PBA, 4, VDSA_MSIX_PBA);
	cfg_reset(m);
}

/* Whether the write sets bit 15 of DEVCTL; that bit reads as 0. */
static bool is_flr(u32 off, u32 len, u32 val)
{
	u32 top = CFG_DEVCTL + 1;

	return off <= top && top < off + len &&
	       val >> 8 * (top - off) & DEVCTL_FLR >> 8;
}

u32 vdsa_pci_cfg_write(struct vdsa_model *m, u32 off, u32 len, u32 val)
{
	bool was_on = vdsa_pci_cfg_busmaster(m);
	u64 bar2;

	vdsa_regfile_write(&m->cfg, off, len, val, 0);
	bar2 = vdsa_regfile_get(&m->cfg, CFG_BAR(2), 8);
	set(m, CFG_BAR(2), 8,
	    (bar2 & ~(u64)(vdsa_model_bar2_size(m) - 1)) | BAR_FLAGS);
	if (is_flr(off, len, val)) {
		cfg_reset(m);
		return VDSA_CFG_FLR;
	}
	return was_on && !vdsa_pci_cfg_busmaster(m) ? VDSA_CFG_BUSMASTER_OFF : 0;
}
