/* SPDX-License-Identifier: GPL-2.0-only */
/* What all changing verbs share: begin, plan, show or apply, end. */
#ifndef TRANSACTION_H
#define TRANSACTION_H

#include "json.h"

/* The targets of a call: names of devices or vdevs, collected before changes. */
struct targets {
	char **name;
	size_t nr;
};

bool targets_add(struct targets *targets, const char *name);
void targets_free(struct targets *targets);

typedef int make_plan_fn(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *target,
			 struct dsactl_profile *profile, struct dsactl_plan **plan);
/* -errno and the library's message, or 0. */
typedef int find_targets_fn(struct dsactl_ctx *ctx, const struct cmd_line *line,
			    struct targets *targets);

/* For "all" without any target: the library's error if reading failed, else 0. */
int transaction_require_read(struct dsactl_ctx *ctx, const struct targets *targets);

/*
 * The work queues of each slice that --wqs or the SHAPE in @line->arg[1] asks
 * for (0: neither). EXIT_USAGE where they contradict each other, else 0.
 */
int transaction_nr_wqs(const struct cmd_line *line, unsigned int *nr_wqs);

/* Whether @word stands for a file or standard input, and not for the name of a profile. */
bool transaction_is_file(const char *word);
/* The profile that @word names: a file, standard input, or one by its name. */
int transaction_load_profile(struct dsactl_ctx *ctx, const char *word,
			     struct dsactl_profile **profile);

/*
 * Run one transaction for each target. @source is a word for transaction_load_profile(), or NULL:
 * the profile is loaded once, before the lock is taken. Returns an exit code: that of the only
 * failure, or EXIT_PARTLY where some of several targets failed. The steps are printed as --dry-run
 * and the format say; @print may replace that for one applied plan.
 */
int transaction_run(struct dsactl_ctx *ctx, const struct cmd_line *line, const char *source,
		    find_targets_fn *find, make_plan_fn *make_plan,
		    void (*print)(const struct cmd_line *line, struct dsactl_plan *plan));

#endif /* TRANSACTION_H */
