/* SPDX-License-Identifier: MIT */
/*
 * What the contract test does not show of the workloads of structure: their
 * numbers against published ones, that a wrong answer is seen, that a call
 * which fails ends all children, and what their figures say.
 */
#include "small.h"

#include "../bench/trial_result.h"
#include "../models/io.h"
#include "../models/par_posix.h"

enum { LIMIT_S = 60 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool is_sanitized = true; /* it has memory of its own for each thread */
#else
static const bool is_sanitized = false;
#endif

/* A workload set up for one task. */
struct one {
	struct params params;
	struct trial_spec spec;
	struct trial trial;
	char workdir[WORKDIR_MAX];
};

/* settings: NAME=VALUE.., closed by NULL. Returns what setup does. */
static int one_open(struct one *one, const char *workload, const char *const *settings)
{
	*one = (struct one){ .spec = { .workload = workload_find(workload), .tasks = 1 } };
	check(one->spec.workload != NULL);
	check_equal(workdir_make(one->workdir), 0);
	one->spec.workdir = one->workdir;
	params_init(&one->spec.params, one->spec.workload->params);
	for (; settings && *settings; settings++) {
		char name[64];
		const char *equals = strchr(*settings, '=');
		snprintf(name, sizeof name, "%.*s", (int)(equals - *settings), *settings);
		check_equal(params_set(&one->spec.params, name, equals + 1), 0);
	}
	check_equal(trial_open(&one->trial, &one->spec, NULL), 0);
	return one->spec.workload->setup(&one->trial.work);
}

static void one_close(struct one *one)
{
	if (one->spec.workload->teardown)
		one->spec.workload->teardown(&one->trial.work);
	trial_close(&one->trial);
	check_empty_folder(one->workdir);
	check_equal(rmdir(one->workdir), 0);
}

static int one_task(struct one *one, uint64_t *digest)
{
	return one->spec.workload->task(&one->trial.work, 0, digest);
}

static double one_figure(const struct one *one, unsigned which)
{
	return one->trial.work.said->figures[which];
}

/* A setting with its value, and what setup and the task must both come to. */
struct published {
	const char *setting;
	uint64_t value;
};

static void check_published(
	const char *workload, const struct par_ops *world, const struct published *row)
{
	struct one one;

	par = world;
	for (; row->setting; row++) {
		uint64_t digest = 0;
		check_equal(one_open(&one, workload, (const char *[]){ row->setting, NULL }), 0);
		check_equal(one_task(&one, &digest), 0);
		if (digest != row->value || one.trial.work.expected != row->value)
			fail_case("%s: %llu, expected %llu", row->setting,
				(unsigned long long)digest,
				(unsigned long long)one.trial.work.expected);
		one_close(&one);
	}
}

/* OEIS A000170. */
static void nqueens_numbers(const void *arg)
{
	static const struct published rows[] = { { "queens=1", 1 }, { "queens=2", 0 },
		{ "queens=3", 0 }, { "queens=4", 2 }, { "queens=5", 10 }, { "queens=6", 4 },
		{ "queens=7", 40 }, { "queens=8", 92 }, { "queens=9", 352 }, { "queens=10", 724 },
		{ 0 } };

	(void)arg;
	check_published("nqueens", &par_blocking, rows);
	check_published("nqueens", &par_processes, rows);
}

/* OEIS A000045; from F(94) on modulo 2^64. */
static void generator_numbers(const void *arg)
{
	static const struct published rows[] = { { "values=1", 1 }, { "values=2", 1 },
		{ "values=3", 2 }, { "values=10", 55 }, { "values=90", 2880067194370816120 },
		{ "values=93", UINT64_C(12200160415121876738) },
		{ "values=94", 1293530146158671551 }, { "values=1000", 817770325994397771 },
		{ 0 } };

	(void)arg;
	check_published("generator", &par_threads, rows);
}

/*
 * A world in which one call goes wrong: the world it stands on, but for the
 * nth call of one kind. The counts are shared by its children.
 */
enum call { SPAWN, SHARE, CHANNEL_OPEN, SEND, RECEIVE, PIPE, READ, WRITE, CALLS };

struct faults {
	const struct par_ops *under;
	struct par_ops par;
	struct io_ops io;
	enum call call;
	unsigned nth; /* from 1 */
	int err;      /* 0: a receive succeeds with a wrong value */
	unsigned calls[CALLS];
};

static struct faults *faults;

static bool goes_wrong(enum call call)
{
	unsigned now = __atomic_add_fetch(&faults->calls[call], 1, __ATOMIC_RELAXED);

	return call == faults->call && now == faults->nth;
}

struct spawned {
	int (*fn)(void *arg);
	void *arg;
};

/* The child's thread begins in the world under this one. */
static int enter_faults(void *arg)
{
	struct spawned spawned = *(struct spawned *)arg;

	free(arg);
	par = &faults->par;
	io = &faults->io;
	return spawned.fn(spawned.arg);
}

static int faulty_spawn(struct par_child **child, int (*fn)(void *arg), void *arg)
{
	struct spawned *spawned = malloc(sizeof *spawned);

	check(spawned != NULL);
	*spawned = (struct spawned){ fn, arg };
	int err = goes_wrong(SPAWN) ? faults->err
				    : faults->under->spawn(child, enter_faults, spawned);
	if (err || faults->under == &par_processes)
		free(spawned); /* a process has its own copy */
	return err;            /* NOLINT: the child frees it */
}

static void *faulty_share(size_t size)
{
	return goes_wrong(SHARE) ? NULL : faults->under->share(size);
}

static int faulty_channel_open(struct par_channel **channel, unsigned capacity)
{
	return goes_wrong(CHANNEL_OPEN) ? faults->err
					: faults->under->channel_open(channel, capacity);
}

static int faulty_send(struct par_channel *channel, uint64_t value)
{
	return goes_wrong(SEND) ? faults->err : faults->under->send(channel, value);
}

/* A wrong value comes in place of a right one, so it is those that count then. */
static int faulty_receive(struct par_channel *channel, uint64_t *value)
{
	if (faults->err && goes_wrong(RECEIVE))
		return faults->err;
	int err = faults->under->receive(channel, value);
	*value += !err && !faults->err && goes_wrong(RECEIVE);
	return err;
}

static int faulty_pipe(int fds[2])
{
	return goes_wrong(PIPE) ? faults->err : io_blocking.pipe(fds);
}

static ssize_t faulty_read(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	return goes_wrong(READ) ? faults->err : io_blocking.read(fd, buf, size, deadline_ns);
}

static ssize_t faulty_write(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	return goes_wrong(WRITE) ? faults->err : io_blocking.write(fd, buf, size, deadline_ns);
}

static void faults_enter(const struct par_ops *under, enum call call, unsigned nth, int err)
{
	if (!faults)
		faults = processes_share(sizeof *faults);
	check(faults != NULL);
	*faults = (struct faults){ .under = under,
		.par = *under,
		.io = io_blocking,
		.call = call,
		.nth = nth,
		.err = err };
	faults->par.spawn = faulty_spawn;
	faults->par.share = faulty_share;
	faults->par.channel_open = faulty_channel_open;
	faults->par.send = faulty_send;
	faults->par.receive = faulty_receive;
	faults->io.pipe = faulty_pipe;
	faults->io.read = faulty_read;
	faults->io.write = faulty_write;
	par = &faults->par;
	io = &faults->io;
}

static void faults_leave(void)
{
	par = NULL;
	io = &io_blocking;
}

/* A workload that is small, and the calls in which it may fail. */
struct small_case {
	const char *workload;
	const char *settings[5];
	enum call calls[6];         /* closed by CALLS */
	bool numbers_spawn_failure; /* which is then -ENOTSUP */
};

static const struct small_case small_cases[] = {
	{ "pipeline", { "items=8", "capacity=2" },
		{ SPAWN, SHARE, CHANNEL_OPEN, SEND, RECEIVE, CALLS } },
	{ "ring", { "children=3", "laps=2" }, { SPAWN, CHANNEL_OPEN, SEND, RECEIVE, CALLS } },
	{ "ring", { "children=3", "laps=2", "over=pipes" }, { SPAWN, PIPE, READ, WRITE, CALLS } },
	{ "nqueens", { "queens=4" }, { SPAWN, SHARE, CALLS } },
	{ "stall", { "timers=3", "beats=3", "block_ms=1" },
		{ SPAWN, SHARE, CHANNEL_OPEN, RECEIVE, CALLS } },
	{ "generator", { "values=5" }, { SPAWN, CHANNEL_OPEN, CALLS } },
	{ "idle", { "children=3" }, { SPAWN, SHARE, CHANNEL_OPEN, RECEIVE, CALLS }, true },
};

/* Let the nth call fail, for each n until the task comes to its end without; nothing may be left.
 */
static void fail_each(const struct small_case *small, const struct par_ops *world, enum call call)
{
	bool ended_well = false;

	for (unsigned nth = 1; !ended_well; nth++) {
		struct one one;
		uint64_t digest = 0;
		int expected = call == SHARE ? -ENOMEM : call == SPAWN ? -EAGAIN : -EIO;
		if (call == SPAWN && small->numbers_spawn_failure)
			expected = -ENOTSUP;
		check_equal(one_open(&one, small->workload, small->settings), 0);
		faults_enter(world, call, nth, call == SPAWN ? -EAGAIN : -EIO);
		int err = one_task(&one, &digest);
		ended_well = faults->calls[call] < nth;
		faults_leave();
		if (ended_well && (err || digest != one.trial.work.expected))
			fail_case("%s: without a fault: %d", small->workload, err);
		if (!ended_well && err != expected)
			fail_case("%s, fault %d in call %u: %d, not %d", small->workload, call, nth,
				err, expected);
		if (expected == -ENOTSUP && !ended_well &&
			!strstr(one.trial.work.reason, "alive, then: Resource temporarily unav"))
			fail_case("reason: %s", one.trial.work.reason);
		one_close(&one);
		check(nth < 1000);
	}
}

static void a_failure_ends_all(const void *arg)
{
	const struct par_ops *const worlds[] = { &par_threads, &par_processes };
	const struct small_case *small = arg;
	struct holdings before;

	signal(SIGPIPE, SIG_IGN);
	holdings_warm_up();
	holdings_take(&before);
	for (int w = 0; w < 2; w++)
		for (const enum call *call = small->calls; *call != CALLS; call++)
			fail_each(small, worlds[w], *call);
	holdings_check(&before);
}

/* One value that comes out wrong must not come to the right digest. */
static void a_wrong_value_is_seen(const void *arg)
{
	const struct {
		const char *workload, *settings[3];
	} cases[] = {
		{ "pipeline", { "items=20" } },
		{ "ring", { "children=5", "laps=3" } },
	};

	(void)arg;
	for (int i = 0; i < 2; i++)
		for (unsigned nth = 1; nth <= 15; nth++) {
			struct one one;
			uint64_t digest = 0;
			check_equal(one_open(&one, cases[i].workload, cases[i].settings), 0);
			faults_enter(&par_threads, RECEIVE, nth, 0);
			check_equal(one_task(&one, &digest), 0);
			faults_leave();
			check(digest != one.trial.work.expected);
			one_close(&one);
		}
}

static ssize_t read_elsewhere(int fd, void *buf, size_t size, off_t offset)
{
	return io_blocking.pread(fd, buf, size, offset == 0 ? 4096 : 0);
}

static ssize_t read_half(int fd, void *buf, size_t size, off_t offset)
{
	return io_blocking.pread(fd, buf, size / 2, offset);
}

static void a_wrong_block_is_seen(const void *arg)
{
	struct io_ops elsewhere = io_blocking, half = io_blocking;
	struct one one;
	uint64_t digest = 0;

	(void)arg;
	elsewhere.pread = read_elsewhere;
	half.pread = read_half;
	check_equal(one_open(&one, "randread", (const char *[]){ "file_mib=1", NULL }), 0);
	check_equal(one_task(&one, &digest), 0);
	check_equal(digest, one.trial.work.expected);
	io = &elsewhere;
	check_equal(one_task(&one, &digest), -EBADMSG);
	io = &half;
	check_equal(one_task(&one, &digest), -EIO);
	io = &io_blocking;
	one_close(&one);
}

/* Only where TMPDIR says nothing else is /dev/shm certain to be memory. */
static void direct_is_refused_by_memory(const void *arg)
{
	struct one one;

	(void)arg;
	check_equal(setenv("TMPDIR", "/dev/shm", 1), 0);
	check_equal(one_open(&one, "randread", (const char *[]){ "file_mib=1", "direct=1", NULL }),
		-ENOTSUP);
	if (!strstr(one.trial.work.reason, "set TMPDIR to a disk"))
		fail_case("%s", one.trial.work.reason);
	one_close(&one);
}

enum { LATENESS_P50, LATENESS_P99, LATENESS_MAX };

static const double block_ns = 50e6;

/* p99 of a call of 50 ms in the middle of 40 ms of beats, every 2 ms. */
static double late_p99_ns(const char *model, const char *offload, unsigned concurrency)
{
	struct one one;
	char reason[256];

	check_equal(one_open(&one, "stall", (const char *[]){ "beats=20", offload, NULL }), 0);
	check_equal(trial_run(&one.trial, model_find(model), 1, concurrency), 0);
	if (trial_errors(&one.trial, reason, sizeof reason))
		fail_case("%s: %s", model, reason);
	double p99_ns = one_figure(&one, LATENESS_P99);
	check(one_figure(&one, LATENESS_P50) >= 0 && p99_ns >= one_figure(&one, LATENESS_P50));
	check(one_figure(&one, LATENESS_MAX) >= p99_ns);
	one_close(&one);
	return p99_ns;
}

/*
 * A call that holds up everybody is as long as the lateness it makes, one that
 * does not leaves the others as late as the machine makes them: on a busy one
 * it may take some tries to tell.
 */
static void check_free_of_stall(const char *model, const char *offload)
{
	double p99_ns = 0;

	for (int tries = 0; tries < 8; tries++) {
		p99_ns = late_p99_ns(model, offload, 1);
		if (p99_ns < block_ns / 2)
			return;
	}
	fail_case("%s, %s: late by %.0f ns", model, offload, p99_ns);
}

static void stall_of_threads(const void *arg)
{
	(void)arg;
	check_free_of_stall("threads", "offload=0");
	check_free_of_stall("processes", "offload=0");
}

/* Every model whose tasks all run on one thread. */
static void stall_of_one_thread(const void *arg)
{
	const unsigned children = MODEL_SPAWN | MODEL_RENDEZVOUS;
	int tested = 0;

	(void)arg;
	for (int m = 0; models[m]; m++) {
		const struct model *model = models[m];
		if (model_unavailable(model, NULL) || (model->features & MODEL_MULTICORE) ||
			(model->features & children) != children)
			continue;
		double p99_ns = late_p99_ns(model->name, "offload=0", 1);
		if (p99_ns < block_ns * 0.9)
			fail_case("%s: late by only %.0f ns", model->name, p99_ns);
		check_free_of_stall(model->name, "offload=1");
		tested++;
	}
	check(tested > 0);
}

/*
 * Where a child runs to its end before the next, the last begins when its beats
 * are all past. Who blocks comes after them and makes none later, but for what
 * the machine does: hence some tries.
 */
static void check_one_by_one(const char *model, unsigned workers)
{
	const double late_ns = 20 * 2e6; /* the beats of a timer */
	double p99_ns = 0;

	for (int tries = 0; tries < 8; tries++) {
		p99_ns = late_p99_ns(model, "offload=0", workers);
		check(p99_ns > late_ns * 0.8);
		if (p99_ns < late_ns + block_ns / 2)
			return;
	}
	fail_case("%s: late by %.0f ns", model, p99_ns);
}

static void stall_of_one_by_one(const void *arg)
{
	(void)arg;
	check_one_by_one("blocking", 1);
	check_one_by_one("threadpool", 1);
	check_one_by_one("threadpool", 2);
}

enum { BYTES_PER_CHILD, ALIVE };

/*
 * Each child has touched a page. Later tasks find the stacks of the first, and
 * must come to the same all the same.
 */
static void idle_of_threads(const void *arg)
{
	enum { CHILDREN = 200, PAGE_BYTES = 4096, MOST_BYTES = 64 * 1024 };
	double first_bytes = 0;
	struct one one;

	(void)arg;
	par = &par_threads;
	check_equal(one_open(&one, "idle", (const char *[]){ "children=200", NULL }), 0);
	for (int i = 0; i < 3; i++) {
		uint64_t digest = 0;
		check_equal(one_task(&one, &digest), 0);
		check_equal(digest, CHILDREN);
		check_equal((long long)one_figure(&one, ALIVE), CHILDREN);
		double bytes = one_figure(&one, BYTES_PER_CHILD);
		if (i == 0)
			first_bytes = bytes;
		if (!(bytes >= PAGE_BYTES && bytes < 2 * first_bytes && bytes > first_bytes / 2))
			fail_case("task %d: %.0f bytes a child, the first %.0f", i, bytes,
				first_bytes);
		if (bytes > MOST_BYTES && !is_sanitized)
			fail_case("%.0f bytes a child", bytes);
	}
	one_close(&one);
}

static int do_nothing(void *arg)
{
	(void)arg;
	return 0;
}

static int spawn_nothing(struct par_child **child, int (*fn)(void *arg), void *arg)
{
	(void)fn;
	return par_blocking.spawn(child, do_nothing, arg);
}

/* A board of two queens has no solution, and that must have been found out. */
static void a_part_left_out_is_seen(const void *arg)
{
	struct par_ops lazy = par_blocking;
	uint64_t digest = 0;
	struct one one;

	(void)arg;
	lazy.spawn = spawn_nothing;
	par = &lazy;
	check_equal(one_open(&one, "nqueens", (const char *[]){ "queens=2", NULL }), 0);
	check_equal(one_task(&one, &digest), -EBADMSG);
	one_close(&one);
}

static void check_verdict(struct trial *trial, const int errs[2], const char *status)
{
	const struct usage usage = usage_now();

	for (int i = 0; i < 2; i++)
		trial->records[i] = (struct record){ .start_ns = 1,
			.end_ns = 2,
			.digest = trial->work.expected,
			.err = errs[i],
			.runs = 1 };
	json_t *json = trial_result(trial, &usage, &usage, -1);
	const char *found = json_string_value(json_object_get(json, "status"));
	if (strcmp(found, status) != 0)
		fail_case("%d and %d: %s, not %s", errs[0], errs[1], found, status);
	json_decref(json);
}

/* A task that meets a limit takes along those that find no memory, and hides nothing else. */
static void a_limit_hides_no_failure(const void *arg)
{
	struct small small;

	(void)arg;
	small_open(&small, workload_find("null"), 2);
	work_explain(&small.trial.work, "the %s", "first");
	work_explain(&small.trial.work, "the second");
	check(strcmp(small.trial.work.reason, "the first") == 0);
	check_verdict(&small.trial, (const int[]){ -ENOTSUP, 0 }, "unavailable");
	check_verdict(&small.trial, (const int[]){ -EAGAIN, -ENOTSUP }, "unavailable");
	check_verdict(&small.trial, (const int[]){ -ENOTSUP, -EBADMSG }, "failed");
	check_verdict(&small.trial, (const int[]){ -ENOMEM, 0 }, "failed");
	small_close(&small);
}

struct plain_case {
	const char *name;
	void (*fn)(const void *arg);
};

static void run_plain(void **state)
{
	const struct plain_case *plain = *state;

	child_must_pass(LIMIT_S, plain->fn, NULL);
}

static void run_small(void **state)
{
	child_must_pass(LIMIT_S, a_failure_ends_all, *state);
}

static const struct plain_case plain_cases[] = {
	{ "nqueens_numbers", nqueens_numbers },
	{ "generator_numbers", generator_numbers },
	{ "a_wrong_value_is_seen", a_wrong_value_is_seen },
	{ "a_wrong_block_is_seen", a_wrong_block_is_seen },
	{ "direct_is_refused_by_memory", direct_is_refused_by_memory },
	{ "stall_of_threads", stall_of_threads },
	{ "stall_of_one_thread", stall_of_one_thread },
	{ "stall_of_one_by_one", stall_of_one_by_one },
	{ "idle_of_threads", idle_of_threads },
	{ "a_part_left_out_is_seen", a_part_left_out_is_seen },
	{ "a_limit_hides_no_failure", a_limit_hides_no_failure },
};

enum {
	PLAIN = sizeof plain_cases / sizeof *plain_cases,
	SMALL = sizeof small_cases / sizeof *small_cases
};

int main(void)
{
	struct CMUnitTest tests[PLAIN + SMALL];
	char names[SMALL][64];

	for (int i = 0; i < PLAIN; i++)
		tests[i] = (struct CMUnitTest){ .name = plain_cases[i].name,
			.test_func = run_plain,
			.initial_state = (void *)&plain_cases[i] };
	for (int i = 0; i < SMALL; i++) {
		snprintf(names[i], sizeof names[i], "a failure ends all: %s (%d)",
			small_cases[i].workload, i);
		tests[PLAIN + i] = (struct CMUnitTest){ .name = names[i],
			.test_func = run_small,
			.initial_state = (void *)&small_cases[i] };
	}
	return _cmocka_run_group_tests("structure", tests, PLAIN + SMALL, NULL, NULL);
}
