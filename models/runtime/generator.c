/* SPDX-License-Identifier: MIT */
#include "generator.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "scheduler.h"

enum generator_state { GENERATOR_NEW, GENERATOR_SUSPENDED, GENERATOR_RUNNING, GENERATOR_ENDED };

/*
 * While a task runs in a generator, its stack is the generator's: so wherever
 * the body waits, that is what the scheduler leaves and goes back to.
 */
struct generator {
	struct stack *stack, *asker; /* its own, and the one to go back to */
	generator_fn *fn;
	void *arg;
	uint64_t value;
	int64_t result; /* of the body */
	enum generator_state state;
	bool closing; /* no value will be asked for any more */
};

/* What a stack does: one body after the other. */
static void on_stack(struct fiber *from)
{
	struct stack *stack = scheduler->current->stack;

	fiber_arrived(&stack->fiber, from);
	for (;;) {
		struct generator *self = scheduler->generator;
		self->result = self->fn(self, self->arg);
		self->state = GENERATOR_ENDED;
		fiber_switch(&stack->fiber, &self->asker->fiber);
	}
}

int generator_open(struct generator **generator, generator_fn *fn, void *arg)
{
	struct generator *new = malloc(sizeof *new);

	if (!new)
		return -ENOMEM;
	*new = (struct generator){ .fn = fn, .arg = arg };
	new->stack = stacks_take(&scheduler->generator_stacks, on_stack);
	if (!new->stack) {
		free(new);
		return -ENOMEM;
	}
	*generator = new;
	return 0;
}

static void go_on(struct generator *generator)
{
	struct task *self = scheduler->current;

	if (generator->state == GENERATOR_NEW)
		scheduler->generator = generator;
	generator->state = GENERATOR_RUNNING;
	generator->asker = self->stack;
	self->stack = generator->stack;
	fiber_switch(&generator->asker->fiber, &generator->stack->fiber);
	self->stack = generator->asker;
}

int generator_emit(struct generator *generator, uint64_t value)
{
	if (scheduler->current->stack != generator->stack)
		return -EPERM;
	if (generator->closing)
		return -ECANCELED;
	generator->value = value;
	generator->state = GENERATOR_SUSPENDED;
	fiber_switch(&generator->stack->fiber, &generator->asker->fiber);
	return generator->closing ? -ECANCELED : 0;
}

int generator_next(struct generator *generator, uint64_t *value)
{
	if (generator->state == GENERATOR_RUNNING)
		return -EBUSY;
	if (generator->state != GENERATOR_ENDED)
		go_on(generator);
	if (generator->state == GENERATOR_ENDED)
		return generator->result < 0 ? (int)generator->result : 0;
	*value = generator->value;
	return 1;
}

void generator_close(struct generator *generator)
{
	generator->closing = true;
	if (generator->state == GENERATOR_SUSPENDED)
		go_on(generator);
	stacks_put(&scheduler->generator_stacks, generator->stack);
	free(generator);
}
