// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdev-door: does the VFIO face of a vdev keep its promises, also towards a
 * client that makes mistakes or means harm? Prints TAP; the vdev, with a
 * single work queue, is named by $VDEV, another by $VDEV2.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "../client/dsa.h"
#include "unit.h"

#define MIB		(1ul << 20)
#define PAGE		4096ul
#define SHORT_MS	300	/* for what is not to come */
#define LONG_MS		20000	/* for what is */

static struct dsa_dev dev;
static uint8_t *mem;		/* 4 MB */

static void open_vdev(void)
{
	const char *uuid = getenv("VDEV");

	if (!uuid)
		die("no vdev is named by $VDEV");
	dsa_open(&dev, uuid);
	mem = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		die("no memory");
	memset(mem, 0x5a, 4 * MIB);
}

static void close_vdev(void)
{
	munmap(mem, 4 * MIB);
	dsa_close(&dev);
}

/* One page to the next, through the device; its completion status. */
static uint8_t copy(uint64_t src, uint64_t dst, uint64_t record,
		    struct dsa_record *at, uint32_t flags)
{
	struct dsa_desc desc = {
		.flags_opcode = DSA_FLAG_CRAV | DSA_FLAG_RCR | flags | DSA_OP_MEMMOVE << 24,
		.completion = record, .src = src, .dst = dst, .size = 64,
		.handle = flags & DSA_FLAG_RCI ? dev.handle[0] : 0,
	};

	memset(at, 0, sizeof(*at));
	dsa_submit(&dev, 0, &desc);
	return dsa_wait(at, lab_slow() * (flags & DSA_FLAG_RCI ? LONG_MS : 2000)) & 0x3f;
}

/* Within the 4 MB at @iova: bytes @src to @dst, record in the last page. */
static uint8_t copy_in(uint64_t iova, size_t src, size_t dst)
{
	size_t record = 4 * MIB - PAGE;

	return copy(iova + src, iova + dst, iova + record,
		    (struct dsa_record *)(mem + record), 0);
}

static int region_info(uint32_t index, struct vfio_region_info *info)
{
	*info = (struct vfio_region_info) { .argsz = sizeof(*info), .index = index };
	return ioctl(dev.vfio.fd, VFIO_DEVICE_GET_REGION_INFO, info) ? errno : 0;
}

static int irq_info(uint32_t index, struct vfio_irq_info *info)
{
	*info = (struct vfio_irq_info) { .argsz = sizeof(*info), .index = index };
	return ioctl(dev.vfio.fd, VFIO_DEVICE_GET_IRQ_INFO, info) ? errno : 0;
}

static int set_irqs(uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
		    const void *data, size_t len)
{
	struct { struct vfio_irq_set set; uint8_t data[64]; } arg = { .set = {
		.argsz = sizeof(arg.set) + len, .flags = flags, .index = index,
		.start = start, .count = count } };

	if (len)
		memcpy(arg.set.data, data, len);
	return ioctl(dev.vfio.fd, VFIO_DEVICE_SET_IRQS, &arg) ? errno : 0;
}

static int msix(uint32_t flags, uint32_t start, uint32_t count)
{
	return set_irqs(flags, VFIO_PCI_MSIX_IRQ_INDEX, start, count, NULL, 0);
}

/* A command that does nothing but interrupt. */
static void poke_vector_0(void)
{
	bar0_write32(&dev.vfio, REG_CMD, CMD_INTERRUPT);
}

static uint16_t config16(uint32_t off)
{
	uint16_t val = 0;

	CHECK_EQ(pread(dev.vfio.fd, &val, 2, dev.vfio.config + off), 2);
	return val;
}

static void config16_set(uint32_t off, uint16_t val)
{
	CHECK_EQ(pwrite(dev.vfio.fd, &val, 2, dev.vfio.config + off), 2);
}

/* A table's place in BAR0, as register @reg of the MSI-X capability has it. */
static uint32_t msix_table(uint32_t reg)
{
	uint32_t cap = config16(PCI_CAPABILITY_LIST) & 0xff;

	while (cap && (config16(cap) & 0xff) != PCI_CAP_ID_MSIX)
		cap = config16(cap) >> 8;
	return config16(cap + reg) & ~7u;
}

static uint32_t mask_at(unsigned int vector)
{
	return msix_table(PCI_MSIX_TABLE) + 16 * vector + 12;
}

static uint32_t pending_at(void)
{
	return msix_table(PCI_MSIX_PBA);
}

TEST("the device is a PCI device with all its regions and interrupts, and can be reset")
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	open_vdev();
	CHECK_EQ(ioctl(dev.vfio.fd, VFIO_DEVICE_GET_INFO, &info), 0);
	CHECK_EQ(info.flags, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	CHECK_EQ(info.num_regions, VFIO_PCI_NUM_REGIONS);
	CHECK_EQ(info.num_irqs, VFIO_PCI_NUM_IRQS);
	info.argsz = 4;
	CHECK(ioctl(dev.vfio.fd, VFIO_DEVICE_GET_INFO, &info) && errno == EINVAL);
	CHECK(ioctl(dev.vfio.fd, VFIO_DEVICE_GET_INFO, NULL) && errno == EFAULT);
	CHECK(ioctl(dev.vfio.fd, VFIO_DEVICE_PCI_HOT_RESET, &info) && errno == ENOTTY);
	close_vdev();
}

