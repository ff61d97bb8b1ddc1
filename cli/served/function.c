// SPDX-License-Identifier: GPL-2.0-only
/* What does a guest find at a served vdev? See function.h. */
#include "function.h"
#include "model/errors.h"
#include "model/vectors.h"
#include "vfio-user/vfu_tx.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A reset or repair of the host's device normally ends within this time. */
#define PATIENCE_MS	5000

/* What the bare vdev calls an action. */
static const u32 bare_actions[] = {
	[VDSA_DO_WQ_ENABLE] = VDSA_BARE_ENABLE,
	[VDSA_DO_WQ_DISABLE] = VDSA_BARE_DISABLE,
	[VDSA_DO_WQ_DRAIN] = VDSA_BARE_DRAIN,
	[VDSA_DO_WQ_ABORT] = VDSA_BARE_ABORT,
	[VDSA_DO_WQ_RESET] = VDSA_BARE_RESET,
	[VDSA_DO_QUIESCE] = VDSA_BARE_QUIESCE,
	[VDSA_DO_HANDLE_REQUEST] = VDSA_BARE_HANDLE_REQUEST,
	[VDSA_DO_HANDLE_RELEASE] = VDSA_BARE_HANDLE_RELEASE,
};

static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static u32 nr_vectors(const struct function *fn)
{
	return fn->model.info.nr_wqs + 1;
}

/* Actions */

/* Have the host's device perform the action. -EAGAIN: an enable whose memory is not mapped yet. */
static int act(struct function *fn, const struct vdsa_action *action,
	       struct vdsa_outcome *outcome)
{
	struct vdsa_bare_act request = { .action = bare_actions[action->code] };
	int err;

	if (action->code <= VDSA_DO_WQ_RESET)
		request.wqs = action->wqs;
	else if (action->code != VDSA_DO_QUIESCE)
		request.vector = action->vector - 1;
	if (action->code == VDSA_DO_WQ_ENABLE)
		request.ticket = fn->prepared;
	err = fn->ops->act(fn->bare, &request);
	*outcome = (struct vdsa_outcome){ .status = err ?: request.status,
					  .wqs = request.done, .handle = request.handle };
	return err;
}

/*
 * A work queue is enabled once the client's memory is mapped for the device, which takes
 * long: the kernel tells when, and the guest's command stays active. True: *@outcome is there.
 * False: mapping has begun, and resume_enable() follows.
 */
static bool enable(struct function *fn, const struct vdsa_action *action,
		   struct vdsa_outcome *outcome)
{
	int err = fn->prepared ? act(fn, action, outcome) : -EAGAIN;

	fn->prepared = 0;
	if (err != -EAGAIN)
		return true;
	fn->enable = *action;
	if (!++fn->ticket)
		fn->ticket = 1;
	err = fn->ops->prepare(fn->bare, fn->ticket);
	*outcome = (struct vdsa_outcome){ .status = err };
	return err != 0;	/* a failed prepare is an outcome */
}

static int write_log(struct function *fn, const struct vdsa_action *action)
{
	size_t len = sizeof(action->entry);

	return dma_write(fn->dma, action->addr, action->entry, len) == len ? 0 : -EFAULT;
}

/* False: the outcome comes later. */
static bool perform(struct function *fn, const struct vdsa_action *action,
		    struct vdsa_outcome *outcome)
{
	*outcome = (struct vdsa_outcome){ .status = 0 };
	switch (action->code) {
	case VDSA_DO_NOTHING:
		return true;
	case VDSA_DO_WQ_ENABLE:
		return enable(fn, action, outcome);
	case VDSA_DO_LOG:
		outcome->status = write_log(fn, action);
		return true;
	default:
		act(fn, action, outcome);
		return true;
	}
}

/* Tell the bare vdev of masks that changed. */
static void sync_masks(struct function *fn)
{
	for (u32 v = 1; v < nr_vectors(fn); v++) {
		bool masked = vdsa_model_masked(&fn->model, v);

		if (masked == (bool)(fn->masked >> v & 1))
			continue;
		fn->masked ^= 1u << v;
		fn->ops->set_masked(fn->bare, v - 1, masked);
	}
}

/* Perform the model's actions and report the outcomes to it. */
static void run(struct function *fn, struct vdsa_action action)
{
	for (;;) {
		struct vdsa_outcome outcome;
		u32 ticket = action.ticket;
		bool done = perform(fn, &action, &outcome);

		if (action.signal)
			vfu_msix(fn->vfu, 0);
		if (!done || !ticket)
			break;
		action = vdsa_model_done(&fn->model, ticket, &outcome);
	}
	sync_masks(fn);
}

/* What the client asks: struct vfu_ops */

static uint64_t region_size(void *arg, uint32_t region)
{
	const struct function *fn = arg;

	switch (region) {
	case VFU_BAR0:
		return VDSA_BAR0_SIZE;
	case VFU_BAR2:
		return vdsa_model_bar2_size(&fn->model);
	case VFU_CFG:
		return VDSA_CFG_SIZE;
	default:
		return 0;
	}
}

