/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host that the unit tests plug the DSA function into: plain memory with
 * permissions per page, interrupts that are counted, a gate that holds
 * accesses back and an eye on them. And the few steps that every driver of the
 * function makes.
 */
#ifndef EMU_FAKE_H
#define EMU_FAKE_H

#include <pthread.h>
#include <time.h>

#include "emu.h"
#include "model/regs.h"

#define FAKE_BASE	0x100000ULL	/* first address that is mapped */
#define FAKE_PAGE	0x1000ULL
#define FAKE_PAGES	1024ULL
#define FAKE_SIZE	(FAKE_PAGES * FAKE_PAGE)
#define FAKE_EVL	(FAKE_BASE + 0x3f0000)

enum { FAKE_READ = 1, FAKE_WRITE = 2 };

static struct fake {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint8_t mem[FAKE_SIZE];
	uint8_t access[FAKE_PAGES];
	bool gate_shut;
	unsigned int nr_at_gate;
	/* NULL, or told of each access, with the lock held */
	void (*watch)(const struct emu_requester *who, uint64_t iova, size_t len,
		      bool write);
	bool last_pasid_valid, last_priv;
	uint32_t last_pasid;
	unsigned int msix[64];
	bool no_msix;		/* vectors have nowhere to go */
	unsigned int nr_msi;
	uint64_t msi_addr;
	uint32_t msi_data;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static size_t fake_reachable(uint64_t iova, size_t len, uint8_t access)
{
	size_t ok = 0;

	while (ok < len) {
		uint64_t at = iova + ok - FAKE_BASE;
		size_t step = FAKE_PAGE - at % FAKE_PAGE;

		if (iova + ok < FAKE_BASE || at >= FAKE_SIZE ||
		    !(fake.access[at / FAKE_PAGE] & access))
			return ok;
		ok += step < len - ok ? step : len - ok;
	}
	return ok;
}

static void fake_enter(const struct emu_requester *who)
{
	pthread_mutex_lock(&fake.lock);
	fake.nr_at_gate++;
	pthread_cond_broadcast(&fake.changed);
	while (fake.gate_shut)
		pthread_cond_wait(&fake.changed, &fake.lock);
	fake.nr_at_gate--;
	fake.last_pasid_valid = who->pasid_valid;
	fake.last_pasid = who->pasid;
	fake.last_priv = who->priv;
}

static size_t fake_dma_read(void *host, const struct emu_requester *who,
			    uint64_t iova, void *buf, size_t len)
{
	(void)host;
	fake_enter(who);
	if (fake.watch)
		fake.watch(who, iova, len, false);
	len = fake_reachable(iova, len, FAKE_READ);
	if (len)
		memcpy(buf, fake.mem + (iova - FAKE_BASE), len);
	pthread_mutex_unlock(&fake.lock);
	return len;
}

static size_t fake_dma_write(void *host, const struct emu_requester *who,
			     uint64_t iova, const void *buf, size_t len)
{
	(void)host;
	fake_enter(who);
	if (fake.watch)
		fake.watch(who, iova, len, true);
	len = fake_reachable(iova, len, FAKE_WRITE);
	if (len)
		memcpy(fake.mem + (iova - FAKE_BASE), buf, len);
	pthread_mutex_unlock(&fake.lock);
	return len;
}

/* Translations pass the gate: nothing is accessed. */
static size_t fake_dma_reach(void *host, const struct emu_requester *who,
			     uint64_t iova, size_t len)
{
	(void)host;
	(void)who;
	pthread_mutex_lock(&fake.lock);
	len = fake_reachable(iova, len, FAKE_WRITE);
	pthread_mutex_unlock(&fake.lock);
	return len;
}

static bool fake_msix(void *host, unsigned int vector)
{
	bool sent;

	(void)host;
	pthread_mutex_lock(&fake.lock);
	sent = !fake.no_msix;
	fake.msix[vector] += sent;
	pthread_mutex_unlock(&fake.lock);
	return sent;
}

static void fake_msi_write(void *host, uint64_t addr, uint32_t data)
{
	(void)host;
	pthread_mutex_lock(&fake.lock);
	fake.nr_msi++;
	fake.msi_addr = addr;
	fake.msi_data = data;
	pthread_mutex_unlock(&fake.lock);
}

static const struct emu_host_ops fake_ops = {
	.dma_read = fake_dma_read, .dma_write = fake_dma_write,
	.dma_reach = fake_dma_reach,
	.msix = fake_msix, .msi_write = fake_msi_write,
};

static inline void fake_gate(bool shut)
{
	pthread_mutex_lock(&fake.lock);
	fake.gate_shut = shut;
	pthread_cond_broadcast(&fake.changed);
	pthread_mutex_unlock(&fake.lock);
}

/* Until @nr accesses are held back at the shut gate; false: not in 5 s. */
static inline bool fake_wait_gate(unsigned int nr)
{
	struct timespec until;
	bool ok;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 5;
	pthread_mutex_lock(&fake.lock);
	while (fake.nr_at_gate < nr)
		if (pthread_cond_timedwait(&fake.changed, &fake.lock, &until))
			break;
	ok = fake.nr_at_gate >= nr;
	pthread_mutex_unlock(&fake.lock);
	return ok;
}

static inline void fake_access(uint64_t iova, uint8_t access)
{
	pthread_mutex_lock(&fake.lock);
	fake.access[(iova - FAKE_BASE) / FAKE_PAGE] = access;
	pthread_mutex_unlock(&fake.lock);
}

/* Between the engines' accesses. */
static inline void fake_put(uint64_t iova, const void *buf, size_t len)
{
	pthread_mutex_lock(&fake.lock);
	memcpy(fake.mem + (iova - FAKE_BASE), buf, len);
	pthread_mutex_unlock(&fake.lock);
}

static inline void fake_get(uint64_t iova, void *buf, size_t len)
{
	pthread_mutex_lock(&fake.lock);
	memcpy(buf, fake.mem + (iova - FAKE_BASE), len);
	pthread_mutex_unlock(&fake.lock);
}

static inline uint8_t fake_byte(uint64_t iova)
{
	uint8_t byte;

	fake_get(iova, &byte, 1);
	return byte;
}

static inline void fake_pattern(uint64_t iova, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (i * 131 + i / 251 + seed) & 0xff;

		fake_put(iova + i, &byte, 1);
	}
}

