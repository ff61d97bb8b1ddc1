// SPDX-License-Identifier: LGPL-2.1-or-later
/* Can this host give DSA to virtual machines, and if not, what is missing? */
#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../backend/accel.h"
#include "../backend/host.h"
#include "../backend/modules.h"
#include "../core/ctx.h"
#include "../core/files.h"
#include "../model/device.h"
#include "../model/inventory.h"
#include "../profile/limits.h"
#include "../state/journal.h"

#define BOOT_REMEDY "enable VT-d in the firmware and boot with intel_iommu=on,sm_on"

struct dsactl_finding {
	struct dsactl_finding *next;
	char object[NAME_SIZE];
	const char *topic, *remedy;
	enum dsactl_verdict verdict;
	char cause[256];
};

static void findings_free(struct dsactl_ctx *ctx)
{
	while (ctx->findings) {
		struct dsactl_finding *finding = ctx->findings;

		ctx->findings = finding->next;
		free(finding);
	}
}

__attribute__((format(printf, 6, 7)))
static void find(struct dsactl_ctx *ctx, const char *object, const char *topic,
		 enum dsactl_verdict verdict, const char *remedy, const char *cause, ...)
{
	struct dsactl_finding **tail = &ctx->findings;
	struct dsactl_finding *finding = calloc(1, sizeof(*finding));
	va_list args;

	if (!finding)
		return;
	while (*tail)
		tail = &(*tail)->next;
	*tail = finding;
	COPY_TEXT(finding->object, object);
	finding->topic = topic;
	finding->verdict = verdict;
	finding->remedy = remedy ?: "";
	va_start(args, cause);
	vsnprintf(finding->cause, sizeof(finding->cause), cause, args);
	va_end(args);
}

/* ---- Host ---- */

static void check_cpu(struct dsactl_ctx *ctx)
{
	if (cpu_has("movdir64b"))
		find(ctx, "host", "cpu", DSACTL_VERDICT_OK, NULL,
		     "the CPU has MOVDIR64B, which submits to dedicated work queues");
	else
		find(ctx, "host", "cpu", DSACTL_VERDICT_WARN,
		     "use a CPU that has it, and in a guest a CPU model that shows it",
		     "the CPU shows no MOVDIR64B: nothing can be submitted");
	if (!cpu_has("enqcmd"))
		find(ctx, "host", "enqcmd", DSACTL_VERDICT_INFO, NULL,
		     "the CPU shows no ENQCMD: only shared work queues need it");
}

/* ECAP 43: scalable mode translation. */
static bool unit_is_scalable(const char *unit)
{
	char path[PATH_MAX], text[32];

	snprintf(path, sizeof(path), "/sys/class/iommu/%s/intel-iommu/ecap", unit);
	return file_read(path, text, sizeof(text)) &&
	       (strtoull(text, NULL, 16) >> 43 & 1);
}

static void check_iommu(struct dsactl_ctx *ctx)
{
	DIR *units = opendir("/sys/class/iommu");
	int nr = 0, nr_scalable = 0;
	struct dirent *unit;

	while (units && (unit = readdir(units))) {
		if (unit->d_name[0] == '.')
			continue;
		nr++;
		nr_scalable += unit_is_scalable(unit->d_name);
	}
	if (units)
		closedir(units);
	if (!nr)
		find(ctx, "host", "iommu", DSACTL_VERDICT_FAIL, BOOT_REMEDY,
		     "there is no IOMMU, or it is off");
	else if (!nr_scalable)
		find(ctx, "host", "iommu", DSACTL_VERDICT_FAIL,
		     "use a platform whose VT-d has scalable mode",
		     "the IOMMU has no scalable mode, which PASIDs need");
	else
		find(ctx, "host", "iommu", DSACTL_VERDICT_OK, NULL,
		     "the IOMMU has scalable mode");
}

static const struct needed_module {
	const char *name, *why, *remedy;
} needed_modules[] = {
	{ "mdev", "mediated devices", "use a kernel with CONFIG_VFIO_MDEV" },
	{ "vfio", "giving devices to user space", "use a kernel with CONFIG_VFIO" },
	{ "vfio_iommu_type1", "VFIO's memory mapping",
	  "use a kernel with CONFIG_VFIO_IOMMU_TYPE1" },
	{ "dsa_vdev", "slices and vdevs",
	  MODULES_INSTALL },
};

