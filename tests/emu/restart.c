// SPDX-License-Identifier: GPL-2.0-only
/* Restartable sections: see restart.h. */
#include "restart.h"

#include <linux/rseq.h>
#include <string.h>
#include <sys/rseq.h>

/*
 * The kernel knows a section by the addresses of its instructions: a thread that
 * it stops there goes on at the abort address. A thread that it stops elsewhere
 * loses the pointer to the section instead, which the instructions look at first.
 * So the C code between restart_begin() and them is covered, too.
 *
 * @armed points to that pointer. Both functions use no stack, so that the abort
 * address can return for either. RSEQ_SIG precedes it, in an instruction that
 * traps.
 */
bool restart_copy_armed(const void *armed, void *to, const void *from,
			size_t len);
bool restart_exchange_armed(const void *armed, uint64_t *slot, uint64_t old,
			    uint64_t new);
extern struct rseq_cs restart_section;

#define STRING(x)	#x
#define VALUE(x)	STRING(x)

__asm__(
	".pushsection .data.rel.ro, \"aw\"\n"
	"	.balign 32\n"
	"	.globl restart_section\n"
	"	.hidden restart_section\n"
	"restart_section:\n"
	"	.long 0, 0\n"			/* version, flags */
	"	.quad .Lstart, .Lend - .Lstart, .Labort\n"
	".popsection\n"
	".pushsection .text, \"ax\"\n"
	"	.globl restart_copy_armed, restart_exchange_armed\n"
	"	.hidden restart_copy_armed, restart_exchange_armed\n"
	".Lstart:\n"
	"restart_copy_armed:\n"
	"	cmpq $0, (%rdi)\n"
	"	je .Lvoid\n"
	"	movq %rsi, %rdi\n"
	"	movq %rdx, %rsi\n"
	"	movl %ecx, %r8d\n"
	"	shrq $3, %rcx\n"
	"	rep movsq\n"			/* aligned words in one piece */
	"	movl %r8d, %ecx\n"
	"	andl $7, %ecx\n"
	"	rep movsb\n"
	"	movl $1, %eax\n"
	"	ret\n"
	"restart_exchange_armed:\n"
	"	cmpq $0, (%rdi)\n"
	"	je .Lvoid\n"
	"	movq %rdx, %rax\n"
	"	lock cmpxchgq %rcx, (%rsi)\n"
	"	sete %al\n"
	"	movzbl %al, %eax\n"
	"	ret\n"
	".Lend:\n"
	"	.byte 0x0f, 0xb9, 0x3d\n"
	"	.long " VALUE(RSEQ_SIG) "\n"
	".Labort:\n"
	".Lvoid:\n"
	"	xorl %eax, %eax\n"
	"	ret\n"
	".popsection\n");

/* Where the calling thread's pointer to its section is; NULL without any. */
static void *pointer(void)
{
	if (!__rseq_size)
		return NULL;
	return (char *)__builtin_thread_pointer() + __rseq_offset +
	       offsetof(struct rseq, rseq_cs);
}

static const void *armed(void)
{
	static const uint64_t always = 1;
	const void *armed = pointer();

	return armed ? armed : &always;
}

void restart_begin(void)
{
	const uint64_t section = (uintptr_t)&restart_section;
	void *armed = pointer();

	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (armed)
		memcpy(armed, &section, sizeof(section));
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

bool restart_is_void(void)
{
	uint64_t section;

	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	memcpy(&section, armed(), sizeof(section));
	return !section;
}

bool restart_copy(void *to, const void *from, size_t len)
{
	return restart_copy_armed(armed(), to, from, len);
}

bool restart_exchange(uint64_t *slot, uint64_t old, uint64_t new)
{
	return restart_exchange_armed(armed(), slot, old, new);
}
