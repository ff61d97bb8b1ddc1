// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a descriptor one that the function may carry out? The flags and reserved
 * bytes that each operation allows (SPEC tables 5-3 to 5-5) are a table; the
 * checks of SPEC 5.4 run over it.
 */
#include "ops.h"

#include <string.h>

#define TC1	DSA_FLAG_TC_1
#define TC2	DSA_FLAG_TC_2
#define TC3	DSA_FLAG_TC_3
#define BOF	DSA_FLAG_BOF
#define CHECK	DSA_FLAG_CHECK_RESULT
/* of operations that write to memory */
#define WRITES	(DSA_FLAG_CACHE_CONTROL | DSA_FLAG_DEST_READBACK | DSA_FLAG_STRICT)
#define RECORD	(DSA_FLAG_COMP_VALID | DSA_FLAG_COMP_REQ)
#define ANY	(RECORD | DSA_FLAG_INT_REQ | DSA_FLAG_TC_COMP)

#define FLAG_DRAIN_SUPPRESS	0xc0000u	/* implicit readbacks */

/* Bytes @first to @last of the descriptor, one bit each. */
#define BYTES(first, last) (((last) == 63 ? 0 : 1ULL << ((last) + 1) % 64) - (1ULL << (first)))

static uint8_t check_batch(const struct work *work)
{
	const struct desc *desc = &work->desc;
	uint32_t min = work->dev->profile.gencap & DSA_GENCAP_BATCH1 ? 1 : 2;

	if (desc->xfer < min ||
	    desc->xfer > 1u << GET(work->wq_limits, DSA_WQCFG_MAX_BATCH))
		return DSA_STATUS_COUNT;
	return desc->src % DSA_DESC_SIZE ? DSA_STATUS_LIST_ALIGN : 0;
}

static bool overlaps(const struct desc *desc, uint64_t a, uint64_t b)
{
	return op_overlap(a, desc->xfer, b, desc->xfer);
}

static uint8_t check_move(const struct work *work)
{
	const struct desc *desc = &work->desc;
	bool ok = work->dev->profile.gencap & DSA_GENCAP_OVERLAP_COPY ||
		  !overlaps(desc, desc->src, desc->dst);

	return ok ? 0 : DSA_STATUS_OVERLAP;
}

static uint8_t check_dualcast(const struct work *work)
{
	const struct desc *desc = &work->desc;
	uint64_t dst2 = get64(desc->raw + DSA_DESC_OP);

	if ((desc->dst ^ dst2) & 0xfff)
		return DSA_STATUS_DUALCAST;
	if (overlaps(desc, desc->src, desc->dst) || overlaps(desc, desc->src, dst2) ||
	    overlaps(desc, desc->dst, dst2))
		return DSA_STATUS_OVERLAP;
	return 0;
}

static uint8_t check_crc(const struct work *work)
{
	const struct desc *desc = &work->desc;

	if (desc->opcode == DSA_OP_COPY_CRC && overlaps(desc, desc->src, desc->dst))
		return DSA_STATUS_OVERLAP;
	return get64(desc->raw + DESC_CRC_SEED_ADDR) % 4 ? DSA_STATUS_OPERAND_ALIGN : 0;
}

/* @xfer: the size field counts bytes. */
struct rule {
	uint32_t flags;		/* allowed beside ANY */
	uint32_t required;
	uint64_t reserved;	/* bytes that must be 0 */
	bool xfer;
	op_check_fn check;	/* what is particular to it, or NULL */
};

#define CRC_FLAGS	(FLAG_CRC_READ_SEED | FLAG_CRC_NO_INVERSION | FLAG_CRC_NO_REFLECTION)

