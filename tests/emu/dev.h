/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the DSA function share. One road each:
 *
 *   register write:  dev_regs.c -> dev_cmd.c, dev_irq.c, dev_err.c
 *   command:         dev_cmd.c's own thread -> dev_check.c, dev_wq.c
 *   descriptor:      dev_wq.c (portal, queue) -> dev_engine.c (its threads) ->
 *                    dev_desc.c (checks) -> dev_ops.c -> dev_engine.c (record,
 *                    interrupt) -> dev_irq.c, dev_err.c; memory by dev_mem.c
 *
 * Threads: the socket thread (emu_dev_*), one command thread, one thread per
 * engine. emu_dev.lock guards everything but what is marked otherwise. It is held
 * while interrupts are sent, never across DMA; the socket thread does no DMA, so
 * it waits for nobody. evl_lock, the order of the event log, is taken before lock.
 */
#ifndef EMU_DEV_H
#define EMU_DEV_H

#include <pthread.h>

#include "emu.h"
#include "model/regs.h"

#define DEV_MAX_WQS	255
#define DEV_MAX_ENGINES	64
#define DEV_MAX_GROUPS	64
#define DEV_CFG_SIZE	4096
#define DEV_NO_GROUP	(-1)

/* Where the tables are in BAR0; OFFSETS and the MSI-X capability say so. */
#define BAR0_MSIXPERM	0x0400
#define BAR0_PBA	0x0e00
#define PBA_QWORDS	((DEV_MAX_WQS + 1 + 63) / 64)
#define BAR0_GRPCFG	0x1000
#define BAR0_PERFMON	0x2000
#define BAR0_MSIX	0x3000
#define BAR0_WQCFG	0x4000
#define BAR0_IMS	0x8000	/* up to BAR0_IMS_SMALL entries, else at ... */
#define BAR0_IMS_FAR	0x10000
#define BAR0_IMS_SMALL	((0xe000 - BAR0_IMS) / DSA_IMS_STRIDE)

/* A descriptor, read once. */
struct desc {
	uint8_t raw[DSA_DESC_SIZE];
	uint32_t flags, xfer;
	uint8_t opcode;
	uint16_t handle;
	uint64_t record, src, dst;
};

/* A descriptor in a queue. */
struct queued {
	uint8_t raw[DSA_DESC_SIZE];
	uint64_t seq;		/* order of submission, over all queues */
	uint8_t page;		/* of the four */
};

/* 8-byte stores on the way to being a descriptor. */
struct portal_page {
	uint8_t data[DSA_PORTAL_PAGE];
	uint8_t have[DSA_PORTAL_PAGE / DSA_DESC_SIZE];	/* one bit a qword */
};

/* A work queue: state and storage. */
struct wq {
	uint32_t cfg[16];	/* WQCFG as dwords; the status dword is derived */
	unsigned int state;	/* DSA_WQ_* */
	int group;		/* while the device is enabled */
	unsigned int credit;	/* dispatches left in this round (SPEC 4.1) */
	unsigned int size, head, count;	/* of ring */
	struct queued *ring;
	struct portal_page *pages;	/* 4 */
	bool occ_generated;	/* an occupancy interrupt, not acknowledged */
};

/* What the event log knows of a batch. */
struct batch_log {
	bool begun;		/* an entry was its first */
	bool has_record;	/* of a descriptor in it */
};

/* A descriptor that was taken from its queue or batch. */
struct work {
	struct emu_dev *dev;
	struct engine *engine;
	struct desc desc;
	unsigned int wq;
	uint8_t page;
	bool in_batch;
	unsigned int batch_index;
	uint8_t batch_id;
	struct batch_log *log;	/* of its batch, or NULL */
	struct emu_requester who;
	uint64_t seq;
	/* of the WQ and device at dispatch; constant while they are enabled */
	uint32_t wq_mode, wq_limits;
	uint64_t opcap[4];
	bool user_int, evl, priv_ok, pri, ats;
	bool end_lost;		/* the last byte written did not arrive */
	bool irq_ok;		/* the completion interrupt may be sent */
};

/* What has become of a descriptor. */
struct result {
	uint8_t status;		/* with DSA_STATUS_FAULT_WRITE */
	uint8_t result;
	uint8_t operand;	/* of a fault, as FAULT_INFO names it */
	uint32_t bytes;
	uint64_t fault_addr;
	uint8_t op[16];
};

/* An engine: one thread. */
struct engine {
	struct emu_dev *dev;
	unsigned int id;
	pthread_t thread;
	pthread_cond_t wake;
	int group;
	unsigned int next_wq;	/* where the round goes on */
	bool idle;
	/* the descriptor in hand, for commands that wait */
	bool active;
	unsigned int wq;
	struct emu_requester who;
	uint64_t seq;
	bool abort;		/* also read without the lock: atomic */
	uint8_t *buf[2];	/* the engine's own thread only */
};

/* An entry of the interrupt message storage. */
struct ims {
	uint64_t addr;
	uint32_t data, ctrl;
};

