/* SPDX-License-Identifier: MIT */
/* The doctor on made-up machines: one on which everything is bad, a good one, and one that tells
 * nothing. */
#include <fcntl.h>
#include <libgen.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/doctor/cgroup.h"
#include "../bench/doctor/doctor.h"
#include "../bench/doctor/examine.h"
#include "../models/cpus.h"
#include "../models/model.h"

enum { ROOT_MAX = 256, FILE_PATH_MAX = 1024 };

struct file {
	const char *path, *text;
};

#define CPU "/sys/devices/system/cpu"
#define LIMITS(soft, hard, files)                                                                \
	"Limit                     Soft Limit           Hard Limit           Units     \n"       \
	"Max processes             " soft "                " hard "                processes \n" \
	"Max open files            1024                 " files "                files     \n"

static const struct file bad_files[] = {
	{ "/proc/loadavg", "1.70 0.90 0.40 3/190 4711\n" },
	{ CPU "/cpu0/cpufreq/scaling_governor", "performance\n" },
	{ CPU "/cpu1/cpufreq/scaling_governor", "powersave\n" },
	{ CPU "/intel_pstate/no_turbo", "0\n" },
	{ CPU "/smt/active", "1\n" },
	{ "/proc/self/cgroup", "0::/outer/inner\n" },
	{ "/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n" },
	{ "/sys/fs/cgroup/outer/cpu.max", "50000 100000\n" },
	{ "/sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n" },
	{ "/sys/fs/cgroup/outer/inner/memory.max", "268435456\n" },
	{ "/sys/fs/cgroup/outer/inner/pids.max", "100\n" },
	{ "/proc/self/limits", LIMITS("100", "100", "256") },
	{ "/proc/sys/kernel/threads-max", "192730\n" },
	{ "/proc/sys/kernel/pid_max", "32768\n" },
	{ "/proc/sys/vm/max_map_count", "1024\n" },
	{ "/proc/sys/net/core/somaxconn", "128\n" },
	{ "/proc/sys/net/ipv4/ip_local_port_range", "60000\t60999\n" },
	{ "/proc/sys/net/ipv4/tcp_tw_reuse", "0\n" },
	{ "/proc/sys/kernel/randomize_va_space", "0\n" },
	{ "/proc/swaps",
		"Filename Type Size Used Priority\n/dev/sda2 partition 1048576 524288 -2\n" },
	{ "/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n" },
	{ "/proc/meminfo", "MemTotal: 2000000 kB\nMemFree: 1000 kB\nMemAvailable: 102400 kB\n" },
	{ "/proc/sys/vm/overcommit_memory", "2\n" },
	{ "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n" },
	{ "/proc/cpuinfo", "processor : 0\nflags : fpu vme hypervisor lahf_lm\n" },
	{ "/sys/class/dmi/id/sys_vendor", "QEMU\n" },
	{ "/.dockerenv", "" },
	{ "/proc/self/status", "Name:\tconcbench\nTracerPid:\t4711\nUid:\t1000\t0\t0\t0\n" },
	{ "/proc/sys/kernel/yama/ptrace_scope", "3\n" },
	{ "/proc/sys/kernel/perf_event_paranoid", "4\n" },
	{ 0 },
};

static const struct file good_files[] = {
	{ "/proc/loadavg", "0.02 0.10 0.20 1/190 4711\n" },
	{ CPU "/cpu0/cpufreq/scaling_governor", "performance\n" },
	{ CPU "/cpu1/cpufreq/scaling_governor", "performance\n" },
	{ CPU "/intel_pstate/no_turbo", "1\n" },
	{ CPU "/smt/active", "0\n" },
	{ "/proc/self/cgroup", "0::/user.slice\n" },
	{ "/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n" },
	{ "/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n" },
	{ "/sys/fs/cgroup/user.slice/memory.max", "max\n" },
	{ "/sys/fs/cgroup/user.slice/pids.max", "100000\n" },
	{ "/proc/self/limits", LIMITS("unlimited", "unlimited", "1048576") },
	{ "/proc/sys/kernel/threads-max", "192730\n" },
	{ "/proc/sys/kernel/pid_max", "4194304\n" },
	{ "/proc/sys/vm/max_map_count", "262144\n" },
	{ "/proc/sys/net/core/somaxconn", "4096\n" },
	{ "/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n" },
	{ "/proc/sys/net/ipv4/tcp_tw_reuse", "2\n" },
	{ "/proc/sys/kernel/randomize_va_space", "2\n" },
	{ "/proc/swaps", "Filename Type Size Used Priority\n" },
	{ "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n" },
	{ "/proc/meminfo", "MemTotal: 24000000 kB\nMemAvailable: 20000000 kB\n" },
	{ "/proc/sys/vm/overcommit_memory", "0\n" },
	{ "/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n" },
	{ "/proc/cpuinfo", "processor : 0\nflags : fpu vme lahf_lm\n" },
	{ "/proc/self/status", "Name:\tconcbench\nTracerPid:\t0\nUid:\t1000\t1000\t1000\t1000\n" },
	{ "/proc/sys/kernel/yama/ptrace_scope", "1\n" },
	{ "/proc/sys/kernel/perf_event_paranoid", "2\n" },
	{ 0 },
};

