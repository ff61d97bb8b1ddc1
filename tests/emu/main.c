// SPDX-License-Identifier: GPL-2.0-only
/*
 * dsaemu: a DSA function for QEMU, over vfio-user. Options, then one client
 * from connect to leave.
 */
#include "control.h"
#include "host.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define UNSET UINT32_MAX

static struct settings {
	const char *socket, *profile, *name, *ram, *qmp, *bdf, *trace, *control;
	uint32_t ready_fd, wqs, engines, groups, wq_size, ims;
} set = {
	.profile = "gnrd", .ready_fd = UNSET, .wqs = UNSET, .engines = UNSET,
	.groups = UNSET, .wq_size = UNSET, .ims = UNSET,
};

/* Each option takes a text or, with a range, a number. */
static const struct option_row {
	const char *name, *arg, *help;
	const char **text;
	uint32_t *number, min, max;
} rows[] = {
	{ "socket", "PATH", "UNIX socket to listen on, for one client", .text = &set.socket },
	{ "profile", "NAME", "kind of part (gnrd); see below", .text = &set.profile },
	{ "name", "NAME", "told in messages", .text = &set.name },
	{ "ram", "FILE", "what backs all of the guest's RAM; with --qmp and --bdf", .text = &set.ram },
	{ "qmp", "PATH", "QEMU's monitor socket, asked for the vIOMMU's registers", .text = &set.qmp },
	{ "bdf", "BB:DD.F", "PCI address that the guest gives the function", .text = &set.bdf },
	{ "trace", "FILE", "write what happens, one line each", .text = &set.trace },
	{ "control", "PATH", "UNIX socket that takes requests, a line each; see below", .text = &set.control },
	{ "ready-fd", "N", "closed once the socket takes connections", .number = &set.ready_fd, .max = 65535 },
	{ "wqs", "N", "work queues", .number = &set.wqs, .min = 1, .max = 255 },
	{ "engines", "N", "engines", .number = &set.engines, .min = 1, .max = 64 },
	{ "groups", "N", "groups", .number = &set.groups, .min = 1, .max = 64 },
	{ "wq-size", "N", "entries of all work queues together", .number = &set.wq_size, .min = 1, .max = 65535 },
	{ "ims", "N", "interrupt message storage entries, a multiple of 256", .number = &set.ims, .max = 63 * 256 },
	{ .name = "help", .help = "this text" },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

static void usage(void)
{
	const char *profile;

	puts("dsaemu --socket PATH [OPTION...]\n"
	     "A DSA function for QEMU: -device '{\"driver\":\"vfio-user-pci\","
	     "\"socket\":{\"type\":\"unix\",\"path\":\"PATH\"}}'\n");
	for (size_t i = 0; i < NR_ROWS; i++)
		printf("  --%-9s %-8s %s\n", rows[i].name,
		       rows[i].arg ? rows[i].arg : "", rows[i].help);
	fputs("\nProfiles:", stdout);
	for (unsigned int i = 0; (profile = emu_profile_name(i)); i++)
		printf(" %s", profile);
	puts("\n\nRequests to the control socket, such as: echo halt flr | socat - UNIX:PATH");
	emu_dev_inject_help(stdout);
}

static void parse_number(const struct option_row *row, const char *text)
{
	char *end;
	unsigned long val;

	errno = 0;
	val = strtoul(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || val < row->min ||
	    val > row->max)
		errx(1, "--%s %s: give a number from %" PRIu32 " to %" PRIu32,
		     row->name, text, row->min, row->max);
	*row->number = (uint32_t)val;
}

static void parse_options(int argc, char **argv)
{
	struct option options[NR_ROWS + 1] = { 0 };
	int i, c;

	for (size_t r = 0; r < NR_ROWS; r++)
		options[r] = (struct option){ .name = rows[r].name,
					      .has_arg = rows[r].arg ? 1 : 0 };
	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, &i)) != -1) {
		if (c == '?')
			errx(1, "%s: no such option, or its value is missing; try dsaemu --help",
			     argv[optind - 1]);
		if (rows[i].text) {
			*rows[i].text = optarg;
		} else if (rows[i].number) {
			parse_number(&rows[i], optarg);
		} else {
			usage();
			exit(0);
		}
	}
	if (optind < argc)
		errx(1, "%s: what is this? Try dsaemu --help", argv[optind]);
	if (!set.socket)
		errx(1, "--socket PATH is missing: where shall QEMU find the function?");
	if (!set.ram != !set.qmp || !set.ram != !set.bdf)
		errx(1, "--ram, --qmp and --bdf go together: give all three or none");
}

static void set_name(void)
{
	char *name;

	if (set.name && asprintf(&name, "dsaemu.%s", set.name) > 0)
		program_invocation_short_name = name;
}

