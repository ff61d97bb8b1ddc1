// SPDX-License-Identifier: LGPL-2.1-or-later
/* For which devices is a profile, and which layout does it give each of them? */
#include <stdio.h>
#include <strings.h>

#include "../model/device.h"
#include "../model/inventory.h"
#include "../profile/entry.h"
#include "../profile/fit.h"
#include "../profile/schema.h"
#include "capture.h"
#include "match.h"

/* Each member of the match must agree; "any" agrees with all. */
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

/*
 * NULL, or why a template skips a device that it matches: such as a vdev in its guest, or an
 * IAX device of which it would make slices.
 */
static const char *why_skipped(const struct profile_device *entry, const struct dsactl_device *device)
{
	if (is_named(&entry->match))
		return NULL;
	if (!device->configurable)
		return FIXED_CAUSE;
	return device_is_iax(device) && !entry->match.type[0] && entry_nr_slices(entry) ? IAX_CAUSE : NULL;
}

const struct profile_device *profile_find_entry(const struct profile *profile,
						const struct dsactl_device *device)
{
	const struct profile_device *entry;

	LIST_FOREACH(&profile->devices, entry)
		if (matches(&entry->match, device) && !why_skipped(entry, device))
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
	return ctx_fail(device->ctx, EOPNOTSUPP, device->name, "choose another device", FIXED_CAUSE);
}

int profile_fit_entry(struct dsactl_profile *profile, const struct profile_device *entry,
		      struct dsactl_device *device, struct profile_device *fitted)
{
	struct fit_device about;
	struct problem problem;
	char path[32];
	int err = inventory_read_module(profile->ctx) ?: require_configurable(device);

	err = err ?: layout_fit_device(device, &about);
	if (err)
		return err;
	entry_path(&profile->data, entry, path, sizeof(path));
	if (profile_fit(entry, path, &about, fitted, &problem))
		return ctx_fail(profile->ctx, problem.err, profile->name, problem.remedy,
				"for %s: %s", device->name, problem.cause);
	return 0;
}

static int add_target(struct dsactl_profile *profile, struct dsactl_device *device,
		      const struct profile_device *entry, struct targets *targets)
{
	struct target *target = reallocarray(targets->target, targets->nr + 1, sizeof(*target));
	int err;

	if (!target)
		return ctx_nomem(profile->ctx);
	targets->target = target;
	target += targets->nr;
	err = inventory_read_device(device) ?: profile_fit_entry(profile, entry, device, &target->want);
	if (err)
		return err;
	err = layout_capture(device, &target->is);
	if (err) {
		profile_device_free(&target->want);
		return err;
	}
	target->device = device;
	targets->nr++;
	return 0;
}

/* Whether @a matches each device that @b matches, on any host. */
static bool covers(const struct profile_match *a, const struct profile_match *b)
{
	return (!a->pci[0] || !strcasecmp(a->pci, b->pci)) &&
	       (!a->name[0] || !strcmp(a->name, b->name)) &&
	       (!a->type[0] || !strcmp(a->type, b->type)) &&
	       (a->numa == PROFILE_UNSET || a->numa == b->numa);
}

/*
 * Whether it is a mistake that @first takes a device before @entry. It is none where specific
 * entries take all devices of a template that follows: a profile serves many hosts.
 */
static bool hides(const struct profile_match *first, const struct profile_match *entry)
{
	return covers(first, entry) || (is_named(entry) && !is_named(first));
}

/*
 * Whether some device matches @entry and is not skipped. *@hider: the earlier entry that takes all
 * of these devices, where that is a mistake, or NULL. *@skipped: a device that is skipped, or NULL.
 */
static bool is_matched(struct dsactl_profile *profile, const struct profile_device *entry,
		       const struct profile_device **hider, struct dsactl_device **skipped)
{
	struct dsactl_device *device;
	bool matched = false;

	*hider = NULL;
	*skipped = NULL;
	dsactl_device_foreach(profile->ctx, device) {
		const struct profile_device *first = profile_find_entry(&profile->data, device);

		if (!matches(&entry->match, device))
			continue;
		if (why_skipped(entry, device)) {
			*skipped = device;
			continue;
		}
		matched = true;
		if (first == entry) {
			*hider = NULL;
			break;
		}
		if (hides(&first->match, &entry->match))
			*hider = first;
	}
	return matched;
}

/* Each entry must be for some device, or it is a mistake. */
static int require_matched(struct dsactl_profile *profile)
{
	const struct profile_device *entry, *hider;
	struct dsactl_device *skipped;
	char path[32], before[32];

	LIST_FOREACH(&profile->data.devices, entry) {
		bool matched = is_matched(profile, entry, &hider, &skipped);

		entry_path(&profile->data, entry, path, sizeof(path));
		if (!matched && skipped)
			return ctx_fail(profile->ctx, EOPNOTSUPP, profile->name,
					"dsactl list --devices shows what others there are",
					"%s.match: it has %s and no other to take: %s", path,
					skipped->name, why_skipped(entry, skipped));
		if (!matched)
			return ctx_fail(profile->ctx, ENOENT, profile->name,
					"dsactl list --devices shows them",
					"%s.match: there is no such device", path);
		if (!hider)
			continue;
		entry_path(&profile->data, hider, before, sizeof(before));
		return ctx_fail(profile->ctx, EINVAL, profile->name, "place it before that one",
				"%s.match: %s is for the same devices and comes first", path, before);
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
	int err = inventory_read_accel(ctx);

	*targets = (struct targets){ 0 };
	if (!err)
		err = device ? find_one(profile, device, targets) : find_all(profile, targets);
	if (err)
		profile_targets_free(targets);
	return err;
}
