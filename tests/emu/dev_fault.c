// SPDX-License-Identifier: GPL-2.0-only
/*
 * What shall go wrong on purpose? Requests of one line each, as the control
 * socket brings them: a verb and at most one argument. The table at the end is
 * the list of verbs. What a request sets is looked at where it takes effect.
 */
#include "dev.h"

#include <string.h>

#define REQUEST_SIZE	256
#define ANY_COMMAND	UINT32_MAX

/* NULL, or what is wrong with the request. */
typedef const char *(*verb_fn)(struct emu_dev *dev, const char *arg);

static const char *do_halt(struct emu_dev *dev, const char *arg)
{
	static const char *const types[] = {
		[DSA_GENSTS_RESET_SOFTWARE] = "software", [DSA_GENSTS_RESET_FLR] = "flr",
		[DSA_GENSTS_RESET_WARM] = "warm", [DSA_GENSTS_RESET_COLD] = "cold",
	};

	for (uint32_t type = 0; type < sizeof(types) / sizeof(types[0]); type++) {
		if (strcmp(arg, types[type]))
			continue;
		pthread_mutex_lock(&dev->lock);
		err_halt_locked(dev, type);
		pthread_mutex_unlock(&dev->lock);
		return NULL;
	}
	return "the reset that ends a halt is software, flr, warm or cold";
}

static const char *do_flr(struct emu_dev *dev, const char *arg)
{
	(void)arg;
	emu_dev_reset(dev);
	return NULL;
}

static const char *do_hang(struct emu_dev *dev, const char *arg)
{
	uint32_t codes = ANY_COMMAND;
	int code;

	if (strcmp(arg, "any")) {
		code = cmd_find(arg);
		if (code < 0)
			return "there is no such command; the trace names them";
		codes = 1u << code;
	}
	pthread_mutex_lock(&dev->lock);
	dev->faults.hung_commands |= codes;
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

static const char *do_release(struct emu_dev *dev, const char *arg)
{
	(void)arg;
	pthread_mutex_lock(&dev->lock);
	dev->faults = (struct faults){ 0 };
	pthread_cond_broadcast(&dev->settled);
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

static const struct verb {
	const char *name, *arg, *help;
	verb_fn run;
} verbs[] = {
	{ "halt", "RESET", "halt; RESET ends it: software, flr, warm or cold", do_halt },
	{ "flr", NULL, "reset the function, telling nobody", do_flr },
	{ "hang", "COMMAND", "such commands, or any, do not end before release or FLR", do_hang },
	{ "release", NULL, "all is well again", do_release },
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

void emu_dev_inject_help(FILE *file)
{
	for (size_t i = 0; i < NR_VERBS; i++)
		fprintf(file, "  %-11s %-8s %s\n", verbs[i].name,
			verbs[i].arg ? verbs[i].arg : "", verbs[i].help);
}

static const char *inject(struct emu_dev *dev, char *line)
{
	const char *name = strtok_r(line, " \t", &line), *arg, *more;

	arg = strtok_r(NULL, " \t", &line);
	more = strtok_r(NULL, " \t", &line);
	if (!name || more)
		return "a request is a verb and at most one argument; dsaemu --help lists them";
	for (size_t i = 0; i < NR_VERBS; i++) {
		if (strcmp(name, verbs[i].name))
			continue;
		if (!arg != !verbs[i].arg)
			return arg ? "this verb takes no argument" :
				     "this verb takes an argument";
		return verbs[i].run(dev, arg);
	}
	return "there is no such verb; dsaemu --help lists them";
}

const char *emu_dev_inject(struct emu_dev *dev, const char *line)
{
	char copy[REQUEST_SIZE];
	const char *wrong;

	if (strlen(line) >= sizeof(copy))
		return "the request is too long";
	wrong = inject(dev, strcpy(copy, line));
	emu_trace("inject", "%s: %s", line, wrong ? wrong : "ok");
	return wrong;
}
