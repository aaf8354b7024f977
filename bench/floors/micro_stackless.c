/* SPDX-License-Identifier: MIT */
/*
 * The stackless runtime's own costs: `micro_stackless switch` in ns of a yield
 * between two frames, `micro_stackless spawn` of starting a frame from a pool
 * and joining it, `micro_stackless idle` in bytes of memory of a frame that
 * waits at a gate, `micro_stackless asleep` of one that sleeps, of a million.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../models/runtime/resumable.h"

enum { SWITCHES = 50000000, SPAWNS = 10000000, FRAMES = 1000000 };

static struct loop loop;
static struct executor executor;

static void run_all(void)
{
	if (executor_run(&executor) != 0)
		exit(1);
}

struct yielder {
	struct resumable self;
	int left;
};

static enum resumed yield_often(struct resumable *self, struct executor *on)
{
	struct yielder *frame = (struct yielder *)self;
	enum { START, YIELDED };

	switch (self->state) {
	case START:
		frame->left = SWITCHES / 2;
		self->state = YIELDED;
		return resumable_yield(self, on);
	default:
		return --frame->left > 0 ? resumable_yield(self, on) : RESUMED_DONE;
	}
}

static double measure_switch(void)
{
	struct yielder two[2];
	int64_t before_ns = io_now_ns();

	for (int i = 0; i < 2; i++)
		resumable_start(&two[i].self, &executor, yield_often);
	run_all();
	return (double)(io_now_ns() - before_ns) / SWITCHES;
}

static enum resumed empty(struct resumable *self, struct executor *on)
{
	(void)self, (void)on;
	return RESUMED_DONE;
}

struct spawner {
	struct resumable self;
	struct resumable_pool pool;
	struct resumable *child;
	int left;
};

static enum resumed spawn_often(struct resumable *self, struct executor *on)
{
	struct spawner *frame = (struct spawner *)self;
	enum { START, JOINED };

	switch (self->state) {
	case JOINED:
		resumable_give(&frame->pool, frame->child);
		frame->left--;
		/* fall through */
	default:
		if (frame->left == 0)
			return RESUMED_DONE;
		frame->child = resumable_take(&frame->pool);
		if (!frame->child)
			exit(1);
		resumable_start(frame->child, on, empty);
		self->state = JOINED;
		return resumable_join(self, on, frame->child);
	}
}

static double measure_spawn(void)
{
	struct spawner spawner = { .left = SPAWNS };
	int64_t before_ns = io_now_ns();

	resumable_pool_init(&spawner.pool, sizeof(struct resumable));
	resumable_start(&spawner.self, &executor, spawn_often);
	run_all();
	resumable_pool_free(&spawner.pool);
	return (double)(io_now_ns() - before_ns) / SPAWNS;
}

/* One that waits at the gate is a struct resumable and no more. */
struct sleeper {
	struct resumable self;
	struct resumable_timer timer;
};

static struct resumable_gate gate;
static int64_t until_ns;
static double memory_bytes;

static double resident_bytes(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		exit(1);
	fclose(file);
	return (double)pages * sysconf(_SC_PAGESIZE);
}

static enum resumed wait_at_gate(struct resumable *self, struct executor *on)
{
	return self->state++ == 0 ? resumable_gate_wait(self, on, &gate) : RESUMED_DONE;
}

static enum resumed wait_asleep(struct resumable *self, struct executor *on)
{
	struct sleeper *frame = (struct sleeper *)self;

	return self->state++ == 0 ? resumable_sleep(self, on, &frame->timer, until_ns)
				  : RESUMED_DONE;
}

/* Started last, so that all others wait by now. */
static enum resumed look(struct resumable *self, struct executor *on)
{
	(void)self;
	memory_bytes = resident_bytes() - memory_bytes;
	resumable_gate_open(&gate, on);
	return RESUMED_DONE;
}

static double measure_frames(size_t frame_bytes, resume_fn *wait)
{
	struct resumable_pool pool;
	struct resumable looker;

	memory_bytes = resident_bytes();
	resumable_pool_init(&pool, frame_bytes);
	resumable_gate_init(&gate);
	until_ns = io_now_ns() + 1000000000;
	for (int i = 0; i < FRAMES; i++) {
		struct resumable *frame = resumable_take(&pool);
		if (!frame)
			exit(1);
		resumable_start(frame, &executor, wait);
	}
	resumable_start(&looker, &executor, look);
	run_all();
	resumable_pool_free(&pool);
	return memory_bytes / FRAMES;
}

static double measure_idle(void)
{
	return measure_frames(sizeof(struct resumable), wait_at_gate);
}

static double measure_asleep(void)
{
	return measure_frames(sizeof(struct sleeper), wait_asleep);
}

static const struct micro {
	const char *name;
	double (*measure)(void);
} micros[] = {
	{ "switch", measure_switch },
	{ "spawn", measure_spawn },
	{ "idle", measure_idle },
	{ "asleep", measure_asleep },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof micros / sizeof *micros; i++) {
		if (argc < 2 || strcmp(argv[1], micros[i].name) != 0)
			continue;
		if (loop_init(&loop) != 0)
			return 1;
		executor_init(&executor, &loop);
		printf("%.2f\n", micros[i].measure());
		loop_close(&loop);
		return 0;
	}
	fprintf(stderr, "usage: %s switch|spawn|idle|asleep\n", argv[0]);
	return 2;
}