/* Every check, and how bad the bad machine is. A row more in the table fails until it is here. */
static const struct {
	const char *name;
	enum severity severity;
	const char *part; /* of what is found */
} ailments[] = {
	{ "jitter", SEVERITY_WARNING, "CPU 1, the worst of 2, was taken away 400 times in 2.0 s" },
	{ "steal", SEVERITY_WARNING, "gave 12.0 %" },
	{ "load", SEVERITY_WARNING, "1.70 on 3 CPUs" },
	{ "governor", SEVERITY_WARNING, "of 1 of 2 CPUs is powersave" },
	{ "turbo", SEVERITY_NOTE, "turbo is on" },
	{ "smt", SEVERITY_NOTE, "on" },
	{ "cpus", SEVERITY_WARNING, "one CPU" },
	{ "cpu-quota", SEVERITY_WARNING, "0.50 CPUs" },
	{ "memory-limit", SEVERITY_WARNING, "256 MiB" },
	{ "pids-limit", SEVERITY_WARNING, "allows 100 processes" },
	{ "open-files", SEVERITY_WARNING, "256 files" },
	{ "processes", SEVERITY_WARNING, "100 processes" },
	{ "mappings", SEVERITY_WARNING, "1024 mappings" },
	{ "somaxconn", SEVERITY_WARNING, "128 connections" },
	{ "ports", SEVERITY_WARNING, "from 1000 ports" },
	{ "port-reuse", SEVERITY_WARNING, "held back" },
	{ "aslr", SEVERITY_NOTE, "ASLR is off" },
	{ "memory", SEVERITY_WARNING, "100 MiB" },
	{ "swap", SEVERITY_WARNING, "512 MiB" },
	{ "huge-pages", SEVERITY_NOTE, "always made" },
	{ "overcommit", SEVERITY_WARNING, "overcommit_memory=2" },
	{ "clock", SEVERITY_WARNING, "hpet" },
	{ "virtual", SEVERITY_NOTE, "a virtual machine of QEMU, and a container, by /.dockerenv" },
	{ "ptrace", SEVERITY_WARNING, "process 4711 traces" },
	{ "perf", SEVERITY_NOTE, "forbidden" },
	{ "build", SEVERITY_WARNING, "sanitizer" },
	{ "models", SEVERITY_NOTE, "lacking: it is not here" },
	{ "gnuplot", SEVERITY_NOTE, "not on the PATH" },
	{ "hyperfine", SEVERITY_NOTE, "not on the PATH" },
	{ "valgrind", SEVERITY_NOTE, "not on the PATH" },
};

enum { AILMENTS = sizeof ailments / sizeof *ailments };

static const char *lack(const struct params *params)
{
	(void)params;
	return "it is not here";
}

static const struct model lacking = { .name = "lacking", .unavailable = lack };
static const struct model present = { .name = "present" };
static const struct model *const some_models[] = { &present, &lacking, NULL };
static const struct model *const good_models[] = { &present, NULL };

static const struct probe bad_probe = {
	.seconds = 2,
	.cpus = 2,
	.worst_cpu = 1,
	.gaps = 400,
	.longest_ns = 12000000,
	.lost_share = 0.2,
	.steal_share = 0.12,
};
static const struct probe good_probe = { .seconds = 2, .cpus = 2, .longest_ns = 60000 };

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
}

