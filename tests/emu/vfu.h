/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does the client ask of the function? The vfio-user server of one
 * connection: it turns messages into emu_dev calls, DMA windows and connected
 * interrupts, and carries messages of the function the other way.
 */
#ifndef VFU_H
#define VFU_H

#include "dma.h"
#include "emu.h"

struct vfu;

/* Called when the client resets the function, before the reset. */
typedef void (*vfu_reset_fn)(void *arg);

/* Takes over @sock. NULL with errno set on failure. @dma stays the caller's. */
struct vfu *vfu_new(int sock, struct dma *dma, unsigned int nr_msix);
void vfu_on_reset(struct vfu *vfu, vfu_reset_fn fn, void *arg);
void vfu_free(struct vfu *vfu);

/*
 * Serves until the client leaves: 0. A stream that cannot be trusted ends it
 * with one line on standard error and -errno. Windows are gone after it.
 */
int vfu_serve(struct vfu *vfu, struct emu_dev *dev);

/* From any thread, before, in and after vfu_serve(). As emu_host_ops has them. */
bool vfu_msix(struct vfu *vfu, unsigned int vector);
void vfu_msi_write(struct vfu *vfu, uint64_t addr, uint32_t data);

/*
 * Wait until the client has answered all that vfu_msi_write() sent before, a
 * second at most. Not from the thread that serves.
 */
void vfu_flush(struct vfu *vfu);

#endif /* VFU_H */
