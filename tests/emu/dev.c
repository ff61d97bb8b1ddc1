// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does the function come to be, get reset and go? Sizes and capability
 * registers from the profile, the threads, and the function-level reset.
 */
#include "dev.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool sizes_ok(const struct emu_profile *p)
{
	return p->nr_wqs >= 1 && p->nr_wqs <= DEV_MAX_WQS &&
	       p->nr_groups >= 1 && p->nr_groups <= DEV_MAX_GROUPS &&
	       p->nr_engines >= 1 && p->nr_engines <= DEV_MAX_ENGINES &&
	       p->total_wq_size >= 1 && p->total_wq_size <= 0xffff &&
	       p->nr_read_buffers <= 0xff &&
	       p->nr_ims % 256 == 0 && p->nr_ims <= 63 * 256;
}

static void set_field(uint64_t *reg, uint64_t mask, uint64_t val)
{
	*reg = (*reg & ~mask) | val * (mask & -mask);
}

/* The sizes of the profile, into the registers that report them. */
static void fill_caps(struct emu_dev *dev)
{
	struct emu_profile *p = &dev->profile;

	set_field(&p->gencap, DSA_GENCAP_IMS, p->nr_ims / 256);
	set_field(&p->gencap, DSA_GENCAP_CMDCAP, p->cmdcap != 0);
	set_field(&p->wqcap, DSA_WQCAP_TOTAL_SIZE, p->total_wq_size);
	set_field(&p->wqcap, DSA_WQCAP_NR_WQS, p->nr_wqs);
	set_field(&p->grpcap, DSA_GRPCAP_NR_GROUPS, p->nr_groups);
	set_field(&p->grpcap, DSA_GRPCAP_READ_BUFFERS, p->nr_read_buffers);
	set_field(&p->engcap, DSA_ENGCAP_NR_ENGINES, p->nr_engines);
	dev->nr_msix = p->nr_wqs + 1;
	dev->wqcfg_stride = 32u << GET(p->wqcap, DSA_WQCAP_WQCFG_SIZE);
}

static uint64_t round_up_pow2(uint64_t n)
{
	uint64_t size = 1;

	while (size < n)
		size <<= 1;
	return size;
}

static void place_tables(struct emu_dev *dev)
{
	const struct emu_profile *p = &dev->profile;
	bool far = p->nr_ims > BAR0_IMS_SMALL;

	dev->ims_offset = far ? BAR0_IMS_FAR : BAR0_IMS;
	dev->bar0_size = far ? round_up_pow2(BAR0_IMS_FAR +
					     p->nr_ims * DSA_IMS_STRIDE) : 0x10000;
	dev->bar2_size = round_up_pow2((uint64_t)p->nr_wqs * DSA_PORTAL_WQ);
	dev->offsets[0] =
		(uint64_t)BAR0_GRPCFG / DSA_OFFSETS_UNIT << DSA_OFFSETS_GRPCFG_SHIFT |
		(uint64_t)BAR0_WQCFG / DSA_OFFSETS_UNIT << DSA_OFFSETS_WQCFG_SHIFT |
		(uint64_t)BAR0_MSIXPERM / DSA_OFFSETS_UNIT << DSA_OFFSETS_MSIXPERM_SHIFT |
		dev->ims_offset / DSA_OFFSETS_UNIT << DSA_OFFSETS_IMS_SHIFT;
	dev->offsets[1] = BAR0_PERFMON / DSA_OFFSETS_UNIT;
}

static bool alloc_tables(struct emu_dev *dev)
{
	const struct emu_profile *p = &dev->profile;

	dev->wq = calloc(p->nr_wqs, sizeof(*dev->wq));
	dev->msixperm = calloc(dev->nr_msix, sizeof(*dev->msixperm));
	dev->msix_handle = calloc(dev->nr_msix, sizeof(*dev->msix_handle));
	dev->ims = calloc(p->nr_ims + 1, sizeof(*dev->ims));
	dev->ims_handle = calloc(p->nr_ims + 1, sizeof(*dev->ims_handle));
	if (!dev->wq || !dev->msixperm || !dev->msix_handle || !dev->ims ||
	    !dev->ims_handle)
		return false;
	for (unsigned int i = 0; i < p->nr_wqs; i++) {
		dev->wq[i].group = DEV_NO_GROUP;
		dev->wq[i].pages = calloc(4, sizeof(struct portal_page));
		if (!dev->wq[i].pages)
			return false;
	}
	for (unsigned int i = 0; i < p->nr_engines; i++)
		for (unsigned int n = 0; n < 2; n++)
			if (!(dev->engine[i].buf[n] = malloc(ENGINE_BUF)))
				return false;
	return true;
}