static void put(const char *root, const char *path, const char *text)
{
	char full[FILE_PATH_MAX];

	snprintf(full, sizeof full, "%s%s", root, path);
	make_folders(full);
	FILE *file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_tree(char root[ROOT_MAX], const struct file *files)
{
	const char *parent = getenv("TMPDIR");

	snprintf(root, ROOT_MAX, "%s/doctor-XXXXXX", parent ? parent : "/tmp");
	assert_non_null(mkdtemp(root));
	for (; files && files->path; files++)
		put(root, files->path, files->text);
}

static void remove_tree(const char *root)
{
	char command[ROOT_MAX + 16];

	snprintf(command, sizeof command, "rm -rf '%s'", root);
	assert_int_equal(system(command), 0);
}

static const struct symptom *symptom_of(const struct symptoms *symptoms, const char *name)
{
	for (size_t i = 0; i < symptoms->count; i++)
		if (strcmp(symptoms->list[i].check->name, name) == 0)
			return &symptoms->list[i];
	fail_msg("there is no check '%s'", name);
	return NULL;
}

static void examine_bad(struct symptoms *symptoms)
{
	char root[ROOT_MAX];
	struct machine machine = {
		.root = root,
		.path = "/nowhere:/nor/here",
		.flags = "-O1 -fsanitize=address",
		.cpus = 1,
		.online = 3,
		.models = some_models,
		.probe = &bad_probe,
	};

	make_tree(root, bad_files);
	doctor_examine(&machine, symptoms);
	remove_tree(root);
}

static struct machine good_machine(const char *root, const char *path)
{
	return (struct machine){
		.root = root,
		.path = path,
		.flags = "-std=gnu11 -O2 -g",
		.cpus = 2,
		.online = 2,
		.models = good_models,
		.probe = &good_probe,
	};
}

/* Programs on a PATH of its own, in the same folder. */
static void make_programs(const char *root, char path[FILE_PATH_MAX])
{
	static const char *const names[] = { "/bin/gnuplot", "/bin/hyperfine", "/bin/valgrind" };
	char file[FILE_PATH_MAX];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		put(root, names[i], "#!/bin/sh\n");
		snprintf(file, sizeof file, "%s%s", root, names[i]);
		assert_int_equal(chmod(file, 0755), 0);
	}
	snprintf(path, FILE_PATH_MAX, "/nowhere:%s/bin", root);
}

static void a_bad_machine_has_every_warning(void **state)
{
	static struct symptoms symptoms;

	(void)state;
	examine_bad(&symptoms);
	for (size_t i = 0; i < AILMENTS; i++) {
		const struct symptom *symptom = symptom_of(&symptoms, ailments[i].name);
		if (symptom->severity != ailments[i].severity ||
			!strstr(symptom->found, ailments[i].part))
			fail_msg("%s: severity %d, found '%s'", ailments[i].name, symptom->severity,
				symptom->found);
		assert_true(symptom->check->why && *symptom->check->why);
		assert_true(
			*symptom->advice || (symptom->check->advice && *symptom->check->advice));
	}
	assert_int_equal(symptoms.count, AILMENTS);
}

static void the_worst_comes_first(void **state)
{
	static struct symptoms symptoms;
	size_t warnings = 0;

	(void)state;
	examine_bad(&symptoms);
	for (size_t i = 0; i < symptoms.count; i++) {
		warnings += symptoms.list[i].severity == SEVERITY_WARNING;
		if (i > 0)
			assert_true(symptoms.list[i].severity <= symptoms.list[i - 1].severity);
	}
	assert_int_equal(warnings, symptoms.warnings);
	assert_true(warnings > 15);
	assert_string_equal(symptoms.list[0].check->name, "jitter");
}

static void a_good_machine_has_none(void **state)
{
	static struct symptoms symptoms;
	char root[ROOT_MAX], path[FILE_PATH_MAX];

	(void)state;
	make_tree(root, good_files);
	make_programs(root, path);
	struct machine machine = good_machine(root, path);
	doctor_examine(&machine, &symptoms);
	remove_tree(root);
	for (size_t i = 0; i < symptoms.count; i++)
		if (symptoms.list[i].severity != SEVERITY_OK)
			fail_msg("%s: severity %d, found '%s'", symptoms.list[i].check->name,
				symptoms.list[i].severity, symptoms.list[i].found);
	assert_int_equal(symptoms.count, AILMENTS);
	assert_int_equal(symptoms.warnings, 0);
}