static uint64_t region_read(void *arg, uint32_t region, uint64_t off, unsigned int size)
{
	struct function *fn = arg;

	if (region == VFU_CFG)
		return vdsa_model_cfg_read(&fn->model, (u32)off, size);
	/* Vector n of the bare vdev is that of work queue n, vector n + 1 of the PCI device. */
	if (vdsa_model_reads_pending((u32)off))
		vdsa_model_set_pending(&fn->model, fn->ops->get_pending(fn->bare) << 1);
	return vdsa_model_bar0_read(&fn->model, (u32)off, size);
}

/* A guest that sets the bus master bit is about to use the device. */
static void prepare_ahead(struct function *fn)
{
	if (fn->ahead || !vdsa_model_is_master(&fn->model))
		return;
	fn->ahead = true;
	fn->ops->prepare(fn->bare, 0);
}

static void region_write(void *arg, uint32_t region, uint64_t off, unsigned int size,
			 uint64_t val)
{
	struct function *fn = arg;

	if (region == VFU_CFG)
		run(fn, vdsa_model_cfg_write(&fn->model, (u32)off, size, (u32)val));
	else
		run(fn, vdsa_model_bar0_write(&fn->model, (u32)off, size, val));
	prepare_ahead(fn);
}

static int portal_fd(void *arg)
{
	const struct function *fn = arg;

	return fn->ops->portal_fd(fn->bare);
}

/*
 * Shared memory and huge pages alone, which are what has seals: pages of other files come
 * from whoever serves the file, for whom the kernel would wait, as it would to tell what
 * file system it is in.
 */
static bool takes_memory(void *arg, int fd)
{
	(void)arg;
	return fcntl(fd, F_GET_SEALS) >= 0;
}

/* Memory that comes while the guest uses the device is mapped at once, not at the kernel's next poll. */
static int mapped(void *arg, uint64_t iova, uint64_t size, void *addr, unsigned int access)
{
	const struct function *fn = arg;
	int err = access ? fn->ops->map(fn->bare, iova, size, addr, access) : -EINVAL;

	if (!err && fn->ahead)
		fn->ops->prepare(fn->bare, 0);
	return err;
}

static void unmap(void *arg, uint64_t iova, uint64_t size)
{
	const struct function *fn = arg;

	fn->ops->unmap(fn->bare, iova, size);
}

static void reset(void *arg)
{
	struct function *fn = arg;

	run(fn, vdsa_model_reset(&fn->model));
}

/*
 * The first descriptor of a vector unmasks it and its removal masks it, as the kernel
 * does in the table of a real device, and the bare vdev by itself.
 */
static int irq_connect(void *arg, unsigned int index, unsigned int vector, int fd)
{
	struct function *fn = arg;
	u32 bit = 1u << vector;
	bool had = fn->connected & bit, has = fd >= 0;
	int err = 0;

	if (index != VFU_IRQ_MSIX)
		return 0;
	if (vector)
		err = fn->ops->set_trigger(fn->bare, vector - 1, fd);
	has = has && !err;
	fn->connected = has ? fn->connected | bit : fn->connected & ~bit;
	if (had == has)
		return err;
	fn->masked = has ? fn->masked & ~bit : fn->masked | bit;
	run(fn, vdsa_model_set_masked(&fn->model, vector, !has));
	return err;
}

static void irq_mask(void *arg, unsigned int index, unsigned int vector, bool masked)
{
	struct function *fn = arg;

	(void)index;	/* of MSI-X alone */
	run(fn, vdsa_model_set_masked(&fn->model, vector, masked));
}

/* Work stops before its memory goes. */
static void left(void *arg)
{
	struct function *fn = arg;

	fn->ops->end(fn->bare);
}

static const struct vfu_ops function_ops = {
	.polled = true,
	.requests = true,
	.irqs = { .connect = irq_connect, .mask = irq_mask },
	.region_size = region_size,
	.read = region_read,
	.write = region_write,
	.portal_fd = portal_fd,
	.takes_memory = takes_memory,
	.mapped = mapped,
	.unmap = unmap,
	.reset = reset,
	.left = left,
};

/* Clients */

static void model_info(const struct vdsa_bare_info *info, struct vdsa_model_info *model)
{
	*model = (struct vdsa_model_info){
		.pci_device = (u16)info->pci_device,
		.version = info->dsa_version,
		.gen_cap = info->gen_cap,
		.wq_cap = info->wq_cap,
		.group_cap = info->group_cap,
		.nr_wqs = info->nr_wqs,
		.nr_engines = info->nr_engines,
		.pasid_attached = true,	/* always, for a slice */
	};
	memcpy(model->op_cap, info->op_cap, sizeof(model->op_cap));
	for (u32 wq = 0; wq < info->nr_wqs && wq < VDSA_MODEL_MAX_WQS; wq++)
		model->wq[wq] = (struct vdsa_model_wq){
			.size = info->wq[wq].size,
			.priority = info->wq[wq].priority,
			.max_xfer_shift = info->wq[wq].max_xfer_shift,
			.max_batch_shift = info->wq[wq].max_batch_shift,
			.block_on_fault = info->wq[wq].block_on_fault,
		};
}

