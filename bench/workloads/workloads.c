/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "workload.h"

extern const struct workload workload_null, workload_sleep, workload_fetch, workload_rawget,
	workload_download, workload_file, workload_primes, workload_sha256, workload_mixed,
	workload_echo, workload_http, workload_websocket, workload_spawn, workload_gather,
	workload_skynet, workload_counter, workload_switch;
extern const struct workload workload_randread, workload_idle, workload_pipeline, workload_ring,
	workload_generator, workload_stall, workload_nqueens, workload_naps;

const struct workload *const workloads[] = {
	&workload_null,
	&workload_sleep,
	&workload_naps,
	&workload_fetch,
	&workload_rawget,
	&workload_download,
	&workload_file,
	&workload_randread,
	&workload_primes,
	&workload_sha256,
	&workload_mixed,
	&workload_echo,
	&workload_http,
	&workload_websocket,
	&workload_spawn,
	&workload_switch,
	&workload_idle,
	&workload_gather,
	&workload_pipeline,
	&workload_ring,
	&workload_generator,
	&workload_counter,
	&workload_stall,
	&workload_skynet,
	&workload_nqueens,
	NULL,
};

void work_path(const struct work *work, uint64_t i, char path[WORK_PATH_MAX])
{
	snprintf(path, WORK_PATH_MAX, "%s/task-%llu", work->workdir, (unsigned long long)i);
}

void work_figure(const struct work *work, uint64_t i, unsigned which, double value)
{
	work->said->figures[i * FIGURES_MAX + which] = value;
}

void work_peak_memory(const struct work *work, long kib)
{
	long known_kib = __atomic_load_n(&work->said->peak_kib, __ATOMIC_RELAXED);

	while (kib > known_kib &&
		!__atomic_compare_exchange_n(&work->said->peak_kib, &known_kib, kib, false,
			__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

void work_explain(const struct work *work, const char *format, ...)
{
	va_list args;

	if (__atomic_exchange_n(&work->said->explained, true, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(work->said->reason, sizeof work->said->reason, format, args);
	va_end(args);
}

static const struct workload *find_in(const struct workload *const *row, const char *name)
{
	while (*row && strcmp((*row)->name, name) != 0)
		row++;
	return *row;
}

const struct workload *workload_find(const char *name)
{
	const struct workload *workload = find_in(workloads, name);

	return workload ? workload : find_in(demonstrations, name);
}
