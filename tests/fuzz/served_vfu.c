// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the process that serves a vdev hold out against any client? The script of vfu_script.h goes
 * into the whole of it but for the kernel, whose double says what it was asked wrongly: an action
 * on what is not there, memory that overlaps or is not this process's, a vector beyond the last.
 * Events of the host come in between.
 *
 * fuzz: -max_len=512 -len_control=0
 * fuzz-short: 1500
 */
#include "served/function.h"
#include "vfu_script.h"

#include <errno.h>
#include <poll.h>

const char fuzz_counts[] = "messages";

#define NR_WQS	2u

static struct function fn;
static struct window { uint64_t iova, size; } given[256];	/* memory that the kernel has */
static unsigned int nr_given;
static bool is_open;
static uint32_t ticket, ready;
static struct tape *events;		/* what the host does; NULL: nothing */

static int kernel_begin(void *arg, struct vdsa_bare_info *info)
{
	(void)arg;
	PROMISE(!is_open);
	is_open = true;
	ready = 0;
	*info = (struct vdsa_bare_info){
		.version = VDSA_BARE_VERSION, .pci_device = DSA_PCI_DEVICE_GNRD, .dsa_version = DSA_VERSION_1,
		.nr_wqs = NR_WQS, .nr_engines = 1, .portal_allowed = 1, .gen_cap = 0x40915f0107 | DSA_GENCAP_EVL,
		.wq_cap = ~0ull, .group_cap = 4, .op_cap = { 0x1003f03ff, 1 } };
	for (unsigned int i = 0; i < NR_WQS; i++)
		info->wq[i] = (struct vdsa_bare_wq){ 16, 10, 21, 5, 0, 0 };
	return 0;
}

static void kernel_end(void *arg)
{
	(void)arg;
	PROMISE(is_open);
	is_open = false;
}

static int kernel_map(void *arg, uint64_t iova, uint64_t size, void *addr, unsigned int access)
{
	(void)arg;
	PROMISE(size && access && access < 4 && addr);
	for (unsigned int i = 0; i < nr_given; i++)
		PROMISE(iova - given[i].iova >= given[i].size && given[i].iova - iova >= size);
	/* All of it is this process's: what is not readable ends it here. */
	for (uint64_t i = 0; i < size; i += 4096)
		(void)*((volatile uint8_t *)addr + i);
	if (nr_given == sizeof(given) / sizeof(*given))
		return -ENOSPC;
	given[nr_given++] = (struct window){ iova, size };
	return 0;
}

static void kernel_unmap(void *arg, uint64_t iova, uint64_t size)
{
	(void)arg;
	for (unsigned int i = 0; i < nr_given; i++) {
		if (size && given[i].iova - iova >= size)
			continue;
		PROMISE(!size || given[i].size <= size - (given[i].iova - iova));
		given[i--] = given[--nr_given];
	}
}

static int kernel_act(void *arg, struct vdsa_bare_act *act)
{
	bool on_wqs = act->action >= VDSA_BARE_ENABLE && act->action <= VDSA_BARE_RESET;

	(void)arg;
	PROMISE(is_open && act->action && act->action <= VDSA_BARE_HANDLE_RELEASE);
	PROMISE(on_wqs ? act->wqs && !(act->wqs >> NR_WQS) : !act->wqs);
	PROMISE(act->vector < NR_WQS && (!on_wqs || !act->vector));
	if (act->action == VDSA_BARE_ENABLE && act->ticket != ready)
		return -EAGAIN;
	act->done = act->wqs;
	act->handle = 0x100 + act->vector;
	return 0;
}

static int kernel_prepare(void *arg, uint32_t wanted)
{
	(void)arg;
	PROMISE(is_open);
	if (wanted)
		ticket = wanted;
	return 0;
}

static int kernel_get_events(void *arg, struct vdsa_bare_events *got)
{
	(void)arg;
	*got = (struct vdsa_bare_events){ .ticket = ticket };
	if (!events)
		return 0;
	got->events = (uint32_t)tape_take(events, 1);
	got->nr_errors = tape_pick(events, VDSA_BARE_MAX_ERRORS + 1);
	for (unsigned int i = 0; i < got->nr_errors; i++) {
		got->error[i].wq = (uint32_t)tape_take(events, 1);
		got->error[i].err[0] = tape_take(events, 8);
	}
	if (got->events & VDSA_BARE_EVENT_MAPPED)
		ready = ticket;
	return 0;
}

static uint32_t kernel_get_pending(void *arg)
{
	(void)arg;
	return 3;
}

static int kernel_set_trigger(void *arg, unsigned int vector, int fd)
{
	(void)arg;
	PROMISE(is_open && vector < NR_WQS);
	return fd >= 0 && fcntl(fd, F_GETFL) < 0 ? -EBADF : 0;
}

static void kernel_set_masked(void *arg, unsigned int vector, bool masked)
{
	(void)arg;
	(void)masked;
	PROMISE(is_open && vector < NR_WQS);
}

static int kernel_portal_fd(void *arg)
{
	(void)arg;
	return files[0];
}

static const struct bare_ops kernel_ops = {
	.begin = kernel_begin, .end = kernel_end, .map = kernel_map, .unmap = kernel_unmap,
	.act = kernel_act, .prepare = kernel_prepare, .get_events = kernel_get_events,
	.get_pending = kernel_get_pending, .set_trigger = kernel_set_trigger,
	.set_masked = kernel_set_masked, .portal_fd = kernel_portal_fd,
};

/* The host is busy between two turns of the server. */
static void happen(struct tape *tape)
{
	if (!tape->left || !is_open)
		return;
	events = tape;
	function_events(&fn);
	events = NULL;
	if (tape_pick(tape, 4) == 1)
		function_tick(&fn, INT64_MAX);
	if (tape_pick(tape, 8) == 1)
		function_request(&fn);
}

static void converse(struct tape *tape, int socks[2])
{
	/* The host's part of the tape is its last bytes. */
	size_t nr = tape->left / 4;
	struct tape host = { tape->at + tape->left - nr, nr };
	pthread_t reader;
	int ret = 1;

	tape->left -= nr;
	client = socks[0];
	PROMISE(!function_begin(&fn, socks[1]));
	send_all(tape);
	pthread_create(&reader, NULL, read_replies, NULL);
	while (ret > 0) {
		struct pollfd pfd = { .fd = vfu_socket(fn.vfu),
				      .events = POLLIN | (vfu_wants_out(fn.vfu) ? POLLOUT : 0) };

		happen(&host);
		poll(&pfd, 1, host.left || function_is_busy(&fn) ? 0 : 1000);
		ret = function_step(&fn);
	}
	PROMISE(!is_open && !nr_given && !function_has_client(&fn));
	pthread_join(reader, NULL);
	close(client);
	PROMISE(!function_is_taken(&fn));
	PROMISE(lowest_fd() == socks[0]);	/* no descriptor was kept */
	for (size_t i = 0; !ret && !broken && i < NR(expected); i++)
		PROMISE(!expected[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };
	int socks[2];

	if (!fn.ops) {
		make_files();
		function_init(&fn, &kernel_ops, NULL);
	}
	PROMISE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks));
	converse(&tape, socks);
	return 0;
}
