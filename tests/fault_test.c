/* SPDX-License-Identifier: MIT */
/*
 * When something fails: the nth fork, thread, stack or allocation, a task that
 * crashes, a model that cheats. What failed is told with its reason, all else
 * is right, and nothing is left behind.
 */
#include "small.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "../bench/inability.h"
#include "../models/io.h"
#include "../models/service.h"

enum { LIMIT_S = 60, TASKS = 10, CONCURRENCY = 3 };

/* Which call of which function fails: the count is shared with forked children. */
enum call { CALL_NONE, CALL_FORK, CALL_THREAD, CALL_MMAP, CALL_MPROTECT, CALL_MALLOC };

struct fault {
	enum call call;
	atomic_int left;   /* it fails when this comes down to 0 */
	atomic_bool every; /* and all later ones with it */
};

static struct fault *fault; /* in shared memory */

static bool fails(enum call call)
{
	if (!fault || fault->call != call)
		return false;
	int left = --fault->left;
	return left == 0 || (left < 0 && fault->every);
}

/* Makefile: WRAP_fault_test. */
pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg);
int __wrap_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg);
void *__real_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);
int __real_mprotect(void *addr, size_t size, int prot);
int __wrap_mprotect(void *addr, size_t size, int prot);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
CURL *__real_curl_easy_init(void);
CURL *__wrap_curl_easy_init(void);
CURLM *__real_curl_multi_init(void);
CURLM *__wrap_curl_multi_init(void);

pid_t __wrap_fork(void)
{
	if (!fails(CALL_FORK))
		return __real_fork();
	errno = EAGAIN;
	return -1;
}

int __wrap_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
	return fails(CALL_THREAD) ? EAGAIN : __real_pthread_create(thread, attr, fn, arg);
}

void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset)
{
	if (!fails(CALL_MMAP))
		return __real_mmap(addr, size, prot, flags, fd, offset);
	errno = ENOMEM;
	return MAP_FAILED;
}

int __wrap_mprotect(void *addr, size_t size, int prot)
{
	if (!fails(CALL_MPROTECT))
		return __real_mprotect(addr, size, prot);
	errno = ENOMEM;
	return -1;
}

static bool out_of_memory(void)
{
	if (fails(CALL_MALLOC))
		errno = ENOMEM;
	else
		return false;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return out_of_memory() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return out_of_memory() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return out_of_memory() ? NULL : __real_realloc(old, size);
}

CURL *__wrap_curl_easy_init(void)
{
	return out_of_memory() ? NULL : __real_curl_easy_init();
}

CURLM *__wrap_curl_multi_init(void)
{
	return out_of_memory() ? NULL : __real_curl_multi_init();
}

static void arm(enum call call, int nth, bool every)
{
	fault->left = nth;
	fault->every = every;
	fault->call = call;
}

/* Whether the call that was to fail was reached. */
static bool disarm(void)
{
	fault->call = CALL_NONE;
	return fault->left <= 0;
}

