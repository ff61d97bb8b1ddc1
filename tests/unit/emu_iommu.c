// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do addresses of a PASID go where the vIOMMU's tables say, with the rights
 * that they give? The tables are built here as VT-d lays them out.
 */
#include "../emu/iommu.h"	/* kmod has one of the same name */
#include "qmp.h"
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PAGE		UINT64_C(4096)
#define MIB		(UINT64_C(1) << 20)
#define GIB		(UINT64_C(1) << 30)
#define RID		0x0080	/* 00:10.0 */
#define PASID		0x45u
#define TES		(1u << 31)
#define SCALABLE	(1u << 10)

/* First stage: P, R/W, U/S. Second stage: R, W. */
enum { P = 1, W = 2, U = 4, LARGE = 0x80, A = 0x20, D = 0x40, EA = 0x400 };
enum { SR = 1, SW = 2, SA = 0x100, SD = 0x200 };
enum { FIRST = 1, SECOND, NESTED, PASS };

struct guest {
	int fd;
	uint64_t size, next;	/* next free page for a table */
	uint8_t *ram;
	struct iommu *iommu;
	struct iommu_root root;
	int root_err;
	unsigned int nr_root_reads;
	uint64_t context, entry;	/* where the function's and PASID's are */
	bool working;
};

static uint64_t *word(struct guest *g, uint64_t gpa)
{
	return (uint64_t *)(g->ram + gpa);
}

static uint64_t new_table(struct guest *g)
{
	uint64_t at = g->next;

	g->next += PAGE;
	return at;
}

static int give_root(void *arg, struct iommu_root *root)
{
	struct guest *g = arg;

	g->nr_root_reads++;
	*root = g->root;
	return g->root_err;
}

static void put_entry(struct guest *g, uint64_t q0, uint64_t q2)
{
	*word(g, g->entry) = q0;
	*word(g, g->entry + 16) = q2;
}

/* Root -> context -> directory -> entry for @rid, with the entry empty. */
static void build_root(struct guest *g, uint16_t rid)
{
	uint64_t root = new_table(g), contexts = new_table(g);
	uint64_t directory = new_table(g), pasids = new_table(g);

	g->root = (struct iommu_root){ .root = root | SCALABLE, .status = TES };
	*word(g, root + 16 * (rid >> 8) + (rid & 0x80 ? 8 : 0)) = contexts | P;
	g->context = contexts + 32 * (rid & 0x7f);
	*word(g, g->context) = directory | P | 1 << 3;
	*word(g, directory + 8 * (PASID >> 6)) = pasids | P;
	g->entry = pasids + 64 * (PASID & 63);
}

static void guest_init(struct guest *g, uint64_t size, uint16_t rid)
{
	const struct iommu_ops ops = { give_root, g };

	*g = (struct guest){ .fd = memfd_create("ram", MFD_CLOEXEC),
			     .size = size, .next = MIB };
	CHECK(!ftruncate(g->fd, (off_t)size));
	g->ram = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_NORESERVE, g->fd, 0);
	g->iommu = iommu_new(g->fd, rid, &ops);
	CHECK(g->iommu != NULL);
	build_root(g, rid);
}

static void guest_exit(struct guest *g)
{
	iommu_free(g->iommu);
	munmap(g->ram, g->size);
	close(g->fd);
}

/* Enters @pte for @iova at @level of the @levels tables below @top. */
static uint64_t map_at(struct guest *g, uint64_t top, unsigned int levels,
		       unsigned int level, uint64_t iova, uint64_t pte,
		       uint64_t upper)
{
	for (;; levels--) {
		uint64_t at = top + 8 * ((iova >> (9 * levels + 3)) & 0x1ff);

		if (levels == level) {
			*word(g, at) = pte;
			return at;
		}
		if (!*word(g, at))
			*word(g, at) = new_table(g) | upper;
		top = *word(g, at) & ~(PAGE - 1) & ~(UINT64_C(1) << 63);
	}
}

static const struct emu_requester user = { .pasid_valid = true, .pasid = PASID };
static const struct emu_requester supervisor = { .pasid_valid = true,
						 .pasid = PASID, .priv = true };