TEST("regions have their sizes, and only portals are mapped")
{
	struct vfio_region_info info;

	open_vdev();
	for (uint32_t i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		uint64_t size = i == 0 ? 0x10000 : i == 2 ? 0x4000 :
				i == VFIO_PCI_CONFIG_REGION_INDEX ? 0x1000 : 0;

		CHECK_EQ(region_info(i, &info), 0);
		CHECK_EQ(info.size, size);
		CHECK_EQ(info.flags & (VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE),
			 size ? VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE : 0);
		CHECK_EQ(!!(info.flags & VFIO_REGION_INFO_FLAG_MMAP), i == 2);
	}
	CHECK_EQ(region_info(VFIO_PCI_NUM_REGIONS, &info), EINVAL);
	CHECK_EQ(region_info(~0u, &info), EINVAL);
	close_vdev();
}

TEST("reads of any length and alignment give the same bytes, and end at the region")
{
	void *nowhere = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t whole[64], part[64];
	uint64_t at;

	open_vdev();
	at = dev.vfio.bar0;
	CHECK_EQ(pread(dev.vfio.fd, whole, 64, at), 64);
	for (size_t from = 0; from < 16; from++)
		for (size_t len = 1; len < 32; len++) {
			CHECK_EQ(pread(dev.vfio.fd, part, len, at + from), len);
			CHECK(!memcmp(part, whole + from, len));
		}
	CHECK_EQ(pread(dev.vfio.fd, part, 64, at + 0xfff0), 16);
	CHECK(pread(dev.vfio.fd, part, 1, at + 0x10000) < 0);
	CHECK_EQ(errno, EINVAL);
	CHECK(pread(dev.vfio.fd, part, 1, dev.vfio.config + 0x1000) < 0);
	CHECK(pread(dev.vfio.fd, part, 1, 1ull << 60) < 0);
	CHECK(pread(dev.vfio.fd, part, 1, dev.vfio.bar0 + (1ull << 40)) < 0);
	CHECK(pread(dev.vfio.fd, nowhere, 8, at) < 0);
	CHECK_EQ(errno, EFAULT);
	CHECK(pwrite(dev.vfio.fd, nowhere, 8, at) < 0);
	CHECK_EQ(errno, EFAULT);
	CHECK_EQ(config16(0), 0x8086);
	munmap(nowhere, PAGE);
	close_vdev();
}

TEST("BAR2 through read and write is empty and hurts nobody")
{
	uint64_t val = ~0ull;

	open_vdev();
	CHECK_EQ(pwrite(dev.vfio.fd, &val, 8, dev.vfio.bar2), 8);
	CHECK_EQ(pread(dev.vfio.fd, &val, 8, dev.vfio.bar2), 8);
	CHECK_EQ(val, 0);
	close_vdev();
}

TEST("interrupts are MSI-X, one more than work queues, and a request to unplug")
{
	struct vfio_irq_info info;

	open_vdev();
	for (uint32_t i = 0; i < VFIO_PCI_NUM_IRQS; i++) {
		if (i == VFIO_PCI_ERR_IRQ_INDEX) {
			CHECK_EQ(irq_info(i, &info), EINVAL);
			continue;
		}
		CHECK_EQ(irq_info(i, &info), 0);
		CHECK_EQ(info.count, i == VFIO_PCI_MSIX_IRQ_INDEX ? 2 :
			 i == VFIO_PCI_REQ_IRQ_INDEX ? 1 : 0);
	}
	CHECK_EQ(irq_info(VFIO_PCI_NUM_IRQS, &info), EINVAL);
	close_vdev();
}

TEST("SET_IRQS refuses what is out of range, malformed or no eventfd")
{
	const uint32_t trigger = VFIO_IRQ_SET_ACTION_TRIGGER, fds = VFIO_IRQ_SET_DATA_EVENTFD | trigger;
	const int32_t bad = 9999, none = -1, file = 2, two[2] = { -1, 9999 };

	open_vdev();
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | trigger, 2, 1), EINVAL);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | trigger, 0, 3), EINVAL);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | trigger, 1, ~0u), EINVAL);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE, 0, 1), EINVAL);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | 0x40 | trigger, 0, 1), EINVAL);
	CHECK_EQ(msix(fds, 0, 1), EINVAL);
	CHECK_EQ(set_irqs(fds, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &bad, 4), EBADF);
	CHECK_EQ(set_irqs(fds, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &file, 4), EINVAL);
	CHECK_EQ(set_irqs(fds, VFIO_PCI_MSIX_IRQ_INDEX, 0, 2, two, 8), EBADF);
	CHECK_EQ(set_irqs(fds, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, &none, 4), EINVAL);
	CHECK_EQ(set_irqs(fds, VFIO_PCI_MSI_IRQ_INDEX, 0, 1, &none, 4), EINVAL);
	CHECK_EQ(set_irqs(fds, VFIO_PCI_NUM_IRQS, 0, 1, &none, 4), EINVAL);
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_MASK,
			  VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &none, 4), ENOTTY);
	close_vdev();
}

