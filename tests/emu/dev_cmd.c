// SPDX-License-Identifier: GPL-2.0-only
/*
 * How is an administrative command taken, carried out and answered? A write to
 * CMD makes it active; the command thread carries it out, waiting for engines
 * where the command says so, and then sets CMDSTS and sends the interrupt. The
 * table at the end is the list of commands.
 *
 * Device: disabled -> (enable) -> enabled -> (disable, reset) -> drain ->
 * disabled; anything but disabled -> halt (dev_err.c) -> (reset) -> disabled.
 * Work queue: disabled -> enabled -> drain -> disabled.
 */
#include "dev.h"

#include <string.h>

/* What a command comes to. */
struct outcome {
	uint8_t error;
	uint16_t result;
};

static const struct selection select_all = { .what = SELECT_ALL,
					     .until_seq = UINT64_MAX };

/*
 * Until what @sel names has left the queues and engines. False: a halt or a
 * function-level reset came first, and the command ends there.
 */
static bool wait_quiet_locked(struct emu_dev *dev, const struct selection *sel)
{
	bool halted = dev->state == DSA_GENSTS_HALT;

	while (!wq_quiet_locked(dev, sel)) {
		if (dev->resetting || dev->stop ||
		    (!halted && dev->state == DSA_GENSTS_HALT))
			return false;
		if (dev->nr_overruns) {
			pthread_mutex_unlock(&dev->lock);
			cmd_report_overruns(dev);
			pthread_mutex_lock(&dev->lock);
			continue;
		}
		pthread_cond_wait(&dev->settled, &dev->lock);
	}
	return !dev->resetting && (halted || dev->state != DSA_GENSTS_HALT);
}

static void assign_groups(struct emu_dev *dev)
{
	for (unsigned int i = 0; i < dev->profile.nr_engines; i++)
		dev->engine[i].group = DEV_NO_GROUP;
	for (unsigned int i = 0; i < dev->profile.nr_wqs; i++)
		dev->wq[i].group = DEV_NO_GROUP;
	for (unsigned int g = 0; g < dev->profile.nr_groups; g++) {
		const struct group *group = &dev->group[g];

		for (unsigned int i = 0; i < dev->profile.nr_engines; i++)
			if (group->engines >> i & 1)
				dev->engine[i].group = g;
		for (unsigned int i = 0; i < dev->profile.nr_wqs; i++)
			if (group->wqs[i / 64] >> i % 64 & 1)
				dev->wq[i].group = g;
	}
}

static void set_state(struct emu_dev *dev, uint32_t state)
{
	static const char *const names[] = { "disabled", "enabled", "drain", "halt" };

	if (dev->state != state)
		emu_trace("state", "device=%s", names[state]);
	dev->state = state;
}

static struct outcome enable_device(struct emu_dev *dev, uint32_t operand)
{
	struct outcome out = { .error = check_device_locked(dev) };

	(void)operand;
	if (out.error)
		return out;
	assign_groups(dev);
	if (dev->gencfg & DSA_GENCFG_EVL)
		dev->evlsts = 0;
	set_state(dev, DSA_GENSTS_ENABLED);
	return out;
}

/* No queue takes descriptors from here on. */
static void close_queues(struct emu_dev *dev, const struct selection *sel)
{
	for (unsigned int i = 0; i < dev->profile.nr_wqs; i++)
		if ((sel->what == SELECT_ALL || sel->wqs[i / 64] >> i % 64 & 1) &&
		    dev->wq[i].state == DSA_WQ_ENABLED)
			dev->wq[i].state = DSA_WQ_DRAIN;
}

static void disable_queues(struct emu_dev *dev, const struct selection *sel)
{
	for (unsigned int i = 0; i < dev->profile.nr_wqs; i++)
		if (sel->what == SELECT_ALL || sel->wqs[i / 64] >> i % 64 & 1)
			wq_disabled_locked(dev, i);
}