static bool can_read(struct guest *g, const struct emu_requester *who, uint64_t iova)
{
	char c;

	return iommu_read(g->iommu, who, iova, &c, 1) == 1;
}

static bool can_write(struct guest *g, const struct emu_requester *who, uint64_t iova)
{
	return iommu_write(g->iommu, who, iova, "w", 1) == 1;
}

/* A first-stage table for the PASID: its top, entered with the @q2 bits. */
static uint64_t first_stage(struct guest *g, uint64_t q2)
{
	uint64_t top = new_table(g);

	put_entry(g, P | FIRST << 6, top | q2);
	return top;
}

static uint64_t second_stage(struct guest *g, unsigned int aw, uint64_t q0)
{
	uint64_t top = new_table(g);

	put_entry(g, top | P | SECOND << 6 | aw << 2 | q0, 0);
	return top;
}

TEST("a first-stage page is read and written")
{
	struct guest g;
	uint64_t top;
	char got[6] = "";

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 0);
	map_at(&g, top, 4, 1, 0x7f1234567000, 32 * MIB | P | W | U, P | W | U);
	strcpy((char *)g.ram + 32 * MIB + 0x10, "hello");
	CHECK_EQ(iommu_read(g.iommu, &user, 0x7f1234567010, got, 5), 5);
	CHECK(!strcmp(got, "hello"));
	CHECK_EQ(iommu_write(g.iommu, &user, 0x7f1234567020, "bye", 4), 4);
	CHECK(!strcmp((char *)g.ram + 32 * MIB + 0x20, "bye"));
	CHECK_EQ(g.nr_root_reads, 1);
	guest_exit(&g);
}

TEST("an access spans pages, and stops at the first that is not there")
{
	struct guest g;
	uint64_t top, iova = 0x40000000;
	char buf[PAGE * 3];

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 0);
	map_at(&g, top, 4, 1, iova, 40 * MIB | P | W | U, P | W | U);
	map_at(&g, top, 4, 1, iova + PAGE, 33 * MIB | P | W | U, P | W | U);
	memset(buf, 'z', sizeof(buf));
	CHECK_EQ(iommu_reach(g.iommu, &user, iova + 100, sizeof(buf)), 2 * PAGE - 100);
	CHECK_EQ(g.ram[40 * MIB + 100], 0);
	CHECK_EQ(iommu_write(g.iommu, &user, iova + 100, buf, sizeof(buf)),
		 2 * PAGE - 100);
	CHECK_EQ(g.ram[40 * MIB + 99], 0);
	CHECK_EQ(g.ram[40 * MIB + 100], 'z');
	CHECK_EQ(g.ram[33 * MIB + PAGE - 1], 'z');
	CHECK_EQ(g.ram[33 * MIB + PAGE], 0);
	guest_exit(&g);
}

TEST("first-stage large pages of 2 MiB and 1 GiB are followed")
{
	struct guest g;
	uint64_t top;

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 0);
	map_at(&g, top, 4, 2, 0x200000, 4 * MIB | P | W | U | LARGE, P | W | U);
	map_at(&g, top, 4, 3, 4 * GIB, 0 | P | W | U | LARGE, P | W | U);
	CHECK(can_write(&g, &user, 0x200000 + 5));
	CHECK_EQ(g.ram[4 * MIB + 5], 'w');
	CHECK(can_write(&g, &user, 4 * GIB + 60 * MIB));
	CHECK_EQ(g.ram[60 * MIB], 'w');
	/* Beyond RAM, though inside the large page. */
	CHECK(!can_read(&g, &user, 4 * GIB + 64 * MIB));
	guest_exit(&g);
}

