// SPDX-License-Identifier: GPL-2.0-only
/* Which verbs and options are there? */
#include <string.h>

#include "cmd_table.h"
#include "formats.h"
#include "verbs.h"

const char *const output_names[NR_OUTPUTS + 1] = {
	[OUT_TABLE] = "table", [OUT_WIDE] = "wide", [OUT_JSON] = "json",
	[OUT_QEMU] = "qemu", [OUT_LIBVIRT] = "libvirt",
	[OUT_OPENMETRICS] = "openmetrics", [OUT_PROMETHEUS] = "prometheus",
};

const char *const exit_names[NR_EXITS] = {
	[EXIT_DONE] = "done", [EXIT_FAILED] = "failed", [EXIT_USAGE] = "usage",
	[EXIT_PARTLY] = "partly done", [EXIT_NOT_FOUND] = "not found", [EXIT_BUSY] = "busy",
	[EXIT_UNSUPPORTED] = "not supported here", [EXIT_PERMISSION] = "permission",
};

static const char *const color_names[] = {
	[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL
};

/* Of devices, and of mdevs. */
static const char *const types[] = {
	"dsa", "iax", "idxd-1dwq-v1", "idxd-2dwq-v1", "idxd-4dwq-v1", "idxd-8dwq-v1",
	"idxd-1dwq-bare-v1", "idxd-2dwq-bare-v1", "idxd-4dwq-bare-v1", "idxd-8dwq-bare-v1", NULL
};

static const char *const mappings[] = { "auto", "sweep", "hints", "prs", NULL };

/* Of devices and work queues, of slices, of vdevs. */
static const char *const states[] = {
	"enabled", "disabled", "defined", "ready", "reserved", "used", "halted", "closed", NULL
};

const struct opt opts[NR_OPTS] = {
	[OPT_OUTPUT] = { "output", 'o', KIND_CHOICE, "FORMAT", "how to print",
			 .choices = output_names },
	[OPT_QUIET] = { "quiet", 'q', KIND_FLAG, NULL, "no warnings" },
	[OPT_VERBOSE] = { "verbose", 'v', KIND_FLAG, NULL, "echo every write" },
	[OPT_TIMEOUT] = { "timeout", 0, KIND_NUMBER, "SECONDS",
			  "how long to wait for another writer (30)", 0, 86400 },
	[OPT_COLOR] = { "color", 0, KIND_CHOICE, "WHEN", "auto, always or never (auto)",
			.choices = color_names },
	[OPT_HELP] = { "help", 'h', KIND_FLAG, NULL, "this text" },
	[OPT_VERSION] = { "version", 0, KIND_FLAG, NULL, "the version" },

	[OPT_DEVICES] = { "devices", 0, KIND_FLAG, NULL, "only devices" },
	[OPT_WQS_ONLY] = { "wqs", 0, KIND_FLAG, NULL, "only work queues" },
	[OPT_SLICES_ONLY] = { "slices", 0, KIND_FLAG, NULL, "only slices" },
	[OPT_VDEVS] = { "vdevs", 0, KIND_FLAG, NULL, "only vdevs" },
	[OPT_BOOT] = { "at-boot", 0, KIND_FLAG, NULL, "only vdevs that the next boot brings" },
	[OPT_QUOTAS] = { "quotas", 0, KIND_FLAG, NULL, "only quotas of owners" },
	[OPT_STATE] = { "state", 0, KIND_CHOICE, "STATE", "only what is in this state",
			.choices = states },
	[OPT_UNITS] = { "units", 'u', KIND_FLAG, NULL, "sizes with units" },
	[OPT_COLUMNS] = { "columns", 'O', KIND_COLUMNS, "NAME,...", "these columns; +NAME: and the usual ones" },
	[OPT_DEVICE] = { "device", 0, KIND_DEVICE, "DEV", "only this device" },
	[OPT_TYPE] = { "type", 0, KIND_CHOICE, "TYPE", "of device (dsa, iax), or of mdev",
		       .choices = types },
	[OPT_VDEV] = { "vdev", 0, KIND_VDEV, "UUID|NAME", "only this vdev" },

	[OPT_NUMA] = { "numa", 0, KIND_NUMBER, "NODE", "NUMA node", 0, 1023 },
	[OPT_SLICES] = { "slices", 0, KIND_NUMBER, "N", "how many slices (as many as fit)",
			 1, 65536 },
	[OPT_WQS] = { "wqs", 0, KIND_NUMBER, "N", "work queues of each slice: 1, 2, 4 or 8",
		      1, 8 },
	[OPT_WQ_SIZE] = { "wq-size", 0, KIND_NUMBER, "N", "entries of each work queue",
			  1, 65536 },
	[OPT_ENGINES] = { "engines", 0, KIND_NUMBER, "N", "engines of each slice", 1, 65536 },
	[OPT_VECTORS] = { "vectors", 0, KIND_NUMBER, "N",
			  "vectors of each slice: one for each work queue", 1, 8 },
	[OPT_PRIORITY] = { "priority", 0, KIND_NUMBER, "N", "of the work queues (10)", 1, 15 },
	[OPT_MAX_BATCH] = { "max-batch-size", 0, KIND_NUMBER, "N",
			    "descriptors in a batch (as the device)", 1, UINT32_MAX },
	[OPT_MAX_TRANSFER] = { "max-transfer-size", 0, KIND_NUMBER, "BYTES",
			       "of one descriptor (as the device)", 1, INT64_MAX },
	[OPT_BLOCK_ON_FAULT] = { "block-on-fault", 0, KIND_FLAG, NULL,
				 "descriptors may wait for a page" },
	[OPT_UNSAFE_PORTAL] = { "allow-unsafe-portal", 0, KIND_FLAG, NULL,
				"accept silicon under INTEL-SA-01084" },
	[OPT_HOST_PCI_ID] = { "host-pci-id", 0, KIND_FLAG, NULL,
			      "vdevs show the host's PCI id, not 8086:0b25" },
	[OPT_MAPPING] = { "mapping", 0, KIND_CHOICE, "HOW",
			  "how memory is found: auto, sweep, hints or prs (auto)",
			  .choices = mappings },

	[OPT_UUID] = { "uuid", 0, KIND_UUID, "UUID", "of the vdev (random)" },
	[OPT_NAME] = { "name", 0, KIND_TEXT, "NAME", "of the vdev or profile" },
	[OPT_OWNER] = { "owner", 0, KIND_OWNER, "OWNER", "whose vdev it is" },
	[OPT_COUNT] = { "count", 0, KIND_NUMBER, "N", "how many vdevs (1)", 1, 4096 },
	[OPT_CONTINUE] = { "continue", 0, KIND_FLAG, NULL,
			   "with --count: keep what could be created" },
	[OPT_SPREAD] = { "spread", 0, KIND_FLAG, NULL, "on the device with most free slices" },
	[OPT_PACK] = { "pack", 0, KIND_FLAG, NULL, "on the device with fewest free slices" },
	[OPT_SERVED] = { "served", 0, KIND_FLAG, NULL, "a process will emulate its PCI device" },

	[OPT_PERSIST] = { "persist", 0, KIND_FLAG, NULL, "at each boot, too" },

	[OPT_SOCKET] = { "socket", 0, KIND_FILE, "PATH", "UNIX socket at which the VMM finds it" },
	[OPT_USER] = { "user", 0, KIND_TEXT, "USER", "whom the process becomes (dsactl-serve, or nobody)" },
	[OPT_MAX_MEMORY] = { "max-memory", 0, KIND_NUMBER, "BYTES", "of a VMM that may be locked (all)",
			     1, INT64_MAX },

	[OPT_REPLACE] = { "replace", 0, KIND_FLAG, NULL,
			  "take away what is not so in the profile" },
	[OPT_FROM] = { "from", 0, KIND_CHOICE, "FORMAT", "whose file it is (as it looks)",
		       .choices = format_names },
	[OPT_TO] = { "to", 0, KIND_CHOICE, "FORMAT", "for whom (dsactl)",
		     .choices = format_names },
	[OPT_PROFILE] = { "profile", 0, KIND_PROFILE, "NAME|FILE", "split as it says" },

	[OPT_DRY_RUN] = { "dry-run", 'n', KIND_FLAG, NULL, "say what would be done" },
	[OPT_FORCE] = { "force", 'f', KIND_FLAG, NULL, "do what would be refused; see the manual page" },
};

const uint64_t global_opts = OPT(OUTPUT) | OPT(QUIET) | OPT(VERBOSE) | OPT(TIMEOUT) |
			     OPT(COLOR) | OPT(HELP) | OPT(VERSION);

/* What a change can end with, beside CAN_ALWAYS. */
#define CAN_CHANGE (CAN_ALWAYS | CAN(BUSY) | CAN(UNSUPPORTED) | CAN(PERMISSION))

#define A_DEVICE	{ "DEV|all", KIND(DEVICE) | KIND(ALL), false }
#define A_SHAPE		{ "SHAPE", KIND(SHAPE), true }
#define A_PROFILE	{ "NAME", KIND(PROFILE), false }
#define A_SOURCE	{ "NAME|FILE|-", KIND(PROFILE) | KIND(FILE), false }
#define A_VDEV		{ "UUID|NAME", KIND(VDEV), false }

const struct cmd cmds[] = {
	{
		.name = "list", .page = "dsactl-host",
		.summary = "what there is: devices, work queues, slices, vdevs",
		.opts = OPT(DEVICES) | OPT(SLICES_ONLY) | OPT(VDEVS) | OPT(BOOT) | OPT(QUOTAS) | OPT(WQS_ONLY) |
			OPT(DEVICE) | OPT(TYPE) | OPT(OWNER) | OPT(NUMA) | OPT(STATE) | OPT(UNITS) |
			OPT(COLUMNS),
		.outputs = OUT(TABLE) | OUT(WIDE) | OUT(JSON),
		.tables = list_tables,
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(UNSUPPORTED),
		.reads = true,
		.run = cmd_list,
	}, {
		.name = "check", .page = "dsactl-host",
		.summary = "can this host do it, and if not, what helps",
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(UNSUPPORTED),
		.run = cmd_check,
	}, {
		.name = "split-device", .page = "dsactl-device",
		.summary = "split a device into slices",
		.arg = { A_DEVICE, A_SHAPE },
		.opts = OPT(SLICES) | OPT(WQS) | OPT(WQ_SIZE) | OPT(ENGINES) | OPT(VECTORS) |
			OPT(PRIORITY) | OPT(MAX_BATCH) | OPT(MAX_TRANSFER) |
			OPT(BLOCK_ON_FAULT) | OPT(UNSAFE_PORTAL) | OPT(HOST_PCI_ID) | OPT(PROFILE) | OPT(DRY_RUN) |
			OPT(FORCE),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE | CAN(PARTLY) | CAN(NOT_FOUND),
		.run = cmd_device_split,
	}, {
		.name = "unsplit-device", .page = "dsactl-device",
		.summary = "make a device whole again",
		.arg = { A_DEVICE },
		.opts = OPT(DRY_RUN) | OPT(FORCE),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE | CAN(PARTLY) | CAN(NOT_FOUND),
		.run = cmd_device_unsplit,
	}, {
		.name = "create-vdev", .page = "dsactl-vdev",
		.summary = "create a vdev and print its UUID",
		.arg = { { "DEV", KIND(DEVICE), true }, A_SHAPE },
		.opts = OPT(UUID) | OPT(NAME) | OPT(OWNER) | OPT(COUNT) | OPT(CONTINUE) |
			OPT(TYPE) | OPT(NUMA) | OPT(SPREAD) | OPT(PACK) | OPT(WQS) | OPT(WQ_SIZE) |
			OPT(ENGINES) | OPT(MAPPING) | OPT(SERVED) | OPT(PERSIST) | OPT(DRY_RUN),
		.outputs = OUT(TABLE) | OUT(JSON) | OUT(QEMU) | OUT(LIBVIRT),
		.exits = CAN_CHANGE | CAN(PARTLY) | CAN(NOT_FOUND),
		.served = OPT(UUID) | OPT(NAME) | OPT(OWNER) | OPT(COUNT) | OPT(CONTINUE) | OPT(TYPE) |
			  OPT(NUMA) | OPT(SPREAD) | OPT(PACK) | OPT(WQS) | OPT(WQ_SIZE) | OPT(ENGINES) |
			  OPT(MAPPING) | OPT(SERVED) | OPT(OUTPUT) | OPT(QUIET) | OPT(COLOR),
		.run = cmd_vdev_create,
	}, {
		.name = "destroy-vdev", .page = "dsactl-vdev",
		.summary = "destroy a vdev",
		.arg = { { "UUID|NAME|all", KIND(VDEV) | KIND(ALL), false } },
		.opts = OPT(OWNER) | OPT(PERSIST) | OPT(DRY_RUN) | OPT(FORCE),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE | CAN(PARTLY) | CAN(NOT_FOUND),
		.served = OPT(OWNER) | OPT(OUTPUT) | OPT(QUIET) | OPT(COLOR),
		.run = cmd_vdev_destroy,
	}, {
		.name = "hint-vdev", .page = "dsactl-vdev",
		.summary = "say where the memory of a vdev's holder is",
		.arg = { A_VDEV, { "IOVA+LENGTH,...|none", KIND(RANGES), false } },
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(UNSUPPORTED) | CAN(PERMISSION),
		.served = OPT(OUTPUT) | OPT(QUIET) | OPT(COLOR),
		.run = cmd_vdev_hint,
	}, {
		.name = "show-vdev", .page = "dsactl-vdev",
		.summary = "everything about a vdev, with counters",
		.arg = { A_VDEV },
		.opts = OPT(UNITS),
		.outputs = OUT(TABLE) | OUT(JSON) | OUT(QEMU) | OUT(LIBVIRT),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(UNSUPPORTED),
		.reads = true,
		.run = cmd_vdev_show,
	}, {
		.name = "serve-vdev", .page = "dsactl-vdev",
		.summary = "emulate the PCI device of a vdev that was created with --served",
		.arg = { A_VDEV },
		.opts = OPT(SOCKET) | OPT(USER) | OPT(MAX_MEMORY),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(BUSY) | CAN(UNSUPPORTED) | CAN(PERMISSION),
		.run = cmd_vdev_serve,
	}, {
		.name = "monitor", .page = "dsactl-host",
		.summary = "what happens to devices, slices and vdevs, as it happens",
		.opts = OPT(DEVICE) | OPT(VDEV),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(UNSUPPORTED),
		.reads = true,
		.run = cmd_monitor,
	}, {
		.name = "stat", .page = "dsactl-host",
		.summary = "how busy vdevs are, every INTERVAL seconds",
		.arg = { { "UUID|NAME", KIND(VDEV), true }, { "INTERVAL", KIND(NUMBER), true },
			 { "COUNT", KIND(NUMBER), true } },
		.opts = OPT(COLUMNS),
		.tables = stat_tables,
		.outputs = OUT(TABLE) | OUT(JSON) | OUT(OPENMETRICS) | OUT(PROMETHEUS),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(UNSUPPORTED),
		.reads = true,
		.run = cmd_stat,
	}, {
		.name = "save-profile", .page = "dsactl-profile",
		.summary = "save the running state of all devices",
		.arg = { { "NAME|-", KIND(PROFILE), false } },
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE,
		.run = cmd_profile_save,
	}, {
		.name = "apply-profile", .page = "dsactl-profile",
		.summary = "make devices as a profile says, as a whole or not at all",
		.arg = { A_SOURCE },
		.opts = OPT(DEVICE) | OPT(REPLACE) | OPT(OWNER) | OPT(DRY_RUN),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE | CAN(NOT_FOUND),
		.run = cmd_profile_apply,
	}, {
		.name = "diff-profile", .page = "dsactl-profile",
		.summary = "in what devices differ from a profile",
		.arg = { A_SOURCE },
		.opts = OPT(DEVICE),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(UNSUPPORTED) | CAN(PERMISSION),
		.reads = true,
		.run = cmd_profile_diff,
	}, {
		.name = "list-profiles", .page = "dsactl-profile",
		.summary = "which profiles there are",
		.opts = OPT(COLUMNS),
		.tables = profile_tables,
		.outputs = OUT(TABLE) | OUT(WIDE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(PERMISSION),
		.reads = true,
		.run = cmd_profile_list,
	}, {
		.name = "show-profile", .page = "dsactl-profile",
		.summary = "what a profile says",
		.arg = { A_SOURCE },
		.outputs = OUT(JSON),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(UNSUPPORTED) | CAN(PERMISSION),
		.reads = true,
		.run = cmd_profile_show,
	}, {
		.name = "delete-profile", .page = "dsactl-profile",
		.summary = "delete a profile",
		.arg = { A_PROFILE },
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(BUSY) | CAN(PERMISSION),
		.run = cmd_profile_delete,
	}, {
		.name = "import-profile", .page = "dsactl-profile",
		.summary = "save what another tool's file says as a profile",
		.arg = { { "FILE|-", KIND(FILE), false } },
		.opts = OPT(NAME) | OPT(FROM),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE | CAN(NOT_FOUND),
		.run = cmd_profile_import,
	}, {
		.name = "export-profile", .page = "dsactl-profile",
		.summary = "print a profile, or the running state, as another tool's file",
		.arg = { { "NAME|FILE|-", KIND(PROFILE) | KIND(FILE), true } },
		.opts = OPT(TO),
		.outputs = OUT(JSON),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(UNSUPPORTED) | CAN(PERMISSION),
		.reads = true,
		.run = cmd_profile_export,
	}, {
		.name = "enable-profile", .page = "dsactl-profile",
		.summary = "have a profile restored at boot, device by device",
		.arg = { A_SOURCE },
		.opts = OPT(DRY_RUN),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE | CAN(NOT_FOUND),
		.run = cmd_profile_enable,
	}, {
		.name = "disable-profile", .page = "dsactl-profile",
		.summary = "no longer have a profile restored at boot",
		.arg = { A_PROFILE },
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_ALWAYS | CAN(NOT_FOUND) | CAN(BUSY) | CAN(PERMISSION),
		.run = cmd_profile_disable,
	}, {
		.name = "restore", .page = "dsactl-profile",
		.summary = "make devices as the enabled profiles say",
		.opts = OPT(DEVICE) | OPT(DRY_RUN),
		.outputs = OUT(TABLE) | OUT(JSON),
		.exits = CAN_CHANGE | CAN(PARTLY) | CAN(NOT_FOUND),
		.run = cmd_profile_restore,
	},
};
const size_t nr_cmds = sizeof(cmds) / sizeof(cmds[0]);

const struct cmd *cmd_find(const char *name)
{
	for (size_t i = 0; i < nr_cmds; i++)
		if (!strcmp(cmds[i].name, name))
			return &cmds[i];
	return NULL;
}
