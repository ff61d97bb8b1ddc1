// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which metrics are there, and how does Prometheus read them? One table has them all. Each
 * is of the host, a device, an owner, or a vdev, and its labels are those that name it:
 * none is of a UUID, since what comes and goes makes series without an end.
 *
 * OpenMetrics and Prometheus' own text are two spellings of the same: the first names the
 * family of a counter without "_total", has units and info, and tells its end.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics.h"
#include "out.h"
#include "restored.h"
#include "text.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))
#define NONE -1	/* a value that is not known: no sample */

enum type { GAUGE, COUNTER, INFO };

/* A vdev, and its owner as it is shown. In the order of owners, and then of slices. */
struct owned {
	struct dsactl_vdev *vdev;
	char *owner;
};

/* What is looked at: read once, for all metrics. */
struct host {
	struct dsactl_ctx *ctx;
	bool openmetrics;
	struct owned *owned;
	size_t nr_owned;
	int64_t unreadable;	/* enabled profiles that cannot be used; NONE: not known */
	bool kept;	/* whether what the next boot brings could be read */
	bool quotas;	/* whether quotas could be read */
};

struct label {
	const char *name, *value;
};
#define MAX_LABELS 4

typedef int64_t host_fn(const struct host *host);
typedef int64_t device_fn(const struct host *host, struct dsactl_device *device);
typedef int64_t count_fn(const struct host *host, struct dsactl_device *device, const char *state);
typedef int64_t vdev_fn(struct dsactl_vdev *vdev);
typedef int64_t quota_fn(const struct dsactl_quota *quota);
typedef int64_t slice_fn(const struct host *host, struct dsactl_slice *slice);

struct metric {
	const char *name;	/* without "dsactl_", and "_total" of a counter */
	enum type type;
	const char *unit;	/* that the name ends with, or NULL */
	const char *help;
	/* One of these. */
	host_fn *of_host;
	device_fn *of_device;
	slice_fn *of_slice;
	vdev_fn *of_vdev, *sum_of_owner;
	quota_fn *of_quota;
	count_fn *count;	/* how many of a device are in each of .states */
	const char *const *states;
};

/* ---- Of the host and of devices ---- */

static int64_t one(const struct host *host)
{
	(void)host;
	return 1;
}

static int64_t module_loaded(const struct host *host)
{
	return dsactl_has_module(host->ctx);
}

static int64_t profiles_unreadable(const struct host *host)
{
	return host->unreadable;
}

static int64_t device_one(const struct host *host, struct dsactl_device *device)
{
	(void)host, (void)device;
	return 1;
}

static int64_t device_enabled(const struct host *host, struct dsactl_device *device)
{
	(void)host;
	return dsactl_device_is_enabled(device);
}

static int64_t device_ims(const struct host *host, struct dsactl_device *device)
{
	(void)host;
	return dsactl_device_get_ims_size(device);
}

static int64_t device_ims_free(const struct host *host, struct dsactl_device *device)
{
	(void)host;
	return dsactl_device_get_ims_free(device);
}

static int64_t count_slices(const struct host *host, struct dsactl_device *device, const char *state)
{
	struct dsactl_slice *slice;
	int64_t nr = 0;

	dsactl_slice_foreach(host->ctx, slice)
		nr += !strcmp(dsactl_slice_get_device_name(slice), dsactl_device_get_name(device)) &&
		      !strcmp(dsactl_slice_get_state_name(slice), state);
	return nr;
}

/* Of the device's vdevs, those of which @name_of says @want. */
static int64_t count_vdevs_by(const struct host *host, struct dsactl_device *device, const char *want,
			      const char *(*name_of)(const struct dsactl_vdev *vdev))
{
	int64_t nr = 0;

	for (size_t i = 0; i < host->nr_owned; i++) {
		struct dsactl_vdev *vdev = host->owned[i].vdev;

		nr += !strcmp(dsactl_vdev_get_device_name(vdev), dsactl_device_get_name(device)) &&
		      !strcmp(name_of(vdev), want);
	}
	return nr;
}

static int64_t count_vdevs(const struct host *host, struct dsactl_device *device, const char *state)
{
	return count_vdevs_by(host, device, state, dsactl_vdev_get_state_name);
}

static int64_t count_mappings(const struct host *host, struct dsactl_device *device, const char *state)
{
	return count_vdevs_by(host, device, state, dsactl_vdev_get_mapping_state_name);
}