_Static_assert(VDSA_MODEL_MAX_WQS == VDSA_BARE_MAX_WQS, "one device");

/* The bare vdev, opened, and a new model of it. */
static int open_device(struct function *fn)
{
	struct vdsa_model_info info;
	int err = fn->ops->begin(fn->bare, &fn->info);

	if (err)
		return err;
	model_info(&fn->info, &info);
	if (vdsa_model_init(&fn->model, &info))
		return 0;
	fn->ops->end(fn->bare);
	return -EPROTO;
}

void function_init(struct function *fn, const struct bare_ops *ops, void *bare)
{
	*fn = (struct function){ .ops = ops, .bare = bare, .last = -1 };
}

void function_exit(struct function *fn)
{
	if (function_has_client(fn))
		function_end(fn);
	if (fn->last >= 0)
		close(fn->last);
	fn->last = -1;
}

int function_try(struct function *fn)
{
	int err = open_device(fn);

	if (!err)
		fn->ops->end(fn->bare);
	return err;
}

bool function_has_client(const struct function *fn)
{
	return fn->dma;
}

/*
 * The kernel counts the unread descriptors of a connection until the client closes it, also after
 * the server has ended it. So no other client is served before that.
 */
bool function_is_taken(struct function *fn)
{
	if (function_has_client(fn))
		return true;
	if (fn->last < 0)
		return false;
	if (vfu_socket_is_unread(fn->last))
		return true;
	close(fn->last);
	fn->last = -1;
	return false;
}

static void forget_client(struct function *fn)
{
	dma_free(fn->dma);
	fn->dma = NULL;
	fn->vfu = NULL;
	fn->missed_ms = 0;
}

int function_begin(struct function *fn, int sock)
{
	int err = open_device(fn);

	if (err) {
		close(sock);
		return err;
	}
	fn->masked = (1u << nr_vectors(fn)) - 1;
	fn->connected = fn->prepared = 0;
	fn->ahead = false;
	fn->dma = dma_new();
	fn->vfu = fn->dma ? vfu_new(sock, &function_ops, fn, fn->dma, nr_vectors(fn)) : NULL;
	if (fn->vfu) {
		function_events(fn);
		return 0;
	}
	close(sock);
	left(fn);
	forget_client(fn);
	return -ENOMEM;
}

int function_step(struct function *fn)
{
	int ret = vfu_step(fn->vfu);

	if (ret > 0)
		return ret;
	fn->last = vfu_free_but_socket(fn->vfu);
	forget_client(fn);
	return ret;
}

bool function_is_busy(const struct function *fn)
{
	return vfu_is_busy(fn->vfu);
}

void function_end(struct function *fn)
{
	vfu_end(fn->vfu);
	fn->last = vfu_free_but_socket(fn->vfu);
	forget_client(fn);
}

/* Events */

/* After a reset or a halt its command is no longer awaited. */
static void resume_enable(struct function *fn, u32 ticket)
{
	if (ticket != fn->ticket || !vdsa_model_awaits(&fn->model, fn->enable.ticket))
		return;
	fn->prepared = ticket;
	run(fn, fn->enable);
}

static void tell_error(struct function *fn, const struct vdsa_bare_error *error)
{
	u64 err[4];

	memcpy(err, error->err, sizeof(err));
	run(fn, vdsa_model_sw_error(&fn->model, error->wq, err));
}

void function_events(struct function *fn)
{
	struct vdsa_bare_events got;

	if (fn->ops->get_events(fn->bare, &got))
		return;
	for (u32 i = 0; i < got.nr_errors && i < VDSA_BARE_MAX_ERRORS; i++)
		tell_error(fn, &got.error[i]);
	if (got.events & VDSA_BARE_EVENT_MAPPED)
		resume_enable(fn, got.ticket);
	if (got.events & VDSA_BARE_EVENT_HALTED)
		run(fn, vdsa_model_host_halted(&fn->model));
	else if (got.events & VDSA_BARE_EVENT_REVOKED)
		run(fn, vdsa_model_host_revoked(&fn->model));
	if (got.events & (VDSA_BARE_EVENT_HALTED | VDSA_BARE_EVENT_REVOKED))
		fn->missed_ms = clock_ms() + PATIENCE_MS;
	if (!(got.events & VDSA_BARE_EVENT_RESTORED))
		return;
	fn->missed_ms = 0;
	run(fn, vdsa_model_host_restored(&fn->model));
}

void function_request(struct function *fn)
{
	vfu_request(fn->vfu);
}

int function_tick(struct function *fn, int64_t now_ms)
{
	if (!fn->missed_ms)
		return -1;
	if (now_ms < fn->missed_ms)
		return (int)(fn->missed_ms - now_ms);
	fn->missed_ms = 0;
	run(fn, vdsa_model_host_missed(&fn->model));
	return -1;
}
