// SPDX-License-Identifier: GPL-2.0-only
/* The PASID address spaces of the function: see iommu.h. */
#include "iommu.h"
#include "qmp.h"
#include "restart.h"
#include "vfio-user/shmap.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BIT(n)		(UINT64_C(1) << (n))
#define PAGE		4096u
#define TABLE_ADDR	UINT64_C(0x000ffffffffff000)	/* bits 51:12 */

/* Registers of q35's vIOMMU (VT-d 11.4). */
#define DMAR_BASE	UINT64_C(0xfed90000)
#define GSTS_REG	0x1c
#define RTADDR_REG	0x20
#define GSTS_TES	BIT(31)		/* translation is on */
#define RTADDR_TTM	(3u << 10)
#define RTADDR_SCALABLE	(1u << 10)

/* How long the monitor may take; QEMU itself gives a vfio-user message 5 s. */
#define QMP_TIMEOUT_MS	2000
/* After a failure, ask again no sooner than this. */
#define RETRY_S		1

/* Root, context, PASID directory and table (VT-d 9.1 to 9.6): present is bit 0. */
#define PRESENT		BIT(0)
#define CTX_PASIDE	BIT(3)
#define CTX_PDTS(lo)	(((lo) >> 9) & 7)
#define PE_AW(q0)	(((q0) >> 2) & 7)
#define PE_PGTT(q0)	(((q0) >> 6) & 7)
#define PE_SSADE	BIT(9)		/* in q0 */
#define PE_SRE		BIT(0)		/* these in q2 */
#define PE_FSPM(q2)	(((q2) >> 2) & 3)
#define PE_WPE		BIT(4)
#define PE_EAFE		BIT(7)

enum { PGTT_FIRST = 1, PGTT_SECOND, PGTT_NESTED, PGTT_PASS_THROUGH };

/* Page-table entries (VT-d 9.7, 9.8). */
#define FS_PRESENT	BIT(0)
#define FS_WRITE	BIT(1)
#define FS_USER		BIT(2)
#define FS_ACCESSED	BIT(5)
#define FS_DIRTY	BIT(6)
#define FS_PAT_LARGE	BIT(12)
#define FS_EXT_ACCESSED	BIT(10)
#define SS_READ		BIT(0)
#define SS_WRITE	BIT(1)
#define SS_ACCESSED	BIT(8)
#define SS_DIRTY	BIT(9)
#define PAGE_SIZE_BIT	BIT(7)

#define SEGMENT_4G	BIT(32)
/* q35 keeps RAM in one piece up to here; from here on it splits at 2 GiB. */
#define SPLIT_FROM	UINT64_C(0xb0000000)
#define SPLIT_AT	UINT64_C(0x80000000)

struct iommu {
	struct shmap ram;
	uint64_t below_4g;
	uint16_t rid;
	struct iommu_ops ops;
	pthread_mutex_t lock;		/* the root pointer and its reading */
	bool have_root;
	uint64_t root_table;
	int last_err;
	time_t retry_at;
};

/* One access to translate. */
struct request {
	uint32_t pasid;
	bool priv, write;
	uint64_t iova;
};

/*
 * Either format of page table, as one walk sees it: the bits that each entry
 * must have for this access, and those that the walk leaves behind.
 */
struct paging {
	unsigned int levels;
	uint64_t table;
	uint64_t need;
	uint64_t accessed, dirty;	/* dirty: leaf only */
	uint64_t low_ok;	/* address bits below a large page that may be set */
};

int iommu_qmp_root(void *path, struct iommu_root *root)
{
	static const struct qmp_reg regs[] = { { DMAR_BASE + GSTS_REG, 4 },
					       { DMAR_BASE + RTADDR_REG, 8 } };
	uint64_t vals[2] = { 0 };
	int err = qmp_read_regs(path, regs, 2, vals, QMP_TIMEOUT_MS);

	*root = (struct iommu_root){ .status = (uint32_t)vals[0],
				     .root = vals[1] };
	return err;
}

struct iommu *iommu_new(int ram_fd, uint16_t rid, const struct iommu_ops *ops)
{
	struct iommu *iommu = calloc(1, sizeof(*iommu));
	int err;

	if (!iommu)
		return NULL;
	err = shmap_open(&iommu->ram, ram_fd);
	if (!err && !iommu->ram.writable) {
		shmap_close(&iommu->ram);
		err = -EACCES;
	}
	if (err) {
		free(iommu);
		errno = -err;
		return NULL;
	}
	iommu->below_4g = iommu->ram.size >= SPLIT_FROM ? SPLIT_AT : iommu->ram.size;
	iommu->rid = rid;
	iommu->ops = *ops;
	pthread_mutex_init(&iommu->lock, NULL);
	return iommu;
}