/* Of the vdevs that the next boot brings to the device; @absent: those that are not here now. */
static int64_t count_kept(const struct host *host, struct dsactl_device *device, bool absent)
{
	struct dsactl_kept *kept;
	int64_t nr = 0;

	if (!host->kept)
		return NONE;
	dsactl_kept_foreach(host->ctx, kept) {
		if (strcmp(dsactl_kept_get_device_name(kept), dsactl_device_get_name(device)))
			continue;
		nr += !absent || !dsactl_vdev_find(host->ctx, dsactl_kept_get_uuid(kept));
	}
	return nr;
}

static int64_t boot_vdevs(const struct host *host, struct dsactl_device *device)
{
	return count_kept(host, device, false);
}

static int64_t boot_vdevs_missing(const struct host *host, struct dsactl_device *device)
{
	return count_kept(host, device, true);
}

/* ---- Of restores ---- */

static int64_t restores(const struct host *host, struct dsactl_device *device)
{
	struct restored restored;

	(void)host;
	return restored_read(device, &restored) ? (int64_t)restored.runs : NONE;
}

static int64_t restore_failures(const struct host *host, struct dsactl_device *device)
{
	struct restored restored;

	(void)host;
	return restored_read(device, &restored) ? (int64_t)restored.failures : NONE;
}

static int64_t restore_failed(const struct host *host, struct dsactl_device *device)
{
	struct restored restored;

	(void)host;
	return restored_read(device, &restored) ? restored.last_exit != EXIT_DONE : NONE;
}

static int64_t restore_time(const struct host *host, struct dsactl_device *device)
{
	struct restored restored;

	(void)host;
	return restored_read(device, &restored) ? restored.last_time : NONE;
}

/* ---- Of slices ---- */

static struct dsactl_wq *find_wq(struct dsactl_device *device, unsigned int id)
{
	struct dsactl_wq *wq;

	dsactl_wq_foreach(device, wq)
		if (dsactl_wq_get_id(wq) == (int)id)
			return wq;
	return NULL;
}

static int64_t slice_entries(const struct host *host, struct dsactl_slice *slice)
{
	int64_t sum = 0;

	(void)host;
	for (unsigned int i = 0; i < dsactl_slice_get_nr_wqs(slice); i++)
		sum += dsactl_slice_get_wq_size(slice, i);
	return sum;
}

static int64_t slice_occupied(const struct host *host, struct dsactl_slice *slice)
{
	struct dsactl_device *device = dsactl_device_find(host->ctx, dsactl_slice_get_device_name(slice));
	int64_t sum = 0;

	for (unsigned int i = 0; i < dsactl_slice_get_nr_wqs(slice); i++) {
		struct dsactl_wq *wq = device ? find_wq(device, dsactl_slice_get_wq_id(slice, i)) : NULL;
		int occupancy = wq ? dsactl_wq_get_occupancy(wq) : NONE;

		if (occupancy < 0)
			return NONE;
		sum += occupancy;
	}
	return sum;
}

/* ---- Of vdevs and their owners ---- */

static int64_t vdev_one(struct dsactl_vdev *vdev)
{
	(void)vdev;
	return 1;
}

static int64_t pinned_pages(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_pinned_pages(vdev);
}

static int64_t pinned_bytes(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_pinned_pages(vdev) * sysconf(_SC_PAGESIZE);
}

static int64_t mapped_bytes(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_mapped_bytes(vdev);
}

static int64_t interrupts(struct dsactl_vdev *vdev)
{
	struct dsactl_vector *vector;
	int64_t sum = 0;

	dsactl_vector_foreach(vdev, vector)
		sum += dsactl_vector_get_interrupts(vector);
	return sum;
}

static int64_t commands(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_commands(vdev);
}

static int64_t resets(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_resets(vdev);
}

static int64_t errors(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_errors(vdev);
}

static int64_t requests_served(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_requests_served(vdev);
}

static int64_t requests_refused(struct dsactl_vdev *vdev)
{
	return dsactl_vdev_get_requests_refused(vdev);
}

static int64_t quota_limit(const struct dsactl_quota *quota)
{
	return dsactl_quota_get_limit(quota);
}

static int64_t quota_used(const struct dsactl_quota *quota)
{
	return dsactl_quota_get_used(quota);
}

/* ---- The table ---- */

static const char *const slice_states[] = { "defined", "ready", "reserved", "used", "halted", NULL };
static const char *const vdev_states[] = { "closed", "disabled", "enabled", "halted", NULL };
static const char *const mapping_states[] = { "none", "complete", "memlock", "max-pinned", "failed", "mapping", NULL };