TEST("reserved bits in a large page fault; a page attribute is none")
{
	struct guest g;
	uint64_t top;

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 0);
	map_at(&g, top, 4, 2, 0x200000, 4 * MIB | P | W | U | LARGE | 0x1000, P | W | U);
	map_at(&g, top, 4, 2, 0x400000, 4 * MIB | P | W | U | LARGE | 0x2000, P | W | U);
	map_at(&g, top, 4, 4, UINT64_C(1) << 39, P | W | U | LARGE, 0);
	CHECK(can_read(&g, &user, 0x200000));
	CHECK(!can_read(&g, &user, 0x400000));
	CHECK(!can_read(&g, &user, UINT64_C(1) << 39));
	guest_exit(&g);
}

TEST("five-level first-stage tables are followed, and addresses must be canonical")
{
	struct guest g;
	uint64_t top, iova = UINT64_C(1) << 50, high = -(UINT64_C(1) << 50);

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 1 << 2);
	map_at(&g, top, 5, 1, iova, 32 * MIB | P | W | U, P | W | U);
	map_at(&g, top, 5, 1, high, 32 * MIB | P | W | U, P | W | U);
	CHECK(can_read(&g, &user, iova));
	CHECK(can_read(&g, &user, high));
	CHECK(!can_read(&g, &user, UINT64_C(1) << 57));
	top = first_stage(&g, 0);
	map_at(&g, top, 4, 1, 0, 32 * MIB | P | W | U, P | W | U);
	CHECK(can_read(&g, &user, 0));
	CHECK(!can_read(&g, &user, UINT64_C(1) << 48));
	CHECK(!can_read(&g, &user, UINT64_C(1) << 47));
	top = first_stage(&g, 2 << 2);
	CHECK(!can_read(&g, &user, 0));
	guest_exit(&g);
}

TEST("first-stage rights hold at every level, for users and for supervisors")
{
	/* Rights of the upper entries and of the leaf; then what they allow. */
	static const struct {
		uint64_t upper, leaf, q2;
		bool user_reads, user_writes, priv_reads, priv_writes;
	} cases[] = {
		{ P | W | U, P | W | U, 0, true, true, false, false },
		{ P | W | U, P | W | U, 1, true, true, true, true },
		{ P | W | U, P | U, 1, true, false, true, true },
		{ P | W | U, P | U, 1 | 1 << 4, true, false, true, false },
		{ P | U, P | W | U, 1 | 1 << 4, true, false, true, false },
		{ P | W, P | W | U, 1, false, false, true, true },
		{ P | W | U, P | W, 1, false, false, true, true },
		{ P | W | U, W | U, 1, false, false, false, false },
		{ W | U, P | W | U, 1, false, false, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct guest g;
		uint64_t top;

		guest_init(&g, 64 * MIB, RID);
		top = first_stage(&g, cases[i].q2);
		map_at(&g, top, 4, 1, PAGE, 32 * MIB | cases[i].leaf, cases[i].upper);
		CHECK_EQ(can_read(&g, &user, PAGE), cases[i].user_reads);
		CHECK_EQ(can_write(&g, &user, PAGE), cases[i].user_writes);
		CHECK_EQ(can_read(&g, &supervisor, PAGE), cases[i].priv_reads);
		CHECK_EQ(can_write(&g, &supervisor, PAGE), cases[i].priv_writes);
		guest_exit(&g);
	}
}

TEST("the first-stage walk leaves accessed, and dirty in the leaf of a write")
{
	struct guest g;
	uint64_t top, leaf, upper;

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 0);
	leaf = map_at(&g, top, 4, 1, 0, 32 * MIB | P | W | U, P | W | U);
	upper = top;
	CHECK(can_read(&g, &user, 0));
	CHECK_EQ(*word(&g, leaf), 32 * MIB | P | W | U | A);
	CHECK_EQ(*word(&g, upper) & 0xfff, P | W | U | A);
	CHECK(can_write(&g, &user, 0));
	CHECK_EQ(*word(&g, leaf), 32 * MIB | P | W | U | A | D);
	CHECK_EQ(*word(&g, upper) & 0xfff, P | W | U | A);
	/* A refused write marks nothing in the leaf. */
	leaf = map_at(&g, top, 4, 1, PAGE, 32 * MIB | P | U, P | W | U);
	CHECK(!can_write(&g, &user, PAGE));
	CHECK_EQ(*word(&g, leaf), 32 * MIB | P | U);
	/* Extended accessed, when the entry asks for it. */
	put_entry(&g, P | FIRST << 6, top | 1 << 7);
	CHECK(can_read(&g, &user, PAGE));
	CHECK_EQ(*word(&g, leaf), 32 * MIB | P | U | A | EA);
	guest_exit(&g);
}