static void check_modules(struct dsactl_ctx *ctx)
{
	static const char *const words[] = {
		[MODULE_INSTALLED] = "is installed and loaded when needed",
		[MODULE_LOADED] = "is loaded",
	};

	for (size_t i = 0; i < ARRAY_SIZE(needed_modules); i++) {
		const struct needed_module *module = &needed_modules[i];
		enum module_state state = modules_state(module->name);

		if (state == MODULE_ABSENT)
			find(ctx, "host", module->name, DSACTL_VERDICT_FAIL, module->remedy,
			     "module %s, for %s, is not installed for this kernel",
			     module->name, module->why);
		else
			find(ctx, "host", module->name, DSACTL_VERDICT_OK, NULL,
			     "module %s %s", module->name, words[state]);
	}
}

/*
 * After an update dkms builds for the new kernel, and the old one runs until the next boot. That boot
 * would not take an older one.
 */
static void check_kernel(struct dsactl_ctx *ctx)
{
	struct utsname kernel;
	char other[sizeof(kernel.release)];

	if (modules_state("dsa_vdev") != MODULE_ABSENT || uname(&kernel) ||
	    !modules_find_kernel("dsa_vdev", other, sizeof(other)) || strverscmp(other, kernel.release) < 0)
		return;
	find(ctx, "host", "kernel", DSACTL_VERDICT_FAIL, "boot that kernel",
	     "kernel %s runs, and dsa_vdev is installed for %s", kernel.release, other);
}

/*
 * Whether the kernel has a key of that name; -1: that cannot be seen, since all keys are
 * hidden. What /proc/keys shows is cut, but the kinds of keys and their names are at its ends.
 */
static int has_key(const char *signer)
{
	FILE *keys = fopen("/proc/keys", "re");
	char line[512];
	int has = -1;

	while (keys && has < 1 && fgets(line, sizeof(line), keys))
		if (strstr(line, " asymmetri "))
			has = strstr(line, signer) != NULL;
	if (keys)
		fclose(keys);
	return has;
}

/* A module that is loaded has passed the check of signatures. */
static void check_signature(struct dsactl_ctx *ctx)
{
	const char *why = modules_why_signed();
	char signer[128];
	int has;

	if (!why || modules_state("dsa_vdev") != MODULE_INSTALLED)
		return;
	modules_get_signer("dsa_vdev", signer, sizeof(signer));
	has = signer[0] ? has_key(signer) : 0;
	if (!signer[0])
		find(ctx, "host", "signature", DSACTL_VERDICT_FAIL, MODULES_ENROLL,
		     "dsa_vdev is not signed, and only signed modules can be loaded: %s", why);
	else if (has > 0)
		find(ctx, "host", "signature", DSACTL_VERDICT_OK, NULL,
		     "dsa_vdev is signed by %s, whose key the kernel has", signer);
	else if (!has)
		find(ctx, "host", "signature", DSACTL_VERDICT_FAIL, MODULES_ENROLL,
		     "dsa_vdev is signed by %s, whose key the kernel has not: %s", signer, why);
	else
		find(ctx, "host", "signature", DSACTL_VERDICT_INFO, "run dsactl check as root",
		     "dsa_vdev is signed by %s: whether the kernel has that key cannot be seen", signer);
}

/* The module may be loaded and out of reach, as in another network namespace. */
static void check_answer(struct dsactl_ctx *ctx)
{
	if (inventory_read_module(ctx))
		find(ctx, "host", "dsa_vdev-answer", DSACTL_VERDICT_FAIL, "run dsactl in the network namespace of the host",
		     "%s", ctx->cause);
}

static void check_idxd(struct dsactl_ctx *ctx)
{
	if (inventory_read_accel(ctx))
		find(ctx, "host", "idxd", DSACTL_VERDICT_FAIL,
		     modules_state("idxd") == MODULE_ABSENT ?
			     "use a kernel with CONFIG_INTEL_IDXD" : "modprobe idxd",
		     "idxd, the kernel's driver for DSA, is not loaded");
	else if (!ctx->inv->devices)
		find(ctx, "host", "idxd", DSACTL_VERDICT_FAIL,
		     "enable DSA in the firmware; lspci -d 8086: shows what is there; see the kernel log",
		     "idxd is loaded and has no device");
	else
		find(ctx, "host", "idxd", DSACTL_VERDICT_OK, NULL, "idxd is loaded");
}