/* Those that read no file of the machine. */
static bool reads_nothing(const char *name)
{
	static const char *const names[] = { "cpus", "build", "models", "gnuplot", "hyperfine",
		"valgrind" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void expect_unknown(const struct machine *machine)
{
	static struct symptoms symptoms;

	doctor_examine(machine, &symptoms);
	for (size_t i = 0; i < symptoms.count; i++) {
		const struct symptom *symptom = &symptoms.list[i];
		if (reads_nothing(symptom->check->name))
			assert_int_not_equal(symptom->severity, SEVERITY_UNKNOWN);
		else if (symptom->severity != SEVERITY_UNKNOWN)
			fail_msg("%s: severity %d, found '%s'", symptom->check->name,
				symptom->severity, symptom->found);
	}
	assert_int_equal(symptoms.warnings, 0);
}

static void what_cannot_be_read_is_unknown(void **state)
{
	char root[ROOT_MAX];

	(void)state;
	make_tree(root, NULL);
	struct machine machine = good_machine(root, "");
	machine.probe = NULL;
	expect_unknown(&machine);
	remove_tree(root);
}

/* A file that is there and says nothing, or nonsense, is not a good sign either. */
static void nonsense_is_unknown(void **state)
{
	static const char *const texts[] = { "", "nonsense\n" };
	/* Any word may be a governor's, a clock's or a mode of huge pages. */
	static const char *const words[] = { "scaling_governor", "current_clocksource",
		"transparent_hugepage", "cpuinfo", "/proc/swaps", "dockerenv" };
	char root[ROOT_MAX], path[FILE_PATH_MAX];
	static struct symptoms symptoms;

	(void)state;
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		make_tree(root, good_files);
		make_programs(root, path);
		for (const struct file *file = good_files; file->path; file++) {
			bool word = false;
			for (size_t i = 0; i < sizeof words / sizeof *words; i++)
				word |= strstr(file->path, words[i]) != NULL;
			if (!word || t == 0)
				put(root, file->path, texts[t]);
		}
		struct machine machine = good_machine(root, path);
		doctor_examine(&machine, &symptoms);
		for (size_t i = 0; i < symptoms.count; i++) {
			const char *name = symptoms.list[i].check->name;
			bool probed = !strcmp(name, "jitter") || !strcmp(name, "steal");
			bool wordy = t == 1 &&
				(!strcmp(name, "governor") || !strcmp(name, "clock") ||
					!strcmp(name, "huge-pages") || !strcmp(name, "virtual") ||
					!strcmp(name, "swap"));
			if (!probed && !wordy && !reads_nothing(name) &&
				symptoms.list[i].severity != SEVERITY_UNKNOWN)
				fail_msg("'%s' in its file: %s: severity %d, found '%s'", texts[t],
					name, symptoms.list[i].severity, symptoms.list[i].found);
		}
		remove_tree(root);
	}
}

/* How bad one check finds a good machine but for what the caller changed. */
static struct symptom look_at(const struct machine *machine, const char *name)
{
	static struct symptoms symptoms;

	doctor_examine(machine, &symptoms);
	return *symptom_of(&symptoms, name);
}

static void expect(const struct machine *machine, const char *name, enum severity severity)
{
	struct symptom symptom = look_at(machine, name);

	if (symptom.severity != severity)
		fail_msg("%s: severity %d instead of %d, found '%s'", name, symptom.severity,
			severity, symptom.found);
}

static void what_the_probe_saw_is_weighed(void **state)
{
	static const struct {
		double lost_share;
		int64_t longest_ns;
		enum severity severity;
	} seen[] = {
		{ 0.0009, 900000, SEVERITY_OK },
		{ 0.0011, 900000, SEVERITY_NOTE },
		{ 0.0009, 1100000, SEVERITY_NOTE },
		{ 0.0099, 9900000, SEVERITY_NOTE },
		{ 0.0101, 900000, SEVERITY_WARNING },
		{ 0.0009, 10100000, SEVERITY_WARNING },
	};
	struct probe probe = good_probe;
	struct machine machine = good_machine("/nowhere", "");

	(void)state;
	machine.probe = &probe;
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
		probe.lost_share = seen[i].lost_share;
		probe.longest_ns = seen[i].longest_ns;
		expect(&machine, "jitter", seen[i].severity);
	}
	probe.steal_share = 0.0099;
	expect(&machine, "steal", SEVERITY_OK);
	probe.steal_share = 0.0101;
	expect(&machine, "steal", SEVERITY_WARNING);
}

