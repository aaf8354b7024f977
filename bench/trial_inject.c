/* SPDX-License-Identifier: MIT */
/*
 * What makes a trial worse by a known amount, so that a gate can show that it
 * notices: a system call more, or the same work once more for some of the tasks.
 */
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trial.h"

void trial_inject_call(void)
{
	syscall(SYS_getppid);
}

/*
 * In the middle of its stretch of tasks, as the last task done twice would make the
 * whole trial longer by more than the share. A second digest counts as much as the
 * first: the record keeps a wrong one.
 */
void trial_inject_work(struct trial *trial, uint64_t i)
{
	double share = trial->spec->inject_percent / 100;
	struct record *record = &trial->records[i];
	uint64_t first = record->digest;

	if (floor((i + 1) * share + 0.5) <= floor(i * share + 0.5) || record->err)
		return;
	record->err = trial->workload->task(&trial->work, i, &record->digest);
	if (first != trial->work.expected)
		record->digest = first;
}