static struct outcome disable_device(struct emu_dev *dev, uint32_t operand)
{
	(void)operand;
	if (dev->state != DSA_GENSTS_ENABLED)
		return (struct outcome){ .error = DSA_CMDERR_DEV_NOT_ENABLED };
	set_state(dev, DSA_GENSTS_DRAIN);
	close_queues(dev, &select_all);
	if (!wait_quiet_locked(dev, &select_all))
		return (struct outcome){ .error = DSA_CMDERR_HARDWARE };
	disable_queues(dev, &select_all);
	set_state(dev, DSA_GENSTS_DISABLED);
	return (struct outcome){ 0 };
}

static struct outcome reset_device(struct emu_dev *dev, uint32_t operand)
{
	(void)operand;
	if (dev->state == DSA_GENSTS_ENABLED)
		set_state(dev, DSA_GENSTS_DRAIN);
	close_queues(dev, &select_all);
	wq_abort_locked(dev, &select_all);
	if (!wait_quiet_locked(dev, &select_all))
		return (struct outcome){ .error = DSA_CMDERR_HARDWARE };
	disable_queues(dev, &select_all);
	set_state(dev, DSA_GENSTS_DISABLED);
	regs_reset_locked(dev, false);
	return (struct outcome){ 0 };
}

static struct outcome finish(struct emu_dev *dev, struct selection sel, bool abort)
{
	if (abort)
		wq_abort_locked(dev, &sel);
	if (!wait_quiet_locked(dev, &sel))
		return (struct outcome){ .error = DSA_CMDERR_HARDWARE };
	return (struct outcome){ 0 };
}

/* Later submissions are not waited for. */
static struct outcome drain_all(struct emu_dev *dev, uint32_t operand)
{
	(void)operand;
	return finish(dev, (struct selection){ .what = SELECT_ALL,
					       .until_seq = dev->seq }, false);
}

static struct outcome abort_all(struct emu_dev *dev, uint32_t operand)
{
	(void)operand;
	return finish(dev, (struct selection){ .what = SELECT_ALL,
					       .until_seq = dev->seq }, true);
}

static struct outcome drain_pasid(struct emu_dev *dev, uint32_t operand)
{
	return finish(dev, (struct selection){ .what = SELECT_PASID, .pasid = operand,
					       .until_seq = dev->seq }, false);
}

static struct outcome abort_pasid(struct emu_dev *dev, uint32_t operand)
{
	return finish(dev, (struct selection){ .what = SELECT_PASID, .pasid = operand,
					       .until_seq = dev->seq }, true);
}

static struct outcome enable_wq(struct emu_dev *dev, uint32_t operand)
{
	uint8_t error;

	if (operand >= dev->profile.nr_wqs)
		return (struct outcome){ .error = DSA_CMDERR_WQ_INDEX };
	error = check_wq_locked(dev, operand);
	if (!error && wq_enable_locked(dev, operand) < 0)
		error = DSA_CMDERR_HARDWARE;
	return (struct outcome){ .error = error };
}

/* The operand's group of 16 and bitmap, as a selection. */
static uint8_t select_wqs(const struct emu_dev *dev, uint32_t operand,
			  bool must_be_enabled, struct selection *sel)
{
	unsigned int first = GET(operand, DSA_CMD_BITMAP_GROUP) * 16;

	*sel = (struct selection){ .what = SELECT_WQS, .until_seq = UINT64_MAX };
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int wq = first + i;

		if (!(operand >> i & 1))
			continue;
		if (wq >= dev->profile.nr_wqs)
			return DSA_CMDERR_WQ_INDEX;
		if (must_be_enabled && dev->wq[wq].state != DSA_WQ_ENABLED)
			return DSA_CMDERR_WQ_NOT_ENABLED;
		sel->wqs[wq / 64] |= 1ULL << wq % 64;
	}
	return 0;
}

static struct outcome drain_wq(struct emu_dev *dev, uint32_t operand)
{
	struct selection sel;
	uint8_t error = select_wqs(dev, operand, true, &sel);

	sel.until_seq = dev->seq;
	return error ? (struct outcome){ .error = error } : finish(dev, sel, false);
}

static struct outcome abort_wq(struct emu_dev *dev, uint32_t operand)
{
	struct selection sel;
	uint8_t error = select_wqs(dev, operand, true, &sel);

	sel.until_seq = dev->seq;
	return error ? (struct outcome){ .error = error } : finish(dev, sel, true);
}