static void make_fault(void)
{
	fault = __real_mmap(
		NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(fault != MAP_FAILED);
}

/* What a run came to. */
struct tally {
	int right, failed;
	uint64_t first_failed;
	char reason[256];
};

/* Each task is right, or has failed with err and without being run. */
static struct tally count_tasks(const struct trial *trial, int err)
{
	struct tally tally = { 0 };

	for (uint64_t i = 0; i < trial->job.tasks; i++) {
		const struct record *record = &trial->records[i];
		if (!record->err) {
			check_equal(record->runs, 1);
			check_equal(record->digest == trial->work.expected, 1);
			tally.right++;
			continue;
		}
		/* idle tells a limit that it met as what this machine cannot have. */
		if (record->err != err && !(err == -ENOMEM && record->err == -ENOTSUP))
			fail_case("task %d: %s", (int)i, strerror(-record->err));
		if (tally.failed++ == 0)
			tally.first_failed = i;
	}
	check_equal(trial_errors(trial, tally.reason, sizeof tally.reason), tally.failed);
	return tally;
}

/* One run of the null workload with the nth call failing. */
static struct tally run_null(const struct model *model, enum call call, int nth, bool every)
{
	struct small small;

	small_open(&small, workload_find("null"), TASKS);
	arm(call, nth, every);
	int err = trial_run(&small.trial, model, TASKS, CONCURRENCY);
	check(disarm());
	check_equal(err, 0);
	struct tally tally = count_tasks(
		&small.trial, call == CALL_MMAP || call == CALL_MPROTECT ? -ENOMEM : -EAGAIN);
	check_equal(tally.right + tally.failed, TASKS);
	small_close(&small);
	return tally;
}

static void check_reason(const struct tally *tally, uint64_t task, const char *why)
{
	char expected[256];

	snprintf(expected, sizeof expected, "task %d: %s", (int)task, why);
	if (strcmp(tally->reason, expected) != 0)
		fail_case("\"%s\", not \"%s\"", tally->reason, expected);
}

/* A process or thread a task: the nth call is task n - 1, and no other task pays for it. */
static void one_call_a_task(const struct model *model, enum call call)
{
	for (int nth = 1; nth <= TASKS; nth++) {
		struct tally tally = run_null(model, call, nth, false);
		check_equal(tally.failed, 1);
		check_equal(tally.first_failed, nth - 1);
		check_reason(&tally, nth - 1, "Resource temporarily unavailable");
	}
	for (int nth = 1; nth <= TASKS; nth++)
		check_equal(run_null(model, call, nth, true).right, nth - 1);
}

/* A call a worker: a smaller pool is not what was asked for, so the run fails, with the reason. */
static void one_call_a_worker(const char *model, enum call call)
{
	for (int nth = 1; nth <= CONCURRENCY; nth++) {
		struct small small;
		small_open(&small, workload_find("null"), TASKS);
		small_choose(&small, model);
		arm(call, nth, false);
		check_equal(trial_run(&small.trial, small.spec.model, TASKS, CONCURRENCY), -EAGAIN);
		check(disarm());
		small_close(&small);
	}
}

static void processes_fork(void)
{
	one_call_a_task(model_find("processes"), CALL_FORK);
}

static void prefork_fork(void)
{
	one_call_a_worker("prefork", CALL_FORK);
}

static void threads_pthread_create(void)
{
	one_call_a_task(model_find("threads"), CALL_THREAD);
}

static void threadpool_pthread_create(void)
{
	one_call_a_worker("threadpool", CALL_THREAD);
}

static void loops_pthread_create(void)
{
	one_call_a_worker("multicore:loops=3", CALL_THREAD);
}

static void loops_fork(void)
{
	one_call_a_worker("multiprocess-coroutine:workers=3", CALL_FORK);
}

/* The ready that must not be called. */
static void not_ready(struct service *service)
{
	(void)service;
	fail_case("it says that it serves, though a part of it is missing");
}

/* A server that cannot have all its loops ends those it has, and says why. */
static void serving_fails(const char *name, enum call call)
{
	const struct model *model;
	struct params params;
	struct service service = { .address = { .sin_family = AF_INET,
					   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
		.connections_max = 100,
		.params = &params,
		.refusal = "",
		.ready = not_ready };

	check_equal(cli_model("test", name, &model, &params), 0);
	service_stop_on_signals(&service);
	arm(call, 3, false);
	check_equal(model->serve(&service), -EAGAIN);
	check(disarm());
}

static void serving_pthread_create(void)
{
	serving_fails("multicore:loops=3", CALL_THREAD);
}

static void serving_fork(void)
{
	serving_fails("multiprocess-coroutine:workers=3", CALL_FORK);
}

/* The run itself fails: no task has been run, and none is said to have been. */
static void run_fails(const char *model, enum call call, int err)
{
	struct small small;
	char reason[256];

	small_open(&small, workload_find("null"), TASKS);
	arm(call, 1, false);
	check_equal(trial_run(&small.trial, model_find(model), TASKS, CONCURRENCY), err);
	check(disarm());
	check_equal(trial_errors(&small.trial, reason, sizeof reason), TASKS);
	check(strcmp(reason, "task 0: it was never run") == 0);
	small_close(&small);
}

static void first_allocation_of_a_model(void)
{
	run_fails("prefork", CALL_MMAP, -ENOMEM);
	run_fails("coroutine", CALL_MMAP, -ENOMEM);
	run_fails("processes", CALL_MALLOC, -ENOMEM);
	run_fails("threads", CALL_MALLOC, -ENOMEM);
	run_fails("threadpool", CALL_MALLOC, -ENOMEM);
	run_fails("multicore", CALL_MALLOC, -ENOMEM);
	run_fails("multiprocess-coroutine", CALL_MMAP, -ENOMEM);
}

enum { FEW = 4, AT_ONCE = 2 };

/*
 * Which allocations fail: each in the plain build, and every so manieth under a
 * sanitizer. The next pairing begins with another of them, and pairings have
 * most of their allocations in common, so that each of these still fails in
 * one of them.
 */
enum { STEP = SANITIZED ? 4 : 1 };

/*
 * A run with the nth allocation failing, and all later ones with it or none:
 * each task is right, or has failed for lack of memory. False when there was
 * no nth.
 */
static bool survives_allocation(struct small *small, const struct model *model, int nth, bool every)
{
	struct tally tally = { 0 };

	small_again(small);
	arm(CALL_MALLOC, nth, every);
	int err = trial_run(&small->trial, model, FEW, AT_ONCE);
	bool reached = disarm();
	check(err == 0 || err == -ENOMEM);
	if (!err)
		tally = count_tasks(&small->trial, -ENOMEM);
	if (tally.failed > (!reached ? 0 : every ? FEW : 1))
		fail_case("allocation %d failed %d tasks", nth, tally.failed);
	return reached;
}

/* The first to fail is one of the first STEP. */
static void each_allocation(const struct model *model, const struct workload *workload, int first)
{
	enum { NEVER = 300 };
	struct small small;

	small_open(&small, workload, FEW);
	for (int every = 0; every < 2; every++)
		for (int nth = first; survives_allocation(&small, model, nth, every); nth += STEP)
			check(nth < NEVER);
	small_close(&small);
}

/* A copy of fetch whose server is silent for longer than a task waits. */
static struct workload silent_fetch(struct param params[PARAMS_MAX + 1])
{
	struct workload workload = *workload_find("fetch");
	int count = 0;

	for (const struct param *row = workload.params; row->name; row++) {
		params[count] = *row;
		if (strcmp(row->name, "delay_ms") == 0)
			params[count].initial = "30000";
		if (strcmp(row->name, "timeout_ms") == 0)
			params[count].initial = "10";
		count++;
	}
	params[count] = (struct param){ 0 };
	workload.params = params;
	return workload;
}

static bool times_out_with_allocation(struct small *small, const struct model *model, int nth)
{
	small_again(small);
	arm(CALL_MALLOC, nth, false);
	int64_t start_ns = io_now_ns();
	int err = trial_run(&small->trial, model, FEW, FEW);
	check(io_now_ns() - start_ns < INT64_C(5000000000));
	bool reached = disarm();
	for (int i = 0; i < FEW && !err; i++)
		if (small->trial.records[i].err != -ETIMEDOUT)
			check_equal(small->trial.records[i].err, -ENOMEM);
	check(err == 0 || err == -ENOMEM);
	return reached;
}

/* A time-out that there was no memory for comes all the same. */
static void fetches_time_out_without_memory(void)
{
	struct param params[PARAMS_MAX + 1];
	const struct workload workload = silent_fetch(params);
	struct small small;

	small_open(&small, &workload, FEW);
	for (int m = 0; models[m]; m++) {
		if (small_inability(models[m], &workload))
			continue;
		for (int nth = 1 + m % STEP; times_out_with_allocation(&small, models[m], nth);
			nth += STEP)
			;
	}
	small_close(&small);
}

struct pairing {
	const struct model *model;
	const struct workload *workload;
	int first; /* of the allocations that fail */
	char name[96];
};

static void run_pairing(const void *arg)
{
	const struct pairing *pairing = arg;
	struct holdings before;

	make_fault();
	holdings_warm_up();
	holdings_take(&before);
	each_allocation(pairing->model, pairing->workload, pairing->first);
	holdings_check(&before);
}

static void survives_each_allocation(void **state)
{
	child_must_pass(LIMIT_S, run_pairing, *state);
}

/* A task of the test's own: all are right but this one. */
enum { VICTIM = 3, STEADY_DIGEST = 7 };

static int steady_setup(struct work *work)
{
	work->expected = STEADY_DIGEST;
	return 0;
}

static int steady_task(struct work *work, uint64_t i, uint64_t *digest)
{
	(void)work, (void)i;
	*digest = STEADY_DIGEST;
	return 0;
}

static int crashing_task(struct work *work, uint64_t i, uint64_t *digest)
{
	if (i == VICTIM) {
		signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would exit */
		raise(SIGSEGV);
	}
	return steady_task(work, i, digest);
}

static int exiting_task(struct work *work, uint64_t i, uint64_t *digest)
{
	if (i == VICTIM)
		_exit(1);
	return steady_task(work, i, digest);
}

static int always_crashing_task(struct work *work, uint64_t i, uint64_t *digest)
{
	return crashing_task(work, VICTIM + 0 * i, digest);
}

static int lying_task(struct work *work, uint64_t i, uint64_t *digest)
{
	int err = steady_task(work, i, digest);

	*digest += i == VICTIM;
	return err;
}

static const struct workload workload_crashing = {
	.name = "crashing", .setup = steady_setup, .task = crashing_task
};
static const struct workload workload_exiting = {
	.name = "exiting", .setup = steady_setup, .task = exiting_task
};
static const struct workload workload_always_crashing = {
	.name = "always crashing", .setup = steady_setup, .task = always_crashing_task
};
static const struct workload workload_lying = {
	.name = "lying", .setup = steady_setup, .task = lying_task
};
static const struct workload workload_steady = {
	.name = "steady", .setup = steady_setup, .task = steady_task
};

/* Run it; the reason must be this, and so many tasks must have gone wrong. */
static void expect_errors(const struct model *model, const struct workload *workload,
	unsigned concurrency, uint64_t errors, const char *reason)
{
	struct small small;
	char told[256] = "";

	small_open(&small, workload, TASKS);
	check_equal(trial_run(&small.trial, model, TASKS, concurrency), 0);
	check_equal(trial_errors(&small.trial, told, sizeof told), errors);
	if (strcmp(told, reason) != 0)
		fail_case("%s: \"%s\", not \"%s\"", model->name, told, reason);
	small_close(&small);
}

static void a_crash_costs_one_task(void)
{
	static const char *const isolating[] = { "processes", "prefork" };
	static const unsigned concurrencies[] = { 1, CONCURRENCY, TASKS + 5 };

	for (int m = 0; m < 2; m++)
		for (int c = 0; c < 3; c++) {
			const struct model *model = model_find(isolating[m]);
			bool nobody_left = m == 1 && c == 0; /* the only worker has died */
			unsigned lost = nobody_left ? TASKS - VICTIM : 1;
			expect_errors(model, &workload_crashing, concurrencies[c], lost,
				"task 3: its process died");
			expect_errors(model, &workload_exiting, concurrencies[c], lost,
				"task 3: its process died");
			expect_errors(model, &workload_always_crashing, concurrencies[c], TASKS,
				"task 0: its process died");
		}
}

static int skip_one(struct job *job)
{
	for (uint64_t i = 0; i < job->tasks; i++)
		if (i != VICTIM)
			job->task(job, i);
	return 0;
}

static int repeat_one(struct job *job)
{
	for (uint64_t i = 0; i < job->tasks; i++)
		job->task(job, i);
	job->task(job, VICTIM);
	return 0;
}

static int run_none(struct job *job)
{
	(void)job;
	return 0;
}

/* The parentheses keep cmocka's macro of that name out. */
static int fail_one(struct job *job)
{
	skip_one(job);
	(job->fail)(job, VICTIM, -EMFILE);
	return 0;
}

static void broken_models_are_caught(void)
{
	const struct model skipping = { .name = "skipping", .run = skip_one };
	const struct model repeating = { .name = "repeating", .run = repeat_one };
	const struct model idle = { .name = "idle", .run = run_none };
	const struct model failing = { .name = "failing", .run = fail_one };

	expect_errors(&skipping, &workload_steady, 1, 1, "task 3: it was never run");
	expect_errors(&repeating, &workload_steady, 1, 1, "task 3: it was run more than once");
	expect_errors(&idle, &workload_steady, 1, TASKS, "task 0: it was never run");
	expect_errors(&failing, &workload_steady, 1, 1, "task 3: Too many open files");
}

static void wrong_digests_are_caught(void)
{
	for (int m = 0; models[m]; m++) {
		expect_errors(
			models[m], &workload_lying, CONCURRENCY, 1, "task 3: its digest is wrong");
		expect_errors(models[m], &workload_steady, CONCURRENCY, 0, "");
	}
}

/* A record by hand: what trial_errors says of times and answers that cannot be. */
static void impossible_records_are_caught(void)
{
	struct small small;
	char reason[256] = "";

	small_open(&small, &workload_steady, TASKS);
	check_equal(trial_run(&small.trial, model_find("blocking"), TASKS, 1), 0);
	check_equal(trial_errors(&small.trial, reason, sizeof reason), 0);
	small.trial.records[VICTIM].end_ns = small.trial.records[VICTIM].start_ns - 1;
	small.trial.records[VICTIM + 1].err = -EBADMSG;
	check_equal(trial_errors(&small.trial, reason, sizeof reason), 2);
	check(strcmp(reason, "task 3: it ended before it started") == 0);
	small.trial.records[VICTIM].end_ns = small.trial.records[VICTIM].start_ns;
	check_equal(trial_errors(&small.trial, reason, sizeof reason), 1);
	check(strcmp(reason, "task 4: the answer was not the expected one") == 0);
	small_close(&small);
}

struct fault_case {
	const char *name;
	void (*fn)(void);
};

static void run_case(const void *arg)
{
	const struct fault_case *test = arg;
	struct holdings before;

	make_fault();
	holdings_warm_up();
	holdings_take(&before);
	test->fn();
	holdings_check(&before);
}

static void fault_case(void **state)
{
	child_must_pass(LIMIT_S, run_case, *state);
}

static const struct fault_case cases[] = {
/* clang-format off */
#define FAULT_CASE(fn) { #fn, fn }
	/* clang-format on */
	FAULT_CASE(processes_fork),
	FAULT_CASE(prefork_fork),
	FAULT_CASE(threads_pthread_create),
	FAULT_CASE(threadpool_pthread_create),
	FAULT_CASE(loops_pthread_create),
	FAULT_CASE(loops_fork),
	FAULT_CASE(serving_pthread_create),
	FAULT_CASE(serving_fork),
	FAULT_CASE(first_allocation_of_a_model),
	FAULT_CASE(fetches_time_out_without_memory),
	FAULT_CASE(a_crash_costs_one_task),
	FAULT_CASE(broken_models_are_caught),
	FAULT_CASE(wrong_digests_are_caught),
	FAULT_CASE(impossible_records_are_caught),
};

enum { CASES = sizeof cases / sizeof *cases, PAIRINGS_MAX = 512 };

int main(void)
{
	static struct pairing pairings[PAIRINGS_MAX];
	static struct CMUnitTest tests[CASES + PAIRINGS_MAX];
	size_t count = 0;

	small_environment();
	for (int i = 0; i < CASES; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = fault_case,
			.initial_state = (void *)&cases[i] };
	for (int w = 0; workloads[w]; w++)
		for (int m = 0; workloads[w]->task && models[m]; m++) {
			struct trial_spec spec = { .model = models[m], .workload = workloads[w] };
			params_init(&spec.model_params, models[m]->params);
			if (inability(&spec) || !worth_a_run(models[m]))
				continue; /* contract_test sees to it that an inability is told */
			if (count == PAIRINGS_MAX)
				abort();
			struct pairing *pairing = &pairings[count];
			*pairing = (struct pairing){ models[m], workloads[w], 1 + (m + w) % STEP,
				"" };
			snprintf(pairing->name, sizeof pairing->name, "out of memory in %s %s",
				models[m]->name, workloads[w]->name);
			tests[CASES + count++] = (struct CMUnitTest){ .name = pairing->name,
				.test_func = survives_each_allocation,
				.initial_state = pairing };
		}
	return _cmocka_run_group_tests("fault", tests, CASES + count, NULL, NULL);
}
