// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which kernel modules are there, and how is a missing one loaded?
 *
 * libkmod is opened when it is first needed. It brings libcrypto: if it were linked, each call
 * would load that, which takes 3.4 million instructions, or 1.2 to 1.7 ms (docs/architecture.md).
 */
#include <dlfcn.h>
#include <libkmod.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../core/files.h"
#include "modules.h"

#define KMOD_FUNCTIONS(f)                                                      \
	f(kmod_new) f(kmod_unref) f(kmod_module_new_from_lookup)               \
	f(kmod_module_get_module) f(kmod_module_get_initstate)                 \
	f(kmod_module_probe_insert_module) f(kmod_module_unref)                \
	f(kmod_module_unref_list) f(kmod_module_get_info)                      \
	f(kmod_module_info_get_key) f(kmod_module_info_get_value)              \
	f(kmod_module_info_free_list) f(kmod_list_next)

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

/*
 * Where it returns true, lookup_end() must follow. lookup->module is NULL where there is no such
 * module.
 */
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

/* ---- Signatures ---- */

static void find_signer(const struct kmod_library *kmod, struct kmod_module *module, char *signer, size_t size)
{
	struct kmod_list *list = NULL, *at;

	if (kmod->kmod_module_get_info(module, &list) < 0)
		return;
	for (at = list; at; at = kmod->kmod_list_next(list, at))
		if (!strcmp(kmod->kmod_module_info_get_key(at), "signer"))
			copy_text(signer, size, kmod->kmod_module_info_get_value(at));
	kmod->kmod_module_info_free_list(list);
}

void modules_get_signer(const char *name, char *signer, size_t size)
{
	struct lookup lookup;

	signer[0] = '\0';
	if (!lookup_begin(&lookup, name))
		return;
	if (lookup.module)
		find_signer(&lookup.kmod, lookup.module, signer, size);
	lookup_end(&lookup);
}

const char *modules_why_signed(void)
{
	char text[64];

	file_read_line("/sys/module/module/parameters/sig_enforce", text, sizeof(text));
	if (text[0] == 'Y')
		return "module.sig_enforce is on";
	file_read_line("/sys/kernel/security/lockdown", text, sizeof(text));
	if (strstr(text, "[integrity]") || strstr(text, "[confidentiality]"))
		return "the kernel is locked down, as with Secure Boot";
	return NULL;
}

/* ---- Loading ---- */

static int absent(struct dsactl_ctx *ctx, const char *name)
{
	struct utsname kernel = { 0 };

	uname(&kernel);
	return ctx_fail(ctx, EOPNOTSUPP, name,
			strcmp(name, "dsa_vdev") ? "use a kernel that has it"
						 : "install it (make dkms-install)",
			"there is no such module for kernel %s", kernel.release);
}

/* Whether it was refused for its signature, or for want of one. */
static bool is_about_key(int err)
{
	return err == -ENOKEY || err == -EKEYREJECTED || err == -EKEYEXPIRED || err == -EKEYREVOKED ||
	       err == -ENOPKG || err == -EBADMSG || (err == -EPERM && modules_why_signed());
}

static int insert(struct dsactl_ctx *ctx, const char *name, struct lookup *lookup)
{
	int err;

	ctx_log(ctx, LOG_INFO, "%s: load", name);
	err = lookup->kmod.kmod_module_probe_insert_module(
		lookup->module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY, NULL, NULL, NULL, NULL);
	if (!err)
		return 0;
	if (is_about_key(err))
		return ctx_fail(ctx, EOPNOTSUPP, name, MODULES_ENROLL,
				"the kernel takes signed modules only, and not this one: %s", strerror(-err));
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
