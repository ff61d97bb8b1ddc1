// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does the function's PCI configuration space hold, what may be written,
 * and what does a write set off? The space is bytes with a write mask and a
 * write-1-to-clear mask each.
 */
#include "dev.h"

#include <string.h>

/* Standard header */
#define CFG_COMMAND		0x04
#define COMMAND_MEMORY		0x0002
#define COMMAND_MASTER		0x0004
#define COMMAND_WRITABLE	(COMMAND_MEMORY | COMMAND_MASTER | 0x0540)
#define CFG_STATUS		0x06
#define CFG_BAR0		0x10
#define CFG_BAR2		0x18

/* Capabilities */
#define CFG_PCIE		0x40
#define CFG_DEVCTL		(CFG_PCIE + 0x08)
#define DEVCTL_FLR		0x8000
#define CFG_MSIX		0x80
#define CFG_MSIX_CTRL		(CFG_MSIX + 0x02)
#define MSIX_ENABLE		0x8000
#define CFG_PM			0x90
#define CFG_ATS			0x100
#define CFG_ATS_CTRL		(CFG_ATS + 0x06)
#define ATS_ENABLE		0x8000
#define CFG_PASID		0x110
#define CFG_PASID_CTRL		(CFG_PASID + 0x06)
#define PASID_ENABLE		0x0001
#define PASID_PRIV		0x0004
#define CFG_PRI			0x120
#define CFG_PRI_CTRL		(CFG_PRI + 0x04)
#define CFG_PRI_STATUS		(CFG_PRI + 0x06)
#define CFG_PRI_ALLOC		(CFG_PRI + 0x0c)
#define PRI_ENABLE		0x0001
#define PRI_STOPPED		0x0100
#define PRI_MAX_REQUESTS	512

/*
 * A field at reset: @size bytes of @val, of which @wmask may be written and
 * @w1c are cleared by writing 1.
 */
struct cfg_field {
	uint16_t off;
	uint8_t size;
	uint32_t val, wmask, w1c;
};

#define FIXED(off, size, val)		{ off, size, val, 0, 0 }
#define WRITABLE(off, size, val, mask)	{ off, size, val, mask, 0 }
#define CLEARABLE(off, size, val, mask)	{ off, size, val, 0, mask }

static const struct cfg_field cfg_fields[] = {
	FIXED(0x00, 2, 0x8086),
	WRITABLE(CFG_COMMAND, 2, 0, COMMAND_WRITABLE),
	CLEARABLE(CFG_STATUS, 2, 0x0010, 0xf900),	/* has capabilities */
	FIXED(0x08, 4, 0x08800000),			/* class 0880: system peripheral */
	WRITABLE(0x0c, 1, 0, 0xff),			/* cache line size */
	FIXED(0x2c, 4, 0x00008086),			/* subsystem */
	FIXED(0x34, 1, CFG_PCIE),
	WRITABLE(0x3c, 1, 0, 0xff),			/* interrupt line */

	/* PCI Express: a version 2 integrated endpoint with FLR */
	FIXED(CFG_PCIE, 4, 0x00920010 | CFG_MSIX << 8),
	FIXED(CFG_PCIE + 0x04, 4, 0x10008022),	/* 512 B, extended tags, FLR */
	WRITABLE(CFG_DEVCTL, 2, 0x2910, 0x7fff),
	CLEARABLE(CFG_PCIE + 0x0a, 2, 0, 0x000f),
	/* DevCap2: completion timeout disable, End-End TLP prefixes (for PASID) */
	FIXED(CFG_PCIE + 0x24, 4, 0x00200010),
	WRITABLE(CFG_PCIE + 0x28, 2, 0, 0x0110),

	/* MSI-X; the table's size is filled in */
	WRITABLE(CFG_MSIX, 4, 0x00000011 | CFG_PM << 8, 0xc0000000),
	FIXED(CFG_MSIX + 4, 4, BAR0_MSIX),
	FIXED(CFG_MSIX + 8, 4, BAR0_PBA),

	/* Power management: D0 and D3hot, no soft reset */
	FIXED(CFG_PM, 4, 0x00030001),
	WRITABLE(CFG_PM + 4, 2, 0x0008, 0x0003),

	/* ATS: page aligned, invalidate queue depth 32 */
	FIXED(CFG_ATS, 4, 0x0001000f | CFG_PASID << 20),
	FIXED(CFG_ATS + 4, 2, 0x0020),
	WRITABLE(CFG_ATS_CTRL, 2, 0, ATS_ENABLE | 0x1f),

	/* PASID: 20 bits, execute and privileged mode */
	FIXED(CFG_PASID, 4, 0x0001001b | CFG_PRI << 20),
	FIXED(CFG_PASID + 4, 2, 0x1406),
	WRITABLE(CFG_PASID_CTRL, 2, 0, 0x0007),

	/* PRI: stopped; page group responses carry the PASID */
	FIXED(CFG_PRI, 4, 0x00010013),
	WRITABLE(CFG_PRI_CTRL, 2, 0, PRI_ENABLE),
	CLEARABLE(CFG_PRI_STATUS, 2, 0x8100, 0x0003),
	FIXED(CFG_PRI + 8, 4, PRI_MAX_REQUESTS),
	WRITABLE(CFG_PRI_ALLOC, 4, 0, 0xffffffff),
};