static const struct metric metrics[] = {
	{ "build", INFO, NULL, "The version of dsactl.", .of_host = one },
	{ "module_loaded", GAUGE, NULL, "Whether the module dsa_vdev is loaded.", .of_host = module_loaded },
	{ "profiles_unreadable", GAUGE, NULL, "Profiles for the next boot that cannot be used.", .of_host = profiles_unreadable },

	{ "device", INFO, NULL, "A DSA or IAX device: its PCI address and type.", .of_device = device_one },
	{ "device_enabled", GAUGE, NULL, "Whether idxd has the device enabled.", .of_device = device_enabled },
	{ "device_ims_entries", GAUGE, NULL, "Entries of interrupt message storage of the device.",
	  .of_device = device_ims },
	{ "device_ims_entries_free", GAUGE, NULL, "Entries of interrupt message storage that no slice uses.", .of_device = device_ims_free },
	{ "device_slices", GAUGE, NULL, "Slices of the device in each state.",
	  .count = count_slices, .states = slice_states },
	{ "device_vdevs", GAUGE, NULL, "Vdevs of the device in each state.",
	  .count = count_vdevs, .states = vdev_states },
	{ "device_vdev_mappings", GAUGE, NULL, "Vdevs of the device by how much of their owner's memory they reach.",
	  .count = count_mappings, .states = mapping_states },
	{ "device_boot_vdevs", GAUGE, NULL, "Vdevs that the next boot brings to the device.",
	  .of_device = boot_vdevs },
	{ "device_boot_vdevs_missing", GAUGE, NULL, "Vdevs that the next boot brings to the device and that are not here now.",
	  .of_device = boot_vdevs_missing },
	{ "device_restores", COUNTER, NULL, "Restores of the device since the host was booted.",
	  .of_device = restores },
	{ "device_restore_failures", COUNTER, NULL, "Restores of the device that failed, since the host was booted.", .of_device = restore_failures },
	{ "device_last_restore_failed", GAUGE, NULL, "Whether the last restore of the device failed.",
	  .of_device = restore_failed },
	{ "device_last_restore_timestamp_seconds", GAUGE, "seconds", "When the last restore of the device ended.",
	  .of_device = restore_time },

	{ "slice_entries", GAUGE, NULL, "Entries of the work queues of the slice.", .of_slice = slice_entries },
	{ "slice_entries_occupied", GAUGE, NULL, "Entries of the work queues of the slice that are in use.",
	  .of_slice = slice_occupied },

	{ "vdev_interrupts", COUNTER, NULL, "Interrupts of the vdev on the slice since it was opened.",
	  .of_vdev = interrupts },
	{ "vdev_commands", COUNTER, NULL, "Virtual commands to the vdev on the slice since it was opened.",
	  .of_vdev = commands },
	{ "vdev_resets", COUNTER, NULL, "Resets of the vdev on the slice since it was opened.", .of_vdev = resets },
	{ "vdev_errors", COUNTER, NULL, "Errors of the vdev on the slice since it was opened.",
	  .of_vdev = errors },
	{ "vdev_page_requests_served", COUNTER, NULL, "Page requests of the vdev on the slice after which the page was there.",
	  .of_vdev = requests_served },
	{ "vdev_page_requests_refused", COUNTER, NULL, "Page requests of the vdev on the slice that were answered as invalid.",
	  .of_vdev = requests_refused },

	{ "owner_vdevs", GAUGE, NULL, "Vdevs of the owner.", .sum_of_owner = vdev_one },
	{ "owner_quota", GAUGE, NULL, "Vdevs that the owner may have.", .of_quota = quota_limit },
	{ "owner_quota_used", GAUGE, NULL, "Vdevs that count against the quota: those that are there and those that the next boot would bring.",
	  .of_quota = quota_used },
	{ "owner_pinned_pages", GAUGE, NULL, "Pages of memory that vdevs of the owner have pinned.",
	  .sum_of_owner = pinned_pages },
	{ "owner_pinned_bytes", GAUGE, "bytes", "Memory that vdevs of the owner have pinned.",
	  .sum_of_owner = pinned_bytes },
	{ "owner_mapped_bytes", GAUGE, "bytes", "Memory of the owner that its vdevs reach.",
	  .sum_of_owner = mapped_bytes },
};

/* ---- Text ---- */

