/* SPDX-License-Identifier: MIT */
/* bench/launch: output, limits, the end of a whole process group, and its memory. */
#include "leftovers.h"

#include <sys/mman.h>
#include <sys/prctl.h>

#include "../bench/launch.h"
#include "../models/io.h"

enum { LIMIT_S = 30, TOUCHED_MB = 50 };

static const int never_stop;

/* Run a shell script; a program that the shell starts is its child, ours is the shell. */
static void launch_script(const char *script, double time_limit_s, const volatile int *stop,
	struct launched *launched)
{
	char *const argv[] = { "sh", "-c", (char *)script, NULL };

	check_equal(launch(argv, time_limit_s, false, stop, launched), 0);
	check(launched->output != NULL);
}

/* Whether a process lives; one that is dead and not yet reaped does not. */
static bool lives(pid_t pid)
{
	char path[64], state = 'Z';

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(file);
	return state != 'Z' && state != 'X';
}

/* The pids that a script printed have ended; the kernel may need a moment for them. */
static void check_dead(const char *pids, int expected)
{
	int pid, size, count = 0;

	for (; sscanf(pids, "%d%n", &pid, &size) == 1; pids += size, count++) {
		for (int tries = 0; tries < 200 && lives(pid); tries++)
			usleep(1000);
		if (lives(pid))
			fail_case("%d still lives", pid);
	}
	check_equal(count, expected);
}

static double seconds_since(int64_t start_ns)
{
	return (io_now_ns() - start_ns) / 1e9;
}

static void output_is_read_whole(void)
{
	enum { SIZE = 1000000 };
	struct launched launched;

	launch_script(
		"head -c 1000000 /dev/zero | tr '\\0' x; echo end", 20, &never_stop, &launched);
	check_equal(launched.status, 0);
	check(!launched.timed_out && !launched.interrupted);
	check_equal(strlen(launched.output), SIZE + 4);
	check_equal(strspn(launched.output, "x"), SIZE);
	check(strcmp(launched.output + SIZE, "end\n") == 0);
	check_equal(launched.peak_memory_kib, -1); /* it was not asked for */
	free(launched.output);
}

static void no_output_is_an_empty_string(void)
{
	struct launched launched;

	launch_script("exit 0", 20, &never_stop, &launched);
	check_equal(launched.status, 0);
	check_equal(*launched.output, 0);
	free(launched.output);
}

static void status_is_as_wait_gives_it(void)
{
	struct launched launched;

	launch_script("echo before; exit 42", 20, &never_stop, &launched);
	check(WIFEXITED(launched.status));
	check_equal(WEXITSTATUS(launched.status), 42);
	check(strcmp(launched.output, "before\n") == 0);
	free(launched.output);
	launch_script("echo before; kill -SEGV $$", 20, &never_stop, &launched);
	check(WIFSIGNALED(launched.status));
	check_equal(WTERMSIG(launched.status), SIGSEGV);
	check(!launched.timed_out);
	check(strcmp(launched.output, "before\n") == 0);
	free(launched.output);
}

static void missing_program(void)
{
	char *const argv[] = { "/no/such/program", NULL };
	struct launched launched;

	check_equal(launch(argv, 10, false, &never_stop, &launched), 0);
	check_equal(WEXITSTATUS(launched.status), 127);
	free(launched.output);
}

/* Of its own group, with SIGPIPE as programs expect it. */
static void child_has_its_own_group(void)
{
	struct launched launched;
	int pid, group;

	signal(SIGPIPE, SIG_IGN);
	launch_script("echo $$ $(cut -d' ' -f5 /proc/$$/stat); kill -PIPE $$; exit 1", 20,
		&never_stop, &launched);
	check_equal(sscanf(launched.output, "%d %d", &pid, &group), 2);
	check_equal(group, pid);
	check(group != getpgrp());
	check(WIFSIGNALED(launched.status));
	check_equal(WTERMSIG(launched.status), SIGPIPE);
	free(launched.output);
}

/* Children and grandchildren, one of them deaf to all that can be ignored. */
static const char family[] = "sleep 100 & echo $!; (sleep 100 & echo $!; wait) & echo $!; "
			     "(trap '' TERM INT HUP; sleep 100 <&- & echo $!); ";

