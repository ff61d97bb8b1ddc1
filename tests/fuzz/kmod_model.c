// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the register model keep its promises, whatever its guest and its host do?
 * A sequence of accesses, host events and outcomes, which may come late, twice
 * or after a reset. After each step everything that the model promises to vdev.c
 * and to the guest is looked at, from what was before and what is now.
 *
 * fuzz: -max_len=128
 * fuzz-short: 40000
 */
#include "fuzz.h"
#include "model/bar0.h"
#include "model/errors.h"
#include "model/model.h"
#include "model/vectors.h"

const char fuzz_counts[] = "sequences";

/* Config space, as published by the PCI specifications. */
#define PCI_COMMAND	0x04
#define PCI_BUSMASTER	0x4u
#define PCI_BAR0	0x10
#define PCI_BAR2	0x18

#define MSIX_TABLE_SIZE	(VDSA_MODEL_MAX_VECTORS * VDSA_MSIX_STRIDE)

static struct vdsa_model model, before;
static uint8_t fixed[VDSA_BAR0_FILE];	/* BAR0 as it was made */
static struct vdsa_action given[8];	/* the latest that want an outcome */
static unsigned int nr_given;
static bool msix_touched;		/* this step may change the table */

static uint32_t all_wqs(void)
{
	return (1u << model.info.nr_wqs) - 1;
}

static bool one_wq(uint32_t wqs)
{
	return wqs && !(wqs & (wqs - 1));
}

static bool busmaster(void)
{
	return vdsa_model_cfg_read(&model, PCI_COMMAND, 2) & PCI_BUSMASTER;
}

static uint32_t reg(uint32_t off)
{
	return (uint32_t)vdsa_model_bar0_read(&model, off, 4);
}

/* ---- What an action may be ---- */

static void check_wq_action(const struct vdsa_action *action)
{
	PROMISE(action->ticket && action->ticket == model.cmd.ticket);
	PROMISE(action->wqs && !(action->wqs & ~all_wqs()));
	PROMISE(before.state != VDSA_MODEL_HALTED);
	if (action->code == VDSA_DO_WQ_ENABLE) {
		PROMISE(before.state == VDSA_MODEL_ENABLED && busmaster());
		PROMISE(one_wq(action->wqs) && !(before.wqs_enabled & action->wqs));
		PROMISE(model.info.pasid_attached);
	} else if (action->code != VDSA_DO_WQ_RESET) {
		PROMISE(!(action->wqs & ~before.wqs_enabled));
	}
}

static void check_handle_action(const struct vdsa_action *action)
{
	PROMISE(action->ticket && action->ticket == model.cmd.ticket);
	PROMISE(action->vector && action->vector <= model.info.nr_wqs);
	if (action->code == VDSA_DO_HANDLE_RELEASE)
		PROMISE(before.handles >> action->vector & 1);
}

/* Inside the log that the guest set up, with nothing of the host's in it. */
static void check_log_action(const struct vdsa_action *action)
{
	uint64_t base = vdsa_model_bar0_read(&model, DSA_EVLCFG, 8);
	uint64_t size = vdsa_model_bar0_read(&model, DSA_EVLCFG + 8, 8);

	PROMISE(action->ticket && action->ticket == model.log_ticket);
	PROMISE(!before.log_ticket && before.state == VDSA_MODEL_ENABLED);
	PROMISE(reg(DSA_GENCFG) & DSA_GENCFG_EVL && size >= DSA_EVLCFG_SIZE_MIN);
	PROMISE(action->addr >= base && action->addr % 64 == 0);
	PROMISE((action->addr - base) / 64 < size);
	PROMISE(!(action->entry[0] & (DSA_SWERR_PASID | DSA_SWERR_ACK)));
}

static void check_action(const struct vdsa_action *action)
{
	PROMISE(!(action->wqs & ~all_wqs()));
	PROMISE(!(action->handles & ~(all_wqs() << 1)));
	PROMISE(!action->signal || !vdsa_model_masked(&model, 0));
	switch (action->code) {
	case VDSA_DO_NOTHING:
		PROMISE(!action->ticket);
		break;
	case VDSA_DO_WQ_ENABLE:
	case VDSA_DO_WQ_DISABLE:
	case VDSA_DO_WQ_DRAIN:
	case VDSA_DO_WQ_ABORT:
	case VDSA_DO_WQ_RESET:
		check_wq_action(action);
		break;
	case VDSA_DO_QUIESCE:
		PROMISE(!(action->handles & ~before.handles));
		PROMISE(!action->ticket || action->ticket == model.cmd.ticket);
		break;
	case VDSA_DO_HANDLE_REQUEST:
	case VDSA_DO_HANDLE_RELEASE:
		check_handle_action(action);
		break;
	case VDSA_DO_LOG:
		check_log_action(action);
		break;
	}
}

