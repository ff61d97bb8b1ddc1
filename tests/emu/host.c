// SPDX-License-Identifier: GPL-2.0-only
/* The host side of the function, put together: see host.h. */
#include "host.h"

#include <err.h>
#include <inttypes.h>
#include <pthread.h>

static pthread_once_t no_iommu_once = PTHREAD_ONCE_INIT;

static void say_no_iommu(void)
{
	warnx("PASID-tagged accesses fault: --ram, --qmp and --bdf were not given");
}

/* Whether @who can be served; without the vIOMMU a PASID leads nowhere. */
static bool reaches_memory(const struct emu_host *host,
			   const struct emu_requester *who)
{
	if (!who->pasid_valid || host->iommu)
		return true;
	pthread_once(&no_iommu_once, say_no_iommu);
	return false;
}

static size_t host_dma_read(void *arg, const struct emu_requester *who,
			    uint64_t iova, void *buf, size_t len)
{
	struct emu_host *host = arg;

	if (!reaches_memory(host, who))
		return 0;
	return who->pasid_valid ? iommu_read(host->iommu, who, iova, buf, len) :
				  dma_read(host->dma, iova, buf, len);
}

static size_t host_dma_write(void *arg, const struct emu_requester *who,
			     uint64_t iova, const void *buf, size_t len)
{
	struct emu_host *host = arg;

	if (!reaches_memory(host, who))
		return 0;
	return who->pasid_valid ? iommu_write(host->iommu, who, iova, buf, len) :
				  dma_write(host->dma, iova, buf, len);
}

static size_t host_dma_reach(void *arg, const struct emu_requester *who,
			     uint64_t iova, size_t len)
{
	struct emu_host *host = arg;

	if (!reaches_memory(host, who))
		return 0;
	return who->pasid_valid ? iommu_reach(host->iommu, who, iova, len) :
				  dma_reach(host->dma, iova, len);
}

static bool host_msix(void *arg, unsigned int vector)
{
	struct emu_host *host = arg;

	return vfu_msix(host->vfu, vector);
}

static void host_msi_write(void *arg, uint64_t addr, uint32_t data)
{
	struct emu_host *host = arg;

	vfu_msi_write(host->vfu, addr, data);
}

static void host_flush(void *arg)
{
	struct emu_host *host = arg;

	vfu_flush(host->vfu);
}

const struct emu_host_ops emu_host_ops = {
	.dma_read = host_dma_read,
	.dma_write = host_dma_write,
	.dma_reach = host_dma_reach,
	.msix = host_msix,
	.msi_write = host_msi_write,
	.flush = host_flush,
};

void emu_host_reset(void *arg)
{
	struct emu_host *host = arg;

	if (host->iommu)
		iommu_reset(host->iommu);
}
