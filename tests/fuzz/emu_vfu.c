// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the vfio-user server hold out against any client? A script of messages,
 * most of them nearly right, goes over a socket pair into the whole device
 * model. A second thread is the client's other half: it reads the replies, holds
 * them against what was asked and answers the interrupts that are messages.
 *
 * fuzz: -max_len=512 -len_control=0
 * fuzz-short: 1500
 */
#include "host.h"
#include "vfu_script.h"

const char fuzz_counts[] = "messages";

static struct emu_host host;
static struct emu_dev *dev;

/* A window is reached at its first byte, or nowhere. */
static bool reaches(uint64_t iova)
{
	char byte;

	return dma_read(host.dma, iova, &byte, 1) || dma_reach(host.dma, iova, 1);
}

static void check_after(int ret, int lowest)
{
	PROMISE(lowest_fd() == lowest);	/* no descriptor was kept */
	for (unsigned int i = 0; i < nr_windows; i++)
		PROMISE(!reaches(windows[i]));
	for (size_t i = 0; !ret && !broken && i < NR(expected); i++)
		PROMISE(!expected[i]);
}

static void converse(struct tape *tape, int socks[2])
{
	pthread_t reader;
	int ret;

	client = socks[0];
	emu_dev_cfg_write(dev, 0x04, 2, 0x0002);	/* or its memory does not answer */
	host.vfu = vfu_new(socks[1], &emu_vfu_ops, dev, host.dma, emu_dev_nr_msix(dev));
	vfu_on_reset(host.vfu, emu_host_reset, &host);
	send_all(tape);
	pthread_create(&reader, NULL, read_replies, NULL);
	ret = vfu_serve(host.vfu);
	pthread_join(reader, NULL);
	emu_dev_reset(dev);
	vfu_free(host.vfu);
	close(client);
	check_after(ret, socks[0]);
}

static void set_up(void)
{
	struct emu_profile profile;

	emu_profile_find("gnrd", &profile);
	host.dma = dma_new();
	dev = emu_dev_new(&profile, &emu_host_ops, &host);
	make_files();
	PROMISE(dev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tape tape = { data, size };
	int socks[2];

	if (!dev)
		set_up();
	PROMISE(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks));
	converse(&tape, socks);
	return 0;
}
