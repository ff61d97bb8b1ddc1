/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does the client ask of the function? The vfio-user server of one
 * connection: it turns messages into calls of the function, DMA windows and
 * connected interrupts, and carries messages of the function the other way.
 */
#ifndef VFU_H
#define VFU_H

#include "dma.h"
#include "vfu_irq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The regions of a PCI function, as VFIO numbers them; it may have these three. */
enum vfu_region { VFU_BAR0 = 0, VFU_BAR2 = 2, VFU_CFG = 7, VFU_NR_REGIONS = 9 };

#define VFU_CFG_SIZE	4096

/*
 * The function. @fn is that of vfu_new(); the thread that serves calls. What is NULL
 * it does not have, or does not want to hear of.
 */
struct vfu_ops {
	/* Served by vfu_step() and no thread but the caller's. */
	bool polled;
	/* It asks the client to give it back, by VFU_IRQ_REQ. */
	bool requests;
	/* Interrupts, with @fn as @arg. */
	struct vfu_irq_ops irqs;
	/* In bytes; 0: it has no such region. */
	uint64_t (*region_size)(void *fn, uint32_t region);
	/*
	 * Naturally aligned accesses of 1, 2, 4 or 8 bytes (config space: up to 4)
	 * inside BAR0 or config space; little-endian value in the low bytes.
	 */
	uint64_t (*read)(void *fn, uint32_t region, uint64_t off, unsigned int size);
	void (*write)(void *fn, uint32_t region, uint64_t off, unsigned int size,
		      uint64_t val);
	/* A store of @len bytes (any) inside BAR2. */
	void (*portal_write)(void *fn, uint64_t off, const void *buf, size_t len);
	/* A descriptor by which the client maps BAR2, from 0 on; it stays @fn's. */
	int (*portal_fd)(void *fn);
	/* Whether this descriptor may be memory. */
	bool (*takes_memory)(void *fn, int fd);
	/*
	 * A window was made, at @addr in this process; an error takes it back. It is to
	 * be removed: it, or windows in @iova, @size; with size 0 all.
	 */
	int (*mapped)(void *fn, uint64_t iova, uint64_t size, void *addr,
		      unsigned int access);
	void (*unmap)(void *fn, uint64_t iova, uint64_t size);
	/* The client is gone; its memory is, after this. */
	void (*left)(void *fn);
	/* After the client has connected or disconnected vectors. */
	void (*irqs_set)(void *fn);
	void (*reset)(void *fn);
	/* What happens, for a trace; from any thread. */
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
struct vfu *vfu_new(int sock, const struct vfu_ops *ops, void *fn, struct dma *dma,
		    unsigned int nr_msix);
void vfu_on_reset(struct vfu *vfu, vfu_reset_fn fn, void *arg);
void vfu_free(struct vfu *vfu);
/*
 * The same after the end, but for the socket if the client has not read all descriptors that were
 * sent on it: the caller's then, else -1.
 */
int vfu_free_but_socket(struct vfu *vfu);

/*
 * Serves until the client leaves: 0. A stream that cannot be trusted ends it
 * with one line on standard error and -errno. Windows are gone after it.
 */
int vfu_serve(struct vfu *vfu);

/*
 * Serves what has come, at most some messages or some writes of one, and waits for
 * nothing: 1, or as vfu_serve() at the end. For who polls the socket: for POLLIN, and for
 * POLLOUT while vfu_wants_out(); while vfu_is_busy(), a part of a message is left, and the
 * next call is due at once.
 */
int vfu_step(struct vfu *vfu);
bool vfu_is_busy(const struct vfu *vfu);
/* The same end by the server. */
void vfu_end(struct vfu *vfu);
int vfu_socket(const struct vfu *vfu);
bool vfu_wants_out(struct vfu *vfu);

/*
 * From any thread, before, in and after vfu_serve(). Signal MSI-X vector @vector;
 * false: it has nowhere to go yet.
 */
bool vfu_msix(struct vfu *vfu, unsigned int vector);
/* Ask the client to give the function back; false as above. */
bool vfu_request(struct vfu *vfu);
/* Post the message @data to @addr. */
void vfu_msi_write(struct vfu *vfu, uint64_t addr, uint32_t data);

/*
 * Wait until the client has answered all that vfu_msi_write() sent before, a
 * second at most. Not from the thread that serves.
 */
void vfu_flush(struct vfu *vfu);

#endif /* VFU_H */