static inline bool fake_same(uint64_t a, uint64_t b, size_t len)
{
	bool same;

	pthread_mutex_lock(&fake.lock);
	same = !memcmp(fake.mem + (a - FAKE_BASE), fake.mem + (b - FAKE_BASE), len);
	pthread_mutex_unlock(&fake.lock);
	return same;
}

static inline unsigned int fake_irqs(unsigned int vector)
{
	unsigned int nr;

	pthread_mutex_lock(&fake.lock);
	nr = fake.msix[vector];
	pthread_mutex_unlock(&fake.lock);
	return nr;
}

/* Whether the host can signal vectors. */
static inline void fake_connect(struct emu_dev *dev, bool on)
{
	pthread_mutex_lock(&fake.lock);
	fake.no_msix = !on;
	pthread_mutex_unlock(&fake.lock);
	emu_dev_msix_ready(dev);
}

static inline unsigned int fake_msis(void)
{
	unsigned int nr;

	pthread_mutex_lock(&fake.lock);
	nr = fake.nr_msi;
	pthread_mutex_unlock(&fake.lock);
	return nr;
}

/* Polls for up to 5 s. */
#define EVENTUALLY(cond)                                                      \
	({                                                                    \
		bool met_ = false;                                            \
		for (int i_ = 0; i_ < 50000 && !(met_ = (cond)); i_++)        \
			nanosleep(&(struct timespec){ .tv_nsec = 100000 },    \
				  NULL);                                      \
		met_;                                                         \
	})

