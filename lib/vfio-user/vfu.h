/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does the client ask of the function? The vfio-user server of one
 * connection: it turns messages into calls of the function, DMA windows and
 * connected interrupts, and carries messages of the function the other way.
 */
#ifndef VFU_H
#define VFU_H

#include "dma.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The regions of a PCI function, as VFIO numbers them; it may have these three. */
enum vfu_region { VFU_BAR0 = 0, VFU_BAR2 = 2, VFU_CFG = 7, VFU_NR_REGIONS = 9 };

#define VFU_CFG_SIZE	4096

/* The function. @fn is that of vfu_serve(), whose thread calls. */
struct vfu_ops {
	/* In bytes; 0: it has no such region. */
	uint64_t (*region_size)(void *fn, uint32_t region);
	/*
	 * Naturally aligned accesses of 1, 2, 4 or 8 bytes (config space: up to 4)
	 * inside BAR0 or config space; little-endian value in the low bytes.
	 */
	uint64_t (*read)(void *fn, uint32_t region, uint64_t off, unsigned int size);
	void (*write)(void *fn, uint32_t region, uint64_t off, unsigned int size,
		      uint64_t val);
	/* A store of @len bytes (any) inside BAR2. NULL: without effect. */
	void (*portal_write)(void *fn, uint64_t off, const void *buf, size_t len);
	/* After the client has connected or disconnected vectors. NULL: no matter. */
	void (*irqs_set)(void *fn);
	void (*reset)(void *fn);
	/* What happens, for a trace; from any thread. NULL: there is none. */
	void (*trace)(const char *kind, const char *fmt, ...)
		__attribute__((format(printf, 2, 3)));
};

struct vfu;

/* Called when the client resets the function, before the reset. */
typedef void (*vfu_reset_fn)(void *arg);

/*
 * Takes over @sock. NULL with errno set on failure. @dma stays the caller's, and
 * @ops.
 */
struct vfu *vfu_new(int sock, const struct vfu_ops *ops, struct dma *dma,
		    unsigned int nr_msix);
void vfu_on_reset(struct vfu *vfu, vfu_reset_fn fn, void *arg);
void vfu_free(struct vfu *vfu);

/*
 * Serves until the client leaves: 0. A stream that cannot be trusted ends it
 * with one line on standard error and -errno. Windows are gone after it.
 */
int vfu_serve(struct vfu *vfu, void *fn);

/*
 * From any thread, before, in and after vfu_serve(). Signal MSI-X vector @vector;
 * false: it has nowhere to go yet.
 */
bool vfu_msix(struct vfu *vfu, unsigned int vector);
/* Post the message @data to @addr. */
void vfu_msi_write(struct vfu *vfu, uint64_t addr, uint32_t data);

/*
 * Wait until the client has answered all that vfu_msi_write() sent before, a
 * second at most. Not from the thread that serves.
 */
void vfu_flush(struct vfu *vfu);

#endif /* VFU_H */
