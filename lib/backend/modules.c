// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which kernel modules are there, and how is a missing one loaded? */
#include <dirent.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../core/files.h"
#include "../core/late.h"
#include "modules.h"

#define KMOD_FUNCTIONS(f)                                                      \
	f(kmod, new) f(kmod, unref) f(kmod, module_new_from_lookup)            \
	f(kmod, module_get_module) f(kmod, module_get_initstate)               \
	f(kmod, module_probe_insert_module) f(kmod, module_unref)              \
	f(kmod, module_unref_list) f(kmod, module_get_info)                    \
	f(kmod, module_info_get_key) f(kmod, module_info_get_value)            \
	f(kmod, module_info_free_list) f(kmod, list_next)
LATE_LIBRARY(kmod, "libkmod.so.2", "libkmod2", KMOD_FUNCTIONS)

/* A module and what was needed to look it up. */
struct lookup {
	struct kmod_ctx *ctx;
	struct kmod_list *list;		/* empty where it is not installed */
	struct kmod_module *module;
};

static void lookup_end(struct lookup *lookup)
{
	if (lookup->module)
		kmod.module_unref(lookup->module);
	kmod.module_unref_list(lookup->list);
	if (lookup->ctx)
		kmod.unref(lookup->ctx);
}

/*
 * With libkmod open; @dir has a kernel's modules, NULL: the running one's. lookup->module is NULL
 * where there is no such module; lookup_end() must follow anyway.
 */
static void lookup_begin_in(struct lookup *lookup, const char *dir, const char *name)
{
	*lookup = (struct lookup){ 0 };
	lookup->ctx = kmod.new(dir, NULL);
	if (lookup->ctx &&
	    kmod.module_new_from_lookup(lookup->ctx, name, &lookup->list) >= 0 &&
	    lookup->list)
		lookup->module = kmod.module_get_module(lookup->list);
}

static void lookup_begin(struct lookup *lookup, const char *name)
{
	lookup_begin_in(lookup, NULL, name);
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
	if (!late_open(&kmod_library))
		return MODULE_ABSENT;
	lookup_begin(&lookup, name);
	if (lookup.module)
		state = kmod.module_get_initstate(lookup.module) ==
				KMOD_MODULE_BUILTIN ? MODULE_LOADED : MODULE_INSTALLED;
	lookup_end(&lookup);
	return state;
}

/* ---- Other kernels ---- */

#define MODULES_DIR "/lib/modules"

static bool is_installed_for(const char *release, const char *name)
{
	char dir[sizeof(MODULES_DIR) + 1 + NAME_MAX];
	struct lookup lookup;
	bool is;

	snprintf(dir, sizeof(dir), MODULES_DIR "/%s", release);
	lookup_begin_in(&lookup, dir, name);
	is = lookup.module != NULL;
	lookup_end(&lookup);
	return is;
}

bool modules_find_kernel(const char *name, char *release, size_t size)
{
	struct dirent **kernels;
	int nr = late_open(&kmod_library) ? scandir(MODULES_DIR, &kernels, NULL, versionsort) : -1;

	release[0] = '\0';
	for (int i = nr; i-- > 0;) {
		const char *kernel = kernels[i]->d_name;

		if (!release[0] && kernel[0] != '.' && is_installed_for(kernel, name))
			copy_text(release, size, kernel);
		free(kernels[i]);
	}
	if (nr >= 0)
		free(kernels);
	return release[0];
}

/* ---- Signatures ---- */

static void find_signer(struct kmod_module *module, char *signer, size_t size)
{
	struct kmod_list *list = NULL, *at;

	if (kmod.module_get_info(module, &list) < 0)
		return;
	for (at = list; at; at = kmod.list_next(list, at))
		if (!strcmp(kmod.module_info_get_key(at), "signer"))
			copy_text(signer, size, kmod.module_info_get_value(at));
	kmod.module_info_free_list(list);
}

void modules_get_signer(const char *name, char *signer, size_t size)
{
	struct lookup lookup;

	signer[0] = '\0';
	if (!late_open(&kmod_library))
		return;
	lookup_begin(&lookup, name);
	if (lookup.module)
		find_signer(lookup.module, signer, size);
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
			strcmp(name, "dsa_vdev") ? "use a kernel that has it" : MODULES_INSTALL,
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
	err = kmod.module_probe_insert_module(
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
	err = late_require(ctx, &kmod_library);
	if (err)
		return err;
	lookup_begin(&lookup, name);
	err = lookup.module ? insert(ctx, name, &lookup) : absent(ctx, name);
	lookup_end(&lookup);
	return err;
}
