// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which register lies where in BAR0, and what do reads and writes of it do?
 * BAR0 is a table of ranges of qwords; every access is first cut or merged to
 * one qword and a mask of the bits that are written, so that a register's
 * functions never see sizes. Reads have no side effects. A function whose memory
 * space is not enabled answers nothing: reads are all ones.
 */
#include "dev.h"

#include <string.h>

struct range {
	uint32_t off, nr_qwords;
	uint64_t (*read)(struct emu_dev *dev, unsigned int i);
	/* NULL: read only. Of @val the bits in @mask are written. */
	void (*write)(struct emu_dev *dev, unsigned int i, uint64_t val,
		      uint64_t mask);
};

static uint64_t merge(uint64_t old, uint64_t val, uint64_t mask)
{
	return (old & ~mask) | (val & mask);
}

static uint64_t read_version(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->profile.version;
}

static uint64_t read_gencap(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->profile.gencap;
}

static uint64_t read_wqcap(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->profile.wqcap;
}

static uint64_t read_grpcap(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->profile.grpcap;
}

static uint64_t read_engcap(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->profile.engcap;
}

static uint64_t read_opcap(struct emu_dev *dev, unsigned int i)
{
	return dev->profile.opcap[i];
}

static uint64_t read_offsets(struct emu_dev *dev, unsigned int i)
{
	return dev->offsets[i];
}

static uint64_t read_cmdcap(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->profile.cmdcap;
}

static uint64_t read_gencfg(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->gencfg;
}

static void write_gencfg(struct emu_dev *dev, unsigned int i,
			 uint64_t val, uint64_t mask)
{
	uint32_t wmask = DSA_GENCFG_USER_INT;

	(void)i;
	if (dev->profile.gencap & DSA_GENCAP_EVL)
		wmask |= DSA_GENCFG_EVL;
	if (dev->profile.grpcap & DSA_GRPCAP_READ_BUFFER_LIMIT)
		wmask |= DSA_GENCFG_READ_BUFFER_LIMIT;
	if (dev->state == DSA_GENSTS_DISABLED)
		dev->gencfg = merge(dev->gencfg, val, mask & wmask);
}

static uint64_t read_genctrl(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->genctrl;
}

static void write_genctrl(struct emu_dev *dev, unsigned int i,
			  uint64_t val, uint64_t mask)
{
	(void)i;
	dev->genctrl = merge(dev->genctrl, val,
			     mask & (DSA_GENCTRL_SWERR_INT | DSA_GENCTRL_HALT_INT |
				     DSA_GENCTRL_EVL_INT));
}

static uint64_t read_gensts(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->state | dev->reset_type << DSA_GENSTS_RESET_SHIFT;
}

static uint64_t read_intcause(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->intcause;
}

static void write_intcause(struct emu_dev *dev, unsigned int i,
			   uint64_t val, uint64_t mask)
{
	(void)i;
	dev->intcause &= ~(val & mask);
}

static uint64_t read_zero(struct emu_dev *dev, unsigned int i)
{
	(void)dev;
	(void)i;
	return 0;
}

static void write_cmd(struct emu_dev *dev, unsigned int i,
		      uint64_t val, uint64_t mask)
{
	(void)i;
	if (mask & UINT32_MAX)
		cmd_write_locked(dev, val & mask);
}

static uint64_t read_cmdsts(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->cmdsts;
}

static uint64_t read_swerr(struct emu_dev *dev, unsigned int i)
{
	return dev->swerr[i];
}

static void write_swerr(struct emu_dev *dev, unsigned int i,
			uint64_t val, uint64_t mask)
{
	if (i == 0)
		dev->swerr[0] &= ~(val & mask & DSA_SWERR_ACK);
}

static uint64_t read_evlcfg(struct emu_dev *dev, unsigned int i)
{
	return dev->evlcfg[i];
}

static void write_evlcfg(struct emu_dev *dev, unsigned int i,
			 uint64_t val, uint64_t mask)
{
	static const uint64_t wmask[2] = {
		DSA_EVLCFG_PASID_EN | DSA_EVLCFG_PRIV | DSA_EVLCFG_BASE,
		DSA_EVLCFG_SIZE | DSA_EVLCFG_PASID,
	};

	if (dev->state == DSA_GENSTS_DISABLED && dev->profile.gencap & DSA_GENCAP_EVL)
		dev->evlcfg[i] = merge(dev->evlcfg[i], val, mask & wmask[i]);
}

static uint64_t read_evlsts(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->evlsts;
}

static void write_evlsts(struct emu_dev *dev, unsigned int i,
			 uint64_t val, uint64_t mask)
{
	(void)i;
	dev->evlsts = merge(dev->evlsts, val, mask & DSA_EVLSTS_HEAD) &
		      ~(val & mask & DSA_EVLSTS_INT_PENDING);
}

static uint64_t read_cmdparam(struct emu_dev *dev, unsigned int i)
{
	(void)i;
	return dev->cmdparam;
}

