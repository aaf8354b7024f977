/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifdef __has_include
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(low, high) 0U
#define VALGRIND_STACK_DEREGISTER(id) (void)(id)
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#ifdef __SANITIZE_ADDRESS__
enum { STACK_BYTES = 256 * 1024 }; /* its red zones take room */
#else
enum { STACK_BYTES = 64 * 1024 };
#endif
#ifdef __x86_64__
enum { GUARD_BYTES = 16 * 1024 }; /* as much as a frame that leaps over its first bytes may have */
#else
enum { GUARD_BYTES = 64 * 1024 }; /* a page may be as large */
#endif
enum {
	SEAT_BYTES = GUARD_BYTES + STACK_BYTES,
	SLAB_STACKS = 64,
	SLAB_BYTES = SLAB_STACKS * SEAT_BYTES,
};

struct stack_slab {
	struct stack_slab *next;
	char *low;
	unsigned used;
	unsigned valgrind[SLAB_STACKS]; /* its numbers of the stacks */
};

static char *bottom_of(const struct stack *stack)
{
	return (char *)(stack + 1) - STACK_BYTES;
}

bool stack_overflowed(const struct stack *stack, const void *address)
{
	const char *bottom = bottom_of(stack), *at = address;

	return at >= bottom - GUARD_BYTES && at < bottom;
}

static int guard(char *low)
{
	if (madvise(low, GUARD_BYTES, MADV_GUARD_INSTALL) == 0)
		return 0;
	return mprotect(low, GUARD_BYTES, PROT_NONE) ? -errno : 0;
}

/* Huge pages would make every stack take 2 MiB at its first touch. */
static struct stack_slab *new_slab(void)
{
	struct stack_slab *slab = calloc(1, sizeof *slab);

	if (!slab)
		return NULL;
	slab->low = mmap(NULL, SLAB_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (slab->low == MAP_FAILED) {
		free(slab);
		return NULL;
	}
	madvise(slab->low, SLAB_BYTES, MADV_NOHUGEPAGE);
	return slab;
}

static struct stack *new_stack(struct stacks *stacks, void (*entry)(struct fiber *from))
{
	struct stack_slab *slab = stacks->slabs;

	if (!slab || slab->used == SLAB_STACKS) {
		slab = new_slab();
		if (!slab)
			return NULL;
		slab->next = stacks->slabs;
		stacks->slabs = slab;
	}
	char *low = slab->low + (size_t)slab->used * SEAT_BYTES;
	if ((!stacks->grouped || slab->used == 0) && guard(low) != 0)
		return NULL;
	struct stack *stack = (struct stack *)(low + SEAT_BYTES) - 1;
	fiber_make(&stack->fiber, low + GUARD_BYTES, (char *)stack - low - GUARD_BYTES, entry);
	slab->valgrind[slab->used++] = VALGRIND_STACK_REGISTER(low + GUARD_BYTES, stack);
	return stack;
}

struct stack *stacks_take(struct stacks *stacks, void (*entry)(struct fiber *from))
{
	struct stack *stack = stacks->spare;

	if (!stack)
		return new_stack(stacks, entry);
	stacks->spare = stack->next;
	return stack;
}

void stacks_put(struct stacks *stacks, struct stack *stack)
{
	stack->next = stacks->spare;
	stacks->spare = stack;
}

void stacks_close(struct stacks *stacks)
{
	while (stacks->slabs) {
		struct stack_slab *slab = stacks->slabs;
		stacks->slabs = slab->next;
		for (unsigned i = 0; i < slab->used; i++) {
			char *high = slab->low + (i + 1) * (size_t)SEAT_BYTES;
			fiber_unmake(&((struct stack *)high - 1)->fiber);
			VALGRIND_STACK_DEREGISTER(slab->valgrind[i]);
		}
		munmap(slab->low, SLAB_BYTES);
		free(slab);
	}
	stacks->spare = NULL;
}