TEST("second-stage tables of 3, 4 and 5 levels are followed within their width")
{
	for (unsigned int aw = 1; aw <= 3; aw++) {
		uint64_t top, last = (UINT64_C(1) << (30 + 9 * aw)) - PAGE;
		struct guest g;

		guest_init(&g, 64 * MIB, RID);
		top = second_stage(&g, aw, 0);
		map_at(&g, top, 2 + aw, 1, last, 32 * MIB | SR | SW, SR | SW);
		map_at(&g, top, 2 + aw, 2, 0, 6 * MIB | SR | SW | LARGE, SR | SW);
		map_at(&g, top, 2 + aw, 3, GIB, 0 | SR | SW | LARGE, SR | SW);
		CHECK(can_write(&g, &user, last));
		CHECK_EQ(g.ram[32 * MIB], 'w');
		CHECK(can_write(&g, &user, 0x1fffff));
		CHECK_EQ(g.ram[8 * MIB - 1], 'w');
		CHECK(can_write(&g, &user, GIB + 63 * MIB));
		CHECK_EQ(g.ram[63 * MIB], 'w');
		CHECK(!can_read(&g, &user, last + PAGE));
		guest_exit(&g);
	}
}

TEST("second-stage rights hold at every level")
{
	static const struct { uint64_t upper, leaf; bool reads, writes; } cases[] = {
		{ SR | SW, SR | SW, true, true }, { SR | SW, SR, true, false },
		{ SR | SW, SW, false, true },	  { SR, SR | SW, true, false },
		{ SW, SR | SW, false, true },	  { SR | SW, 0, false, false },
		{ SR, SW, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct guest g;
		uint64_t top;

		guest_init(&g, 64 * MIB, RID);
		top = second_stage(&g, 2, 0);
		map_at(&g, top, 4, 1, PAGE, 32 * MIB | cases[i].leaf, cases[i].upper);
		CHECK_EQ(can_read(&g, &user, PAGE), cases[i].reads);
		CHECK_EQ(can_write(&g, &supervisor, PAGE), cases[i].writes);
		guest_exit(&g);
	}
}

TEST("the second-stage walk marks only where the PASID entry asks for it")
{
	struct guest g;
	uint64_t top, leaf;

	guest_init(&g, 64 * MIB, RID);
	top = second_stage(&g, 2, 0);
	leaf = map_at(&g, top, 4, 1, 0, 32 * MIB | SR | SW, SR | SW);
	CHECK(can_write(&g, &user, 0));
	CHECK_EQ(*word(&g, leaf), 32 * MIB | SR | SW);
	top = second_stage(&g, 2, 1 << 9);
	leaf = map_at(&g, top, 4, 1, 0, 32 * MIB | SR | SW, SR | SW);
	CHECK(can_read(&g, &user, 0));
	CHECK_EQ(*word(&g, leaf), 32 * MIB | SR | SW | SA);
	CHECK(can_write(&g, &user, 0));
	CHECK_EQ(*word(&g, leaf), 32 * MIB | SR | SW | SA | SD);
	guest_exit(&g);
}

TEST("pass-through reaches RAM as it is; nested and reserved types fault")
{
	struct guest g;
	uint64_t top;

	guest_init(&g, 64 * MIB, RID);
	put_entry(&g, P | PASS << 6, 0);
	CHECK(can_write(&g, &user, 50 * MIB));
	CHECK_EQ(g.ram[50 * MIB], 'w');
	CHECK(!can_read(&g, &user, 64 * MIB));
	CHECK(!can_write(&g, &user, 0xfee00000));
	top = second_stage(&g, 2, 0);
	map_at(&g, top, 4, 1, 0, 32 * MIB | SR | SW, SR | SW);
	CHECK(can_read(&g, &user, 0));
	for (unsigned int type = 0; type < 8; type++) {
		if (type == FIRST || type == SECOND || type == PASS)
			continue;
		put_entry(&g, top | P | type << 6 | 2 << 2, top);
		CHECK(!can_read(&g, &user, 0));
	}
	guest_exit(&g);
}

TEST("each table on the road must be present, and PASIDs on")
{
	struct guest g;
	struct emu_requester other = user;
	uint64_t top, val;

	guest_init(&g, 64 * MIB, RID);
	top = second_stage(&g, 2, 0);
	map_at(&g, top, 4, 1, 0, 32 * MIB | SR | SW, SR | SW);
	CHECK(can_read(&g, &user, 0));
	/* Another PASID of the same table, of the same directory, and beyond. */
	other.pasid = PASID + 1;
	CHECK(!can_read(&g, &other, 0));
	other.pasid = PASID + 64;
	CHECK(!can_read(&g, &other, 0));
	other.pasid = 128 * 64 + PASID;
	CHECK(!can_read(&g, &other, 0));

	val = *word(&g, g.entry);
	*word(&g, g.entry) = val & ~UINT64_C(1);
	CHECK(!can_read(&g, &user, 0));
	*word(&g, g.entry) = val;
	CHECK(can_read(&g, &user, 0));

	val = *word(&g, g.context);
	*word(&g, g.context) = val & ~UINT64_C(8);
	CHECK(!can_read(&g, &user, 0));
	*word(&g, g.context) = val & ~UINT64_C(1);
	CHECK(!can_read(&g, &user, 0));
	*word(&g, g.context) = (GIB + PAGE) | P | 8;	/* not RAM */
	CHECK(!can_read(&g, &user, 0));
	*word(&g, g.context) = val;
	CHECK(can_read(&g, &user, 0));
	guest_exit(&g);
}

TEST("the directory is as large as the context entry says")
{
	struct guest g;
	struct emu_requester far = user;
	uint64_t top, directory, pasids;

	guest_init(&g, 64 * MIB, RID);
	top = second_stage(&g, 2, 0);
	map_at(&g, top, 4, 1, 0, 32 * MIB | SR | SW, SR | SW);
	far.pasid = 0xfffff;
	g.next += 32 * PAGE;	/* 2^14 entries of 8 bytes */
	pasids = new_table(&g);
	directory = g.next;
	g.next += 32 * PAGE;
	*word(&g, directory + 8 * (far.pasid >> 6)) = pasids | P;
	*word(&g, pasids + 64 * 63) = *word(&g, g.entry);
	*word(&g, g.context) = directory | P | 8 | 7 << 9;
	CHECK(can_read(&g, &far, 0));
	*word(&g, g.context) = directory | P | 8 | 6 << 9;
	CHECK(!can_read(&g, &far, 0));
	guest_exit(&g);
}

TEST("functions on other buses and above 128 have their own place")
{
	static const uint16_t rids[] = { 0x0008, 0x00ff, 0x3a7f, 0xff80 };

	for (size_t i = 0; i < sizeof(rids) / sizeof(*rids); i++) {
		struct guest g;

		guest_init(&g, 64 * MIB, rids[i]);
		put_entry(&g, P | PASS << 6, 0);
		CHECK(can_read(&g, &user, 0));
		guest_exit(&g);
	}
}

TEST("page tables that point out of RAM fault")
{
	struct guest g;
	uint64_t top;

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 0);
	map_at(&g, top, 4, 4, 0, (64 * MIB) | P | W | U, 0);
	CHECK(!can_read(&g, &user, 0));
	map_at(&g, top, 4, 4, 0, UINT64_C(0x000ffffffffff000) | P | W | U, 0);
	CHECK(!can_read(&g, &user, 0));
	map_at(&g, top, 4, 4, 0, 0, 0);
	map_at(&g, top, 4, 1, 0, (64 * MIB) | P | W | U, P | W | U);
	CHECK(!can_read(&g, &user, 0));
	put_entry(&g, P | FIRST << 6, UINT64_C(0x000ffffffffff000));
	CHECK(!can_read(&g, &user, 0));
	guest_exit(&g);
}