static const struct rule rules[] = {
	[DSA_OP_NOOP] = { 0, 0, BYTES(16, 35) | BYTES(38, 63), false, NULL },
	[DSA_OP_BATCH] = { TC1, 0, BYTES(24, 31) | BYTES(38, 63), false, check_batch },
	/* without readback addresses, which no profile supports */
	[DSA_OP_DRAIN] = { FLAG_DRAIN_SUPPRESS, 0, BYTES(16, 35) | BYTES(38, 63), false, NULL },
	[DSA_OP_MEMMOVE] = { BOF | WRITES | TC1 | TC2, 0, BYTES(38, 63), true, check_move },
	[DSA_OP_FILL] = { BOF | WRITES | TC2, 0, BYTES(38, 63), true, NULL },
	[DSA_OP_COMPARE] = { BOF | CHECK | TC1 | TC2, RECORD,
			     BYTES(38, 39) | BYTES(41, 63), true, NULL },
	[DSA_OP_COMPARE_PATTERN] = { BOF | CHECK | TC1, RECORD,
				     BYTES(38, 39) | BYTES(41, 63), true, NULL },
	[DSA_OP_CREATE_DELTA] = { BOF | CHECK | WRITES | TC1 | TC2 | TC3, RECORD,
				  BYTES(38, 39) | BYTES(52, 55) | BYTES(57, 63), true,
				  check_create_delta },
	[DSA_OP_APPLY_DELTA] = { BOF | WRITES | TC1 | TC2, 0,
				 BYTES(38, 39) | BYTES(44, 63), true, check_apply_delta },
	[DSA_OP_DUALCAST] = { BOF | WRITES | TC1 | TC2 | TC3, 0,
			      BYTES(38, 39) | BYTES(48, 63), true, check_dualcast },
	[DSA_OP_CRC] = { BOF | TC1 | TC3 | CRC_FLAGS, RECORD,
			 BYTES(24, 31) | BYTES(38, 39) | BYTES(44, 63), true, check_crc },
	[DSA_OP_COPY_CRC] = { BOF | WRITES | TC1 | TC2 | TC3 | CRC_FLAGS, RECORD,
			      BYTES(38, 39) | BYTES(44, 63), true, check_crc },
	[DSA_OP_DIF_CHECK] = { BOF | TC1, RECORD,
			       BYTES(24, 31) | BYTES(38, 39) | BYTES(41, 41) |
			       BYTES(43, 47) | BYTES(56, 63), true, check_dif },
	[DSA_OP_DIF_INSERT] = { BOF | WRITES | TC1 | TC2, 0,
				BYTES(38, 40) | BYTES(43, 55), true, check_dif },
	[DSA_OP_DIF_STRIP] = { BOF | WRITES | TC1 | TC2, 0,
			       BYTES(38, 39) | BYTES(41, 41) | BYTES(43, 47) |
			       BYTES(56, 63), true, check_dif },
	[DSA_OP_DIF_UPDATE] = { BOF | WRITES | TC1 | TC2, 0,
				BYTES(38, 39) | BYTES(43, 47), true, check_dif },
	/* required by SPEC 8.3.18, where table 5-5 is silent */
	[DSA_OP_DIX_GENERATE] = { BOF | WRITES | TC1 | TC2, RECORD,
				  BYTES(38, 40) | BYTES(43, 55), true, check_dif },
	[DSA_OP_CACHE_FLUSH] = { BOF | DSA_FLAG_DEST_READBACK | DSA_FLAG_STRICT | TC2, 0,
				 BYTES(16, 23) | BYTES(38, 63), true, NULL },
};

void desc_parse(struct desc *desc, const uint8_t raw[DSA_DESC_SIZE])
{
	memcpy(desc->raw, raw, DSA_DESC_SIZE);
	desc->flags = get32(raw + DSA_DESC_FLAGS) & DSA_DESC_FLAGS_MASK;
	desc->opcode = raw[DSA_DESC_OPCODE];
	desc->record = get64(raw + DSA_DESC_COMPLETION);
	desc->src = get64(raw + DSA_DESC_SRC);
	desc->dst = get64(raw + DSA_DESC_DST);
	desc->xfer = get32(raw + DSA_DESC_XFER);
	desc->handle = raw[DSA_DESC_HANDLE] | raw[DSA_DESC_HANDLE + 1] << 8;
}

static bool is_crc(const struct desc *desc)
{
	return desc->opcode == DSA_OP_CRC || desc->opcode == DSA_OP_COPY_CRC;
}

static bool opcode_ok(const struct work *work)
{
	uint8_t op = work->desc.opcode;

	if (work->in_batch && (op == DSA_OP_BATCH || op == DSA_OP_DRAIN))
		return false;
	return op < sizeof(rules) / sizeof(rules[0]) &&
	       work->opcap[op / 64] >> op % 64 & 1;
}

/* Table 5-4: flags that configuration, capabilities or other flags forbid. */
static uint32_t forbidden_flags(const struct work *work)
{
	const struct desc *desc = &work->desc;
	uint64_t gencap = work->dev->profile.gencap;
	uint32_t bad = 0;

	if (!work->in_batch)
		bad |= DSA_FLAG_FENCE;
	if (!(work->wq_mode & DSA_WQCFG_BOF))
		bad |= DSA_FLAG_BOF;
	if (!(desc->flags & DSA_FLAG_COMP_VALID))
		bad |= DSA_FLAG_COMP_REQ | DSA_FLAG_TC_COMP;
	if (!work->user_int && work->who.pasid_valid && !work->who.priv)
		bad |= DSA_FLAG_INT_REQ;
	if (!(gencap & DSA_GENCAP_CACHE_CONTROL))
		bad |= DSA_FLAG_CACHE_CONTROL;
	if (!(gencap & DSA_GENCAP_DEST_READBACK))
		bad |= DSA_FLAG_DEST_READBACK;
	if (desc->opcode == DSA_OP_BATCH && !(gencap & DSA_GENCAP_BATCH_CONT))
		bad |= DSA_FLAG_BATCH_ERROR;
	if (is_crc(desc) && !(desc->flags & FLAG_CRC_READ_SEED))
		bad |= TC3;
	return bad;
}

