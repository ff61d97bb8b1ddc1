// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kinds of part can the model be? Capability registers of real parts, cut
 * down to what the model does; the fields that follow from the sizes (queues,
 * groups, engines, IMS) are filled in by emu_dev_new().
 *
 * Every profile reports an event log, which a first-generation part has not:
 * the 6.12 driver oopses when a device without one is disabled.
 */
#include "emu.h"

#include <errno.h>
#include <string.h>

#include "model/regs.h"

#define GENCAP_COMMON                                                         \
	(DSA_GENCAP_BLOCK_ON_FAULT | DSA_GENCAP_OVERLAP_COPY |                \
	 DSA_GENCAP_CACHE_CONTROL | DSA_GENCAP_DEST_READBACK |                \
	 1ULL << DSA_GENCAP_EVL_SHIFT | DSA_GENCAP_EVL_OVERFLOW |             \
	 31ULL << DSA_GENCAP_MAX_XFER_SHIFT |                                 \
	 10ULL << DSA_GENCAP_MAX_BATCH_SHIFT | DSA_GENCAP_CONFIG)
#define GENCAP_SPR	(GENCAP_COMMON | 0x4000000000ULL /* as on silicon */)
#define GENCAP_GNRD	(GENCAP_COMMON | DSA_GENCAP_FAULT_INFO | DSA_GENCAP_BATCH_CONT)

#define WQCAP_SPR                                                             \
	(DSA_WQCAP_SHARED | DSA_WQCAP_DEDICATED | DSA_WQCAP_PRIORITY |        \
	 DSA_WQCAP_OCCUPANCY)
#define WQCAP_GNRD                                                            \
	(WQCAP_SPR | DSA_WQCAP_ATS | DSA_WQCAP_PRS | DSA_WQCAP_OPCFG |        \
	 DSA_WQCAP_OCCUPANCY_INT | 1ULL << DSA_WQCAP_WQCFG_SIZE_SHIFT)

/* The first generation shows no deltas and, although it has it, no batch. */
#define BIT(op)	(1ULL << (op))
#define OPCAP_SPR                                                             \
	(BIT(DSA_OP_NOOP) | BIT(DSA_OP_DRAIN) | BIT(DSA_OP_MEMMOVE) |         \
	 BIT(DSA_OP_FILL) | BIT(DSA_OP_COMPARE) |                             \
	 BIT(DSA_OP_COMPARE_PATTERN) | BIT(DSA_OP_DUALCAST) |                 \
	 BIT(DSA_OP_CRC) | BIT(DSA_OP_COPY_CRC) | BIT(DSA_OP_DIF_CHECK) |     \
	 BIT(DSA_OP_DIF_INSERT) | BIT(DSA_OP_DIF_STRIP) |                     \
	 BIT(DSA_OP_DIF_UPDATE) | BIT(DSA_OP_CACHE_FLUSH))
#define OPCAP_GNRD                                                            \
	(OPCAP_SPR | BIT(DSA_OP_BATCH) | BIT(DSA_OP_CREATE_DELTA) |           \
	 BIT(DSA_OP_APPLY_DELTA) | BIT(DSA_OP_DIX_GENERATE))

/* Commands 1 to 14. */
#define CMDCAP	0x7ffe

#define GRPCAP	(DSA_GRPCAP_READ_BUFFER_CTRL | DSA_GRPCAP_READ_BUFFER_LIMIT)

/* A busy host's page fault handler is given this long. */
#define PAGE_WAIT_MS	10000

#define SIZES                                                                 \
	.grpcap = GRPCAP,                                                     \
	.nr_groups = 4, .nr_wqs = 8, .nr_engines = 4, .total_wq_size = 128,   \
	.nr_read_buffers = 96, .nr_ims = 2048, .page_wait_ms = PAGE_WAIT_MS

static const struct emu_profile profiles[] = {
	{ .name = "gnrd", .device_id = DSA_PCI_DEVICE_GNRD, .version = 0x200,
	  .gencap = GENCAP_GNRD, .wqcap = WQCAP_GNRD, .opcap = { OPCAP_GNRD }, SIZES },
	{ .name = "gnrd-cmdcap", .device_id = DSA_PCI_DEVICE_GNRD, .version = 0x200,
	  .gencap = GENCAP_GNRD, .wqcap = WQCAP_GNRD, .opcap = { OPCAP_GNRD },
	  .cmdcap = CMDCAP, SIZES },
	{ .name = "spr", .device_id = DSA_PCI_DEVICE_SPR, .version = 0x100,
	  .gencap = GENCAP_SPR, .wqcap = WQCAP_SPR, .opcap = { OPCAP_SPR }, SIZES },
	{ .name = "spr-cmdcap", .device_id = DSA_PCI_DEVICE_SPR, .version = 0x100,
	  .gencap = GENCAP_SPR, .wqcap = WQCAP_SPR, .opcap = { OPCAP_SPR },
	  .cmdcap = CMDCAP, SIZES },
	/* so much of an IAX that idxd takes it for one: it has none of the operations */
	{ .name = "iax", .device_id = DSA_PCI_DEVICE_IAX_SPR, .version = 0x100,
	  .gencap = GENCAP_SPR & ~DSA_GENCAP_MAX_BATCH, .wqcap = WQCAP_SPR,
	  .opcap = { BIT(DSA_OP_NOOP) | BIT(DSA_OP_DRAIN) }, SIZES },
	/* beyond silicon: as many of everything as the registers can hold */
	{ .name = "scale", .device_id = DSA_PCI_DEVICE_GNRD, .version = 0x200,
	  .gencap = GENCAP_GNRD, .wqcap = WQCAP_GNRD, .opcap = { OPCAP_GNRD },
	  .cmdcap = CMDCAP, .grpcap = GRPCAP, .nr_groups = 64, .nr_wqs = 64,
	  .nr_engines = 64, .total_wq_size = 1024, .nr_read_buffers = 255,
	  .nr_ims = 2048, .page_wait_ms = PAGE_WAIT_MS },
};

#define NR_PROFILES (sizeof(profiles) / sizeof(profiles[0]))

int emu_profile_find(const char *name, struct emu_profile *profile)
{
	for (size_t i = 0; i < NR_PROFILES; i++)
		if (!strcmp(profiles[i].name, name)) {
			*profile = profiles[i];
			return 0;
		}
	return -ENOENT;
}

const char *emu_profile_name(unsigned int i)
{
	return i < NR_PROFILES ? profiles[i].name : NULL;
}
