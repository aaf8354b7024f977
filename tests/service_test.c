/* SPDX-License-Identifier: MIT */
/*
 * Every model that serves, with every service: the server is this build's
 * concbench, so that a sanitizer watches it (the thread sanitizer those that it
 * is about), and the load generator checks each reply. Whatever runs, runs in a child with a time limit.
 */
#include "small.h"

#include <curl/curl.h>
#include <jansson.h>

enum { LIMIT_S = 60, CASES_MAX = 1000 };

static const unsigned connections[] = { 1, 20 };

/* Each model, and each way of its own that it has. */
static const char *const variants[] = {
	"prefork:accept=lock",
	"prefork:accept=reuseport",
	"prefork:accept=passed",
	"multicore:loops=3",
	"multiprocess-coroutine:workers=3",
};

struct contract {
	char name[96], model_name[64];
	const struct model *model;
	const struct workload *service;
	unsigned connections;
	const char *param; /* NAME=VALUE, or NULL */
};

static void set_param(struct params *params, const char *assignment)
{
	char name[64];
	const char *value = strchr(assignment, '=');

	snprintf(name, sizeof name, "%.*s", (int)(value - assignment), assignment);
	check_equal(params_set(params, name, value + 1), 0);
}

/* Numbers of so short a load may not hold; that every reply was right must. */
static void run_case(const void *arg)
{
	const struct contract *contract = arg;
	struct trial_spec spec = { .model = contract->model,
		.model_name = contract->model_name,
		.workload = contract->service,
		.concurrency = contract->connections };
	struct holdings before;

	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	check_equal(cli_model("test", contract->model_name, &spec.model, &spec.model_params), 0);
	params_init(&spec.params, contract->service->params);
	set_param(&spec.params, "duration_ms=60");
	set_param(&spec.params, "warmup_ms=20");
	if (contract->param)
		set_param(&spec.params, contract->param);
	holdings_warm_up();
	holdings_take(&before);
	json_t *json = trial_measure_service(&spec);
	/* On a busy machine nothing may come back within so short a load: a second one decides. */
	if (strcmp(json_string_value(json_object_get(json, "status")), "invalid") == 0 &&
		json_integer_value(json_object_get(json, "tasks")) == 0) {
		json_decref(json);
		set_param(&spec.params, "duration_ms=1000");
		json = trial_measure_service(&spec);
	}
	const char *status = json_string_value(json_object_get(json, "status"));
	check(status != NULL);
	if (strcmp(status, "unavailable") == 0) {
		check(!(contract->model->features & MODEL_CONCURRENT) && contract->connections > 1);
	} else {
		if (strcmp(status, "ok") != 0 && strcmp(status, "invalid") != 0)
			fail_case("%s: %s", status,
				json_string_value(json_object_get(json, "reason")));
		check_equal(json_integer_value(json_object_get(json, "errors")), 0);
		check(json_integer_value(json_object_get(json, "tasks")) > 0);
	}
	json_decref(json);
	holdings_check(&before);
}

static void keeps_contract(void **state)
{
	child_must_pass(LIMIT_S, run_case, *state);
}

static struct contract cases[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX];
static size_t count;

static void add_case(
	const char *model_name, const struct workload *service, unsigned clients, const char *param)
{
	struct contract *contract = &cases[count];
	char base[64];

	snprintf(base, sizeof base, "%.*s", (int)strcspn(model_name, ":"), model_name);
	*contract = (struct contract){ .model = model_find(base),
		.service = service,
		.connections = clients,
		.param = param };
	struct trial_spec spec = {
		.model = contract->model, .workload = service, .concurrency = 1
	};
	if (inability(&spec) || !worth_a_run(contract->model))
		return;
	snprintf(contract->model_name, sizeof contract->model_name, "%s", model_name);
	snprintf(contract->name, sizeof contract->name, "%s %s -c %u %s", model_name, service->name,
		clients, param ? param : "");
	tests[count++] = (struct CMUnitTest){
		.name = contract->name, .test_func = keeps_contract, .initial_state = contract
	};
}

static void add_cases(const char *model_name, const struct workload *service)
{
	/* One client alone races with nobody: it is left to the plain build. */
	for (size_t c = SANITIZED; c < sizeof connections / sizeof *connections; c++)
		add_case(model_name, service, connections[c], NULL);
	add_case(model_name, service, 4, "rate_per_s=500");
	if (param_find(service->params, "keep_alive"))
		add_case(model_name, service, 4, "keep_alive=0");
	if (param_find(service->params, "backend")) {
		add_case(model_name, service, 4, "backend=2");
		add_case(model_name, service, 4, "delay_ms=2");
	}
}

int main(void)
{
	small_environment();
	for (int w = 0; workloads[w]; w++) {
		if (workloads[w]->kind != WORKLOAD_SERVICE)
			continue;
		for (int m = 0; models[m]; m++)
			add_cases(models[m]->name, workloads[w]);
	}
	for (size_t v = 0; v < sizeof variants / sizeof *variants; v++)
		add_case(variants[v], workload_find("echo"), 4, "keep_alive=0");
	return _cmocka_run_group_tests("service", tests, count, NULL, NULL);
}