static void write_cmdparam(struct emu_dev *dev, unsigned int i,
			   uint64_t val, uint64_t mask)
{
	(void)i;
	dev->cmdparam = merge(dev->cmdparam, val, mask);
}

static uint64_t read_msixperm(struct emu_dev *dev, unsigned int i)
{
	return i < dev->nr_msix ? dev->msixperm[i] : 0;
}

static void write_msixperm(struct emu_dev *dev, unsigned int i,
			   uint64_t val, uint64_t mask)
{
	if (i < dev->nr_msix)
		dev->msixperm[i] = merge(dev->msixperm[i], val,
					 mask & (DSA_PERM_IGNORE | DSA_PERM_PASID_EN |
						 DSA_PERM_PASID));
}

/* The qword @i of GRPCFG, with the bits that can be written; NULL: none. */
static uint64_t *grpcfg_at(struct emu_dev *dev, unsigned int i, uint64_t *wmask)
{
	unsigned int n = i / 8, qword = i % 8;
	struct group *group = &dev->group[n];

	if (n >= dev->profile.nr_groups || qword > DSA_GRPCFG_FLAGS / 8)
		return NULL;
	*wmask = UINT64_MAX;
	if (qword < DSA_GRPCFG_ENGINES / 8)
		return &group->wqs[qword];
	if (qword == DSA_GRPCFG_ENGINES / 8)
		return &group->engines;
	*wmask = DSA_GRPFLAGS_TC_A | DSA_GRPFLAGS_TC_B;
	if (dev->profile.grpcap & DSA_GRPCAP_READ_BUFFER_LIMIT)
		*wmask |= DSA_GRPFLAGS_USE_LIMIT;
	if (dev->profile.grpcap & DSA_GRPCAP_READ_BUFFER_CTRL)
		*wmask |= DSA_GRPFLAGS_RESERVED | DSA_GRPFLAGS_ALLOWED;
	if (dev->profile.grpcap & DSA_GRPCAP_PROGRESS_LIMIT)
		*wmask |= DSA_GRPFLAGS_WORK_LIMIT | DSA_GRPFLAGS_BATCH_LIMIT;
	return &group->flags;
}

static uint64_t read_grpcfg(struct emu_dev *dev, unsigned int i)
{
	uint64_t wmask, *reg = grpcfg_at(dev, i, &wmask);

	return reg ? *reg : 0;
}

static void write_grpcfg(struct emu_dev *dev, unsigned int i,
			 uint64_t val, uint64_t mask)
{
	uint64_t wmask, *reg = grpcfg_at(dev, i, &wmask);

	if (reg && dev->state == DSA_GENSTS_DISABLED)
		*reg = merge(*reg, val, mask & wmask);
}

static uint64_t read_wqcfg(struct emu_dev *dev, unsigned int i)
{
	unsigned int wq = i * 8 / dev->wqcfg_stride;
	unsigned int dword = i * 2 % (dev->wqcfg_stride / 4);

	if (wq >= dev->profile.nr_wqs)
		return 0;
	return wq_read_locked(dev, wq, dword) |
	       (uint64_t)wq_read_locked(dev, wq, dword + 1) << 32;
}

static void write_wqcfg(struct emu_dev *dev, unsigned int i,
			uint64_t val, uint64_t mask)
{
	unsigned int wq = i * 8 / dev->wqcfg_stride;
	unsigned int dword = i * 2 % (dev->wqcfg_stride / 4);

	if (wq >= dev->profile.nr_wqs)
		return;
	wq_write_locked(dev, wq, dword, val, mask);
	wq_write_locked(dev, wq, dword + 1, val >> 32, mask >> 32);
}

static uint64_t read_pba(struct emu_dev *dev, unsigned int i)
{
	return dev->pba[i];
}

static uint64_t read_ims(struct emu_dev *dev, unsigned int i)
{
	return irq_ims_read_locked(dev, i);
}

static void write_ims(struct emu_dev *dev, unsigned int i,
		      uint64_t val, uint64_t mask)
{
	irq_ims_write_locked(dev, i, val, mask);
}

/*
 * The MSI-X table itself is the host's and never arrives here. PERFCAP reads
 * 0: there are no counters. What no range names reads 0 and ignores writes;
 * so does the dummy portal.
 */
