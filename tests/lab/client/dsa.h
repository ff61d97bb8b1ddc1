/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A minimal DSA driver over VFIO: brings the device and its work queues up by
 * commands alone and submits descriptors through the mapped portals. Offsets
 * and encodings are those of the DSA specification; nothing is shared with
 * the module that is tested. A bare vdev is used alike, by bare.c.
 */
#ifndef CLIENT_DSA_H
#define CLIENT_DSA_H

#include <stdbool.h>
#include <stdint.h>

#include "vfio.h"

enum { /* offsets in BAR0 */
	REG_WQCAP = 0x20, REG_OPCAP = 0x40, REG_OFFSETS = 0x60, REG_GENCTRL = 0x88, REG_GENSTS = 0x90,
	REG_INTCAUSE = 0x98, REG_CMD = 0xa0, REG_CMDSTS = 0xa8, REG_SWERR = 0xc0,
};
enum { CMD_ENABLE_DEVICE = 1, CMD_DISABLE_DEVICE = 2, CMD_DRAIN_ALL = 3, CMD_RESET_DEVICE = 5,
       CMD_ENABLE_WQ = 6, CMD_DISABLE_WQ = 7, CMD_REQUEST_HANDLE = 13 };
#define CMD_INTERRUPT	(1u << 31)
#define CMDSTS_ACTIVE	(1u << 31)
#define PORTAL_PAGE	4096
#define PORTALS_PER_WQ	4

#define DSA_MAX_WQS	8
#define DSA_OP_NOOP	0x00
#define DSA_OP_BATCH	0x01
#define DSA_OP_DRAIN	0x02
#define DSA_OP_MEMMOVE	0x03

#define DSA_FLAG_CRAV	0x04	/* the record's address is valid */
#define DSA_FLAG_RCR	0x08	/* write a record on success too */
#define DSA_FLAG_RCI	0x10	/* interrupt on completion */

struct dsa_desc {
	uint32_t pasid_priv;
	uint32_t flags_opcode;		/* flags 23:0, opcode 31:24 */
	uint64_t completion;
	uint64_t src, dst;
	uint32_t size;
	uint16_t handle, reserved;
	uint8_t op[24];
} __attribute__((packed, aligned(64)));

struct dsa_record {
	volatile uint8_t status;
	uint8_t result;
	uint16_t fault_info;
	uint32_t bytes;
	uint64_t fault_addr;
	uint8_t op[16];
} __attribute__((packed, aligned(32)));

struct dsa_dev {
	struct vfio_dev vfio;
	unsigned int nr_wqs;
	unsigned int wq_size[DSA_MAX_WQS];
	uint32_t handle[DSA_MAX_WQS];	/* interrupt handle of vector wq + 1 */
	void *portal[DSA_MAX_WQS];
	unsigned int next_slot[DSA_MAX_WQS];

	/* Of a bare vdev, see bare.h. */
	uint32_t last_ticket, enabled;	/* enabled: bit n is work queue n */
	bool halted, away;
};

/*
 * Open the vdev, set up its interrupts and map its portals. Memory must be
 * mapped before dsa_enable(), which sets bus mastering.
 */
void dsa_open(struct dsa_dev *dev, const char *uuid);
/* The same without an eventfd for completions. */
void dsa_open_deaf(struct dsa_dev *dev, const char *uuid);
/* In the container of @other. */
void dsa_open_beside(struct dsa_dev *dev, const char *uuid, const struct dsa_dev *other);
void dsa_set_master(struct dsa_dev *dev);
void dsa_enable(struct dsa_dev *dev);
void dsa_close(struct dsa_dev *dev);
/* Its PCI id, device and vendor, and the first operations of OPCAP. */
uint32_t dsa_pci_id(struct dsa_dev *dev);
uint32_t dsa_ops(struct dsa_dev *dev);
/* Whether OPCAP has operation @op, 0 to 255. */
int dsa_has_op(struct dsa_dev *dev, unsigned int op);
/* GENSTS says that it is halted. */
bool dsa_is_halted(struct dsa_dev *dev);
/* Reset a halted device until it is no longer, and enable it; false: in vain. */
bool dsa_recover(struct dsa_dev *dev, int timeout_ms);

/* Issue a command and wait for its interrupt; the CMDSTS error code. */
uint8_t dsa_command(struct dsa_dev *dev, uint32_t code, uint32_t operand,
		    uint16_t *result);
/* One 64-byte store to the portal of @wq. */
void dsa_submit(struct dsa_dev *dev, unsigned int wq, const struct dsa_desc *desc);
/* The status once there is one, 0 at the time limit. */
uint8_t dsa_wait(const struct dsa_record *record, int timeout_ms);

#endif /* CLIENT_DSA_H */
