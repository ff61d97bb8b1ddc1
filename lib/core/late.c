// SPDX-License-Identifier: LGPL-2.1-or-later
/* How is a library opened when it is first needed? */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "late.h"

static bool resolve(const struct late_library *library, void *handle)
{
	char *to = library->functions;

	for (size_t i = 0; i < library->nr; i++, to += sizeof(void *)) {
		void *function = dlsym(handle, library->names[i]);

		if (!function)
			return false;
		memcpy(to, &function, sizeof(function));
	}
	return true;
}

static bool try_open(const struct late_library *library)
{
	void *handle = dlopen(library->file, RTLD_LAZY | RTLD_LOCAL);

	if (!handle)
		return false;
	if (resolve(library, handle))
		return true;
	dlclose(handle);
	return false;
}

bool late_open(struct late_library *library)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	bool is_open;

	pthread_mutex_lock(&lock);
	is_open = library->is_open = library->is_open || try_open(library);
	pthread_mutex_unlock(&lock);
	return is_open;
}

int late_require(struct dsactl_ctx *ctx, struct late_library *library)
{
	char remedy[80];

	if (late_open(library))
		return 0;
	snprintf(remedy, sizeof(remedy), "install it (Debian: %s)", library->package);
	return ctx_fail(ctx, EOPNOTSUPP, library->file, remedy,
			"this library is not installed, or is too old");
}