TEST("a SET_IRQS that is refused halfway leaves no trigger behind")
{
	const uint32_t none = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER;
	int32_t fds[2] = { eventfd(0, EFD_NONBLOCK), 9999 };

	open_vdev();
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			  VFIO_PCI_MSIX_IRQ_INDEX, 0, 2, fds, sizeof(fds)), EBADF);
	CHECK_EQ(msix(none, 0, 1), 0);
	CHECK_EQ(eventfd_read(fds[0], &(eventfd_t){ 0 }), -1);
	close(fds[0]);
	close_vdev();
}

TEST("a trigger can be tried out by the client itself")
{
	const uint8_t only_second[2] = { 0, 1 };

	open_vdev();
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 2), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, SHORT_MS), 1);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, SHORT_MS), 1);
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER,
			  VFIO_PCI_MSIX_IRQ_INDEX, 0, 2, only_second, 2), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, SHORT_MS), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, SHORT_MS), 1);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0), 0);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 1), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, SHORT_MS), 1);
	close_vdev();
}

TEST("vector 0 masked by SET_IRQS is pending, and comes when it is unmasked")
{
	open_vdev();
	CHECK_EQ(bar0_read32(&dev.vfio, mask_at(0)), 0);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, 0, 1), 0);
	CHECK_EQ(bar0_read32(&dev.vfio, mask_at(0)), 1);
	poke_vector_0();
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, SHORT_MS), 0);
	CHECK_EQ(bar0_read32(&dev.vfio, pending_at()), 1);
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK, 0, 1), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, SHORT_MS), 1);
	CHECK_EQ(bar0_read32(&dev.vfio, pending_at()), 0);
	close_vdev();
}

/* Both ways to mask: the table in BAR0 and SET_IRQS. */
static void mask_completions(bool table, bool masked)
{
	if (table)
		bar0_write32(&dev.vfio, mask_at(1), masked);
	else
		CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | (masked ? VFIO_IRQ_SET_ACTION_MASK :
			      VFIO_IRQ_SET_ACTION_UNMASK), 1, 1), 0);
}

TEST("a completion interrupt that is masked is pending, and comes when it is unmasked")
{
	const uint64_t iova = 0x10000000;
	struct dsa_record *record;

	open_vdev();
	record = (struct dsa_record *)(mem + 0x2000);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	for (int table = 0; table < 2; table++) {
		mask_completions(table, true);
		CHECK_EQ(copy(iova, iova + 0x1000, iova + 0x2000, record, DSA_FLAG_RCI), 1);
		CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, SHORT_MS), 0);
		CHECK_EQ(bar0_read32(&dev.vfio, pending_at()), 2);
		mask_completions(table, false);
		CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, LONG_MS), 1);
		CHECK_EQ(bar0_read32(&dev.vfio, pending_at()), 0);
		CHECK_EQ(copy(iova, iova + 0x1000, iova + 0x2000, record, DSA_FLAG_RCI), 1);
		CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, LONG_MS), 1);
	}
	close_vdev();
}

TEST("an interrupt that was pending for the last owner does not reach the next")
{
	const uint64_t iova = 0x10000000;

	open_vdev();
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	mask_completions(true, true);
	CHECK_EQ(copy(iova, iova + 0x1000, iova + 0x2000, (struct dsa_record *)(mem + 0x2000),
		      DSA_FLAG_RCI), 1);
	close_vdev();
	open_vdev();
	CHECK_EQ(bar0_read32(&dev.vfio, pending_at()), 0);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, SHORT_MS), 0);
	close_vdev();
}

TEST("an interrupt that was pending before a reset does not come after it, and new ones do")
{
	const uint64_t iova = 0x10000000;
	struct dsa_record *record;

	open_vdev();
	record = (struct dsa_record *)(mem + 0x2000);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	mask_completions(true, true);
	CHECK_EQ(copy(iova, iova + 0x1000, iova + 0x2000, record, DSA_FLAG_RCI), 1);
	CHECK_EQ(bar0_read32(&dev.vfio, pending_at()), 2);
	vfio_reset(&dev.vfio);
	CHECK_EQ(bar0_read32(&dev.vfio, pending_at()), 0);
	CHECK_EQ(bar0_read32(&dev.vfio, mask_at(1)), 1);
	mask_completions(true, false);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, SHORT_MS), 0);
	dsa_enable(&dev);
	CHECK_EQ(copy(iova, iova + 0x1000, iova + 0x2000, record, DSA_FLAG_RCI), 1);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 1, LONG_MS), 1);
	close_vdev();
}

TEST("disabled interrupts are silent, and work again when they are set")
{
	open_vdev();
	CHECK_EQ(msix(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0), 0);
	CHECK_EQ(bar0_read32(&dev.vfio, mask_at(0)), 1);
	poke_vector_0();
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, SHORT_MS), 0);
	for (unsigned int i = 0; i < dev.vfio.nr_vectors; i++)
		close(dev.vfio.eventfd[i]);
	free(dev.vfio.eventfd);
	vfio_set_irqs(&dev.vfio);
	CHECK_EQ(vfio_wait_irq(&dev.vfio, 0, LONG_MS), 1);
	close_vdev();
}