void iommu_free(struct iommu *iommu)
{
	if (!iommu)
		return;
	shmap_close(&iommu->ram);
	pthread_mutex_destroy(&iommu->lock);
	free(iommu);
}

void iommu_reset(struct iommu *iommu)
{
	pthread_mutex_lock(&iommu->lock);
	iommu->have_root = false;
	iommu->retry_at = 0;
	pthread_mutex_unlock(&iommu->lock);
}

/* Guest RAM. */

/* NULL unless all of @len bytes at @gpa are RAM. */
static uint8_t *ram_at(struct iommu *iommu, uint64_t gpa, uint64_t len)
{
	uint64_t off = gpa, end = iommu->below_4g;

	if (gpa >= SEGMENT_4G) {
		off = iommu->below_4g + (gpa - SEGMENT_4G);
		end = iommu->ram.size;
	}
	if (shmap_is_broken(&iommu->ram) || off >= end || len > end - off)
		return NULL;
	return iommu->ram.base + off;
}

/* Entry @index of the table of 8-byte words at @table. */
static uint64_t *word_at(struct iommu *iommu, uint64_t table, uint64_t index)
{
	return (uint64_t *)ram_at(iommu, (table & TABLE_ADDR) + 8 * index, 8);
}

static bool word_read(struct iommu *iommu, uint64_t table, uint64_t index,
		      uint64_t *val)
{
	uint64_t *word = word_at(iommu, table, index);

	if (word)
		*val = __atomic_load_n(word, __ATOMIC_ACQUIRE);
	return word;
}

/* The root pointer. */

static void complain(struct iommu *iommu, int err)
{
	if (err == iommu->last_err)
		return;
	iommu->last_err = err;
	if (err == -EMEDIUMTYPE)
		warnx("the vIOMMU is not translating in scalable mode: PASID-tagged accesses fault until it is");
	else if (err)
		warnx("cannot read the vIOMMU's registers: %s: PASID-tagged accesses fault; is --qmp QEMU's monitor, with no other client that stays?",
		      strerror(-err));
}

static int root_check(const struct iommu_root *root)
{
	if (!(root->status & GSTS_TES) ||
	    (root->root & RTADDR_TTM) != RTADDR_SCALABLE)
		return -EMEDIUMTYPE;
	return 0;
}

static void root_read(struct iommu *iommu)
{
	struct iommu_root root = { 0 };
	int err = iommu->ops.read_root(iommu->ops.arg, &root);

	if (!err)
		err = root_check(&root);
	complain(iommu, err);
	emu_trace("bus", "rtaddr value=0x%" PRIx64 " gsts=0x%" PRIx32 " err=%d",
		  root.root, root.status, -err);
	iommu->have_root = !err;
	iommu->root_table = root.root & TABLE_ADDR;
	iommu->retry_at = err ? time(NULL) + RETRY_S : 0;
}

/* False: there is none. @again: what is known has led nowhere. */
static bool root_get(struct iommu *iommu, bool again, uint64_t *table)
{
	bool have;

	pthread_mutex_lock(&iommu->lock);
	if (again || (!iommu->have_root && time(NULL) >= iommu->retry_at))
		root_read(iommu);
	have = iommu->have_root;
	*table = iommu->root_table;
	pthread_mutex_unlock(&iommu->lock);
	return have;
}

/* From the root to the PASID entry. Each returns NULL, or why not. */

static const char *walk_context(struct iommu *iommu, uint64_t root,
				uint64_t *context)
{
	unsigned int bus = iommu->rid >> 8, devfn = iommu->rid & 0xff;
	uint64_t half;

	/* A root entry has a half for each 128 functions (9.2). */
	if (!word_read(iommu, root, 2 * bus + (devfn >> 7), &half) ||
	    !(half & PRESENT))
		return "no root entry";
	if (!word_read(iommu, half, 4 * (devfn & 0x7f), context) ||
	    !(*context & PRESENT))
		return "no context entry";
	if (!(*context & CTX_PASIDE))
		return "PASIDs are off for this function";
	return NULL;
}

