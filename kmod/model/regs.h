/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registers, tables and in-memory structures of a DSA function: offsets, masks
 * and codes as published (order number 341204, rev 3.0), no behaviour. Masks
 * instead of bitfields, so that the kernel module, the device model and the tests
 * can share them.
 *
 * _SHIFT is given for fields wider than one bit. A mask is in place.
 */
#ifndef VDSA_REGS_H
#define VDSA_REGS_H

#define DSA_PCI_VENDOR			0x8086
#define DSA_PCI_DEVICE_SPR		0x0b25
#define DSA_PCI_DEVICE_IAX_SPR		0x0cfe
#define DSA_PCI_DEVICE_GNRD		0x11fb
#define DSA_PCI_DEVICE_DMR		0x1212

/* BAR0 */
#define DSA_VERSION			0x00	/* 32 bits */
#define DSA_VERSION_1			0x100

#define DSA_GENCAP			0x10
#define DSA_GENCAP_BLOCK_ON_FAULT	0x1ULL
#define DSA_GENCAP_OVERLAP_COPY		0x2ULL
#define DSA_GENCAP_CACHE_CONTROL	0x4ULL
#define DSA_GENCAP_CMDCAP		0x10ULL
#define DSA_GENCAP_DURABLE_WRITE	0x20ULL
#define DSA_GENCAP_INTER_DOMAIN		0x40ULL
#define DSA_GENCAP_FETCH_STRIDE		0x80ULL
#define DSA_GENCAP_DEST_READBACK	0x100ULL
#define DSA_GENCAP_DRAIN_READBACK	0x200ULL
#define DSA_GENCAP_FILL16		0x400ULL
#define DSA_GENCAP_CRC64		0x800ULL
#define DSA_GENCAP_FAULT_INFO		0x1000ULL
#define DSA_GENCAP_EVL			0x6000ULL	/* log2(entry) - 5; 0 none */
#define DSA_GENCAP_EVL_SHIFT		13
#define DSA_GENCAP_BATCH_CONT		0x8000ULL
#define DSA_GENCAP_MAX_XFER		0x1f0000ULL	/* log2 of bytes */
#define DSA_GENCAP_MAX_XFER_SHIFT	16
#define DSA_GENCAP_MAX_BATCH		0x1e00000ULL	/* log2 of descriptors */
#define DSA_GENCAP_MAX_BATCH_SHIFT	21
#define DSA_GENCAP_IMS			0x7e000000ULL	/* times 256 entries */
#define DSA_GENCAP_IMS_SHIFT		25
#define DSA_GENCAP_CONFIG		0x80000000ULL
#define DSA_GENCAP_EVL_OVERFLOW		0x100000000ULL
#define DSA_GENCAP_BATCH1		0x10000000000000ULL
#define DSA_GENCAP_STRICT_LIMIT_MEM	0x20000000000000ULL
#define DSA_GENCAP_STRICT_LIMIT_PEER	0x40000000000000ULL

#define DSA_WQCAP			0x20
#define DSA_WQCAP_TOTAL_SIZE		0xffffULL
#define DSA_WQCAP_NR_WQS		0xff0000ULL
#define DSA_WQCAP_NR_WQS_SHIFT		16
#define DSA_WQCAP_WQCFG_SIZE		0xf000000ULL	/* 32 << N bytes a WQ */
#define DSA_WQCAP_WQCFG_SIZE_SHIFT	24
#define DSA_WQCAP_SHARED		0x1000000000000ULL
#define DSA_WQCAP_DEDICATED		0x2000000000000ULL
#define DSA_WQCAP_ATS			0x4000000000000ULL
#define DSA_WQCAP_PRIORITY		0x8000000000000ULL
#define DSA_WQCAP_OCCUPANCY		0x10000000000000ULL
#define DSA_WQCAP_OCCUPANCY_INT		0x20000000000000ULL
#define DSA_WQCAP_OPCFG			0x40000000000000ULL
#define DSA_WQCAP_PRS			0x80000000000000ULL

