// SPDX-License-Identifier: GPL-2.0-only
/* __complete: which words may come next? Asked by completions/dsactl.bash. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "complete.h"

static void offer_verbs(void)
{
	for (size_t i = 0; i < nr_cmds; i++)
		printf("%s\n", cmds[i].name);
}

static void offer_options(const struct cmd *cmd)
{
	uint64_t taken = global_opts | (cmd ? cmd->opts : 0);

	for (int id = 0; id < NR_OPTS; id++)
		if (taken >> id & 1)
			printf("--%s\n", opts[id].name);
}

static void offer_formats(const struct cmd *cmd)
{
	for (int i = 0; i < NR_OUTPUTS; i++)
		if (!cmd || cmd->outputs >> i & 1)
			printf("%s\n", output_names[i]);
}

static void offer_devices(struct dsactl_ctx *ctx)
{
	struct dsactl_device *device;

	dsactl_device_foreach(ctx, device)
		printf("%s\n", dsactl_device_get_name(device));
}

static void offer_vdevs(struct dsactl_ctx *ctx)
{
	struct dsactl_vdev *vdev;

	dsactl_vdev_foreach(ctx, vdev) {
		printf("%s\n", dsactl_vdev_get_uuid(vdev));
		if (dsactl_vdev_get_name(vdev)[0])
			printf("%s\n", dsactl_vdev_get_name(vdev));
	}
}

/* What the word of help says the verb takes. */
static void offer_arguments(const struct cmd *cmd)
{
	struct dsactl_ctx *ctx;

	if (dsactl_new(&ctx))
		return;
	if (strstr(cmd->args, "DEV"))
		offer_devices(ctx);
	if (strstr(cmd->args, "UUID"))
		offer_vdevs(ctx);
	if (strstr(cmd->args, "all"))
		printf("all\n");
	dsactl_unref(ctx);
}

/* Whether @word is an option of @cmd whose value comes next. */
static bool wants_value(const struct cmd *cmd, const char *word)
{
	uint64_t taken = global_opts | (cmd ? cmd->opts : 0);

	for (int id = 0; id < NR_OPTS; id++)
		if (taken >> id & 1 && opts[id].type != TYPE_FLAG && !strncmp(word, "--", 2) &&
		    !strcmp(word + 2, opts[id].name))
			return true;
	return false;
}

void complete(int nr, char **words)
{
	const char *last = nr ? words[nr - 1] : "";
	const char *before = nr > 1 ? words[nr - 2] : "";
	const struct cmd *cmd = NULL;

	for (int i = 0; i < nr - 1 && !cmd; i++)
		cmd = cmd_find(words[i]);
	if (!strcmp(before, "-o") || !strcmp(before, "--output"))
		offer_formats(cmd);
	else if (wants_value(cmd, before))
		return;
	else if (last[0] == '-')
		offer_options(cmd);
	else if (cmd)
		offer_arguments(cmd);
	else
		offer_verbs();
}
