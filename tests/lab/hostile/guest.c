// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile-guest: storms a DSA function from within a guest, through the files that
 * the kernel has of it, without a driver. Round after round a process brings the
 * function up, storms it and ends in one of several rude ways.
 *
 *   hostile-guest PCI-ADDRESS SECONDS OWN NEIGHBOUR
 *
 * OWN and NEIGHBOUR are addresses that descriptors are to name, 32 MiB each: OWN is
 * memory that the guest's kernel does not use. Prints what it did as KEY=VALUE words.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "storms.h"

#define MEM	(32ul << 20)

enum { STORMED = 7 };		/* exit status of who could bring it up */

static struct dsa_dev *const dev = &storm_target.dev;
static volatile uint8_t *bar0;
static size_t bar0_size;
static int config, reset;
static uint8_t header[64];	/* of config space, as it was */

static int open_file(const char *address, const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static volatile void *map_bar(const char *address, const char *name, size_t *size)
{
	int fd = open_file(address, name, O_RDWR);
	struct stat st;
	void *mem;

	if (fstat(fd, &st))
		die("%s: %s", name, strerror(errno));
	*size = st.st_size;
	mem = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		die("mapping %s: %s", name, strerror(errno));
	close(fd);
	return mem;
}

static uint32_t reg_read(uint32_t off)
{
	return *(volatile uint32_t *)(bar0 + off);
}

static void reg_write(uint32_t off, uint32_t val)
{
	*(volatile uint32_t *)(bar0 + off) = val;
}

/* ---- Storms ---- */

/* One access, as wide as @len allows, at any address. */
static void access_bar0(bool write, volatile uint8_t *at, void *bytes, size_t len)
{
	uint64_t val = 0;

	memcpy(&val, bytes, len < sizeof(val) ? len : sizeof(val));
	switch (len) {
	case 1:
		if (write)
			*at = val;
		else
			(void)*at;
		break;
	case 2 ... 3:
		if (write)
			*(volatile uint16_t *)at = val;
		else
			(void)*(volatile uint16_t *)at;
		break;
	case 4 ... 7:
		if (write)
			*(volatile uint32_t *)at = val;
		else
			(void)*(volatile uint32_t *)at;
		break;
	default:
		if (write)
			*(volatile uint64_t *)at = val;
		else
			(void)*(volatile uint64_t *)at;
	}
}

/* QEMU ends itself when a BAR comes to where KVM can have no memory. */
static bool is_bar(uint64_t at, size_t len)
{
	return at < PCI_CARDBUS_CIS && at + len > PCI_BASE_ADDRESS_0;
}

static void access_function(bool is_bar0, bool write, uint64_t at, void *bytes, size_t len)
{
	ssize_t n;

	if (!is_bar0 && write && is_bar(at, len))
		return;
	if (!is_bar0) {
		n = write ? pwrite(config, bytes, len, at) : pread(config, bytes, len, at);
		(void)n;
	} else if (at + len <= bar0_size) {
		access_bar0(write, bar0 + at, bytes, len);
	}
}

static const struct storm storms[] = {
	{ "stores", storm_portals }, { "descriptors", storm_descriptors },
	{ "registers", storm_registers },
};
#define NR_STORMS (sizeof(storms) / sizeof(storms[0]))

/* ---- A round ---- */

/* By polling, within 20 s: its status, or -1. */
static int command(uint32_t code, uint32_t operand, uint16_t *result)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	time_t end = time(NULL) + 20;
	uint32_t status;

	reg_write(REG_CMD, code << 20 | operand);
	while ((status = reg_read(REG_CMDSTS)) & CMDSTS_ACTIVE) {
		if (time(NULL) > end)
			return -1;
		nanosleep(&pause, NULL);
	}
	*result = status >> 8;
	return status & 0xff;
}

/* After a storm its header says anything. */
static bool bring_up(void)
{
	uint16_t on = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, handle;

	memcpy(header + PCI_COMMAND, &on, sizeof(on));
	if (pwrite(config, header, sizeof(header), 0) != sizeof(header) ||
	    command(CMD_RESET_DEVICE, 0, &handle) || command(CMD_ENABLE_DEVICE, 0, &handle))
		return false;
	for (unsigned int i = 0; i < dev->nr_wqs; i++) {
		if (command(CMD_REQUEST_HANDLE, i + 1, &handle))
			return false;
		dev->handle[i] = handle;
		if (command(CMD_ENABLE_WQ, i, &handle))
			return false;
	}
	return true;
}

static void leave(struct dice *dice)
{
	switch (dice_roll(dice, 3)) {
	case 0:
		_exit(STORMED);
	case 1:
		for (unsigned int i = 0; i < 3; i++)
			if (pwrite(reset, "1", 1, 0) != 1)
				_exit(2);
		_exit(STORMED);
	default:
		raise(SIGKILL);
	}
}

static bool run_round(struct dice *dice)
{
	struct dice own = dice_split(dice);
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (!bring_up())
			_exit(1);
		if (storms_start(storms, NR_STORMS, &own))
			_exit(2);
		usleep(100000 + dice_roll(&own, 500000));
		leave(&own);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("a process was lost");
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		die("a process ended by signal %d", WTERMSIG(status));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		die("a thread could not be made, or the function not be reset");
	return WIFSIGNALED(status) || WEXITSTATUS(status) == STORMED;
}

static void take(const char *address)
{
	config = open_file(address, "config", O_RDWR);
	reset = open_file(address, "reset", O_WRONLY);
	bar0 = map_bar(address, "resource0", &bar0_size);
	storm_target.portals = map_bar(address, "resource2", &storm_target.portals_size);
	if (pread(config, header, sizeof(header), 0) != sizeof(header))
		die("reading config space: %s", strerror(errno));
	header[PCI_COMMAND] |= PCI_COMMAND_MEMORY;
	if (pwrite(config, header, sizeof(header), 0) != sizeof(header))
		die("writing config space: %s", strerror(errno));
	dev->nr_wqs = *(volatile uint64_t *)(bar0 + REG_WQCAP) >> 16 & 0xff;
	if (!dev->nr_wqs || dev->nr_wqs > DSA_MAX_WQS)
		die("%u work queues", dev->nr_wqs);
	for (unsigned int i = 0; i < dev->nr_wqs; i++)
		dev->portal[i] = (char *)storm_target.portals + i * PORTALS_PER_WQ * PORTAL_PAGE;
}

int main(int argc, char **argv)
{
	struct dice dice = { 1 };
	unsigned int rounds = 0, stormed = 0;
	time_t end;

	if (argc != 5)
		die("usage: hostile-guest PCI-ADDRESS SECONDS OWN NEIGHBOUR");
	end = time(NULL) + atol(argv[2]);
	storm_target.own = strtoull(argv[3], NULL, 0);
	storm_target.neighbour = strtoull(argv[4], NULL, 0);
	storm_target.size = MEM;
	storm_target.access = access_function;
	take(argv[1]);
	storms_count();
	for (; time(NULL) < end; rounds++)
		stormed += run_round(&dice);
	printf("rounds=%u stormed=%u", rounds, stormed);
	storms_report(storms, NR_STORMS);
	return !stormed;
}
