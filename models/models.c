/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "model.h"

extern const struct model model_blocking, model_threads, model_threadpool, model_processes,
	model_prefork, model_eventloop, model_stackless, model_coroutine, model_uring,
	model_offload, model_multicore, model_multiprocess_coroutine;

const struct model *const models[] = {
	&model_blocking,
	&model_threads,
	&model_threadpool,
	&model_processes,
	&model_prefork,
	&model_eventloop,
	&model_stackless,
	&model_coroutine,
	&model_uring,
	&model_offload,
	&model_multicore,
	&model_multiprocess_coroutine,
	NULL,
};

const struct model *model_find(const char *name)
{
	for (const struct model *const *row = models; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}

const char *model_unavailable(const struct model *model, const struct params *params)
{
	return model->unavailable ? model->unavailable(params) : NULL;
}
