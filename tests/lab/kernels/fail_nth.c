// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail-nth N COMMAND [ARGUMENT]...: runs a command, whose Nth call that the kernel can
 * be told to fail does fail (/proc/PID/fail-nth; which calls count is set in debugfs).
 * Its status is the command's, or 77 where the command ended well and had fewer calls;
 * then the command was not disturbed. 125: fail-nth itself failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_REACHED	77
#define OWN_FAILURE	125

static void fail(const char *what)
{
	fprintf(stderr, "fail-nth: %s: %s\n", what, strerror(errno));
	_exit(OWN_FAILURE);
}

/* In the child: the count stays across exec, and a child of its own has none. */
static void run(const char *nth, char **command)
{
	int fd = open("/proc/self/fail-nth", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, nth, strlen(nth)) < 0)
		fail("/proc/self/fail-nth (a kernel with FAULT_INJECTION?)");
	execvp(command[0], command);
	fail(command[0]);
}

/* What is left of N once the process has ended: 0 if the call was reached. */
static long left_of(pid_t pid)
{
	char path[64], text[32] = "";
	siginfo_t info;
	int fd;

	while (waitid(P_PID, pid, &info, WEXITED | WNOWAIT))
		if (errno != EINTR)
			fail("waitid");
	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		fail(path);
	close(fd);
	return strtol(text, NULL, 10);
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;
	long left;

	if (argc < 3 || strtol(argv[1], NULL, 10) < 1) {
		fputs("usage: fail-nth N COMMAND [ARGUMENT]...\n", stderr);
		return OWN_FAILURE;
	}
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid)
		run(argv[1], argv + 2);
	left = left_of(pid);
	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid");
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return left && !WEXITSTATUS(status) ? NOT_REACHED : WEXITSTATUS(status);
}
