/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line as data: what a verb, an option and a call of dsactl are. */
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
	NR_EXITS,
};
#define CAN(code) (1U << EXIT_##code)
#define CAN_ALWAYS (CAN(DONE) | CAN(FAILED) | CAN(USAGE))

enum output {
	OUT_TABLE,
	OUT_WIDE,
	OUT_JSON,
	OUT_QEMU,
	OUT_LIBVIRT,
	OUT_OPENMETRICS,
	OUT_PROMETHEUS,
	NR_OUTPUTS,
};
#define OUT(id) (1U << OUT_##id)

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum opt_id {
	OPT_OUTPUT, OPT_QUIET, OPT_VERBOSE, OPT_TIMEOUT, OPT_COLOR, OPT_HELP, OPT_VERSION,
	OPT_DEVICES, OPT_WQS_ONLY, OPT_SLICES_ONLY, OPT_VDEVS, OPT_BOOT, OPT_QUOTAS, OPT_STATE, OPT_UNITS, OPT_COLUMNS,
	OPT_DEVICE, OPT_VDEV, OPT_TYPE,
	OPT_NUMA, OPT_SLICES, OPT_WQS, OPT_WQ_SIZE, OPT_ENGINES, OPT_VECTORS, OPT_PRIORITY,
	OPT_MAX_BATCH, OPT_MAX_TRANSFER, OPT_BLOCK_ON_FAULT, OPT_UNSAFE_PORTAL, OPT_HOST_PCI_ID, OPT_MAPPING,
	OPT_UUID, OPT_NAME, OPT_OWNER, OPT_COUNT, OPT_CONTINUE, OPT_PERSIST, OPT_SPREAD, OPT_PACK, OPT_SERVED,
	OPT_SOCKET, OPT_USER, OPT_MAX_MEMORY,
	OPT_REPLACE, OPT_FROM, OPT_TO, OPT_PROFILE,
	OPT_DRY_RUN, OPT_FORCE,
	NR_OPTS,
};
#define OPT(id) (UINT64_C(1) << OPT_##id)

/* What a word is: how it is checked (opts.c) and completed (complete.c). */
enum kind {
	KIND_FLAG,		/* an option without a value */
	KIND_NUMBER,		/* with K, M, G, T for powers of 1024 */
	KIND_TEXT,
	KIND_CHOICE,		/* one of opt->choices; its place is the number */
	KIND_COLUMNS,		/* such as NAME,STATE, of cmd->tables */
	KIND_RANGES,		/* such as 0+2G,4G+6G, or "none" */
	KIND_UUID,		/* of something new */
	KIND_SHAPE,		/* such as 2dwq-v1; its work queues are the number */
	KIND_DEVICE,
	KIND_VDEV,		/* UUID or name */
	KIND_OWNER,
	KIND_ALL,		/* the word "all" */
	KIND_PROFILE,		/* its name */
	KIND_FILE,
	NR_KINDS,
};
#define KIND(id) (1U << KIND_##id)

struct opt {
	const char *name;
	char letter;		/* 0: none */
	enum kind kind;
	const char *arg;	/* the word for its value in --help */
	const char *help;
	uint64_t min, max;	/* of a number */
	const char *const *choices;	/* ended by NULL */
};

/* A word after the verb. */
struct arg {
	const char *word;	/* in --help, such as "DEV|all" */
	unsigned int kinds;	/* KIND() bits: any of these may stand there */
	bool optional;
};
#define MAX_ARGS 3
#define MAX_RANGES 32

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
	struct value arg[MAX_ARGS];	/* as cmd->arg; an optional one may be unset */
	struct { uint64_t begin, length; } range[MAX_RANGES];	/* of KIND_RANGES */
	unsigned int nr_ranges;
	enum output output;
	const char *served_for;	/* the owner that a user who is not root has (serve.c); NULL: none */
};

struct table;
typedef int cmd_fn(struct dsactl_ctx *ctx, const struct cmd_line *line);

struct cmd {
	const char *name;
	const char *page;	/* the manual page that tells all about it */
	const char *summary;
	struct arg arg[MAX_ARGS];
	uint64_t opts;		/* beside the global ones */
	unsigned int outputs;	/* OUT() bits; the lowest is the default */
	const struct table *tables;	/* whose columns --columns chooses; table.h */
	unsigned int exits;	/* CAN() bits */
	bool reads;		/* and shows what devices and profiles are like */
	uint64_t served;	/* the options with which serve.c does it for a user; 0: not at all */
	cmd_fn *run;
};

#endif /* CMD_H */
