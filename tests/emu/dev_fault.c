// SPDX-License-Identifier: GPL-2.0-only
/*
 * What shall go wrong on purpose? Requests of one line each, as the control
 * socket brings them: a verb and at most one argument. The table at the end is
 * the list of verbs. What a request sets is looked at where it takes effect.
 */
#include "dev.h"

#include <stdlib.h>
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

static const char *add_commands(struct emu_dev *dev, const char *arg, uint32_t *to)
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
	*to |= codes;
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

static const char *do_hang(struct emu_dev *dev, const char *arg)
{
	return add_commands(dev, arg, &dev->faults.hung_commands);
}

static const char *do_fail(struct emu_dev *dev, const char *arg)
{
	return add_commands(dev, arg, &dev->faults.failed_commands);
}

/* False: there is none left. */
static bool take_one(unsigned int *left)
{
	unsigned int was = __atomic_load_n(left, __ATOMIC_ACQUIRE);

	while (was && !__atomic_compare_exchange_n(left, &was, was - 1, false,
						   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		continue;
	return was;
}

bool fault_hits(struct emu_dev *dev, enum fault fault)
{
	unsigned int *spared = &dev->faults.left[fault].spared;
	unsigned int *hit = &dev->faults.left[fault].hit;

	return __atomic_load_n(hit, __ATOMIC_ACQUIRE) && !take_one(spared) && take_one(hit);
}

/* A number from 1 to a million; 0: it is none. */
static unsigned int parse_number(const char *arg)
{
	unsigned long val = 0;
	char *end = NULL;

	if (*arg >= '0' && *arg <= '9')
		val = strtoul(arg, &end, 10);
	return end && !*end && val <= 1000000 ? val : 0;
}

static const char not_a_number[] = "the argument is a number from 1 to 1000000";

static const char *set_fault(struct emu_dev *dev, enum fault fault, unsigned int spared,
			     unsigned int hit)
{
	unsigned int *left = &dev->faults.left[fault].hit;

	if (!hit)
		return not_a_number;
	__atomic_store_n(left, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&dev->faults.left[fault].spared, spared, __ATOMIC_RELEASE);
	__atomic_store_n(left, hit, __ATOMIC_RELEASE);
	return NULL;
}

static const char *do_lose_irqs(struct emu_dev *dev, const char *arg)
{
	return set_fault(dev, FAULT_IRQ, 0, parse_number(arg));
}

static const char *do_garble_records(struct emu_dev *dev, const char *arg)
{
	return set_fault(dev, FAULT_RECORD, 0, parse_number(arg));
}

static const char *do_fault_at(struct emu_dev *dev, const char *arg)
{
	unsigned int nr = parse_number(arg);

	return set_fault(dev, FAULT_ACCESS, nr - 1, nr ? 1 : 0);
}

static const char *do_slow(struct emu_dev *dev, const char *arg)
{
	unsigned int ms = parse_number(arg);

	if (!ms)
		return not_a_number;
	pthread_mutex_lock(&dev->lock);
	dev->faults.slow_ms = ms;
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

static const char *do_refuse_pages(struct emu_dev *dev, const char *arg)
{
	(void)arg;
	pthread_mutex_lock(&dev->lock);
	dev->page_refusals++;
	pthread_cond_broadcast(&dev->settled);
	pthread_mutex_unlock(&dev->lock);
	return NULL;
}

static const char *do_release(struct emu_dev *dev, const char *arg)
{
	(void)arg;
	pthread_mutex_lock(&dev->lock);
	dev->faults.hung_commands = 0;
	dev->faults.failed_commands = 0;
	dev->faults.slow_ms = 0;
	for (unsigned int i = 0; i < NR_FAULTS; i++)
		__atomic_store_n(&dev->faults.left[i].hit, 0, __ATOMIC_RELEASE);
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
	{ "fail", "COMMAND", "such commands, or any, do nothing and fail before release", do_fail },
	{ "slow", "MS", "each descriptor takes so many milliseconds more", do_slow },
	{ "lose-irqs", "N", "the next N interrupts are not sent", do_lose_irqs },
	{ "garble-records", "N", "the next N completion records are all ones", do_garble_records },
	{ "fault-at", "N", "the Nth access of a descriptor to memory is a page fault", do_fault_at },
	{ "refuse-pages", NULL, "page requests under way are answered: invalid", do_refuse_pages },
	{ "release", NULL, "all is well again", do_release },
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

void emu_dev_inject_help(FILE *file)
{
	for (size_t i = 0; i < NR_VERBS; i++)
		fprintf(file, "  %-15s %-8s %s\n", verbs[i].name,
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