static struct outcome disable_wq(struct emu_dev *dev, uint32_t operand)
{
	struct selection sel;
	struct outcome out = { .error = select_wqs(dev, operand, true, &sel) };

	if (out.error)
		return out;
	close_queues(dev, &sel);
	out = finish(dev, sel, false);
	if (!out.error)
		disable_queues(dev, &sel);
	return out;
}

static struct outcome reset_wq(struct emu_dev *dev, uint32_t operand)
{
	struct selection sel;
	struct outcome out = { .error = select_wqs(dev, operand, false, &sel) };

	if (out.error)
		return out;
	close_queues(dev, &sel);
	out = finish(dev, sel, true);
	if (out.error)
		return out;
	disable_queues(dev, &sel);
	for (unsigned int i = 0; i < dev->profile.nr_wqs; i++)
		if (sel.wqs[i / 64] >> i % 64 & 1)
			wq_reset_config_locked(dev, i, true);
	return out;
}

static struct outcome request_handle(struct emu_dev *dev, uint32_t operand)
{
	struct outcome out = { 0 };

	out.error = irq_request_handle_locked(dev, operand, &out.result);
	return out;
}

static struct outcome release_handle(struct emu_dev *dev, uint32_t operand)
{
	return (struct outcome){ .error = irq_release_handle_locked(dev, operand) };
}

/* @operand: the bits that mean something; others must be 0. */
static const struct command {
	const char *name;
	uint32_t operand;
	struct outcome (*run)(struct emu_dev *dev, uint32_t operand);
} commands[] = {
	[DSA_CMD_ENABLE_DEVICE]  = { "enable-device", 0, enable_device },
	[DSA_CMD_DISABLE_DEVICE] = { "disable-device", 0, disable_device },
	[DSA_CMD_DRAIN_ALL]      = { "drain-all", 0, drain_all },
	[DSA_CMD_ABORT_ALL]      = { "abort-all", 0, abort_all },
	[DSA_CMD_RESET_DEVICE]   = { "reset-device", 0, reset_device },
	[DSA_CMD_ENABLE_WQ]      = { "enable-wq", 0xff, enable_wq },
	[DSA_CMD_DISABLE_WQ]     = { "disable-wq", DSA_CMD_OPERAND, disable_wq },
	[DSA_CMD_DRAIN_WQ]       = { "drain-wq", DSA_CMD_OPERAND, drain_wq },
	[DSA_CMD_ABORT_WQ]       = { "abort-wq", DSA_CMD_OPERAND, abort_wq },
	[DSA_CMD_RESET_WQ]       = { "reset-wq", DSA_CMD_OPERAND, reset_wq },
	[DSA_CMD_DRAIN_PASID]    = { "drain-pasid", DSA_CMD_OPERAND, drain_pasid },
	[DSA_CMD_ABORT_PASID]    = { "abort-pasid", DSA_CMD_OPERAND, abort_pasid },
	[DSA_CMD_REQUEST_HANDLE] = { "request-handle",
		DSA_CMD_HANDLE_IMS | DSA_CMD_HANDLE_INDEX, request_handle },
	[DSA_CMD_RELEASE_HANDLE] = { "release-handle",
		DSA_CMD_HANDLE_IMS | DSA_CMD_HANDLE_INDEX, release_handle },
};

/* What is there when CMDCAP is not: SPEC table 9-6. */
#define DEFAULT_COMMANDS	0x1ffeu
#define CMD_RESERVED		0x7e000000u

static const struct command *find_command(const struct emu_dev *dev, uint32_t code)
{
	uint32_t supported = dev->profile.cmdcap ? dev->profile.cmdcap : DEFAULT_COMMANDS;

	if (code >= sizeof(commands) / sizeof(commands[0]) || !commands[code].run ||
	    !(supported >> code & 1))
		return NULL;
	return &commands[code];
}

/* A halted device obeys a reset, if a software reset is what it needs. */
static bool refused_by_halt(const struct emu_dev *dev, uint32_t code)
{
	return dev->state == DSA_GENSTS_HALT &&
	       !(code == DSA_CMD_RESET_DEVICE &&
		 dev->reset_type == DSA_GENSTS_RESET_SOFTWARE);
}

