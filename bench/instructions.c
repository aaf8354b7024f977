/* SPDX-License-Identifier: MIT */
#include "instructions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "launch.h"
#include "trial_process.h"
#include "workdir.h"

/*
 * The trial's output has its object on one line and what valgrind tells on
 * others: "==123== Collected : 456". What env cannot find ends with this status.
 */
enum { STATUS_NOT_FOUND = 127 };

static int read_count(const struct launched *launched, uint64_t *count)
{
	static const char before[] = "Collected : ";
	const char *found = strstr(launched->output, before);

	if (launched->interrupted)
		return -EINTR;
	if (launched->timed_out)
		return -ETIMEDOUT;
	if (WIFEXITED(launched->status) && WEXITSTATUS(launched->status) == STATUS_NOT_FOUND)
		return -ENOENT;
	if (launched->status != 0 || !found || !strstr(launched->output, "\"status\":\"ok\""))
		return -ECHILD;
	*count = strtoull(found + strlen(before), NULL, 10);
	return 0;
}

/* Under valgrind /proc/self/exe is not the program, so what it starts is told by CONCBENCH. */
static int count_trial(const char *program, const struct trial_spec *spec, const char *workdir,
	unsigned time_limit_s, const volatile int *stop, uint64_t *count)
{
	char origin[4096];
	struct trial_command_line command;
	struct launched launched;
	char *argv[8 + sizeof command.argv / sizeof *command.argv] = { "env", origin, "valgrind",
		"--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-fd=1" };

	if (snprintf(origin, sizeof origin, "CONCBENCH=%s", program) >= (int)sizeof origin)
		return -ENAMETOOLONG;
	trial_command_line(&command, program, spec, workdir);
	memcpy(argv + 6, command.argv, (command.argc + 1) * sizeof *argv);
	int err = launch(argv, time_limit_s, false, stop, &launched);
	if (err)
		return err;
	err = read_count(&launched, count);
	free(launched.output);
	return err;
}

int instructions_per_task(const char *program, const struct trial_spec *spec, unsigned time_limit_s,
	const volatile int *stop, double *per_task)
{
	char workdir[WORKDIR_MAX];
	uint64_t once = 0, twice = 0;
	struct trial_spec one = *spec;

	if (spec->workload->kind == WORKLOAD_SERVICE || !spec->model ||
		!(spec->model->features & MODEL_SHARED_MEMORY))
		return -ENOTSUP;
	one.warmup = 0;
	struct trial_spec two = one;
	two.tasks *= 2;
	int err = workdir_make(workdir);
	if (err)
		return err;
	err = count_trial(program, &one, workdir, time_limit_s, stop, &once);
	if (!err)
		err = count_trial(program, &two, workdir, time_limit_s, stop, &twice);
	workdir_remove(workdir);
	if (!err && twice <= once)
		err = -ERANGE;
	if (!err)
		*per_task = (double)(twice - once) / (double)one.tasks;
	return err;
}