/* ---- What is always true ---- */

static void check_state(void)
{
	static const uint8_t shown[VDSA_MODEL_NR_STATES] = {
		[VDSA_MODEL_DISABLED] = DSA_GENSTS_DISABLED,
		[VDSA_MODEL_ENABLED] = DSA_GENSTS_ENABLED,
		[VDSA_MODEL_HALTED] = DSA_GENSTS_HALT,
	};
	uint32_t gensts = reg(DSA_GENSTS) & DSA_GENSTS_STATE;

	PROMISE(model.state < VDSA_MODEL_NR_STATES);
	PROMISE(!(model.wqs_enabled & ~all_wqs()));
	PROMISE(!model.wqs_enabled || model.state == VDSA_MODEL_ENABLED);
	PROMISE(model.state != VDSA_MODEL_ENABLED || busmaster());
	PROMISE(!model.log_ticket || model.state != VDSA_MODEL_DISABLED);
	PROMISE(!(model.handles & ~(all_wqs() << 1)));
	PROMISE(!(model.pending & ~(all_wqs() << 1 | 1)));
	PROMISE(gensts == shown[model.state] ||
		(gensts == DSA_GENSTS_DRAIN && model.cmd.ticket));
	PROMISE(!(reg(DSA_CMDSTS) & DSA_CMDSTS_ACTIVE) == !model.cmd.ticket);
	for (uint32_t n = 0; n < model.info.nr_wqs; n++)
		PROMISE(reg(VDSA_WQCFG + n * VDSA_WQCFG_STRIDE + DSA_WQCFG_STATUS) >>
			DSA_WQCFG_STATE_SHIFT == (model.wqs_enabled >> n & 1));
}

/* Registers that say what the vdev is never change. */
static void check_fixed(void)
{
	static const struct { uint32_t off, len; } ranges[] = {
		{ 0, DSA_GENCFG }, { DSA_CMDCAP, 8 }, { VDSA_GRPCFG, DSA_GRPCFG_STRIDE },
	};

	for (size_t i = 0; i < NR(ranges); i++)
		PROMISE(!memcmp(model.bar0_bytes + ranges[i].off, fixed + ranges[i].off,
				ranges[i].len));
	for (uint32_t n = 0; n < model.info.nr_wqs; n++) {
		uint32_t at = VDSA_WQCFG + n * VDSA_WQCFG_STRIDE;

		PROMISE(!memcmp(model.bar0_bytes + at, fixed + at, DSA_WQCFG_STATUS));
	}
}

/* No reset and no command reaches the MSI-X table, only its owner's writes. */
static void check_msix(void)
{
	PROMISE(msix_touched || !memcmp(model.bar0_bytes + VDSA_MSIX_TABLE,
					before.bar0_bytes + VDSA_MSIX_TABLE,
					MSIX_TABLE_SIZE));
}

static void check_bars(void)
{
	uint32_t bar0 = vdsa_model_cfg_read(&model, PCI_BAR0, 4);
	uint32_t bar2 = vdsa_model_cfg_read(&model, PCI_BAR2, 4);

	PROMISE((bar0 & (VDSA_BAR0_SIZE - 1)) == 0xc);
	PROMISE((bar2 & (vdsa_model_bar2_size(&model) - 1)) == 0xc);
	PROMISE(vdsa_model_bar2_size(&model) >= model.info.nr_wqs * DSA_PORTAL_WQ);
}

/* The guest learns nothing of the host's PASIDs and work queues. */
static void check_swerr(void)
{
	uint64_t q0 = vdsa_model_bar0_read(&model, DSA_SWERR, 8);

	PROMISE(!(q0 & DSA_SWERR_PASID));
	if (q0 & DSA_SWERR_WQ_VALID)
		PROMISE((q0 & DSA_SWERR_WQ) >> DSA_SWERR_WQ_SHIFT < model.info.nr_wqs);
}

static void check_all(const struct vdsa_action *action)
{
	check_action(action);
	check_state();
	check_fixed();
	check_msix();
	check_bars();
	check_swerr();
}

/* ---- Steps ---- */

