/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_FUTURE_H
#define RUNTIME_FUTURE_H

/*
 * A future: a result that is not there yet. Tasks wait for it, or leave a
 * function to be called when it comes. A result is one number: >= 0 (or a
 * pointer, which is positive), or a -errno. For the tasks of one scheduler.
 */
#include "wait.h"

struct future;

/*
 * To be called with the future when it is done: in the place of who ended it,
 * which may be the scheduler, or another task that runs. It must not wait, nor
 * free the future; it may free itself.
 */
struct future_callback {
	void (*fn)(struct future_callback *self, struct future *future);
	void *arg;
	struct future_callback *next; /* private */
};

struct future {
	const char *name; /* for reports */
	bool done;
	bool seen; /* somebody has asked for the result, so that its error is not lost */

	/*
	 * What will end it is no task: a callback of the loop. To be set before
	 * anybody waits; waiting for it is then no deadlock.
	 */
	bool outside;

	int64_t result;
	struct wait_list waiters;
	struct future_callback *first;
	void (*on_cancel)(
		struct future *future); /* private: what cancelling means; NULL: it ends */
};

/* Make it pending. name stays the caller's and may be NULL. */
void future_init(struct future *future, const char *name);

/* End it. 0, or -EALREADY when it has ended. */
int future_set_result(struct future *future, int64_t result);

/* The same with a failure: err is a -errno. */
int future_set_error(struct future *future, int err);

/* For task.c: the same for one that is known to be pending. */
void future_end(struct future *future, int64_t result);

/* Ask for its end with -ECANCELED: a future ends so at once, a task once it has cleaned up. 0, or
 * -EALREADY. */
int future_cancel(struct future *future);

bool future_done(const struct future *future);
bool future_cancelled(const struct future *future);

/* What it came to; -EAGAIN as long as it is pending. Its error then counts as seen. */
int64_t future_result(struct future *future);

/*
 * Wait until it is done: 0, -ETIMEDOUT at the deadline, or -ECANCELED when the
 * waiting task is cancelled; neither touches the future.
 */
int future_wait(struct future *future, int64_t deadline_ns);

/* Call callback->fn once it is done: at once where it is already. callback must stay until then. */
void future_add_done_callback(struct future *future, struct future_callback *callback);

/* Take it back. No effect where it has been called. */
void future_remove_done_callback(struct future *future, struct future_callback *callback);

#endif