static void check_journal(struct dsactl_ctx *ctx)
{
	if (journal_is_left())
		find(ctx, "host", "unfinished", DSACTL_VERDICT_WARN,
		     "the next dsactl that changes something undoes it",
		     "a dsactl that was killed left a change unfinished");
}

/* ---- One device ---- */

static void check_pasid(struct dsactl_ctx *ctx, struct dsactl_device *device,
			const struct mod_device *mod)
{
	int on = mod ? !!(mod->flags & DSA_VDEV_DEVICE_FLAGS_PASID)
		     : pci_has_enabled(device->pci, PCI_PASID);

	if (on > 0)
		find(ctx, device->name, "pasid", DSACTL_VERDICT_OK, NULL,
		     "PASID is enabled, so each slice has its own address space");
	else if (!on)
		find(ctx, device->name, "pasid", DSACTL_VERDICT_FAIL, BOOT_REMEDY,
		     "PASID is not enabled: the IOMMU or its scalable mode is off");
	else
		find(ctx, device->name, "pasid", DSACTL_VERDICT_INFO, "run dsactl check as root",
		     "whether PASID is enabled cannot be seen");
}

static void check_vectors(struct dsactl_ctx *ctx, struct dsactl_device *device,
			  const struct mod_device *mod)
{
	unsigned int size = mod ? mod->ims_size : dsactl_device_get_ims_size(device);

	if (!size)
		find(ctx, device->name, "dev-msi", DSACTL_VERDICT_FAIL, "use another device",
		     "it has no interrupt message storage for DEV-MSI vectors");
	else if (mod)
		find(ctx, device->name, "dev-msi", DSACTL_VERDICT_OK, NULL,
		     "%u of %u DEV-MSI vectors are free", mod->ims_free, size);
	else
		find(ctx, device->name, "dev-msi", DSACTL_VERDICT_OK, NULL,
		     "it has %u DEV-MSI vectors", size);
}

static void check_user_interrupts(struct dsactl_ctx *ctx, struct dsactl_device *device,
				  const struct mod_device *mod)
{
	if (!mod || !device->enabled)
		return;
	if (mod->flags & DSA_VDEV_DEVICE_FLAGS_USER_INTERRUPTS)
		find(ctx, device->name, "user-interrupts", DSACTL_VERDICT_OK, NULL,
		     "unprivileged completions may interrupt");
	else
		find(ctx, device->name, "user-interrupts", DSACTL_VERDICT_FAIL,
		     BOOT_REMEDY " so that idxd gets a system PASID",
		     "GENCFG.user_int_en is off: unprivileged completions cannot interrupt");
}

static void check_silicon(struct dsactl_ctx *ctx, struct dsactl_device *device)
{
	if (dsactl_device_is_unsafe(device))
		find(ctx, device->name, "portal", DSACTL_VERDICT_WARN,
		     "split-device --allow-unsafe-portal, if you trust the owners of its vdevs; else use other silicon",
		     "INTEL-SA-01084: who has a portal of this silicon (8086:%04x) can misuse it",
		     device->pci_id);
	else
		find(ctx, device->name, "portal", DSACTL_VERDICT_OK, NULL,
		     "its portals may be given to user space");
	if (!device->configurable)
		find(ctx, device->name, "configurable", DSACTL_VERDICT_FAIL, "use another device",
		     "its groups and work queues cannot be configured");
}

static void check_remapping(struct dsactl_ctx *ctx, struct dsactl_device *device,
			    const struct mod_device *mod)
{
	if (mod && !(mod->flags & DSA_VDEV_DEVICE_FLAGS_INTR_REMAP))
		find(ctx, device->name, "interrupt-remapping", DSACTL_VERDICT_WARN,
		     "enable interrupt remapping in the firmware (kernel: intremap=on)",
		     "its interrupts are not remapped by the IOMMU");
}

