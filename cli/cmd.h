/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line as data. cmd_table.c is THE table of verbs and options: it
 * drives parsing, dispatch, --help and completion. Adding one is one line.
 */
#ifndef CMD_H
#define CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dsactl/libdsactl.h>

/* Stable, and documented in the manual page. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PARTLY = 3,
	EXIT_NOT_FOUND = 4,
	EXIT_BUSY = 5,
	EXIT_UNSUPPORTED = 6,
	EXIT_PERMISSION = 7,
};

enum output {
	OUT_TABLE,
	OUT_WIDE,
	OUT_JSON,
	OUT_QEMU,
	OUT_LIBVIRT,
	NR_OUTPUTS,
};

enum opt_id {
	OPT_OUTPUT, OPT_QUIET, OPT_VERBOSE, OPT_TIMEOUT, OPT_HELP, OPT_VERSION,
	OPT_DEVICES, OPT_SLICES_ONLY, OPT_VDEVS, OPT_WQS_ONLY, OPT_STATE, OPT_UNITS,
	OPT_NUMA, OPT_SLICES, OPT_WQS, OPT_WQ_SIZE, OPT_ENGINES, OPT_PRIORITY,
	OPT_MAX_BATCH, OPT_MAX_TRANSFER, OPT_BLOCK_ON_FAULT, OPT_UNSAFE_PORTAL,
	OPT_UUID, OPT_NAME, OPT_OWNER, OPT_COUNT, OPT_CONTINUE,
	OPT_DRY_RUN, OPT_FORCE,
	NR_OPTS,
};
#define OPT(id) (UINT64_C(1) << OPT_##id)
#define OUT(id) (1U << OUT_##id)

enum opt_type {
	TYPE_FLAG,
	TYPE_NUMBER,		/* with K, M, G, T for powers of 1024 */
	TYPE_TEXT,
	TYPE_UUID,
	TYPE_OUTPUT,
};

struct opt {
	const char *name;
	char letter;		/* 0: none */
	enum opt_type type;
	const char *arg;	/* its word in --help */
	const char *help;
	uint64_t min, max;	/* of a number */
};

struct value {
	bool set;
	uint64_t number;
	const char *text;
};

struct cmd;

/* One call of dsactl, parsed and checked against the tables. */
struct cmd_line {
	const struct cmd *cmd;	/* NULL: dsactl --help or --version */
	struct value opt[NR_OPTS];
	const char **args;
	int nr_args;
	enum output output;
};

struct cmd {
	const char *name;
	const char *args;	/* as in --help */
	int min_args, max_args;
	const char *summary;
	uint64_t opts;		/* beside the global ones */
	unsigned int outputs;	/* OUT() bits; the lowest is the default */
	int (*run)(struct dsactl_ctx *ctx, const struct cmd_line *line);
};

extern const struct opt opts[NR_OPTS];
extern const uint64_t global_opts;
extern const struct cmd cmds[];
extern const size_t nr_cmds;
extern const char *const output_names[NR_OUTPUTS];

const struct cmd *cmd_find(const char *name);

/* cmd_*.c: each parses nothing, asks the library, prints, returns enum exit_code. */
int cmd_list(struct dsactl_ctx *ctx, const struct cmd_line *line);
int cmd_check(struct dsactl_ctx *ctx, const struct cmd_line *line);
int cmd_device_split(struct dsactl_ctx *ctx, const struct cmd_line *line);
int cmd_device_unsplit(struct dsactl_ctx *ctx, const struct cmd_line *line);
int cmd_vdev_create(struct dsactl_ctx *ctx, const struct cmd_line *line);
int cmd_vdev_destroy(struct dsactl_ctx *ctx, const struct cmd_line *line);
int cmd_vdev_show(struct dsactl_ctx *ctx, const struct cmd_line *line);

#endif /* CMD_H */
