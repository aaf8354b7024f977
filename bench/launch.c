/* SPDX-License-Identifier: MIT */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../models/io.h"

enum {
	FIRST_SAMPLE_MS = 5,
	SAMPLE_MS = 20,
	STOP_MS = 100,     /* *stop is looked at so often at least */
	SAMPLE_SHARE = 50, /* of the time, one part in so many goes into sampling at most */
};

/* A growing string. */
struct text {
	char *data;
	size_t size, capacity;
};

/* Read what fd has; false at its end. */
static bool read_some(int fd, struct text *text)
{
	if (text->size + 1 >= text->capacity) {
		size_t capacity = text->capacity ? 2 * text->capacity : 4096;
		char *data = realloc(text->data, capacity);
		if (!data)
			return false;
		text->data = data;
		text->capacity = capacity;
	}
	ssize_t n = read(fd, text->data + text->size, text->capacity - text->size - 1);
	if (n > 0)
		text->size += n;
	text->data[text->size] = '\0';
	return n > 0 || (n < 0 && errno == EINTR);
}

static pid_t start(char *const argv[], int *out)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		dup2(ends[1], STDOUT_FILENO);
		close(STDIN_FILENO); /* what one launch reads, the next would lack */
		open("/dev/null", O_RDONLY);
		signal(SIGPIPE, SIG_DFL);
		execvp(argv[0], argv);
		_exit(127);
	}
	int err = -errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return err;
	}
	setpgid(pid, pid); /* the child does the same; whoever is first */
	*out = ends[0];
	return pid;
}

/* When memory is read next, and what was the most. */
struct sampler {
	int64_t next_ns;
	long peak_kib;
};

static void sample(struct sampler *sampler, pid_t pid)
{
	int64_t before_ns = io_now_ns();

	if (before_ns < sampler->next_ns)
		return;
	long kib = memory_kib(pid);
	if (kib > sampler->peak_kib)
		sampler->peak_kib = kib;
	int64_t after_ns = io_now_ns();
	int64_t pause_ns = (after_ns - before_ns) * SAMPLE_SHARE;
	if (pause_ns < SAMPLE_MS * 1000000LL)
		pause_ns = SAMPLE_MS * 1000000LL;
	sampler->next_ns = after_ns + pause_ns;
}

/* How long to sleep for that; no longer than *stop may go unseen. */
static int ms_until(int64_t when_ns)
{
	int64_t left_ns = when_ns - io_now_ns();

	if (left_ns > STOP_MS * 1000000LL)
		return STOP_MS;
	return left_ns <= 0 ? 0 : (int)((left_ns + 999999) / 1000000);
}

/* Whether it is to be killed, and why. */
static bool over(int64_t limit_ns, const volatile int *stop, struct launched *result)
{
	result->timed_out = io_now_ns() >= limit_ns;
	result->interrupted = *stop;
	return result->timed_out || result->interrupted;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/*
 * Until it closes its stdout, the limit, or the stop. What it left behind when
 * it ended might hold that open for ever, and goes at once.
 */
static void watch(pid_t pid, int out, int64_t limit_ns, bool sample_memory,
	const volatile int *stop, struct text *text, struct launched *result)
{
	struct sampler sampler = { .next_ns = io_now_ns() + FIRST_SAMPLE_MS * 1000000LL,
		.peak_kib = -1 };
	struct pollfd watched = { .fd = out, .events = POLLIN };
	bool open = true;

	while (open && !over(limit_ns, stop, result)) {
		int64_t until_ns = sample_memory && sampler.next_ns < limit_ns ? sampler.next_ns
									       : limit_ns;
		int n = poll(&watched, 1, ms_until(until_ns));
		if (n > 0)
			open = read_some(out, text);
		if (sample_memory)
			sample(&sampler, pid);
		if (has_ended(pid))
			kill(-pid, SIGKILL);
	}
	result->peak_memory_kib = sampler.peak_kib;
}

/* Wait for pid, which has closed its stdout and so should be ending, and end what it left behind.
 */
static void reap(pid_t pid, int64_t limit_ns, const volatile int *stop, struct launched *result)
{
	bool killed = result->timed_out || result->interrupted;

	while (!has_ended(pid)) {
		if (!killed && (killed = over(limit_ns, stop, result)))
			kill(-pid, SIGKILL);
		usleep(200);
	}
	kill(-pid, SIGKILL); /* before wait4 lets go of the number */
	wait4(pid, &result->status, 0, &result->usage);
}

int launch(char *const argv[], double time_limit_s, bool sample_memory, const volatile int *stop,
	struct launched *result)
{
	struct text text = { 0 };
	int out = -1;

	*result = (struct launched){ .peak_memory_kib = -1 };
	pid_t pid = start(argv, &out);
	if (pid < 0)
		return pid;
	int64_t limit_ns = io_now_ns() + (int64_t)(time_limit_s * 1e9);
	watch(pid, out, limit_ns, sample_memory, stop, &text, result);
	if (result->timed_out || result->interrupted)
		kill(-pid, SIGKILL);
	reap(pid, limit_ns, stop, result);
	close(out);
	result->output = text.data ? text.data : calloc(1, 1);
	return result->output ? 0 : -ENOMEM;
}