static void cfg_put(uint8_t *space, unsigned int off, unsigned int size, uint32_t val)
{
	for (unsigned int i = 0; i < size; i++)
		space[off + i] = val >> 8 * i;
}

static uint32_t cfg_get(const uint8_t *space, unsigned int off, unsigned int size)
{
	uint32_t val = 0;

	for (unsigned int i = 0; i < size; i++)
		val |= (uint32_t)space[off + i] << 8 * i;
	return val;
}

/* A 64-bit prefetchable BAR: its writable bits are its size. */
static void cfg_init_bar(struct emu_dev *dev, unsigned int off, uint64_t size)
{
	uint64_t wmask = ~(size - 1);

	cfg_put(dev->cfg, off, 4, 0xc);
	cfg_put(dev->cfg, off + 4, 4, 0);
	cfg_put(dev->cfg_wmask, off, 4, (uint32_t)wmask);
	cfg_put(dev->cfg_wmask, off + 4, 4, wmask >> 32);
}

void cfg_init(struct emu_dev *dev)
{
	memset(dev->cfg, 0, sizeof(dev->cfg));
	memset(dev->cfg_wmask, 0, sizeof(dev->cfg_wmask));
	memset(dev->cfg_w1c, 0, sizeof(dev->cfg_w1c));
	for (size_t i = 0; i < sizeof(cfg_fields) / sizeof(cfg_fields[0]); i++) {
		const struct cfg_field *f = &cfg_fields[i];

		cfg_put(dev->cfg, f->off, f->size, f->val);
		cfg_put(dev->cfg_wmask, f->off, f->size, f->wmask);
		cfg_put(dev->cfg_w1c, f->off, f->size, f->w1c);
	}
	cfg_put(dev->cfg, 0x02, 2, dev->profile.device_id);
	cfg_put(dev->cfg, CFG_MSIX_CTRL, 2, dev->nr_msix - 1);
	cfg_init_bar(dev, CFG_BAR0, dev->bar0_size);
	cfg_init_bar(dev, CFG_BAR2, dev->bar2_size);
}

bool cfg_memory(const struct emu_dev *dev)
{
	return cfg_get(dev->cfg, CFG_COMMAND, 2) & COMMAND_MEMORY;
}

bool cfg_busmaster(const struct emu_dev *dev)
{
	return cfg_get(dev->cfg, CFG_COMMAND, 2) & COMMAND_MASTER;
}

bool cfg_msix(const struct emu_dev *dev)
{
	return cfg_get(dev->cfg, CFG_MSIX_CTRL, 2) & MSIX_ENABLE;
}

bool cfg_ats(const struct emu_dev *dev)
{
	return cfg_get(dev->cfg, CFG_ATS_CTRL, 2) & ATS_ENABLE;
}

bool cfg_pasid(const struct emu_dev *dev)
{
	return cfg_get(dev->cfg, CFG_PASID_CTRL, 2) & PASID_ENABLE;
}

bool cfg_pasid_priv(const struct emu_dev *dev)
{
	return cfg_pasid(dev) && cfg_get(dev->cfg, CFG_PASID_CTRL, 2) & PASID_PRIV;
}