#define DSA_GRPCAP			0x30
#define DSA_GRPCAP_NR_GROUPS		0xffULL
#define DSA_GRPCAP_READ_BUFFERS		0xff00ULL
#define DSA_GRPCAP_READ_BUFFERS_SHIFT	8
#define DSA_GRPCAP_READ_BUFFER_CTRL	0x10000ULL
#define DSA_GRPCAP_READ_BUFFER_LIMIT	0x20000ULL
#define DSA_GRPCAP_PROGRESS_LIMIT	0x40000ULL
#define DSA_GRPCAP_BANDWIDTH_LIMIT	0x80000ULL

#define DSA_ENGCAP			0x38
#define DSA_ENGCAP_NR_ENGINES		0xffULL
#define DSA_ENGCAP_MAX_WORK_SHIFT	8	/* work descriptors in progress */
#define DSA_ENGCAP_MAX_BATCH_SHIFT	16

#define DSA_OPCAP			0x40	/* 256 bits */
#define DSA_OFFSETS			0x60	/* 128 bits, in units of 0x100 */
#define DSA_OFFSETS_GRPCFG_SHIFT	0
#define DSA_OFFSETS_WQCFG_SHIFT		16
#define DSA_OFFSETS_MSIXPERM_SHIFT	32
#define DSA_OFFSETS_IMS_SHIFT		48
#define DSA_OFFSETS_PERFMON_SHIFT	0	/* of the second qword */
#define DSA_OFFSETS_UNIT		0x100

#define DSA_GENCFG			0x80	/* 32 bits */
#define DSA_GENCFG_READ_BUFFER_LIMIT	0xffu
#define DSA_GENCFG_USER_INT		0x1000u
#define DSA_GENCFG_EVL			0x2000u

#define DSA_GENCTRL			0x88	/* 32 bits */
#define DSA_GENCTRL_SWERR_INT		0x1u
#define DSA_GENCTRL_HALT_INT		0x2u
#define DSA_GENCTRL_EVL_INT		0x4u

#define DSA_GENSTS			0x90	/* 32 bits */
#define DSA_GENSTS_STATE		0x3u
#define DSA_GENSTS_DISABLED		0
#define DSA_GENSTS_ENABLED		1
#define DSA_GENSTS_DRAIN		2
#define DSA_GENSTS_HALT			3
#define DSA_GENSTS_RESET		0xcu	/* what ends the halt */
#define DSA_GENSTS_RESET_SHIFT		2
#define DSA_GENSTS_RESET_SOFTWARE	0
#define DSA_GENSTS_RESET_FLR		1
#define DSA_GENSTS_RESET_WARM		2
#define DSA_GENSTS_RESET_COLD		3

#define DSA_INTCAUSE			0x98	/* 32 bits, write 1 to clear */
#define DSA_INTCAUSE_SWERR		0x1u
#define DSA_INTCAUSE_CMD		0x2u
#define DSA_INTCAUSE_OCCUPANCY		0x4u
#define DSA_INTCAUSE_PERFMON		0x8u
#define DSA_INTCAUSE_HALT		0x10u
#define DSA_INTCAUSE_EVL		0x20u
#define DSA_INTCAUSE_REVOKED		0x80000000u

#define DSA_CMD				0xa0	/* 32 bits, write only */
#define DSA_CMD_OPERAND			0xfffffu
#define DSA_CMD_CODE			0x1f00000u
#define DSA_CMD_CODE_SHIFT		20
#define DSA_CMD_INT			0x80000000u
#define DSA_CMD_HANDLE_INDEX		0xffffu	/* operand of 13 and 14 */
#define DSA_CMD_HANDLE_IMS		0x10000u
#define DSA_CMD_BITMAP			0xffffu	/* operand of 7 to 10 */
#define DSA_CMD_BITMAP_GROUP		0xf0000u
#define DSA_CMD_BITMAP_GROUP_SHIFT	16

