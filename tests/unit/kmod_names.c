// SPDX-License-Identifier: GPL-2.0-only
/* Do no two vdevs have one UUID or name, from the reservation to the end? */
#include <errno.h>
#include "unit.h"
#include "core/names.c"

static const guid_t uuid[3] = { { { 1 } }, { { 2 } }, { { 3 } } };
static struct vdsa_name name[2];

static void fresh(void)
{
	vdsa_name_init(&name[0]);
	vdsa_name_init(&name[1]);
}

static void end(void)
{
	vdsa_names_remove(&name[0]);
	vdsa_names_remove(&name[1]);
}

TEST("a UUID is kept from the reservation on, and in use from the creation on")
{
	fresh();
	CHECK_EQ(vdsa_names_check(&uuid[0], ""), 0);
	vdsa_names_add(&name[0], &uuid[0], "");
	CHECK_EQ(vdsa_names_check(&uuid[0], ""), -EBUSY);
	CHECK_EQ(vdsa_names_check(&uuid[1], ""), 0);
	vdsa_names_use(&name[0]);
	CHECK_EQ(vdsa_names_check(&uuid[0], ""), -EEXIST);
	end();
	CHECK_EQ(vdsa_names_check(&uuid[0], ""), 0);
}

TEST("a name is that of one vdev, whether it exists yet or not; none is not a name")
{
	fresh();
	vdsa_names_add(&name[0], &uuid[0], "vm");
	vdsa_names_add(&name[1], &uuid[1], "");
	CHECK_EQ(vdsa_names_check(&uuid[2], "vm"), -ENOTUNIQ);
	CHECK_EQ(vdsa_names_check(&uuid[2], "vm2"), 0);
	CHECK_EQ(vdsa_names_check(&uuid[2], ""), 0);
	vdsa_names_use(&name[0]);
	CHECK_EQ(vdsa_names_check(&uuid[2], "vm"), -ENOTUNIQ);
	vdsa_names_remove(&name[0]);
	CHECK_EQ(vdsa_names_check(&uuid[2], "vm"), 0);
	CHECK_EQ(vdsa_names_check(&uuid[1], ""), -EBUSY);
	end();
}

TEST("what is taken back may be taken back again, and be used for another vdev")
{
	fresh();
	vdsa_names_add(&name[0], &uuid[0], "vm");
	vdsa_names_use(&name[0]);
	vdsa_names_remove(&name[0]);
	vdsa_names_remove(&name[0]);
	CHECK(!name[0].text[0]);
	vdsa_names_add(&name[0], &uuid[1], "vm3");
	CHECK_EQ(vdsa_names_check(&uuid[0], "vm"), 0);
	CHECK_EQ(vdsa_names_check(&uuid[1], ""), -EBUSY);
	end();
}

TEST("no lock is left held")
{
	CHECK_EQ(names_lock.held, 0);
}
