// SPDX-License-Identifier: LGPL-2.1-or-later
/* From which profile is a device restored at boot, and which one keeps its vdevs? */
#include <string.h>

#include "../layout/match.h"
#include "../profile/schema.h"
#include "conf.h"
#include "profiles.h"
#include "restored.h"

struct dsactl_profile *restored_find(struct dsactl_device *device)
{
	struct dsactl_profile *profile;

	ENABLED_FOREACH(device->ctx, profile)
		if (!profile->error && profile_find_entry(&profile->data, device))
			return profile;
	return NULL;
}

struct dsactl_profile *dsactl_device_get_restored_from(struct dsactl_device *device)
{
	return restored_find(device);
}

int restored_entry(struct dsactl_device *device, struct profile_device *entry)
{
	struct dsactl_profile *profile = restored_find(device);

	profile_device_init(entry);
	return profile ? profile_fit_entry(profile, profile_find_entry(&profile->data, device),
					   device, entry) : 0;
}

int restored_is_any(struct dsactl_ctx *ctx, bool *any)
{
	char *enabled;
	int err = conf_get_enabled(ctx, &enabled);

	if (err)
		return err;
	*any = enabled[0];
	free(enabled);
	return 0;
}

static struct dsactl_profile *find_named(struct dsactl_ctx *ctx, const char *name)
{
	struct dsactl_profile *profile = ctx->profiles;

	while (profile && (strcmp(profile->name, name) || profile->missing))
		profile = profile->next;
	return profile;
}

/* A disabled profile stays disabled: enabling it would restore its other entries, too. */
static int require_enabled(struct dsactl_ctx *ctx, const struct dsactl_profile *profile)
{
	if (profile->rank || !profile->data.devices.nr)
		return 0;
	return ctx_fail(ctx, EEXIST, profile->name,
			"dsactl enable-profile it, or dsactl delete-profile it",
			"it is disabled and has entries, which would be restored, too");
}

int restored_choose(struct dsactl_device *device, struct dsactl_profile **profile)
{
	struct dsactl_ctx *ctx = device->ctx;

	*profile = restored_find(device) ?: find_named(ctx, PERSISTENT);
	if (*profile && (*profile)->error)
		return ctx_fail(ctx, EINVAL, (*profile)->path,
				"correct it, or dsactl delete-profile it", "%s", (*profile)->error);
	return *profile ? require_enabled(ctx, *profile) : 0;
}