#define BYPASS	"/sys/module/lab_bypass/parameters/eventfd"

static void bypass_watch(int fd)
{
	FILE *file = fopen(BYPASS, "w");

	CHECK(file && fprintf(file, "%d", fd) > 0 && !fclose(file));
}

/* The interrupt that is offered for the eventfd that is watched; 0: none. */
static int bypass_irq(void)
{
	FILE *file = fopen(BYPASS, "r");
	int irq = -1;

	CHECK(file && fscanf(file, "%d", &irq) == 1);
	if (file)
		fclose(file);
	return irq;
}

static int set_trigger_1(int32_t fd)
{
	return set_irqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			VFIO_PCI_MSIX_IRQ_INDEX, 1, 1, &fd, sizeof(fd));
}

TEST("a completion vector is offered for bypass as long as it has an eventfd")
{
	int32_t other = eventfd(0, EFD_NONBLOCK);

	open_vdev();
	bypass_watch(dev.vfio.eventfd[1]);
	CHECK(bypass_irq() > 0);
	CHECK_EQ(set_trigger_1(other), 0);
	CHECK_EQ(bypass_irq(), 0);
	CHECK_EQ(set_trigger_1(dev.vfio.eventfd[1]), 0);
	CHECK(bypass_irq() > 0);
	CHECK_EQ(set_trigger_1(-1), 0);
	CHECK_EQ(bypass_irq(), 0);
	bypass_watch(other);
	CHECK_EQ(set_trigger_1(other), 0);
	CHECK(bypass_irq() > 0);
	close_vdev();
	CHECK_EQ(bypass_irq(), 0);
	bypass_watch(-1);
	close(other);
}

TEST("the request to unplug takes an eventfd and can be tried out")
{
	const int32_t none = -1;
	const uint8_t no = 0;
	int32_t fd = eventfd(0, EFD_NONBLOCK);
	uint64_t count = 0;

	open_vdev();
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			  VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &fd, 4), 0);
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER,
			  VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &no, 1), 0);
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			  VFIO_PCI_REQ_IRQ_INDEX, 0, 0, NULL, 0), EINVAL);
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
			  VFIO_PCI_REQ_IRQ_INDEX, 0, 1, NULL, 0), 0);
	CHECK_EQ(read(fd, &count, 8), 8);
	CHECK_EQ(count, 1);
	CHECK_EQ(set_irqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			  VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &none, 4), 0);
	close(fd);
	close_vdev();
}

static int try_mmap(int flags, size_t len, uint64_t at)
{
	void *map = mmap(NULL, len, PROT_READ | PROT_WRITE, flags, dev.vfio.fd, at);

	if (map == MAP_FAILED)
		return errno;
	munmap(map, len);
	return 0;
}

TEST("only BAR2 can be mapped, shared and not beyond its end")
{
	open_vdev();
	CHECK_EQ(try_mmap(MAP_SHARED, PAGE, dev.vfio.bar0), EINVAL);
	CHECK_EQ(try_mmap(MAP_SHARED, PAGE, dev.vfio.config), EINVAL);
	CHECK_EQ(try_mmap(MAP_PRIVATE, PAGE, dev.vfio.bar2), EINVAL);
	CHECK_EQ(try_mmap(MAP_SHARED, 5 * PAGE, dev.vfio.bar2), EINVAL);
	CHECK_EQ(try_mmap(MAP_SHARED, PAGE, dev.vfio.bar2 + 4 * PAGE), EINVAL);
	CHECK_EQ(try_mmap(MAP_SHARED, PAGE, dev.vfio.bar2 + (1ull << 39)), EINVAL);
	CHECK_EQ(try_mmap(MAP_SHARED, 4 * PAGE, dev.vfio.bar2), 0);
	close_vdev();
}

TEST("every page of BAR2 can be read and written without a signal")
{
	volatile uint64_t *map;

	open_vdev();
	map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dev.vfio.fd,
		   dev.vfio.bar2);
	CHECK(map != MAP_FAILED);
	for (size_t i = 0; i < 4; i++) {
		map[i * PAGE / 8] = 1;
		(void)map[i * PAGE / 8 + 1];
	}
	munmap((void *)map, 4 * PAGE);
	close_vdev();
}

TEST("memory is reached once it is mapped, and no longer when it is unmapped")
{
	const uint64_t iova = 0x40000000, other = 0x80000000;
	uint8_t *more;

	open_vdev();
	more = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 0x03);
	vfio_map(&dev.vfio, more, PAGE, other);
	CHECK_EQ(dsa_command(&dev, CMD_DISABLE_WQ, 1, NULL), 0);
	CHECK_EQ(dsa_command(&dev, CMD_ENABLE_WQ, 0, NULL), 0);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	CHECK_EQ(more[63], 0x5a);
	vfio_unmap(&dev.vfio, other, PAGE);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 0x03);
	munmap(more, PAGE);
	close_vdev();
}

