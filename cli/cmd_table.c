// SPDX-License-Identifier: GPL-2.0-only
/* Which verbs and options are there? */
#include <string.h>

#include "cmd.h"

const char *const output_names[NR_OUTPUTS] = {
	[OUT_TABLE] = "table", [OUT_WIDE] = "wide", [OUT_JSON] = "json",
	[OUT_QEMU] = "qemu", [OUT_LIBVIRT] = "libvirt",
};

const struct opt opts[NR_OPTS] = {
	[OPT_OUTPUT] = { "output", 'o', TYPE_OUTPUT, "FORMAT", "how to print" },
	[OPT_QUIET] = { "quiet", 'q', TYPE_FLAG, NULL, "no warnings" },
	[OPT_VERBOSE] = { "verbose", 'v', TYPE_FLAG, NULL, "echo every write" },
	[OPT_TIMEOUT] = { "timeout", 0, TYPE_NUMBER, "SECONDS",
			  "how long to wait for another writer (30)", 0, 86400 },
	[OPT_HELP] = { "help", 'h', TYPE_FLAG, NULL, "this text" },
	[OPT_VERSION] = { "version", 0, TYPE_FLAG, NULL, "the version" },

	[OPT_DEVICES] = { "devices", 0, TYPE_FLAG, NULL, "only devices" },
	[OPT_SLICES_ONLY] = { "slices", 0, TYPE_FLAG, NULL, "only slices" },
	[OPT_VDEVS] = { "vdevs", 0, TYPE_FLAG, NULL, "only vdevs" },
	[OPT_WQS_ONLY] = { "wqs", 0, TYPE_FLAG, NULL, "only work queues" },
	[OPT_STATE] = { "state", 0, TYPE_TEXT, "STATE", "only what is in this state" },
	[OPT_UNITS] = { "units", 'u', TYPE_FLAG, NULL, "sizes with units" },

	[OPT_NUMA] = { "numa", 0, TYPE_NUMBER, "NODE", "NUMA node", 0, 1023 },
	[OPT_SLICES] = { "slices", 0, TYPE_NUMBER, "N", "how many slices (as many as fit)",
			 1, 65536 },
	[OPT_WQS] = { "wqs", 0, TYPE_NUMBER, "N", "work queues of each slice: 1, 2, 4 or 8",
		      1, 8 },
	[OPT_WQ_SIZE] = { "wq-size", 0, TYPE_NUMBER, "N", "entries of each work queue",
			  1, 65536 },
	[OPT_ENGINES] = { "engines", 0, TYPE_NUMBER, "N", "engines of each slice", 1, 65536 },
	[OPT_PRIORITY] = { "priority", 0, TYPE_NUMBER, "N", "of the work queues (10)", 1, 15 },
	[OPT_MAX_BATCH] = { "max-batch-size", 0, TYPE_NUMBER, "N",
			    "descriptors in a batch (as the device)", 1, UINT32_MAX },
	[OPT_MAX_TRANSFER] = { "max-transfer-size", 0, TYPE_NUMBER, "BYTES",
			       "of one descriptor (as the device)", 1, INT64_MAX },
	[OPT_BLOCK_ON_FAULT] = { "block-on-fault", 0, TYPE_FLAG, NULL,
				 "descriptors may wait for a page" },
	[OPT_UNSAFE_PORTAL] = { "allow-unsafe-portal", 0, TYPE_FLAG, NULL,
				"accept silicon under INTEL-SA-01084" },

	[OPT_UUID] = { "uuid", 0, TYPE_UUID, "UUID", "of the vdev (random)" },
	[OPT_NAME] = { "name", 0, TYPE_TEXT, "NAME", "of the vdev" },
	[OPT_OWNER] = { "owner", 0, TYPE_TEXT, "OWNER", "whose vdev it is" },
	[OPT_COUNT] = { "count", 0, TYPE_NUMBER, "N", "how many vdevs (1)", 1, 4096 },
	[OPT_CONTINUE] = { "continue", 0, TYPE_FLAG, NULL,
			   "with --count: keep what could be created" },

	[OPT_DRY_RUN] = { "dry-run", 'n', TYPE_FLAG, NULL, "say what would be done" },
	[OPT_FORCE] = { "force", 'f', TYPE_FLAG, NULL, "see the manual page" },
};

const uint64_t global_opts = OPT(OUTPUT) | OPT(QUIET) | OPT(VERBOSE) | OPT(TIMEOUT) |
			     OPT(HELP) | OPT(VERSION);

const struct cmd cmds[] = {
	{ "list", "", 0, 0, "what there is: devices, work queues, slices, vdevs",
	  OPT(DEVICES) | OPT(SLICES_ONLY) | OPT(VDEVS) | OPT(WQS_ONLY) | OPT(NUMA) |
	  OPT(STATE) | OPT(UNITS), OUT(TABLE) | OUT(WIDE) | OUT(JSON), cmd_list },
	{ "check", "", 0, 0, "can this host do it, and if not, what helps",
	  0, OUT(TABLE) | OUT(JSON), cmd_check },
	{ "split-device", "DEV|all", 1, 1, "split a device into slices",
	  OPT(SLICES) | OPT(WQS) | OPT(WQ_SIZE) | OPT(ENGINES) | OPT(PRIORITY) |
	  OPT(MAX_BATCH) | OPT(MAX_TRANSFER) | OPT(BLOCK_ON_FAULT) | OPT(UNSAFE_PORTAL) |
	  OPT(DRY_RUN) | OPT(FORCE), OUT(TABLE) | OUT(JSON), cmd_device_split },
	{ "unsplit-device", "DEV|all", 1, 1, "make a device whole again",
	  OPT(DRY_RUN) | OPT(FORCE), OUT(TABLE) | OUT(JSON), cmd_device_unsplit },
	{ "create-vdev", "[DEV]", 0, 1, "create a vdev and print its UUID",
	  OPT(UUID) | OPT(NAME) | OPT(OWNER) | OPT(COUNT) | OPT(CONTINUE) | OPT(NUMA) |
	  OPT(WQS) | OPT(WQ_SIZE) | OPT(ENGINES) | OPT(DRY_RUN),
	  OUT(TABLE) | OUT(JSON) | OUT(QEMU) | OUT(LIBVIRT), cmd_vdev_create },
	{ "destroy-vdev", "UUID|NAME|all", 1, 1, "destroy a vdev",
	  OPT(OWNER) | OPT(DRY_RUN) | OPT(FORCE), OUT(TABLE) | OUT(JSON), cmd_vdev_destroy },
	{ "show-vdev", "UUID|NAME", 1, 1, "everything about a vdev, with counters",
	  OPT(UNITS), OUT(TABLE) | OUT(JSON) | OUT(QEMU) | OUT(LIBVIRT), cmd_vdev_show },
};
const size_t nr_cmds = sizeof(cmds) / sizeof(cmds[0]);

const struct cmd *cmd_find(const char *name)
{
	for (size_t i = 0; i < nr_cmds; i++)
		if (!strcmp(cmds[i].name, name))
			return &cmds[i];
	return NULL;
}