/* What goes wrong on purpose: dev_fault.c. */
enum fault { FAULT_IRQ, FAULT_RECORD, FAULT_ACCESS, NR_FAULTS };
struct faults {
	uint32_t hung_commands;	/* one bit a code: these do not end */
	uint32_t failed_commands;	/* likewise: these do nothing and fail */
	unsigned int slow_ms;	/* what a descriptor takes in addition */
	/* How many more events are spared, and of those after them hit; atomic. */
	struct { unsigned int spared, hit; } left[NR_FAULTS];
};

struct emu_dev {
	struct emu_profile profile;
	const struct emu_host_ops *ops;
	void *host;
	unsigned int nr_msix, wqcfg_stride;
	uint64_t ims_offset, bar0_size, bar2_size;
	uint64_t offsets[2];

	pthread_mutex_t lock;
	pthread_cond_t settled;	/* a descriptor or a command ended, or state changed */
	pthread_mutex_t evl_lock;
	bool stop;
	unsigned int resetting;	/* function-level resets under way */
	struct faults faults;

	/* configuration space */
	uint8_t cfg[DEV_CFG_SIZE], cfg_wmask[DEV_CFG_SIZE], cfg_w1c[DEV_CFG_SIZE];

	/* BAR0 */
	uint32_t gencfg, genctrl, state, reset_type, intcause;
	uint64_t swerr[4], evlcfg[2], evlsts, cmdparam;
	uint32_t *msixperm;
	uint64_t pba[PBA_QWORDS];	/* vectors that the host could not signal */
	struct ims *ims;
	struct group {
		uint64_t wqs[4], engines, flags;
	} group[DEV_MAX_GROUPS];
	struct wq *wq;

	/* commands */
	pthread_t cmd_thread;
	pthread_cond_t cmd_wake;
	uint32_t cmd, cmdsts;
	unsigned int nr_overruns;	/* commands written while one was active */
	bool *msix_handle, *ims_handle;	/* requested and not released */

	uint64_t seq;
	unsigned int nr_page_requests;	/* not answered */
	uint64_t page_refusals;
	struct engine engine[DEV_MAX_ENGINES];
	uint8_t next_batch_id;
};

/* Masks a field and shifts it down. */
#define GET(val, mask) (((val) & (mask)) / ((mask) & -(mask)))

