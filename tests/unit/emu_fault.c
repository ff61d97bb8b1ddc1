// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does what shall go wrong on purpose go wrong, as hardware would, and end? And
 * does the control socket answer each request?
 */
#include "unit.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"
#include "emu_fake.h"

#define SRC	FAKE_BASE
#define DST	(FAKE_BASE + 0x100000)

static uint32_t reset_type(struct emu_dev *dev)
{
	return (get_reg32(dev, DSA_GENSTS) & DSA_GENSTS_RESET) >> DSA_GENSTS_RESET_SHIFT;
}

static bool is_active(struct emu_dev *dev)
{
	return get_reg32(dev, DSA_CMDSTS) & DSA_CMDSTS_ACTIVE;
}

static void ok(struct emu_dev *dev, const char *request)
{
	const char *wrong = emu_dev_inject(dev, request);

	if (wrong)
		printf("# %s: %s\n", request, wrong);
	CHECK(!wrong);
}

TEST("a request that is mistaken is refused with a reason and does nothing")
{
	static const char *const requests[] = {
		"", " ", "frob", "halt", "halt soon", "halt flr now", "flr 1", "hang",
		"hang nothing", "fail", "fail nothing", "release me", "HALT flr", "slow", "slow 0", "slow -1",
		"slow 1x", "slow 1000001", "lose-irqs many", "fault-at 0",
		"garble-records 99999999999999999999", "refuse-pages 1",
	};
	struct emu_dev *dev = fake_up("gnrd", 0);
	char longest[1000];

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		CHECK(emu_dev_inject(dev, requests[i]));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK(emu_dev_inject(dev, longest));
	CHECK_EQ(dev_state(dev), DSA_GENSTS_ENABLED);
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	emu_dev_free(dev);
}

TEST("each halt names the reset that ends it, and interrupts where that is enabled")
{
	static const char *const requests[] = { "halt software", "halt flr", "halt warm",
						"halt cold" };

	for (uint32_t type = 0; type < 4; type++) {
		struct emu_dev *dev = fake_up("gnrd", 0);
		const bool by_software = type == DSA_GENSTS_RESET_SOFTWARE;

		set_reg32(dev, DSA_GENCTRL, DSA_GENCTRL_HALT_INT);
		ok(dev, requests[type]);
		CHECK_EQ(dev_state(dev), DSA_GENSTS_HALT);
		CHECK_EQ(reset_type(dev), type);
		CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_HALT);
		CHECK_EQ(fake_irqs(0), 1);
		CHECK_EQ(get_reg(dev, DSA_SWERR), 0);
		CHECK_EQ(command(dev, DSA_CMD_DISABLE_DEVICE, 0), DSA_CMDERR_HALTED);
		CHECK_EQ(command(dev, DSA_CMD_RESET_DEVICE, 0),
			 by_software ? 0 : DSA_CMDERR_HALTED);
		CHECK_EQ(dev_state(dev), by_software ? DSA_GENSTS_DISABLED : DSA_GENSTS_HALT);
		fake_flr(dev);
		CHECK_EQ(get_reg32(dev, DSA_GENSTS), 0);
		emu_dev_free(dev);
	}
}

TEST("a halt abandons what runs and what waits, and takes nothing more")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);

	fake_gate(true);
	submit(dev, &desc);
	CHECK(fake_wait_gate(1));
	submit(dev, &desc);
	ok(dev, "halt flr");
	CHECK_EQ(wq_occupancy(dev, 0), 0);
	submit(dev, &desc);
	CHECK_EQ(wq_occupancy(dev, 0), 0);
	fake_gate(false);
	fake_flr(dev);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	emu_dev_free(dev);
}

TEST("a command in progress ends with an error when the device halts")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);
	uint32_t status;

	fake_gate(true);
	submit(dev, &desc);
	CHECK(fake_wait_gate(1));
	start_command(dev, DSA_CMD_DRAIN_ALL, 0);
	ok(dev, "halt software");
	status = end_command(dev);	/* whether it had begun or not */
	CHECK(status == DSA_CMDERR_HARDWARE || status == DSA_CMDERR_HALTED);
	fake_gate(false);
	emu_dev_free(dev);
}

