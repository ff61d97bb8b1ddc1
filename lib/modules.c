// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which kernel modules are there, and how is a missing one loaded? */
#include <libkmod.h>
#include <sys/utsname.h>

#include "modules.h"

/* Look @name up in what is installed; the list is the caller's. */
static struct kmod_list *lookup(struct kmod_ctx *kmod, const char *name)
{
	struct kmod_list *list = NULL;

	if (kmod_module_new_from_lookup(kmod, name, &list) < 0)
		return NULL;
	return list;
}

static enum module_state state_of(struct kmod_module *module)
{
	switch (kmod_module_get_initstate(module)) {
	case KMOD_MODULE_BUILTIN:
	case KMOD_MODULE_LIVE:
		return MODULE_LOADED;
	default:
		return MODULE_INSTALLED;
	}
}

enum module_state modules_state(const char *name)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	enum module_state state = MODULE_ABSENT;
	struct kmod_module *module = NULL;
	struct kmod_list *list;

	if (!kmod)
		return MODULE_ABSENT;
	list = lookup(kmod, name);
	if (list) {
		module = kmod_module_get_module(list);
		state = state_of(module);
	} else if (!kmod_module_new_from_name(kmod, name, &module) &&
		   kmod_module_get_initstate(module) == KMOD_MODULE_LIVE) {
		state = MODULE_LOADED;	/* by insmod, from elsewhere */
	}
	if (module)
		kmod_module_unref(module);
	kmod_module_unref_list(list);
	kmod_unref(kmod);
	return state;
}

static int absent(struct dsactl_ctx *ctx, const char *name)
{
	struct utsname kernel = { 0 };

	uname(&kernel);
	return ctx_fail(ctx, EOPNOTSUPP, name,
			strcmp(name, "dsa_vdev") ? "use a kernel that has it"
						 : "install it (make dkms-install)",
			"there is no such module for kernel %s", kernel.release);
}

static int insert(struct dsactl_ctx *ctx, const char *name, struct kmod_list *list)
{
	struct kmod_module *module = kmod_module_get_module(list);
	int err;

	ctx_log(ctx, LOG_INFO, "%s: load", name);
	err = kmod_module_probe_insert_module(module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY,
					      NULL, NULL, NULL, NULL);
	kmod_module_unref(module);
	if (!err)
		return 0;
	return ctx_fail(ctx, err == -EPERM || err == -EACCES ? EPERM : EOPNOTSUPP, name,
			"see the kernel log", "the module cannot be loaded: %s",
			err < 0 ? strerror(-err) : "it is blacklisted");
}

int modules_load(struct dsactl_ctx *ctx, const char *name)
{
	struct kmod_ctx *kmod;
	struct kmod_list *list;
	int err;

	if (modules_state(name) == MODULE_LOADED)
		return 0;
	kmod = kmod_new(NULL, NULL);
	if (!kmod)
		return ctx_nomem(ctx);
	list = lookup(kmod, name);
	err = list ? insert(ctx, name, list) : absent(ctx, name);
	kmod_module_unref_list(list);
	kmod_unref(kmod);
	return err;
}
