/* SPDX-License-Identifier: MIT */
/*
 * idle: so many children alive at once, each with a page of its stack touched,
 * all waiting for what never comes. What is measured is memory: that of the
 * processes (PSS, docs/method.md) when all are alive, less that before the
 * first, the parent's handles included; not what the kernel holds for them.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "../launch.h"
#include "ceiling.h"
#include "children.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "children alive at once",
		.initial = "1000",
		.min = 1,
		.max = 1000000 },
	{ 0 },
};

enum { BYTES_PER_CHILD, ALIVE };

static const struct figure figures[] = {
	{ .name = "bytes_per_child", .unit = "bytes", .summary = "memory of a child that waits" },
	{ .name = "alive", .unit = "", .summary = "children alive at once" },
	{ 0 },
};

enum { PAGE_BYTES = 4096 };

/* How long no further child may come to life before that is taken for a failure. */
static const int64_t patience_ns = INT64_C(10000000000);

/* Shared by the tasks of a trial, whose memory cannot be told apart while they overlap. */
struct trial_state {
	pid_t pid; /* all processes of the trial come from this one */
	unsigned begun, ended;

	/*
	 * Before the first task, as later ones find stacks that it has left for
	 * them; negative where it is not known.
	 */
	long before_kib;
};

/* Shared by the children of a task. */
struct crowd {
	struct par_channel *channel; /* nobody sends */
	unsigned alive;
};

