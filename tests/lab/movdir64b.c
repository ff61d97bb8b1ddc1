// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does lab_movdir64b.ko do in user mode what the instruction does? Every form
 * of operand, faults and their signals, two processors at once. Prints TAP.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINE 64

typedef void (*move_fn)(void *dst, const void *src);
struct form {
	const char *name;
	move_fn move;
};

/*
 * One function per form and register. Each saves what C keeps (rsp too, which
 * is tried as any other), so a form may use all registers.
 */
extern const struct form forms[];
asm(".bss\n"
    "stack: .quad 0\n"
    ".balign 64\n"
    "line: .skip 64\n"
    ".text\n"
    ".macro enter_form\n"
    "	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "	mov %rsp, stack(%rip)\n"
    ".endm\n"
    ".macro leave_form\n"
    "	mov stack(%rip), %rsp\n"
    "	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
    "	ret\n"
    ".endm\n"
    ".macro list name:req\n"
    "	.section .rodata.str1.1, \"aMS\", @progbits, 1\n"
    "8:	.asciz \"\\name\"\n"
    "	.section .data.rel.ro, \"aw\"\n"
    "	.quad 8b, 9b\n"
    "	.text\n"
    ".endm\n"
    ".section .data.rel.ro, \"aw\"\n"
    ".balign 8\n"
    "forms:\n"
    ".text\n"
    /* The destination in each register. */
    ".irp r, rbx,rcx,rdx,rsp,rbp,rsi,rdi,r8,r9,r10,r11,r12,r13,r14,r15\n"
    "9:	enter_form; mov %rsi, %rax; mov %rdi, %\\r; movdir64b (%rax), %\\r; leave_form\n"
    "	list \"destination in \\r\"\n"
    ".endr\n"
    "9:	enter_form; mov %rdi, %rax; movdir64b (%rsi), %rax; leave_form\n"
    "	list \"destination in rax\"\n"
    /* The source by base, with each size of displacement, and by base and index. */
    ".irp r, rax,rbx,rcx,rdx,rsp,rbp,rsi,r8,r9,r10,r11,r12,r13,r14,r15\n"
    "9:	enter_form; mov %rsi, %\\r; movdir64b (%\\r), %rdi; leave_form\n"
    "	list \"source at (\\r)\"\n"
    "9:	enter_form; lea -100(%rsi), %\\r; movdir64b 100(%\\r), %rdi; leave_form\n"
    "	list \"source at disp8(\\r)\"\n"
    "9:	enter_form; lea 70000(%rsi), %\\r; movdir64b -70000(%\\r), %rdi; leave_form\n"
    "	list \"source at disp32(\\r)\"\n"
    ".endr\n"
    ".irp r, rax,rbx,rcx,rdx,rsp,rbp,rsi,r8,r9,r11,r12,r13,r14,r15\n"
    "9:	enter_form; mov %rdi, %r10; lea -24(%rsi), %\\r; mov $3, %rdi\n"
    "	movdir64b (%\\r,%rdi,8), %r10; leave_form\n"
    "	list \"source at (\\r,rdi,8)\"\n"
    ".endr\n"
    ".irp r, rax,rbx,rcx,rdx,rbp,r8,r9,r10,r11,r12,r13,r14,r15\n"
    "9:	enter_form; sub $40, %rsi; mov $8, %\\r; movdir64b 8(%rsi,%\\r,4), %rdi; leave_form\n"
    "	list \"source at disp8(rsi,\\r,4)\"\n"
    "9:	enter_form; lea -1000(%rsi), %\\r; movdir64b 1000(,%\\r,1), %rdi; leave_form\n"
    "	list \"source at disp32(,\\r,1)\"\n"
    ".endr\n"
    /* Relative to the next instruction, bare and with a needless prefix. */
    ".irpc p, 01\n"
    "9:	enter_form; mov %rdi, %rdx; lea line(%rip), %rdi; mov $8, %rcx; rep movsq\n"
    "	.if \\p; .byte 0x3e; .endif\n"
    "	movdir64b line(%rip), %rdx; leave_form\n"
    "	list \"source relative to rip, \\p prefixes\"\n"
    ".endr\n"
    ".section .data.rel.ro, \"aw\"\n"
    "	.quad 0, 0\n"
    ".text\n");

static int nr, failed;
static sigjmp_buf trapped;
static uint8_t *page;

static void result(int ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++nr, what);
	failed |= !ok;
}

static void movdir64b(void *dst, const void *src)
{
	asm volatile("movdir64b (%0), %1" : : "r"(src), "r"(dst) : "memory");
}

static void on_signal(int sig)
{
	siglongjmp(trapped, sig);
}

/* The signal that moving @src to @dst raises, or 0. */
static int signal_of(void *dst, const void *src)
{
	int sig = sigsetjmp(trapped, 1);

	if (!sig)
		movdir64b(dst, src);
	return sig;
}

static void test_forms(void)
{
	_Alignas(LINE) uint8_t src[LINE], dst[LINE];
	const struct form *form;
	unsigned int i;

	for (form = forms; form->name; form++) {
		for (i = 0; i < LINE; i++)
			src[i] = (uint8_t)(i * 7 + (form - forms));
		memset(dst, 0, LINE);
		form->move(dst, src);
		result(!memcmp(src, dst, LINE), form->name);
	}
}

static void test_faults(void)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t src[2 * LINE] = { 1, 2, 3 };
	FILE *empty = tmpfile();
	uint8_t *beyond;

	signal(SIGSEGV, on_signal);
	signal(SIGBUS, on_signal);
	signal(SIGILL, on_signal);
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	beyond = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(empty), 0);
	result(!signal_of(page, src + 1) && page[1] == 3, "a page that was never touched, an unaligned source");
	result(signal_of(page + 8, src) == SIGILL, "an unaligned destination is refused");
	mprotect(page, size, PROT_READ);
	result(signal_of(page, src) == SIGSEGV, "a read-only destination raises SIGSEGV");
	result(signal_of(NULL, src) == SIGSEGV, "no destination raises SIGSEGV");
	result(signal_of(src, NULL) != 0, "no source raises a signal");
	result(signal_of(beyond, src) == SIGBUS, "a mapping with nothing behind it raises SIGBUS");
	mprotect(page, size, PROT_READ | PROT_WRITE);
	fclose(empty);
}

struct writer {
	pthread_barrier_t *barrier;
	uint8_t fill;
};

#define ROUNDS 500
static void *write_rounds(void *arg)
{
	const struct writer *writer = arg;
	uint8_t src[LINE];
	int i;

	memset(src, writer->fill, LINE);
	for (i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(writer->barrier);
		movdir64b(page, src);
		pthread_barrier_wait(writer->barrier);
	}
	return NULL;
}

/* After each round the line is the one writer's or the other's, never a mix. */
static void test_together(void)
{
	pthread_barrier_t barrier;
	struct writer writers[2] = { { &barrier, 0x11 }, { &barrier, 0x22 } };
	pthread_t threads[2];
	int i, mixed = 0;

	pthread_barrier_init(&barrier, NULL, 3);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, write_rounds, &writers[i]);
	for (i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		mixed += !!memcmp(page, page + 1, LINE - 1);
	}
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	result(!mixed, "two processors never mix their stores");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_forms();
	test_faults();
	test_together();
	printf("1..%d\n", nr);
	return failed;
}
