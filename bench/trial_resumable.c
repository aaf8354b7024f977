/* SPDX-License-Identifier: MIT */
/* A trial's tasks in their resumable form: the workload's, with the record kept around it. */
#include "trial.h"

#include "../models/io.h"
#include "../models/trace.h"

static struct trial *trial_of(const struct task_frame *frame)
{
	return (struct trial *)((char *)frame->work - offsetof(struct trial, work));
}

/* The workload's own resumption, and at its end the record. */
static enum resumed go_on(struct resumable *self, struct executor *executor)
{
	struct task_frame *frame = (struct task_frame *)self;
	struct trial *trial = trial_of(frame);
	struct record *record = &trial->records[frame->i];

	if (trial->workload->resumable.resume(self, executor) == RESUMED_WAITING) {
		trace_leave();
		return RESUMED_WAITING;
	}
	record->end_ns = io_now_ns();
	record->err = self->result;
	record->digest = frame->digest;
	trace_exit(0);
	return RESUMED_DONE;
}

static enum resumed resume_task(struct resumable *self, struct executor *executor)
{
	trace_return(trace_task(((struct task_frame *)self)->i));
	return go_on(self, executor);
}

static enum resumed begin_task(struct resumable *self, struct executor *executor)
{
	struct task_frame *frame = (struct task_frame *)self;
	struct trial *trial = trial_of(frame);
	struct record *record = &trial->records[frame->i];

	if (!trial->workload->resumable.resume) { /* it only computes */
		trial->job.task(&trial->job, frame->i);
		return RESUMED_DONE;
	}
	trace_enter(frame->i, false);
	record->runs++;
	record->start_ns = io_now_ns();
	if (trial->spec->inject_call)
		trial_inject_call();
	self->resume = resume_task;
	return go_on(self, executor);
}

static void start_resumable(
	struct job *job, uint64_t i, struct executor *executor, struct resumable *frame)
{
	struct trial *trial = (struct trial *)job;
	struct task_frame *own = (struct task_frame *)frame;

	own->work = &trial->work;
	own->i = i;
	own->digest = 0;
	resumable_start(frame, executor, begin_task);
}

void trial_resumable(struct trial *trial)
{
	const struct resumable_form *form = &trial->workload->resumable;

	trial->job.frame_bytes = form->resume ? form->frame_bytes : sizeof(struct task_frame);
	trial->job.start_resumable = start_resumable;
}
