/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "../models/io.h"
#include "cpus.h"
#include "doctor/doctor.h"
#include "workdir.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* What follows key, and any ": \t\"", on the first line of path that begins with it. NULL if none.
 */
static char *value_in(const char *path, const char *key)
{
	char line[512];
	char *value = NULL;
	FILE *file = fopen(path, "re");

	if (!file)
		return NULL;
	while (!value && fgets(line, sizeof line, file)) {
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		char *start = line + strlen(key) + strspn(line + strlen(key), ":= \t\"");
		start[strcspn(start, "\"\n")] = '\0';
		value = strdup(start);
	}
	fclose(file);
	return value;
}

/* A string that is to be freed, or null, as JSON. */
static json_t *taken(char *text)
{
	json_t *json = text ? json_string(text) : json_null();

	free(text);
	return json ? json : json_null();
}

static json_t *number_in(const char *path)
{
	char *text = value_in(path, "");
	json_t *json = text ? json_integer(atoll(text)) : json_null();

	free(text);
	return json;
}

char *first_line_of(char *const argv[])
{
	char line[256] = "";
	int ends[2];

	if (pipe(ends) != 0)
		return NULL;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	FILE *file = fdopen(ends[0], "r");
	bool got = file && fgets(line, sizeof line, file);
	if (file)
		fclose(file);
	else
		close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	line[strcspn(line, "\n")] = '\0';
	return got ? strdup(line) : NULL;
}

static json_t *limits(void)
{
	struct rlimit files, processes;

	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_NPROC, &processes);
	return json_pack("{s:I, s:o, s:o, s:o}", "open_files", (json_int_t)files.rlim_max,
		"processes",
		processes.rlim_max == RLIM_INFINITY ? json_null()
						    : json_integer(processes.rlim_max),
		"max_map_count", number_in("/proc/sys/vm/max_map_count"), "somaxconn",
		number_in("/proc/sys/net/core/somaxconn"));
}

/* What reading the clock costs, in ns: the least of some rounds. */
static double clock_overhead_ns(void)
{
	enum { ROUNDS = 20, READS = 1000 };
	double least_ns = 1e9;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t before_ns = io_now_ns();
		for (int i = 0; i < READS; i++)
			io_now_ns();
		double each_ns = (double)(io_now_ns() - before_ns) / READS;
		if (each_ns < least_ns)
			least_ns = each_ns;
	}
	return least_ns;
}

static json_t *load_average(void)
{
	double load;

	return getloadavg(&load, 1) == 1 ? json_real(load) : json_null();
}

const char *environment_git(void)
{
	return GIT;
}

const char *environment_compiler(void)
{
	return COMPILER;
}

json_t *environment_capture(void)
{
	struct utsname kernel;
	struct timespec resolution;
	json_t *load = load_average();
	char *hyperfine[] = { "hyperfine", "--version", NULL };

	uname(&kernel);
	clock_getres(CLOCK_MONOTONIC, &resolution);
	json_t *json = json_pack("{s:s, s:o, s:i, s:I, s:s, s:o, s:s, s:s}", "host",
		kernel.nodename, "cpu", taken(value_in("/proc/cpuinfo", "model name")), "cores",
		cpus_count(), "memory_kib",
		(json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 1024, "kernel",
		kernel.release, "os", taken(value_in("/etc/os-release", "PRETTY_NAME")), "compiler",
		COMPILER, "flags", FLAGS);
	json_t *rest = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s?, s:o, s:o, s:o, s:I, s:f, s:o}",
		"libuv", uv_version_string(), "libcurl",
		curl_version_info(CURLVERSION_NOW)->version, "jansson", JANSSON_VERSION, "openssl",
		OpenSSL_version(OPENSSL_VERSION), "hyperfine", taken(first_line_of(hyperfine)),
		"git", *GIT ? GIT : NULL, "load_average", load, "limits", limits(), "governor",
		taken(value_in("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "")),
		"clock_resolution_ns", (json_int_t)resolution.tv_nsec, "clock_overhead_ns",
		clock_overhead_ns(), "warnings", doctor_warnings(0));
	json_object_update(json, rest);
	json_object_set_new(json, "workdir_filesystem",
		*workdir_filesystem() ? json_string(workdir_filesystem()) : json_null());
	json_decref(rest);
	return json;
}
