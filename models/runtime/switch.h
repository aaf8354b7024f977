/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_SWITCH_H
#define RUNTIME_SWITCH_H

/*
 * Switching stacks: boost.context's fcontext, which saves the callee-saved
 * registers and swaps the stack pointer in user space (ucontext does the same
 * with a system call for the signal mask). Where a sanitizer is built in it is
 * told of each switch, for it keeps books of every stack.
 */
#include <stdbool.h>
#include <stddef.h>

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

/* boost/context/detail/fcontext.hpp, which only C++ can include. */
struct transfer_t {
	void *fctx;
	void *data;
};
struct transfer_t jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*entry)(struct transfer_t));

/*
 * jump_fcontext answers its call with a jump, not a return. The processor, which
 * predicts returns from a stack of calls, would then mispredict the next return
 * of every function that switched, at twice the cost of the switch itself. So
 * it is entered by a jump as well: its return address is pushed by hand, below
 * the red zone.
 */
static inline struct transfer_t fiber_raw_jump(void *to, void *data)
{
#ifdef __x86_64__
	struct transfer_t from;

	__asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "jmp jump_fcontext\n"
			 "1:\n\t"
			 "leaq 128(%%rsp), %%rsp"
			 : "=a"(from.fctx), "=d"(from.data), "+D"(to), "+S"(data)
			 :
			 : "rcx", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2",
			 "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
			 "xmm12", "xmm13", "xmm14", "xmm15");
	return from;
#else
	return jump_fcontext(to, data);
#endif
}

/* One stack and where it was left. Zeroed, it stands for the stack one is on. */
struct fiber {
	void *context;
	const void *bottom; /* lowest address and size, for the sanitizers */
	size_t size;
	void *sanitizer; /* address: the fake stack; thread: its own fiber */
};

/* To be called first on arriving in self, from another fiber. */
static inline void fiber_arrived(struct fiber *self, struct transfer_t from)
{
	struct fiber *other = from.data;

	other->context = from.fctx;
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_finish_switch_fiber(self->sanitizer, &other->bottom, &other->size);
#else
	(void)self;
#endif
}

static inline struct transfer_t fiber_jump(struct fiber *from, struct fiber *to)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_start_switch_fiber(&from->sanitizer, to->bottom, to->size);
#elif defined(__SANITIZE_THREAD__)
	if (!from->sanitizer)
		from->sanitizer = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(to->sanitizer, 0);
#endif
	return fiber_raw_jump(to->context, from);
}

/* Leave from and go on in to; returns when somebody goes on in from. */
static inline void fiber_switch(struct fiber *from, struct fiber *to)
{
	fiber_arrived(from, fiber_jump(from, to));
}

/* Make fiber start in entry on a stack, whose first act must be fiber_arrived. */
static inline void fiber_make(
	struct fiber *fiber, void *bottom, size_t size, void (*entry)(struct transfer_t))
{
	fiber->bottom = bottom;
	fiber->size = size;
	fiber->context = make_fcontext((char *)bottom + size, size, entry);
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