TEST("RAM above 4 GiB is where q35 splits it")
{
	struct guest g;

	guest_init(&g, 3 * GIB, RID);
	put_entry(&g, P | PASS << 6, 0);
	CHECK(can_write(&g, &user, 2 * GIB - 1));
	CHECK(!can_write(&g, &user, 2 * GIB));
	CHECK(can_write(&g, &user, 4 * GIB));
	CHECK_EQ(g.ram[2 * GIB], 'w');
	CHECK(can_write(&g, &user, 5 * GIB - 1));
	CHECK(!can_write(&g, &user, 5 * GIB));
	guest_exit(&g);
	guest_init(&g, 0xb0000000 - PAGE, RID);
	put_entry(&g, P | PASS << 6, 0);
	CHECK(can_write(&g, &user, 2 * GIB));
	CHECK(!can_write(&g, &user, 4 * GIB));
	guest_exit(&g);
}

TEST("the root is read once, again when it leads nowhere, and after a reset")
{
	struct guest g;
	struct iommu_root old;

	guest_init(&g, 64 * MIB, RID);
	put_entry(&g, P | PASS << 6, 0);
	CHECK(can_read(&g, &user, 0) && can_read(&g, &user, 0));
	CHECK_EQ(g.nr_root_reads, 1);
	/* A page fault behind a good entry does not ask again. */
	CHECK(!can_read(&g, &user, 64 * MIB));
	CHECK_EQ(g.nr_root_reads, 1);
	/* The tables move. */
	old = g.root;
	memset(g.ram + (old.root & ~(PAGE - 1)), 0, PAGE);
	build_root(&g, RID);
	put_entry(&g, P | PASS << 6, 0);
	CHECK(can_read(&g, &user, 0));
	CHECK_EQ(g.nr_root_reads, 2);
	iommu_reset(g.iommu);
	CHECK(can_read(&g, &user, 0));
	CHECK_EQ(g.nr_root_reads, 3);
	guest_exit(&g);
}

