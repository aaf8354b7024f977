/* SPDX-License-Identifier: MIT */
/*
 * What every model owes every workload: each task once, the right answer, no
 * more in flight than asked for, and nothing left behind. The cases come from
 * the two tables, so a new row is tested without a line here. The thread
 * sanitizer's build leaves out models that it is not about.
 */
#include "small.h"

#include "../bench/inability.h"

enum { TASKS = 12, LIMIT_S = 30 };

/*
 * One at a time is left to the plain build: what a sanitizer could find in it,
 * it finds in some at once, where more happens and by the same code.
 */
static const unsigned concurrencies[] = { 1, 4, TASKS + 8 };
enum { CONCURRENCY_FIRST = SANITIZED };

/* Of workloads that a parameter makes another, at one concurrency more. */
static const struct variant {
	const char *workload, *name, *value;
} variants[] = {
	{ "ring", "over", "pipes" },
	{ "switch", "by", "yield" },
};

struct contract {
	const struct model *model;
	const struct workload *workload;
	const struct variant *variant; /* NULL: none */
	unsigned concurrency;
	char name[96];
};

/* A start is +1, an end -1; of the same time the end is first. */
struct event {
	int64_t at_ns;
	int change;
};

static int compare_events(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	return a->change - b->change;
}

static int most_in_flight(const struct record *records)
{
	struct event events[2 * TASKS];
	int in_flight = 0, most = 0;

	for (int i = 0; i < TASKS; i++) {
		events[2 * i] = (struct event){ records[i].start_ns, 1 };
		events[2 * i + 1] = (struct event){ records[i].end_ns, -1 };
	}
	qsort(events, 2 * TASKS, sizeof *events, compare_events);
	for (int i = 0; i < 2 * TASKS; i++) {
		in_flight += events[i].change;
		if (in_flight > most)
			most = in_flight;
	}
	return most;
}

static void check_records(const struct trial *trial)
{
	for (int i = 0; i < TASKS; i++) {
		const struct record *record = &trial->records[i];
		if (record->runs != 1)
			fail_case("task %d was run %u times", i, record->runs);
		if (record->err)
			fail_case("task %d: %s", i, strerror(-record->err));
		if (record->digest != trial->work.expected)
			fail_case("task %d: wrong digest", i);
		if (record->start_ns <= 0 || record->end_ns < record->start_ns)
			fail_case("task %d ended before it started", i);
	}
}

static void run_case(const void *arg)
{
	const struct contract *contract = arg;
	struct holdings before;
	struct small small;
	char reason[256] = "";

	struct trial_spec spec = { .model = contract->model, .workload = contract->workload };
	params_init(&spec.model_params, contract->model->params);
	check(inability(&spec) == NULL);
	holdings_warm_up();
	holdings_take(&before);
	const struct variant *variant = contract->variant;
	small_open_with(&small, contract->workload, TASKS, variant ? variant->name : NULL,
		variant ? variant->value : NULL);
	check_equal(trial_run(&small.trial, contract->model, TASKS, contract->concurrency), 0);
	check_records(&small.trial);
	check_equal(trial_errors(&small.trial, reason, sizeof reason), 0);
	check_equal(*reason, 0);
	int most = most_in_flight(small.trial.records);
	if (most > (int)contract->concurrency)
		fail_case("%d tasks were in flight", most);
	if (most < 2 && contract->concurrency > 1 &&
		(contract->model->features & MODEL_CONCURRENT) &&
		strcmp(contract->workload->name, "sleep") == 0)
		fail_case("never more than one task in flight");
	if (most > 1 && !(contract->model->features & MODEL_CONCURRENT))
		fail_case("concurrent, though its features say it is not");
	small_close(&small);
	holdings_check(&before);
}

