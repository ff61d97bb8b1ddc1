// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which kernel modules are there, and how is a missing one loaded?
 *
 * libkmod is opened when it is first needed: it brings a large crypto library,
 * which most calls would load for nothing.
 */
#include <dlfcn.h>
#include <libkmod.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "modules.h"

#define KMOD_FUNCTIONS(f)                                                      \
	f(kmod_new) f(kmod_unref) f(kmod_module_new_from_lookup)               \
	f(kmod_module_get_module) f(kmod_module_get_initstate)                 \
	f(kmod_module_probe_insert_module) f(kmod_module_unref)                \
	f(kmod_module_unref_list)

/* libkmod's functions under their own names: kmod->kmod_new() and so on. */
struct kmod_library {
	void *handle;
#define DECLARE(name) __typeof__(name) *name;
	KMOD_FUNCTIONS(DECLARE)
};

static bool library_open(struct kmod_library *kmod)
{
	bool ok;

	kmod->handle = dlopen("libkmod.so.2", RTLD_NOW | RTLD_LOCAL);
	ok = kmod->handle;
#define RESOLVE(name) ok = ok && (kmod->name = dlsym(kmod->handle, #name));
	KMOD_FUNCTIONS(RESOLVE)
	if (!ok && kmod->handle)
		dlclose(kmod->handle);
	return ok;
}

/* A module and what was needed to look it up. */
struct lookup {
	struct kmod_library kmod;
	struct kmod_ctx *ctx;
	struct kmod_list *list;		/* empty where it is not installed */
	struct kmod_module *module;
};

static void lookup_end(struct lookup *lookup)
{
	if (lookup->module)
		lookup->kmod.kmod_module_unref(lookup->module);
	lookup->kmod.kmod_module_unref_list(lookup->list);
	if (lookup->ctx)
		lookup->kmod.kmod_unref(lookup->ctx);
	dlclose(lookup->kmod.handle);
}

/* To be ended only where it is true; lookup->module is NULL for no such module. */
static bool lookup_begin(struct lookup *lookup, const char *name)
{
	*lookup = (struct lookup){ 0 };
	if (!library_open(&lookup->kmod))
		return false;
	lookup->ctx = lookup->kmod.kmod_new(NULL, NULL);
	if (lookup->ctx &&
	    lookup->kmod.kmod_module_new_from_lookup(lookup->ctx, name, &lookup->list) >= 0 &&
	    lookup->list)
		lookup->module = lookup->kmod.kmod_module_get_module(lookup->list);
	return true;
}

static bool is_live(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

enum module_state modules_state(const char *name)
{
	enum module_state state = MODULE_ABSENT;
	struct lookup lookup;

	if (is_live(name))
		return MODULE_LOADED;
	if (!lookup_begin(&lookup, name))
		return MODULE_ABSENT;
	if (lookup.module)
		state = lookup.kmod.kmod_module_get_initstate(lookup.module) ==
				KMOD_MODULE_BUILTIN ? MODULE_LOADED : MODULE_INSTALLED;
	lookup_end(&lookup);
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

static int insert(struct dsactl_ctx *ctx, const char *name, struct lookup *lookup)
{
	int err;

	ctx_log(ctx, LOG_INFO, "%s: load", name);
	err = lookup->kmod.kmod_module_probe_insert_module(
		lookup->module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY, NULL, NULL, NULL, NULL);
	if (!err)
		return 0;
	return ctx_fail(ctx, err == -EPERM || err == -EACCES ? EPERM : EOPNOTSUPP, name,
			"see the kernel log", "the module cannot be loaded: %s",
			err < 0 ? strerror(-err) : "it is blacklisted");
}

int modules_load(struct dsactl_ctx *ctx, const char *name)
{
	struct lookup lookup;
	int err;

	if (is_live(name))
		return 0;
	if (!lookup_begin(&lookup, name))
		return ctx_fail(ctx, EOPNOTSUPP, "libkmod", "install libkmod2",
				"it cannot be opened, and the module %s is not loaded", name);
	err = lookup.module ? insert(ctx, name, &lookup) : absent(ctx, name);
	lookup_end(&lookup);
	return err;
}
