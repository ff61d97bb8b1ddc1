// SPDX-License-Identifier: GPL-2.0-only
/* Who is served at the socket, who is sent away, and when does it end? */
#include "served/server.h"
#include "served.h"

#include <sys/un.h>

static struct door door;
static struct function fn;
static char folder[] = "/tmp/served-XXXXXX", path[sizeof(folder) + 8];
static struct server server;
static pthread_t thread;
static int result;

static void *serve(void *arg)
{
	(void)arg;
	result = server_run(&server);
	return NULL;
}

static bool is_gone(void *arg)
{
	uint64_t count;

	(void)arg;
	CHECK_EQ(read(server.gone, &count, sizeof(count)), sizeof(count));
	return count > 1;	/* it is another's that went where it is 1 */
}

static int event(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void start(void)
{
	if (!path[0]) {
		CHECK(mkdtemp(folder) != NULL);
		snprintf(path, sizeof(path), "%s/sock", folder);
	}
	door_init(&door, 1);
	function_init(&fn, &door_ops, &door);
	server = (struct server){ .fn = &fn, .event = event(), .request = event(), .stop = event(),
				  .gone = event(), .is_gone = is_gone };
	server.listener = server_listen(path, getuid(), getgid());
	CHECK(server.listener >= 0);
	pthread_create(&thread, NULL, serve, NULL);
}

static void add_to_event(int fd, uint64_t count)
{
	CHECK_EQ(write(fd, &count, sizeof(count)), sizeof(count));
}

static void signal_event(int fd)
{
	add_to_event(fd, 1);
}

static int joined(void)
{
	pthread_join(thread, NULL);
	close(server.listener);
	close(server.event);
	close(server.request);
	close(server.stop);
	close(server.gone);
	return result;
}

static int stop(void)
{
	signal_event(server.stop);
	return joined();
}

static int client(void)
{
	const struct timeval patience = { .tv_sec = 20 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, path);
	CHECK(!connect(sock, (struct sockaddr *)&addr, sizeof(addr)));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return sock;
}

/* One that is sent away may see the end before its message is out. */
static bool greet(int sock)
{
	uint8_t message[16 + 4 + sizeof(CAPS)] = { 0 };
	struct vfu_header hdr = { .id = 7, .command = VFU_VERSION, .size = sizeof(message) };

	memcpy(message, &hdr, sizeof(hdr));
	memcpy(message + 20, CAPS, sizeof(CAPS));
	return send(sock, message, sizeof(message), MSG_NOSIGNAL) == sizeof(message);
}

/* Whether the version is agreed on. */
static bool greeted(int sock)
{
	return greet(sock) && !get_reply(sock, VFU_VERSION);
}

/* Whether the connection is ended at once, which is then closed. */
static bool sent_away(int sock)
{
	ssize_t n;
	char c;

	greet(sock);
	n = recv(sock, &c, 1, 0);
	close(sock);
	return !n || (n < 0 && errno == ECONNRESET);
}

/* The next one may come before the server has noticed that the last one is gone. */
static int patient_client(void)
{
	for (unsigned int tries = 0; tries < 2000; tries++) {
		int sock = client();

		if (greeted(sock))
			return sock;
		close(sock);
		usleep(1000);
	}
	return -1;
}

TEST("one client after the other is served, and a second one at once is sent away")
{
	int first;

	start();
	for (unsigned int i = 0; i < 3; i++) {
		first = client();
		CHECK(greeted(first));
		CHECK(sent_away(client()));
		put_message(first, VFU_RESET, NULL, 0, NULL, 0);
		CHECK_EQ(get_reply(first, VFU_RESET), 0);
		close(first);
		first = patient_client();
		put_message(first, VFU_RESET, NULL, 0, NULL, 0);
		CHECK_EQ(get_reply(first, VFU_RESET), 0);
		shutdown(first, SHUT_WR);
		CHECK_EQ(get_reply(first, VFU_RESET), -1);
		close(first);
	}
	CHECK_EQ(stop(), 0);
	CHECK(!door.open);
	CHECK(door.nr_opens >= 6);
}

TEST("the end takes the client with it")
{
	int sock;

	start();
	sock = client();
	CHECK(greeted(sock));
	CHECK_EQ(stop(), 0);
	CHECK_EQ(get_reply(sock, VFU_RESET), -1);
	CHECK(!door.open);
	close(sock);
}

TEST("a vdev that is gone ends the server, and one that is busy does not")
{
	int sock;

	start();
	door.open_err = -EBUSY;
	CHECK(sent_away(client()));
	door.open_err = 0;
	sock = client();
	CHECK(greeted(sock));
	shutdown(sock, SHUT_WR);
	CHECK_EQ(get_reply(sock, VFU_RESET), -1);
	close(sock);
	door.open_err = -ENODEV;
	CHECK(sent_away(client()));
	CHECK_EQ(joined(), -ENODEV);
}

TEST("a vdev that is destroyed while nobody has it ends the server, and another one does not")
{
	int sock;

	start();
	signal_event(server.gone);
	sock = client();
	CHECK(greeted(sock));
	shutdown(sock, SHUT_WR);
	CHECK_EQ(get_reply(sock, VFU_RESET), -1);
	close(sock);
	add_to_event(server.gone, 2);
	CHECK_EQ(joined(), 0);
}

TEST("a vdev that is wanted back is kept for its client, and no longer")
{
	struct { struct irq_set set; } irqs = { { sizeof(irqs), EVENTFDS, VFU_IRQ_REQ, 0, 1 } };
	struct pollfd pfd = { .fd = event(), .events = POLLIN };
	int sock;

	start();
	sock = client();
	CHECK(greeted(sock));
	put_message(sock, VFU_SET_IRQS, &irqs, sizeof(irqs), &pfd.fd, 1);
	CHECK_EQ(get_reply(sock, VFU_SET_IRQS), 0);
	signal_event(server.request);
	CHECK_EQ(poll(&pfd, 1, 20000), 1);
	put_message(sock, VFU_RESET, NULL, 0, NULL, 0);
	CHECK_EQ(get_reply(sock, VFU_RESET), 0);
	close(sock);
	CHECK_EQ(joined(), 0);
	close(pfd.fd);
}

TEST("a vector whose descriptor is a pipe that nobody reads ends nothing")
{
	struct irq_set irqs = { sizeof(irqs), EVENTFDS, VFU_IRQ_MSIX, 0, 1 };
	int pipes[2], sock;

	CHECK(!pipe(pipes));
	start();
	sock = client();
	CHECK(greeted(sock));
	put_message(sock, VFU_SET_IRQS, &irqs, sizeof(irqs), &pipes[1], 1);
	CHECK_EQ(get_reply(sock, VFU_SET_IRQS), 0);
	close(pipes[0]);
	close(pipes[1]);
	irqs.flags = VFU_DATA_NONE | VFU_ACTION_TRIGGER;
	put_message(sock, VFU_SET_IRQS, &irqs, sizeof(irqs), NULL, 0);
	CHECK_EQ(get_reply(sock, VFU_SET_IRQS), 0);
	close(sock);
	CHECK_EQ(stop(), 0);
}

TEST("events of the kernel are heard while the client is silent")
{
	struct access at = { DSA_INTCAUSE, VFU_BAR0, 4 };
	uint32_t cause = 0;
	int sock;

	start();
	sock = client();
	CHECK(greeted(sock));
	door.events = (struct vdsa_bare_events){ .nr_errors = 1 };
	door.events.error[0].err[0] = DSA_SWERR_VALID;
	signal_event(server.event);
	for (unsigned int i = 0; i < 2000 && !cause; i++) {
		struct { struct access at; } read_swerr = { { DSA_SWERR, VFU_BAR0, 4 } };

		put_message(sock, VFU_REGION_READ, &read_swerr, sizeof(read_swerr), NULL, 0);
		CHECK_EQ(get_reply(sock, VFU_REGION_READ), 0);
		memcpy(&cause, answer + sizeof(at), sizeof(cause));
	}
	CHECK(cause & DSA_SWERR_VALID);
	close(sock);
	CHECK_EQ(stop(), 0);
}

TEST("one message with many writes is served to its end, and its client's next one")
{
	struct many many;
	int sock;

	start();
	sock = client();
	CHECK(greeted(sock));
	many_writes(&many, 1000);
	put_raw(sock, &many, many.hdr.size, NULL, 0);
	CHECK_EQ(get_reply(sock, VFU_REGION_WRITE_MULTI), 0);
	put_message(sock, VFU_RESET, NULL, 0, NULL, 0);
	CHECK_EQ(get_reply(sock, VFU_RESET), 0);
	close(sock);
	CHECK_EQ(stop(), 0);
}

/* A client that has asked for the file of portals, and has it unread. */
static int client_with_file(void)
{
	struct region_info info = { .argsz = sizeof(info), .index = VFU_BAR2 };
	struct pollfd pfd = { .fd = client(), .events = POLLIN };

	CHECK(greeted(pfd.fd));
	put_message(pfd.fd, VFU_GET_REGION_INFO, &info, sizeof(info), NULL, 0);
	CHECK_EQ(poll(&pfd, 1, 20000), 1);
	return pfd.fd;
}

static void wait_for_end(int sock)
{
	struct pollfd pfd = { .fd = sock, .events = POLLRDHUP };

	CHECK_EQ(poll(&pfd, 1, 20000), 1);
}

TEST("who leaves with a file unread keeps the next client out, until the connection is closed")
{
	int first, second;

	start();
	door.portals = memfd_create("portals", MFD_CLOEXEC);
	first = client_with_file();
	shutdown(first, SHUT_WR);
	wait_for_end(first);
	for (unsigned int i = 0; i < 3; i++)
		CHECK(sent_away(client()));
	close(first);
	first = client();
	CHECK(greeted(first));
	/* Other things that are unread keep nobody out. */
	put_message(first, VFU_RESET, NULL, 0, NULL, 0);
	put_message(first, VFU_RESET, NULL, 0, NULL, 0);
	shutdown(first, SHUT_WR);
	wait_for_end(first);
	second = patient_client();
	CHECK(second >= 0);
	close(first);
	close(second);
	CHECK_EQ(stop(), 0);
	close(door.portals);
}

TEST("a connection whose client's end is nowhere but in the connection itself keeps nobody out")
{
	static const struct vfu_header bad = { .command = VFU_GET_INFO, .size = 3 };
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	int sock;

	start();
	door.portals = memfd_create("portals", MFD_CLOEXEC);
	sock = client_with_file();
	/* The server reads nothing before all is sent. */
	pthread_mutex_lock(&gate);
	door.gate = &gate;
	signal_event(server.event);
	put_raw(sock, &bad, sizeof(bad), NULL, 0);
	put_raw(sock, "", 1, &sock, 1);
	pthread_mutex_unlock(&gate);
	wait_for_end(sock);
	close(sock);
	sock = patient_client();
	CHECK(sock >= 0);
	close(sock);
	CHECK_EQ(stop(), 0);
	close(door.portals);
}

TEST("a socket that somebody listens at stays, one that is left over is taken, and no other file")
{
	char long_path[200];
	struct stat st;
	int fd;

	start();
	CHECK_EQ(server_listen(path, getuid(), getgid()), -EADDRINUSE);
	CHECK(!lstat(path, &st) && S_ISSOCK(st.st_mode));
	CHECK_EQ(st.st_mode & 0777, 0660);
	CHECK_EQ(stop(), 0);
	fd = server_listen(path, getuid(), getgid());
	CHECK(fd >= 0);
	close(fd);
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	CHECK_EQ(server_listen(path, getuid(), getgid()), -EEXIST);
	CHECK(!lstat(path, &st) && S_ISREG(st.st_mode));
	unlink(path);
	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	CHECK_EQ(server_listen(long_path, getuid(), getgid()), -ENAMETOOLONG);
	CHECK_EQ(server_listen("/no/such/folder/sock", getuid(), getgid()), -ENOENT);
	rmdir(folder);
}