/* Whatever CPUs this process is held to: half of those that all programs share. */
static void the_load_is_held_against_all_cpus(void **state)
{
	char root[ROOT_MAX];
	struct machine machine = good_machine(root, "");

	(void)state;
	make_tree(root, good_files);
	machine.cpus = 1;
	machine.online = 8;
	put(root, "/proc/loadavg", "3.99 0 0 1/1 1\n");
	expect(&machine, "load", SEVERITY_OK);
	put(root, "/proc/loadavg", "4.01 0 0 1/1 1\n");
	expect(&machine, "load", SEVERITY_WARNING);
	remove_tree(root);
}

/* The soft limit counts, as nothing here raises it; root is not bound by either. */
static void the_soft_limit_of_processes_binds_users(void **state)
{
	char root[ROOT_MAX];
	struct machine machine = good_machine(root, "");

	(void)state;
	make_tree(root, good_files);
	put(root, "/proc/self/limits", LIMITS("100", "100000", "1048576"));
	expect(&machine, "processes", SEVERITY_WARNING);
	struct symptom symptom = look_at(&machine, "processes");
	assert_non_null(strstr(symptom.found, "100 processes and threads are allowed"));
	assert_ptr_equal(strstr(symptom.advice, "ulimit -Su "), symptom.advice);
	put(root, "/proc/self/limits", LIMITS("100", "200", "1048576"));
	symptom = look_at(&machine, "processes");
	assert_int_equal(symptom.severity, SEVERITY_WARNING);
	assert_non_null(strstr(symptom.advice, "limits.conf"));
	put(root, "/proc/self/status", "Uid:\t0\t0\t0\t0\nTracerPid:\t0\n");
	expect(&machine, "processes", SEVERITY_OK);
	put(root, "/proc/sys/kernel/threads-max", "100\n");
	expect(&machine, "processes", SEVERITY_WARNING);
	remove_tree(root);
}

/* Version 1: a mount a controller, limits also above the group, and no word for none. */
static void reads_control_groups_of_version_1(void **state)
{
	static const struct file files[] = {
		{ "/proc/self/cgroup",
			"9:name=systemd:/\n8:pids:/\n4:memory:/box/a\n3:cpu,cpuacct:/box/a\n0::/"
			"\n" },
		{ "/sys/fs/cgroup/cpu/box/a/cpu.cfs_quota_us", "-1\n" },
		{ "/sys/fs/cgroup/cpu/box/a/cpu.cfs_period_us", "100000\n" },
		{ "/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "150000\n" },
		{ "/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n" },
		{ "/sys/fs/cgroup/memory/box/a/memory.limit_in_bytes", "9223372036854771712\n" },
		{ 0 },
	};
	char root[ROOT_MAX];

	(void)state;
	make_tree(root, files);
	struct machine machine = { .root = root };
	assert_true(fabs(cgroup_least(&machine, &cgroup_cpus) - 1.5) < 1e-9);
	assert_true(isinf(cgroup_least(&machine, &cgroup_memory)));
	assert_true(isnan(cgroup_least(&machine, &cgroup_pids)));
	put(root, "/sys/fs/cgroup/pids/cgroup.procs", "1\n");
	assert_true(isinf(cgroup_least(&machine, &cgroup_pids)));
	remove_tree(root);
}

static void reads_control_groups_of_version_2(void **state)
{
	static const struct file files[] = {
		{ "/proc/self/cgroup", "0::/\n" },
		{ "/sys/fs/cgroup/cgroup.controllers", "memory\n" },
		{ "/sys/fs/cgroup/memory.max", "1073741824\n" },
		{ 0 },
	};
	char root[ROOT_MAX];

	(void)state;
	make_tree(root, files);
	struct machine machine = { .root = root };
	assert_true(isinf(cgroup_least(&machine, &cgroup_cpus)));
	assert_true(cgroup_least(&machine, &cgroup_memory) == 1073741824.0);
	remove_tree(root);
}

static void reads_steal_time(void **state)
{
	static const char *const texts[] = { "cpu 100 0 100 700 50 10 10 30 0 0\ncpu0 1 2 3\n",
		"cpu 150 0 150 775 50 10 10 55 0 0\ncpu0 1 2 3\n" };
	struct steal steal[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		FILE *file = fmemopen((char *)texts[i], strlen(texts[i]), "r");
		assert_int_equal(steal_read(file, &steal[i]), 0);
		fclose(file);
	}
	assert_true(fabs(steal_share(&steal[0], &steal[1]) - 0.125) < 1e-9);
	assert_true(isnan(steal_share(&steal[1], &steal[1])));
	assert_true(isnan(steal_share(&steal[1], &steal[0])));
	FILE *file = fmemopen((char *)"cpu 1 2 3\n", 10, "r");
	assert_true(steal_read(file, &steal[0]) < 0);
	fclose(file);
}

static void lines_fit(void **state)
{
	static struct symptoms symptoms;
	char *text = NULL;
	size_t size;

	(void)state;
	examine_bad(&symptoms);
	FILE *out = open_memstream(&text, &size);
	doctor_print(&symptoms, out);
	fclose(out);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > 80)
			fail_msg("too long: %.*s", (int)strcspn(line, "\n"), line);
	assert_ptr_equal(strstr(text, "warning: jitter\n"), text);
	assert_non_null(strstr(text, "sysctl -w net.core.somaxconn=4096\n"));
	assert_non_null(strstr(text, ", unknown: 0, ok: 0\n"));
	free(text);
}