#define DSA_CMD_ENABLE_DEVICE		1
#define DSA_CMD_DISABLE_DEVICE		2
#define DSA_CMD_DRAIN_ALL		3
#define DSA_CMD_ABORT_ALL		4
#define DSA_CMD_RESET_DEVICE		5
#define DSA_CMD_ENABLE_WQ		6
#define DSA_CMD_DISABLE_WQ		7
#define DSA_CMD_DRAIN_WQ		8
#define DSA_CMD_ABORT_WQ		9
#define DSA_CMD_RESET_WQ		10
#define DSA_CMD_DRAIN_PASID		11
#define DSA_CMD_ABORT_PASID		12
#define DSA_CMD_REQUEST_HANDLE		13
#define DSA_CMD_RELEASE_HANDLE		14

#define DSA_CMDSTS			0xa8	/* 32 bits */
#define DSA_CMDSTS_ERROR		0xffu
#define DSA_CMDSTS_RESULT		0xffff00u
#define DSA_CMDSTS_RESULT_SHIFT		8
#define DSA_CMDSTS_ACTIVE		0x80000000u

#define DSA_CMDERR_NONE			0x00
#define DSA_CMDERR_COMMAND		0x01	/* not supported */
#define DSA_CMDERR_WQ_INDEX		0x02
#define DSA_CMDERR_HARDWARE		0x03
#define DSA_CMDERR_RESERVED		0x04	/* bits that must be 0 */
#define DSA_CMDERR_HALTED		0x05
#define DSA_CMDERR_DEV_NOT_DISABLED	0x10
#define DSA_CMDERR_DEV_CONFIG		0x11
#define DSA_CMDERR_DEV_BUSMASTER	0x12
#define DSA_CMDERR_DEV_PASID_PRS	0x13
#define DSA_CMDERR_DEV_WQ_SIZES		0x14
#define DSA_CMDERR_DEV_GROUP		0x15	/* WQs without engine, or reverse */
#define DSA_CMDERR_DEV_WQ_GROUPS	0x16	/* a WQ in two groups */
#define DSA_CMDERR_DEV_ENGINE_GROUPS	0x17
#define DSA_CMDERR_DEV_READ_BUFFERS	0x18
#define DSA_CMDERR_DEV_EVL		0x19
#define DSA_CMDERR_DEV_ATS		0x1a
#define DSA_CMDERR_DEV_PASID		0x1b
#define DSA_CMDERR_WQ_DEV_OFF		0x20
#define DSA_CMDERR_WQ_NOT_DISABLED	0x21
#define DSA_CMDERR_WQ_SIZE		0x22
#define DSA_CMDERR_WQ_PRIORITY		0x23
#define DSA_CMDERR_WQ_MODE		0x24
#define DSA_CMDERR_WQ_BOF		0x25
#define DSA_CMDERR_WQ_PASID		0x26
#define DSA_CMDERR_WQ_MAX_BATCH		0x27
#define DSA_CMDERR_WQ_MAX_XFER		0x28
#define DSA_CMDERR_WQ_PRIV		0x2a
#define DSA_CMDERR_WQ_OCCUPANCY_INT	0x2b
#define DSA_CMDERR_WQ_ATS		0x2c
#define DSA_CMDERR_WQ_OPCFG		0x2d
#define DSA_CMDERR_WQ_PRS		0x2e
#define DSA_CMDERR_DEV_NOT_ENABLED	0x31
#define DSA_CMDERR_WQ_NOT_ENABLED	0x32
#define DSA_CMDERR_HANDLE_INDEX		0x41
#define DSA_CMDERR_NO_HANDLE		0x42

#define DSA_CMDCAP			0xb0	/* 32 bits: one per command code */