static const struct range ranges[] = {
	{ DSA_VERSION,   1, read_version, NULL },
	{ DSA_GENCAP,    1, read_gencap, NULL },
	{ DSA_WQCAP,     1, read_wqcap, NULL },
	{ DSA_GRPCAP,    1, read_grpcap, NULL },
	{ DSA_ENGCAP,    1, read_engcap, NULL },
	{ DSA_OPCAP,     4, read_opcap, NULL },
	{ DSA_OFFSETS,   2, read_offsets, NULL },
	{ DSA_GENCFG,    1, read_gencfg,   write_gencfg },
	{ DSA_GENCTRL,   1, read_genctrl,  write_genctrl },
	{ DSA_GENSTS,    1, read_gensts, NULL },
	{ DSA_INTCAUSE,  1, read_intcause, write_intcause },
	{ DSA_CMD,       1, read_zero,     write_cmd },
	{ DSA_CMDSTS,    1, read_cmdsts, NULL },
	{ DSA_CMDCAP,    1, read_cmdcap, NULL },
	{ DSA_SWERR,     4, read_swerr,    write_swerr },
	{ DSA_EVLCFG,    2, read_evlcfg,   write_evlcfg },
	{ DSA_EVLSTS,    1, read_evlsts,   write_evlsts },
	{ BAR0_MSIXPERM, DEV_MAX_WQS + 1,      read_msixperm, write_msixperm },
	{ BAR0_PBA,      PBA_QWORDS, read_pba, NULL },
	{ BAR0_GRPCFG,   DEV_MAX_GROUPS * 8,   read_grpcfg,   write_grpcfg },
	{ BAR0_WQCFG,    DEV_MAX_WQS * 8,      read_wqcfg,    write_wqcfg },
	{ DSA_CMDPARAM,  1, read_cmdparam, write_cmdparam },
};

/* IMS is the one table whose place depends on its size. */
static bool find_ims(const struct emu_dev *dev, uint64_t off, struct range *range)
{
	*range = (struct range){ dev->ims_offset, dev->profile.nr_ims * 2,
				 read_ims, write_ims };
	return off >= range->off && (off - range->off) / 8 < range->nr_qwords;
}

static bool find_range(const struct emu_dev *dev, uint64_t off, struct range *range)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (off >= ranges[i].off &&
		    (off - ranges[i].off) / 8 < ranges[i].nr_qwords) {
			*range = ranges[i];
			return true;
		}
	return find_ims(dev, off, range);
}

static bool access_ok(uint64_t off, unsigned int size)
{
	return (size == 1 || size == 2 || size == 4 || size == 8) && off % size == 0;
}

static uint64_t size_mask(unsigned int size)
{
	return size == 8 ? UINT64_MAX : (1ULL << 8 * size) - 1;
}

/* Which of these are worth a line: polled status is not. */
static bool is_traced(uint64_t off)
{
	return off != DSA_CMDSTS && off != DSA_INTCAUSE && off != DSA_EVLSTS;
}

uint64_t emu_dev_bar0_read(struct emu_dev *dev, uint64_t off, unsigned int size)
{
	struct range range;
	uint64_t val = 0;

	if (!access_ok(off, size))
		return 0;
	pthread_mutex_lock(&dev->lock);
	if (!cfg_memory(dev))
		val = UINT64_MAX;
	else if (find_range(dev, off, &range))
		val = range.read(dev, (off - range.off) / 8);
	pthread_mutex_unlock(&dev->lock);
	val = val >> 8 * (off % 8) & size_mask(size);
	if (is_traced(off))
		emu_trace("reg", "read off=0x%llx size=%u val=0x%llx",
			  (unsigned long long)off, size, (unsigned long long)val);
	return val;
}

void emu_dev_bar0_write(struct emu_dev *dev, uint64_t off, unsigned int size,
			uint64_t val)
{
	unsigned int shift = 8 * (off % 8);
	struct range range;

	if (!access_ok(off, size))
		return;
	if (is_traced(off))
		emu_trace("reg", "write off=0x%llx size=%u val=0x%llx",
			  (unsigned long long)off, size,
			  (unsigned long long)(val & size_mask(size)));
	pthread_mutex_lock(&dev->lock);
	if (cfg_memory(dev) && find_range(dev, off, &range) && range.write)
		range.write(dev, (off - range.off) / 8, val << shift,
			    size_mask(size) << shift);
	pthread_mutex_unlock(&dev->lock);
}

static void reset_groups(struct emu_dev *dev)
{
	memset(dev->group, 0, sizeof(dev->group));
	for (unsigned int i = 0; i < dev->profile.nr_groups; i++)
		dev->group[i].flags = (uint64_t)dev->profile.nr_read_buffers
				      << DSA_GRPFLAGS_ALLOWED_SHIFT;
}

/*
 * Table 9-3. A software reset keeps the command, the error and the event log
 * status; a function-level reset keeps nothing.
 */
void regs_reset_locked(struct emu_dev *dev, bool flr)
{
	dev->gencfg = dev->profile.nr_read_buffers;
	dev->genctrl = 0;
	dev->state = DSA_GENSTS_DISABLED;
	dev->reset_type = 0;
	dev->intcause = 0;
	dev->cmdparam = 0;
	memset(dev->evlcfg, 0, sizeof(dev->evlcfg));
	irq_reset_locked(dev);
	reset_groups(dev);
	for (unsigned int i = 0; i < dev->profile.nr_wqs; i++)
		wq_reset_config_locked(dev, i, false);
	if (!flr)
		return;
	dev->cmdsts = 0;
	dev->evlsts = 0;
	dev->nr_overruns = 0;
	memset(dev->pba, 0, sizeof(dev->pba));
	memset(dev->swerr, 0, sizeof(dev->swerr));
}
