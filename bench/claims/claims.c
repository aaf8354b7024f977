/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "claim.h"

extern const struct claim claim_waits, claim_tasks, claim_order, claim_switch, claim_memory,
	claim_threads, claim_cpu, claim_crash, claim_stall, claim_queue, claim_efficiency,
	claim_single, claim_locks, claim_deadlock, claim_errors, claim_overlap, claim_contagion,
	claim_mixed;

const struct claim *const claims[] = {
	&claim_waits,
	&claim_tasks,
	&claim_order,
	&claim_switch,
	&claim_memory,
	&claim_threads,
	&claim_cpu,
	&claim_crash,
	&claim_stall,
	&claim_queue,
	&claim_efficiency,
	&claim_single,
	&claim_locks,
	&claim_deadlock,
	&claim_errors,
	&claim_overlap,
	&claim_contagion,
	&claim_mixed,
	NULL,
};

const struct claim *claim_find(const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	for (const struct claim *const *row = claims; *row; row++)
		if (strcmp((*row)->name, text) == 0 || (!*end && (*row)->number == number))
			return *row;
	return NULL;
}