#define DSA_SWERR			0xc0	/* 256 bits */
#define DSA_SWERR_ACK			0x3ULL	/* write 1 to clear: valid, overflow */
/* first qword */
#define DSA_SWERR_VALID			0x1ULL
#define DSA_SWERR_OVERFLOW		0x2ULL
#define DSA_SWERR_DESC_VALID		0x4ULL
#define DSA_SWERR_WQ_VALID		0x8ULL
#define DSA_SWERR_BATCH			0x10ULL
#define DSA_SWERR_WRITE			0x20ULL
#define DSA_SWERR_PRIV			0x40ULL
#define DSA_SWERR_CODE			0xff00ULL
#define DSA_SWERR_CODE_SHIFT		8
#define DSA_SWERR_WQ			0xff0000ULL
#define DSA_SWERR_WQ_SHIFT		16
#define DSA_SWERR_OPCODE		0xff00000000ULL
#define DSA_SWERR_OPCODE_SHIFT		32
#define DSA_SWERR_PASID			0xfffff0000000000ULL
#define DSA_SWERR_PASID_SHIFT		40
/* second qword */
#define DSA_SWERR_BATCH_INDEX		0xffffULL
#define DSA_SWERR_INFO_SHIFT		32

#define DSA_EVLCFG			0xe0	/* 128 bits */
#define DSA_EVLCFG_PASID_EN		0x1ULL
#define DSA_EVLCFG_PRIV			0x2ULL
#define DSA_EVLCFG_BASE			0xfffffffffffff000ULL
/* second qword */
#define DSA_EVLCFG_SIZE			0xffffULL	/* entries */
#define DSA_EVLCFG_PASID		0xfffff0000ULL
#define DSA_EVLCFG_PASID_SHIFT		16
#define DSA_EVLCFG_SIZE_MIN		64

#define DSA_EVLSTS			0xf0
#define DSA_EVLSTS_HEAD			0xffffULL
#define DSA_EVLSTS_TAIL			0xffff00000000ULL
#define DSA_EVLSTS_TAIL_SHIFT		32
#define DSA_EVLSTS_INT_PENDING		0x4000000000000000ULL

#define DSA_DSACAP			0x180	/* three qwords */
#define DSA_CMDPARAM			0xe000
#define DSA_DUMMY_PORTAL		0xf000	/* a page */

/* GRPCFG: 64 bytes a group */
#define DSA_GRPCFG_STRIDE		64
#define DSA_GRPCFG_WQS			0	/* 4 qwords, one bit a WQ */
#define DSA_GRPCFG_ENGINES		32
#define DSA_GRPCFG_FLAGS		40
#define DSA_GRPFLAGS_TC_A		0x7ULL
#define DSA_GRPFLAGS_TC_B		0x38ULL
#define DSA_GRPFLAGS_USE_LIMIT		0x80ULL
#define DSA_GRPFLAGS_RESERVED		0xff00ULL	/* read buffers */
#define DSA_GRPFLAGS_RESERVED_SHIFT	8
#define DSA_GRPFLAGS_ALLOWED		0xff00000ULL	/* read buffers */
#define DSA_GRPFLAGS_ALLOWED_SHIFT	20
#define DSA_GRPFLAGS_WORK_LIMIT		0x300000000ULL
#define DSA_GRPFLAGS_BATCH_LIMIT	0x3000000000ULL

/* WQCFG: 32 << WQCFG_SIZE bytes a WQ; offsets of dwords */
#define DSA_WQCFG_SIZE			0
#define DSA_WQCFG_SIZE_MASK		0xffffu
#define DSA_WQCFG_THRESHOLD		4
#define DSA_WQCFG_THRESHOLD_MASK	0xffffu
#define DSA_WQCFG_MODE			8
#define DSA_WQCFG_DEDICATED		0x1u
#define DSA_WQCFG_BOF			0x2u
#define DSA_WQCFG_ATS_DISABLE		0x4u
#define DSA_WQCFG_PRS_DISABLE		0x8u
#define DSA_WQCFG_PRIORITY		0xf0u
#define DSA_WQCFG_PRIORITY_SHIFT	4
#define DSA_WQCFG_PASID			0xfffff00u
#define DSA_WQCFG_PASID_SHIFT		8
#define DSA_WQCFG_PASID_EN		0x10000000u
#define DSA_WQCFG_PRIV			0x20000000u
#define DSA_WQCFG_LIMITS		12
#define DSA_WQCFG_MAX_XFER		0x1fu
#define DSA_WQCFG_MAX_BATCH		0x1e0u
#define DSA_WQCFG_MAX_BATCH_SHIFT	5
#define DSA_WQCFG_OCC_HANDLE		16
#define DSA_WQCFG_OCC_HANDLE_INDEX	0xffffu
#define DSA_WQCFG_OCC_HANDLE_IMS	0x10000u
#define DSA_WQCFG_OCC_LIMIT		20
#define DSA_WQCFG_OCC_LIMIT_MASK	0xffffu
#define DSA_WQCFG_OCC_INT_EN		0x10000u
#define DSA_WQCFG_STATUS		24
#define DSA_WQCFG_OCCUPANCY		0xffffu
#define DSA_WQCFG_OCC_INT_GENERATED	0x10000u	/* write 1 to clear */
#define DSA_WQCFG_MODE_SUPPORT		0x20000000u
#define DSA_WQCFG_STATE			0xc0000000u
#define DSA_WQCFG_STATE_SHIFT		30
#define DSA_WQCFG_OPCFG			32	/* 256 bits */