static void free_tables(struct emu_dev *dev)
{
	for (unsigned int i = 0; dev->wq && i < dev->profile.nr_wqs; i++) {
		free(dev->wq[i].pages);
		free(dev->wq[i].ring);
	}
	for (unsigned int i = 0; i < DEV_MAX_ENGINES; i++) {
		free(dev->engine[i].buf[0]);
		free(dev->engine[i].buf[1]);
	}
	free(dev->wq);
	free(dev->msixperm);
	free(dev->msix_handle);
	free(dev->ims);
	free(dev->ims_handle);
}

static void stop_threads(struct emu_dev *dev, unsigned int nr_engines, bool cmd)
{
	pthread_mutex_lock(&dev->lock);
	dev->stop = true;
	for (unsigned int i = 0; i < nr_engines; i++) {
		__atomic_store_n(&dev->engine[i].abort, true, __ATOMIC_RELAXED);
		pthread_cond_signal(&dev->engine[i].wake);
	}
	pthread_cond_signal(&dev->cmd_wake);
	pthread_cond_broadcast(&dev->settled);
	pthread_mutex_unlock(&dev->lock);
	for (unsigned int i = 0; i < nr_engines; i++)
		pthread_join(dev->engine[i].thread, NULL);
	if (cmd)
		pthread_join(dev->cmd_thread, NULL);
}

static int start_threads(struct emu_dev *dev)
{
	unsigned int nr = 0;
	int rc;

	rc = pthread_create(&dev->cmd_thread, NULL, cmd_main, dev);
	if (rc)
		return rc;
	for (; nr < dev->profile.nr_engines; nr++) {
		struct engine *engine = &dev->engine[nr];

		rc = pthread_create(&engine->thread, NULL, engine_main, engine);
		if (rc) {
			stop_threads(dev, nr, true);
			return rc;
		}
	}
	return 0;
}

static void init_sync(struct emu_dev *dev)
{
	pthread_mutex_init(&dev->lock, NULL);
	pthread_mutex_init(&dev->evl_lock, NULL);
	pthread_cond_init(&dev->settled, NULL);
	pthread_cond_init(&dev->cmd_wake, NULL);
	for (unsigned int i = 0; i < DEV_MAX_ENGINES; i++) {
		dev->engine[i].dev = dev;
		dev->engine[i].id = i;
		dev->engine[i].group = DEV_NO_GROUP;
		pthread_cond_init(&dev->engine[i].wake, NULL);
	}
}

static void destroy(struct emu_dev *dev)
{
	free_tables(dev);
	for (unsigned int i = 0; i < DEV_MAX_ENGINES; i++)
		pthread_cond_destroy(&dev->engine[i].wake);
	pthread_cond_destroy(&dev->cmd_wake);
	pthread_cond_destroy(&dev->settled);
	pthread_mutex_destroy(&dev->evl_lock);
	pthread_mutex_destroy(&dev->lock);
	free(dev);
}

struct emu_dev *emu_dev_new(const struct emu_profile *profile,
			    const struct emu_host_ops *ops, void *host)
{
	struct emu_dev *dev;
	int rc = ENOMEM;

	if (!sizes_ok(profile)) {
		errno = EINVAL;
		return NULL;
	}
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return NULL;
	dev->profile = *profile;
	dev->ops = ops;
	dev->host = host;
	init_sync(dev);
	fill_caps(dev);
	place_tables(dev);
	if (!alloc_tables(dev))
		goto err_destroy;
	pthread_mutex_lock(&dev->lock);
	cfg_init(dev);
	regs_reset_locked(dev, true);
	pthread_mutex_unlock(&dev->lock);
	rc = start_threads(dev);
	if (rc)
		goto err_destroy;
	return dev;

err_destroy:
	destroy(dev);
	errno = rc;
	return NULL;
}

void emu_dev_free(struct emu_dev *dev)
{
	stop_threads(dev, dev->profile.nr_engines, true);
	destroy(dev);
}

uint64_t emu_dev_bar0_size(const struct emu_dev *dev)
{
	return dev->bar0_size;
}

uint64_t emu_dev_bar2_size(const struct emu_dev *dev)
{
	return dev->bar2_size;
}

unsigned int emu_dev_nr_msix(const struct emu_dev *dev)
{
	return dev->nr_msix;
}

/*
 * Function-level reset: what runs is abandoned, a command in progress ends
 * without a word, all registers and the configuration space start anew.
 * Engines look up between chunks, so the wait is short.
 */
void emu_dev_reset(struct emu_dev *dev)
{
	const struct selection all = { .what = SELECT_ALL, .until_seq = UINT64_MAX };

	pthread_mutex_lock(&dev->lock);
	dev->resetting++;
	dev->state = DSA_GENSTS_DISABLED;
	wq_abort_locked(dev, &all);
	pthread_cond_broadcast(&dev->settled);
	while (!wq_quiet_locked(dev, &all) || dev->cmdsts & DSA_CMDSTS_ACTIVE)
		pthread_cond_wait(&dev->settled, &dev->lock);
	cfg_init(dev);
	regs_reset_locked(dev, true);
	dev->resetting--;
	pthread_mutex_unlock(&dev->lock);
	emu_trace("state", "device=disabled reset=flr");
}
