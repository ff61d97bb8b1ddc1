// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which devices is a profile for, and what shall each of them be like? */
#include <stdio.h>
#include <strings.h>

#include "layout.h"
#include "profile_obj.h"

/* All that the match says must be so; "any" says nothing. */
static bool matches(const struct profile_match *match, const struct dsactl_device *device)
{
	if (match->pci[0] && strcasecmp(match->pci, device->pci))
		return false;
	if (match->name[0] && strcmp(match->name, device->name))
		return false;
	if (match->type[0] && strcmp(match->type, device->type))
		return false;
	return match->numa == PROFILE_UNSET || match->numa == device->numa;
}

/* Whether it means this device and no other. */
static bool is_named(const struct profile_match *match)
{
	return match->pci[0] || match->name[0];
}

/* A template passes over what cannot be configured, such as a vdev in its guest. */
const struct profile_device *profile_find_entry(const struct profile *profile,
						const struct dsactl_device *device)
{
	const struct profile_device *entry;

	LIST_FOREACH(&profile->devices, entry)
		if (matches(&entry->match, device) && (device->configurable || is_named(&entry->match)))
			return entry;
	return NULL;
}

static void entry_path(const struct profile *profile, const struct profile_device *entry,
		       char *path, size_t size)
{
	snprintf(path, size, "devices[%td]",
		 entry - (const struct profile_device *)profile->devices.item);
}

/* ---- Targets ---- */

void profile_targets_free(struct targets *targets)
{
	struct target *target;

	TARGET_FOREACH(targets, target) {
		profile_device_free(&target->is);
		profile_device_free(&target->want);
	}
	free(targets->target);
	*targets = (struct targets){ 0 };
}

static int require_configurable(struct dsactl_device *device)
{
	if (device->configurable)
		return 0;
	return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "choose another device",
			"its configuration is fixed");
}

static int add_target(struct dsactl_profile *profile, struct dsactl_device *device,
		      const struct profile_device *entry, struct targets *targets)
{
	struct target *target = reallocarray(targets->target, targets->nr + 1, sizeof(*target));
	struct profile_target about;
	struct plan_problem problem;
	char path[32];
	int err;

	if (!target)
		return ctx_nomem(profile->ctx);
	targets->target = target;
	target += targets->nr;
	err = require_configurable(device);
	if (err)
		return err;
	layout_target(device, &about);
	entry_path(&profile->data, entry, path, sizeof(path));
	if (profile_fit(entry, path, &about, &target->want, &problem))
		return ctx_fail(profile->ctx, problem.err, profile->name, problem.remedy,
				"for %s: %s", device->name, problem.cause);
	err = layout_capture(device, &target->is);
	if (err) {
		profile_device_free(&target->want);
		return err;
	}
	target->device = device;
	targets->nr++;
	return 0;
}

/* Each entry must be for some device, or it is a mistake. */
static int require_matched(struct dsactl_profile *profile)
{
	const struct profile_device *entry;
	struct dsactl_device *device;
	char path[32];

	LIST_FOREACH(&profile->data.devices, entry) {
		bool matched = false;

		dsactl_device_foreach(profile->ctx, device)
			matched |= matches(&entry->match, device);
		if (matched)
			continue;
		entry_path(&profile->data, entry, path, sizeof(path));
		return ctx_fail(profile->ctx, ENOENT, profile->name,
				"dsactl list --devices shows them",
				"%s.match: there is no such device", path);
	}
	return 0;
}

static int find_one(struct dsactl_profile *profile, const char *name, struct targets *targets)
{
	struct dsactl_device *device = dsactl_device_find(profile->ctx, name);
	const struct profile_device *entry = device ? profile_find_entry(&profile->data, device) : NULL;

	if (!device)
		return -ENOENT;
	if (!entry)
		return ctx_fail(profile->ctx, ENOENT, profile->name, NULL,
				"no entry of it is for %s", device->name);
	return add_target(profile, device, entry, targets);
}

static int find_all(struct dsactl_profile *profile, struct targets *targets)
{
	struct dsactl_device *device;
	int err = require_matched(profile);

	dsactl_device_foreach(profile->ctx, device) {
		const struct profile_device *entry = profile_find_entry(&profile->data, device);

		if (!err && entry)
			err = add_target(profile, device, entry, targets);
	}
	return err;
}

int profile_targets_find(struct dsactl_profile *profile, const char *device, struct targets *targets)
{
	struct dsactl_ctx *ctx = profile->ctx;
	int err = inventory_read_accel(ctx) ?: inventory_read_module(ctx);

	*targets = (struct targets){ 0 };
	if (!err)
		err = device ? find_one(profile, device, targets) : find_all(profile, targets);
	if (err)
		profile_targets_free(targets);
	return err;
}