/* Half of all offsets are of registers that do something. */
static uint32_t some_offset(struct tape *tape)
{
	static const uint16_t busy[] = {
		DSA_GENCFG, DSA_GENCTRL, DSA_GENSTS, DSA_INTCAUSE, DSA_CMD, DSA_CMDSTS,
		DSA_SWERR, DSA_EVLCFG, DSA_EVLCFG + 8, DSA_EVLSTS, DSA_EVLSTS + 4,
		VDSA_MSIXPERM, VDSA_MSIX_TABLE, VDSA_MSIX_TABLE + VDSA_MSIX_CTRL,
		VDSA_MSIX_TABLE + VDSA_MSIX_STRIDE + VDSA_MSIX_CTRL, VDSA_MSIX_PBA,
	};
	uint8_t pick = (uint8_t)tape_take(tape, 1);

	return pick & 0x80 ? (uint32_t)tape_take(tape, 2) :
			     busy[pick % NR(busy)] + (pick >> 4);
}

/* An access as vfio.c lets it through; false: it would not. */
static bool some_access(struct tape *tape, uint32_t size, uint32_t max_len,
			uint32_t *off, uint32_t *len)
{
	bool whole;

	*len = 1u << tape_pick(tape, 4);
	*off = some_offset(tape);
	whole = *off % *len == 0 && (uint64_t)*off + *len <= size;
	PROMISE(vdsa_access_ok(size, *off, *len) == whole);
	return whole && *len <= max_len;
}

static struct vdsa_action nothing(void)
{
	return (struct vdsa_action){ .code = VDSA_DO_NOTHING };
}

static struct vdsa_action step_bar0_write(struct tape *tape)
{
	uint32_t off, len;

	if (!some_access(tape, VDSA_BAR0_SIZE, 8, &off, &len))
		return nothing();
	msix_touched = off >= VDSA_MSIX_TABLE && off < VDSA_MSIX_TABLE + MSIX_TABLE_SIZE;
	return vdsa_model_bar0_write(&model, off, len, tape_take(tape, len));
}

static struct vdsa_action step_command(struct tape *tape)
{
	uint32_t code = tape_pick(tape, 16);
	uint32_t operand = (uint32_t)tape_take(tape, 1);
	uint32_t more = operand & 0x40 ? (uint32_t)tape_take(tape, 4) : DSA_CMD_INT;

	return vdsa_model_bar0_write(&model, DSA_CMD, 4, code << DSA_CMD_CODE_SHIFT |
				     (operand & 0x3f) | more);
}

/* A value is that of its bytes, and what no register stands for is 0. */
static struct vdsa_action step_bar0_read(struct tape *tape)
{
	uint64_t val, bytes = 0;
	uint32_t off, len;

	if (!some_access(tape, VDSA_BAR0_SIZE, 8, &off, &len))
		return nothing();
	val = vdsa_model_bar0_read(&model, off, len);
	for (uint32_t i = 0; i < len; i++)
		bytes |= vdsa_model_bar0_read(&model, off + i, 1) << 8 * i;
	PROMISE(val == bytes);
	PROMISE(off < VDSA_BAR0_FILE || !val);
	PROMISE(!memcmp(&model, &before, sizeof(model)));
	return nothing();
}

static struct vdsa_action step_cfg_write(struct tape *tape)
{
	uint32_t off, len;

	if (!some_access(tape, VDSA_CFG_SIZE, 4, &off, &len))
		return nothing();
	return vdsa_model_cfg_write(&model, off, len, (uint32_t)tape_take(tape, len));
}

static struct vdsa_action step_cfg_read(struct tape *tape)
{
	uint32_t off, len;

	if (some_access(tape, VDSA_CFG_SIZE, 4, &off, &len)) {
		vdsa_model_cfg_read(&model, off, len);
		PROMISE(!memcmp(&model, &before, sizeof(model)));
	}
	return nothing();
}

static struct vdsa_action step_busmaster(struct tape *tape)
{
	return vdsa_model_cfg_write(&model, PCI_COMMAND, 2, tape_take(tape, 1) & 7);
}

/* The event log as a guest sets it up before it enables the device. */
static struct vdsa_action step_log(struct tape *tape)
{
	vdsa_model_bar0_write(&model, DSA_EVLCFG, 8, tape_take(tape, 1) << 56 | 0x1000);
	vdsa_model_bar0_write(&model, DSA_EVLCFG + 8, 8, 64 + tape_take(tape, 1));
	vdsa_model_bar0_write(&model, DSA_GENCTRL, 4, 7);
	return vdsa_model_bar0_write(&model, DSA_GENCFG, 4, DSA_GENCFG_EVL);
}

static bool is_awaited(uint32_t ticket)
{
	return ticket && (ticket == before.cmd.ticket || ticket == before.log_ticket);
}

/* Nobody waits for it: then it was as if it had not come. */
static struct vdsa_action tell(uint32_t ticket, const struct vdsa_outcome *outcome)
{
	struct vdsa_action action;