#define DSA_WQ_DISABLED			0
#define DSA_WQ_ENABLED			1
#define DSA_WQ_DRAIN			2

/* MSIXPERM: 32 bits, 8 bytes apart */
#define DSA_MSIXPERM_STRIDE		8
#define DSA_PERM_IGNORE			0x4u
#define DSA_PERM_PASID_EN		0x8u
#define DSA_PERM_PASID			0xfffff000u
#define DSA_PERM_PASID_SHIFT		12

/* IMS: 16 bytes an entry; the control dword has the DSA_PERM_ bits too */
#define DSA_IMS_STRIDE			16
#define DSA_IMS_ADDRESS			0	/* 64 bits */
#define DSA_IMS_ADDRESS_RESET		0xfee00000u
#define DSA_IMS_DATA			8
#define DSA_IMS_CTRL			12
#define DSA_IMS_CTRL_MASK		0x1u
#define DSA_IMS_CTRL_PENDING		0x2u

/* BAR2: four pages a WQ */
#define DSA_PORTAL_PAGE			0x1000
#define DSA_PORTAL_WQ			0x4000
#define DSA_PORTAL_UNLIMITED		0
#define DSA_PORTAL_LIMITED		1
#define DSA_PORTAL_UNLIMITED_IMS	2
#define DSA_PORTAL_LIMITED_IMS		3

/* Descriptor: 64 bytes; offsets in bytes */
#define DSA_DESC_SIZE			64
#define DSA_DESC_PASID			0	/* dword: PASID, priv */
#define DSA_DESC_PASID_MASK		0xfffffu
#define DSA_DESC_PRIV			0x80000000u
#define DSA_DESC_FLAGS			4	/* dword: flags, opcode */
#define DSA_DESC_FLAGS_MASK		0xffffffu
#define DSA_DESC_OPCODE			7
#define DSA_DESC_COMPLETION		8
#define DSA_DESC_SRC			16
#define DSA_DESC_DST			24
#define DSA_DESC_XFER			32	/* dword: bytes or descriptors */
#define DSA_DESC_HANDLE			36	/* word */
#define DSA_DESC_OP			40	/* by opcode */

#define DSA_FLAG_FENCE			0x1u
#define DSA_FLAG_BOF			0x2u
#define DSA_FLAG_COMP_VALID		0x4u	/* the record's address is valid */
#define DSA_FLAG_COMP_REQ		0x8u	/* a record is requested */
#define DSA_FLAG_INT_REQ		0x10u
#define DSA_FLAG_CHECK_RESULT		0x80u
#define DSA_FLAG_CACHE_CONTROL		0x100u
#define DSA_FLAG_TC_1			0x200u
#define DSA_FLAG_TC_2			0x400u
#define DSA_FLAG_TC_3			0x800u
#define DSA_FLAG_TC_COMP		0x1000u
#define DSA_FLAG_STRICT			0x2000u
#define DSA_FLAG_DEST_READBACK		0x4000u
#define DSA_FLAG_BATCH_ERROR		0x10000u	/* of a batch: goes on after a failure */

