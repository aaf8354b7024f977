/* SPDX-License-Identifier: MIT */
#include "result_new.h"

#include <time.h>

#include "environment.h"
#include "result.h"

json_t *params_values(const struct params *params)
{
	json_t *object = json_object();

	for (const struct param *row = params->table; row && row->name; row++) {
		if (row->unless && param_find(params->table, row->unless) &&
			*param_text(params, row->unless))
			continue;
		json_object_set_new(object, row->name,
			row->unit ? json_integer(param_number(params, row->name))
				  : json_string(param_text(params, row->name)));
	}
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