TEST("a function-level reset from outside is one to the last register")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	ok(dev, "flr");
	CHECK_EQ(emu_dev_cfg_read(dev, 0x04, 2), 0);
	CHECK_EQ(get_reg32(dev, DSA_GENSTS), UINT32_MAX);
	fake_enable_memory(dev);
	CHECK_EQ(dev_state(dev), DSA_GENSTS_DISABLED);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_DISABLED);
	CHECK_EQ(get_reg32(dev, wqcfg(dev, 0)), 0);
	emu_dev_free(dev);
}

TEST("a command that hangs stays active until it is released, and is then carried out")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	ok(dev, "hang disable-wq");
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	start_command(dev, DSA_CMD_DISABLE_WQ, 1);
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	CHECK(is_active(dev));
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_ENABLED);
	set_reg32(dev, DSA_CMD, DSA_CMD_DRAIN_ALL << DSA_CMD_CODE_SHIFT);
	CHECK_EQ(error_code(get_reg(dev, DSA_SWERR)), DSA_SWERR_CMD_ACTIVE);
	ok(dev, "release");
	CHECK_EQ(end_command(dev), 0);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_DISABLED);
	emu_dev_free(dev);
}

TEST("a command that fails does nothing until it is released")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	ok(dev, "fail disable-wq");
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), DSA_CMDERR_HARDWARE);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_ENABLED);
	ok(dev, "fail any");
	CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, 0), DSA_CMDERR_HARDWARE);
	ok(dev, "release");
	CHECK_EQ(command(dev, DSA_CMD_DISABLE_WQ, 1), 0);
	CHECK_EQ(wq_state(dev, 0), DSA_WQ_DISABLED);
	emu_dev_free(dev);
}

TEST("a function-level reset ends a command that hangs, and the next hangs again")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	ok(dev, "hang any");
	start_command(dev, DSA_CMD_RESET_DEVICE, DSA_CMD_INT);
	fake_flr(dev);
	CHECK(!is_active(dev));
	CHECK_EQ(fake_irqs(0), 0);
	start_command(dev, DSA_CMD_RESET_DEVICE, 0);
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	CHECK(is_active(dev));
	emu_dev_free(dev);	/* does not wait for it either */
}

TEST("the n-th access from now is a page fault, and the ones around it are not")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);
	struct fake_record record;

	/* Of each move: the record's page, the source, the destination, the record in two writes. */
	ok(dev, "fault-at 7");
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT);
	CHECK_EQ(record.fault_addr, SRC);
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	ok(dev, "fault-at 3");
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, DSA_STATUS_PAGE_FAULT | DSA_STATUS_FAULT_WRITE);
	CHECK_EQ(record.fault_addr, DST);
	ok(dev, "fault-at 1");
	ok(dev, "release");
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

TEST("interrupts are lost as often as was asked for")
{
	struct emu_dev *dev = fake_up("gnrd", 0);

	ok(dev, "lose-irqs 2");
	for (unsigned int i = 0; i < 3; i++)
		CHECK_EQ(command(dev, DSA_CMD_DRAIN_ALL, DSA_CMD_INT), 0);
	CHECK(EVENTUALLY(fake_irqs(0) == 1));
	CHECK_EQ(get_reg32(dev, DSA_INTCAUSE), DSA_INTCAUSE_CMD);
	emu_dev_free(dev);
}

TEST("garbled records are all ones, the work itself is done")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_MEMMOVE, SRC, DST, 64);
	struct fake_record record;

	ok(dev, "garble-records 1");
	fake_pattern(SRC, 64, 1);
	record = run_desc(dev, &desc);
	CHECK_EQ(record.status, 0xff);
	CHECK_EQ(record.op[1], UINT64_MAX);
	CHECK(fake_same(SRC, DST, 64));
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

