// SPDX-License-Identifier: GPL-2.0-only
/* split-device, unsplit-device: from a device to slices and back. */
#include <errno.h>
#include <string.h>

#include "transaction.h"
#include "verbs.h"

/* All devices, or all of which slices are made. */
static int add_all(struct dsactl_ctx *ctx, bool for_slices, struct targets *targets)
{
	struct dsactl_device *device;

	dsactl_device_foreach(ctx, device)
		if ((!for_slices || !strcmp(dsactl_device_get_type(device), "dsa")) &&
		    !targets_add(targets, dsactl_device_get_name(device)))
			return -ENOMEM;
	return 0;
}

static int find_some(struct dsactl_ctx *ctx, const struct cmd_line *line, bool for_slices,
		     struct targets *targets)
{
	int err;

	if (strcmp(line->arg[0].text, "all"))
		return targets_add(targets, line->arg[0].text) ? 0 : -ENOMEM;
	err = add_all(ctx, for_slices, targets);
	/* Where there are no others, each says why not. */
	if (!err && for_slices && !targets->nr)
		err = add_all(ctx, false, targets);
	err = err ?: transaction_require_read(ctx, targets);
	if (err)
		return err;
	/* There is no device: then "all" names none. */
	return targets->nr || targets_add(targets, line->arg[0].text) ? 0 : -ENOMEM;
}

static int find_to_split(struct dsactl_ctx *ctx, const struct cmd_line *line, struct targets *targets)
{
	return find_some(ctx, line, true, targets);
}

static int find_devices(struct dsactl_ctx *ctx, const struct cmd_line *line, struct targets *targets)
{
	return find_some(ctx, line, false, targets);
}

static int plan_split(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *target,
		      struct dsactl_profile *profile, struct dsactl_plan **plan)
{
	struct dsactl_split_request request = DSACTL_SPLIT_REQUEST_INIT;
	struct dsactl_device *device = dsactl_device_find(ctx, target);
	const struct value *opt = line->opt;

	if (!device)
		return dsactl_get_error(ctx);
	request.profile = profile;
	transaction_nr_wqs(line, &request.nr_wqs);
	request.nr_slices = opt[OPT_SLICES].number;
	request.nr_vectors = opt[OPT_VECTORS].number;
	request.wq_size = opt[OPT_WQ_SIZE].number;
	request.nr_engines = opt[OPT_ENGINES].number;
	request.priority = opt[OPT_PRIORITY].number;
	request.max_batch_size = opt[OPT_MAX_BATCH].number;
	request.max_transfer_size = opt[OPT_MAX_TRANSFER].number;
	request.block_on_fault = opt[OPT_BLOCK_ON_FAULT].set;
	request.allow_unsafe_portal = opt[OPT_UNSAFE_PORTAL].set;
	request.host_pci_id = opt[OPT_HOST_PCI_ID].set;
	request.force = opt[OPT_FORCE].set;
	return dsactl_plan_split(device, &request, plan);
}

int cmd_device_split(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	unsigned int nr_wqs;

	return transaction_nr_wqs(line, &nr_wqs) ?:
	       transaction_run(ctx, line, line->opt[OPT_PROFILE].text, find_to_split, plan_split, NULL);
}

static int plan_unsplit(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *target,
			struct dsactl_profile *profile, struct dsactl_plan **plan)
{
	struct dsactl_device *device = dsactl_device_find(ctx, target);

	(void)profile;
	if (!device)
		return dsactl_get_error(ctx);
	return dsactl_plan_unsplit(device, line->opt[OPT_FORCE].set, plan);
}

int cmd_device_unsplit(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	return transaction_run(ctx, line, NULL, find_devices, plan_unsplit, NULL);
}
