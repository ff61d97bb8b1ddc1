// SPDX-License-Identifier: LGPL-2.1-or-later
/* What does a user of the library see of a profile: name, place, content? */
#include "object.h"
#include "schema.h"

bool profile_is_format(enum dsactl_format format)
{
	switch (format) {
	case DSACTL_FORMAT_DSACTL:
	case DSACTL_FORMAT_ACCEL_CONFIG:
	case DSACTL_FORMAT_MDEVCTL:
	case DSACTL_FORMAT_ANY:
		return true;
	}
	return false;
}

void differences_free(struct dsactl_profile *profile)
{
	while (profile->differences) {
		struct dsactl_difference *first = profile->differences;

		profile->differences = first->next;
		free(first->path);
		free(first->is);
		free(first->shall);
		free(first);
	}
}

struct dsactl_profile *profile_new(struct dsactl_ctx *ctx, const char *name, const char *path)
{
	struct dsactl_profile *profile = calloc(1, sizeof(*profile));

	if (!profile)
		return NULL;
	profile->ctx = ctx;
	profile->name = strdup(name);
	profile->path = strdup(path);
	if (profile->name && profile->path)
		return profile;
	dsactl_profile_free(profile);
	return NULL;
}

void dsactl_profile_free(struct dsactl_profile *profile)
{
	if (!profile)
		return;
	differences_free(profile);
	profile_free(&profile->data);
	free(profile->name);
	free(profile->path);
	free(profile->error);
	free(profile);
}

const char *dsactl_profile_get_name(const struct dsactl_profile *profile)
{
	return profile->name;
}

const char *dsactl_profile_get_path(const struct dsactl_profile *profile)
{
	return profile->path;
}

const char *dsactl_profile_get_description(const struct dsactl_profile *profile)
{
	return profile->data.description;
}

const char *dsactl_profile_get_error(const struct dsactl_profile *profile)
{
	return profile->error ?: "";
}

unsigned int dsactl_profile_get_nr_devices(const struct dsactl_profile *profile)
{
	return profile->data.devices.nr;
}

bool dsactl_profile_is_vendor(const struct dsactl_profile *profile)
{
	return profile->vendor;
}

bool dsactl_profile_is_enabled(const struct dsactl_profile *profile)
{
	return profile->rank;
}

int dsactl_profile_parse(struct dsactl_ctx *ctx, const char *name, const char *text, size_t len,
			 struct dsactl_profile **profile)
{
	struct problem problem;

	*profile = profile_new(ctx, name, name);
	if (!*profile)
		return ctx_nomem(ctx);
	if (!profile_parse(text, len, &(*profile)->data, &problem))
		return 0;
	dsactl_profile_free(*profile);
	*profile = NULL;
	return ctx_fail(ctx, problem.err, name, problem.remedy, "%s", problem.cause);
}

char *dsactl_profile_get_text(const struct dsactl_profile *profile)
{
	json_object *json = profile_to_json(&profile->data);
	char *text = profile_to_text(json);

	json_object_put(json);
	if (!text)
		ctx_nomem(profile->ctx);
	return text;
}