	PROMISE(vdsa_model_awaits(&model, ticket) ==
		(ticket && ticket == before.cmd.ticket));
	action = vdsa_model_done(&model, ticket, outcome);
	if (!is_awaited(ticket)) {
		PROMISE(action.code == VDSA_DO_NOTHING && !action.signal);
		PROMISE(!memcmp(&model, &before, sizeof(model)));
	}
	return action;
}

static struct vdsa_action step_done(struct tape *tape)
{
	const struct vdsa_action *last = &given[(nr_given - 1) % NR(given)];
	struct vdsa_outcome outcome = { .handle = 0x700 + last->vector, .wqs = last->wqs };

	(void)tape;
	return nr_given ? tell(last->ticket, &outcome) : nothing();
}

static struct vdsa_action step_outcome(struct tape *tape)
{
	static const int statuses[] = { 0, 0, -5, -110, DSA_CMDERR_WQ_PASID, 0x100,
					DSA_CMDERR_HANDLE_INDEX, INT32_MIN };
	uint8_t which = (uint8_t)tape_take(tape, 1);
	uint32_t ticket = given[which % NR(given)].ticket;
	struct vdsa_outcome outcome = {
		.status = statuses[which >> 4 & 7],
		.wqs = (uint32_t)tape_take(tape, 1),
		.handle = (uint32_t)tape_take(tape, 2),
	};

	if (!outcome.status)	/* then it was done to all */
		outcome.wqs = ~0u;
	return tell(which & 0x80 ? (uint32_t)tape_take(tape, 4) : ticket, &outcome);
}

static struct vdsa_action step_reset(struct tape *tape)
{
	(void)tape;
	return vdsa_model_reset(&model);
}

static struct vdsa_action step_host(struct tape *tape)
{
	switch (tape_pick(tape, 4)) {
	case 0:
		return vdsa_model_host_revoked(&model);
	case 1:
		return vdsa_model_host_halted(&model);
	case 2:
		return vdsa_model_host_missed(&model);
	default:
		return vdsa_model_host_restored(&model);
	}
}

static struct vdsa_action step_sw_error(struct tape *tape)
{
	uint32_t wq = (uint32_t)tape_take(tape, 1) - 1;
	uint64_t err[4];

	for (size_t i = 0; i < NR(err); i++)
		err[i] = tape_take(tape, i ? 1 : 8);
	return vdsa_model_sw_error(&model, wq, err);
}

static struct vdsa_action step_mask(struct tape *tape)
{
	uint8_t how = (uint8_t)tape_take(tape, 1);

	if (how & 0x40) {
		vdsa_model_set_pending(&model, how);
		return nothing();
	}
	msix_touched = true;
	return vdsa_model_set_masked(&model, how & 0xf, how & 0x80);
}

static struct vdsa_action (*const steps[])(struct tape *tape) = {
	step_bar0_write, step_command, step_bar0_read, step_cfg_write, step_cfg_read,
	step_busmaster, step_log, step_done, step_outcome, step_reset, step_host,
	step_sw_error, step_mask, step_command, step_done, step_done,
};

static void remember(const struct vdsa_action *action)
{
	if (action->ticket)
		given[nr_given++ % NR(given)] = *action;
}

static void step(struct tape *tape)
{
	struct vdsa_action action;

	memcpy(&before, &model, sizeof(model));
	msix_touched = false;
	action = steps[tape_pick(tape, NR(steps))](tape);
	check_all(&action);
	remember(&action);
}

static bool make(struct tape *tape)
{
	uint8_t kind = (uint8_t)tape_take(tape, 1);
	struct vdsa_model_info info = {
		.pci_device = DSA_PCI_DEVICE_GNRD, .version = DSA_VERSION_1,
		.gen_cap = ~0ull, .wq_cap = ~0ull, .group_cap = ~0ull,
		.op_cap = { ~0ull, ~0ull, ~0ull, ~0ull },
		.nr_wqs = kind & 0xf, .nr_engines = 1 + (kind >> 4 & 3),
		.pasid_attached = !(kind & 0x40),
	};

	for (size_t i = 0; i < NR(info.wq); i++)
		info.wq[i] = (struct vdsa_model_wq){ .size = 16, .priority = 15,
						     .max_xfer_shift = 31,
						     .max_batch_shift = 10,
						     .block_on_fault = kind & 0x80 };
	return vdsa_model_init(&model, &info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };

	fuzz_count++;
	memset(given, 0, sizeof(given));
	nr_given = 0;
	if (!make(&tape))
		return 0;
	memcpy(fixed, model.bar0_bytes, sizeof(fixed));
	while (tape.left)
		step(&tape);
	return 0;
}
