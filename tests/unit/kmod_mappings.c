// SPDX-License-Identifier: GPL-2.0-only
/* Are a holder's mappings read where VFIO is as expected, and left alone where it is not? */
#include <sys/mman.h>
#include "unit.h"
#include "private/mappings.c"

#define NR	3
#define ROOM	256	/* bytes around the container's state that are no part of it */

static struct device dev;
static struct task_struct task, thread = { .group_leader = &task };
static pgd_t __attribute__((aligned(4096))) tables[2];
static struct mm_struct mm;
static struct vfio_iommu_driver_ops ops;
static struct vfio_iommu_driver driver = { .ops = &ops };
static struct vfio_container container = { .iommu_driver = &driver };
static struct vfio_group group = { .container = &container };
static struct vfio_device vfio = { .dev = &dev, .group = &group };
static struct vfio_dma dma[NR];	/* dma[1] is the root, between the others */
static struct {
	char before[ROOM];
	struct vfio_iommu iommu;
	char after[ROOM];
} room;

static void init_dma(struct vfio_dma *at, u64 iova, struct rb_node *parent)
{
	*at = (struct vfio_dma) {
		.node.__rb_parent_color = (unsigned long)parent | (parent ? RB_RED : RB_BLACK),
		.iova = iova, .vaddr = 0x7f0000000000 + iova, .size = 0x4000,
		.prot = IOMMU_READ | IOMMU_WRITE, .task = &task, .mm = &mm,
	};
}

static void fresh(void)
{
	memset(&room, 0, sizeof(room));
	INIT_LIST_HEAD(&room.iommu.domain_list);
	INIT_LIST_HEAD(&room.iommu.iova_list);
	INIT_LIST_HEAD(&room.iommu.device_list);
	mm.pgd = tables;
	task.group_leader = &task;
	init_dma(&dma[0], 0, &dma[1].node);
	init_dma(&dma[1], 0x10000, NULL);
	init_dma(&dma[2], 0x20000, &dma[1].node);
	dma[1].node.rb_left = &dma[0].node;
	dma[1].node.rb_right = &dma[2].node;
	room.iommu.dma_list.rb_node = &dma[1].node;
	container.iommu_data = &room.iommu;
	container.iommu_driver = &driver;
	group.container = &container;
	vfio.group = &group;
	ops.name = "vfio-iommu-type1";
	dev.nr_warnings = 0;
}

static void *unreadable(void)
{
	static void *page;

	if (!page)
		page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page;
}

/* Nothing of it is read or locked, and the client's memory is probed for. */
static bool is_left_alone(void)
{
	struct vdsa_pages pages[NR];
	struct vdsa_mapping mapping;

	return !vdsa_mappings_are_known(&vfio) && !vdsa_mappings_from(&vfio, 0, pages, NR) &&
	       !vdsa_mappings_get(&vfio, 0x10, &mapping) && !vdsa_mappings_survey(&vfio).nr &&
	       !vdsa_mappings_are_pinned(&vfio) && !room.iommu.lock.held;
}

TEST("mappings are read in their order, and the lock is free afterwards")
{
	struct vdsa_pages pages[NR];

	fresh();
	CHECK(vdsa_mappings_are_known(&vfio));
	CHECK_EQ(vdsa_mappings_from(&vfio, 0, pages, NR), 3);
	CHECK_EQ(pages[0].begin, 0);
	CHECK_EQ(pages[1].begin, 0x10);
	CHECK_EQ(pages[2].end, 0x24);
	CHECK_EQ(vdsa_mappings_from(&vfio, 0x14, pages, NR), 1);
	CHECK_EQ(vdsa_mappings_survey(&vfio).nr_pages, 12);
	CHECK(!vdsa_mappings_are_pinned(&vfio));
	CHECK(vdsa_mappings_container(&vfio) == &room.iommu);
	CHECK_EQ(room.iommu.lock.held, 0);
	CHECK_EQ(dev.nr_warnings, 0);
}