/* Whether the model has what the workload's task, in the form that it runs, stands on. */
static bool has_what_it_needs(const struct model *model, const struct workload *workload)
{
	unsigned children = MODEL_SPAWN | MODEL_RENDEZVOUS;
	unsigned missing = workload->needs & ~model->features;

	if (model->features & MODEL_STACKLESS)
		return (missing & ~children) == 0 &&
			(workload->kind == WORKLOAD_CPU || workload->resumable.resume);
	if (!(model->features & MODEL_CALLBACK))
		return missing == 0;
	return (missing & ~children) == 0 &&
		(workload->kind != WORKLOAD_STRUCTURE || workload->callback);
}

/* A trial says that it cannot be, and why, and runs nothing. */
static void run_inability(const void *arg)
{
	const struct contract *contract = arg;
	struct trial_spec spec = { .model = contract->model,
		.workload = contract->workload,
		.concurrency = contract->concurrency,
		.tasks = TASKS };

	params_init(&spec.model_params, contract->model->params);
	params_init(&spec.params, contract->workload->params);
	const char *why = inability(&spec);
	check(why != NULL && *why);
	json_t *json = trial_measure(&spec);
	check(strcmp(json_string_value(json_object_get(json, "status")), "unavailable") == 0);
	check(strcmp(json_string_value(json_object_get(json, "reason")), why) == 0);
	check(json_object_get(json, "tasks") == NULL);
	json_decref(json);
}

static void keeps_contract(void **state)
{
	const struct contract *contract = *state;

	const char *why = model_unavailable(contract->model, NULL);
	if (why) {
		print_message("# skip %s: %s\n", contract->name, why);
		skip();
	}
	bool able = has_what_it_needs(contract->model, contract->workload);
	child_must_pass(LIMIT_S, able ? run_case : run_inability, contract);
}

/* Whether the file defines `const struct KIND KIND_NAME`; what is a - in a name is a _ there. */
static bool defines(const char *path, const char *kind, const char *name)
{
	char wanted[160], line[256];
	bool found = false;
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	snprintf(wanted, sizeof wanted, "const struct %s %s_%s = {", kind, kind, name);
	for (char *dash; (dash = strchr(wanted, '-'));)
		*dash = '_';
	while (!found && fgets(line, sizeof line, file))
		found = strncmp(line, wanted, strlen(wanted)) == 0;
	fclose(file);
	return found;
}

/* How many rows a folder's files define; each must be known by its file's name. */
static int count_definitions(const char *folder, const char *kind, bool (*known)(const char *name))
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[512], name[64];
		size_t size = strlen(entry->d_name);
		if (size < 3 || size - 2 >= sizeof name ||
			strcmp(entry->d_name + size - 2, ".c") != 0)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(size - 2), entry->d_name);
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (!defines(path, kind, name))
			continue;
		count++;
		if (!known(name))
			fail_msg("%s is not in the table", path);
	}
	closedir(dir);
	return count;
}

static bool knows_model(const char *name)
{
	return model_find(name) != NULL;
}

static bool knows_workload(const char *name)
{
	return workload_find(name) != NULL;
}

/* Rows whose names are unique are as many as the files that define one. */
static void models_match_their_folder(void **state)
{
	int rows = 0;

	(void)state;
	for (; models[rows]; rows++) {
		const struct model *model = models[rows];
		char path[512];
		snprintf(path, sizeof path, "%s/models/%s.c", DATADIR, model->name);
		if (!defines(path, "model", model->name))
			fail_msg("%s does not define model_%s", path, model->name);
		assert_ptr_equal(model_find(model->name), model); /* else a name comes twice */
		assert_true(model->summary && *model->summary);
		assert_true(model->run || model_unavailable(model, NULL));
	}
	assert_int_equal(count_definitions(DATADIR "/models", "model", knows_model), rows);
	assert_null(model_find("no such model"));
}