TEST("neighbours within 2 MB come and go one by one")
{
	const uint64_t iova = 0x200000;

	open_vdev();
	for (size_t i = 0; i < 4; i++)
		vfio_map(&dev.vfio, mem + i * 16 * PAGE, 16 * PAGE, iova + i * 16 * PAGE);
	vfio_map(&dev.vfio, mem + 64 * PAGE, 4 * MIB - 64 * PAGE, iova + 64 * PAGE);
	dsa_enable(&dev);
	CHECK_EQ(copy_in(iova, 0, 16 * PAGE), 1);
	vfio_unmap(&dev.vfio, iova + 16 * PAGE, 16 * PAGE);
	CHECK_EQ(copy_in(iova, 0, 16 * PAGE), 0x03);
	CHECK_EQ(copy_in(iova, 0, 32 * PAGE - 64), 0x03);
	CHECK_EQ(copy_in(iova, 0, 16 * PAGE - 64), 1);
	CHECK_EQ(copy_in(iova, 0, 32 * PAGE), 1);
	CHECK_EQ(copy_in(iova, 32 * PAGE, 3 * MIB), 1);
	vfio_unmap(&dev.vfio, iova, 16 * PAGE);
	CHECK_EQ(copy_in(iova, 0, 32 * PAGE), 0x03);
	CHECK_EQ(copy_in(iova, 48 * PAGE, 32 * PAGE), 1);
	close_vdev();
}

TEST("64 KB anywhere below 4 GB and 2 MB anywhere above are found")
{
	static const uint64_t at[] = { 0x1000, 0x7f000, 0x3fff000, 0xc1237000, 0xffff0000 };
	struct dsa_record *record;

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		open_vdev();
		record = (struct dsa_record *)(mem + 15 * PAGE);
		vfio_map(&dev.vfio, mem, 16 * PAGE, at[i]);
		dsa_enable(&dev);
		CHECK_EQ(copy(at[i], at[i] + PAGE, at[i] + 15 * PAGE, record, 0), 1);
		close_vdev();
	}
	open_vdev();
	vfio_map(&dev.vfio, mem, 4 * MIB, 0x2345679000);
	dsa_enable(&dev);
	CHECK_EQ(copy_in(0x2345679000, 0, PAGE), 1);
	close_vdev();
}

TEST("memory that is mapped for reading is not written")
{
	const uint64_t iova = 0x10000000, fixed = 0x20000000;
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = VFIO_DMA_MAP_FLAG_READ, .iova = fixed, .size = PAGE,
	};
	uint8_t *only;

	open_vdev();
	only = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(only, 0x77, PAGE);
	map.vaddr = (uintptr_t)only;
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	CHECK_EQ(ioctl(dev.vfio.container, VFIO_IOMMU_MAP_DMA, &map), 0);
	dsa_enable(&dev);
	CHECK_EQ(copy(fixed, iova, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	CHECK_EQ(mem[0], 0x77);
	CHECK_EQ(copy(iova + PAGE, fixed, iova + 0x3000, (void *)(mem + 0x3000), 0), 0x03);
	CHECK_EQ(only[0], 0x77);
	munmap(only, PAGE);
	close_vdev();
}

static void set_parameter(const char *name, const char *value)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/dsa_vdev/parameters/%s", name);
	file = fopen(path, "w");
	CHECK(file && fputs(value, file) >= 0 && !fclose(file));
}

static atomic_bool enough;

#define BESIDE	0x20000000ull

static atomic_bool copying, idle;
static atomic_uint failures;

/* While it is told to, copy what is beside BESIDE. */
static void *copy_beside(void *arg)
{
	const uint64_t from = BESIDE + 16 * PAGE;

	(void)arg;
	while (!enough) {
		idle = !copying;
		if (!idle && copy(from, from + PAGE, from + 2 * PAGE, (void *)(mem + MIB + 2 * PAGE), 0) != 1)
			failures++;
	}
	return NULL;
}

TEST("where memory is probed for, too, it is reached all the time while its neighbour is unmapped")
{
	pthread_t copier;

	set_parameter("probe_mappings", "1");
	open_vdev();
	vfio_map(&dev.vfio, mem + MIB, 400 * PAGE, BESIDE + 16 * PAGE);
	enough = copying = idle = false;
	failures = 0;
	CHECK(!pthread_create(&copier, NULL, copy_beside, NULL));
	for (int i = 0; i < 10; i++) {
		vfio_map(&dev.vfio, mem, 16 * PAGE, BESIDE);
		dsa_enable(&dev);	/* finds both, in one run */
		copying = true;
		usleep(5000);
		vfio_unmap(&dev.vfio, BESIDE, 16 * PAGE);
		copying = false;
		while (!idle)
			usleep(1000);
	}
	enough = true;
	CHECK(!pthread_join(copier, NULL));
	CHECK_EQ(failures, 0);
	close_vdev();
	set_parameter("probe_mappings", "0");
}

/* Have the client's memory looked for, over and over. */
static void *sweep(void *arg)
{
	while (!enough) {
		dsa_command(arg, CMD_DISABLE_WQ, 1, NULL);
		dsa_command(arg, CMD_ENABLE_WQ, 0, NULL);
	}
	return NULL;
}

