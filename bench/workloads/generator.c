/* SPDX-License-Identifier: MIT */
/*
 * generator: take the Fibonacci numbers, modulo 2^64, one by one from a
 * generator that would go on for ever. Setup comes to the last one another way.
 */
#include <errno.h>

#include "../../models/model.h"
#include "../../models/par.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "values",
		.unit = "",
		.summary = "values taken",
		.initial = "10000",
		.min = 1,
		.max = 1000000000 },
	{ 0 },
};

/* F(n) and F(n + 1) modulo 2^64. */
struct pair {
	uint64_t a, b;
};

/* By doubling: F(2k) = F(k) (2 F(k+1) - F(k)), F(2k+1) = F(k)^2 + F(k+1)^2. */
static struct pair fibonacci(uint64_t n)
{
	struct pair f = { 0, 1 };

	for (int bit = 63; bit >= 0; bit--) {
		f = (struct pair){ f.a * (2 * f.b - f.a), f.a * f.a + f.b * f.b };
		if (n >> bit & 1)
			f = (struct pair){ f.b, f.a + f.b };
	}
	return f;
}

/* The first value is F(1). */
static int setup(struct work *work)
{
	work->operations = param_number(work->params, "values");
	work->expected = fibonacci(work->operations).a;
	return 0;
}

static void emit_all(struct par_generator *generator, void *arg)
{
	struct pair f = { 1, 1 };

	(void)arg;
	while (par_emit(generator, f.a) == 0)
		f = (struct pair){ f.b, f.a + f.b };
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	uint64_t left = work->operations;
	struct par_generator *generator;
	int err = par_generate(&generator, emit_all, NULL);
	int more = 1;

	(void)i;
	if (err)
		return err;
	while (left > 0 && (more = par_next(generator, digest)) > 0)
		left--;
	par_generator_free(generator);
	if (left > 0)
		return more < 0 ? more : -EPIPE;
	return 0;
}

/*
 * The resumable form: the generator is resumed by who takes its values, which
 * is a plain call. Its wait is for the next such call, so it needs no executor.
 */
struct generator_frame {
	struct resumable self;
	struct pair f;
};

static enum resumed resume_generator(struct resumable *self, struct executor *executor)
{
	struct pair *f = &((struct generator_frame *)self)->f;
	enum { START, GAVE };

	(void)executor;
	switch (self->state) {
	case START:
		*f = (struct pair){ 1, 1 };
		self->state = GAVE;
		break;
	case GAVE:
		*f = (struct pair){ f->b, f->a + f->b };
	}
	return RESUMED_WAITING; /* f->a is the next value */
}

static enum resumed resume(struct resumable *self, struct executor *executor)
{
	struct task_frame *frame = (struct task_frame *)self;
	struct generator_frame generator = { .self.resume = resume_generator };

	for (uint64_t left = frame->work->operations; left > 0; left--) {
		if (generator.self.resume(&generator.self, executor) == RESUMED_DONE)
			break;
		frame->digest = generator.f.a;
	}
	return RESUMED_DONE;
}

const struct workload workload_generator = {
	.name = "generator",
	.summary = "Fibonacci numbers from a generator, one by one",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 10,
	.needs = MODEL_SPAWN | MODEL_RENDEZVOUS,
	.operation = "values",
	.setup = setup,
	.task = task,
	.resumable = { sizeof(struct task_frame), resume },
};
