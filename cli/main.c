// SPDX-License-Identifier: GPL-2.0-only
/* dsactl: parse, find the verb, run it, say how it ended. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "cmd_table.h"
#include "complete.h"
#include "forward.h"
#include "help.h"
#include "opts.h"
#include "out.h"
#include "progress.h"
#include "serve.h"
#include "stop.h"

static struct dsactl_ctx *ctx;

/*
 * A change that is under way is undone, and a verb that runs on ends. A second signal has its
 * default effect.
 */
static void on_signal(int signal)
{
	stop_early(signal);
	dsactl_cancel(ctx);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void on_log(void *data, int priority, const char *text)
{
	const struct cmd_line *line = data;
	bool warning = priority <= LOG_WARNING;

	if (warning ? !line->opt[OPT_QUIET].set : line->opt[OPT_VERBOSE].set)
		out_note(text);
	else if (!warning)
		progress_step(text);
}

static int run(const struct cmd_line *line, int argc, char **argv)
{
	int code;

	if (line->opt[OPT_VERSION].set) {
		printf("dsactl " DSACTL_VERSION "\n");
		return EXIT_DONE;
	}
	if (line->opt[OPT_HELP].set) {
		help_print(line->cmd);
		return EXIT_DONE;
	}
	if (!line->cmd)
		return out_usage(NULL, "a verb is missing");
	if (!line->served_for && forward_is_for(line))
		return forward(argc, argv);
	if (dsactl_new(&ctx))
		return out_failed("memory", "there is not enough");
	dsactl_set_log(ctx, on_log, (void *)line);
	if (line->opt[OPT_TIMEOUT].set)
		dsactl_set_timeout_ms(ctx, line->opt[OPT_TIMEOUT].number * 1000);
	catch_signals();
	if (line->cmd->reads || line->opt[OPT_DRY_RUN].set)
		out_note_unfinished(ctx, line);
	code = line->cmd->run(ctx, line);
	dsactl_unref(ctx);
	return code;
}

/*
 * A standard stream that was closed is opened on /dev/null. Otherwise the first file that is
 * opened, such as the journal, would get its number, and what is printed.
 */
static void keep_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* @peer: a user for whom this is done, or NULL. */
static int run_words(int argc, char **argv, const struct peer *peer)
{
	struct cmd_line line;
	int code;

	/* Errors of parsing, too, are JSON where JSON was asked for. */
	out_set_json_errors(opts_want_json(argc, argv));
	code = opts_parse(argc, argv, &line);
	out_set_color(line.opt[OPT_COLOR].number);
	if (!code && peer)
		code = serve_admit(peer, &line);
	code = code ?: run(&line, argc, argv);
	/* An error where the output could not be written. */
	return out_flush() ? code : out_lost("");
}

int main(int argc, char **argv)
{
	keep_streams();
	if (argc > 1 && !strcmp(argv[1], "__complete")) {
		complete(argc - 2, argv + 2);
		return EXIT_DONE;
	}
	if (argc == 2 && !strcmp(argv[1], "__serve"))
		return serve(run_words);
	return run_words(argc, argv, NULL);
}