/* Most of it memory, between pages of the device, which cannot be had. */
static uint8_t *mixed_memory(size_t len)
{
	uint8_t *mixed = mmap(NULL, len, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	CHECK(mixed != MAP_FAILED);
	for (size_t at = PAGE; at < len; at += MIB)
		CHECK(mmap(mixed + at, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			   dev.vfio.fd, dev.vfio.bar2) != MAP_FAILED);
	return mixed;
}

/* Taken again and again, it would end in a BUG of VFIO's. */
TEST("memory that is being unmapped is not taken again meanwhile, by no vdev of the container")
{
	const uint64_t iova = 0x10000000, other = 0x40000000;
	const size_t len = 128 * MIB;
	struct dsa_dev beside;
	pthread_t sweeper[2];
	uint8_t *mixed;

	open_vdev();
	dsa_open_beside(&beside, getenv("VDEV2"), &dev);
	mixed = mixed_memory(len);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	dsa_enable(&beside);
	enough = false;
	CHECK(!pthread_create(&sweeper[0], NULL, sweep, &dev));
	CHECK(!pthread_create(&sweeper[1], NULL, sweep, &beside));
	for (int i = 0; i < 20; i++) {
		vfio_map(&dev.vfio, mixed, len, other);
		usleep(i * 5000);
		vfio_unmap(&dev.vfio, other, len);
	}
	vfio_map(&dev.vfio, mixed, len, other);
	enough = true;
	for (int i = 0; i < 2; i++)
		CHECK(!pthread_join(sweeper[i], NULL));
	CHECK_EQ(dsa_command(&dev, CMD_DISABLE_WQ, 1, NULL), 0);
	CHECK_EQ(dsa_command(&dev, CMD_ENABLE_WQ, 0, NULL), 0);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	munmap(mixed, len);
	dsa_close(&beside);
	close_vdev();
}

/* What the process has locked, in pages. */
static unsigned long locked_pages(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	unsigned long kib = 0;
	char line[128];

	CHECK(file);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmLck: %lu", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib / 4;
}

static void find_again(struct dsa_dev *of)
{
	CHECK_EQ(dsa_command(of, CMD_DISABLE_WQ, 1, NULL), 0);
	CHECK_EQ(dsa_command(of, CMD_ENABLE_WQ, 0, NULL), 0);
}

TEST("locked memory is counted once for all vdevs of a container, until the last lets go of it")
{
	const uint64_t iova = 0x10000000, other = 0x40000000;
	unsigned long before;
	struct dsa_dev beside;

	if (vfio_is_by_iommufd())
		SKIP("iommufd counts what is locked by user");
	open_vdev();
	dsa_open_beside(&beside, getenv("VDEV2"), &dev);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	before = locked_pages();
	dsa_enable(&dev);
	CHECK_EQ(locked_pages() - before, 1024);
	dsa_enable(&beside);
	CHECK_EQ(locked_pages() - before, 1024);
	vfio_map(&dev.vfio, mem, MIB, other);	/* the same memory again is more to lock */
	find_again(&dev);
	CHECK_EQ(locked_pages() - before, 1024 + 256);
	vfio_unmap(&dev.vfio, other, MIB);
	CHECK_EQ(locked_pages() - before, 1024);
	dsa_close(&beside);
	CHECK_EQ(locked_pages() - before, 1024);
	CHECK_EQ(copy_in(iova, 0, PAGE), 1);
	vfio_unmap(&dev.vfio, iova, 4 * MIB);
	CHECK_EQ(locked_pages(), before);
	close_vdev();
	CHECK_EQ(locked_pages(), before);
}

TEST("a vdev whose neighbour closes still reaches the memory that they share")
{
	const uint64_t iova = 0x10000000, other = 0x40000000;
	struct dsa_dev beside;

	open_vdev();
	dsa_open_beside(&beside, getenv("VDEV2"), &dev);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	vfio_map(&dev.vfio, mem, 2 * MIB, other);
	dsa_enable(&beside);	/* it is the first to pin */
	dsa_enable(&dev);
	dsa_close(&beside);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	vfio_unmap(&dev.vfio, other, 2 * MIB);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 0x03);
	CHECK_EQ(copy_in(iova, 0, 2 * MIB), 1);
	close_vdev();
}

