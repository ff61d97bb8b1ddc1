// SPDX-License-Identifier: GPL-2.0-only
/* What can a confined process still do? Each case is a process of its own. */
#include "served/confine.h"
#include "served.h"

#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Calls by their numbers, so that no library takes another one. */
struct call { const char *name; long nr, arg[6]; };

static uint64_t limit_now(int what)
{
	struct rlimit limit;

	getrlimit(what, &limit);
	return limit.rlim_max;
}

static void confined(void)
{
	struct confine_user user = { getuid(), getgid() };
	const char *what, *name = "nobody";

	if (!geteuid() && confine_find_user(&name, &user))
		_exit(90);
	if (confine(&user, limit_now(RLIMIT_MEMLOCK), &what))
		_exit(91);
}

/* The status of a process that is confined, and makes the call. */
static int status_of(const struct call *call)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		confined();
		syscall(call->nr, call->arg[0], call->arg[1], call->arg[2], call->arg[3],
			call->arg[4], call->arg[5]);
		syscall(SYS_exit_group, 7);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status;
}

TEST("a call that serving does not need ends the process")
{
	static const struct call calls[] = {
		{ "open", SYS_openat, { AT_FDCWD, (long)"/dev/null", O_RDONLY } },
		{ "stat of a path", SYS_newfstatat, { AT_FDCWD, (long)"/", (long)answer, 0 } },
		{ "stat that may have a path", SYS_newfstatat, { AT_FDCWD, (long)"/", (long)answer, AT_EMPTY_PATH } },
		{ "socket", SYS_socket, { AF_UNIX, SOCK_STREAM } },
		{ "execve", SYS_execve, { (long)"/bin/true" } },
		{ "fork", SYS_fork, { 0 } }, { "clone", SYS_clone, { SIGCHLD } }, { "clone3", SYS_clone3, { 0 } },
		{ "kill", SYS_kill, { 0, 0 } }, { "ptrace", SYS_ptrace, { PTRACE_TRACEME } },
		{ "setuid", SYS_setuid, { 0 } }, { "prctl", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
		{ "unlink", SYS_unlink, { (long)"/nothing" } }, { "memfd", SYS_memfd_create, { (long)"x" } },
		{ "code", SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1 } },
		{ "making code", SYS_mprotect, { (long)answer, 4096, PROT_READ | PROT_EXEC } },
		{ "dup", SYS_fcntl, { 0, F_DUPFD, 0 } }, { "a flag of a file", SYS_fcntl, { 0, F_SETFL, 0 } },
		{ "a terminal's request", SYS_ioctl, { 0, TCGETS } }, { "a lock", SYS_fcntl, { 0, F_SETLK } },
		{ "a call of x32", SYS_read | 0x40000000, { 0 } }, { "bpf", SYS_bpf, { 0 } }, { "io_uring", SYS_io_uring_setup, { 0 } },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		int status = status_of(&calls[i]);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			printf("# %s: status 0x%x\n", calls[i].name, status);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	}
}

TEST("a call that serving needs is made")
{
	static const struct call calls[] = {
		{ "poll", SYS_poll, { 0, 0, 0 } }, { "read", SYS_read, { -1, (long)answer, 1 } },
		{ "recvmsg", SYS_recvmsg, { -1, (long)answer } }, { "accept4", SYS_accept4, { -1 } },
		{ "mmap", SYS_mmap, { 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1 } },
		{ "fstat", SYS_fstat, { 0, (long)answer } },
		{ "F_GETFL", SYS_fcntl, { 0, F_GETFL } }, { "F_GET_SEALS", SYS_fcntl, { 0, F_GET_SEALS } },
		{ "SIOCOUTQ", SYS_ioctl, { -1, SIOCOUTQ } }, { "dup", SYS_fcntl, { 0, F_DUPFD_CLOEXEC, 0 } },
		{ "act", SYS_ioctl, { -1, VDSA_BARE_ACT } }, { "portals", SYS_ioctl, { -1, VDSA_BARE_GET_PORTALS } },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		int status = status_of(&calls[i]);

		if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
			printf("# %s: status 0x%x\n", calls[i].name, status);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	}
}

/* A line of /proc/PID/status. */
static bool has_line(pid_t pid, const char *want)
{
	char name[64], line[256];
	bool found = false;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/status", pid);
	file = fopen(name, "re");
	while (file && fgets(line, sizeof(line), file))
		found = found || !strncmp(line, want, strlen(want));
	if (file)
		fclose(file);
	return found;
}

TEST("no capability, no new privilege, no dump, and another user where it was root")
{
	static const char *const lines[] = {
		"CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
		"CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2",
	};
	int ready[2], hold[2];
	char c;
	pid_t pid;

	CHECK(!pipe(ready) && !pipe(hold));
	pid = fork();
	if (!pid) {
		confined();
		if (write(ready[1], "x", 1) == 1 && read(hold[0], &c, 1) >= 0)
			syscall(SYS_exit_group, 7);
	}
	CHECK_EQ(read(ready[0], &c, 1), 1);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		CHECK(has_line(pid, lines[i]));
	if (!geteuid()) {
		CHECK(has_line(pid, "CapBnd:\t0000000000000000"));
		CHECK(!has_line(pid, "Uid:\t0"));
		CHECK(has_line(pid, "Groups:\t \n") || has_line(pid, "Groups:\t\n"));
	}
	CHECK_EQ(write(hold[1], "x", 1), 1);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(hold[i]);
	}
}

TEST("a user that is not there is named")
{
	struct confine_user user;
	const char *name = "no-such-user";

	CHECK_EQ(confine_find_user(&name, &user), -ENOENT);
	CHECK(!strcmp(name, "no-such-user"));
	name = NULL;
	CHECK_EQ(confine_find_user(&name, &user), 0);
	CHECK(name && user.uid != 0);
}
