// SPDX-License-Identifier: GPL-2.0-only
/*
 * May the device, or a work queue, be enabled as it is configured? The checks
 * of SPEC 5.1 and 5.2, each a function in a table; the first that fails names
 * the command's error code.
 */
#include "dev.h"

static const uint32_t *wqcfg(const struct emu_dev *dev, unsigned int wq)
{
	return dev->wq[wq].cfg;
}

static uint8_t check_disabled(const struct emu_dev *dev)
{
	return dev->state == DSA_GENSTS_DISABLED ? 0 : DSA_CMDERR_DEV_NOT_DISABLED;
}

static uint8_t check_busmaster(const struct emu_dev *dev)
{
	return cfg_busmaster(dev) ? 0 : DSA_CMDERR_DEV_BUSMASTER;
}

static uint8_t check_pri_alloc(const struct emu_dev *dev)
{
	return cfg_pri_alloc_ok(dev) ? 0 : DSA_CMDERR_DEV_PASID_PRS;
}

static uint8_t check_wq_sizes(const struct emu_dev *dev)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < dev->profile.nr_wqs; i++)
		sum += wqcfg(dev, i)[DSA_WQCFG_SIZE / 4];
	return sum <= dev->profile.total_wq_size ? 0 : DSA_CMDERR_DEV_WQ_SIZES;
}

static bool group_has_wqs(const struct group *group)
{
	return group->wqs[0] || group->wqs[1] || group->wqs[2] || group->wqs[3];
}

static uint8_t check_groups(const struct emu_dev *dev)
{
	for (unsigned int i = 0; i < dev->profile.nr_groups; i++)
		if (group_has_wqs(&dev->group[i]) != !!dev->group[i].engines)
			return DSA_CMDERR_DEV_GROUP;
	return 0;
}

static unsigned int nr_groups_of_wq(const struct emu_dev *dev, unsigned int wq)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < dev->profile.nr_groups; i++)
		nr += dev->group[i].wqs[wq / 64] >> wq % 64 & 1;
	return nr;
}

/* Active queues are in one group, others in none; no bit stands for no queue. */
static uint8_t check_wq_groups(const struct emu_dev *dev)
{
	for (unsigned int i = 0; i < 256; i++) {
		bool active = i < dev->profile.nr_wqs &&
			      wqcfg(dev, i)[DSA_WQCFG_SIZE / 4];

		if (nr_groups_of_wq(dev, i) != active)
			return DSA_CMDERR_DEV_WQ_GROUPS;
	}
	return 0;
}

static uint8_t check_engine_groups(const struct emu_dev *dev)
{
	uint64_t seen = 0;

	for (unsigned int i = 0; i < dev->profile.nr_groups; i++) {
		if (seen & dev->group[i].engines)
			return DSA_CMDERR_DEV_ENGINE_GROUPS;
		seen |= dev->group[i].engines;
	}
	if (dev->profile.nr_engines < 64 && seen >> dev->profile.nr_engines)
		return DSA_CMDERR_DEV_ENGINE_GROUPS;
	return 0;
}

static unsigned int reserved_of(const struct group *group)
{
	return GET(group->flags, DSA_GRPFLAGS_RESERVED);
}

static bool read_buffers_ok(const struct emu_dev *dev, const struct group *group,
			    unsigned int unreserved)
{
	unsigned int allowed = GET(group->flags, DSA_GRPFLAGS_ALLOWED);
	unsigned int engines = __builtin_popcountll(group->engines);

	if (!engines || !(dev->profile.grpcap & DSA_GRPCAP_READ_BUFFER_CTRL))
		return true;
	return allowed >= 4 * engines && allowed >= reserved_of(group) &&
	       allowed <= reserved_of(group) + unreserved;
}

static uint8_t check_read_buffers(const struct emu_dev *dev)
{
	unsigned int total = dev->profile.nr_read_buffers, reserved = 0;
	unsigned int limit = GET(dev->gencfg, DSA_GENCFG_READ_BUFFER_LIMIT);
	unsigned int limited = 0;

	for (unsigned int i = 0; i < dev->profile.nr_groups; i++) {
		const struct group *group = &dev->group[i];

		if (group->engines)
			reserved += reserved_of(group);
		if (group->flags & DSA_GRPFLAGS_USE_LIMIT)
			limited += __builtin_popcountll(group->engines);
	}
	if (reserved > total || limit > total || limit < 4 * limited)
		return DSA_CMDERR_DEV_READ_BUFFERS;
	for (unsigned int i = 0; i < dev->profile.nr_groups; i++)
		if (!read_buffers_ok(dev, &dev->group[i], total - reserved))
			return DSA_CMDERR_DEV_READ_BUFFERS;
	return 0;
}

static uint8_t check_evl(const struct emu_dev *dev)
{
	uint64_t size = GET(dev->evlcfg[1], DSA_EVLCFG_SIZE);
	uint64_t bytes = size * (32u << GET(dev->profile.gencap, DSA_GENCAP_EVL));
	uint64_t base = dev->evlcfg[0] & DSA_EVLCFG_BASE;

	if (!(dev->gencfg & DSA_GENCFG_EVL))
		return 0;
	if (size < DSA_EVLCFG_SIZE_MIN || (base && bytes > -base))
		return DSA_CMDERR_DEV_EVL;
	return 0;
}

