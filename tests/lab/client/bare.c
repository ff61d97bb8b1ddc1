// SPDX-License-Identifier: GPL-2.0-only
/* How a bare vdev is used. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "bare.h"

#define MAP_TIMEOUT_MS	20000

static int ask(struct dsa_dev *dev, unsigned long request, void *arg)
{
	return ioctl(dev->vfio.fd, request, arg) ? errno : 0;
}

int bare_get_info(struct dsa_dev *dev, struct vdsa_bare_info *info)
{
	*info = (struct vdsa_bare_info) { .argsz = sizeof(*info) };
	return ask(dev, VDSA_BARE_GET_INFO, info);
}

int bare_act(struct dsa_dev *dev, struct vdsa_bare_act *act)
{
	act->argsz = sizeof(*act);
	return ask(dev, VDSA_BARE_ACT, act);
}

int bare_get_events(struct dsa_dev *dev, struct vdsa_bare_events *events)
{
	*events = (struct vdsa_bare_events) { .argsz = sizeof(*events) };
	return ask(dev, VDSA_BARE_GET_EVENTS, events);
}

static void begin_map(struct dsa_dev *dev, uint32_t flags, uint32_t ticket)
{
	struct vdsa_bare_map map = { .argsz = sizeof(map), .flags = flags, .ticket = ticket };
	int err = ask(dev, VDSA_BARE_MAP, &map);

	if (err)
		die("VDSA_BARE_MAP: %s", strerror(err));
}

void bare_map_ahead(struct dsa_dev *dev)
{
	begin_map(dev, VDSA_BARE_MAP_AHEAD, 0);
}

/* Take the events, and keep what others than the caller want to know. */
static struct vdsa_bare_events take_events(struct dsa_dev *dev)
{
	struct vdsa_bare_events events;
	int err = bare_get_events(dev, &events);

	if (err)
		die("VDSA_BARE_GET_EVENTS: %s", strerror(err));
	if (events.events & VDSA_BARE_EVENT_REVOKED) {
		dev->halted = dev->away = true;
		dev->enabled = 0;
	}
	if (events.events & VDSA_BARE_EVENT_RESTORED)
		dev->away = false;
	return events;
}

static bool is_mapped(struct dsa_dev *dev, uint32_t ticket)
{
	struct vdsa_bare_events events = take_events(dev);

	return events.events & VDSA_BARE_EVENT_MAPPED && events.ticket == ticket;
}

uint32_t bare_map(struct dsa_dev *dev)
{
	uint32_t ticket = ++dev->last_ticket;

	begin_map(dev, 0, ticket);
	do
		if (!vfio_wait_irq(&dev->vfio, 0, lab_slow() * MAP_TIMEOUT_MS))
			die("memory is not mapped within %d s", lab_slow() * MAP_TIMEOUT_MS / 1000);
	while (!is_mapped(dev, ticket));
	return ticket;
}

/* As the register model does it: what is no code of the hardware is 3. */
static uint8_t act(struct dsa_dev *dev, struct vdsa_bare_act *act)
{
	int err = bare_act(dev, act);

	if (err)
		die("action %u: %s", act->action, strerror(err));
	return act->status < 0 ? 3 : act->status;
}

static uint8_t act_on(struct dsa_dev *dev, uint32_t action, uint32_t wqs)
{
	struct vdsa_bare_act it = { .action = action, .wqs = wqs };
	uint8_t status;

	if (!wqs)
		return 0;
	if (action == VDSA_BARE_ENABLE)
		it.ticket = bare_map(dev);
	status = act(dev, &it);
	if (action == VDSA_BARE_ENABLE)
		dev->enabled |= it.done;
	else if (action != VDSA_BARE_DRAIN)
		dev->enabled &= ~it.done;
	return status;
}

static uint8_t request_handle(struct dsa_dev *dev, uint32_t vector, uint16_t *handle)
{
	struct vdsa_bare_act it = { .action = VDSA_BARE_HANDLE_REQUEST, .vector = vector };
	uint8_t status = act(dev, &it);

	if (handle)
		*handle = it.handle;
	return status;
}

uint8_t bare_command(struct dsa_dev *dev, uint32_t code, uint32_t operand, uint16_t *result)
{
	struct vdsa_bare_act quiesce = { .action = VDSA_BARE_QUIESCE };

	switch (code) {
	case CMD_ENABLE_DEVICE:
		return 0;
	case CMD_RESET_DEVICE:
		dev->enabled = 0;
		return act(dev, &quiesce);
	case CMD_DISABLE_DEVICE:
		return act_on(dev, VDSA_BARE_DISABLE, dev->enabled);
	case CMD_DRAIN_ALL:
		return act_on(dev, VDSA_BARE_DRAIN, dev->enabled);
	case CMD_ENABLE_WQ:
		return act_on(dev, VDSA_BARE_ENABLE, 1u << operand);
	case CMD_DISABLE_WQ:
		return act_on(dev, VDSA_BARE_DISABLE, operand);
	case CMD_REQUEST_HANDLE:
		return request_handle(dev, operand - 1, result);
	default:
		die("command %u is none of a bare vdev", code);
	}
}

bool bare_is_halted(struct dsa_dev *dev)
{
	take_events(dev);
	return dev->halted;
}

bool bare_wait_for_host(struct dsa_dev *dev, int timeout_ms)
{
	for (int ms = 0; take_events(dev), dev->away; ms += 20) {
		if (ms > timeout_ms)
			return false;
		nanosleep(&(struct timespec) { .tv_nsec = 20000000 }, NULL);
	}
	dev->halted = false;
	return true;
}
