/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_SWITCH_H
#define RUNTIME_SWITCH_H

/*
 * Switching stacks in user space. On x86-64 that is a dozen instructions here;
 * elsewhere boost.context's fcontext, which also saves the floating-point
 * control words, at more than the cost of all the rest (ucontext makes a system
 * call for the signal mask as well). A task that changes the rounding mode
 * therefore changes it for all. Where a sanitizer is built in it is told of
 * each switch, for it keeps books of every stack.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __x86_64__
#define FIBER_OWN_SWITCH 1
#endif

/* clang says by a feature what gcc says by a macro. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#elif __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

/* One stack and where it was left. Zeroed, it stands for the stack one is on. */
struct fiber {
	void *context;      /* first: the switch below stores through the fiber's own address */
	const void *bottom; /* lowest address and size, for the sanitizers */
	size_t size;
	void *sanitizer; /* address: the fake stack; thread: its own fiber */
#ifndef FIBER_OWN_SWITCH
	void (*entry)(struct fiber *from);
#endif
};

#ifdef FIBER_OWN_SWITCH

/*
 * Leave from, go on in to; returns, in from, whom one came back from. Nothing
 * is saved but where to go on: every register is said to be lost, so that the
 * compiler saves those that it uses. There is no call that a return would have
 * to answer, as the processor, which predicts returns from a stack of calls,
 * would then mispredict the returns of every function that switched.
 */
static inline struct fiber *fiber_jump(struct fiber *from, struct fiber *to)
{
	void *context = to->context;

	__asm__ volatile(
		"leaq -128(%%rsp), %%rsp\n\t" /* the red zone */
		"pushq %%rbp\n\t"
		"leaq 1f(%%rip), %%rax\n\t"
		"pushq %%rax\n\t"
		"movq %%rsp, (%0)\n\t"
		"movq %1, %%rsp\n\t"
		"popq %%rax\n\t"
		"jmpq *%%rax\n"
		"1:\n\t"
		"popq %%rbp\n\t"
		"leaq 128(%%rsp), %%rsp"
		: "+D"(from), "+S"(context)
		:
		: "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
		"memory", "cc", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)",
		"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
		"xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
#ifdef __AVX512F__
		,
		"xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24",
		"xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2",
		"k3", "k4", "k5", "k6", "k7"
#endif
	);
	return from;
}

/* What a jump finds there: entry, and above it the return address that it never uses. */
static inline void *fiber_context(struct fiber *fiber, void (*entry)(struct fiber *from))
{
	uintptr_t top = (uintptr_t)fiber->bottom + fiber->size;
	void **context = (void **)(top & ~(uintptr_t)15);

	*--context = NULL;
	*--context = (void *)entry;
	return context;
}

#else

/* boost/context/detail/fcontext.hpp, which only C++ can include. */
struct transfer_t {
	void *fctx;
	void *data;
};
struct transfer_t jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*entry)(struct transfer_t));

struct fiber_jump {
	struct fiber *from, *to;
};

static inline struct fiber *fiber_jump(struct fiber *from, struct fiber *to)
{
	struct fiber_jump jump = { from, to };
	struct transfer_t back = jump_fcontext(to->context, &jump);
	struct fiber *came = ((struct fiber_jump *)back.data)->from;

	came->context = back.fctx;
	return came;
}

static inline void fiber_begin(struct transfer_t first)
{
	struct fiber_jump *jump = first.data;

	jump->from->context = first.fctx;
	jump->to->entry(jump->from);
}

static inline void *fiber_context(struct fiber *fiber, void (*entry)(struct fiber *from))
{
	fiber->entry = entry;
	return make_fcontext((char *)fiber->bottom + fiber->size, fiber->size, fiber_begin);
}

#endif

/* To be called first on arriving in self, from another fiber. */
static inline void fiber_arrived(struct fiber *self, struct fiber *from)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_finish_switch_fiber(self->sanitizer, &from->bottom, &from->size);
#else
	(void)self, (void)from;
#endif
}

/* Leave from and go on in to; returns when somebody goes on in from. */
static inline void fiber_switch(struct fiber *from, struct fiber *to)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_start_switch_fiber(&from->sanitizer, to->bottom, to->size);
#elif defined(__SANITIZE_THREAD__)
	if (!from->sanitizer)
		from->sanitizer = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->sanitizer, 0);
#endif
	fiber_arrived(from, fiber_jump(from, to));
}

/* Make fiber start in entry, which must not return, on a stack. Its first act must be
 * fiber_arrived. */
static inline void fiber_make(
	struct fiber *fiber, void *bottom, size_t size, void (*entry)(struct fiber *from))
{
	fiber->bottom = bottom;
	fiber->size = size;
	fiber->context = fiber_context(fiber, entry);
#ifdef __SANITIZE_THREAD__
	fiber->sanitizer = __tsan_create_fiber(0);
#else
	fiber->sanitizer = NULL;
#endif
}

/* Release what the sanitizer holds of a fiber that nobody will go on in. */
static inline void fiber_unmake(struct fiber *fiber)
{
#ifdef __SANITIZE_THREAD__
	__tsan_destroy_fiber(fiber->sanitizer);
#else
	(void)fiber;
#endif
}

#endif