TEST("a slow engine takes its time, can be aborted meanwhile, and is released")
{
	struct emu_dev *dev = fake_up("gnrd", 0);
	struct fake_desc desc = make_desc(DSA_OP_NOOP, 0, 0, 0);
	double start = now();

	ok(dev, "slow 50");
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	CHECK(now() - start >= 0.05);
	ok(dev, "slow 1000000");
	fake_put(FAKE_RECORD, &(uint8_t){ 0 }, 1);
	submit(dev, &desc);
	CHECK(EVENTUALLY(wq_occupancy(dev, 0) == 0));
	CHECK_EQ(command(dev, DSA_CMD_ABORT_WQ, 1), 0);
	CHECK_EQ(fake_byte(FAKE_RECORD), 0);
	ok(dev, "release");
	CHECK_EQ(run_desc(dev, &desc).status, DSA_STATUS_SUCCESS);
	emu_dev_free(dev);
}

/* The control socket. */

static const char *echo(void *arg, const char *request)
{
	*(unsigned int *)arg += 1;
	return strcmp(request, "good") ? "not good" : NULL;
}

static struct control *control_at(struct sockaddr_un *addr, unsigned int *nr)
{
	struct control *control;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(addr->sun_path + 1, sizeof(addr->sun_path) - 1, "emu-control-%d", getpid());
	CHECK(!bind(listener, (struct sockaddr *)addr, sizeof(*addr)));
	CHECK(!listen(listener, 4));
	control = control_new(listener, echo, nr);
	CHECK(control);
	return control;
}

static int control_client(const struct sockaddr_un *addr)
{
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);

	CHECK(!connect(sock, (const struct sockaddr *)addr, sizeof(*addr)));
	return sock;
}

static bool said(int sock, const char *text, const char *want)
{
	char got[512] = "";
	size_t len = 0;
	ssize_t n = 1;

	if (send(sock, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		return false;
	while (len < strlen(want) && n > 0) {
		n = read(sock, got + len, sizeof(got) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	return !strcmp(got, want);
}

TEST("each line is answered by one, however the stream is cut, and clients do not mix")
{
	struct sockaddr_un addr;
	unsigned int nr = 0;
	struct control *control = control_at(&addr, &nr);
	int a = control_client(&addr), b = control_client(&addr);
	char longest[1001];

	CHECK(said(a, "good\n", "ok\n"));
	CHECK(said(a, "bad\ngood\r\n", "error: not good\nok\n"));
	CHECK_EQ(write(a, "go", 2), 2);
	CHECK(said(b, "\n", "error: not good\n"));
	CHECK(said(a, "od\n", "ok\n"));
	CHECK_EQ(nr, 5);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK_EQ(write(b, longest, 1000), 1000);
	CHECK(said(b, "\ngood\n", "error: the request is too long\nok\n"));
	CHECK_EQ(nr, 6);
	close(a);
	CHECK(said(b, "good\n", "ok\n"));
	close(b);
	control_free(control);
}

TEST("more clients than there is room for are turned away, later ones are served")
{
	struct sockaddr_un addr;
	unsigned int nr = 0;
	struct control *control = control_at(&addr, &nr);
	int socks[8], extra;
	char byte;

	for (unsigned int i = 0; i < 8; i++) {
		socks[i] = control_client(&addr);
		CHECK(said(socks[i], "good\n", "ok\n"));
	}
	extra = control_client(&addr);
	CHECK_EQ(read(extra, &byte, 1), 0);
	close(extra);
	close(socks[3]);
	CHECK(EVENTUALLY(({ socks[3] = control_client(&addr);
			    bool served = said(socks[3], "good\n", "ok\n");
			    if (!served) close(socks[3]);
			    served; })));
	for (unsigned int i = 0; i < 8; i++)
		close(socks[i]);
	control_free(control);
}