/* In double quotes; what @value holds was cleaned. */
static void print_label(const struct label *label, const char *separator)
{
	printf("%s%s=\"", separator, label->name);
	for (const char *c = label->value; *c; c++)
		printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	printf("\"");
}

static const char *suffix(const struct metric *metric)
{
	static const char *const suffixes[] = { [GAUGE] = "", [COUNTER] = "_total", [INFO] = "_info" };

	return suffixes[metric->type];
}

static const char *type_name(const struct host *host, const struct metric *metric)
{
	static const char *const names[] = { [GAUGE] = "gauge", [COUNTER] = "counter", [INFO] = "info" };

	return names[metric->type == INFO && !host->openmetrics ? GAUGE : metric->type];
}

/* What Prometheus' own text calls a family is the name of its samples. */
static void print_head(const struct host *host, const struct metric *metric)
{
	const char *end = host->openmetrics ? "" : suffix(metric);

	printf("# TYPE dsactl_%s%s %s\n", metric->name, end, type_name(host, metric));
	if (host->openmetrics && metric->unit)
		printf("# UNIT dsactl_%s %s\n", metric->name, metric->unit);
	printf("# HELP dsactl_%s%s %s\n", metric->name, end, metric->help);
}

/* A label whose value is NULL is left out. */
static void print_sample(const struct metric *metric, const struct label *labels, int64_t value)
{
	const char *separator = "{";

	if (value < 0)
		return;
	printf("dsactl_%s%s", metric->name, suffix(metric));
	for (size_t i = 0; i < MAX_LABELS && labels[i].name; i++) {
		if (!labels[i].value)
			continue;
		print_label(&labels[i], separator);
		separator = ",";
	}
	printf("%s %" PRId64 "\n", separator[0] == ',' ? "}" : "", value);
}

/* ---- Samples ---- */

static void print_host(const struct host *host, const struct metric *metric)
{
	struct label labels[MAX_LABELS] = {
		{ "version", metric->type == INFO ? dsactl_get_version() : NULL },
	};

	print_sample(metric, labels, metric->of_host(host));
}

static void print_device(const struct host *host, const struct metric *metric, struct dsactl_device *device)
{
	struct label labels[MAX_LABELS] = { { "device", dsactl_device_get_name(device) } };

	if (metric->type == INFO) {
		labels[1] = (struct label){ "pci", dsactl_device_get_pci(device) };
		labels[2] = (struct label){ "type", dsactl_device_get_type(device) };
	}
	if (metric->of_device) {
		print_sample(metric, labels, metric->of_device(host, device));
		return;
	}
	for (size_t i = 0; metric->states[i]; i++) {
		labels[1] = (struct label){ "state", metric->states[i] };
		print_sample(metric, labels, metric->count(host, device, metric->states[i]));
	}
}

static void print_devices(const struct host *host, const struct metric *metric)
{
	struct dsactl_device *device;

	dsactl_device_foreach(host->ctx, device)
		print_device(host, metric, device);
}

static void print_slices(const struct host *host, const struct metric *metric)
{
	struct dsactl_slice *slice;
	char id[16];

	dsactl_slice_foreach(host->ctx, slice) {
		struct label labels[MAX_LABELS] = {
			{ "device", dsactl_slice_get_device_name(slice) }, { "slice", id },
		};

		snprintf(id, sizeof(id), "%u", dsactl_slice_get_id(slice));
		print_sample(metric, labels, metric->of_slice(host, slice));
	}
}

static void print_vdevs(const struct host *host, const struct metric *metric)
{
	char id[16];

	for (size_t i = 0; i < host->nr_owned; i++) {
		const struct owned *owned = &host->owned[i];
		struct label labels[MAX_LABELS] = {
			{ "device", dsactl_vdev_get_device_name(owned->vdev) }, { "slice", id },
			{ "owner", owned->owner },
		};

		snprintf(id, sizeof(id), "%u", dsactl_vdev_get_slice_id(owned->vdev));
		print_sample(metric, labels, metric->of_vdev(owned->vdev));
	}
}

/* Those of one owner stand together. */
static void print_owners(const struct host *host, const struct metric *metric)
{
	size_t next;

	for (size_t i = 0; i < host->nr_owned; i = next) {
		struct label labels[MAX_LABELS] = { { "owner", host->owned[i].owner } };
		int64_t sum = 0;

		for (next = i; next < host->nr_owned && !strcmp(host->owned[next].owner, host->owned[i].owner); next++)
			sum += metric->sum_of_owner(host->owned[next].vdev);
		print_sample(metric, labels, sum);
	}
}

