/* SPDX-License-Identifier: MIT */
/*
 * A fault in a stack's guard is told as what it is, on a stack of its own as
 * there is no room left on the task's. The sanitizers and programs that have a
 * handler of their own keep theirs.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scheduler.h"

enum { HANDLER_STACK_BYTES = 16 * 1024 };

struct overflow {
	stack_t before;
	char stack[HANDLER_STACK_BYTES];
};

static void put(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
	const struct task *task = task_current();
	struct sigaction fatal = { .sa_handler = SIG_DFL };

	(void)context;
	if (task && task->stack && stack_overflowed(task->stack, info->si_addr)) {
		put("task '");
		put(task_name(task));
		put("' overflowed its stack\n");
	}
	sigaction(signal_number, &fatal, NULL);
	if (info->si_code <= 0)
		raise(signal_number); /* somebody sent it: what faults does so again, this not */
}

struct overflow *overflow_watch(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	struct sigaction before;
	struct overflow *overflow = malloc(sizeof *overflow);
	stack_t own = { .ss_size = HANDLER_STACK_BYTES };

	if (!overflow)
		return NULL;
	own.ss_sp = overflow->stack;
	sigaction(SIGSEGV, NULL, &before);
	sigaltstack(NULL, &overflow->before);
	bool is_ours = before.sa_sigaction == on_fault;
	bool is_theirs = before.sa_handler != SIG_DFL && !is_ours;
	if (is_theirs || !(overflow->before.ss_flags & SS_DISABLE)) {
		free(overflow);
		return NULL;
	}
	sigaltstack(&own, NULL);
	if (!is_ours)
		sigaction(SIGSEGV, &action, NULL);
	return overflow;
}

/* The handler stays for other threads' schedulers: without one it only dies as before. */
void overflow_unwatch(struct overflow *overflow)
{
	if (!overflow)
		return;
	sigaltstack(&overflow->before, NULL);
	free(overflow);
}
