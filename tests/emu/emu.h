/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam inside dsaemu: what the DSA function (dev_*.c) needs of the host
 * that it is plugged into, and what the host (function.c, host.c, iommu.c) may ask
 * of the function. Neither side knows more of the other than this file.
 *
 * Threads: the socket thread calls emu_dev_*(); engine threads of the function
 * call emu_host_ops. All emu_host_ops are callable from any thread.
 */
#ifndef EMU_H
#define EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Whose address space an access goes through. */
struct emu_requester {
	bool pasid_valid;	/* false: the function's own, untagged */
	uint32_t pasid;		/* 20 bits */
	bool priv;		/* supervisor privilege requested */
};

struct emu_host_ops {
	/*
	 * Copy @len bytes from or to @iova. Returns the number of bytes
	 * copied; fewer than @len means that the byte at @iova + result
	 * could not be translated with that permission (a page fault), and
	 * nothing from there on was touched.
	 */
	size_t (*dma_read)(void *host, const struct emu_requester *who,
			   uint64_t iova, void *buf, size_t len);
	size_t (*dma_write)(void *host, const struct emu_requester *who,
			    uint64_t iova, const void *buf, size_t len);
	/* What dma_write would copy, from the translation alone. */
	size_t (*dma_reach)(void *host, const struct emu_requester *who,
			    uint64_t iova, size_t len);
	/*
	 * Signal MSI-X vector @vector (the table itself is the host's); false:
	 * it has nowhere to go yet, see emu_dev_msix_ready(). This and
	 * msi_write wait for nobody: the function calls them with its lock
	 * held, so that a mask that was read back holds.
	 */
	bool (*msix)(void *host, unsigned int vector);
	/* Post the message @data to @addr (0xfeexxxxx), as IMS does. */
	void (*msi_write)(void *host, uint64_t addr, uint32_t data);
	/*
	 * Wait until every message posted before has reached its receiver, or
	 * for a second at most: what a command ends with, so that software
	 * which saw it end sees no late interrupt. NULL: none is ever under way.
	 * Not from the socket thread, and with no lock held that it takes.
	 */
	void (*flush)(void *host);
};

/* What kind of part the function is; the presets are in profile.c. */
struct emu_profile {
	const char *name;		/* "gnrd", "spr", "gnrd-cmdcap", ... */
	uint16_t device_id;		/* vendor is 8086 */
	uint16_t version;		/* 0x100, 0x200, ... */
	uint64_t gencap, wqcap, grpcap, engcap;
	uint64_t opcap[4];
	uint32_t cmdcap;		/* 0: CMDCAP is not reported */
	unsigned int nr_groups, nr_wqs, nr_engines, total_wq_size;
	unsigned int nr_read_buffers, nr_ims;
	unsigned int page_wait_ms;	/* for the answer to a page request */
};

/* 0 and *@profile filled, or -ENOENT. @name as on the command line. */
int emu_profile_find(const char *name, struct emu_profile *profile);
/* The names for --help, NULL past the last. */
const char *emu_profile_name(unsigned int i);

struct emu_dev;

/*
 * NULL with errno set on failure (EINVAL: no part can have these sizes).
 * @profile is copied; its sizes win over what its capability registers say.
 */
struct emu_dev *emu_dev_new(const struct emu_profile *profile,
			    const struct emu_host_ops *ops, void *host);
/* Ends the engine threads; no emu_host_ops call after it returns. */
void emu_dev_free(struct emu_dev *dev);

/*
 * BAR0 and config accesses of 1, 2, 4 or 8 bytes (config: up to 4), already
 * checked to be inside the region; little-endian value in the low bytes.
 */
uint64_t emu_dev_bar0_read(struct emu_dev *dev, uint64_t off, unsigned int size);
void emu_dev_bar0_write(struct emu_dev *dev, uint64_t off, unsigned int size,
			uint64_t val);
uint32_t emu_dev_cfg_read(struct emu_dev *dev, uint64_t off, unsigned int size);
void emu_dev_cfg_write(struct emu_dev *dev, uint64_t off, unsigned int size,
		       uint32_t val);
/* A store of @len bytes (any) at @off of BAR2, in arrival order. */
void emu_dev_portal_write(struct emu_dev *dev, uint64_t off, const void *buf,
			  size_t len);
uint64_t emu_dev_bar0_size(const struct emu_dev *dev);
uint64_t emu_dev_bar2_size(const struct emu_dev *dev);
unsigned int emu_dev_nr_msix(const struct emu_dev *dev);

/* Vectors may have somewhere to go now: those that are pending are signalled. */
void emu_dev_msix_ready(struct emu_dev *dev);

/* Function-level reset (also VFIO_USER_DEVICE_RESET). Waits for the engines. */
void emu_dev_reset(struct emu_dev *dev);

/*
 * Makes go wrong what @line asks for: a verb and at most one argument, which
 * emu_dev_inject_help() lists. NULL, or what is wrong with the request. From
 * any thread but the function's own.
 */
const char *emu_dev_inject(struct emu_dev *dev, const char *line);
void emu_dev_inject_help(FILE *file);

/*
 * The trace: one line per event, "SECONDS KIND key=value ...", KIND being reg,
 * cmd, desc, done, prs (page requests), irq, err, state, bus, inject or
 * VIOLATION. Off while the file is NULL. VIOLATION lines are always written, to
 * standard error as well: they say that software broke a rule that this project
 * promises to keep (a descriptor by a portal with IMS handles, which guests alone are
 * given, to a work queue with WQCFG.PASID_EN clear), and the lab fails the run on them.
 */
void emu_trace_open(FILE *file);
void emu_trace(const char *kind, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* EMU_H */