TEST("without a vIOMMU that translates in scalable mode every access faults")
{
	static const struct iommu_root bad[] = {
		{ .status = 0, .root = MIB | SCALABLE },
		{ .status = TES, .root = MIB },
		{ .status = TES, .root = MIB | 2 << 10 },
		{ .status = TES, .root = MIB | 3 << 10 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct guest g;

		guest_init(&g, 64 * MIB, RID);
		put_entry(&g, P | PASS << 6, 0);
		g.root = bad[i];
		CHECK(!can_read(&g, &user, 0));
		guest_exit(&g);
	}
}

TEST("a monitor that does not answer is not asked for every access")
{
	struct guest g;

	guest_init(&g, 64 * MIB, RID);
	put_entry(&g, P | PASS << 6, 0);
	g.root_err = -ETIMEDOUT;
	for (unsigned int i = 0; i < 100; i++)
		CHECK(!can_read(&g, &user, 0));
	CHECK(g.nr_root_reads <= 2);
	g.root_err = 0;
	iommu_reset(g.iommu);
	CHECK(can_read(&g, &user, 0));
	guest_exit(&g);
}

TEST("RAM that shrinks is a fault, not a crash")
{
	struct guest g;
	char c;

	guest_init(&g, 64 * MIB, RID);
	put_entry(&g, P | PASS << 6, 0);
	CHECK(!ftruncate(g.fd, (off_t)(32 * MIB)));
	CHECK_EQ(iommu_read(g.iommu, &user, 40 * MIB, &c, 1), 0);
	CHECK_EQ(iommu_read(g.iommu, &user, 0, &c, 1), 0);
	guest_exit(&g);
}

struct racer {
	struct guest *g;
	bool stop;
};

static void *walk_on(void *arg)
{
	struct racer *racer = arg;

	while (!__atomic_load_n(&racer->stop, __ATOMIC_RELAXED))
		can_write(racer->g, &user, 0);
	return NULL;
}

TEST("an entry that software clears is never brought back by a mark")
{
	struct guest g;
	struct racer racer = { .g = &g };
	pthread_t threads[2];
	uint64_t top, leaf, back = 0;

	guest_init(&g, 64 * MIB, RID);
	top = first_stage(&g, 0);
	leaf = map_at(&g, top, 4, 1, 0, 0, P | W | U);
	for (unsigned int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, walk_on, &racer);
	for (unsigned int i = 0; i < 20000 && !back; i++) {
		__atomic_store_n(word(&g, leaf), 32 * MIB | P | W | U, __ATOMIC_SEQ_CST);
		__atomic_store_n(word(&g, leaf), 0, __ATOMIC_SEQ_CST);
		/* A mark that comes late has time to show. */
		for (unsigned int j = 0; j < 200; j++)
			back |= __atomic_load_n(word(&g, leaf), __ATOMIC_SEQ_CST);
	}
	CHECK_EQ(back, 0);
	__atomic_store_n(&racer.stop, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	guest_exit(&g);
}

/* A monitor that says what the test wrote for it, one text per line received. */
struct monitor {
	char path[64];
	int listener;
	const char *const *says;	/* the first on connect; NULL ends */
	pthread_t thread;
};

static void *monitor_run(void *arg)
{
	struct monitor *m = arg;
	int sock = accept(m->listener, NULL, NULL);
	char c;

	for (const char *const *say = m->says; *say; say++) {
		if (send(sock, *say, strlen(*say), MSG_NOSIGNAL) < 0)
			break;
		while (recv(sock, &c, 1, 0) == 1 && c != '\n')
			;
	}
	close(sock);
	return NULL;
}

static void monitor_start(struct monitor *m, const char *const *says)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(m->path, sizeof(m->path), "/tmp/emu_iommu.%d", getpid());
	unlink(m->path);
	strcpy(addr.sun_path, m->path);
	m->says = says;
	m->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(!bind(m->listener, (struct sockaddr *)&addr, sizeof(addr)) &&
	      !listen(m->listener, 1));
	pthread_create(&m->thread, NULL, monitor_run, m);
}

static void monitor_stop(struct monitor *m)
{
	shutdown(m->listener, SHUT_RDWR);
	pthread_join(m->thread, NULL);
	close(m->listener);
	unlink(m->path);
}

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n"
#define OK	 "{\"return\": {}}\r\n"

/* One that stays silent takes @limit_ms. */
static int ask(const char *const *says, int limit_ms, struct iommu_root *root)
{
	static const struct qmp_reg regs[] = { { 0xfed9001c, 4 }, { 0xfed90020, 8 } };
	struct monitor m;
	uint64_t vals[2] = { 0 };
	int err;

	monitor_start(&m, says);
	err = qmp_read_regs(m.path, regs, 2, vals, limit_ms);
	monitor_stop(&m);
	root->status = (uint32_t)vals[0];
	root->root = vals[1];
	return err;
}

TEST("the registers are read from a monitor, events between answers are skipped")
{
	static const char *const says[] = {
		GREETING, OK,
		"{\"timestamp\": {}, \"event\": \"RTC_CHANGE\"}\r\n"
		"{\"return\": \"00000000fed9001c: 0xc0000000\\r\\n\"}\r\n",
		"{\"return\": \"00000000fed90020: 0x0000000001b62400\\r\\n\"}\r\n",
		NULL,
	};
	struct iommu_root root;

	CHECK_EQ(ask(says, 10000, &root), 0);
	CHECK_EQ(root.status, 0xc0000000);
	CHECK_EQ(root.root, 0x1b62400);
}

/*
 * Software on the processor of the device's thread gives the PASID's page another
 * use, of which it knows that nobody else writes it. Whenever it runs, the device's
 * thread stands still somewhere in an access.
 */
enum { NR_MOVES = 2000 };

static void *write_always(void *arg)
{
	struct guest *g = arg;
	char page[4096];

	memset(page, 'w', sizeof(page));
	while (__atomic_load_n(&g->working, __ATOMIC_RELAXED))
		iommu_write(g->iommu, &user, 0, page, sizeof(page));
	return NULL;
}

static void one_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	CHECK(!sched_setaffinity(0, sizeof(set), &set));
}