static int setup(struct work *work)
{
	struct trial_state *state = mmap(
		NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (state == MAP_FAILED)
		return -errno;
	state->pid = getpid();
	state->before_kib = -1;
	work->state = state;
	work->operations = param_number(work->params, "children");
	work->expected = work->operations;
	return 0;
}

static void teardown(struct work *work)
{
	if (work->state)
		munmap(work->state, sizeof(struct trial_state));
}

static int wait_idle(void *arg)
{
	struct crowd *crowd = arg;
	volatile char page[PAGE_BYTES];
	uint64_t nothing;

	page[0] = 1;
	__atomic_add_fetch(&crowd->alive, 1, __ATOMIC_RELAXED);
	int err = par_receive(crowd->channel, &nothing);
	return err == -EPIPE && page[0] == 1 ? 0 : err ? err : -EBADMSG;
}

static unsigned count_alive(const struct crowd *crowd)
{
	return __atomic_load_n(&crowd->alive, __ATOMIC_RELAXED);
}

/*
 * Wait until so many are alive. A child that has no memory to begin with is
 * known only when it is joined, so this gives up when no more come.
 */
static int await_alive(const struct crowd *crowd, unsigned count)
{
	int64_t deadline_ns = io_now_ns() + patience_ns;
	unsigned known = 0;

	for (unsigned tries = 0; count_alive(crowd) < count; tries++) {
		if (count_alive(crowd) > known) {
			known = count_alive(crowd);
			deadline_ns = io_now_ns() + patience_ns;
		}
		if (io_now_ns() > deadline_ns)
			return -ETIMEDOUT;
		if (tries < 100)
			io_yield();
		else
			io_sleep(100000);
	}
	return 0;
}

static int spawn_all(struct children *children, struct crowd *crowd, unsigned count)
{
	int err = children_start(children, count, wait_idle, crowd, 0);

	return err ? err : await_alive(crowd, count);
}

/* To be called by each task before its children. */
static void read_before(struct trial_state *state, const struct trial_state *begun)
{
	if (begun->begun != 1)
		return;
	long kib = memory_of_its_own_kib(state->pid);
	if (__atomic_load_n(&state->begun, __ATOMIC_SEQ_CST) == 1)
		__atomic_store_n(&state->before_kib, kib, __ATOMIC_SEQ_CST);
}

static void report(struct work *work, uint64_t i, unsigned alive, const struct trial_state *begun)
{
	const struct trial_state *state = work->state;
	long before_kib = __atomic_load_n(&state->before_kib, __ATOMIC_SEQ_CST);
	long after_kib = memory_of_its_own_kib(state->pid);
	bool alone = begun->begun == begun->ended + 1 &&
		__atomic_load_n(&state->begun, __ATOMIC_SEQ_CST) == begun->begun;

	work_peak_memory(work, memory_kib(state->pid));
	work_figure(work, i, ALIVE, alive);
	if (alone && before_kib >= 0 && after_kib >= before_kib)
		work_figure(work, i, BYTES_PER_CHILD,
			1024.0 * (double)(after_kib - before_kib) / alive);
}

static void explain(const struct work *work, const struct ceiling *ceiling, unsigned alive, int err)
{
	char text[WORK_REASON_MAX];

	ceiling_tell(ceiling, alive, err, text, sizeof text);
	work_explain(work, "%s", text);
}

/* A limit that was met is no failure of the model: it is told, as long as all are still alive. */
static int run_crowd(
	struct work *work, uint64_t i, struct crowd *crowd, const struct trial_state *begun)
{
	struct children children;
	struct ceiling ceiling = { 0 };
	unsigned count = work->operations;

	read_before(work->state, begun);
	int err = spawn_all(&children, crowd, count);
	unsigned alive = count_alive(crowd);

	if (err)
		ceiling = ceiling_nearest();
	else
		report(work, i, alive, begun);
	par_channel_close(crowd->channel);
	unsigned spawned = children.count;
	int join_err = children_join(&children);
	if (err == -ETIMEDOUT && join_err)
		err = join_err;
	if (err != -EAGAIN && err != -ENOMEM)
		return err ? err : join_err;
	explain(work, &ceiling, spawned < count ? spawned : alive, err);
	return -ENOTSUP;
}

static int with_crowd(struct work *work, uint64_t i, struct crowd *crowd, uint64_t *digest)
{
	struct trial_state *state = work->state;
	int err = par_channel_open(&crowd->channel, 1);

	if (err)
		return err;
	struct trial_state begun = { .ended = __atomic_load_n(&state->ended, __ATOMIC_SEQ_CST) };
	/* Only then: a task that ends in between still counts as one that overlaps. */
	begun.begun = __atomic_add_fetch(&state->begun, 1, __ATOMIC_SEQ_CST);
	err = run_crowd(work, i, crowd, &begun);
	__atomic_add_fetch(&state->ended, 1, __ATOMIC_SEQ_CST);
	par_channel_free(crowd->channel);
	*digest = crowd->alive;
	return err;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct crowd *crowd = par_share(sizeof *crowd);

	if (!crowd)
		return -ENOMEM;
	int err = with_crowd(work, i, crowd, digest);
	par_unshare(crowd, sizeof *crowd);
	return err;
}

/* The resumable form: a child has no stack to touch, so its frame is all there is of it. */
struct child_frame {
	struct resumable self;
	struct frame *parent;
	struct child_frame *before; /* started before it */
};

struct frame {
	struct task_frame task;
	struct resumable_pool pool;
	struct resumable_gate gate;
	struct child_frame *last;
	unsigned alive, spawned;
	struct trial_state begun;
};

static enum resumed resume_child(struct resumable *self, struct executor *executor)
{
	struct frame *parent = ((struct child_frame *)self)->parent;
	enum { START, PASSED };

	switch (self->state) {
	case START:
		parent->alive++;
		self->state = PASSED;
		return resumable_gate_wait(self, executor, &parent->gate);
	default:
		return RESUMED_DONE;
	}
}

/* As many as there is memory for. */
static void start_children(struct frame *frame, struct executor *executor)
{
	struct child_frame *child;

	for (; frame->spawned < frame->task.work->operations; frame->spawned++) {
		child = (struct child_frame *)resumable_take(&frame->pool);
		if (!child)
			return;
		child->parent = frame;
		child->before = frame->last;
		frame->last = child;
		resumable_start(&child->self, executor, resume_child);
	}
}

static void begin(struct frame *frame, struct executor *executor)
{
	struct trial_state *state = frame->task.work->state;

	frame->begun = (struct trial_state){ .begun = ++state->begun, .ended = state->ended };
	frame->alive = frame->spawned = 0;
	frame->last = NULL;
	read_before(state, &frame->begun);
	resumable_gate_init(&frame->gate);
	resumable_pool_init(&frame->pool, sizeof(struct child_frame));
	start_children(frame, executor);
}

static int end(struct frame *frame)
{
	struct work *work = frame->task.work;
	struct ceiling ceiling = { 0 };

	((struct trial_state *)work->state)->ended++;
	resumable_pool_free(&frame->pool);
	frame->task.digest = frame->alive;
	if (frame->spawned == work->operations)
		return 0;
	explain(work, &ceiling, frame->spawned, -ENOMEM);
	return -ENOTSUP;
}

static enum resumed resume(struct resumable *self, struct executor *executor)
{
	struct frame *frame = (struct frame *)self;
	enum { START, STARTED, JOINING };

	switch (self->state) {
	case START:
		begin(frame, executor);
		self->state = STARTED;
		return resumable_yield(self, executor); /* behind all children */
	case STARTED:
		if (frame->alive == frame->task.work->operations)
			report(frame->task.work, frame->task.i, frame->alive, &frame->begun);
		resumable_gate_open(&frame->gate, executor);
		self->state = JOINING;
		/* fall through */
	default:
		if (frame->last) {
			struct child_frame *child = frame->last;
			frame->last = child->before;
			return resumable_join(self, executor, &child->self);
		}
		self->result = end(frame);
		return RESUMED_DONE;
	}
}

const struct workload workload_idle = {
	.name = "idle",
	.summary = "children alive and waiting: memory of each",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.figures = figures,
	.tasks = 3,
	.needs = MODEL_SPAWN | MODEL_RENDEZVOUS,
	.operation = "children",
	.setup = setup,
	.task = task,
	.resumable = { sizeof(struct frame), resume },
	.teardown = teardown,
};
