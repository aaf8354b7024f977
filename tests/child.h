/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

/*
 * A test case in a process of its own, with a time limit: one that crashes or
 * hangs costs itself only, and starts with nothing that another left behind.
 * What a case checks it checks with the macros below, which work on any stack
 * and in any thread: cmocka's jump back to where the test began.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A run and its processes take many times as long under a sanitizer. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Where a child says what is wrong. */
static int child_report = STDERR_FILENO;

__attribute__((format(printf, 3, 4))) static inline _Noreturn void child_fail(
	const char *file, int line, const char *format, ...)
{
	char text[2048];
	int size = snprintf(text, sizeof text, "%s:%d: ", file, line);
	va_list args;

	va_start(args, format);
	vsnprintf(text + size, sizeof text - size, format, args);
	va_end(args);
	if (write(child_report, text, strlen(text)) < 0)
		_exit(2);
	_exit(1);
}

static inline void check_numbers(
	long long actual, long long expected, const char *what, const char *file, int line)
{
	if (actual != expected)
		child_fail(file, line, "%s is %lld, not %lld", what, actual, expected);
}

#define fail_case(...) child_fail(__FILE__, __LINE__, __VA_ARGS__)
#define check(condition) ((condition) ? (void)0 : fail_case("%s", #condition))
#define check_equal(actual, expected) \
	check_numbers((actual), (expected), #actual, __FILE__, __LINE__)

/* How a child ended. */
struct child {
	pid_t pid;
	int report; /* the pipe that it says so on */
	int status;
	char text[2048]; /* what it said */
};

/* Wait for its end. Its group goes with it, and with that whatever else could hold the pipe open.
 */
static inline void child_reap(struct child *child)
{
	size_t size = 0;
	ssize_t n;

	while (waitpid(child->pid, &child->status, 0) < 0)
		assert_int_equal(errno, EINTR);
	kill(-child->pid, SIGKILL);
	fcntl(child->report, F_SETFL, O_NONBLOCK);
	while ((n = read(child->report, child->text + size, sizeof child->text - 1 - size)) > 0)
		size += n;
	child->text[size] = '\0';
	close(child->report);
}

/* cmocka's handlers would jump back into the parent's list of tests, and run it again here. */
static inline void child_reset_signals(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS };

	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		signal(crashes[i], SIG_DFL);
}

/* Start fn(arg) in a child, which ends by exit so that a sanitizer looks for leaks. */
static inline void child_start(
	unsigned limit_s, void (*fn)(const void *arg), const void *arg, struct child *child)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fflush(NULL);
	child->pid = fork();
	assert_true(child->pid >= 0);
	if (child->pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG,
			SIGKILL); /* who ends this program does not reach that group */
		close(ends[0]);
		child_report = ends[1];
		child_reset_signals();
		alarm(limit_s);
		fn(arg);
		exit(0);
	}
	setpgid(child->pid, child->pid);
	close(ends[1]);
	child->report = ends[0];
}

/* Run fn(arg) in a child to its end. */
static inline void child_run(
	unsigned limit_s, void (*fn)(const void *arg), const void *arg, struct child *child)
{
	child_start(limit_s, fn, arg, child);
	child_reap(child);
}

/* Fail this test with the child's words unless all went well; what, for a person, says which. */
static inline void child_judge(const struct child *child, const char *what)
{
	if (WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGALRM)
		fail_msg("%snot done in time %s", what, child->text);
	if (WIFSIGNALED(child->status))
		fail_msg("%skilled by signal %d %s", what, WTERMSIG(child->status), child->text);
	if (child->status != 0)
		fail_msg("%sexit status %d: %s", what, WEXITSTATUS(child->status), child->text);
}

/* Run fn(arg) in a child, and fail this test unless all went well. */
static inline void child_must_pass(unsigned limit_s, void (*fn)(const void *arg), const void *arg)
{
	struct child child;

	child_run(limit_s, fn, arg, &child);
	child_judge(&child, "");
}

#endif