static inline uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t get64(const uint8_t *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void put64(uint8_t *p, uint64_t v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

/* "_locked": the caller holds dev->lock. */

/* dev_cfg.c */
void cfg_init(struct emu_dev *dev);
bool cfg_memory(const struct emu_dev *dev);
bool cfg_busmaster(const struct emu_dev *dev);
bool cfg_msix(const struct emu_dev *dev);
bool cfg_ats(const struct emu_dev *dev);
bool cfg_pasid(const struct emu_dev *dev);
bool cfg_pasid_priv(const struct emu_dev *dev);
bool cfg_pri(const struct emu_dev *dev);
uint32_t cfg_pri_alloc(const struct emu_dev *dev);
bool cfg_pri_alloc_ok(const struct emu_dev *dev);

/* dev_fault.c: is this event one that shall go wrong? From any thread. */
bool fault_hits(struct emu_dev *dev, enum fault fault);

/* dev_regs.c */
void regs_reset_locked(struct emu_dev *dev, bool flr);

/* dev_cmd.c */
void *cmd_main(void *dev);
void cmd_write_locked(struct emu_dev *dev, uint32_t val);
void cmd_report_overruns(struct emu_dev *dev);
/* The code of the command that the trace calls @name, or -1. */
int cmd_find(const char *name);

/* dev_check.c: 0 or DSA_CMDERR_* */
uint8_t check_device_locked(struct emu_dev *dev);
uint8_t check_wq_locked(struct emu_dev *dev, unsigned int wq);

/* dev_wq.c */
/* Which descriptors a command is about. */
struct selection {
	enum { SELECT_ALL, SELECT_WQS, SELECT_PASID } what;
	uint64_t wqs[4];	/* bitmap */
	uint32_t pasid;
	uint64_t until_seq;	/* those submitted up to here */
};
void wq_write_locked(struct emu_dev *dev, unsigned int wq, unsigned int dword,
		     uint32_t val, uint32_t mask);
uint32_t wq_read_locked(const struct emu_dev *dev, unsigned int wq,
			unsigned int dword);
void wq_reset_config_locked(struct emu_dev *dev, unsigned int wq, bool keep_size);
int wq_enable_locked(struct emu_dev *dev, unsigned int wq);
void wq_disabled_locked(struct emu_dev *dev, unsigned int wq);
/* Takes the next descriptor for @engine out of its group's queues. */
bool wq_take_locked(struct emu_dev *dev, struct engine *engine, struct work *work);
/* Drops queued descriptors and tells engines to let go. */
void wq_abort_locked(struct emu_dev *dev, const struct selection *sel);
bool wq_quiet_locked(const struct emu_dev *dev, const struct selection *sel);

/* dev_occupancy.c: the parts of WQCFG that are about its interrupt */
void occupancy_write_locked(struct emu_dev *dev, unsigned int wq, unsigned int dword,
			    uint32_t val, uint32_t mask);
bool occupancy_handle_ok_locked(const struct emu_dev *dev, unsigned int wq);
/* To be called when a queue was enabled or became shorter. */
void occupancy_check_locked(struct emu_dev *dev, unsigned int wq);

/* dev_engine.c */
void *engine_main(void *engine);
void engine_kick_locked(struct emu_dev *dev, int group);

/* dev_desc.c */
void desc_parse(struct desc *desc, const uint8_t raw[DSA_DESC_SIZE]);
/*
 * The checks of SPEC 5.4: 0, or the status of the first that fails, with the
 * invalid flags in @res. Fills @work->irq_ok. May wait for the record's page.
 */
uint8_t desc_check(struct work *work, struct result *res);

/*
 * dev_mem.c: as dma_read and dma_write, for the work's requester. With address
 * translation off (ATS) a write that faults is lost and nobody hears of it. Where
 * page requests are on, batch lists and records wait for their pages, data does
 * if the descriptor blocks on faults.
 */
#define PAGE	0x1000u
size_t mem_read(struct work *work, uint64_t addr, void *buf, size_t len);
size_t mem_write(struct work *work, uint64_t addr, const void *buf, size_t len);
/* What mem_write would write. */
size_t mem_reach(struct work *work, uint64_t addr, size_t len);
size_t mem_read_list(struct work *work, uint64_t addr, void *buf, size_t len);
size_t mem_write_record(struct work *work, uint64_t addr, const void *buf, size_t len);
/* Whether mem_write_record would write all of it. */
bool mem_reach_record(struct work *work);
/* For so long, or until the work is abandoned. */
void mem_sleep_locked(struct work *work, unsigned int ms);
/* The status of a descriptor that stopped there; @operand as FAULT_INFO has it. */
void mem_fault(const struct work *work, struct result *res, uint64_t addr,
	       uint8_t operand, bool write);

/* dev_ops.c: everything but batch and drain, which are dev_engine.c's. */
void ops_run(struct work *work, struct result *res);
static inline bool work_aborted(const struct work *work)
{
	return __atomic_load_n(&work->engine->abort, __ATOMIC_RELAXED);
}
/* The size of each of an engine's two buffers. */
#define ENGINE_BUF	(64u * 1024)
enum { OPERAND_SRC = 1, OPERAND_SRC2 = 2, OPERAND_DST = 3, OPERAND_DST2 = 4,
       OPERAND_RECORD = 5 };

/* dev_irq.c */
/* Sets the cause and sends vector 0. */
void irq_event_locked(struct emu_dev *dev, uint32_t cause);
/* Sends an interrupt by entry @index of a table, or keeps it pending. */
void irq_entry_locked(struct emu_dev *dev, bool ims, unsigned int index);
/* The same for a completion, which an entry may be told to ignore. */
void irq_completion_locked(struct emu_dev *dev, bool ims, unsigned int index);
/* The table index that @handle stands for, or -1. */
int irq_handle_index_locked(const struct emu_dev *dev, bool ims, uint16_t handle);
/* The check that isolates tenants (SPEC 5.4). */
bool irq_handle_ok_locked(const struct emu_dev *dev, bool ims, uint16_t handle,
			  const struct emu_requester *who);
uint8_t irq_request_handle_locked(struct emu_dev *dev, uint32_t operand,
				  uint16_t *handle);
uint8_t irq_release_handle_locked(struct emu_dev *dev, uint32_t operand);
/* Sends what is pending in the MSI-X table, or forgets it where MSI-X is off. */
void irq_pending_locked(struct emu_dev *dev);
void irq_reset_locked(struct emu_dev *dev);
uint64_t irq_ims_read_locked(const struct emu_dev *dev, unsigned int qword);
void irq_ims_write_locked(struct emu_dev *dev, unsigned int qword,
			  uint64_t val, uint64_t mask);

/* dev_err.c */
struct error {
	uint8_t code;		/* DSA_STATUS_* or DSA_SWERR_* */
	const struct work *work;	/* NULL: no descriptor */
	int wq;			/* where work is NULL; -1 unknown */
	bool write;		/* of a fault */
	uint64_t addr;
	uint32_t info;
	bool info_valid;
	const uint8_t *record;	/* for the event log, or NULL */
};
/* Into SWERR, always. */
void err_swerr_locked(struct emu_dev *dev, const struct error *err);
/* Into the event log where it is on, else SWERR. Without the lock; does DMA. */
void err_report(struct emu_dev *dev, const struct error *err);
/* Into the halt state, which a reset of @reset_type (or a stronger one) ends. */
void err_halt_locked(struct emu_dev *dev, uint32_t reset_type);

#endif /* EMU_DEV_H */