static uint32_t missing_flags(const struct desc *desc, const struct rule *rule)
{
	if (desc->opcode == DSA_OP_DRAIN &&
	    !(desc->flags & (DSA_FLAG_COMP_REQ | DSA_FLAG_INT_REQ)))
		return DSA_FLAG_COMP_REQ | DSA_FLAG_INT_REQ;
	return rule->required & ~desc->flags;
}

static uint32_t invalid_flags(const struct work *work, const struct rule *rule)
{
	const struct desc *desc = &work->desc;
	uint32_t allowed = ANY | DSA_FLAG_FENCE | rule->flags;

	if (desc->opcode == DSA_OP_BATCH)
		allowed |= DSA_FLAG_BATCH_ERROR;
	return (desc->flags & (~allowed | forbidden_flags(work))) |
	       missing_flags(desc, rule);
}

/* The bytes that must be 0 in this very descriptor. */
static uint64_t reserved_bytes(const struct desc *desc, const struct rule *rule)
{
	uint64_t reserved = rule->reserved;

	if (!(desc->flags & DSA_FLAG_COMP_VALID))
		reserved |= BYTES(8, 15);
	if (!(desc->flags & DSA_FLAG_INT_REQ))
		reserved |= BYTES(36, 37);
	if (is_crc(desc) && desc->flags & FLAG_CRC_READ_SEED)
		reserved = (reserved & ~BYTES(DESC_CRC_SEED_ADDR, DESC_CRC_SEED_ADDR + 7)) |
			   BYTES(40, 43);
	return reserved;
}

static bool reserved_ok(const struct work *work, const struct rule *rule)
{
	const struct desc *desc = &work->desc;
	uint64_t reserved = reserved_bytes(desc, rule);

	for (unsigned int i = 0; i < DSA_DESC_SIZE; i++)
		if (reserved >> i & 1 && desc->raw[i])
			return false;
	/* A batch member's PASID and priv are ignored; what lies between is not. */
	return !(get32(desc->raw) & ~(DSA_DESC_PASID_MASK | DSA_DESC_PRIV));
}

static uint8_t check_fields(const struct work *work, const struct rule *rule)
{
	uint64_t max = 1ULL << GET(work->wq_limits, DSA_WQCFG_MAX_XFER);

	if (rule->xfer && (!work->desc.xfer || work->desc.xfer > max))
		return DSA_STATUS_SIZE;
	return rule->check ? rule->check(work) : 0;
}

static bool handle_ok(struct work *work)
{
	struct emu_dev *dev = work->dev;
	bool ok;

	pthread_mutex_lock(&dev->lock);
	ok = irq_handle_ok_locked(dev, work->page >= DSA_PORTAL_UNLIMITED_IMS,
				  work->desc.handle, &work->who);
	pthread_mutex_unlock(&dev->lock);
	return ok;
}

static uint8_t check_operation(struct work *work, struct result *res)
{
	const struct rule *rule;
	uint32_t bad;

	if (!opcode_ok(work))
		return DSA_STATUS_OPCODE;
	rule = &rules[work->desc.opcode];
	bad = invalid_flags(work, rule);
	if (bad) {
		put32(res->op, bad);
		return DSA_STATUS_FLAGS;
	}
	if (!reserved_ok(work, rule))
		return DSA_STATUS_RESERVED;
	return check_fields(work, rule);
}

/*
 * Whether a record is due or not (SPEC 5.4). With an event log the descriptor is
 * carried out, and its record goes there.
 */
static bool record_ok(struct work *work)
{
	return work->evl || !(work->desc.flags & DSA_FLAG_COMP_VALID) ||
	       mem_reach_record(work);
}

uint8_t desc_check(struct work *work, struct result *res)
{
	const struct desc *desc = &work->desc;
	bool wants_irq = desc->flags & DSA_FLAG_INT_REQ;
	bool handle = wants_irq && handle_ok(work);
	uint8_t status;

	work->irq_ok = handle && !(forbidden_flags(work) & DSA_FLAG_INT_REQ);
	if (desc->flags & DSA_FLAG_COMP_VALID && desc->record % DSA_RECORD_SIZE)
		return DSA_STATUS_RECORD_ALIGN;
	if (!(work->wq_mode & DSA_WQCFG_DEDICATED) && work->who.priv && !work->priv_ok)
		return DSA_STATUS_PRIV;
	if (!record_ok(work))
		return DSA_STATUS_RECORD_FAULT;
	status = check_operation(work, res);
	if (!status && wants_irq && !handle)
		status = DSA_STATUS_HANDLE;
	return status;
}