static uint8_t check_evl_pasid(const struct emu_dev *dev)
{
	bool pasid_en = dev->evlcfg[0] & DSA_EVLCFG_PASID_EN;
	bool priv = dev->evlcfg[0] & DSA_EVLCFG_PRIV;

	if (pasid_en && !cfg_pasid(dev))
		return DSA_CMDERR_DEV_PASID;
	if (priv && (!pasid_en || !cfg_pasid_priv(dev)))
		return DSA_CMDERR_DEV_PASID;
	return 0;
}

uint8_t check_device_locked(struct emu_dev *dev)
{
	static uint8_t (*const checks[])(const struct emu_dev *dev) = {
		check_disabled, check_busmaster, check_pri_alloc, check_wq_sizes,
		check_groups, check_wq_groups, check_engine_groups,
		check_read_buffers, check_evl, check_evl_pasid,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		uint8_t error = checks[i](dev);

		if (error)
			return error;
	}
	return 0;
}

static bool wq_mode_ok(const struct emu_dev *dev, uint32_t mode)
{
	return dev->profile.wqcap & (mode & DSA_WQCFG_DEDICATED ? DSA_WQCAP_DEDICATED :
								  DSA_WQCAP_SHARED);
}

static bool wq_bof_ok(const struct emu_dev *dev, uint32_t mode)
{
	return !(mode & DSA_WQCFG_BOF) ||
	       (dev->profile.gencap & DSA_GENCAP_BLOCK_ON_FAULT && cfg_pri(dev));
}

static bool wq_pasid_ok(const struct emu_dev *dev, uint32_t mode)
{
	if (mode & DSA_WQCFG_PASID_EN)
		return cfg_pasid(dev);
	return mode & DSA_WQCFG_DEDICATED;
}

/* Where there are no batches, as on IAX, nothing is said of them. */
static bool wq_batch_ok(const struct emu_dev *dev, uint32_t max_batch)
{
	uint32_t most = GET(dev->profile.gencap, DSA_GENCAP_MAX_BATCH);

	return max_batch <= most && !max_batch == !most;
}

static bool wq_priv_ok(const struct emu_dev *dev, uint32_t mode)
{
	const uint32_t all = DSA_WQCFG_DEDICATED | DSA_WQCFG_PASID_EN | DSA_WQCFG_PRIV;

	return (mode & all) != all || cfg_pasid_priv(dev);
}

static bool wq_prs_ok(const struct emu_dev *dev, uint32_t mode)
{
	return !(mode & DSA_WQCFG_PRS_DISABLE) ||
	       (dev->gencfg & DSA_GENCFG_EVL && !(mode & DSA_WQCFG_BOF));
}

/*
 * Asked of a queue that wants the interrupt only: the specification's words would
 * refuse a handle of 0, as it is after a reset, wherever handles are requested.
 */
static bool wq_occupancy_ok(const struct emu_dev *dev, unsigned int wq)
{
	return !(wqcfg(dev, wq)[DSA_WQCFG_OCC_LIMIT / 4] & DSA_WQCFG_OCC_INT_EN) ||
	       occupancy_handle_ok_locked(dev, wq);
}

static bool wq_opcfg_ok(const struct emu_dev *dev, const uint32_t *cfg)
{
	if (!(dev->profile.wqcap & DSA_WQCAP_OPCFG))
		return true;
	for (unsigned int i = 0; i < 8; i++)
		if (cfg[DSA_WQCFG_OPCFG / 4 + i] &
		    ~(uint32_t)(dev->profile.opcap[i / 2] >> 32 * (i % 2)))
			return false;
	return true;
}

/* Fields that are not supported are hardwired to 0. */
uint8_t check_wq_locked(struct emu_dev *dev, unsigned int wq)
{
	const uint32_t *cfg = wqcfg(dev, wq);
	uint32_t mode = cfg[DSA_WQCFG_MODE / 4], limits = cfg[DSA_WQCFG_LIMITS / 4];

	if (dev->state != DSA_GENSTS_ENABLED)
		return DSA_CMDERR_WQ_DEV_OFF;
	if (dev->wq[wq].state != DSA_WQ_DISABLED)
		return DSA_CMDERR_WQ_NOT_DISABLED;
	if (!cfg[DSA_WQCFG_SIZE / 4])
		return DSA_CMDERR_WQ_SIZE;
	if (dev->profile.wqcap & DSA_WQCAP_PRIORITY && !(mode & DSA_WQCFG_PRIORITY))
		return DSA_CMDERR_WQ_PRIORITY;
	if (!wq_mode_ok(dev, mode))
		return DSA_CMDERR_WQ_MODE;
	if (!wq_bof_ok(dev, mode))
		return DSA_CMDERR_WQ_BOF;
	if (!wq_pasid_ok(dev, mode))
		return DSA_CMDERR_WQ_PASID;
	if (!wq_batch_ok(dev, GET(limits, DSA_WQCFG_MAX_BATCH)))
		return DSA_CMDERR_WQ_MAX_BATCH;
	if (GET(limits, DSA_WQCFG_MAX_XFER) > GET(dev->profile.gencap, DSA_GENCAP_MAX_XFER))
		return DSA_CMDERR_WQ_MAX_XFER;
	if (!wq_priv_ok(dev, mode))
		return DSA_CMDERR_WQ_PRIV;
	if (!wq_occupancy_ok(dev, wq))
		return DSA_CMDERR_WQ_OCCUPANCY_INT;
	if (!wq_opcfg_ok(dev, cfg))
		return DSA_CMDERR_WQ_OPCFG;
	if (!wq_prs_ok(dev, mode))
		return DSA_CMDERR_WQ_PRS;
	return 0;
}
