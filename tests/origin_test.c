/* SPDX-License-Identifier: MIT */
/* The origin as its starter sees it. What its clients see is in origin_test.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../bench/origin.h"

enum { SIZE = 200000 };

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int open_fds(void)
{
	int count = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* A connection to port, or -1. */
static int dial(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The body that port gives for size bytes, into body; gives how many came. */
static size_t download(int port, char *body, size_t size)
{
	static char reply[SIZE + 1000];
	size_t count = 0;
	ssize_t n;
	int fd = dial(port);

	assert_true(fd >= 0);
	dprintf(fd, "GET /body?bytes=%zu HTTP/1.0\r\n\r\n", size);
	while ((n = read(fd, reply + count, sizeof reply - 1 - count)) > 0)
		count += n;
	close(fd);
	reply[count] = '\0';
	char *start = strstr(reply, "\r\n\r\n");
	assert_non_null(start);
	start += 4;
	count -= start - reply;
	assert_true(count <= size);
	memcpy(body, start, count);
	return count;
}

static void test_fill_is_the_same_from_any_offset(void **state)
{
	static char whole[SIZE], parts[SIZE];

	(void)state;
	origin_fill(whole, SIZE, 0);
	for (size_t at = 0, size = 1; at < SIZE; at += size, size = size * 3 % 70001) {
		if (size > SIZE - at)
			size = SIZE - at;
		origin_fill(parts + at, size, at);
	}
	assert_memory_equal(whole, parts, SIZE);
	assert_memory_not_equal(whole, whole + 65536, 65536);
}

static void test_serves_what_fill_says(void **state)
{
	static char expected[SIZE], body[SIZE];
	struct origin origin = { 0 };

	(void)state;
	assert_int_equal(origin_start(&origin), 0);
	assert_int_equal(download(origin.port, body, SIZE), SIZE);
	origin_fill(expected, SIZE, 0);
	assert_memory_equal(body, expected, SIZE);
	origin_stop(&origin);
}

static void test_is_named_and_placed(void **state)
{
	cpu_set_t cpus, actual;
	struct origin origin = { .cpus = &cpus };
	char path[64], name[32] = "";

	(void)state;
	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof actual, &actual);
	for (int cpu = 0; CPU_COUNT(&cpus) == 0; cpu++)
		if (CPU_ISSET(cpu, &actual))
			CPU_SET(cpu, &cpus);
	assert_int_equal(origin_start(&origin), 0);
	snprintf(path, sizeof path, "/proc/%d/comm", origin.pid);
	FILE *comm = fopen(path, "r");
	assert_non_null(comm);
	assert_non_null(fgets(name, sizeof name, comm));
	fclose(comm);
	assert_string_equal(name, "origin\n");
	assert_int_equal(sched_getaffinity(origin.pid, sizeof actual, &actual), 0);
	assert_true(CPU_EQUAL(&actual, &cpus));
	origin_stop(&origin);
}

static void test_counts_its_cpu_time(void **state)
{
	static char body[SIZE];
	struct origin origin = { 0 };

	(void)state;
	assert_int_equal(origin_cpu_ns(&origin), -1);
	assert_int_equal(origin_start(&origin), 0);
	int64_t before_ns = origin_cpu_ns(&origin);
	assert_true(before_ns >= 0);
	download(origin.port, body, SIZE);
	int64_t start_ms = now_ms();
	while (origin_cpu_ns(&origin) == before_ns)
		assert_true(now_ms() - start_ms < 1000);
	origin_stop(&origin);
	assert_int_equal(origin_cpu_ns(&origin), -1);
}

static void test_stop_leaves_nothing(void **state)
{
	struct origin origin = { 0 };
	int fds = open_fds();

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(origin_start(&origin), 0);
		pid_t pid = origin.pid;
		origin_stop(&origin);
		assert_int_equal(origin.pid, 0);
		assert_int_equal(kill(pid, 0), -1);
		assert_int_equal(dial(origin.port), -1);
		origin_stop(&origin);
	}
	assert_int_equal(open_fds(), fds);
}

static void test_stop_does_not_wait_for_forked_copies_of_the_control(void **state)
{
	struct origin origin = { 0 };

	(void)state;
	assert_int_equal(origin_start(&origin), 0);
	pid_t child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	int64_t start_ms = now_ms();
	origin_stop(&origin);
	assert_true(now_ms() - start_ms < 1000);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void test_stop_kills_what_does_not_answer(void **state)
{
	struct origin origin = { 0 };

	(void)state;
	assert_int_equal(origin_start(&origin), 0);
	pid_t pid = origin.pid;
	kill(pid, SIGSTOP);
	origin_stop(&origin);
	assert_int_equal(kill(pid, 0), -1);
}

static void test_ends_with_its_starter(void **state)
{
	struct origin origin = { 0 };
	int port, pipefd[2];

	(void)state;
	assert_int_equal(pipe(pipefd), 0);
	pid_t starter = fork();
	if (starter == 0) {
		int err = origin_start(&origin);
		if (!err)
			err = write(pipefd[1], &origin.port, sizeof origin.port) < 0;
		kill(getpid(), err ? SIGTERM : SIGKILL);
	}
	assert_int_equal(read(pipefd[0], &port, sizeof port), sizeof port);
	waitpid(starter, NULL, 0);
	close(pipefd[0]);
	close(pipefd[1]);
	int64_t start_ms = now_ms();
	int fd;
	while ((fd = dial(port)) >= 0) {
		close(fd);
		assert_true(now_ms() - start_ms < 2000);
	}
}

static void test_says_why_it_cannot_start(void **state)
{
	struct origin origin = { 0 };
	cpu_set_t nowhere;
	char program[4096];
	int fds = open_fds();

	(void)state;
	snprintf(program, sizeof program, "%s", getenv("CONCBENCH"));
	setenv("CONCBENCH", "/nonexistent", 1);
	assert_int_equal(origin_start(&origin), -ENOENT);
	setenv("CONCBENCH", "/bin/true", 1);
	assert_int_equal(origin_start(&origin), -EPROTO);
	setenv("CONCBENCH", program, 1);
	CPU_ZERO(&nowhere);
	origin.cpus = &nowhere;
	assert_int_equal(origin_start(&origin), -EINVAL);
	assert_int_equal(origin.pid, 0);
	assert_int_equal(open_fds(), fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill_is_the_same_from_any_offset),
		cmocka_unit_test(test_serves_what_fill_says),
		cmocka_unit_test(test_is_named_and_placed),
		cmocka_unit_test(test_counts_its_cpu_time),
		cmocka_unit_test(test_stop_leaves_nothing),
		cmocka_unit_test(test_stop_does_not_wait_for_forked_copies_of_the_control),
		cmocka_unit_test(test_stop_kills_what_does_not_answer),
		cmocka_unit_test(test_ends_with_its_starter),
		cmocka_unit_test(test_says_why_it_cannot_start),
	};

	setenv("CONCBENCH", "build/concbench", 0);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