static void resize(uint32_t wanted, unsigned int *size)
{
	if (wanted != UNSET)
		*size = wanted;
}

static void make_profile(struct emu_profile *profile)
{
	if (emu_profile_find(set.profile, profile))
		errx(1, "--profile %s: there is none of this name; dsaemu --help lists them",
		     set.profile);
	if (set.ims != UNSET && set.ims % 256)
		errx(1, "--ims %" PRIu32 ": give a multiple of 256", set.ims);
	resize(set.wqs, &profile->nr_wqs);
	resize(set.engines, &profile->nr_engines);
	resize(set.groups, &profile->nr_groups);
	resize(set.wq_size, &profile->total_wq_size);
	resize(set.ims, &profile->nr_ims);
}

static void open_trace(void)
{
	FILE *file;

	if (!set.trace)
		return;
	file = fopen(set.trace, "we");
	if (!file)
		err(1, "--trace %s", set.trace);
	emu_trace_open(file);
}

static uint16_t parse_bdf(const char *text)
{
	unsigned int bus, device, function;
	int len = 0;

	if (sscanf(text, "%2x:%2x.%1x%n", &bus, &device, &function, &len) != 3 ||
	    text[len] || device > 31 || function > 7)
		errx(1, "--bdf %s: give bus:device.function, such as 00:10.0", text);
	return (uint16_t)(bus << 8 | device << 3 | function);
}

static struct iommu *open_iommu(void)
{
	const struct iommu_ops ops = { .read_root = iommu_qmp_root,
				       .arg = (void *)set.qmp };
	struct iommu *iommu;
	uint16_t rid;
	int fd;

	if (!set.ram)
		return NULL;
	rid = parse_bdf(set.bdf);
	fd = open(set.ram, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, "--ram %s", set.ram);
	iommu = iommu_new(fd, rid, &ops);
	if (!iommu)
		err(1, "--ram %s: give the file behind all of the guest's RAM",
		    set.ram);
	close(fd);
	return iommu;
}

/* The socket. */

/* Those that are there by our doing. */
static const char *made[2];

static void remove_sockets(void)
{
	for (size_t i = 0; i < 2 && made[i]; i++)
		unlink(made[i]);
}

static void on_end(int sig)
{
	remove_sockets();
	_exit(128 + sig);
}

/* @path as given with --@option. */
static int listen_on(const char *path, const char *option)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		errx(1, "--%s %s: a socket's path has at most %zu bytes", option,
		     path, sizeof(addr.sun_path) - 1);
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 1)) {
		/* To find out who listens would be to become its one client. */
		if (errno == EADDRINUSE)
			errx(1, "--%s %s: it exists: choose another path, or remove it if no dsaemu listens there",
			     option, path);
		err(1, "--%s %s", option, path);
	}
	made[made[0] ? 1 : 0] = path;
	return fd;
}

static const char *run_request(void *dev, const char *request)
{
	return emu_dev_inject(dev, request);
}

/* NULL: there is to be none. */
static struct control *open_control(struct emu_dev *dev)
{
	struct control *control;

	if (!set.control)
		return NULL;
	control = control_new(listen_on(set.control, "control"), run_request, dev);
	if (!control)
		err(1, "--control %s", set.control);
	return control;
}

static int wait_for_client(int listener)
{
	int sock;

	if (set.ready_fd != UNSET && close((int)set.ready_fd))
		err(1, "--ready-fd %" PRIu32, set.ready_fd);
	sock = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (sock < 0)
		err(1, "accepting a client");
	close(listener);
	unlink(set.socket);
	return sock;
}

int main(int argc, char **argv)
{
	struct emu_profile profile = { 0 };
	struct emu_host host = { 0 };
	struct control *control;
	struct emu_dev *dev;
	int listener, ret;

	parse_options(argc, argv);
	set_name();
	make_profile(&profile);
	open_trace();
	signal(SIGPIPE, SIG_IGN);
	host.iommu = open_iommu();
	host.dma = dma_new();
	dev = emu_dev_new(&profile, &emu_host_ops, &host);
	if (!host.dma || !dev)
		err(1, "making the function");
	signal(SIGTERM, on_end);
	signal(SIGINT, on_end);
	signal(SIGHUP, on_end);
	atexit(remove_sockets);
	listener = listen_on(set.socket, "socket");
	control = open_control(dev);
	host.vfu = vfu_new(wait_for_client(listener), &emu_vfu_ops, dev, host.dma,
			   emu_dev_nr_msix(dev));
	if (!host.vfu)
		err(1, "serving a client");
	vfu_on_reset(host.vfu, emu_host_reset, &host);
	ret = vfu_serve(host.vfu);
	control_free(control);
	emu_dev_free(dev);
	vfu_free(host.vfu);
	dma_free(host.dma);
	iommu_free(host.iommu);
	return ret ? 1 : 0;
}