/* From @from to @to: how many bytes of @from are written after it is free. */
static unsigned int move_page(struct guest *g, uint64_t *entry, uint64_t from, uint64_t to)
{
	const struct timespec moment = { .tv_nsec = 50000 };
	unsigned int late = 0;

	nanosleep(&moment, NULL);
	__atomic_store_n(entry, to | P | W | U, __ATOMIC_RELEASE);
	memset(g->ram + from, 0, PAGE);
	nanosleep(&moment, NULL);
	for (size_t i = 0; i < PAGE; i++)
		late += g->ram[from + i] != 0;
	return late;
}

TEST("a thread that was stopped in an access writes nothing to the page that was there before")
{
	struct guest g;
	uint64_t pages[2], *entry;
	unsigned int late = 0;
	pthread_t thread;

	guest_init(&g, GIB, RID);
	pages[0] = new_table(&g);
	pages[1] = new_table(&g);
	entry = word(&g, map_at(&g, first_stage(&g, 0), 4, 1, 0, pages[0] | P | W | U, P | W | U));
	one_processor();
	g.working = true;
	CHECK(!pthread_create(&thread, NULL, write_always, &g));
	for (unsigned int i = 0; i < NR_MOVES; i++)
		late += move_page(&g, entry, pages[i % 2], pages[!(i % 2)]) > 0;
	__atomic_store_n(&g.working, false, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	CHECK_EQ(late, 0);
	guest_exit(&g);
}

TEST("a monitor that says anything else is an error, not a value")
{
	static const char *const no_greeting[] = { "{\"x\": 1}\r\n", NULL };
	static const char *const not_json[] = { "hello\r\n", NULL };
	static const char *const not_object[] = { "[1]\r\n", NULL };
	static const char *const refuses[] = { GREETING, "{\"error\": {\"class\": \"X\"}}\r\n", NULL };
	static const char *const no_dump[] = { GREETING, OK, "{\"return\": \"unknown command\\r\\n\"}\r\n", NULL };
	static const char *const bad_dump[] = { GREETING, OK, "{\"return\": \"fed9001c: 0xc000 0x1\\r\\n\"}\r\n", NULL };
	static const char *const empty_dump[] = { GREETING, OK, "{\"return\": \"fed9001c:\\r\\n\"}\r\n", NULL };
	static const char *const leaves[] = { GREETING, OK, NULL };
	static const struct { const char *const *says; int err; } cases[] = {
		{ no_greeting, ECONNRESET }, { not_json, EPROTO },
		{ not_object, EPROTO }, { refuses, EPROTO }, { no_dump, EPROTO },
		{ bad_dump, EPROTO }, { empty_dump, EPROTO }, { leaves, ECONNRESET },
	};
	struct iommu_root root;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int err = ask(cases[i].says, 500, &root);

		/* One that hears nothing more may close or stay silent. */
		CHECK(err == -cases[i].err || err == -ETIMEDOUT);
	}
}

TEST("a line without end is an error")
{
	static char endless[9000];
	static const char *const says[] = { endless, NULL };
	struct iommu_root root;

	memset(endless, ' ', sizeof(endless) - 1);
	CHECK_EQ(ask(says, 500, &root), -EPROTO);
}

TEST("a monitor that is busy with someone else times out; none at all is told apart")
{
	static const struct qmp_reg reg = { 0xfed90020, 8 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	uint64_t val;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/emu_iommu.%d", getpid());
	unlink(addr.sun_path);
	CHECK_EQ(qmp_read_regs(addr.sun_path, &reg, 1, &val, 200), -ENOENT);
	CHECK(!bind(listener, (struct sockaddr *)&addr, sizeof(addr)) &&
	      !listen(listener, 1));
	CHECK_EQ(qmp_read_regs(addr.sun_path, &reg, 1, &val, 200), -ETIMEDOUT);
	close(listener);
	unlink(addr.sun_path);
}
