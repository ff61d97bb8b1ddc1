// SPDX-License-Identifier: GPL-2.0-only
/* serve-vdev: the PCI device of a bare vdev, emulated by this process for a VMM. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "out.h"
#include "served/bare.h"
#include "served/confine.h"
#include "served/server.h"
#include "stop.h"
#include "verbs.h"
#include "vfio-user/vfu_version.h"

/* How many times, and how far apart, a vdev is looked for that sysfs shows and the module does not. */
#define LOOKS	100
#define LOOK_MS	100

static int refuse(const char *object, const char *what, int err, const char *remedy)
{
	static const struct { int err; enum exit_code code; } codes[] = {
		{ EBUSY, EXIT_BUSY }, { EADDRINUSE, EXIT_BUSY }, { EEXIST, EXIT_BUSY },
		{ EACCES, EXIT_PERMISSION }, { EPERM, EXIT_PERMISSION },
		{ ENOENT, EXIT_NOT_FOUND }, { ENODEV, EXIT_NOT_FOUND },
		{ ENOTTY, EXIT_UNSUPPORTED }, { EPROTO, EXIT_UNSUPPORTED },
	};
	enum exit_code code = EXIT_FAILED;
	char cause[256];

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].err == err)
			code = codes[i].code;
	snprintf(cause, sizeof(cause), "%s: %s", what, strerror(err));
	return out_refuse(object, cause, remedy, code);
}

/*
 * NULL, and *@err why, or 0. The kernel announces a mediated device before its driver has it, so
 * the unit may be here first.
 */
static struct dsactl_vdev *find_vdev(struct dsactl_ctx *ctx, const char *name, int *err)
{
	for (unsigned int looks = 1;; looks++) {
		struct dsactl_vdev *vdev;

		*err = dsactl_refresh(ctx);
		vdev = *err ? NULL : dsactl_vdev_find(ctx, name);
		if (vdev || *err || dsactl_get_error(ctx) != -ENOENT || looks == LOOKS || !bare_is_there(name))
			return vdev;
		poll(NULL, 0, LOOK_MS);
	}
}

/* The UUID of the vdev that the line names, which is a bare one, or an exit code. */
static int find_uuid(struct dsactl_ctx *ctx, const struct cmd_line *line, char uuid[37])
{
	int err;
	struct dsactl_vdev *vdev = find_vdev(ctx, line->arg[0].text, &err);

	if (!vdev)
		return out_error(ctx, err ? err : dsactl_get_error(ctx));
	if (!strstr(dsactl_vdev_get_type(vdev), "-bare-"))
		return out_refuse(line->arg[0].text, "its PCI device is emulated by the module",
				  "give it to vfio-pci, or create one with create-vdev --served",
				  EXIT_UNSUPPORTED);
	snprintf(uuid, 37, "%s", dsactl_vdev_get_uuid(vdev));
	return EXIT_DONE;
}

/* By a context that is gone, with all that it has open, before anybody is served. */
static int look_up(const struct cmd_line *line, char uuid[37])
{
	struct dsactl_ctx *ctx;
	int code;

	if (dsactl_new(&ctx))
		return out_failed("memory", "there is not enough");
	code = find_uuid(ctx, line, uuid);
	dsactl_unref(ctx);
	return code;
}

static int find_user(const struct cmd_line *line, struct confine_user *user)
{
	const char *name = line->opt[OPT_USER].text;

	*user = (struct confine_user){ getuid(), getgid() };
	if (geteuid()) {
		if (name)
			return out_refuse(name, "only root can be another user", "leave out --user",
					  EXIT_PERMISSION);
		return EXIT_DONE;
	}
	if (!confine_find_user(&name, user))
		return EXIT_DONE;
	return out_refuse(name, "there is no such user", "name another one with --user",
			  EXIT_NOT_FOUND);
}

static int listen_at(const char *path, const struct confine_user *user, int *listener)
{
	*listener = server_listen(path, user->uid, user->gid);
	if (*listener >= 0)
		return EXIT_DONE;
	switch (-*listener) {
	case EEXIST:
		return refuse(path, "it is no socket", EEXIST, "choose another path");
	case EADDRINUSE:
		return refuse(path, "somebody listens there", EADDRINUSE, "choose another path");
	default:
		return refuse(path, "listening", -*listener,
			      "name a short path in a folder that exists and may be written");
	}
}

static int serve_on(const struct cmd_line *line, const struct server *server,
		    const struct confine_user *user)
{
	const struct value *memory = &line->opt[OPT_MAX_MEMORY];
	const char *what;
	int err = confine(user, memory->set ? memory->number : RLIM_INFINITY, &what);

	if (err)
		return refuse("serve-vdev", what, -err, "run it as root, on a kernel with seccomp");
	err = server_run(server);
	return err ? refuse(line->arg[0].text, "serving it", -err, "create it again") : EXIT_DONE;
}

static int serve_bare(const struct cmd_line *line, struct bare *bare)
{
	struct function function;
	struct server server = { .fn = &function, .event = bare_event_fd(bare),
				 .request = bare_request_fd(bare), .stop = stop_open(),
				 .gone = bare_gone_fd(bare), .is_gone = bare_is_gone, .bare = bare };
	struct confine_user user;
	int err, code = find_user(line, &user);

	if (code)
		return code;
	if (server.stop < 0)
		return out_failed("signals", strerror(errno));
	function_init(&function, &bare_kernel_ops, bare);
	err = function_try(&function);
	if (err)
		return refuse(line->arg[0].text, "opening the vdev", -err,
			      "see that dsa_vdev and dsactl are of one version, and who has the vdev open");
	code = listen_at(line->opt[OPT_SOCKET].text, &user, &server.listener);
	if (code)
		return code;
	vfu_version_prepare();
	code = serve_on(line, &server, &user);
	close(server.listener);
	return code;
}

int cmd_vdev_serve(struct dsactl_ctx *ctx, const struct cmd_line *line)
{
	const char *what;
	struct bare *bare;
	char uuid[37];
	int code;

	(void)ctx;
	if (!line->opt[OPT_SOCKET].set)
		return out_usage(line->cmd, "--socket PATH is missing: where shall the VMM find the device?");
	code = look_up(line, uuid);
	if (code)
		return code;
	bare = bare_new(uuid, &what);
	if (!bare)
		return refuse(line->arg[0].text, what, errno,
			      "it is for root, and for one process at a time");
	code = serve_bare(line, bare);
	bare_free(bare);
	return code;
}
