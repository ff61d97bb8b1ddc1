// SPDX-License-Identifier: GPL-2.0-only
/* Which client is served, and what has happened meanwhile? See server.h. */
#include "server.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Who cannot be accepted, for want of descriptors, is tried again in this time. */
#define RETRY_MS 100

/* Whether at the address there is a socket at which nobody listens. */
static bool is_left_over(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool refused;

	if (fd < 0)
		return false;
	refused = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) &&
		  errno == ECONNREFUSED;
	close(fd);
	return refused;
}

static int take_path(int fd, const struct sockaddr_un *addr)
{
	struct stat st;

	if (!bind(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!lstat(addr->sun_path, &st) && !S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (!is_left_over(addr))
		return -EADDRINUSE;
	if (unlink(addr->sun_path))
		return -errno;
	return bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? -errno : 0;
}

int server_listen(const char *path, uid_t uid, gid_t gid)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, ret;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0117);
	ret = take_path(fd, &addr);
	umask(mask);
	if (!ret && (lchown(path, uid, gid) || listen(fd, 4)))
		ret = -errno;
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

struct run {
	const struct server *server;
	bool wanted;	/* the vdev is, by its host */
	bool told;	/* why clients are sent away */
};

static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Where each of them is for poll(). */
enum { STOP, LISTENER, CLIENT, EVENT, REQUEST, GONE, NR };

static void fill(const struct server *server, struct pollfd *pfd)
{
	struct function *fn = server->fn;
	bool client = function_has_client(fn);

	pfd[STOP] = (struct pollfd){ .fd = server->stop, .events = POLLIN };
	/* The end of a client is read after its message: accept no other one before. */
	pfd[LISTENER] = (struct pollfd){ .fd = client && function_is_busy(fn) ? -1 : server->listener,
					 .events = POLLIN };
	pfd[CLIENT] = (struct pollfd){ .fd = -1 };
	if (client)
		pfd[CLIENT] = (struct pollfd){ .fd = vfu_socket(fn->vfu), .events = POLLIN |
					       (vfu_wants_out(fn->vfu) ? POLLOUT : 0) };
	/* They are of the opening that a client has. */
	pfd[EVENT] = (struct pollfd){ .fd = client ? server->event : -1, .events = POLLIN };
	pfd[REQUEST] = (struct pollfd){ .fd = client ? server->request : -1, .events = POLLIN };
	pfd[GONE] = (struct pollfd){ .fd = server->gone, .events = POLLIN };
}

static bool is_taken(struct run *run)
{
	struct function *fn = run->server->fn;

	if (!function_is_taken(fn))
		return run->told = false;
	if (!function_has_client(fn) && !run->told) {
		warnx("a client was sent away: the one before has not closed its connection, and has descriptors unread in it");
		run->told = true;
	}
	return true;
}

/* One client, or one that is sent away. 0, or -errno that ends the server. */
static int accept_client(struct run *run)
{
	const struct server *server = run->server;
	int sock = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), err;

	if (sock < 0) {
		/* Those that are there already are to be served meanwhile. */
		if (errno == EMFILE || errno == ENFILE)
			poll(NULL, 0, RETRY_MS);
		return 0;
	}
	if (is_taken(run)) {
		close(sock);
		return 0;
	}
	err = function_begin(server->fn, sock);
	if (err)
		warnx("a client was sent away: opening the vdev: %s", strerror(-err));
	return err == -ENODEV ? err : 0;
}

/* False: the client has left. */
static bool serve_client(const struct server *server, const struct pollfd *pfd)
{
	if (pfd[EVENT].revents)
		function_events(server->fn);
	if (!pfd[CLIENT].revents && !function_is_busy(server->fn))
		return true;
	return function_step(server->fn) > 0;
}

static void pass_request(const struct server *server)
{
	uint64_t count;
	ssize_t n = read(server->request, &count, sizeof(count));

	(void)n;
	warnx("the vdev is to be destroyed: waiting for the client to leave it");
	function_request(server->fn);
}

/* 1: go on. */
static int turn(struct run *run, const struct pollfd *pfd)
{
	const struct server *server = run->server;

	if (pfd[STOP].revents)
		return 0;
	if (pfd[GONE].revents && server->is_gone(server->bare)) {
		warnx("the vdev is destroyed");
		return 0;
	}
	if (pfd[REQUEST].revents) {
		run->wanted = true;
		pass_request(server);
	}
	if (function_has_client(server->fn) && !serve_client(server, pfd) && run->wanted)
		return 0;
	if (pfd[LISTENER].revents)
		return accept_client(run) ?: 1;
	return 1;
}

/* For poll(): in milliseconds, -1 for ever. */
static int patience(struct function *fn)
{
	int due;

	if (!function_has_client(fn))
		return -1;
	due = function_tick(fn, clock_ms());
	return function_is_busy(fn) ? 0 : due;
}

int server_run(const struct server *server)
{
	struct run run = { .server = server };
	struct pollfd pfd[NR];
	int ret = 1;

	/* What a client gives for an eventfd may be a pipe that nobody reads. */
	signal(SIGPIPE, SIG_IGN);
	while (ret > 0) {
		fill(server, pfd);
		if (poll(pfd, NR, patience(server->fn)) >= 0)
			ret = turn(&run, pfd);
		else if (errno != EINTR)
			ret = -errno;
	}
	function_exit(server->fn);
	return ret;
}