static void limit_ends_the_whole_group(void)
{
	struct launched launched;
	char script[512];
	int64_t start_ns = io_now_ns();

	snprintf(script, sizeof script, "%s wait", family);
	launch_script(script, 0.5, &never_stop, &launched);
	double took_s = seconds_since(start_ns);
	check(launched.timed_out && !launched.interrupted);
	check(took_s >= 0.5 && took_s < 1.5);
	check(WIFSIGNALED(launched.status));
	check_equal(WTERMSIG(launched.status), SIGKILL);
	check_dead(launched.output, 4);
	free(launched.output);
}

static volatile int stop_now;

static void set_stop(int signal_number)
{
	(void)signal_number;
	stop_now = 1;
}

/* Set *stop in 0.2 s, by a signal as Ctrl-C does. */
static void stop_soon(void)
{
	pid_t parent = getpid();

	stop_now = 0;
	signal(SIGUSR1, set_stop);
	pid_t pid = fork();
	if (pid == 0) {
		usleep(200000);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	check(pid > 0);
}

static void stops(const char *begin, const char *end, int pids)
{
	struct launched launched;
	char script[512];
	int64_t start_ns = io_now_ns();

	stop_soon();
	snprintf(script, sizeof script, "%s %s", begin, end);
	launch_script(script, 20, &stop_now, &launched);
	double took_s = seconds_since(start_ns);
	if (took_s < 0.2 || took_s > 0.5)
		fail_case("stopped after %g s", took_s);
	check(launched.interrupted && !launched.timed_out);
	check_dead(launched.output, pids);
	free(launched.output);
	check(wait(NULL) > 0); /* who sent the signal */
}

static void stop_ends_the_whole_group(void)
{
	stops(family, "wait", 4);
}

static void stop_ends_one_that_closed_its_stdout(void)
{
	stops("echo $$; exec >&-;", "sleep 100", 1);
}

static void stop_ends_one_that_writes_all_the_time(void)
{
	stops(family, "while :; do echo; done", 4);
}

static void limit_ends_one_that_closed_its_stdout(void)
{
	struct launched launched;
	int64_t start_ns = io_now_ns();

	launch_script("echo $$; exec >&-; sleep 100", 0.5, &never_stop, &launched);
	double took_s = seconds_since(start_ns);
	check(launched.timed_out);
	check(took_s >= 0.5 && took_s < 1.5);
	check_dead(launched.output, 1);
	free(launched.output);
}

/* It has ended when its first process has: what that left behind is ended, not waited for. */
static void stragglers_are_not_waited_for(void)
{
	struct launched launched;
	int64_t start_ns = io_now_ns();

	launch_script("sleep 100 & echo $!; exit 3", 20, &never_stop, &launched);
	check(seconds_since(start_ns) < 2);
	check(!launched.timed_out);
	check_equal(WEXITSTATUS(launched.status), 3);
	check_dead(launched.output, 1);
	free(launched.output);
}

/* Nor are they left behind where nobody could see them. */
static void silent_stragglers_are_ended(void)
{
	struct launched launched;

	launch_script("sleep 100 >/dev/null & echo $!", 20, &never_stop, &launched);
	check_equal(launched.status, 0);
	check_dead(launched.output, 1);
	free(launched.output);
}

/* A page each; the sanitizers' own memory for these accesses would be measured too. */
__attribute__((no_sanitize("thread", "address"))) static void touch(
	volatile char *memory, size_t size_mb)
{
	for (size_t at = 0; at < size_mb << 20; at += 4096)
		memory[at] = 1;
}

/* This program once more: touch so much memory, and have it shared by so many children. */
static int be_large(int children)
{
	char *memory = mmap(NULL, (size_t)TOUCHED_MB << 20, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	touch(memory, TOUCHED_MB);
	for (int i = 0; i < children; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			sleep(100);
			_exit(0);
		}
	usleep(800000); /* where reading it is slow, it is read rarely */
	return 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { OWN_MB = 90 }; /* of the sanitizer's */
#else
enum { OWN_MB = 20 };
#endif

static long launch_large(char *children)
{
	char *const argv[] = { "/proc/self/exe", "large", children, NULL };
	struct launched launched;

	check_equal(launch(argv, 20, true, &never_stop, &launched), 0);
	check_equal(launched.status, 0);
	free(launched.output);
	return launched.peak_memory_kib;
}

static void check_megabytes(long kib, long least_mb)
{
	if (kib < least_mb << 10 || kib > (TOUCHED_MB + OWN_MB) << 10)
		fail_case("%ld KiB", kib);
}

static void memory_is_what_was_touched(void)
{
	check_megabytes(launch_large("0"), TOUCHED_MB);
}

/* The processes are read one after the other, on a busy machine while they are still forked. */
static void shared_memory_counts_once(void)
{
	check_megabytes(launch_large("4"), TOUCHED_MB * 3 / 4);
}

/*
 * Of more children than are read the rest is reckoned from those that were, and
 * on a busy machine they are still being forked meanwhile: it is of that order.
 */
static void shared_memory_of_many_children(void)
{
	long kib = launch_large("40");

	if (kib < TOUCHED_MB << 9 || kib > (4 * TOUCHED_MB + OWN_MB) << 10)
		fail_case("%ld KiB", kib);
}

enum { CROWD = 40, CROWD_MB = 1 };

/* Touch its memory once asked to, and live until it is killed. */
static _Noreturn void be_one_of_crowd(int asked, int told)
{
	char byte,
		*memory = mmap(NULL, CROWD_MB << 20, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (memory == MAP_FAILED || read(asked, &byte, 1) != 1)
		_exit(1);
	touch(memory, CROWD_MB);
	if (write(told, &byte, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Each of a crowd touches so much; they are more than are read, and none may be left out. */
static void memory_of_a_crowd(void)
{
	const long all_kib = CROWD * CROWD_MB << 10;
	pid_t crowd[CROWD];
	int ask[2], tell[2];
	char byte = 0;

	check_equal(pipe(ask), 0);
	check_equal(pipe(tell), 0);
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = fork();
		check(crowd[i] >= 0);
		if (crowd[i] == 0)
			be_one_of_crowd(ask[0], tell[1]);
	}
	long before_kib = memory_kib(getpid());
	for (int i = 0; i < CROWD; i++) {
		check_equal(write(ask[1], &byte, 1), 1);
		check_equal(read(tell[0], &byte, 1), 1);
	}
	long touched_kib = memory_kib(getpid()) - before_kib;
	if (before_kib < 0 || labs(touched_kib - all_kib) > all_kib / 10)
		fail_case("%ld KiB of %ld", touched_kib, all_kib);
	for (int i = 0; i < CROWD; i++) {
		kill(crowd[i], SIGKILL);
		check_equal(waitpid(crowd[i], NULL, 0), crowd[i]);
	}
	for (int end = 0; end < 2; end++) {
		close(ask[end]);
		close(tell[end]);
	}
}

static void memory_of_nobody(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	check(pid > 0);
	check_equal(waitpid(pid, NULL, 0), pid);
	check_equal(memory_kib(pid), -1);
	long all_kib = memory_kib(getpid()), own_kib = memory_of_its_own_kib(getpid());
	check(own_kib > 0);
	check(own_kib < all_kib);
}

struct launch_case {
	const char *name;
	void (*fn)(void);
};

/* Grandchildren come to us when their parent dies, so that they can be seen to end. */
static void run_case(const void *arg)
{
	const struct launch_case *test = arg;
	struct holdings before;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	holdings_take(&before);
	test->fn();
	for (int tries = 0; tries < 1000 && waitpid(-1, NULL, WNOHANG) >= 0; tries++)
		usleep(1000);
	holdings_check(&before);
}

static void launch_case(void **state)
{
	child_must_pass(LIMIT_S, run_case, *state);
}

/* clang-format off */
#define LAUNCH_TEST(fn) { #fn, launch_case, NULL, NULL, &(struct launch_case){ #fn, fn } }
/* clang-format on */

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAUNCH_TEST(output_is_read_whole),
		LAUNCH_TEST(no_output_is_an_empty_string),
		LAUNCH_TEST(status_is_as_wait_gives_it),
		LAUNCH_TEST(missing_program),
		LAUNCH_TEST(child_has_its_own_group),
		LAUNCH_TEST(limit_ends_the_whole_group),
		LAUNCH_TEST(limit_ends_one_that_closed_its_stdout),
		LAUNCH_TEST(stop_ends_the_whole_group),
		LAUNCH_TEST(stop_ends_one_that_closed_its_stdout),
		LAUNCH_TEST(stop_ends_one_that_writes_all_the_time),
		LAUNCH_TEST(stragglers_are_not_waited_for),
		LAUNCH_TEST(silent_stragglers_are_ended),
		LAUNCH_TEST(memory_is_what_was_touched),
		LAUNCH_TEST(shared_memory_counts_once),
		LAUNCH_TEST(shared_memory_of_many_children),
		LAUNCH_TEST(memory_of_a_crowd),
		LAUNCH_TEST(memory_of_nobody),
	};

	if (argc == 3 && strcmp(argv[1], "large") == 0)
		return be_large(atoi(argv[2]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