int cmd_find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].name && !strcmp(commands[i].name, name))
			return i;
	return -1;
}

static struct outcome run(struct emu_dev *dev, uint32_t cmd, const char **name)
{
	uint32_t code = GET(cmd, DSA_CMD_CODE), operand = cmd & DSA_CMD_OPERAND;
	const struct command *command = find_command(dev, code);

	*name = command ? command->name : "?";
	if (!command)
		return (struct outcome){ .error = DSA_CMDERR_COMMAND };
	if (cmd & CMD_RESERVED || operand & ~command->operand)
		return (struct outcome){ .error = DSA_CMDERR_RESERVED };
	if (refused_by_halt(dev, code))
		return (struct outcome){ .error = DSA_CMDERR_HALTED };
	if (dev->faults.failed_commands >> code & 1)
		return (struct outcome){ .error = DSA_CMDERR_HARDWARE };
	return command->run(dev, operand);
}

/* While one command is active: note the mistake, to be told of (SPEC 9.2.12). */
void cmd_write_locked(struct emu_dev *dev, uint32_t val)
{
	const struct error err = { .code = DSA_SWERR_CMD_ACTIVE, .wq = -1 };

	if (!(dev->cmdsts & DSA_CMDSTS_ACTIVE)) {
		dev->cmd = val;
		dev->cmdsts = DSA_CMDSTS_ACTIVE;
		pthread_cond_signal(&dev->cmd_wake);
	} else if (!(dev->gencfg & DSA_GENCFG_EVL) ||
		   dev->state == DSA_GENSTS_DISABLED) {
		err_swerr_locked(dev, &err);
	} else {
		/* The event log is in memory: the command thread writes it. */
		dev->nr_overruns++;
		pthread_cond_broadcast(&dev->settled);
	}
}

void cmd_report_overruns(struct emu_dev *dev)
{
	const struct error err = { .code = DSA_SWERR_CMD_ACTIVE, .wq = -1 };
	unsigned int nr;

	pthread_mutex_lock(&dev->lock);
	nr = dev->nr_overruns;
	dev->nr_overruns = 0;
	pthread_mutex_unlock(&dev->lock);
	while (nr--)
		err_report(dev, &err);
}

static void answer(struct emu_dev *dev, struct outcome out, const char *name)
{
	emu_trace("cmd", "cmd=%s operand=0x%x status=0x%02x result=0x%x", name,
		  dev->cmd & DSA_CMD_OPERAND, out.error, out.result);
	dev->cmdsts = out.error | (uint32_t)out.result << DSA_CMDSTS_RESULT_SHIFT;
	if (dev->cmd & DSA_CMD_INT)
		irq_event_locked(dev, DSA_INTCAUSE_CMD);
}

/* A command that was made to hang has not begun. */
static void hang_locked(struct emu_dev *dev)
{
	uint32_t bit = 1u << GET(dev->cmd, DSA_CMD_CODE);

	if (dev->faults.hung_commands & bit)
		emu_trace("cmd", "hangs code=%u", GET(dev->cmd, DSA_CMD_CODE));
	while (dev->faults.hung_commands & bit && !dev->resetting && !dev->stop)
		pthread_cond_wait(&dev->settled, &dev->lock);
}

/* A function-level reset in between: nobody hears of the command. */
static void execute_locked(struct emu_dev *dev)
{
	struct outcome out = { 0 };
	const char *name = "?";

	hang_locked(dev);
	if (!dev->resetting)
		out = run(dev, dev->cmd, &name);
	pthread_mutex_unlock(&dev->lock);
	if (dev->ops->flush)
		dev->ops->flush(dev->host);
	cmd_report_overruns(dev);
	pthread_mutex_lock(&dev->lock);
	if (dev->resetting)
		dev->cmdsts = 0;
	else
		answer(dev, out, name);
	pthread_cond_broadcast(&dev->settled);
}

void *cmd_main(void *arg)
{
	struct emu_dev *dev = arg;

	pthread_mutex_lock(&dev->lock);
	while (!dev->stop) {
		if (dev->cmdsts & DSA_CMDSTS_ACTIVE)
			execute_locked(dev);
		else
			pthread_cond_wait(&dev->cmd_wake, &dev->lock);
	}
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}
