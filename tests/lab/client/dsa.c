// SPDX-License-Identifier: GPL-2.0-only
/* How a driver brings a DSA function up and hands it descriptors. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <linux/pci_regs.h>

#include "bare.h"

enum { STATE_ENABLED = 1, STATE_HALTED = 3 };
#define INTCAUSE_CMD	0x2u
#define COMMAND_TIMEOUT_MS 20000

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000L;
}

uint8_t dsa_command(struct dsa_dev *dev, uint32_t code, uint32_t operand,
		    uint16_t *result)
{
	uint32_t status;

	if (dev->vfio.bare)
		return bare_command(dev, code, operand, result);
	bar0_write32(&dev->vfio, REG_CMD, code << 20 | operand | CMD_INTERRUPT);
	if (!vfio_wait_irq(&dev->vfio, 0, lab_slow() * COMMAND_TIMEOUT_MS))
		die("command %u: no interrupt within %d s", code, lab_slow() * COMMAND_TIMEOUT_MS / 1000);
	if (!(bar0_read32(&dev->vfio, REG_INTCAUSE) & INTCAUSE_CMD))
		die("command %u: INTCAUSE does not name the command", code);
	bar0_write32(&dev->vfio, REG_INTCAUSE, INTCAUSE_CMD);
	status = bar0_read32(&dev->vfio, REG_CMDSTS);
	if (status & CMDSTS_ACTIVE)
		die("command %u: active after its interrupt", code);
	if (result)
		*result = status >> 8;
	return status;
}

static void must(struct dsa_dev *dev, uint32_t code, uint32_t operand, uint16_t *result)
{
	uint8_t status = dsa_command(dev, code, operand, result);

	if (status)
		die("command %u, operand 0x%x: status 0x%02x", code, operand, status);
}

static void read_bare_wqs(struct dsa_dev *dev)
{
	struct vdsa_bare_info info;

	if (bare_get_info(dev, &info))
		die("VDSA_BARE_GET_INFO: %s", strerror(errno));
	dev->nr_wqs = info.nr_wqs;
	for (unsigned int i = 0; i < dev->nr_wqs && i < DSA_MAX_WQS; i++)
		dev->wq_size[i] = info.wq[i].size;
}

static void read_register_wqs(struct dsa_dev *dev)
{
	uint64_t wqcap = bar0_read64(&dev->vfio, REG_WQCAP);
	uint32_t wqcfg = (bar0_read64(&dev->vfio, REG_OFFSETS) >> 16 & 0xffff) * 0x100;
	uint32_t stride = 32u << (wqcap >> 24 & 0xf);

	dev->nr_wqs = wqcap >> 16 & 0xff;
	for (unsigned int i = 0; i < dev->nr_wqs && i < DSA_MAX_WQS; i++)
		dev->wq_size[i] = bar0_read32(&dev->vfio, wqcfg + i * stride) & 0xffff;
}

static void read_wqs(struct dsa_dev *dev)
{
	if (dev->vfio.bare)
		read_bare_wqs(dev);
	else
		read_register_wqs(dev);
	if (!dev->nr_wqs || dev->nr_wqs > DSA_MAX_WQS || dev->vfio.nr_vectors != dev->nr_wqs + 1)
		die("%u work queues and %u vectors", dev->nr_wqs, dev->vfio.nr_vectors);
}

uint32_t dsa_pci_id(struct dsa_dev *dev)
{
	struct vdsa_bare_info info;

	if (dev->vfio.bare)
		return bare_get_info(dev, &info) ? 0 : info.pci_device << 16 | 0x8086;
	return config_read32(&dev->vfio, PCI_VENDOR_ID);
}

/* Of OPCAP the 32 operations from @op on. */
static uint32_t ops_from(struct dsa_dev *dev, unsigned int op)
{
	struct vdsa_bare_info info;

	if (dev->vfio.bare)
		return bare_get_info(dev, &info) ? 0 : info.op_cap[op / 64] >> op % 64;
	return bar0_read32(&dev->vfio, REG_OPCAP + op / 8);
}

uint32_t dsa_ops(struct dsa_dev *dev) { return ops_from(dev, 0); }

int dsa_has_op(struct dsa_dev *dev, unsigned int op) { return ops_from(dev, op / 32 * 32) >> op % 32 & 1; }