/* Registers */
static inline uint64_t get_reg(struct emu_dev *dev, uint64_t off)
{
	return emu_dev_bar0_read(dev, off, 8);
}

static inline uint32_t get_reg32(struct emu_dev *dev, uint64_t off)
{
	return emu_dev_bar0_read(dev, off, 4);
}

static inline void set_reg(struct emu_dev *dev, uint64_t off, uint64_t val)
{
	emu_dev_bar0_write(dev, off, 8, val);
}

static inline void set_reg32(struct emu_dev *dev, uint64_t off, uint32_t val)
{
	emu_dev_bar0_write(dev, off, 4, val);
}

static inline uint64_t table_at(struct emu_dev *dev, unsigned int qword, unsigned int shift)
{
	return (get_reg(dev, DSA_OFFSETS + 8 * qword) >> shift & 0xffff) * DSA_OFFSETS_UNIT;
}

static inline uint64_t grpcfg(struct emu_dev *dev, unsigned int group)
{
	return table_at(dev, 0, DSA_OFFSETS_GRPCFG_SHIFT) + group * DSA_GRPCFG_STRIDE;
}

static inline uint64_t wqcfg(struct emu_dev *dev, unsigned int wq)
{
	uint64_t size = (get_reg(dev, DSA_WQCAP) & DSA_WQCAP_WQCFG_SIZE) >>
			DSA_WQCAP_WQCFG_SIZE_SHIFT;

	return table_at(dev, 0, DSA_OFFSETS_WQCFG_SHIFT) + wq * (32u << size);
}

static inline uint64_t ims_at(struct emu_dev *dev, unsigned int entry)
{
	return table_at(dev, 0, DSA_OFFSETS_IMS_SHIFT) + entry * DSA_IMS_STRIDE;
}

static inline uint64_t msixperm_at(struct emu_dev *dev, unsigned int vector)
{
	return table_at(dev, 0, DSA_OFFSETS_MSIXPERM_SHIFT) + vector * DSA_MSIXPERM_STRIDE;
}

static inline uint32_t wq_state(struct emu_dev *dev, unsigned int wq)
{
	return get_reg32(dev, wqcfg(dev, wq) + DSA_WQCFG_STATUS) >> DSA_WQCFG_STATE_SHIFT;
}

static inline uint32_t wq_occupancy(struct emu_dev *dev, unsigned int wq)
{
	return get_reg32(dev, wqcfg(dev, wq) + DSA_WQCFG_STATUS) & DSA_WQCFG_OCCUPANCY;
}

static inline uint32_t dev_state(struct emu_dev *dev)
{
	return get_reg32(dev, DSA_GENSTS) & DSA_GENSTS_STATE;
}

static inline void start_command(struct emu_dev *dev, uint32_t code, uint32_t operand)
{
	set_reg32(dev, DSA_CMD, code << DSA_CMD_CODE_SHIFT | operand);
}

/* CMDSTS when it is no longer active. */
static inline uint32_t end_command(struct emu_dev *dev)
{
	if (!EVENTUALLY(!(get_reg32(dev, DSA_CMDSTS) & DSA_CMDSTS_ACTIVE)))
		CHECK(!"the command ended");
	return get_reg32(dev, DSA_CMDSTS);
}

static inline uint32_t command(struct emu_dev *dev, uint32_t code, uint32_t operand)
{
	start_command(dev, code, operand);
	return end_command(dev);
}

/* Configuration space; offsets are found as software finds them. */
static inline unsigned int find_cap(struct emu_dev *dev, uint8_t id)
{
	unsigned int at = emu_dev_cfg_read(dev, 0x34, 1);

	while (at && emu_dev_cfg_read(dev, at, 1) != id)
		at = emu_dev_cfg_read(dev, at + 1, 1);
	return at;
}