bool cfg_pri(const struct emu_dev *dev)
{
	return cfg_get(dev->cfg, CFG_PRI_CTRL, 2) & PRI_ENABLE;
}

uint32_t cfg_pri_alloc(const struct emu_dev *dev)
{
	return cfg_get(dev->cfg, CFG_PRI_ALLOC, 4);
}

bool cfg_pri_alloc_ok(const struct emu_dev *dev)
{
	uint32_t alloc = cfg_pri_alloc(dev);

	return !cfg_pri(dev) || (alloc && alloc <= PRI_MAX_REQUESTS);
}

uint32_t emu_dev_cfg_read(struct emu_dev *dev, uint64_t off, unsigned int size)
{
	uint32_t val;

	if (off >= DEV_CFG_SIZE || size > 4 || size > DEV_CFG_SIZE - off)
		return 0;
	pthread_mutex_lock(&dev->lock);
	val = cfg_get(dev->cfg, off, size);
	pthread_mutex_unlock(&dev->lock);
	return val;
}

/* The controls that must not change while the function is in use. */
static uint32_t cfg_controls(const struct emu_dev *dev)
{
	uint32_t val = cfg_get(dev->cfg, CFG_PASID_CTRL, 2);

	return (val & 7) << 3 |
	       (uint32_t)cfg_busmaster(dev) |
	       (uint32_t)cfg_ats(dev) << 1 |
	       (uint32_t)cfg_pri(dev) << 2;
}

static bool touches(uint64_t off, unsigned int size, unsigned int reg, unsigned int len)
{
	return off < reg + len && reg < off + size;
}

/* PRI is "stopped" whenever it is not enabled. */
static void cfg_update_pri(struct emu_dev *dev)
{
	uint32_t status = cfg_get(dev->cfg, CFG_PRI_STATUS, 2) & ~PRI_STOPPED;

	if (!cfg_pri(dev))
		status |= PRI_STOPPED;
	cfg_put(dev->cfg, CFG_PRI_STATUS, 2, status);
}

static void cfg_store(struct emu_dev *dev, uint64_t off, unsigned int size,
		      uint32_t val)
{
	for (unsigned int i = 0; i < size; i++) {
		uint8_t byte = val >> 8 * i, *cfg = &dev->cfg[off + i];
		uint8_t wmask = dev->cfg_wmask[off + i];

		*cfg = ((*cfg & ~wmask) | (byte & wmask)) &
		       ~(byte & dev->cfg_w1c[off + i]);
	}
	cfg_update_pri(dev);
}

static bool starts_flr(uint64_t off, unsigned int size, uint32_t val)
{
	return touches(off, size, CFG_DEVCTL + 1, 1) &&
	       val >> 8 * (CFG_DEVCTL + 1 - off) & DEVCTL_FLR >> 8;
}

/*
 * Bus mastering, ATS, PASID or PRI changed under a device that is not
 * disabled: it halts (SPEC 5.1, table 5-1).
 */
void emu_dev_cfg_write(struct emu_dev *dev, uint64_t off, unsigned int size,
		       uint32_t val)
{
	const struct error changed = { .code = DSA_SWERR_BUSMASTER, .wq = -1 };
	uint32_t before;

	if (off >= DEV_CFG_SIZE || size > 4 || size > DEV_CFG_SIZE - off)
		return;
	pthread_mutex_lock(&dev->lock);
	before = cfg_controls(dev);
	cfg_store(dev, off, size, val);
	irq_pending_locked(dev);
	if (cfg_controls(dev) != before) {
		emu_trace("reg", "cfg master=%u ats=%u pri=%u pasid=%u",
			  cfg_controls(dev) & 1, cfg_controls(dev) >> 1 & 1,
			  cfg_controls(dev) >> 2 & 1, cfg_controls(dev) >> 3);
		if (dev->state == DSA_GENSTS_ENABLED || dev->state == DSA_GENSTS_DRAIN) {
			err_swerr_locked(dev, &changed);
			err_halt_locked(dev, DSA_GENSTS_RESET_SOFTWARE);
		}
	}
	pthread_mutex_unlock(&dev->lock);
	if (starts_flr(off, size, val))
		emu_dev_reset(dev);
}