/* Report a slice that lost work queues, and the vdev on it. */
static void check_slice(struct dsactl_ctx *ctx, const struct dsactl_slice *slice)
{
	struct dsactl_vdev *vdev = inventory_vdev(ctx, slice->vdev);
	const char *state = dsactl_slice_get_state_name(slice);

	if (!vdev)
		find(ctx, slice->device, "slice", DSACTL_VERDICT_WARN,
		     "enable its work queues, or unsplit the device and split it anew",
		     "slice %u is %s: no vdev can be created on it", slice->id, state);
	else if (dsactl_vdev_is_open(vdev))
		find(ctx, slice->device, "slice", DSACTL_VERDICT_WARN,
		     "enable its work queues, and have the guest load its driver anew",
		     "slice %u is %s under vdev %s, which is open: its guest can do nothing", slice->id, state,
		     vdev->name[0] ? vdev->name : vdev->uuid);
	else
		find(ctx, slice->device, "slice", DSACTL_VERDICT_WARN, "enable its work queues",
		     "slice %u is %s under vdev %s", slice->id, state, vdev->name[0] ? vdev->name : vdev->uuid);
}

static void check_slices(struct dsactl_ctx *ctx, const struct dsactl_device *device)
{
	struct dsactl_slice *slice;

	dsactl_slice_foreach(ctx, slice)
		if (!strcmp(slice->device, device->name) &&
		    (slice->state == DSA_VDEV_SLICE_STATE_HALTED || slice->state == DSA_VDEV_SLICE_STATE_DEFINED))
			check_slice(ctx, slice);
}

static void check_device(struct dsactl_ctx *ctx, struct dsactl_device *device)
{
	const struct mod_device *mod = inventory_mod_device(ctx, device->name);

	if (device_is_iax(device)) {
		find(ctx, device->name, "type", DSACTL_VERDICT_FAIL, IAX_REMEDY, IAX_CAUSE);
		return;
	}
	check_silicon(ctx, device);
	check_pasid(ctx, device, mod);
	check_vectors(ctx, device, mod);
	check_user_interrupts(ctx, device, mod);
	check_remapping(ctx, device, mod);
	check_slices(ctx, device);
}

/* ---- Sum ---- */

static bool has_failed(struct dsactl_ctx *ctx, const char *object,
		       struct dsactl_finding **first)
{
	struct dsactl_finding *finding;

	dsactl_finding_foreach(ctx, finding) {
		if (finding->verdict != DSACTL_VERDICT_FAIL ||
		    strcmp(finding->object, object))
			continue;
		*first = *first ?: finding;
		return true;
	}
	return false;
}

/* The host fails if one of its own findings does, or if no device is usable. */
static int sum_up(struct dsactl_ctx *ctx)
{
	struct dsactl_finding *first = NULL;
	bool good = false, failed = has_failed(ctx, "host", &first);
	struct dsactl_device *device;

	dsactl_device_foreach(ctx, device)
		good = good || !has_failed(ctx, device->name, &first);
	if (good && !failed)
		return 0;
	return ctx_fail(ctx, EOPNOTSUPP, first->object, first->remedy, "%s", first->cause);
}

int dsactl_check(struct dsactl_ctx *ctx)
{
	struct dsactl_device *device;

	findings_free(ctx);
	ctx_free_with(ctx, findings_free);
	inventory_drop(ctx);
	check_cpu(ctx);
	check_iommu(ctx);
	check_idxd(ctx);
	check_modules(ctx);
	check_kernel(ctx);
	check_signature(ctx);
	check_answer(ctx);
	check_journal(ctx);
	dsactl_device_foreach(ctx, device)
		check_device(ctx, device);
	return sum_up(ctx);
}

struct dsactl_finding *dsactl_finding_get_first(struct dsactl_ctx *ctx)
{
	return ctx->findings;
}

struct dsactl_finding *dsactl_finding_get_next(struct dsactl_finding *finding)
{
	return finding->next;
}

const char *dsactl_finding_get_object(const struct dsactl_finding *finding)
{
	return finding->object;
}

const char *dsactl_finding_get_topic(const struct dsactl_finding *finding)
{
	return finding->topic;
}

enum dsactl_verdict dsactl_finding_get_verdict(const struct dsactl_finding *finding)
{
	return finding->verdict;
}

const char *dsactl_finding_get_verdict_name(const struct dsactl_finding *finding)
{
	static const char *const names[] = {
		[DSACTL_VERDICT_OK] = "ok",
		[DSACTL_VERDICT_INFO] = "info",
		[DSACTL_VERDICT_WARN] = "warning",
		[DSACTL_VERDICT_FAIL] = "fail",
	};

	return names[finding->verdict];
}

const char *dsactl_finding_get_cause(const struct dsactl_finding *finding)
{
	return finding->cause;
}

const char *dsactl_finding_get_remedy(const struct dsactl_finding *finding)
{
	return finding->remedy;
}