static void workloads_match_their_folder(void **state)
{
	int rows = 0;

	(void)state;
	for (; workloads[rows]; rows++) {
		const struct workload *workload = workloads[rows];
		struct params params;
		char path[512];
		snprintf(path, sizeof path, "%s/bench/workloads/%s.c", DATADIR, workload->name);
		if (!defines(path, "workload", workload->name))
			fail_msg("%s does not define workload_%s", path, workload->name);
		assert_ptr_equal(workload_find(workload->name), workload);
		assert_true(workload->summary && *workload->summary);
		if (workload->kind == WORKLOAD_SERVICE) {
			assert_non_null(workload->connection);
			assert_non_null(workload->client);
		} else {
			assert_non_null(workload->task);
			assert_true(workload->tasks > 0);
			/* What has children can only run where they can be started. */
			assert_true(workload->kind != WORKLOAD_STRUCTURE || workload->needs);
		}
		params_init(&params, workload->params); /* aborts on a bad default */
	}
	assert_int_equal(
		count_definitions(DATADIR "/bench/workloads", "workload", knows_workload), rows);
	assert_null(workload_find("no such workload"));
}

static void what_waits_has_a_callback_form(void **state)
{
	(void)state;
	for (int i = 0; workloads[i]; i++)
		if ((workloads[i]->kind == WORKLOAD_IO || workloads[i]->kind == WORKLOAD_MIXED) &&
			!workloads[i]->callback)
			fail_msg("%s waits, but has no callback form", workloads[i]->name);
}

/* The model that takes only workloads with a form for it must not lose them unseen. */
static void resumable_forms_are_there(void **state)
{
	static const char *const names[] = { "sleep", "spawn", "switch", "idle", "generator" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_non_null(workload_find(names[i])->resumable.resume);
	assert_non_null(workload_find("echo")->connection_resumable.resume);
}

static const struct CMUnitTest table_tests[] = {
	cmocka_unit_test(models_match_their_folder),
	cmocka_unit_test(workloads_match_their_folder),
	cmocka_unit_test(what_waits_has_a_callback_form),
	cmocka_unit_test(resumable_forms_are_there),
};

enum {
	TABLE_TESTS = sizeof table_tests / sizeof *table_tests,
	CONCURRENCIES = sizeof concurrencies / sizeof *concurrencies,
	VARIANTS = sizeof variants / sizeof *variants,
	VARIANT_CONCURRENCY = 4,
	CASES_MAX = 2000,
};

static struct contract contracts[CASES_MAX];
static struct CMUnitTest tests[TABLE_TESTS + CASES_MAX];
static size_t count;

static void add_case(const struct model *model, const struct workload *workload,
	unsigned concurrency, const struct variant *variant)
{
	if (!worth_a_run(model))
		return;
	if (count == CASES_MAX)
		abort();
	struct contract *contract = &contracts[count];
	*contract = (struct contract){ model, workload, variant, concurrency, "" };
	snprintf(contract->name, sizeof contract->name, "%s %s%s%s%s%s -c %u", model->name,
		workload->name, variant ? " " : "", variant ? variant->name : "",
		variant ? "=" : "", variant ? variant->value : "", concurrency);
	tests[TABLE_TESTS + count++] = (struct CMUnitTest){
		.name = contract->name, .test_func = keeps_contract, .initial_state = contract
	};
}

/* Each model with each workload and concurrency, and with each variant. */
int main(void)
{
	small_environment();
	memcpy(tests, table_tests, sizeof table_tests);
	for (int w = 0; workloads[w]; w++)
		for (int m = 0; models[m] && workloads[w]->kind != WORKLOAD_SERVICE; m++)
			for (int c = CONCURRENCY_FIRST; c < CONCURRENCIES; c++)
				add_case(models[m], workloads[w], concurrencies[c], NULL);
	for (int v = 0; v < VARIANTS; v++)
		for (int m = 0; models[m]; m++)
			add_case(models[m], workload_find(variants[v].workload),
				VARIANT_CONCURRENCY, &variants[v]);
	return _cmocka_run_group_tests("contract", tests, TABLE_TESTS + count, NULL, NULL);
}