static inline unsigned int find_ext_cap(struct emu_dev *dev, uint16_t id)
{
	unsigned int at = 0x100;

	while (at && emu_dev_cfg_read(dev, at, 2) != id)
		at = emu_dev_cfg_read(dev, at, 4) >> 20;
	return at;
}

static inline void enable_pasid(struct emu_dev *dev)
{
	emu_dev_cfg_write(dev, find_ext_cap(dev, 0x1b) + 6, 2, 7);
}

#define FAKE_COMMAND_MEMORY	0x0002
#define FAKE_COMMAND_MASTER	0x0004

static inline void fake_enable_memory(struct emu_dev *dev)
{
	emu_dev_cfg_write(dev, 0x04, 2, FAKE_COMMAND_MEMORY);
}

/* As the host resets a function: its registers can be looked at afterwards. */
static inline void fake_flr(struct emu_dev *dev)
{
	emu_dev_reset(dev);
	fake_enable_memory(dev);
}

/* Of the next function; 0: what its kind has. */
static unsigned int fake_page_wait_ms;

/* Of the next function: entries of the interrupt message storage. */
static unsigned int fake_nr_ims = 256;

/* A fresh function with bus mastering and ATS on, and all of memory mapped. */
static inline struct emu_dev *fake_new(const char *profile_name)
{
	struct emu_profile profile;
	struct emu_dev *dev;

	CHECK(!emu_profile_find(profile_name, &profile));
	profile.nr_ims = fake_nr_ims;
	if (fake_page_wait_ms)
		profile.page_wait_ms = fake_page_wait_ms;
	memset(fake.mem, 0, sizeof(fake.mem));
	memset(fake.access, FAKE_READ | FAKE_WRITE, sizeof(fake.access));
	memset(fake.msix, 0, sizeof(fake.msix));
	fake.nr_msi = 0;
	fake.no_msix = false;
	fake.gate_shut = false;
	dev = emu_dev_new(&profile, &fake_ops, NULL);
	if (!dev) {
		perror("emu_dev_new");
		exit(1);
	}
	emu_dev_cfg_write(dev, 0x04, 2, FAKE_COMMAND_MEMORY | FAKE_COMMAND_MASTER);
	emu_dev_cfg_write(dev, find_ext_cap(dev, 0x0f) + 6, 2, 0x8000);
	return dev;
}

#define FAKE_WQ_SIZE	8
#define FAKE_PASID	0x12345u
#define FAKE_MODE	(DSA_WQCFG_DEDICATED | DSA_WQCFG_PASID_EN |           \
			 5u << DSA_WQCFG_PRIORITY_SHIFT |                     \
			 FAKE_PASID << DSA_WQCFG_PASID_SHIFT)

/* Dedicated, with a PASID; what a test wants otherwise it writes over this. */
static inline void config_wq(struct emu_dev *dev, unsigned int wq, uint32_t mode)
{
	uint64_t at = wqcfg(dev, wq);

	set_reg32(dev, at + DSA_WQCFG_SIZE, FAKE_WQ_SIZE);
	set_reg32(dev, at + DSA_WQCFG_MODE, FAKE_MODE | mode);
	set_reg32(dev, at + DSA_WQCFG_LIMITS, 21 | 10 << DSA_WQCFG_MAX_BATCH_SHIFT);
}

static inline void config_group(struct emu_dev *dev, unsigned int group, uint64_t wqs,
				uint64_t engines)
{
	set_reg(dev, grpcfg(dev, group) + DSA_GRPCFG_WQS, wqs);
	set_reg(dev, grpcfg(dev, group) + DSA_GRPCFG_ENGINES, engines);
}

/* Group 0 with WQ 0 and @engines, a bit each, enabled; @mode as for config_wq(). */
static inline void fake_start(struct emu_dev *dev, uint32_t mode, uint64_t engines)
{
	config_wq(dev, 0, mode);
	config_group(dev, 0, 1, engines);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_DEVICE, 0), 0);
	CHECK_EQ(command(dev, DSA_CMD_ENABLE_WQ, 0), 0);
}