static const char *walk_pasid(struct iommu *iommu, uint64_t context,
			      uint32_t pasid, uint64_t entry[3])
{
	uint64_t directory;

	if (pasid >> 6 >= BIT(CTX_PDTS(context) + 7))
		return "PASID beyond the directory";
	if (!word_read(iommu, context, pasid >> 6, &directory) ||
	    !(directory & PRESENT))
		return "no PASID directory entry";
	for (unsigned int i = 0; i < 3; i++) {
		if (!word_read(iommu, directory, 8 * (pasid & 0x3f) + i,
			       &entry[i]))
			return "PASID table is not in RAM";
	}
	return entry[0] & PRESENT ? NULL : "no PASID entry";
}

/* The page tables. */

static const char *first_stage(const uint64_t entry[3],
			       const struct request *req, struct paging *paging)
{
	uint64_t q2 = entry[2];
	unsigned int levels = 4 + (unsigned int)PE_FSPM(q2);
	int64_t sign;

	if (levels > 5)
		return "first-stage paging mode";
	sign = (int64_t)req->iova >> (9 * levels + 11);
	if (sign != 0 && sign != -1)
		return "address is not canonical";
	if (req->priv && !(q2 & PE_SRE))
		return "supervisor requests are off";
	*paging = (struct paging){
		.levels = levels,
		.table = q2,
		.need = FS_PRESENT,
		.accessed = FS_ACCESSED,
		.dirty = FS_DIRTY,
		.low_ok = FS_PAT_LARGE,
	};
	if (!req->priv)
		paging->need |= FS_USER;
	/* Supervisor writes pass read-only pages unless write-protect is on. */
	if (req->write && (!req->priv || q2 & PE_WPE))
		paging->need |= FS_WRITE;
	if (q2 & PE_EAFE)
		paging->accessed |= FS_EXT_ACCESSED;
	return NULL;
}

static const char *second_stage(const uint64_t entry[3],
				const struct request *req, struct paging *paging)
{
	uint64_t q0 = entry[0];
	unsigned int aw = (unsigned int)PE_AW(q0);

	if (aw < 1 || aw > 3)
		return "second-stage address width";
	if (req->iova >> (30 + 9 * aw))
		return "address beyond the second-stage width";
	*paging = (struct paging){
		.levels = 2 + aw,
		.table = q0,
		.need = req->write ? SS_WRITE : SS_READ,
		.accessed = q0 & PE_SSADE ? SS_ACCESSED : 0,
		.dirty = q0 & PE_SSADE ? SS_DIRTY : 0,
	};
	return NULL;
}

static bool is_leaf(uint64_t entry, unsigned int level)
{
	return level == 1 || entry & PAGE_SIZE_BIT;
}

/* Why an access begins again: software was quicker, or this thread was stopped. */
static const char changed[] = "the tables changed";

/* Checks an entry and leaves the accessed and dirty bits, in one atomic step:
 * an entry that software clears meanwhile is not brought back. */
static const char *entry_use(uint64_t *slot, const struct paging *paging, bool write,
			     unsigned int level, uint64_t *entry)
{
	uint64_t marks = paging->accessed;

	*entry = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	if ((*entry & paging->need) != paging->need)
		return "not present or not permitted";
	if (write && is_leaf(*entry, level))
		marks |= paging->dirty;
	if ((*entry & marks) == marks || restart_exchange(slot, *entry, *entry | marks))
		return NULL;
	return changed;
}

static const char *walk_pages(struct iommu *iommu, const struct paging *paging,
			      const struct request *req, uint64_t *gpa)
{
	uint64_t table = paging->table, entry, in_page;
	unsigned int level = paging->levels;
	const char *why;
	uint64_t *slot;

	for (;; level--, table = entry) {
		unsigned int shift = 9 * level + 3;

		slot = word_at(iommu, table, (req->iova >> shift) & 0x1ff);
		if (!slot)
			return "page table is not in RAM";
		why = entry_use(slot, paging, req->write, level, &entry);
		if (why)
			return why;
		if (!is_leaf(entry, level))
			continue;
		in_page = BIT(shift) - 1;
		break;
	}
	if (level > 3 || (entry & TABLE_ADDR & in_page & ~paging->low_ok))
		return "reserved bits in a large page";
	*gpa = (entry & TABLE_ADDR & ~in_page) | (req->iova & in_page);
	return NULL;
}