TEST("memory around holes is reached to the page, and the holes are not")
{
	const uint64_t iova = 0x10000000, other = 0x40000000;
	const size_t hole[] = { PAGE, 2 * MIB, 3 * MIB + 5 * PAGE };
	uint8_t *holed;

	open_vdev();
	holed = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	munmap(holed + hole[0], PAGE);
	CHECK(mmap(holed + hole[1], PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		   dev.vfio.fd, dev.vfio.bar2) != MAP_FAILED);
	CHECK_EQ(mprotect(holed + hole[2], PAGE, PROT_READ), 0);
	vfio_map(&dev.vfio, holed, 4 * MIB, other);
	dsa_enable(&dev);
	for (size_t i = 0; i < 3; i++) {
		uint64_t at = other + hole[i];

		CHECK_EQ(copy(iova, at - 64, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
		CHECK_EQ(copy(iova, at, iova + 0x3000, (void *)(mem + 0x3000), 0), 0x03);
		CHECK_EQ(copy(iova, at + PAGE - 64, iova + 0x3000, (void *)(mem + 0x3000), 0), 0x03);
		CHECK_EQ(copy(iova, at + PAGE, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	}
	munmap(holed, 4 * MIB);
	close_vdev();
}

TEST("memory that is mapped while the work queue is on is reached without a command")
{
	const uint64_t iova = 0x10000000, other = 0x7000000000;
	uint8_t *more;

	if (vfio_is_by_iommufd())
		SKIP("with iommufd mappings are probed for, at commands");
	open_vdev();
	more = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	for (int i = 0; i < 3; i++) {
		uint8_t status = 0x03;

		memset(more, 0, 64);
		vfio_map(&dev.vfio, more, 2 * MIB, other);
		for (int ms = 0; ms < LONG_MS && status == 0x03; ms += 20) {
			usleep(20000);
			status = copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0);
		}
		CHECK_EQ(status, 1);
		CHECK_EQ(more[63], 0x5a);
		vfio_unmap(&dev.vfio, other, 2 * MIB);
	}
	munmap(more, 2 * MIB);
	close_vdev();
}

TEST("memory that the client maps anew in its own address space stays what it was for the device")
{
	const uint64_t iova = 0x10000000, other = 0x40000000;
	uint8_t *more;

	open_vdev();
	more = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(more, 0x33, PAGE);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	vfio_map(&dev.vfio, more, PAGE, other);
	dsa_enable(&dev);
	CHECK(mmap(more, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == more);
	memset(more, 0x44, PAGE);
	CHECK_EQ(copy(other, iova, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	CHECK_EQ(mem[0], 0x33);
	CHECK_EQ(copy(iova + PAGE, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	CHECK_EQ(more[0], 0x44);
	vfio_unmap(&dev.vfio, other, PAGE);
	vfio_map(&dev.vfio, more, PAGE, other);
	find_again(&dev);
	CHECK_EQ(copy(other, iova, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	CHECK_EQ(mem[0], 0x44);
	munmap(more, PAGE);
	close_vdev();
}

/* In a child: whether its copy of the memory has not changed when it is told to look. */
static pid_t fork_watcher(int fds[2], const uint8_t *at, uint8_t byte)
{
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	pid = fork();
	if (pid)
		return pid;
	close(fds[1]);
	(void)!read(fds[0], &(char){ 0 }, 1);
	_exit(*at == byte ? 0 : 1);
}

TEST("a client that forks works on with its own memory, and its child's is not written")
{
	const uint64_t iova = 0x10000000;
	int fds[2], status = -1;
	pid_t child;

	open_vdev();
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	child = fork_watcher(fds, mem + PAGE, 0x5a);
	memset(mem, 0x66, 64);	/* which the device is to see */
	CHECK_EQ(copy_in(iova, 0, PAGE), 1);
	CHECK_EQ(mem[PAGE], 0x66);
	close(fds[1]);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
	close(fds[0]);
	close_vdev();
}

static int unmap_flags(uint32_t flags, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .flags = flags, .iova = iova, .size = size };

	return ioctl(dev.vfio.container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? errno : 0;
}

TEST("addresses cannot be taken from memory that stays mapped, and all of it can be unmapped at once")
{
	const uint64_t iova = 0x10000000, other = 0x40000000;
	unsigned long before;

	if (vfio_is_by_iommufd())
		SKIP("an IOAS has no such flag");
	open_vdev();
	before = locked_pages();
	vfio_map(&dev.vfio, mem, 2 * MIB, other);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	CHECK_EQ(unmap_flags(VFIO_DMA_UNMAP_FLAG_VADDR, other, 2 * MIB), EBUSY);
	CHECK_EQ(unmap_flags(VFIO_DMA_UNMAP_FLAG_VADDR | VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), EBUSY);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 1);
	CHECK_EQ(unmap_flags(VFIO_DMA_UNMAP_FLAG_ALL, 0, 0), 0);
	CHECK_EQ(locked_pages(), before);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	find_again(&dev);
	CHECK_EQ(copy(iova, other, iova + 0x3000, (void *)(mem + 0x3000), 0), 0x03);
	CHECK_EQ(copy_in(iova, 0, PAGE), 1);
	close_vdev();
}

TEST("nothing is written to memory whose unmap has returned, whatever is in flight")
{
	const uint64_t iova = 0x10000000, other = 0x40000000;
	struct dsa_desc desc = {
		.flags_opcode = DSA_OP_MEMMOVE << 24, .src = iova, .dst = other, .size = MIB,
	};
	uint8_t *more;

	open_vdev();
	more = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	for (int i = 0; i < 10; i++) {
		size_t at = 0;

		vfio_map(&dev.vfio, more, MIB, other);
		find_again(&dev);
		for (int n = 0; n < 4; n++)
			dsa_submit(&dev, 0, &desc);
		usleep(i * 1000);
		vfio_unmap(&dev.vfio, other, MIB);
		memset(more, 0, MIB);
		usleep(20000);
		while (at < MIB && !more[at])
			at++;
		CHECK_EQ(at, MIB);
	}
	munmap(more, MIB);
	close_vdev();
}

/* Bytes of the kernel's objects in use. */
static long slab_bytes(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	long active, size, sum = 0;
	char line[512];

	CHECK(file);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %ld %*d %ld", &active, &size) == 2)
			sum += active * size;
	if (file)
		fclose(file);
	return sum;
}

TEST("for what is pinned next to nothing is kept, with large pages and with small ones")
{
	static const struct { int advice; long most_kib; } kind[] = {
		{ MADV_HUGEPAGE, 32 }, { MADV_NOHUGEPAGE, 512 },	/* 64 KiB and 1 MiB a GiB */
	};
	const size_t len = 512 * MIB;
	const long noise_kib = 256;	/* of the rest of the kernel */

	if (vfio_is_by_iommufd())
		SKIP("with iommufd pages are pinned one by one");
	for (size_t i = 0; i < 2; i++) {
		uint8_t *more = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		long before;

		madvise(more, len, kind[i].advice);
		memset(more, 1, len);
		open_vdev();
		dsa_enable(&dev);
		before = slab_bytes();
		vfio_map(&dev.vfio, more, len, 0x40000000);
		find_again(&dev);
		CHECK((slab_bytes() - before) / 1024 < kind[i].most_kib + noise_kib);
		close_vdev();
		munmap(more, len);
	}
}

/* As many as it takes to fill a queue, each far longer than to submit it. */
static bool overflow(struct dsa_desc *desc)
{
	for (unsigned int i = 0; i < 4096; i++) {
		dsa_submit(&dev, 0, desc);
		if (i % 64 == 63 && bar0_read64(&dev.vfio, REG_SWERR) & 1)
			return true;
	}
	return vfio_wait_irq(&dev.vfio, 0, LONG_MS);
}

TEST("an error of the host's device reaches the vdev, with the vdev's own number of the queue")
{
	struct dsa_desc desc = { .flags_opcode = DSA_OP_MEMMOVE << 24, .size = MIB };
	uint64_t error;

	open_vdev();
	vfio_map(&dev.vfio, mem, 4 * MIB, 0x200000);
	desc.src = 0x200000;
	desc.dst = 0x300000;
	dsa_enable(&dev);
	bar0_write32(&dev.vfio, REG_GENCTRL, 1);
	CHECK(overflow(&desc));
	error = bar0_read64(&dev.vfio, REG_SWERR);
	CHECK_EQ(error & 0xff09, 0x5309);	/* valid, of a work queue, that is full */
	CHECK_EQ(error >> 16 & 0xff, 0);
	CHECK_EQ(error >> 40 & 0xfffff, 0);	/* the host's PASID is the host's */
	CHECK(bar0_read32(&dev.vfio, REG_INTCAUSE) & 1);
	close_vdev();
}

TEST("a reset stops the work queue until it is enabled again")
{
	const uint64_t iova = 0x10000000;

	open_vdev();
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	CHECK_EQ(copy_in(iova, 0, PAGE), 1);
	vfio_reset(&dev.vfio);
	CHECK_EQ(bar0_read32(&dev.vfio, REG_GENSTS), 0);
	CHECK_EQ(bar0_read32(&dev.vfio, REG_CMDSTS), 0);
	CHECK_EQ(copy_in(iova, 0, PAGE), 0);
	dsa_enable(&dev);
	CHECK_EQ(copy_in(iova, 0, PAGE), 1);
	close_vdev();
}

TEST("bus master taken away below the work halts the device, and a reset mends it")
{
	const uint64_t iova = 0x10000000;

	open_vdev();
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	config16_set(PCI_COMMAND, PCI_COMMAND_MEMORY);
	CHECK_EQ(bar0_read32(&dev.vfio, REG_GENSTS) & 3, 3);
	CHECK_EQ(copy_in(iova, 0, PAGE), 0);
	CHECK_EQ(dsa_command(&dev, CMD_DISABLE_DEVICE, 0, NULL), 0x05);
	vfio_reset(&dev.vfio);
	dsa_enable(&dev);
	CHECK_EQ(copy_in(iova, 0, PAGE), 1);
	close_vdev();
}

TEST("a function-level reset through config space does the same")
{
	const uint64_t iova = 0x10000000;

	open_vdev();
	vfio_map(&dev.vfio, mem, 4 * MIB, iova);
	dsa_enable(&dev);
	config16_set((config16(PCI_CAPABILITY_LIST) & 0xff) + PCI_EXP_DEVCTL,
		     PCI_EXP_DEVCTL_BCR_FLR);
	CHECK_EQ(bar0_read32(&dev.vfio, REG_GENSTS), 0);
	CHECK_EQ(config16(PCI_COMMAND), 0);
	CHECK_EQ(copy_in(iova, 0, PAGE), 0);
	dsa_enable(&dev);
	CHECK_EQ(copy_in(iova, 0, PAGE), 1);
	close_vdev();
}
