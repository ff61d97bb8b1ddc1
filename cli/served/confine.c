// SPDX-License-Identifier: GPL-2.0-only
/* What may the process do once it serves? See confine.h. */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/dsa_vdev_bare.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/vfio.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

int confine_find_user(const char **name, struct confine_user *user)
{
	const struct passwd *found = NULL;

	if (!*name) {
		*name = "dsactl-serve";
		found = getpwnam(*name);
		if (!found)
			*name = "nobody";
	}
	found = found ? found : getpwnam(*name);
	if (!found)
		return -ENOENT;
	*user = (struct confine_user){ found->pw_uid, found->pw_gid };
	return 0;
}

/* System calls, and what one argument of them must be. */
static const struct rule {
	int nr;
	unsigned int arg;	/* which one, from 1 on; 0: any will do */
	uint32_t mask, value;	/* arg & mask == value, of its low half */
} rules[] = {
	/* messages, events, signals, the end */
	{ .nr = SYS_poll }, { .nr = SYS_ppoll }, { .nr = SYS_read }, { .nr = SYS_write }, { .nr = SYS_writev },
	{ .nr = SYS_recvmsg }, { .nr = SYS_sendmsg }, { .nr = SYS_accept4 }, { .nr = SYS_shutdown }, { .nr = SYS_close },
	{ SYS_ioctl, 2, UINT32_MAX, SIOCOUTQ },
	{ .nr = SYS_restart_syscall }, { .nr = SYS_rt_sigreturn }, { .nr = SYS_rt_sigaction }, { .nr = SYS_rt_sigprocmask },
	{ .nr = SYS_exit_group }, { .nr = SYS_futex }, { .nr = SYS_getrandom }, { .nr = SYS_clock_gettime },
	/* a client's memory: which file it is, but none by its path */
	{ SYS_fcntl, 2, UINT32_MAX, F_GETFL }, { SYS_fcntl, 2, UINT32_MAX, F_GET_SEALS },
	{ SYS_fcntl, 2, UINT32_MAX, F_DUPFD_CLOEXEC },
	{ .nr = SYS_fstat }, { .nr = SYS_fstatfs },
	{ SYS_mmap, 3, PROT_EXEC, 0 }, { .nr = SYS_munmap },
	/* malloc() */
	{ .nr = SYS_brk }, { .nr = SYS_mremap }, { SYS_madvise, 3, UINT32_MAX, MADV_DONTNEED }, { SYS_mprotect, 3, PROT_EXEC, 0 },
	/* the vdev */
	{ SYS_ioctl, 2, UINT32_MAX, VFIO_GROUP_GET_DEVICE_FD },
	{ SYS_ioctl, 2, UINT32_MAX, VFIO_IOMMU_MAP_DMA }, { SYS_ioctl, 2, UINT32_MAX, VFIO_IOMMU_UNMAP_DMA },
	{ SYS_ioctl, 2, UINT32_MAX, VFIO_DEVICE_SET_IRQS },
	{ SYS_ioctl, 2, UINT32_MAX, VDSA_BARE_GET_INFO }, { SYS_ioctl, 2, UINT32_MAX, VDSA_BARE_ACT },
	{ SYS_ioctl, 2, UINT32_MAX, VDSA_BARE_MAP }, { SYS_ioctl, 2, UINT32_MAX, VDSA_BARE_GET_EVENTS },
	{ SYS_ioctl, 2, UINT32_MAX, VDSA_BARE_GET_PENDING }, { SYS_ioctl, 2, UINT32_MAX, VDSA_BARE_GET_PORTALS },
};

#define LOAD(member)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, (what))
#define IF(value, then, other)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (other))

enum { HEAD = 3, PER_RULE = 6 };

/*
 * A rule whose call it is not, or whose argument it is not, falls through to the next one. Numbers
 * of the other ABIs of this processor are in no rule: their architecture or bit 30 differs.
 */
static size_t add_rule(struct sock_filter *at, const struct rule *rule)
{
	const struct sock_filter whole[PER_RULE] = {
		LOAD(nr),
		IF(rule->nr, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args) + 8 * (rule->arg - 1)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask),
		IF(rule->value, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
	};
	const struct sock_filter bare[] = {
		LOAD(nr),
		IF(rule->nr, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
	};
	const struct sock_filter *from = rule->arg ? whole : bare;
	size_t nr = rule->arg ? NR(whole) : NR(bare);

	for (size_t i = 0; i < nr; i++)
		at[i] = from[i];
	return nr;
}

static int filter_calls(void)
{
	struct sock_filter code[HEAD + PER_RULE * NR(rules) + 1] = {
		LOAD(arch),
		IF(AUDIT_ARCH_X86_64, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { .filter = code };
	size_t len = HEAD;

	for (size_t i = 0; i < NR(rules); i++)
		len += add_rule(&code[len], &rules[i]);
	code[len++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
	program.len = (unsigned short)len;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}

static int limit(int what, uint64_t value)
{
	const struct rlimit both = { value, value };

	return setrlimit(what, &both) ? -errno : 0;
}

/* Root alone gets beyond the limit that it has. */
static int limit_memory(uint64_t memory)
{
	struct rlimit now;

	if (getrlimit(RLIMIT_MEMLOCK, &now))
		return -errno;
	return limit(RLIMIT_MEMLOCK, geteuid() && memory > now.rlim_max ? now.rlim_max : memory);
}

/*
 * Not to open as many, which no system call here does: the kernel compares it with how many
 * descriptors all processes of this user have sent that nobody has read.
 */
static int raise_descriptors(void)
{
	struct rlimit now;

	return getrlimit(RLIMIT_NOFILE, &now) ? -errno : limit(RLIMIT_NOFILE, now.rlim_max);
}

static int set_limits(uint64_t memory)
{
	return limit_memory(memory) ?: raise_descriptors() ?: limit(RLIMIT_CORE, 0);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

static int become(const struct confine_user *user)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap))
			return -errno;
	if (setgroups(0, NULL) || setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -errno;
	return 0;
}

int confine(const struct confine_user *user, uint64_t memory, const char **what)
{
	int err;

	*what = "setting limits";
	err = set_limits(memory);
	if (err)
		return err;
	*what = "becoming another user";
	err = geteuid() ? 0 : become(user);
	err = err ?: drop_capabilities();
	if (err)
		return err;
	*what = "giving up new privileges";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0))
		return -errno;
	*what = "filtering system calls";
	return filter_calls();
}
