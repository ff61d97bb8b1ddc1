// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test only: MOVDIR64B on a processor that has none.
 *
 * QEMU's software emulation lacks the instruction, so idxd refuses to load and
 * each use of it is an invalid opcode. This module sets the capability bit
 * (load it before idxd, whose alternatives are patched on loading) and performs
 * the instruction from the die notifier: eight 8-byte stores, which the device
 * model puts together again. A global lock keeps the stores of one processor
 * together, where the real instruction is one 64-byte write.
 *
 * Not handled, and left to be an invalid opcode: FS and GS overrides, 32-bit
 * addresses (0x67), 32-bit code. Once loaded it stays: idxd relies on it.
 */
#include <linux/io.h>
#include <linux/kdebug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/trapnr.h>

#define MAX_INSN	15
#define NR_QWORDS	8
#define LINE		(NR_QWORDS * sizeof(u64))
/* A page that went away again between fault and store is asked for once more. */
#define MAX_FAULTS	8

struct movdir64b {
	unsigned int length;
	unsigned long dst;	/* linear address, 64-byte aligned */
	unsigned long src;
};

static DEFINE_RAW_SPINLOCK(store_lock);

/* --- decoding: 66 [REX] 0f 38 f8 /r with a memory operand ---------------- */

/* Registers as ModRM, SIB and REX number them. */
static unsigned long reg(const struct pt_regs *regs, unsigned int n)
{
	static const u8 offset[16] = {
		offsetof(struct pt_regs, ax), offsetof(struct pt_regs, cx),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, bx),
		offsetof(struct pt_regs, sp), offsetof(struct pt_regs, bp),
		offsetof(struct pt_regs, si), offsetof(struct pt_regs, di),
		offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
		offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
		offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
		offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
	};

	return *(const unsigned long *)((const u8 *)regs + offset[n]);
}

static s32 disp32(const u8 *p)
{
	s32 value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/*
 * The address of the memory operand at @modrm; *@end is set behind it. The
 * caller has zeroed what follows the bytes that could be read.
 */
static unsigned long operand(const struct pt_regs *regs, const u8 *insn,
			     const u8 *modrm, u8 rex, const u8 **end)
{
	unsigned int mod = *modrm >> 6, rm = *modrm & 7;
	const u8 *p = modrm + 1;
	unsigned long addr;
	u8 sib;

	if (mod == 0 && rm == 5) {
		*end = p + 4;
		return regs->ip + (*end - insn) + disp32(p);
	}
	if (rm != 4) {
		addr = reg(regs, rm | (rex & 1) << 3);
	} else {
		unsigned int index, base;

		sib = *p++;
		index = (sib >> 3 & 7) | (rex & 2) << 2;
		base = sib & 7;
		addr = index == 4 ? 0 : reg(regs, index) << (sib >> 6);
		if (mod == 0 && base == 5) {
			*end = p + 4;
			return addr + disp32(p);
		}
		addr += reg(regs, base | (rex & 1) << 3);
	}
	if (mod == 1)
		addr += (s8)*p;
	else if (mod == 2)
		addr += disp32(p);
	*end = p + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
	return addr;
}

static bool decode(const struct pt_regs *regs, const u8 *insn,
		   unsigned int nr_read, struct movdir64b *m)
{
	const u8 *p = insn, *end;
	bool operand_size = false;
	u8 rex = 0;

	/* In 64-bit mode the overrides of CS, DS, ES and SS mean nothing. */
	for (;; p++) {
		if (p == insn + MAX_INSN)
			return false;
		if (*p == 0x66)
			operand_size = true;
		else if (*p != 0x2e && *p != 0x36 && *p != 0x3e && *p != 0x26)
			break;
	}
	if ((*p & 0xf0) == 0x40)
		rex = *p++;
	if (!operand_size || memcmp(p, "\x0f\x38\xf8", 3) || p[3] >> 6 == 3)
		return false;
	p += 3;
	m->src = operand(regs, insn, p, rex, &end);
	m->dst = reg(regs, (*p >> 3 & 7) | (rex & 4) << 1);
	m->length = end - insn;
	return m->length <= nr_read && IS_ALIGNED(m->dst, LINE);
}

/* --- performing ------------------------------------------------------------ */

static bool perform_kernel(struct pt_regs *regs)
{
	u8 insn[MAX_INSN + 16] = {};
	unsigned long flags;
	struct movdir64b m;
	u64 line[NR_QWORDS];
	int i;

	if (copy_from_kernel_nofault(insn, (void *)regs->ip, MAX_INSN) ||
	    !decode(regs, insn, MAX_INSN, &m))
		return false;
	memcpy(line, (void *)m.src, LINE);
	raw_spin_lock_irqsave(&store_lock, flags);
	for (i = 0; i < NR_QWORDS; i++)
		writeq(line[i], (void __iomem *)m.dst + i * sizeof(u64));
	raw_spin_unlock_irqrestore(&store_lock, flags);
	regs->ip += m.length;
	return true;
}

/* All eight stores without a fault, or false and perhaps some of them. */
static bool store_user(u64 __user *dst, const u64 *line)
{
	bool done = false;
	unsigned long flags;
	int i;

	pagefault_disable();
	raw_spin_lock_irqsave(&store_lock, flags);
	if (user_write_access_begin(dst, LINE)) {
		for (i = 0; i < NR_QWORDS; i++)
			unsafe_put_user(line[i], dst + i, fault);
		done = true;
fault:
		user_write_access_end();
	}
	raw_spin_unlock_irqrestore(&store_lock, flags);
	pagefault_enable();
	return done;
}

/* Makes the page at @addr present and writable, as a store would. */
static bool fault_in(unsigned long addr)
{
	int err;

	mmap_read_lock(current->mm);
	err = fixup_user_fault(current->mm, addr, FAULT_FLAG_WRITE, NULL);
	mmap_read_unlock(current->mm);
	return !err;
}

/* What a store to @addr that cannot be done earns its process. */
static int signal_for(unsigned long addr)
{
	struct vm_area_struct *vma;
	int sig = SIGSEGV;

	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, addr);
	if (vma && vma->vm_start <= addr && vma->vm_flags & VM_WRITE)
		sig = SIGBUS;
	mmap_read_unlock(current->mm);
	return sig;
}

