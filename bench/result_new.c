/* SPDX-License-Identifier: MIT */
#include "result_new.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "environment.h"
#include "result.h"

json_t *params_values(const struct params *params)
{
	json_t *object = json_object();

	for (const struct param *row = params->table; row && row->name; row++)
		json_object_set_new(object, row->name,
			row->unit ? json_integer(param_number(params, row->name))
				  : json_string(param_text(params, row->name)));
	return object;
}

json_t *cell_new(const struct trial_spec *spec)
{
	json_t *tasks = spec->tasks > 0 ? json_integer(spec->tasks) : json_null();

	return json_pack("{s:s, s:s, s:I, s:o, s:o, s:s, s:s, s:[], s:n, s:n}", "workload",
		spec->workload->name, "model", spec->model_name, "concurrency",
		(json_int_t)spec->concurrency, "tasks", tasks, "params",
		params_values(&spec->params), "status", "failed", "reason",
		"it was not run", /* until the first trial says better */
		"trials", "summary", "whole_process_s");
}

json_t *result_new(json_t *options)
{
	char started[32];
	time_t now = time(NULL);

	strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	return json_pack("{s:i, s:s, s:s, s:s, s:b, s:o, s:o, s:[]}", "schema", RESULT_SCHEMA,
		"program", "concbench", "version", CONCBENCH_VERSION, "started", started,
		"complete", false, "environment", environment_capture(), "options", options,
		"cells");
}

/* Whether files can be made in the folder of path: 0 or -errno. */
static int check_folder(const char *path)
{
	struct stat st;
	char *copy = strdup(path);
	const char *folder = copy ? dirname(copy) : NULL;
	int err = 0;

	if (!folder || stat(folder, &st) != 0)
		err = -errno;
	else if (!S_ISDIR(st.st_mode))
		err = -ENOTDIR;
	else if (access(folder, W_OK | X_OK) != 0)
		err = -errno;
	free(copy);
	return err;
}

int result_check_output(const char *command, const char *path, bool replace, const char *hint)
{
	struct stat st;

	if (!path)
		return 0;
	size_t length = strlen(path);
	if (length == 0 || path[length - 1] == '/')
		return cli_error(
			command, "cannot write '%s': it does not end in a file's name", path);
	bool exists = stat(path, &st) == 0;
	if (exists && S_ISDIR(st.st_mode))
		return cli_error(command, "cannot write '%s': it is a folder", path);
	if (exists && !replace)
		return cli_error(command, "'%s' exists; %s", path, hint);
	int err = check_folder(path);
	if (err)
		return cli_error(command, "cannot write '%s': %s", path, strerror(-err));
	return 0;
}