static void json_has_all_of_it(void **state)
{
	static struct symptoms symptoms;

	(void)state;
	examine_bad(&symptoms);
	json_t *root = doctor_json(&symptoms, &bad_probe);
	json_t *list = json_object_get(root, "findings");
	assert_int_equal(json_array_size(list), AILMENTS);
	for (size_t i = 0; i < AILMENTS; i++)
		assert_true(json_string_length(json_object_get(json_array_get(list, i), "do")) > 5);
	assert_int_equal(json_integer_value(json_object_get(root, "warnings")), symptoms.warnings);
	json_decref(root);
}

static void what_a_file_says_is_plain(void **state)
{
	static struct symptoms symptoms;
	char root[ROOT_MAX];

	(void)state;
	make_tree(root, good_files);
	put(root, CPU "/cpu0/cpufreq/scaling_governor", "\033[31m\xff\xfe\n");
	struct machine machine = good_machine(root, "");
	doctor_examine(&machine, &symptoms);
	remove_tree(root);
	const struct symptom *symptom = symptom_of(&symptoms, "governor");
	assert_int_equal(symptom->severity, SEVERITY_WARNING);
	assert_non_null(strstr(symptom->found, "?[31m??"));
}

/* This machine, whatever it is, is told of without a probe. */
static void warns_of_this_machine(void **state)
{
	json_t *list = doctor_warnings(0), *text;
	size_t i;

	(void)state;
	assert_true(json_is_array(list));
	json_array_foreach(list, i, text)
	{
		assert_non_null(strstr(json_string_value(text), ": "));
		assert_null(strstr(json_string_value(text), "jitter"));
	}
	json_decref(list);
}

static void *spin(void *argument)
{
	volatile bool *stop = argument;

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED))
		;
	return NULL;
}

/* Of two that spin on a CPU each has half of it; the probe must see a good part of that. */
static void probe_sees_a_neighbour(void **state)
{
	static bool stop;
	struct probe probe;
	pthread_t neighbour;
	cpu_set_t all, one;
	int cpu = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(pthread_create(&neighbour, NULL, spin, &stop), 0);
	assert_int_equal(pthread_setaffinity_np(neighbour, sizeof one, &one), 0);
	probe_run(0.5, &probe);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(neighbour, NULL);
	assert_int_equal(probe.cpus, cpus_count());
	assert_true(probe.lost_share > 0.15 && probe.lost_share <= 1.5);
	assert_true(probe.gaps >= 1);
	assert_true(probe.longest_ns > PROBE_THRESHOLD_NS);
	assert_true(probe.longest_ns <= probe.lost_share * probe.seconds * 1e9 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_machine_has_every_warning),
		cmocka_unit_test(the_worst_comes_first),
		cmocka_unit_test(a_good_machine_has_none),
		cmocka_unit_test(what_cannot_be_read_is_unknown),
		cmocka_unit_test(nonsense_is_unknown),
		cmocka_unit_test(what_the_probe_saw_is_weighed),
		cmocka_unit_test(the_load_is_held_against_all_cpus),
		cmocka_unit_test(the_soft_limit_of_processes_binds_users),
		cmocka_unit_test(reads_control_groups_of_version_1),
		cmocka_unit_test(reads_control_groups_of_version_2),
		cmocka_unit_test(reads_steal_time),
		cmocka_unit_test(lines_fit),
		cmocka_unit_test(json_has_all_of_it),
		cmocka_unit_test(what_a_file_says_is_plain),
		cmocka_unit_test(warns_of_this_machine),
		cmocka_unit_test(probe_sees_a_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