/* What create-vdev takes as an owner is shown as it is; another has no quota. */
static void print_quotas(const struct host *host, const struct metric *metric)
{
	struct dsactl_quota *quota;

	if (!host->quotas)
		return;
	dsactl_quota_foreach(host->ctx, quota) {
		struct label labels[MAX_LABELS] = { { "owner", dsactl_quota_get_owner(quota) } };

		print_sample(metric, labels, metric->of_quota(quota));
	}
}

static void print_metric(const struct host *host, const struct metric *metric)
{
	print_head(host, metric);
	if (metric->of_host)
		print_host(host, metric);
	else if (metric->of_device || metric->count)
		print_devices(host, metric);
	else if (metric->of_slice)
		print_slices(host, metric);
	else if (metric->of_vdev)
		print_vdevs(host, metric);
	else if (metric->of_quota)
		print_quotas(host, metric);
	else
		print_owners(host, metric);
}

/* ---- Read ---- */

static int compare_owned(const void *a, const void *b)
{
	const struct owned *first = a, *other = b;
	unsigned int slice = dsactl_vdev_get_slice_id(first->vdev), beside = dsactl_vdev_get_slice_id(other->vdev);

	return strcmp(first->owner, other->owner) ?: (slice > beside) - (slice < beside);
}

/* Owners that are shown alike are one: two series of one name are no text for Prometheus. */
static bool add_owned(struct host *host, struct dsactl_vdev *vdev)
{
	struct owned *grown = reallocarray(host->owned, host->nr_owned + 1, sizeof(*grown));
	char *owner = grown ? out_utf8(dsactl_vdev_get_owner(vdev)) : NULL;

	host->owned = grown ?: host->owned;
	if (!owner)
		return false;
	host->owned[host->nr_owned++] = (struct owned){ vdev, text_clean(owner) };
	return true;
}

static bool read_owned(struct host *host)
{
	struct dsactl_vdev *vdev;

	dsactl_vdev_foreach(host->ctx, vdev)
		if (!add_owned(host, vdev))
			return false;
	if (host->nr_owned)
		qsort(host->owned, host->nr_owned, sizeof(*host->owned), compare_owned);
	return true;
}

static void free_owned(struct host *host)
{
	for (size_t i = 0; i < host->nr_owned; i++)
		free(host->owned[i].owner);
	free(host->owned);
}

/* Whoever asks for all of it hears of a failure before the first line. */
static int read_host(struct host *host)
{
	struct dsactl_device *device;
	int err = dsactl_refresh(host->ctx);

	if (err)
		return err;
	dsactl_device_foreach(host->ctx, device)
		dsactl_wq_get_first(device);
	if (!read_owned(host))
		return -ENOMEM;
	return dsactl_get_error(host->ctx);
}

static int64_t count_unreadable(struct dsactl_ctx *ctx)
{
	struct dsactl_profile *profile;
	int64_t nr = 0;

	if (dsactl_profile_list(ctx))
		return NONE;
	dsactl_profile_foreach(ctx, profile)
		nr += dsactl_profile_is_enabled(profile) && dsactl_profile_get_error(profile)[0];
	return nr;
}

/* Last, as that may fail where the rest does not: see add_stored() in cmd_list.c. */
static void read_stored(struct host *host, const struct cmd_line *line)
{
	bool read;

	host->unreadable = count_unreadable(host->ctx);
	read = !dsactl_kept_list(host->ctx);
	host->kept = read && !host->unreadable;
	host->quotas = !dsactl_quota_list(host->ctx);
	if (!(read && host->quotas) && !line->opt[OPT_QUIET].set)
		out_note(dsactl_get_message(host->ctx));
}

int metrics_run(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	struct host host = { .ctx = ctx, .openmetrics = line->output == OUT_OPENMETRICS };
	int err;

	if (line->arg[0].set || line->arg[1].set)
		return out_usage(line->cmd, "%s: metrics are of all vdevs and of one moment: leave it out",
				 (line->arg[0].set ? line->arg[0] : line->arg[1]).text);
	err = read_host(&host);
	if (err) {
		free_owned(&host);
		return out_error(ctx, err);
	}
	read_stored(&host, line);
	for (size_t i = 0; i < NR(metrics); i++)
		print_metric(&host, &metrics[i]);
	if (host.openmetrics)
		printf("# EOF\n");
	free_owned(&host);
	return EXIT_DONE;
}
