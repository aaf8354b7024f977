/* SPDX-License-Identifier: MIT */
#ifndef MODELS_WORKERS_H
#define MODELS_WORKERS_H

/* Worker processes: forked, dying with the process that forked them. For one thread. */
#include <sys/types.h>

/* Fork; the child calls work(arg, number) and exits with status 0. Its pid, or -errno. */
pid_t worker_start(void (*work)(void *arg, unsigned number), void *arg, unsigned number);

/* Wait for its end: its status, as wait(2) tells it. */
int worker_wait(pid_t pid);

/* Those of a server: as many as were asked for, as long as it is not stopped. */
struct workers {
	unsigned count;
	void (*work)(void *arg, unsigned number); /* in the process */
	void *arg;
	void (*died)(void *arg, unsigned number); /* before another is started; may be NULL */
	pid_t *pids;                              /* private; 0: an empty seat */
};

/* Start all of them. 0, or -errno where one could not be; workers_end is due in either case. */
int workers_start(struct workers *workers);

/*
 * Until the service is stopped: look every so often for workers that have died,
 * and start another in their place. It costs the connections that one was on.
 */
void workers_look_after(struct workers *workers);
void workers_replace_dead(struct workers *workers);

/* Stop them by SIGTERM and wait for their end. */
void workers_end(struct workers *workers);

/* How long a server leaves a dead worker unnoticed. */
enum { WORKERS_LOOK_MS = 100 };

#endif
