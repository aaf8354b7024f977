/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

struct trace *trace;

/* What this thread is at. */
static _Thread_local struct {
	uint32_t strand; /* that runs here; 0: none */
	bool callbacks;  /* it runs callback forms */
	pid_t pid, tid;  /* 0: not asked for yet */
} here;

/* The thread that forked is another in the child, and runs nothing yet. */
static void forget_thread(void)
{
	here.strand = 0;
	here.pid = here.tid = 0;
}

/* NULL with errno. */
static struct trace *map_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *memory = MAP_FAILED;
	struct stat st;

	if (fd < 0)
		return NULL;
	bool known = fstat(fd, &st) == 0;
	if (known && st.st_size == sizeof *trace)
		memory = mmap(NULL, sizeof *trace, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, fd, 0);
	else if (known)
		errno = EINVAL;
	int err = errno;
	close(fd);
	errno = err;
	return memory == MAP_FAILED ? NULL : memory;
}

int trace_open(const char *path, uint64_t tasks)
{
	struct trace *opened = map_file(path);

	if (!opened)
		return -errno;
	int err = -pthread_atfork(NULL, NULL, forget_thread);
	if (err) {
		munmap(opened, sizeof *opened);
		return err;
	}
	opened->tasks = tasks;
	opened->start_ns = io_now_ns();
	trace = opened;
	return 0;
}

void trace_close(void)
{
	trace->end_ns = io_now_ns();
	munmap(trace, sizeof *trace);
	trace = NULL;
	trace_leave_worlds();
}

void trace_note(enum trace_kind kind, uint32_t strand)
{
	uint64_t place = atomic_fetch_add_explicit(&trace->events, 1, memory_order_relaxed);

	if (place >= TRACE_EVENTS_MAX)
		return;
	if (!here.tid) {
		here.pid = getpid();
		here.tid = gettid();
	}
	struct trace_event *event = &trace->event[place];
	event->strand = strand;
	event->kind = kind;
	event->pid = here.pid;
	event->tid = here.tid;
	atomic_store_explicit(&event->time_ns, io_now_ns(), memory_order_release);
}

/* A strand that another one calls keeps that one waiting. */
uint32_t trace_begin(uint32_t strand)
{
	uint32_t caller = trace_leave_now();

	trace_note(TRACE_BEGIN, strand);
	here.strand = strand;
	return caller;
}

uint32_t trace_enter_now(uint64_t i, bool callbacks)
{
	uint32_t caller = trace_begin((uint32_t)i + 1);

	here.callbacks = callbacks;
	if (!callbacks)
		trace_enter_worlds();
	return caller;
}

void trace_exit_now(uint32_t caller)
{
	trace_note(TRACE_END, here.strand);
	here.strand = 0;
	trace_return(caller);
}

uint32_t trace_leave_now(void)
{
	uint32_t strand = here.strand;

	if (strand)
		trace_note(TRACE_WAIT, strand);
	here.strand = 0;
	return strand;
}

void trace_return_now(uint32_t strand)
{
	trace_note(TRACE_RUN, strand);
	here.strand = strand;
}

uint32_t trace_current(void)
{
	return here.strand;
}

uint32_t trace_owner_now(void)
{
	return here.callbacks ? here.strand : 0;
}

uint32_t trace_call_back_now(uint32_t owner)
{
	if (here.strand == owner)
		return 0;
	trace_leave_now();
	trace_return_now(owner);
	return owner;
}

/* What called it may be a callback that nothing told of. */
void trace_done_now(uint64_t i)
{
	uint32_t strand = (uint32_t)i + 1;

	if (here.strand != strand)
		trace_return_now(strand);
	trace_exit_now(0);
}