#define DSA_OP_NOOP			0x00
#define DSA_OP_BATCH			0x01
#define DSA_OP_DRAIN			0x02
#define DSA_OP_MEMMOVE			0x03
#define DSA_OP_FILL			0x04
#define DSA_OP_COMPARE			0x05
#define DSA_OP_COMPARE_PATTERN		0x06
#define DSA_OP_CREATE_DELTA		0x07
#define DSA_OP_APPLY_DELTA		0x08
#define DSA_OP_DUALCAST			0x09
#define DSA_OP_TRANSLATION_FETCH	0x0a
#define DSA_OP_CRC			0x10
#define DSA_OP_COPY_CRC			0x11
#define DSA_OP_DIF_CHECK		0x12
#define DSA_OP_DIF_INSERT		0x13
#define DSA_OP_DIF_STRIP		0x14
#define DSA_OP_DIF_UPDATE		0x15
#define DSA_OP_DIX_GENERATE		0x17
#define DSA_OP_TYPE_CONVERSION		0x18	/* to 0x1f: types and lists */
#define DSA_OP_CACHE_FLUSH		0x20
#define DSA_OP_UPDATE_WINDOW		0x21	/* to 0x27: between address spaces */

/* Completion record: 32 bytes, aligned; offsets in bytes */
#define DSA_RECORD_SIZE			32
#define DSA_RECORD_STATUS		0
#define DSA_RECORD_RESULT		1
#define DSA_RECORD_FAULT_INFO		2
#define DSA_RECORD_BYTES		4	/* dword */
#define DSA_RECORD_FAULT_ADDR		8
#define DSA_RECORD_OP			16	/* by opcode; invalid flags */

#define DSA_STATUS_FAULT_WRITE		0x80
#define DSA_STATUS_CODE			0x3f
#define DSA_STATUS_SUCCESS		0x01
#define DSA_STATUS_FALSE		0x02	/* success, the predicate is false */
#define DSA_STATUS_PAGE_FAULT		0x03
#define DSA_STATUS_PRS_INVALID		0x04
#define DSA_STATUS_BATCH_FAIL		0x05
#define DSA_STATUS_LIST_FAULT		0x06
#define DSA_STATUS_DELTA_ORDER		0x07
#define DSA_STATUS_DELTA_RANGE		0x08
#define DSA_STATUS_DIF			0x09
#define DSA_STATUS_OPCODE		0x10
#define DSA_STATUS_FLAGS		0x11
#define DSA_STATUS_RESERVED		0x12
#define DSA_STATUS_SIZE			0x13
#define DSA_STATUS_COUNT		0x14
#define DSA_STATUS_FIELD		0x15
#define DSA_STATUS_OVERLAP		0x16
#define DSA_STATUS_DUALCAST		0x17
#define DSA_STATUS_LIST_ALIGN		0x18
#define DSA_STATUS_HANDLE		0x19
#define DSA_STATUS_RECORD_FAULT		0x1a
#define DSA_STATUS_RECORD_ALIGN		0x1b
#define DSA_STATUS_OPERAND_ALIGN	0x1c
#define DSA_STATUS_PRIV			0x1d
#define DSA_STATUS_TC			0x1e
#define DSA_STATUS_READBACK		0x1f
#define DSA_STATUS_HARDWARE_1		0x20
#define DSA_STATUS_HARDWARE_2		0x21
#define DSA_STATUS_TRANSLATION		0x22

/* Software errors that are no descriptor's status */
#define DSA_SWERR_BUSMASTER		0x51
#define DSA_SWERR_CMD_ACTIVE		0x52
#define DSA_SWERR_WQ_FULL		0x53
#define DSA_SWERR_EVL			0x54	/* an entry could not be added */

/* Errors in the event log only; with DSA_STATUS_RECORD_FAULT they carry a record */
#define DSA_EVL_DRAIN			0x26
#define DSA_EVL_BATCH			0x27

#endif /* VDSA_REGS_H */