static void map_portals(struct dsa_dev *dev)
{
	for (unsigned int i = 0; i < dev->nr_wqs; i++) {
		dev->portal[i] = mmap(NULL, PORTAL_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
				      dev->vfio.fd,
				      dev->vfio.bar2 + i * PORTALS_PER_WQ * PORTAL_PAGE);
		if (dev->portal[i] == MAP_FAILED)
			die("mapping the portal of wq%u: %s", i, strerror(errno));
	}
}

static void set_up(struct dsa_dev *dev, unsigned int nr_irqs)
{
	vfio_set_first_irqs(&dev->vfio, nr_irqs);
	read_wqs(dev);
	map_portals(dev);
}

void dsa_open(struct dsa_dev *dev, const char *uuid)
{
	memset(dev, 0, sizeof(*dev));
	vfio_open(&dev->vfio, uuid);
	set_up(dev, dev->vfio.nr_vectors);
}

void dsa_open_deaf(struct dsa_dev *dev, const char *uuid)
{
	memset(dev, 0, sizeof(*dev));
	vfio_open(&dev->vfio, uuid);
	set_up(dev, 1);
}

void dsa_open_beside(struct dsa_dev *dev, const char *uuid, const struct dsa_dev *other)
{
	memset(dev, 0, sizeof(*dev));
	vfio_open_beside(&dev->vfio, uuid, &other->vfio);
	set_up(dev, dev->vfio.nr_vectors);
}

static unsigned int state(struct dsa_dev *dev)
{
	return bar0_read32(&dev->vfio, REG_GENSTS) & 3;
}

bool dsa_is_halted(struct dsa_dev *dev)
{
	if (dev->vfio.bare)
		return bare_is_halted(dev);
	return state(dev) == STATE_HALTED;
}

bool dsa_recover(struct dsa_dev *dev, int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	long end = now_ms() + timeout_ms;

	if (dev->vfio.bare && !bare_wait_for_host(dev, timeout_ms))
		return false;
	for (vfio_reset(&dev->vfio); !dev->vfio.bare && dsa_is_halted(dev); vfio_reset(&dev->vfio)) {
		if (now_ms() > end)
			return false;
		nanosleep(&pause, NULL);
	}
	dsa_enable(dev);
	return true;
}

void dsa_set_master(struct dsa_dev *dev)
{
	if (dev->vfio.bare)
		bare_map_ahead(dev);
	else
		config_enable(&dev->vfio, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

void dsa_enable(struct dsa_dev *dev)
{
	uint16_t handle;

	dsa_set_master(dev);
	must(dev, CMD_RESET_DEVICE, 0, NULL);
	must(dev, CMD_ENABLE_DEVICE, 0, NULL);
	if (!dev->vfio.bare && state(dev) != STATE_ENABLED)
		die("GENSTS does not say enabled");
	for (unsigned int i = 0; i < dev->nr_wqs; i++) {
		must(dev, CMD_REQUEST_HANDLE, i + 1, &handle);
		dev->handle[i] = handle;
		must(dev, CMD_ENABLE_WQ, i, NULL);
	}
}

void dsa_close(struct dsa_dev *dev)
{
	for (unsigned int i = 0; i < dev->nr_wqs; i++)
		munmap(dev->portal[i], PORTAL_PAGE);
	vfio_close(&dev->vfio);
}

static void movdir64b(void *dst, const struct dsa_desc *desc)
{
	/* sfence: the record was cleared and the source filled before. */
	asm volatile("sfence\n\t.byte 0x66, 0x0f, 0x38, 0xf8, 0x02" /* movdir64b (%rdx), %rax */
		     : : "a"(dst), "d"(desc) : "memory");
}

void dsa_submit(struct dsa_dev *dev, unsigned int wq, const struct dsa_desc *desc)
{
	unsigned int slot = dev->next_slot[wq]++ % (PORTAL_PAGE / sizeof(*desc));

	movdir64b((char *)dev->portal[wq] + slot * sizeof(*desc), desc);
}

uint8_t dsa_wait(const struct dsa_record *record, int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = 50000 };
	long end = now_ms() + timeout_ms;

	while (!record->status && now_ms() < end)
		nanosleep(&pause, NULL);
	__sync_synchronize();
	return record->status;
}
