/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_STACK_H
#define RUNTIME_STACK_H

/*
 * Stacks for tasks: cut from slabs, so that mapping costs a system call in 64,
 * and kept for the next task. Below each lies a guard, where an overflow ends
 * in a fault instead of in another task's memory. From Linux 6.13 on a guard
 * needs no mapping of its own (MADV_GUARD_INSTALL), so that there can be a
 * million; before that it takes two of vm.max_map_count. For one thread.
 */
#include <stdbool.h>

#include "switch.h"

struct stack_slab;
struct task;

/* Lies at the top of the memory that it stands for. */
struct stack {
	struct fiber fiber;
	struct task *task;  /* whose it is */
	struct stack *next; /* spare */
};

/* Zeroed, there are none. */
struct stacks {
	bool grouped; /* one guard a slab, not a stack; to be set before the first */
	struct stack *spare;
	struct stack_slab *slabs;
};

/* A stack whose fiber starts in entry when it is new, and goes on where it was left when it was put
 * back. NULL: no memory. */
struct stack *stacks_take(struct stacks *stacks, void (*entry)(struct fiber *from));

/* Keep it for the next. May be the one that the caller stands on. */
void stacks_put(struct stacks *stacks, struct stack *stack);

/* Release all memory; nobody may stand on any of them. */
void stacks_close(struct stacks *stacks);

/* Whether a fault at address is an overflow of this stack. Async-signal-safe. */
bool stack_overflowed(const struct stack *stack, const void *address);

#endif