/* The same on one engine, with PASIDs and nothing else. */
static inline struct emu_dev *fake_up(const char *profile_name, uint32_t mode)
{
	struct emu_dev *dev = fake_new(profile_name);

	enable_pasid(dev);
	fake_start(dev, mode, 1);
	return dev;
}

/* Descriptors */
struct fake_desc {
	uint32_t pasid, flags_op;
	uint64_t record, src, dst;
	uint32_t size;
	uint16_t handle, reserved;
	uint64_t op[3];
};
_Static_assert(sizeof(struct fake_desc) == DSA_DESC_SIZE, "a descriptor");

struct fake_record {
	uint8_t status, result, fault_info, unused;
	uint32_t bytes;
	uint64_t fault_addr, op[2];
};
_Static_assert(sizeof(struct fake_record) == DSA_RECORD_SIZE, "a record");

#define FAKE_RECORD	(FAKE_BASE + 0x3e0000)
#define WITH_RECORD	(DSA_FLAG_COMP_VALID | DSA_FLAG_COMP_REQ)

static inline struct fake_desc make_desc(uint8_t opcode, uint64_t src, uint64_t dst,
					 uint32_t size)
{
	return (struct fake_desc){ .flags_op = (uint32_t)opcode << 24 | WITH_RECORD,
				   .record = FAKE_RECORD, .src = src, .dst = dst,
				   .size = size };
}

static inline void submit_to(struct emu_dev *dev, unsigned int wq, unsigned int page,
			     const struct fake_desc *desc)
{
	emu_dev_portal_write(dev, wq * DSA_PORTAL_WQ + page * DSA_PORTAL_PAGE, desc,
			     sizeof(*desc));
}

static inline void submit(struct emu_dev *dev, const struct fake_desc *desc)
{
	submit_to(dev, 0, DSA_PORTAL_LIMITED, desc);
}

static inline struct fake_record wait_record(uint64_t at)
{
	struct fake_record record;

	CHECK(EVENTUALLY(fake_byte(at)));
	fake_get(at, &record, sizeof(record));
	return record;
}

/* Submits and returns the record, which it clears first. */
static inline struct fake_record run_desc(struct emu_dev *dev, const struct fake_desc *desc)
{
	const struct fake_record none = { 0 };

	fake_put(desc->record, &none, sizeof(none));
	submit(dev, desc);
	return wait_record(desc->record);
}

/* The event log on; while the device is disabled. */
static inline void enable_evl(struct emu_dev *dev)
{
	set_reg(dev, DSA_EVLCFG, FAKE_EVL);
	set_reg(dev, DSA_EVLCFG + 8, DSA_EVLCFG_SIZE_MIN);
	set_reg32(dev, DSA_GENCTRL, DSA_GENCTRL_EVL_INT | DSA_GENCTRL_SWERR_INT);
	set_reg32(dev, DSA_GENCFG, get_reg32(dev, DSA_GENCFG) | DSA_GENCFG_EVL);
}

static inline unsigned int evl_tail(struct emu_dev *dev)
{
	return (get_reg(dev, DSA_EVLSTS) & DSA_EVLSTS_TAIL) >> DSA_EVLSTS_TAIL_SHIFT;
}

static inline uint64_t evl_qword(unsigned int entry, unsigned int i)
{
	uint64_t val;

	fake_get(FAKE_EVL + entry * 64 + i * 8, &val, sizeof(val));
	return val;
}

/* The error code in the first qword of SWERR or of an event log entry. */
static inline uint8_t error_code(uint64_t q0)
{
	return (q0 & DSA_SWERR_CODE) >> DSA_SWERR_CODE_SHIFT;
}

#endif /* EMU_FAKE_H */
