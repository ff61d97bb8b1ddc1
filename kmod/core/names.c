// SPDX-License-Identifier: GPL-2.0
/* The registry of UUIDs and names. See names.h. */
#include <linux/mutex.h>
#include <linux/string.h>
#include "names.h"

static LIST_HEAD(names);
static DEFINE_MUTEX(names_lock);	/* of the list and of what is on it */

void vdsa_name_init(struct vdsa_name *name)
{
	INIT_LIST_HEAD(&name->node);
}

int vdsa_names_check(const guid_t *uuid, const char *text)
{
	const struct vdsa_name *name;

	guard(mutex)(&names_lock);
	list_for_each_entry(name, &names, node) {
		if (guid_equal(&name->uuid, uuid))
			return name->used ? -EEXIST : -EBUSY;
		if (*text && !strcmp(name->text, text))
			return -ENOTUNIQ;
	}
	return 0;
}

void vdsa_names_add(struct vdsa_name *name, const guid_t *uuid, const char *text)
{
	guard(mutex)(&names_lock);
	name->uuid = *uuid;
	strscpy(name->text, text);
	name->used = false;
	list_add(&name->node, &names);
}

void vdsa_names_use(struct vdsa_name *name)
{
	guard(mutex)(&names_lock);
	name->used = true;
}

void vdsa_names_remove(struct vdsa_name *name)
{
	guard(mutex)(&names_lock);
	list_del_init(&name->node);
	name->text[0] = 0;
}
