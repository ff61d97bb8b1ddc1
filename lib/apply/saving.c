// SPDX-License-Identifier: LGPL-2.1-or-later
/* How do callers of the library save, enable and delete profiles? Each takes the lock for it. */
#include "../core/ctx.h"
#include "../state/claims.h"
#include "../state/saved.h"
#include "writer.h"

static int save(struct dsactl_profile *profile, const char *name, bool replace)
{
	struct dsactl_ctx *ctx = profile->ctx;
	char *text;
	bool mine;
	int err = saved_text(profile, name, &text);

	if (err)
		return err;
	err = writer_lock(ctx, &mine);
	if (!err) {
		err = saved_write(ctx, name, text, replace);
		writer_unlock(ctx, mine);
	}
	free(text);
	return err;
}

int dsactl_profile_save(struct dsactl_profile *profile, const char *name)
{
	return save(profile, name, true);
}

int dsactl_profile_save_new(struct dsactl_profile *profile, const char *name)
{
	return save(profile, name, false);
}

int dsactl_profile_set_enabled(struct dsactl_ctx *ctx, const char *name, bool enabled)
{
	bool mine;
	int err = writer_lock(ctx, &mine);

	if (err)
		return err;
	err = saved_set_enabled(ctx, name, enabled);
	writer_unlock(ctx, mine);
	return err;
}

int dsactl_profile_check_restorable(struct dsactl_profile *profile)
{
	return claims_require_restorable(profile);
}

int dsactl_profile_delete(struct dsactl_ctx *ctx, const char *name)
{
	bool mine;
	int err = writer_lock(ctx, &mine);

	if (err)
		return err;
	err = saved_delete(ctx, name);
	writer_unlock(ctx, mine);
	return err;
}