static const char *walk_entry(struct iommu *iommu, const uint64_t entry[3],
			      const struct request *req, uint64_t *gpa)
{
	struct paging paging = { 0 };
	const char *why;

	switch (PE_PGTT(entry[0])) {
	case PGTT_FIRST:
		why = first_stage(entry, req, &paging);
		break;
	case PGTT_SECOND:
		why = second_stage(entry, req, &paging);
		break;
	case PGTT_PASS_THROUGH:
		*gpa = req->iova;
		return NULL;
	case PGTT_NESTED:
		return "nested translation is not modelled";
	default:
		return "reserved translation type";
	}
	return why ? why : walk_pages(iommu, &paging, req, gpa);
}

/* @found: the tables led to a PASID entry, so that the root was right. */
static const char *walk(struct iommu *iommu, uint64_t root,
			const struct request *req, bool *found, uint64_t *gpa)
{
	uint64_t context, entry[3];
	const char *why = walk_context(iommu, root, &context);

	if (!why)
		why = walk_pasid(iommu, context, req->pasid, entry);
	*found = !why;
	return why ? why : walk_entry(iommu, entry, req, gpa);
}

/* Begins a section. A fault that was found in tables of a while ago is none. */
static const char *walk_anew(struct iommu *iommu, uint64_t root,
			     const struct request *req, bool *found, uint64_t *gpa)
{
	const char *why;

	restart_begin();
	why = walk(iommu, root, req, found, gpa);
	return why && restart_is_void() ? changed : why;
}

static const char *translate(struct iommu *iommu, const struct request *req,
			     uint64_t *gpa)
{
	uint64_t root;
	bool found = false;
	const char *why;

	if (!root_get(iommu, false, &root))
		return "no root table";
	why = walk_anew(iommu, root, req, &found, gpa);
	/* The machine may have moved its tables (a reboot): ask once more. */
	if (why != changed && !found && root_get(iommu, true, &root))
		why = walk_anew(iommu, root, req, &found, gpa);
	return why;
}

/* The RAM behind the page of @req->iova, or why there is none. */
static const char *page_of(struct iommu *iommu, const struct request *req,
			   uint8_t **page)
{
	uint64_t gpa = 0;
	const char *why = translate(iommu, req, &gpa);

	if (why)
		return why;
	*page = ram_at(iommu, gpa & ~(uint64_t)(PAGE - 1), PAGE);
	return *page ? NULL : "translates to no RAM";
}

/*
 * Translates and copies @len bytes of one page, as one: software that has made a
 * translation invalid and has waited for the vIOMMU can give the page to another
 * use at once. Without @buf, only translates.
 */
static const char *copy_once(struct iommu *iommu, const struct request *req,
			     uint8_t *buf, size_t len)
{
	uint8_t *page = NULL;
	const char *why = page_of(iommu, req, &page);

	if (why || !buf)
		return why;
	page += req->iova % PAGE;
	if (!restart_copy(req->write ? page : buf, req->write ? buf : page, len))
		return changed;
	return shmap_is_broken(&iommu->ram) ? "the RAM is gone" : NULL;
}

static bool copy_in_page(struct iommu *iommu, const struct request *req,
			 uint8_t *buf, size_t len)
{
	const char *why;

	do {
		why = copy_once(iommu, req, buf, len);
	} while (why == changed);
	if (why)
		emu_trace("bus", "fault pasid=%" PRIu32 " addr=0x%" PRIx64
			  " write=%d priv=%d why=\"%s\"", req->pasid, req->iova,
			  req->write, req->priv, why);
	return !why;
}

/* Without @buf, how far it could copy. */
static size_t iommu_copy(struct iommu *iommu, struct request *req, uint8_t *buf,
			 size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = PAGE - req->iova % PAGE;

		if (n > len - done)
			n = len - done;
		if (!copy_in_page(iommu, req, buf ? buf + done : NULL, n))
			break;
		done += n;
		req->iova += n;
		if (!req->iova)
			break;		/* the end of the address space */
	}
	return done;
}

size_t iommu_read(struct iommu *iommu, const struct emu_requester *who,
		  uint64_t iova, void *buf, size_t len)
{
	struct request req = { .pasid = who->pasid, .priv = who->priv,
			       .iova = iova };

	return iommu_copy(iommu, &req, buf, len);
}

size_t iommu_write(struct iommu *iommu, const struct emu_requester *who,
		   uint64_t iova, const void *buf, size_t len)
{
	struct request req = { .pasid = who->pasid, .priv = who->priv,
			       .write = true, .iova = iova };

	return iommu_copy(iommu, &req, (uint8_t *)buf, len);
}

size_t iommu_reach(struct iommu *iommu, const struct emu_requester *who,
		   uint64_t iova, size_t len)
{
	return iommu_write(iommu, who, iova, NULL, len);
}