/*
 * Faulted in before the first store, so that none is done twice: portal
 * mappings are filled lazily.
 */
static bool move_user(unsigned long dst, const u64 *line)
{
	int i;

	for (i = 0; i < MAX_FAULTS; i++) {
		if (!fault_in(dst))
			return false;
		if (store_user((u64 __user *)dst, line))
			return true;
	}
	return false;
}

/* May sleep. */
static bool perform_user(struct pt_regs *regs)
{
	u8 insn[MAX_INSN + 16] = {};
	struct movdir64b m;
	u64 line[NR_QWORDS];
	unsigned int nr_read;

	nr_read = MAX_INSN - copy_from_user(insn, (void __user *)regs->ip, MAX_INSN);
	if (!decode(regs, insn, nr_read, &m))
		return false;
	if (copy_from_user(line, (void __user *)m.src, LINE))
		force_sig(signal_for(m.src));
	else if (!move_user(m.dst, line))
		force_sig(signal_for(m.dst));
	else
		regs->ip += m.length;
	return true;
}

/*
 * Called with interrupts off and under rcu_read_lock(). An invalid opcode of
 * user space comes on the task's own stack, as a page fault does, so both may
 * be given up for the duration: the chain is not read on after NOTIFY_STOP, and
 * the module stays.
 */
static int on_die(struct notifier_block *nb, unsigned long event, void *data)
{
	struct pt_regs *regs = ((struct die_args *)data)->regs;
	bool done;

	if (event != DIE_TRAP || ((struct die_args *)data)->trapnr != X86_TRAP_UD)
		return NOTIFY_DONE;
	if (!user_mode(regs))
		return perform_kernel(regs) ? NOTIFY_STOP : NOTIFY_DONE;
	if (!user_64bit_mode(regs))
		return NOTIFY_DONE;
	rcu_read_unlock();
	local_irq_enable();
	done = perform_user(regs);
	local_irq_disable();
	rcu_read_lock();
	return done ? NOTIFY_STOP : NOTIFY_DONE;
}

/* Last in the chain: nothing follows that could be missed or be gone. */
static struct notifier_block die_block = {
	.notifier_call = on_die,
	.priority = INT_MIN,
};

static int __init lab_movdir64b_init(void)
{
	unsigned int cpu;

	if (boot_cpu_has(X86_FEATURE_MOVDIR64B))
		return 0;
	set_cpu_cap(&boot_cpu_data, X86_FEATURE_MOVDIR64B);
	for_each_possible_cpu(cpu)
		set_cpu_cap(&cpu_data(cpu), X86_FEATURE_MOVDIR64B);
	return register_die_notifier(&die_block);
}
module_init(lab_movdir64b_init);

MODULE_DESCRIPTION("Test only: emulates MOVDIR64B");
MODULE_LICENSE("GPL");