TEST("a mapping has references to its task and memory, until it is put")
{
	struct vdsa_mapping mapping;

	fresh();
	CHECK(vdsa_mappings_get(&vfio, 0x13, &mapping));
	CHECK(!vdsa_mappings_get(&vfio, 0x14, &mapping));
	CHECK_EQ(mapping.vaddr, 0x7f0000010000);
	CHECK(mapping.writable);
	CHECK_EQ(task.nr_refs + mm.nr_refs, 2);
	vdsa_mapping_put(&mapping);
	CHECK_EQ(task.nr_refs + mm.nr_refs, 0);
}

TEST("a client that has mapped nothing yet is known, as is one whose thread mapped")
{
	fresh();
	room.iommu.dma_list.rb_node = NULL;
	CHECK(vdsa_mappings_are_known(&vfio));
	fresh();
	dma[1].task = &thread;
	CHECK(vdsa_mappings_are_known(&vfio));
}

TEST("a device without a container, or with another back end, has none, of which nothing is said")
{
	fresh();
	vfio.group = NULL;
	CHECK(is_left_alone());
	CHECK(vdsa_mappings_container(&vfio) == &vfio);
	fresh();
	group.container = NULL;
	CHECK(is_left_alone());
	fresh();
	container.iommu_driver = NULL;
	CHECK(is_left_alone());
	fresh();
	ops.name = "vfio-iommu-type10";
	CHECK(is_left_alone());
	CHECK_EQ(dev.nr_warnings, 0);
}

TEST("pointers that lead nowhere, from the device to the back end's name, are not followed")
{
	fresh();
	group.container = unreadable();
	CHECK(is_left_alone());
	fresh();
	container.iommu_driver = unreadable();
	CHECK(is_left_alone());
	fresh();
	driver.ops = unreadable();
	CHECK(is_left_alone());
	driver.ops = &ops;
	fresh();
	ops.name = unreadable();
	CHECK(is_left_alone());
}

TEST("a container's state that lies elsewhere, at any distance, is not locked, and this is said")
{
	int by;

	for (by = -ROOM; by <= ROOM; by += 8) {
		if (!by)
			continue;
		fresh();
		container.iommu_data = (char *)&room.iommu + by;
		CHECK(is_left_alone());
		CHECK(dev.nr_warnings);
	}
	fresh();
	container.iommu_data = unreadable();
	CHECK(is_left_alone());
}

TEST("a tree that is none is not walked: its root and their children do not agree")
{
	fresh();
	room.iommu.dma_list.rb_node = unreadable();
	CHECK(is_left_alone());
	fresh();
	room.iommu.dma_list.rb_node = (void *)&dma[1].size;
	CHECK(is_left_alone());
	fresh();
	dma[1].node.__rb_parent_color = RB_RED;
	CHECK(is_left_alone());
	fresh();
	dma[1].node.rb_left = unreadable();
	CHECK(is_left_alone());
	fresh();
	dma[2].node.__rb_parent_color = (unsigned long)&dma[0].node;
	CHECK(is_left_alone());
	CHECK(dev.nr_warnings);
}

/* What is not as expected of the root. */
static void spoil_size(void) { dma[1].size = 0; }
static void spoil_end(void) { dma[1].size = -(size_t)0x4000; }
static void spoil_iova(void) { dma[1].iova += 8; }
static void spoil_vaddr(void) { dma[1].vaddr += 0x800; }
static void spoil_prot(void) { dma[1].prot = 4; }
static void spoil_task(void) { dma[1].task = NULL; }
static void spoil_leader(void) { dma[1].task = unreadable(); }
static void spoil_mm(void) { dma[1].mm = NULL; }
static void spoil_pgd(void) { mm.pgd = NULL; }
static void spoil_pgd_offset(void) { mm.pgd = tables + 1; }

static void (*const spoil[])(void) = {
	spoil_size, spoil_end, spoil_iova, spoil_vaddr, spoil_prot, spoil_task, spoil_leader,
	spoil_mm, spoil_pgd, spoil_pgd_offset,
};

TEST("a mapping that VFIO cannot have shows that its structure is another")
{
	size_t i;

	for (i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		fresh();
		spoil[i]();
		CHECK(is_left_alone());
		CHECK(dev.nr_warnings);
	}
}
